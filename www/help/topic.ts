// What help is made of. Texts are plain data: the search looks through them as they stand.

/** Something that is explained. Of its lines, those that begin with `=` are equations, those with `-` points of a list. */
export interface Entry {
  /** In the address. */
  id: string;
  title: string;
  body: readonly string[];
  keys?: readonly [keys: string, what: string][];
  /** The step of "How to read this" that says more. */
  read?: string;
}

export interface Topic {
  /** In the address. */
  id: string;
  title: string;
  /** Under the heading. */
  about: string;
  read?: string;
  entries: readonly Entry[];
}

/** Without the braces of symbols, for those who search. */
export function searchText({ title, body, keys }: Entry): string {
  return [title, ...body, ...(keys ?? []).flat()].join(" ").replace(/[{}]/g, "").toLowerCase();
}

/** Whether an entry has every word that is looked for. */
export function matches(entry: Entry, wanted: string): boolean {
  const text = searchText(entry);
  return wanted.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.includes(word));
}
