// Which of the files of a drop are benchmark scores: told by their names and first letters, before anything is loaded.

import type { InputFile } from "./protocol";

const MOST_BYTES = 32 * 1024 * 1024;
/** Results of an evaluation, or a list of scores; neither a result of this page nor a configuration. */
const SCORES = /"(?:results|metrics)"\s*:\s*[[{]/;

export async function splitScores(files: InputFile[]): Promise<{ scores: InputFile[]; rest: InputFile[] }> {
  const scores: InputFile[] = [];
  const rest: InputFile[] = [];
  for (const input of files) (await isScores(input) ? scores : rest).push(input);
  return { scores, rest };
}

async function isScores({ path, file }: InputFile): Promise<boolean> {
  if (/\.(csv|tsv)$/i.test(path)) return true;
  if (!/\.json$/i.test(path) || file.size > MOST_BYTES) return false;
  const head = await file.slice(0, 4096).text().catch(() => "");
  return SCORES.test(head) && !head.includes("neuromfa-result/");
}
