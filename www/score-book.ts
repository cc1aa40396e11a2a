// Benchmark scores of the user's, beside those that a document brings: puts them into the document that the page shows,
// and has them compared with its numbers, in a worker of its own.

import { errorBanner } from "./banners";
import type { Model } from "./model";
import type { Association, Checkpoint, EngineError, LocalFile, ResultDocument, Score, ScoreRequest } from "./protocol";
import type { FromScores, ToScores } from "./scores-worker";
import { startWorker } from "./start-worker";
import { errorText } from "./words";

type Asked<T> = T extends unknown ? Omit<T, "request"> : never;

export class ScoreBook {
  /** First step of the late phase; null lets the module choose. */
  lateFrom: number | null = null;
  private imported: Score[] = [];
  /** Metrics of the document itself that were taken away. */
  private readonly removed = new Set<string>();
  /** What another part of the page has put there, and what was made of it. */
  private base: ResultDocument | null = null;
  private shown: ResultDocument | null = null;
  /** Whether anything was changed since the document came. */
  private changed = false;
  private worker: Worker | null = null;
  private last = 0;
  private readonly waiting = new Map<number, (answer: FromScores) => void>();

  /** `kept`: scores were changed, and what the browser keeps of the result must follow. */
  constructor(private readonly model: Model, private readonly redraw: () => void, private readonly kept: () => void) {}

  /** Whether the numbers beside the scores are on their way. */
  get computing(): boolean {
    const { document } = this.model;
    return !!document && document === this.shown && document !== this.base && !document.associations;
  }

  /** Reads files of scores. `alone`: nothing else was given, so that a file without scores is an error. */
  async take(files: LocalFile[], alone: boolean, series: string | null = null): Promise<void> {
    if (!files.length) return;
    const answer = await this.ask({ type: "read", files, series, known: this.imported });
    if ("broken" in answer) return this.tell({ code: "scores", text: answer.broken, file: "", hint: "" });
    if (!("scores" in answer)) return;
    this.imported = answer.scores;
    for (const error of answer.errors) if (alone || error.code !== "no-scores") this.tell(error);
    this.again();
  }

  /** Reads a table that was pasted. */
  paste(text: string): Promise<void> {
    const file = new File([text], "The pasted table");
    return this.take([{ path: file.name, file }], true);
  }

  remove(score: Score): void {
    this.imported = this.imported.filter((one) => key(one) !== key(score));
    this.removed.add(key(score));
    this.again();
  }

  /** Takes the scores of a result of an earlier visit, which may get other checkpoints now. */
  restore(scores: Score[]): void {
    this.imported = scores;
    this.again();
  }

  /** A document with its scores, not compared with anything yet. */
  with(document: ResultDocument): ResultDocument {
    return this.imported.length || this.removed.size ? this.uncompared(document) : document;
  }

  /** Forgets what belonged to the series that goes. */
  clear(): void {
    this.imported = [];
    this.lateFrom = null;
    this.removed.clear();
  }

  setLate(step: number | null): void {
    this.lateFrom = step;
    this.again();
  }

  /** Called before everything is drawn: a document that is new gets its scores, and soon its associations. */
  attach(): void {
    const { model } = this;
    if (!model.document || model.document === this.shown) return;
    this.base = model.document;
    const compared = !model.document.scores.length || !!model.document.associations;
    this.changed = this.imported.length > 0 || this.removed.size > 0 || this.lateFrom !== null || !compared;
    this.build();
  }

  /** A document with its scores and associations, for those who wait for all of it. */
  async complete(document: ResultDocument): Promise<ResultDocument> {
    if (!this.imported.length) return document;
    const whole = this.with(document);
    return { ...whole, associations: await this.associate(whole) };
  }

  /** The associations of any document with its own scores. */
  async associate({ checkpoints, scores }: ResultDocument, lateFrom = this.lateFrom): Promise<Association[]> {
    const answer = await this.ask({ type: "associate", of: { checkpoints: checkpoints.map(measures), scores, late_from: lateFrom } });
    return "associations" in answer ? answer.associations : [];
  }

  private again(): void {
    this.changed = true;
    if (this.base) this.build();
    this.kept();
    this.redraw();
  }

  private build(): void {
    const { base } = this;
    if (!base) return;
    if (!this.changed) {
      this.shown = base;
      return;
    }
    const shown = this.uncompared(base);
    this.shown = this.model.document = shown;
    void this.associate(shown).then((associations) => {
      // Meanwhile there may be another document, or other scores.
      if (this.shown !== shown || this.model.document !== shown) return;
      this.shown = this.model.document = { ...shown, associations };
      this.redraw();
    });
  }

  /** A document with these scores instead of its own, and without what was said of those. */
  private uncompared(document: ResultDocument): ResultDocument {
    const { associations: _, ...rest } = document;
    return { ...rest, scores: this.scoresOf(document) };
  }

  /** Of two scores with one name the user's own counts. */
  private scoresOf(document: ResultDocument): Score[] {
    const taken = new Set([...this.imported.map(key), ...this.removed]);
    return [...document.scores.filter((score) => !taken.has(key(score))), ...this.imported];
  }

  private tell(error: EngineError): void {
    this.model.banners.push(errorBanner(error, []));
    document.dispatchEvent(new CustomEvent("neuromfa-error", { detail: { code: error.code, text: errorText(error), file: error.file } }));
    this.redraw();
  }

  private ask(message: Asked<ToScores>): Promise<FromScores> {
    const request = (this.last += 1);
    return new Promise((resolve) => {
      this.waiting.set(request, resolve);
      this.started().postMessage({ ...message, request });
    });
  }

  private started(): Worker {
    if (this.worker) return this.worker;
    const worker = startWorker("scores-worker.js");
    const settle = (answer: FromScores): void => {
      this.waiting.get(answer.request)?.(answer);
      this.waiting.delete(answer.request);
    };
    worker.onmessage = ({ data }: MessageEvent<FromScores>) => settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.worker = null;
      for (const request of [...this.waiting.keys()]) settle({ request, broken: event.message || "The worker for scores did not start. Load the page again." });
    };
    this.worker = worker;
    return worker;
  }
}

function key({ series, metric }: Score): string {
  return JSON.stringify([series ?? null, metric]);
}

/** The numbers of a checkpoint that scores are compared with. */
function measures({ series, step, mean, emergence, nulls }: Checkpoint): ScoreRequest["checkpoints"][number] {
  const means = nulls.map(({ kind, alpha0, width, emergence: e }) => ({ kind, alpha0, width, emergence: e }));
  return { ...(series === undefined ? {} : { series }), step, mean, emergence, nulls: means };
}
