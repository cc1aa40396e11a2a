// The style sheet of what belongs to figures and is not part of the first view: menu, tools, pins, citation.

import { toldAddresses } from "./addresses";
import { sheet } from "./styles";

/** Resolves when it is there; what stands without it still works. Elements of other pages have all their sheets. */
export async function loadStyles(): Promise<void> {
  if (!toldAddresses()) await sheet("figures");
}
