// The damage test: the weights of the selected checkpoint are damaged in memory, round by round, and analysed each time.

import { Chart } from "./chart";
import { amountText, damageSentence, damageTable, failureText, KINDS, PROMISE, roundsOf } from "./damage-words";
import { fill, h, rich } from "./dom";
import { exportButton } from "./export";
import { locked } from "./locked";
import { current, filesHere, type Actions, type Model, type View } from "./model";
import type { DamageKind, DamageProgress, DamageWish, ResultDocument } from "./protocol";
import { readable } from "./readable";
import { tableElement } from "./tables";
import { capital, label } from "./words";

export function damageSection(model: Model, actions: Actions, phone: () => boolean): View {
  let stop: (() => void) | null = null;
  /** Of the last test: the checkpoint, and its rounds so far. */
  let tested = "";
  let document_: ResultDocument | null = null;

  const kind = h("select.field", { id: "damage-kind" }, ...(Object.keys(KINDS) as DamageKind[]).map((k) => h("option", { value: k }, KINDS[k].name)));
  const amount = numberField("damage-amount");
  const rounds = numberField("damage-rounds");
  const amountLabel = h("span");
  const does = h("p.caption");
  const run = h("button.primary", { type: "submit" }, "Run");
  const cancel = h("button.ghost.framed", { type: "button", hidden: true, onclick: () => stop?.() }, "Cancel");
  const said = h("p.damage-said", { role: "status" });
  const failed = h("p.damage-said.damage-error", { role: "alert", hidden: true });
  const form = h("form.damage-form", { novalidate: true },
    h("label", { for: "damage-kind" }, "Kind", kind),
    h("label", { for: "damage-amount" }, amountLabel, amount),
    h("label", { for: "damage-rounds" }, "Rounds", rounds),
    run, cancel);
  const lock = locked(actions, "A damage test needs the weights. ", "Add the checkpoint");

  const chart = new Chart("damage-chart", {
    figure: () => document_ && { document: document_, parts: { kind: "damage", nulls: true, compact: phone() } },
    drawn: (layout) => describe(layout.summary ?? ""),
  });
  const describe = readable(chart.root, "emergence and width under damage");
  const sentence = h("p.deck");
  const table = h("div");
  const twin = h("details.twin-details", null, h("summary", null, "Table"), table);
  twin.addEventListener("toggle", () => draw());
  const results = h("div", { hidden: true },
    h("div.tools", null, exportButton(() => "neuromfa-damage", () => chart, () => document_)), chart.root, sentence, twin);
  const root = h("section.damage", { "aria-label": "Damage test" }, h("p.caption", null, PROMISE), form, does, lock.root, said, failed, results);

  kind.addEventListener("change", suggest);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });

  const chosen = (): DamageKind => kind.value as DamageKind;

  /** Each kind has amounts of its own. */
  function suggest(): void {
    const { amount: unit, first, does: words } = KINDS[chosen()];
    fill(amountLabel, unit);
    fill(does, words);
    amount.value = String(first.amount);
    rounds.value = String(first.rounds);
  }

  function begin(): void {
    const c = current(model);
    const wish: DamageWish = { kind: chosen(), amount: numberOf(amount), rounds: numberOf(rounds), seed: model.state.options.seed };
    for (const field of [amount, rounds]) field.setAttribute("aria-invalid", String(!(numberOf(field) > 0)));
    if (!c || stop || !(wish.amount > 0) || !Number.isInteger(wish.rounds) || wish.rounds < 1) return;
    actions.pick("damage", `${wish.kind},${wish.amount},${wish.rounds}`);
    tested = label(c);
    document_ = null;
    fail("");
    stop = () => undefined; // until the worker has it
    const end = actions.damage(c, wish, take);
    if (stop) stop = end;
    update();
  }

  function take(progress: DamageProgress): void {
    const { state, round, error } = progress;
    document_ = progress.document ?? document_;
    if (state === "reading" || state === "shuffling") {
      fill(said, `${capital(tested)}, round ${round} of ${progress.rounds}: ${state === "reading" ? "reading and damaging" : "shuffling"}`);
    } else {
      stop = null;
      const last = document_ && roundsOf(document_).at(-1)?.damage;
      fill(said, state === "done" ? "" : state === "stopped" && last ? `Stopped after round ${last.round}.` : state === "stopped" ? "Stopped." : "");
      if (error) fail(failureText(error));
    }
    update();
  }

  function fail(text: string): void {
    failed.hidden = text === "";
    fill(failed, text);
  }

  function update(): void {
    const c = current(model);
    const here = c !== null && filesHere(model, [c]);
    const focused = document.activeElement;
    form.hidden = does.hidden = !here;
    lock.update(here, c ? [c] : []);
    run.hidden = stop !== null;
    cancel.hidden = stop === null;
    // The focus stays on the button that took the place of the other.
    if (focused === run && run.hidden) cancel.focus();
    if (focused === cancel && cancel.hidden) run.focus();
    for (const field of [kind, amount, rounds]) field.disabled = stop !== null;
    draw();
  }

  function draw(): void {
    results.hidden = !document_;
    if (!document_) return;
    const last = roundsOf(document_).at(-1)?.damage;
    const words = damageSentence(document_);
    fill(sentence, rich(words));
    chart.root.setAttribute("aria-label", `Emergence and width of ${tested} over rounds of damage, beside shuffled weights${last ? `, up to ${amountText(last)}` : ""}. The table holds the numbers.`);
    chart.update();
    if (twin.open) fill(table, tableElement(damageTable(document_)));
  }

  /** What the address asks for; it is not run unasked. */
  function restore(): void {
    const [asked = "", much = "", many = ""] = model.state.picks.damage?.split(",") ?? [];
    if (!(asked in KINDS)) return suggest();
    kind.value = asked;
    suggest();
    amount.value = much;
    rounds.value = many;
  }

  restore();
  update();
  return { root, update, destroy: () => { stop?.(); chart.destroy(); } };
}

function numberField(id: string): HTMLInputElement {
  return h("input.field", { type: "text", inputmode: "decimal", id, autocomplete: "off", size: 6 });
}

function numberOf(field: HTMLInputElement): number {
  return field.value.trim() === "" ? NaN : Number(field.value);
}
