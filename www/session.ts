// One drop from its files to its last null sample: talks to the engine, keeps the model true, fires the page's events.

import { errorBanner } from "./banners";
import { EngineClient } from "./engine-client";
import { comparable } from "./hash";
import { somethingLoaded } from "./isolation";
import type { Item, Model } from "./model";
import type { Checkpoint, DamageProgress, DamageWish, EngineError, FitData, Found, FromWorker, InputFile, Options, ResultDocument, WiringData, WiringSpec } from "./protocol";
import { isTraining } from "./verdict";
import { errorParts, errorText, ERRORS } from "./words";

export interface SessionEvents {
  changed(): void;
  /** The reading came to its end; `results` tells whether anything new is there to show. */
  settled(results: boolean): void;
  /** Wasm may be loaded from now on: no reload is pending. */
  ready: Promise<void>;
  choose(): void;
  chooseAgain(): void;
  /** No choice of layers any more, and all files from the start. */
  countAll(): void;
  /** Single weights are the edges again, and all files are read from the start. */
  oneHop(): void;
}

const SCHEMA = "neuromfa-result/";
/** Larger JSON files are not results of anything. */
const MOST_JSON = 512e6;

export class Session {
  readonly engine: EngineClient;
  private fired = true;
  private followLast = true;
  /** Files that join a series which is still being read wait for its end. */
  private later: InputFile[] = [];
  /** What the engine said about the files of the drop that is being read. */
  private found = new Map<string, Found>();
  /** Set while the document is of other options or wishes than those that the engine was asked for. */
  private outdated = false;

  constructor(private readonly model: Model, private readonly events: SessionEvents) {
    this.engine = new EngineClient({
      ready: (state) => { this.model.engine = { flavour: state.flavour, threads: state.threads, isolated: state.isolated, memory: state.memory }; events.changed(); },
      message: (message) => { this.take(message); events.changed(); },
    }, () => model.state.threads);
  }

  warm(): void {
    if (this.model.engine !== "none") return;
    this.model.engine = "starting";
    this.engine.start();
    this.events.changed();
  }

  /** What was dropped or chosen; `join` takes it into the series whatever the switch says. */
  async open(files: InputFile[], join = false): Promise<void> {
    if (!files.length) return;
    somethingLoaded();
    const { model } = this;
    const reading = model.reading !== null && model.reading.items.length > 0;
    const add = (model.add || join) && (model.source !== "demo" || reading);
    if (!add) {
      model.banners = [];
      this.later = [];
    }
    if (add && reading) {
      this.later.push(...files);
      return this.events.changed();
    }
    const { results, rest } = await this.split(files);
    if (!rest.length && results.length === 1 && !add) return this.showResult(results[0]!);
    if (!rest.length && !results.length) return this.events.changed();
    if (model.engine === "missing") return this.fail({ code: "browser", text: ERRORS.noEngine(), file: files[0]!.path, hint: "" });
    await this.events.ready;
    this.fired = false;
    this.followLast = true;
    this.found = add ? new Map(model.found) : new Map();
    model.reading = { items: [], started: add };
    model.nulls = null;
    this.events.changed();
    this.warm();
    const done = results.filter((r) => this.fits(r)).flatMap((r) => r.checkpoints);
    this.engine.run(rest, model.state.options, add, done, null);
  }

  /** Results among the files; other JSON (index, config) belongs to the checkpoints. */
  private async split(files: InputFile[]): Promise<{ results: ResultDocument[]; rest: InputFile[] }> {
    const results: ResultDocument[] = [];
    const rest: InputFile[] = [];
    for (const input of files) {
      const named = /\.json$/i.test(input.path) && input.file.size < MOST_JSON;
      const head = named ? await input.file.slice(0, 4096).text().catch(() => "") : "";
      if (!named || !head.includes(SCHEMA)) {
        rest.push(input);
        continue;
      }
      try {
        const found = JSON.parse(await input.file.text()) as ResultDocument;
        if (!isResult(found)) throw new SyntaxError("schema");
        results.push(found);
      } catch {
        this.fail({ code: "not-a-result", text: ERRORS.resultFile(input.file.name), file: input.file.name, hint: "" });
      }
    }
    return { results, rest };
  }

  /** Whether a result was computed with the options of the series that it is to join. */
  private fits(result: ResultDocument): boolean {
    const same = comparable(result.options, this.model.state.options);
    if (!same) {
      const file = result.checkpoints[0]!.name;
      this.fail({ code: "other-options", text: ERRORS.otherOptions(file), file, hint: "" });
    }
    return same;
  }

  private showResult(document_: ResultDocument): void {
    const { model } = this;
    model.document = document_;
    model.source = "result";
    model.reading = null;
    model.nulls = null;
    model.selected = document_.checkpoints.length - 1;
    this.events.settled(true);
    this.events.changed();
    fire("neuromfa-result", document_);
  }

  selected(): void {
    this.followLast = false;
    const name = this.model.document?.checkpoints[this.model.selected]?.name;
    if (name && this.model.nulls?.waiting.length) this.engine.select(name);
  }

  change(options: Options): void {
    if (this.model.source !== "files" || !this.model.document) return;
    const name = this.model.document.checkpoints[this.model.selected]?.name ?? null;
    this.followLast = false;
    this.outdated = true;
    this.engine.change(options, name);
  }

  /** Reads everything from the start: files that other options refused have left no result to go on from. */
  readAll(): void {
    this.model.banners = [];
    this.model.nulls = null;
    this.model.reading = { items: [], started: false };
    this.fired = false;
    this.followLast = true;
    this.engine.restart(this.model.state.options, [], null);
    this.events.changed();
  }

  cancel(): void {
    this.engine.cancel(() => {
      // The worker was deep in a computation and is gone. What was finished is taken back, null models included.
      const kept = this.kept();
      this.endReading();
      if (kept.length) this.engine.restart(this.model.state.options, kept, null);
      this.events.changed();
    });
  }

  fit(checkpoint: Checkpoint, sample: number, q: number): Promise<FitData | null> {
    return this.model.source === "files" ? this.engine.fit(checkpoint.name, sample, q) : Promise.resolve(null);
  }

  wiring(checkpoint: Checkpoint): Promise<WiringData | null> {
    return this.model.source === "files" ? this.engine.wiring(checkpoint.name) : Promise.resolve(null);
  }

  /** E counts from the first checkpoint of a training; the answer stops the test. */
  damage(checkpoint: Checkpoint, wish: DamageWish, tell: (progress: DamageProgress) => void): () => void {
    const document_ = this.model.document;
    const first = document_ && isTraining(document_) ? document_.checkpoints[0]! : null;
    return this.engine.damage(checkpoint.name, wish, first && first.name !== checkpoint.name ? first : null, tell);
  }

  /** Every checkpoint is read again, with this wiring or with the recognised one. */
  rewire(wiring: WiringSpec | null): void {
    this.followLast = false;
    this.outdated = true;
    this.engine.rewire(wiring, this.model.document?.checkpoints[this.model.selected]?.name ?? null);
  }

  chooseStateDict(checkpoint: Checkpoint, path: string): void {
    const id = this.model.found.get(checkpoint.name)?.id;
    if (id === undefined) return;
    this.followLast = false;
    this.outdated = true;
    this.engine.chooseStateDict(id, path, checkpoint.name);
  }

  private kept(): Checkpoint[] {
    return this.model.source === "files" && !this.outdated ? this.model.document?.checkpoints ?? [] : [];
  }

  private take(message: Exclude<FromWorker, { type: "ready" | "fit" | "wiring" | "damage" }>): void {
    const { model } = this;
    switch (message.type) {
      case "found": {
        for (const found of message.drop.checkpoints) this.found.set(found.name, found);
        if (!model.reading) return; // a restart behind the scenes
        model.reading.items = message.drop.checkpoints.map(itemOf);
        if (!message.drop.checkpoints.length && !message.drop.errors.length) {
          const skipped = message.drop.skipped.map((s) => `${s.path}: ${s.why}`).join("; ");
          this.fail({ code: "nothing-to-analyse", text: ERRORS.nothing(), file: message.drop.skipped[0]?.path ?? "", hint: "" }, skipped);
        }
        if (!message.drop.checkpoints.length) this.endReading();
        return;
      }
      case "rereading":
        model.reading = { items: message.checkpoints.map(itemOf), started: true, again: true };
        return;
      case "refused":
        this.outdated = false;
        return;
      case "refound":
        this.found.set(message.found.name, message.found);
        return;
      case "reading": {
        const item = this.item(message.id);
        if (item) Object.assign(item, { state: "reading", read: message.bytes, of: message.of, label: message.label });
        return fire("neuromfa-progress", { checkpoint: message.name, bytes: message.bytes, of: message.of });
      }
      case "checkpoint": {
        const item = this.item(message.id);
        if (item) Object.assign(item, { state: "done", read: item.of });
        return;
      }
      case "failed": {
        const item = message.id === null ? this.insertFailed(message.error) : this.item(message.id);
        if (!item) return this.fail(message.error);
        Object.assign(item, { state: "failed", error: message.error });
        fire("neuromfa-error", eventOf(message.error));
        if (this.finished() && (!model.reading?.started || model.reading.again)) this.endReading();
        return;
      }
      case "document":
        model.memoryUsed = message.memory;
        this.outdated = false;
        return this.show(message.document, message.nulls, message.final);
      case "nulls":
        model.nulls = message.nulls;
        return;
      case "cancelled": return this.endReading();
      case "trap": return this.trapped(message.where);
    }
  }

  private show(document_: ResultDocument, nulls: Model["nulls"], final: boolean): void {
    const { model } = this;
    const before = model.document?.checkpoints[model.selected]?.name;
    const first = model.source !== "files" || (model.reading !== null && !model.reading.started);
    model.document = document_;
    model.source = "files";
    model.deck = null;
    model.found = this.found;
    model.nulls = final ? null : nulls;
    const same = first || this.followLast ? -1 : document_.checkpoints.findIndex((c) => c.name === before);
    const asked = model.state.step === null ? -1 : document_.checkpoints.findIndex((c) => c.step === model.state.step);
    model.selected = same >= 0 ? same : asked >= 0 && !model.reading ? asked : document_.checkpoints.length - 1;
    if (model.reading) {
      model.reading.started = true;
      if (this.finished()) this.endReading();
    }
    if (final && !this.fired) {
      this.fired = true;
      fire("neuromfa-result", document_);
    }
  }

  /** A file whose header could not be read stands in the list where its step would have been. */
  private insertFailed(error: EngineError): Item | undefined {
    const items = this.model.reading?.items;
    if (!items?.length || !error.file) return undefined;
    const name = error.file.split("/").pop() ?? error.file;
    const digits = /(?:step|checkpoint-|epoch_)(\d+)/.exec(name)?.[1];
    const step = digits === undefined ? null : Number(digits);
    const after = step === null ? -1 : items.findIndex((i) => i.step !== null && i.step > step);
    const item: Item = { id: -1 - items.length, name, file: name, step, bytes: 0, state: "waiting", read: 0, of: 0, label: "", error: null };
    items.splice(after < 0 ? items.length : after, 0, item);
    return item;
  }

  private finished(): boolean {
    return !!this.model.reading?.items.every((i) => i.state === "done" || i.state === "failed" || i.state === "left out");
  }

  /** The list goes; errors that stood in it stay, above the picture. */
  private endReading(): void {
    const { reading } = this.model;
    if (!reading) return;
    this.model.reading = null;
    for (const item of reading.items) if (item.state === "failed" && item.error) this.model.banners.push(this.banner(item.error, true));
    this.events.settled(reading.started && !reading.again && this.model.source === "files");
    const waiting = this.later.splice(0);
    if (waiting.length) {
      void this.open(waiting, true);
    }
  }

  private trapped(where: string): void {
    const results = this.kept();
    const busy = this.model.reading !== null || (this.model.nulls?.waiting.length ?? 0) > 0;
    this.endReading();
    const { title, body } = errorParts(ERRORS.stopped(where, results.length));
    this.model.nulls = null;
    this.model.banners.push({ kind: "error", title, body, details: "engine-stopped", actions: [{ label: "Start it again", run: () => {
      this.model.banners = this.model.banners.filter((b) => b.details !== "engine-stopped");
      this.model.reading = busy && !results.length ? { items: [], started: false } : null;
      this.engine.restart(this.model.state.options, results, null);
      this.events.changed();
    } }] });
    fire("neuromfa-error", { code: "engine-stopped", text: ERRORS.stopped(where, results.length), file: "" });
  }

  private fail(error: EngineError, details = ""): void {
    const banner = this.banner(error);
    if (details) banner.details = details;
    this.model.banners.push(banner);
    fire("neuromfa-error", eventOf(error));
    this.events.changed();
  }

  /** `again`: a file of a series can still take its place. */
  private banner(error: EngineError, again = false) {
    const series = again && (this.model.document?.checkpoints.length ?? 0) > 0 && this.model.source === "files";
    if (error.code === "bad-layers") return errorBanner(error, [{ label: "Count all layers", run: () => this.events.countAll() }]);
    if (error.code === "bad-hops") return errorBanner(error, [{ label: "Follow one hop", run: () => this.events.oneHop() }]);
    return errorBanner(error, [series ? { label: "Choose it again", run: () => this.events.chooseAgain() } : { label: "Choose another file", run: () => this.events.choose() }]);
  }

  private item(id: number): Item | undefined {
    return this.model.reading?.items.find((i) => i.id === id);
  }
}

function itemOf(found: Found): Item {
  return {
    id: found.id, name: found.name, file: found.files.length === 1 ? found.files[0]!.name : found.name, step: found.step,
    bytes: found.bytes, state: "waiting", read: 0, of: found.bytes, label: "", error: null,
  };
}

function isResult(value: unknown): value is ResultDocument {
  const d = value as Partial<ResultDocument> | null;
  return !!d && d.schema === "neuromfa-result/1" && Array.isArray(d.checkpoints) && d.checkpoints.length > 0
    && d.checkpoints.every((c) => !!c && Array.isArray(c.samples) && !!c.mean && !!c.network && Array.isArray(c.nulls)) && !!d.options;
}

function eventOf(error: EngineError): { code: string; text: string; file: string } {
  return { code: error.code, text: errorText(error), file: error.file };
}

/** What hosts hear is plain JSON, a copy of its own. */
function fire(type: string, detail: unknown): void {
  document.dispatchEvent(new CustomEvent(type, { detail: JSON.parse(JSON.stringify(detail)) as unknown }));
}
