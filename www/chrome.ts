// What stands around every screen besides the header: drop card and status bar.

import { fill, h, icon } from "./dom";
import { bytes, integer, plural } from "./format";
import { byKey, isElsewhere, type Actions, type Model } from "./model";
import type { Detail } from "./offline";
import { close, toggle } from "./popover";
import { NO_POLICY, sizeText, trafficWords, type Web } from "./remote/web";

const MIB = 2 ** 20;

interface Part { root: HTMLElement; update(): void }

/** The drop card: second in weight, never between the reader and the finding. */
export function dropCard(model: Model, actions: Actions): Part {
  const button = h("button.primary", { type: "button", onclick: () => actions.choose() }, icon("file", 20), h("span.wide-only", null, "Choose files"), h("span.phone-only", null, "Choose checkpoints"));
  const folder = h("button.text-link", { type: "button", onclick: () => actions.choose(true) }, "a folder");
  const web = h("button.text-link", { type: "button", onclick: () => actions.openWeb() }, "from the web");
  const add = h("input", { type: "checkbox", onchange: () => actions.setAdd(add.checked) });
  const adding = h("label.tick-row", null, add, h("span", null, "Add", h("span.wide-only", null, " to what is loaded")));
  const root = h("section.card", { "aria-label": "Open checkpoints" },
    h("div.card-top", null,
      h("div.card-words", null, h("h2.card-title", null, "Drop checkpoints anywhere", h("span.card-long", null, " on this page")), h("p.card-line", null, "One file, a series, ", folder, ", or ", web)),
      button),
    h("div.card-foot", null, h("span.card-formats", null, "safetensors, PyTorch, GGUF, ONNX, NumPy"), adding, h("span.card-privacy", null, "Read here, never uploaded")));
  const update = (): void => {
    const own = model.source !== "demo";
    adding.hidden = !own;
    root.classList.toggle("has-own", own);
    add.checked = model.add;
    button.disabled = web.disabled = model.engine === "missing";
  };
  update();
  return { root, update };
}

export function status(model: Model): Part {
  const privacy = item(() => (asked() ? "Your files stay on this computer" : "Nothing leaves this computer"), () => [
    ["Read in this page", "Files are opened by this page on this computer. There is no server that could receive them, and the page\u2019s own policy forbids it to talk to other sites."],
    ["Its workers too", "The engine\u2019s workers are started by the page and have the same policy."],
  ], true);
  const requests = item(requestWords, () => [...asked() ? webDetails(model.web!) : [],
    ["Requests to other sites", "Counted while the page is open, by the browser\u2019s own record, in the page and in its workers. Fonts, program and demo come from the site that served this page. What the page\u2019s policy forbids is stopped by the browser, and told as stopped."],
  ]);
  const offline = item(() => model.offline?.words ?? "", () => model.offline?.details ?? []);
  const source = item(sourceWords, () => [[sourceWords(), model.source === "demo"
    ? `A result that was computed before, ${bytes(model.demoBytes)} long. \u201cAnalyse these files here\u201d computes it again in this page.`
    : model.source === "result" ? "Everything that is drawn was stored in the result file; the weights are not here."
      : model.source === "kept" ? "Everything that is drawn was kept by this browser from an earlier visit; the weights are not here."
        : elsewhere() ? "Computed in this page from parts of files on other sites." : "Computed in this page from the files that you gave it."]]);
  const engine = item(engineWords, engineDetails);
  const root = h("div.status-in", null, h("div.status-left", null, privacy.root, requests.root), h("div.status-right", null, source.root, engine.root, offline.root));
  const said = h("span.sr", { role: "status" });
  root.append(said);

  const elsewhere = (): boolean => model.document?.checkpoints.some(isElsewhere) ?? false;
  function asked(): string {
    return model.web ? trafficWords(model.web) : "";
  }
  function requestWords(): string {
    const { requests: sent, stoppedRequests: stopped } = model;
    // What was confirmed is told for itself, and what was not is told beside it.
    if (asked() && !sent && !stopped) return asked();
    return `${asked()}${asked() ? "; " : ""}${integer(sent)} ${sent === 1 ? "request" : "requests"} to other sites${stopped ? `, ${integer(stopped)} stopped` : ""}`;
  }
  function sourceWords(): string {
    const now = model.reading?.items.find((i) => i.state === "reading");
    if (now) return now.label ? `Reading ${now.label} in ${now.step === null ? now.name : `step ${integer(now.step)}`}` : `Reading ${now.file}`;
    const n = model.nulls;
    if (n?.current) return `Shuffling ${byKey(model, n.current)?.name ?? n.current}, ${n.done} of ${n.of}`;
    if (n?.waiting.length) return `Shuffled: computing, ${n.waiting.length} to go`;
    return model.source === "demo" ? "Demo, computed in advance" : model.source === "result" ? "Result file" : model.source === "kept" ? "Kept result" : elsewhere() ? "From the web" : "Your files";
  }
  function engineWords(): string {
    const e = model.engine;
    if (e === "missing") return "Engine: not in this browser";
    if (e === "none") return "Engine: ready when needed";
    if (e === "starting") return "Engine: starting";
    return `Engine: ${e.threads === 1 ? "1 thread" : `${e.threads} threads`}, ${e.isolated ? "isolated" : "not isolated"}`;
  }
  function engineDetails(): [string, string][] {
    const e = model.engine;
    if (typeof e === "string") return [["The engine", e === "missing" ? "This browser lacks WebAssembly SIMD or module workers." : "It starts with the first file, in a worker of its own."]];
    const used: [string, string][] = model.memoryUsed ? [["Memory", `The engine took ${bytes(model.memoryUsed)} at most${e.memory ? `; the browser would give it ${bytes(e.memory * MIB)}` : ""}. Files are read piece by piece and never copied whole.`]] : [];
    if (e.flavour === "threads") return [[`${e.threads} threads`, "This page is isolated, so the engine shares its memory among threads. Results are the same to the last bit for every number of threads."], ...used];
    const why = e.isolated ? "The engine runs with one thread here." : "This page is not isolated, so the browser allows one thread.";
    return [["One thread, same numbers", `${why} Results are the same to the last bit; large files take longer.`], ...used];
  }
  const update = (): void => {
    for (const part of [privacy, requests, source, engine, offline]) part.update();
    // Of all that changes here only this is announced.
    const now = model.offline?.online === false ? "Offline" : "";
    if (said.textContent !== now) fill(said, now);
  };
  update();
  return { root, update };
}

/** What was asked of the sites that were confirmed, host by host. */
function webDetails({ traffic, policy }: Web): Detail[] {
  const hosts = traffic.map(({ host, requests: n, bytes: read }) => `${host}: ${plural(n, "request")}, ${sizeText(read)}`).join("; ");
  const bound = policy ? "The worker that asks has a policy of its own, which names the host that you confirmed and those that it keeps its files on. The page and the engine can talk to neither." : NO_POLICY;
  return [["Asked after you confirmed it", `${hosts}. ${bound}`]];
}

function item(words: () => string, details: () => Detail[], dot = false): Part {
  const text = h("span");
  const root = h("button.status-item", { type: "button", "aria-expanded": "false" }, dot && h("span.ok-dot"), text);
  root.addEventListener("click", () => toggle(root, () => {
    const panel = h("div.explain", { role: "dialog", "aria-label": words() });
    for (const [title, body, action] of details()) {
      panel.append(h("p.explain-title", null, title), h("p", null, body));
      if (action) panel.append(h("button.ghost.framed", { type: "button", onclick: () => { close(); action.run(); } }, action.label));
    }
    return panel;
  }));
  return { root, update: () => {
    root.hidden = !words();
    if (text.textContent !== words()) fill(text, words());
  } };
}
