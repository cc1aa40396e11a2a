// Changes of the list of checkpoints lie over the document and can be taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, edited, History, keysOf, nameFrom, NONE, stepFrom, touches } from "../../www/edits";
import type { Checkpoint, ResultDocument } from "../../www/protocol";

function documentOf(...names: string[]): ResultDocument {
  const checkpoints = names.map((name, step) => ({ name, step, nulls: [{ kind: "shuffle", emergence: 1 }], emergence: 2 }) as unknown as Checkpoint);
  return { schema: "neuromfa-result/1", checkpoints } as unknown as ResultDocument;
}

test("keys are the names, told apart where a file repeats them", () => {
  assert.deepEqual(keysOf(documentOf("a", "b", "a", "a")), ["a", "b", "a (2)", "a (3)"]);
  assert.deepEqual(keysOf(documentOf("a", "a", "a (2)")), ["a", "a (3)", "a (2)"]);
  assert.deepEqual(keysOf(documentOf()), []);
});

test("edited records are copies, as deep as what is computed anew", () => {
  const document = documentOf("a", "b", "c");
  const before = structuredClone(document);
  const records = edited(document, keysOf(document), { a: { name: "start", step: 5, series: "s", is_baseline: true }, b: { removed: true }, c: { series: null, is_baseline: false } });
  const [first, last] = [...records.keys()] as [Checkpoint, Checkpoint];
  assert.deepEqual([...records.values()], ["a", "c"]);
  assert.deepEqual([first.name, first.step, first.series, first.is_baseline], ["start", 5, "s", true]);
  // The shorter form of a document: no name is no field.
  assert.ok(!("series" in last) && !("is_baseline" in last) && !("removed" in first));
  first.nulls[0]!.emergence = 7;
  assert.deepEqual(document, before);
});

test("a checkpoint may be called like something that all objects have", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const document = documentOf(name, "b");
    assert.equal(touches(keysOf(document), NONE), false);
    const edits = changed(changed(NONE, { [name]: { step: 7 } }), { b: { step: 8 } });
    assert.deepEqual([...edited(document, keysOf(document), edits).keys()].map((c) => c.step), [7, 8], name);
  }
});

test("every change can be undone, the last one first", () => {
  const history = new History();
  history.change(changed(history.now, { a: { step: 1 } }), "first");
  history.change(changed(history.now, { a: { name: "x" }, b: { removed: true } }), "second");
  assert.deepEqual(history.now, { a: { step: 1, name: "x" }, b: { removed: true } });
  assert.equal(history.last, "second");
  assert.equal(history.undo(), "second");
  assert.deepEqual(history.now, { a: { step: 1 } });
  assert.equal(history.undo(), "first");
  assert.equal(history.now, NONE);
  assert.equal(history.undo(), null);
});

test("what follows from loading outlives an undo", () => {
  const history = new History();
  history.change(changed(history.now, { a: { removed: true } }), "removed");
  history.amend({ b: { series: "s" } });
  history.undo();
  assert.deepEqual(history.now, { b: { series: "s" } });
});

test("the history is not endless", () => {
  const history = new History();
  for (let i = 0; i < 80; i += 1) history.change({ a: { step: i } }, `${i}`);
  let undone = 0;
  while (history.undo() !== null) undone += 1;
  assert.equal(undone, 50);
  assert.deepEqual(history.now, { a: { step: 29 } });
});

test("edits touch a document only where they change one of its checkpoints", () => {
  assert.equal(touches(["a"], NONE), false);
  assert.equal(touches(["a"], { b: { step: 1 } }), false);
  assert.equal(touches(["a"], { a: {} }), false);
  assert.equal(touches(["a"], { a: { step: null } }), true);
});

test("steps are whole numbers, however people write them", () => {
  for (const [text, step] of [["1000", 1000], [" 3,000 ", 3000], ["1 000 000", 1e6], ["143_000", 143000], ["0", 0], ["", null], ["  ", null]] as const) {
    assert.equal(stepFrom(text), step, text);
  }
  for (const text of ["-1", "1.5", "1e3", "step 5", "1,00", "1,0000", "99999999999999999", "\u0663"]) assert.equal(stepFrom(text), undefined, text);
});

test("names are one line, not empty and not endless", () => {
  assert.equal(nameFrom("  a \n b\t"), "a b");
  assert.equal(nameFrom(" \n"), undefined);
  assert.equal(nameFrom("x".repeat(500))?.length, 200);
  assert.equal(nameFrom("{w} <b>")?.length, 7);
});
