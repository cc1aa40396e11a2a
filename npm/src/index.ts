// The package's functions: open files, analyse them, and get the result document that the page and the command line write.

import { DEFAULTS } from "../../www/hash";
import type { Checkpoint, EngineState, Found, Options, ResultDocument, Warning } from "../../www/protocol";
import { ERRORS } from "../../www/words";
import { VERSION } from "../../www/version";
import { analyse, engineState, find, identityOf, inTurn, release, type Progress } from "./engine";
import { fromEngine, NeuroMFAError } from "./errors";
import { completed } from "./options";
import { inputFiles, type Source } from "./sources";

export { engineState, NeuroMFAError, release };
export type { Checkpoint, EngineState, Options, Progress, ResultDocument, Source, Warning };

/** The version of this package. */
export const version: string = VERSION;

/** A checkpoint as its header describes it; no weight has been read. */
export interface OpenedCheckpoint extends Pick<Found, "name" | "step" | "bytes" | "format" | "architecture" | "guessed" | "parameters" | "dtypes" | "skipped"> {
  /** The folder that it is a series with; null where there is none. */
  series: string | null;
  files: { name: string; bytes: number; identity: string }[];
  warnings: Warning[];
}

/** What came with one `open`. */
type Opened = Awaited<ReturnType<typeof inputFiles>>;

/** The files behind each opened checkpoint. */
const sources = new WeakMap<OpenedCheckpoint, Opened>();

export interface OpenOptions {
  signal?: AbortSignal;
  /** Told of every file that is no checkpoint or is damaged. Without it `open` throws the first of them. */
  onError?: (error: NeuroMFAError) => void;
}

/**
 * Reads the headers of files and says which checkpoints they are. Files that belong together (shards and their index, the
 * checkpoints of a training) are given together. Addresses are fetched whole, so the files behind them must be small, and
 * their server must allow it.
 */
export async function open(files: Iterable<Source>, { signal, onError }: OpenOptions = {}): Promise<OpenedCheckpoint[]> {
  const given = await inputFiles(files, signal);
  const drop = await inTurn(signal, () => find([{ files: given, join: null }], completed({}), signal));
  const errors = drop.errors.map(fromEngine);
  if (!drop.checkpoints.length && !errors.length) errors.push(new NeuroMFAError({ code: "nothing-to-analyse", text: ERRORS.nothing(), file: drop.skipped[0]?.path ?? "" }));
  if (errors.length && !onError) throw errors[0]!;
  for (const error of errors) onError!(error);
  return drop.checkpoints.map((found) => {
    const { name, step, series, bytes, format, architecture, guessed, parameters, dtypes, files: own, skipped, warnings } = found;
    const opened: OpenedCheckpoint = { name, step, series, bytes, format, architecture, guessed, parameters, dtypes, files: own, skipped, warnings };
    sources.set(opened, given);
    return opened;
  });
}

export interface AnalyzeOptions {
  onProgress?: (progress: Progress) => void;
  /** Documents on the way: checkpoints or null models are still missing in them. */
  onDocument?: (document: ResultDocument) => void;
  /**
   * Told of every checkpoint that cannot be analysed, while the others go on. Without it `analyze` throws the first of them
   * in the end.
   */
  onError?: (error: NeuroMFAError) => void;
  /** Ends the analysis at once; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Analyses checkpoints and gives one result document, the same to the last bit as the page's. Options that are not named
 * are the page's defaults: the whole network, exact mode, 100 shuffles.
 */
export async function analyze(checkpoints: Iterable<OpenedCheckpoint>, options: Partial<Options> = {}, { onProgress, onDocument, onError, signal }: AnalyzeOptions = {}): Promise<ResultDocument> {
  const chosen = [...checkpoints];
  if (!chosen.length) throw new NeuroMFAError({ code: "nothing-to-analyse", text: "There is no checkpoint to analyse." });
  const wanted = completed(options);
  const drops = [...new Set(chosen.map(filesOf))].map((files) => ({ files, join: null }));
  const identities = new Set(chosen.map(identityOf));
  let failed: NeuroMFAError | null = null;
  const document = await inTurn(signal, async () => {
    const found = (await find(drops, wanted, signal)).checkpoints.filter((one) => identities.has(identityOf(one)));
    if (!found.length) throw new NeuroMFAError({ code: "file-changed", text: ERRORS.changed(chosen[0]!.name), file: chosen[0]!.name });
    return await analyse(found.map(({ name }) => name), {
      progress: (progress) => onProgress?.(progress),
      document: (now) => onDocument?.(now),
      failed(error) {
        failed ??= error;
        onError?.(error);
      },
    }, signal);
  });
  if (failed && !onError) throw failed;
  return document;
}

function filesOf(checkpoint: OpenedCheckpoint): Opened {
  const files = sources.get(checkpoint);
  if (!files) throw new NeuroMFAError({ code: "not-opened", text: `${checkpoint.name} does not come from open().`, file: checkpoint.name });
  return files;
}

/** The options that hold where nothing else is asked for. */
export const defaults: Readonly<Options> = DEFAULTS;
