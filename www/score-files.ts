// Which of the files of a drop are benchmark scores: told by their names and first letters, before anything is loaded.

import type { InputFile, LocalFile } from "./protocol";
import { isLocal } from "./remote/files";

const MOST_BYTES = 32 * 1024 * 1024;
/** Results of an evaluation, or a list of scores; neither a result of this page nor a configuration. */
const SCORES = /"(?:results|metrics)"\s*:\s*[[{]/;

export async function splitScores(files: InputFile[]): Promise<{ scores: LocalFile[]; rest: InputFile[] }> {
  const scores: LocalFile[] = [];
  const rest: InputFile[] = [];
  for (const input of files) {
    // Files on other sites are those of models: nothing of them is read unasked.
    if (isLocal(input) && await isScores(input)) scores.push(input);
    else rest.push(input);
  }
  return { scores, rest };
}

async function isScores({ path, file }: LocalFile): Promise<boolean> {
  if (/\.(csv|tsv)$/i.test(path)) return true;
  if (!/\.json$/i.test(path) || file.size > MOST_BYTES) return false;
  const head = await file.slice(0, 4096).text().catch(() => "");
  return SCORES.test(head) && !head.includes("neuromfa-result/");
}
