// One drop from its files to its last null sample: talks to the engine, keeps the model true, fires the page's events.

import { errorBanner } from "./banners";
import { EngineClient, type TakeComparison } from "./engine-client";
import { comparable, DEFAULTS } from "./hash";
import { somethingLoaded } from "./isolation";
import type { Weights } from "./lab-protocol";
import { filesHere, isElsewhere, keyOf, type Banner, type Item, type ListActions, type Model } from "./model";
import type { Edit } from "./edits";
import { Own } from "./own";
import type { Checkpoint, DamageProgress, DamageWish, EngineError, FitData, Found, FromWorker, InputFile, Options, ResultDocument, WiringData, WiringSpec } from "./protocol";
import { isLocal } from "./remote/files";
import type { RemoteReading } from "./remote/web";
import { isResult, SCHEMA } from "./result";
import { isTraining } from "./verdict";
import { errorParts, errorText, ERRORS, LIST } from "./words";

export interface SessionEvents {
  changed(): void;
  /** The reading came to its end; `results` tells whether anything new is there to show. */
  settled(results: boolean): void;
  /** Wasm may be loaded from now on: no reload is pending. */
  ready: Promise<void>;
  choose(): void;
  chooseAgain(file: string): void;
  /** No choice of layers any more, and all files from the start. */
  countAll(): void;
  /** Takes benchmark scores away from files that were given, and returns the others. */
  scores(files: InputFile[], add: boolean): Promise<InputFile[]>;
  /** A document with the user's scores, or as it is where there are none. */
  scored(document: ResultDocument): ResultDocument | Promise<ResultDocument>;
  /** The same at once, with nothing compared yet. */
  withScores(document: ResultDocument): ResultDocument;
  /** The demo comes in the place of the user's own result. */
  showDemo(): void;
  /** Single weights are the edges again, and all files are read from the start. */
  oneHop(): void;
}

/** Larger JSON files are not results of anything. */
const MOST_JSON = 512e6;

export class Session {
  readonly engine: EngineClient;
  readonly own: Own;
  /** Whether the user's result is what the engine holds: not one from a file, nor one that a new drop is to replace. */
  private inEngine = false;
  /** Set until the first result of a drop that replaces what was there. */
  private replaces = false;
  /** Set until the checkpoints of a drop that joins a series are known. */
  private joining = false;
  private stoppedBanner: Banner | null = null;
  private fired = true;
  private followLast = true;
  /** Files that join a series which is still being read wait for its end. */
  private later: InputFile[] = [];
  private laterFailed: string | null = null;
  /** What the engine said about the files of the drop that is being read. */
  private found = new Map<string, Found>();
  /** How much of the files on other sites will be read. */
  private share = 1;
  /** Set while the document is of other options or wishes than those that the engine was asked for. */
  private outdated = false;

  constructor(private readonly model: Model, private readonly events: SessionEvents) {
    this.engine = new EngineClient({
      ready: (state) => { this.model.engine = { flavour: state.flavour, threads: state.threads, isolated: state.isolated, memory: state.memory }; events.changed(); },
      message: (message) => { this.take(message); events.changed(); },
    }, () => model.state.threads);
    this.own = new Own(model, {
      changed: () => events.changed(),
      hidden: (keys) => this.engine.hide(keys),
      withScores: (document_) => events.withScores(document_),
      emptied: (count) => this.emptied(count),
    });
  }

  /** The user's scores changed, which are kept with the result. */
  keepScores(): void {
    this.own.keepScores();
  }

  readonly list: ListActions = {
    rename: (key, name) => this.own.rename(key, name),
    setStep: (key, step) => this.own.setStep(key, step),
    move: (key, series) => this.own.move(key, series),
    nameSeries: (series, name) => this.own.nameSeries(series, name),
    chooseBaseline: (key) => this.own.chooseBaseline(key),
    remove: (key) => this.own.remove(key),
    undo: () => this.own.undo(),
    clear: () => this.own.clear(),
    goOn: () => this.goOn(),
    forget: () => { void this.own.forget(); },
    showDemo: () => {
      this.own.away = true;
      this.model.aside = true;
      this.model.state.demo = true;
      this.events.showDemo();
    },
    showOwn: () => {
      this.own.away = false;
      this.back();
    },
  };

  /** The user's own result takes the page again. */
  private back(): void {
    this.model.aside = false;
    this.model.state.demo = false;
    this.model.found = this.found;
    this.own.present(null);
    this.events.settled(true);
    this.events.changed();
  }

  warm(): void {
    if (this.model.engine !== "none") return;
    this.model.engine = "starting";
    try {
      this.engine.start();
    } catch {
      // A sandboxed frame may be refused a worker.
      this.model.engine = "missing";
    }
    this.events.changed();
  }

  /**
   * What was dropped or chosen; `joins` takes it into the series whatever the switch says, `failed` names the file whose
   * place it takes.
   */
  async open(files: InputFile[], joins = false, failed: string | null = null): Promise<void> {
    if (!files.length) return;
    somethingLoaded();
    const { model } = this;
    const reading = model.reading !== null && model.reading.items.length > 0;
    const add = (model.add || joins) && (model.source !== "demo" || reading);
    if (!add) {
      model.banners = [];
      this.later = [];
      Object.assign(model.state, { source: "", revisions: "" });
    }
    if (add && reading) {
      this.later.push(...files);
      this.laterFailed = failed;
      return this.events.changed();
    }
    // A result without its files is not in the engine: it joins as it stands, and what joins it has its options.
    const shown = add && !this.inEngine ? this.own.raw : null;
    if (shown) model.state.options = { ...DEFAULTS, ...shown.options };
    const { results, rest } = await this.split(await this.events.scores(files, add));
    if (!rest.length && results.length === 1 && !add) return this.showResult(results[0]!);
    if (!rest.length && !results.length) return this.events.changed();
    await this.events.ready;
    this.warm();
    if (model.engine === "missing") return this.fail({ code: "browser", text: ERRORS.noEngine(), file: files[0]!.path, hint: "" });
    const join = add ? this.seriesOf(failed) : null;
    this.fired = false;
    this.followLast = true;
    this.joining = add;
    this.found = add && this.inEngine ? new Map(model.found) : new Map();
    if (!add) {
      this.inEngine = false;
      this.replaces = true;
      this.goesOn();
    }
    model.state.demo = false;
    model.reading = { items: [], started: add, files: rest.length };
    model.nulls = null;
    this.events.changed();
    const done = [...shown?.checkpoints ?? [], ...results.filter((r) => this.fits(r)).flatMap((r) => r.checkpoints)];
    this.engine.run({ files: rest, join }, model.state.options, add && !shown, done, null);
  }

  /** Reads what was found on another site. Its settings are those that were chosen with it, but where it joins others. */
  openRemote({ looked, options, bytes, worker, typed }: RemoteReading): void {
    const { model } = this;
    this.share = looked.bytes ? bytes / looked.bytes : 0;
    model.state.options = options;
    this.engine.readRemote(worker);
    void this.open(looked.files);
    Object.assign(model.state, typed);
  }

  /** The series that files join: that of the folder of the file whose place they take, else that of the selected one. */
  private seriesOf(failed: string | null): string | null {
    const { model } = this;
    const folder = failed?.includes("/") ? failed.split("/")[0]! : null;
    if (folder !== null && [...model.found.values()].some((found) => found.series === folder)) return folder;
    const key = model.keys[model.selected];
    const raw = key === undefined ? undefined : this.own.raw?.checkpoints.find((c) => c.name === key);
    return (key === undefined ? undefined : model.found.get(key)?.series) ?? raw?.series ?? null;
  }

  /** Results among the files; other JSON (index, config) belongs to the checkpoints. */
  private async split(files: InputFile[]): Promise<{ results: ResultDocument[]; rest: InputFile[] }> {
    const results: ResultDocument[] = [];
    const rest: InputFile[] = [];
    for (const input of files) {
      if (!isLocal(input)) {
        rest.push(input);
        continue;
      }
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

  showResult(document_: ResultDocument): void {
    const { model } = this;
    this.inEngine = this.replaces = false;
    this.own.reset();
    this.own.take(document_, "result");
    model.state.demo = false;
    model.reading = null;
    model.nulls = null;
    this.goesOn();
    this.own.present(null);
    this.events.settled(true);
    this.events.changed();
    fire("neuromfa-result", document_);
  }

  selected(): void {
    this.followLast = false;
    const key = this.own.selected();
    if (key !== null && this.model.nulls?.waiting.length) this.engine.select(key);
  }

  change(options: Options): void {
    if (this.model.source !== "files" || !this.model.document) return;
    this.followLast = false;
    this.outdated = true;
    this.engine.change(options, this.own.selected());
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
      this.stop();
      if (kept.length || this.model.stopped.length) this.engine.restart(this.model.state.options, kept, null, true);
      this.events.changed();
    });
  }

  /** Ends the reading; what was not read can be read later. */
  private stop(): void {
    const { model } = this;
    const items = model.reading?.items ?? [];
    const left = items.filter((item) => item.state === "waiting" || item.state === "reading");
    const done = items.filter((item) => item.state === "done").length;
    this.endReading();
    if (!left.length || model.reading) return;
    model.stopped = left.map((item) => ({ ...item, state: "waiting", read: 0, label: "" }));
    this.stoppedBanner = { kind: "note", ...LIST.stopped(done, left.length), actions: [
      { label: LIST.goOn, run: () => this.goOn() },
      { label: LIST.leaveOut(left.length), run: () => { this.goesOn(); this.events.changed(); } },
    ] };
    model.banners.push(this.stoppedBanner);
  }

  /** Nothing waits to be gone on with. */
  private goesOn(): void {
    this.model.stopped = [];
    this.model.banners = this.model.banners.filter((banner) => banner !== this.stoppedBanner);
    this.stoppedBanner = null;
  }

  private goOn(): void {
    const items = this.model.stopped;
    this.goesOn();
    this.resume(items);
  }

  /** Reads what was found and not read. */
  private resume(items: Item[]): void {
    this.model.reading = { items, started: this.inEngine };
    this.fired = false;
    this.followLast = true;
    this.warm();
    this.engine.resume(items.map((item) => item.name), null);
    this.events.changed();
  }

  private emptied(count: number): void {
    this.goesOn();
    this.model.banners = [{ kind: "note", ...LIST.cleared(count), actions: [{ label: "Undo", run: () => {
      this.model.banners = [];
      this.own.unclear();
      this.back();
    } }] }];
    this.events.showDemo();
  }

  fit(checkpoint: Checkpoint, sample: number, q: number): Promise<FitData | null> {
    return this.model.source === "files" ? this.engine.fit(keyOf(this.model, checkpoint), sample, q) : Promise.resolve(null);
  }

  compare(before: Checkpoint, after: Checkpoint, take: TakeComparison): void {
    if (this.model.source !== "files") return take(null, "", true);
    this.engine.compare(keyOf(this.model, before), keyOf(this.model, after), take);
  }

  weights(checkpoint: Checkpoint): Promise<Weights | null> {
    return filesHere(this.model, [checkpoint]) ? this.engine.weights(keyOf(this.model, checkpoint)) : Promise.resolve(null);
  }

  wiring(checkpoint: Checkpoint): Promise<WiringData | null> {
    return this.model.source === "files" ? this.engine.wiring(keyOf(this.model, checkpoint)) : Promise.resolve(null);
  }

  /** E counts from the first checkpoint of a training; the answer stops the test. */
  damage(checkpoint: Checkpoint, wish: DamageWish, tell: (progress: DamageProgress) => void): () => void {
    const document_ = this.model.document;
    const first = document_ && isTraining(document_) ? document_.checkpoints[0]! : null;
    return this.engine.damage(keyOf(this.model, checkpoint), wish, first && first.name !== checkpoint.name ? first : null, tell);
  }

  /** Every checkpoint is read again, with this wiring or with the recognised one. */
  rewire(wiring: WiringSpec | null): void {
    this.followLast = false;
    this.outdated = true;
    this.engine.rewire(wiring, this.own.selected());
  }

  chooseStateDict(checkpoint: Checkpoint, path: string): void {
    const key = keyOf(this.model, checkpoint);
    const id = this.model.found.get(key)?.id;
    if (id === undefined) return;
    this.followLast = false;
    this.outdated = true;
    this.engine.chooseStateDict(id, path, key);
  }

  private kept(): Checkpoint[] {
    return this.inEngine && !this.outdated ? this.own.raw?.checkpoints ?? [] : [];
  }

  private take(message: Exclude<FromWorker, { type: "ready" | "fit" | "wiring" | "weights" | "comparison" | "damage" }>): void {
    const { model } = this;
    switch (message.type) {
      case "found": {
        const known = this.joining ? message.known : [];
        if (this.joining) this.join(message.drop.checkpoints, known);
        this.joining = false;
        for (const found of message.drop.checkpoints) this.found.set(found.name, found);
        if (!model.reading) return; // a restart behind the scenes
        model.reading.items = message.drop.checkpoints.map((found) => this.itemOf(found));
        if (known.length) {
          this.own.present(this.own.selected());
          model.banners.push({ kind: "note", ...LIST.known(known.length), actions: [] });
        } else if (!message.known.length && !message.drop.checkpoints.length && !message.drop.errors.length) {
          const skipped = message.drop.skipped.map((s) => `${s.path}: ${s.why}`).join("; ");
          this.fail({ code: "nothing-to-analyse", text: ERRORS.nothing(), file: message.drop.skipped[0]?.path ?? "", hint: "" }, skipped);
        }
        if (!message.drop.checkpoints.length) this.endReading();
        return;
      }
      case "rereading":
        model.reading = { items: message.checkpoints.map((found) => this.itemOf(found)), started: true, again: true };
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
      case "cancelled": return this.stop();
      case "trap": return this.trapped(message.where);
    }
  }

  /** Checkpoints that join a series have the name that the user gave it; those that he had removed are back. */
  private join(checkpoints: Found[], known: string[]): void {
    const { own } = this;
    const changes: Record<string, Edit> = {};
    for (const { name, series } of checkpoints) {
      const siblings = [...this.found.values()].filter((found) => found.series === series).map((found) => own.editOf(found.name).series);
      if (siblings[0] !== undefined && siblings.every((given) => given === siblings[0])) changes[name] = { series: siblings[0] };
    }
    for (const key of known) if (own.editOf(key).removed) changes[key] = { removed: false };
    own.amend(changes);
  }

  private show(document_: ResultDocument, nulls: Model["nulls"], final: boolean): void {
    const { model, own } = this;
    const first = model.source !== "files" || (model.reading !== null && !model.reading.started);
    const before = first || this.followLast ? null : own.selected();
    if (this.replaces) own.reset();
    this.replaces = false;
    if (!this.inEngine) own.tellHidden();
    this.inEngine = true;
    own.take(document_, "files");
    model.found = this.found;
    model.nulls = final ? null : nulls;
    own.present(before);
    const asked = model.state.step === null || before !== null || model.reading || own.away ? -1 : model.document?.checkpoints.findIndex((c) => c.step === model.state.step) ?? -1;
    if (asked >= 0) model.selected = asked;
    if (model.reading) {
      model.reading.started = true;
      if (this.finished()) this.endReading();
    }
    if (final && !this.fired) {
      this.fired = true;
      void Promise.resolve(this.events.scored(own.result()?.document ?? document_)).then((whole) => fire("neuromfa-result", whole));
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

  private itemOf(found: Found): Item {
    const remote = isElsewhere(found);
    return {
      id: found.id, name: found.name, file: found.files.length === 1 ? found.files[0]!.name : found.name, step: found.step, remote,
      bytes: found.bytes, state: "waiting", read: 0, of: remote ? found.bytes * this.share : found.bytes, label: "", error: null,
    };
  }

  private finished(): boolean {
    return !!this.model.reading?.items.every((i) => i.state === "done" || i.state === "failed" || i.state === "left out");
  }

  /** The list goes; errors that stood in it stay, above the picture. */
  private endReading(): void {
    const { reading } = this.model;
    if (!reading) return;
    this.model.reading = null;
    for (const item of reading.items) if (item.state === "failed" && item.error) this.model.banners.push(item.remote ? this.remoteBanner(item, item.error) : this.banner(item.error, true));
    this.events.settled(reading.started && !reading.again && this.model.source === "files");
    const waiting = this.later.splice(0);
    if (waiting.length) {
      void this.open(waiting, true, this.laterFailed);
    }
  }

  private trapped(where: string): void {
    const results = this.kept();
    const busy = this.model.reading !== null || (this.model.nulls?.waiting.length ?? 0) > 0;
    this.endReading();
    const { title, body } = errorParts(ERRORS.stopped(where, results.length));
    this.model.nulls = null;
    this.model.banners.push({ kind: "error", title, body, details: "engine-stopped", error: { code: "engine-stopped", text: ERRORS.stopped(where, results.length), file: "" }, actions: [{ label: "Start it again", run: () => {
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
    return errorBanner(error, [series ? { label: "Choose it again", run: () => this.events.chooseAgain(error.file) } : { label: "Choose another file", run: () => this.events.choose() }]);
  }

  /** A file on another site that could not be read can be asked for again. */
  private remoteBanner(item: Item, error: EngineError): Banner {
    const banner = errorBanner(error, [{ label: "Try again", run: () => {
      if (this.model.reading) return;
      this.model.banners = this.model.banners.filter((one) => one !== banner);
      this.resume([{ ...item, state: "waiting", read: 0, error: null }]);
    } }]);
    return banner;
  }

  private item(id: number): Item | undefined {
    return this.model.reading?.items.find((i) => i.id === id);
  }
}

function eventOf(error: EngineError): { code: string; text: string; file: string } {
  return { code: error.code, text: errorText(error), file: error.file };
}

/** What hosts hear is plain JSON, a copy of its own. */
function fire(type: string, detail: unknown): void {
  document.dispatchEvent(new CustomEvent(type, { detail: JSON.parse(JSON.stringify(detail)) as unknown }));
}
