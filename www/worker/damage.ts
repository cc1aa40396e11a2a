// The damage test in the worker: the weights are read again, damaged and analysed, then shuffled, round after round.

import type { Checkpoint, Damage, DamageProgress, DamageWish, EngineError, Options, Plan, ResultDocument } from "../protocol";
import { messagesFirst, type Pace } from "./pace";

/** What the engine does for it. */
export interface DamageEngine {
  damageRounds(kind: string, amount: number, rounds: number, seed: number): Damage[];
  planDamaged(checkpoint: number, options: object, damage: Damage): Plan;
  feed(bytes: Uint8Array): void;
  finishDamaged(): Checkpoint;
  damagedNullSamples(count: number): number;
  damagedRecord(): Checkpoint | null;
  document(records: Checkpoint[], options: object): ResultDocument;
}

export interface DamageTest {
  engine: DamageEngine;
  wish: DamageWish;
  /** E counts from it, if there is one. */
  first: Checkpoint | null;
  /** The engine's number of the checkpoint; null where its weights are not here. */
  id: number | null;
  name: string;
  options: Options;
  pace: Pace;
  /** Sees to it that the engine knows the checkpoint. */
  load(): void;
  read(plan: Plan): AsyncIterable<Uint8Array>;
  over(): boolean;
  tell(progress: DamageProgress): void;
  asError(error: unknown): EngineError;
}

export async function damageTest(test: DamageTest): Promise<void> {
  const { engine, wish, first, id, name, options } = test;
  let progress: DamageProgress = { document: null, round: 0, rounds: wish.rounds, state: "reading", error: null };
  const tell = (change: Partial<DamageProgress>): void => {
    progress = { ...progress, ...change };
    test.tell(progress);
  };
  try {
    if (id === null) return tell({ state: "failed", error: { code: "no-weights", text: "", file: name, hint: "" } });
    test.load();
    const wanted: Options = { ...options, null: options.null.includes("shuffle") ? options.null : [...options.null, "shuffle"] };
    const records = first ? [first] : [];
    for (const damage of engine.damageRounds(wish.kind, wish.amount, wish.rounds, wish.seed)) {
      tell({ round: damage.round, state: "reading" });
      if (!await damagedRound(test, id, wanted, damage, () => tell({ state: "shuffling" }))) return tell({ state: "stopped" });
      records.push(engine.damagedRecord()!);
      tell({ document: engine.document(records, wanted) });
    }
    tell({ state: "done" });
  } catch (error) {
    tell({ state: "failed", error: test.asError(error) });
  }
}

/** One round with its shuffles; false where the test was stopped. */
async function damagedRound({ engine, read, over, pace }: DamageTest, id: number, wanted: Options, damage: Damage, shuffling: () => void): Promise<boolean> {
  for await (const part of read(engine.planDamaged(id, wanted, damage))) {
    if (over()) return false;
    engine.feed(part);
  }
  engine.finishDamaged();
  shuffling();
  for (let missing = engine.damagedNullSamples(0); missing > 0;) {
    missing = pace.slice((count) => engine.damagedNullSamples(count));
    await messagesFirst();
    if (over()) return false;
  }
  return true;
}
