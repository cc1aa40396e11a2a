// What the page says of other sites. Sentences only: what is known stands in the data that they are made of.

import { errorParts, errorText } from "../words";
import { count, integer, plural, spelled } from "../format";
import type { EngineError, Found } from "../protocol";
import type { Cost, Looked } from "./protocol";
import { NO_POLICY, sizeText } from "./web";

export const WEB = {
  title: "From the web",
  about: "Checkpoints on other sites. Only the parts that the analysis needs are asked for, and nothing is stored.",
  address: "Address, or a model as owner/name",
  addressHint: "A model of Hugging Face, such as EleutherAI/pythia-70m. Or the address of a file, of a folder, of a page on GitHub, or of a record on Zenodo.",
  revisions: "Revisions",
  revisionsHint: "For a training series: step0, step1000 or step{0,1000,3000}. Empty for the usual one.",
  offline: "You are offline. Sources on other sites wait for a connection; all else works.",
  anywhere: "Go on to any https site that it sends the request to",
  strips: "Strips are short runs of neighbouring rows, spread evenly: far fewer requests. They are other neurons than the published code draws: on two trained series the means of 300 seeds moved by less than half of one sample's standard deviation. Compare strips with strips.",
  random: "Random rows are those of the published code. They lie apart, so each of them is a request.",
  whole: "The whole network reads every weight.",
  joins: "These join what is loaded, and are read with its settings.",
  nothing: "No checkpoint was found there. Look at the address: it must lead to weights as safetensors, PyTorch, GGUF, ONNX or NumPy.",
} as const;

/** Who sees what; stands before anything is sent. */
export function promise(host: string, token: boolean): string {
  return `${host} will see your address and which files you ask for. ${token ? "Your token is sent to it. Nothing else of your own is sent." : "Nothing of your own is sent."}`;
}

/** Who else may be asked; `bound` where a service worker sees to it. */
export function hostsLine(hosts: string, bound: boolean): string {
  return `The worker that asks may talk to these and to nobody else: ${hosts}.${bound ? "" : ` ${NO_POLICY}`}`;
}

export function tokenHint(host: string | null): string {
  return `For models that ask for one. Kept in memory only, sent to ${host ?? "the host above"} only.`;
}

/** "3 checkpoints of GPT-NeoX, safetensors, 13.8 GB". */
export function foundText({ drop, bytes }: Looked): string {
  const { checkpoints } = drop;
  const all = (pick: (found: Found) => string): string => [...new Set(checkpoints.map(pick))].join(" and ");
  const weights = checkpoints[0] && checkpoints.every((one) => one.parameters === checkpoints[0]!.parameters) ? `, ${count(checkpoints[0].parameters)} weights${checkpoints.length > 1 ? " each" : ""}` : "";
  return `${plural(checkpoints.length, "checkpoint")}: ${all((one) => one.architecture)}, ${all((one) => one.format)}${weights}, ${sizeText(bytes)} in all.`;
}

/** The names, in order; of many the first and the last ones. */
export function namesText(names: readonly string[]): string {
  if (names.length <= 8) return names.join(", ");
  return `${names.slice(0, 4).join(", ")}, ${integer(names.length - 6)} more, ${names.slice(-2).join(", ")}`;
}

/** "Reads 84 MB of 13.8 GB in 7,214 requests, about 2 minutes." */
export function costText({ bytes, of, requests, seconds }: Cost): string {
  return `Reads ${sizeText(bytes)} of ${sizeText(of)} in ${plural(requests, "request")}${seconds === null ? "" : `, ${durationText(seconds)}`}.`;
}

/** An estimate, no finer than it is. */
export function durationText(seconds: number): string {
  if (seconds < 10) return "some seconds";
  if (seconds < 50) return `about ${Math.round(seconds / 10) * 10} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? "about a minute" : `about ${spelled(minutes)} minutes`;
  const hours = Math.round(seconds / 3600);
  return hours === 1 ? "about an hour" : `about ${spelled(hours)} hours`;
}

export function lookingText(done: number, of: number): string {
  return of === 0 ? "Asking for the list of files" : `${integer(done)} of ${plural(of, "header")} read`;
}

/** A fault in its parts: what, and what to do. */
export function faultParts(error: EngineError): { title: string; body: string } {
  const { title, body } = errorParts(errorText(error));
  const hint = error.hint && !`${title} ${body}`.includes(error.hint) ? error.hint : "";
  return { title: `${title}.`, body: [body, hint].filter(Boolean).join(" ") };
}
