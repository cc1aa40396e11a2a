// The way to checkpoints on other sites: what is looked for, whom to ask, what was found, what it costs. Nothing is requested,
// and no worker is started, before the reader has pressed the button that names the host.

import { fill, h, icon } from "../dom";
import type { Actions, Model } from "../model";
import type { EngineError, Options } from "../protocol";
import { sheet } from "../styles";
import { planPart } from "./plan";
import type { Cost, Looked, RemoteWish, Traffic } from "./protocol";
import { BROKEN, Remote, STOPPED } from "./remote";
import { allowed, hostOf, hostsText, preset, SIZES, type Host } from "./sources";
import { faultParts, hostsLine, lookingText, promise, tokenHint, WEB } from "./words";

/** The worker that was started last, and the one that the engine reads with. */
let remote: Remote | null = null;
let reading: Remote | null = null;
/** What each worker has asked; those that have ended count on. */
const asked = new Map<Remote, Traffic[]>();
let policy = true;

export async function openWeb(model: Model, actions: Actions): Promise<void> {
  await sheet("remote/remote");
  if (!document.querySelector("dialog.web")) new Dialog(model, actions).open();
}

class Dialog {
  private readonly source = h("input.field", { type: "text", id: "web-source", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": "web-source-hint web-source-wrong", oninput: () => this.typed() });
  private readonly wrong = h("p.web-wrong", { id: "web-source-wrong", hidden: true });
  private readonly revisions = h("input.field", { type: "text", id: "web-revisions", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": "web-revisions-hint", oninput: () => this.typed() });
  private readonly token = h("input.field", { type: "password", id: "web-token", autocomplete: "off", "aria-describedby": "web-token-hint", oninput: () => this.typed() });
  private readonly tokenHint = h("p.caption", { id: "web-token-hint" });
  private readonly presets = h("select.field", { id: "web-preset", onchange: () => this.choosePreset() },
    h("option", { value: "" }, "None"), ...SIZES.map((size) => h("option", { value: size }, `Pythia ${size.replace("m", " M").replace("b", " B")}, 27 steps`)));
  private readonly anywhere = h("input", { type: "checkbox", onchange: () => this.typed() });
  private readonly anywhereRow = h("label.tick-row", { hidden: true }, this.anywhere, h("span", null, WEB.anywhere));
  private readonly promise = h("p.web-promise");
  private readonly hosts = h("p.caption");
  private readonly ask = h("button.primary", { type: "submit" });
  private readonly said = h("p", { role: "status" });
  private readonly bar = h("progress.web-bar", { "aria-label": "Headers read" });
  private readonly stop = h("button.ghost.framed", { type: "button", onclick: () => this.looking?.abort() }, "Stop");
  private readonly progress = h("div.web-progress", { hidden: true }, this.said, this.bar, this.stop);
  private readonly fault = h("div.web-fault", { role: "alert" });
  private readonly result = h("div");
  private readonly more = h("details.web-more", null, h("summary", null, "More"),
    h("div.web-fields", null, field("The paper\u2019s models", this.presets),
      field("Token", this.token), this.tokenHint));
  private readonly title = h("h2.web-title", { id: "web-title", tabindex: "-1" }, WEB.title);
  private readonly root: HTMLDialogElement;
  private looking: AbortController | null = null;
  private readonly over = new AbortController();

  constructor(private readonly model: Model, private readonly actions: Actions) {
    this.source.value = model.state.source;
    this.revisions.value = model.state.revisions;
    const form = h("form.web-form", { novalidate: true },
      field(WEB.address, this.source), h("p.caption", { id: "web-source-hint" }, WEB.addressHint), this.wrong,
      field(WEB.revisions, this.revisions), h("p.caption", { id: "web-revisions-hint" }, WEB.revisionsHint),
      this.more, this.anywhereRow, this.promise, this.hosts, h("div.web-ask", null, this.ask));
    form.addEventListener("submit", (event) => { event.preventDefault(); void this.look(); });
    const close = h("button.quiet", { type: "button", "aria-label": "Close", onclick: () => this.root.close() }, icon("close", 20));
    this.root = h("dialog.web", { "aria-labelledby": "web-title" },
      h("div.web-top", null, this.title, close), h("p.web-about", null, WEB.about), form, this.progress, this.fault, this.result);
    this.root.addEventListener("close", () => this.closed());
    for (const type of ["online", "offline"]) addEventListener(type, () => this.refresh(), { signal: this.over.signal });
  }

  open(): void {
    document.body.append(this.root);
    this.typed();
    this.root.showModal();
    // What a link has filled in is read first; else there is something to type.
    (this.source.value ? this.title : this.source).focus({ preventScroll: true });
  }

  private closed(): void {
    this.looking?.abort();
    this.over.abort();
    this.root.remove();
    // A worker that nothing is read with has no further use, and nor has its token.
    if (remote && remote !== reading) {
      remote.close();
      remote = null;
    }
  }

  // ---- whom to ask ----

  private host(): Host | null {
    const typed = hostOf(this.source.value);
    return "host" in typed ? typed.host : null;
  }

  /** Another wish than that of the plan: the plan goes. */
  private typed(): void {
    fill(this.result);
    this.refresh();
  }

  private refresh(): void {
    const typed = hostOf(this.source.value);
    const host = "host" in typed ? typed.host : null;
    const wrong = "wrong" in typed ? typed.wrong : "";
    fill(this.wrong, wrong);
    this.wrong.hidden = !wrong;
    this.source.setAttribute("aria-invalid", String(wrong !== ""));
    fill(this.tokenHint, tokenHint(host?.name ?? null));
    this.anywhereRow.hidden = !host?.mayRedirect;
    const offline = !navigator.onLine;
    fill(this.promise, offline ? WEB.offline : host ? promise(host.name, this.token.value !== "") : "");
    fill(this.hosts, host && !offline ? hostsLine(hostsText(allowed(host, this.anywhere.checked)), !!navigator.serviceWorker?.controller) : "");
    fill(this.ask, host ? `Ask ${host.name}` : "Ask");
    this.ask.disabled = !host || offline || this.looking !== null;
  }

  private choosePreset(): void {
    const size = SIZES.find((one) => one === this.presets.value);
    if (!size) return;
    const { source, revisions } = preset(size);
    this.source.value = source;
    this.revisions.value = revisions;
    this.typed();
  }

  // ---- looking ----

  private async look(): Promise<void> {
    const host = this.host();
    if (!host || this.ask.disabled) return;
    const wish = { source: this.source.value.trim(), revisions: this.revisions.value.trim(), token: this.token.value || null };
    const looking = (this.looking = new AbortController());
    fill(this.fault);
    this.typed();
    this.tell(0, 0);
    this.progress.hidden = false;
    this.stop.focus();
    try {
      const worker = this.workerFor(host);
      const looked = await worker.look(wish, looking.signal, (done, of) => this.tell(done, of));
      if (!this.over.signal.aborted) this.found(worker, looked, wish);
    } catch (error) {
      this.failed(error);
    } finally {
      this.looking = null;
      this.progress.hidden = true;
      this.refresh();
      if (document.activeElement === document.body || document.activeElement === this.root) this.ask.focus();
    }
  }

  private tell(done: number, of: number): void {
    const text = lookingText(done, of);
    if (this.said.textContent !== text) fill(this.said, text);
    if (of === 0) return this.bar.removeAttribute("value");
    this.bar.max = of;
    this.bar.value = done;
  }

  /** The host was confirmed just now: a worker for it, or the one that has asked it before. */
  private workerFor(host: Host): Remote {
    const hosts = allowed(host, this.anywhere.checked);
    if (reading?.serves(hosts)) return reading;
    if (remote?.serves(hosts)) return remote;
    if (remote && remote !== reading) remote.close();
    const own = remote = new Remote(hosts, {
      traffic: (traffic) => { asked.set(own, traffic); this.count(host.name); },
      policy: (has) => { policy &&= has; },
    });
    return own;
  }

  private count(host: string): void {
    const sums = new Map<string, Traffic>();
    for (const one of [...asked.values()].flat()) {
      const sum = sums.get(one.host);
      sums.set(one.host, sum ? { host: one.host, requests: sum.requests + one.requests, bytes: sum.bytes + one.bytes } : one);
    }
    this.actions.tellWeb({ host, traffic: [...sums.values()].sort((a, b) => b.requests - a.requests), policy });
  }

  /** What was typed stays; the same button tries again. */
  private failed(error: unknown): void {
    if (error === STOPPED || this.over.signal.aborted) return;
    // Another try gets another worker.
    if (broken(error)) remote = reading = null;
    const given = error as Partial<EngineError> & { message?: string };
    const { title, body } = faultParts({ code: given.code ?? "remote", text: given.text ?? given.message ?? "The worker did not start.", file: given.file ?? "", hint: given.hint ?? "" });
    fill(this.fault, icon("error", 20), h("div", null, h("p.banner-title", null, title), body ? h("p", null, body) : null));
  }

  // ---- what was found ----

  private found(worker: Remote, looked: Looked, wish: RemoteWish): void {
    const { drop } = looked;
    if (!drop.checkpoints.length) return this.failed(drop.errors[0] ?? { code: "nothing-to-analyse", text: WEB.nothing, file: "", hint: "" });
    const loaded = this.model.source !== "demo" && this.model.document !== null && this.model.add;
    const { root, heading } = planPart({
      looked, options: this.model.state.options, fixed: loaded ? WEB.joins : "",
      cost: (options) => worker.cost(options, this.over.signal),
      read: (options, cost) => this.read(worker, looked, options, cost, wish),
    });
    fill(this.result, root);
    heading.focus();
  }

  private read(worker: Remote, looked: Looked, options: Options, { bytes }: Cost, { source, revisions }: RemoteWish): void {
    reading = remote = worker;
    this.actions.readWeb({ looked, options, bytes, worker, typed: { source, revisions } });
    this.root.close();
  }
}

function broken(error: unknown): boolean {
  return error === BROKEN || !("code" in (error as object));
}

function field(text: string, input: HTMLElement): HTMLElement {
  return h("label.web-field", { for: input.id }, text, " ", input);
}
