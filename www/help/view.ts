// Help: topics, a search over all of them, and a report that can be copied.

import { bibtex, citations } from "../cite";
import { fill, h, hidden, plain, rich } from "../dom";
import { placeAddress, readAddress } from "../hash";
import { keyList } from "../keys";
import type { Model, View } from "../model";
import { lines } from "../read/step";
import { plural } from "../format";
import { sheet } from "../styles";
import { VERSION } from "../version";
import { CHANGES } from "./changes";
import { CHECK_HELP } from "./checks";
import { FAQ } from "./faq";
import { METHOD } from "./method";
import { NUMBERS } from "./numbers";
import { reportPart } from "./report";
import { KEY_HELP, LIMITS, PRIVACY } from "./rest";
import { START } from "./start";
import { matches, type Entry, type Topic } from "./topic";

const CITE: Topic = { id: "cite", title: "How to cite", about: "The paper that introduced the method, and this program.", entries: [] };
const REPORT: Topic = { id: "report", title: "Report", about: "Something is wrong? This is what to tell those who look after the program.", entries: [] };

export const TOPICS: readonly Topic[] = [START, METHOD, NUMBERS, CHECK_HELP, LIMITS, PRIVACY, KEY_HELP, FAQ, CITE, CHANGES, REPORT];

const address = (id: string): string => placeAddress("help", { help: id });

/** The style sheets of help. */
export const sheets = (): Promise<unknown> => Promise.all([sheet("read/read"), sheet("help/help")]);

export function helpView(model: Model): View {
  const search = h("input.field.help-search", { type: "search", id: "help-search", autocomplete: "off", "aria-describedby": "help-found" });
  const found = h("p.caption", { id: "help-found", role: "status" });
  const list = h("ul.help-topics");
  const place = h("div.help-place");
  const root = h("div.view.help-view", null,
    h("h1.headline", { tabindex: "-1" }, "Help"),
    h("div.help-grid", null,
      h("div.help-side", null,
        h("search", null, h("label.help-label", { for: "help-search" }, "Search help ", h("kbd", null, "/")), search, found),
        h("nav", { "aria-label": "Topics" }, list)),
      place));
  let shown = "";

  function update(): void {
    const { help } = model.state;
    if (help === shown) return;
    shown = help;
    search.value = "";
    look();
  }

  /** The topic of the address, or all entries that hold what is looked for. */
  function look(): void {
    const wanted = search.value.trim();
    const topic = topicOf(model.state.help);
    fill(list, ...TOPICS.map((one) => h("li", null, h("a", { href: address(one.id), "aria-current": !wanted && one === topic ? "page" : null }, one.title))));
    if (wanted) return results(wanted);
    fill(found);
    fill(place, ...topicParts(topic, model));
    // Somebody asked for this very entry, or went from one topic to another.
    const heading = document.getElementById(`help-${model.state.help}`) ?? (model.state.help ? place.querySelector<HTMLElement>("h2") : null);
    if (!heading || document.activeElement === search) return;
    heading.focus({ preventScroll: true });
    // After the page has gone to its top.
    if (heading.id) requestAnimationFrame(() => heading.scrollIntoView({ block: "start" }));
  }

  function results(wanted: string): void {
    const hits = TOPICS.flatMap((topic) => topic.entries.filter((entry) => matches(entry, wanted)).map((entry) => ({ topic, entry })));
    fill(found, hits.length ? `${plural(hits.length, "entry", "entries")}.` : "Nothing was found. Try another word.");
    fill(place, h("h2.headline.result", null, "Found"), ...hits.map(({ topic, entry }) => entryPart(entry, topic)));
  }

  search.addEventListener("input", look);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === search && search.value) {
      event.preventDefault();
      search.value = "";
      look();
    }
  });
  const slash = (event: KeyboardEvent): void => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("input, textarea, select")) return;
    event.preventDefault();
    search.focus();
  };
  addEventListener("keydown", slash);
  queueMicrotask(update); // once it stands in the page, so that an entry can be gone to
  shown = "\0";
  return { root, update, destroy: () => removeEventListener("keydown", slash) };
}

/** A topic by its name, or by that of one of its entries. */
export function topicOf(id: string): Topic {
  return TOPICS.find((topic) => topic.id === id) ?? TOPICS.find((topic) => topic.entries.some((entry) => entry.id === id)) ?? START;
}

function topicParts(topic: Topic, model: Model): (HTMLElement | null)[] {
  return [
    h("h2.headline.result", { tabindex: "-1" }, topic.title), h("p.deck", null, rich(topic.about)),
    topic.read ? readLink(topic.read, topic.title) : null,
    ...topic.entries.map((entry) => entryPart(entry)),
    topic === CITE ? citePart() : null,
    topic === CHANGES ? h("p.caption", null, `This is version ${VERSION}.`) : null,
    topic === REPORT ? reportPart(model) : null,
  ];
}

/** `topic`: where it is from, among what was found. */
function entryPart(entry: Entry, topic?: Topic): HTMLElement {
  const parts: HTMLElement[] = [];
  let points: HTMLElement | null = null;
  for (const line of entry.body) {
    if (line.startsWith("- ")) {
      if (!points) parts.push(points = h("ul.help-points"));
      points.append(h("li", null, rich(line.slice(2))));
      continue;
    }
    points = null;
    const [, label, rest] = /^(Warns|What to do|Do not conclude): (.*)$/.exec(line) ?? [];
    parts.push(...(label ? [h("p", null, h("strong", null, `${label}: `), rich(rest!))] : lines([line])));
  }
  if (entry.keys) parts.push(keyList(entry.keys));
  return h("section.help-entry", null,
    h("h3.help-title", { id: `help-${entry.id}`, tabindex: "-1" }, topic ? h("a", { href: address(entry.id) }, rich(entry.title)) : rich(entry.title)),
    topic ? h("p.caption", null, topic.title) : null,
    ...parts,
    entry.read ? readLink(entry.read, entry.title) : null);
}

function readLink(step: string, title: string): HTMLElement {
  return h("p", null, h("a.text-link", { href: readAddress(step) }, "In \u201cHow to read this\u201d, with a figure", hidden(`: ${plain(title)}`)));
}

function citePart(): HTMLElement {
  const block = (title: string, text: string): HTMLElement => {
    const said = h("span.caption", { role: "status" });
    const pre = h("pre.report-text", { tabindex: "0", role: "group", "aria-label": title }, text);
    const copy = (): void => {
      (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(() => fill(said, "Copied."),
        () => { getSelection()?.selectAllChildren(pre); fill(said, "The text is selected: copy it by hand."); });
    };
    return h("section.help-entry", null, h("h3.help-title", null, title), pre,
      h("p.report-actions", null, h("button.ghost.framed", { type: "button", "aria-label": `Copy: ${title}`, onclick: copy }, "Copy"), said));
  };
  return h("div", null, ...citations().map(({ of, text }) => block(of, text)), block("BibTeX", bibtex()));
}
