// The user's own result: as it was computed, as the list of checkpoints changes it, and as the browser keeps it.

import { debounce } from "./dom";
import { arrange } from "./drawing";
import { changed, edited, History, keysOf, NONE, touches, type Edit, type Edits } from "./edits";
import { forget, keep, keepEdits, type Kept } from "./kept";
import type { Model, Source } from "./model";
import type { Checkpoint, ResultDocument } from "./protocol";
import { label, LIST } from "./words";

export interface OwnEvents {
  changed(): void;
  /** These checkpoints are left out now; of all others everything is wanted. */
  hidden(keys: string[]): void;
  /** The document with the user's scores. */
  withScores(document: ResultDocument): ResultDocument;
  /** The last checkpoint was taken away. */
  emptied(count: number): void;
}

/** Changes that come one after the other are kept once. */
const KEEP_AFTER_MS = 500;

export class Own {
  /** As it was computed. */
  raw: ResultDocument | null = null;
  source: Exclude<Source, "demo"> = "files";
  /** Whether something else stands on the page. */
  away = false;
  private keys: string[] = [];
  private readonly history = new History();
  /** The document that the browser has, and the order of what is asked of it. */
  private stored: ResultDocument | null = null;
  private storing: Promise<void> = Promise.resolve();

  constructor(private readonly model: Model, private readonly events: OwnEvents) {}

  /** What the engine or a file gave, under the changes that were made so far. */
  take(raw: ResultDocument, source: Exclude<Source, "demo">): void {
    this.raw = raw;
    this.source = source;
    this.keys = keysOf(raw);
    this.keep();
  }

  /** Forgets all changes: something else was loaded. */
  reset(edits: Edits = NONE): void {
    this.history.reset(edits);
    this.away = false;
    this.model.aside = false;
    if (this.model.keeping === "forgotten") this.model.keeping = null;
  }

  /** A result of an earlier visit; `away` while the demo is asked for. */
  restore({ document, edits }: Kept, away: boolean): void {
    this.reset(edits);
    // What was being computed when the page was left is not computed now.
    const whole = document.options.null.filter((kind) => document.checkpoints.every((c) => c.nulls.some((n) => n.kind === kind)));
    this.raw = { ...document, options: { ...document.options, null: whole } };
    this.source = "kept";
    this.keys = keysOf(this.raw);
    this.model.keeping = "kept";
    this.stored = this.raw;
    this.away = away;
    this.model.aside = away;
  }

  /** There is no result any more. */
  discard(): void {
    this.raw = this.stored = null;
    this.keys = [];
    this.reset();
    this.model.keeping = null;
  }

  /** The document with the changes of the list, and the keys of its checkpoints. */
  result(): { document: ResultDocument; keys: string[] } | null {
    const { raw, keys } = this;
    if (!raw) return null;
    if (!touches(keys, this.history.now)) return { document: raw, keys };
    const records = edited(raw, keys, this.history.now);
    if (!records.size) return null;
    const arranged = arrange([...records.keys()]);
    // Correlations with scores were those of other steps or series.
    const { associations: _, ...rest } = raw;
    return { document: { ...rest, checkpoints: arranged }, keys: arranged.map((record) => records.get(record)!) };
  }

  /** Puts the result on the page, the checkpoint `key` selected. */
  present(key: string | null): void {
    const { model } = this;
    const result = this.result();
    if (!result || this.away) return;
    model.document = result.document;
    model.keys = result.keys;
    model.source = this.source;
    model.deck = null;
    const at = key === null ? -1 : result.keys.indexOf(key);
    const last = result.keys.length - 1;
    model.selected = at >= 0 ? at : Math.min(key === null ? last : model.selected, last);
    model.undoable = this.history.last;
  }

  /** The key that the selected checkpoint has, where the own result stands. */
  selected(): string | null {
    return this.away ? null : this.model.keys[this.model.selected] ?? null;
  }

  /** How a checkpoint is changed, by its key. */
  editOf(key: string): Edit {
    return this.history.now[key] ?? {};
  }

  /** Changes that follow from loading and are no step of their own. */
  amend(changes: Record<string, Edit>): void {
    if (!Object.keys(changes).length) return;
    this.history.amend(changes);
    this.tellHidden();
  }

  // ---- the list ----

  rename(key: string, name: string): void {
    this.change({ [key]: { name } }, LIST.renamed(this.words(key), name));
  }

  setStep(key: string, step: number | null): void {
    this.change({ [key]: { step } }, LIST.stepped(this.record(key)?.name ?? key, step));
  }

  /** A baseline stays with its series. */
  move(key: string, series: string | null): void {
    this.change({ [key]: { series, is_baseline: false } }, LIST.moved(this.words(key), series));
  }

  nameSeries(series: string | null, name: string | null): void {
    const members = this.members(series);
    this.change(Object.fromEntries(members.map(([key]) => [key, { series: name }])), LIST.seriesNamed(name));
  }

  chooseBaseline(key: string): void {
    const members = this.members(this.record(key)?.series ?? null);
    // The first of its series is the baseline anyway.
    const first = members[0]?.[0] === key;
    const changes = members.map(([other]): [string, Edit] => [other, { is_baseline: other === key && !first }]);
    this.change(Object.fromEntries(changes), LIST.baseline(this.words(key)));
  }

  remove(key: string): void {
    if (this.model.keys.length === 1) return this.clear();
    this.change({ [key]: { removed: true } }, LIST.removed(this.words(key)));
    this.tellHidden();
  }

  undo(): void {
    const selected = this.selected();
    if (this.history.undo() === null) return;
    this.tellHidden();
    this.shownAnew(selected);
  }

  clear(): void {
    const count = this.model.keys.length;
    this.away = true;
    this.model.aside = false;
    this.model.undoable = null;
    this.events.hidden([...this.keys]);
    void this.drop();
    this.events.emptied(count);
  }

  /** Takes everything back that was cleared. */
  unclear(): void {
    this.away = false;
    this.tellHidden();
    this.keep();
  }

  private change(changes: Record<string, Edit>, what: string): void {
    const selected = this.selected();
    this.history.change(changed(this.history.now, changes), what);
    this.shownAnew(selected);
  }

  private shownAnew(selected: string | null): void {
    this.present(selected);
    this.keep();
    this.events.changed();
  }

  /** Says which checkpoints are left out. */
  tellHidden(): void {
    this.events.hidden(this.keys.filter((key) => this.editOf(key).removed));
  }

  private record(key: string): Checkpoint | undefined {
    return this.model.document?.checkpoints[this.model.keys.indexOf(key)];
  }

  private words(key: string): string {
    const record = this.record(key);
    return record ? label(record) : key;
  }

  private members(series: string | null): [string, Checkpoint][] {
    const all = (this.model.document?.checkpoints ?? []).map((c, at): [string, Checkpoint] => [this.model.keys[at]!, c]);
    return all.filter(([, c]) => (c.series ?? null) === series);
  }

  // ---- kept over a reload ----

  private readonly keep = debounce(KEEP_AFTER_MS, () => { this.storing = this.storing.then(() => this.store()); });

  /** The scores changed, which are kept with the document. */
  keepScores(): void {
    this.stored = null;
    this.keep();
  }

  private async store(): Promise<void> {
    const { model, raw } = this;
    const gone = (): boolean => model.keeping === "forgotten" || (this.away && !model.aside);
    // In the page of another site this would be a surprise, and so would be the result of somebody's link.
    if (!raw || gone() || self.top !== self || model.state.frame || model.state.result) return;
    const edits = this.history.now;
    const outcome = raw === this.stored ? await keepEdits(edits) : await keep({ document: this.events.withScores(raw), edits });
    if (outcome === "kept") this.stored = raw;
    if (gone()) return;
    if (model.keeping === outcome) return;
    model.keeping = outcome;
    this.events.changed();
  }

  /** The browser keeps nothing of it any more. What stands on the page stays until it is closed. */
  async forget(): Promise<void> {
    this.model.keeping = "forgotten";
    this.model.aside = false;
    this.events.changed();
    await this.drop();
  }

  private drop(): Promise<void> {
    this.stored = null;
    this.storing = this.storing.then(forget);
    return this.storing;
  }
}
