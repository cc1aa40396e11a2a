// The rescaled first checkpoint as a null model: read again for every later one, scaled to the sizes of its weights.

import type { Checkpoint, Group, Null, Options, Plan } from "../protocol";

/** The null model, of a checkpoint and of its groups. */
export interface RescaledNull { null: Null; groups: Group["nulls"] }

/** What the engine does for it. */
export interface RescalingEngine {
  planRescaled(first: number, options: object, record: Checkpoint, later: Checkpoint): Plan | null;
  finishRescaled(): RescaledNull;
  feed(bytes: Uint8Array): void;
}

interface Known { id: number; record: Checkpoint }

/** Null where the two have other layers; undefined where it was ended midway. */
export async function rescaledNull(engine: RescalingEngine, read: (plan: Plan) => AsyncIterable<Uint8Array>, first: Known, later: Known, options: Options, over: () => boolean): Promise<RescaledNull | null | undefined> {
  const plan = engine.planRescaled(first.id, options, first.record, later.record);
  if (!plan) return null;
  for await (const part of read(plan)) {
    if (over()) return undefined;
    engine.feed(part);
  }
  return engine.finishRescaled();
}

/** Adds the null model behind those that are drawn. */
export function addRescaled(record: Checkpoint, { null: null_, groups }: RescaledNull): void {
  record.nulls = [...record.nulls.filter(({ kind }) => kind !== null_.kind), { ...null_ }];
  record.groups?.forEach((group, i) => {
    const own = groups[i];
    if (own) group.nulls = [...group.nulls.filter(({ kind }) => kind !== own.kind), own];
  });
}

/** The first of a series: by its steps where all are known, else as they came. */
export function firstOf<E extends Known>(series: readonly E[]): E | null {
  const known = series.every(({ record }) => record.step !== null);
  const earlier = (a: E, b: E): E => (known && b.record.step! < a.record.step! ? b : a);
  return series.length ? series.reduce(earlier) : null;
}
