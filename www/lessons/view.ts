// The lessons: a list of them, and one step after the other.

import { fill, h, icon, plain, rich } from "../dom";
import { loadDrawing } from "../drawing";
import { placeAddress } from "../hash";
import type { Actions, Model, View } from "../model";
import { lines, type Live } from "../read/step";
import { STEPS } from "../read/steps";
import { sheet } from "../styles";
import { plural } from "../format";
import { minutes, type Lesson, type LessonStep } from "./lesson";
import { LESSONS } from "./lessons";
import { questionPart, type QuestionPart } from "./question";

/** What stands in the view: the list, or a step. */
type Part = Live;

const address = (lesson = "", at = 1): string => placeAddress("lesson", lesson ? { lesson, ...(at > 1 ? { at: String(at) } : {}) } : {});

/** The style sheets of lessons. */
export const sheets = (): Promise<unknown> => Promise.all([sheet("read/read"), sheet("lessons/lessons")]);

export function lessonView(model: Model, actions: Actions, phone: () => boolean): View {
  // A visitor may come here first.
  void loadDrawing();
  const place = h("div");
  const live = h("p.sr", { role: "status" });
  const always = h("input", { type: "checkbox", onchange: () => actions.answers(always.checked ? "shown" : "hidden") });
  const root = h("div.view.read-view.lesson-view", null, place,
    h("label.tick-row.lesson-always", null, always, h("span", null, "Show all answers, for teachers; the address keeps it")), live);
  let shown = "";
  let inside: Part | null = null;

  function update(): void {
    const lesson = LESSONS.find((one) => one.id === model.state.lesson);
    const at = lesson ? Math.min(model.state.at, lesson.steps.length) : 0;
    const asked = `${lesson?.id ?? ""} ${at}`;
    always.checked = model.state.answers === "shown";
    if (asked === shown) return inside?.update();
    const moved = shown !== "";
    shown = asked;
    inside?.destroy();
    inside = lesson ? stepPart(lesson, at) : listPart();
    fill(place, inside.root);
    inside.update();
    if (!moved) return;
    place.querySelector<HTMLElement>(lesson ? "h2" : "h1")?.focus({ preventScroll: true });
    if (lesson) fill(live, `Step ${at} of ${lesson.steps.length}`);
  }

  function stepPart(lesson: Lesson, at: number): Part {
    const step = lesson.steps[at - 1]!;
    const here = (): boolean => model.state.view === "lesson" && model.state.lesson === lesson.id && Math.min(model.state.at, lesson.steps.length) === at;
    const setting = { model, actions, phone, given: model.state.set.length ? model.state.set : step.start, keep: (numbers: number[]) => { if (here()) actions.set(numbers); } };
    const figures: Live = step.live(setting);
    const question: QuestionPart = questionPart(step, setting, (sentence) => fill(live, sentence));
    const heading = h("h2.headline.result", { tabindex: "-1" }, rich(step.heading));
    const ways = h("nav.read-ways", { "aria-label": "Next and previous step" }, ...wayLinks(lesson, at));
    const stepper = h("nav.lesson-stepper", { "aria-label": "Steps of this lesson" },
      h("p.lesson-progress", null, `${at} of ${lesson.steps.length}`),
      h("ol", null, ...lesson.steps.map((one, i) => h("li", null, h("a", { href: address(lesson.id, i + 1), "aria-current": i === at - 1 ? "step" : null, "aria-label": `Step ${i + 1}: ${plain(one.heading)}` }, String(i + 1))))),
      h("p.caption.lesson-keys", null, "On a heading or here: ", h("kbd", null, "N"), " next, ", h("kbd", null, "P"), " previous"));
    const part = h("div", { onkeydown: (event: KeyboardEvent) => key(event, lesson, at) },
      h("a.text-link.read-back", { href: address() }, icon("back", 18), "All lessons"),
      h("h1.read-title", null, `Lesson: ${lesson.title}`), stepper,
      h("article.read-step", null, heading,
        h("div.read-plain", null, ...step.plain.map((text) => h("p", null, rich(text)))),
        h("p.lesson-task", null, h("strong", null, "Do this. "), rich(step.task)),
        ...(step.predict ? [question.root, figures.root] : [figures.root, question.root]), equations(step)), ways);
    return {
      root: part,
      update() { figures.update(); question.showAlways(model.state.answers === "shown"); },
      destroy() { figures.destroy(); question.destroy(); },
    };
  }

  update();
  return { root, update, destroy: () => inside?.destroy() };
}

/** Letters and arrows act on the heading and among the links of the steps; figures and answers have keys of their own. */
function key(event: KeyboardEvent, lesson: Lesson, at: number): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).closest("h2, .lesson-stepper, .read-ways")) return;
  const by = { ArrowRight: 1, n: 1, N: 1, ArrowLeft: -1, p: -1, P: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const to = at + by;
  if (to >= 1 && to <= lesson.steps.length) location.hash = address(lesson.id, to);
}

function wayLinks(lesson: Lesson, at: number): (HTMLElement | null)[] {
  const link = (href: string, words: string, heading: string): HTMLElement => h("a.text-link", { href }, h("span", null, words, rich(heading)));
  const [before, after] = [lesson.steps[at - 2], lesson.steps[at]];
  const next = LESSONS[LESSONS.indexOf(lesson) + 1];
  return [
    before ? link(address(lesson.id, at - 1), "Previous: ", before.heading) : null,
    after ? link(address(lesson.id, at + 1), "Next: ", after.heading)
      : next ? link(address(next.id), "Next lesson: ", next.title) : link(address(), "All lessons", ""),
  ];
}

function equations(step: LessonStep): HTMLElement | null {
  const found = STEPS.find((one) => one.id === step.read);
  return found ? h("details.everything.read-equations", null, h("summary", null, "The equations"), ...lines(found.equations)) : null;
}

function listPart(): Part {
  const items = LESSONS.map((lesson) => h("li", null,
    h("h2.lesson-name", null, h("a", { href: address(lesson.id) }, rich(lesson.title))),
    h("p", null, rich(lesson.about)),
    h("p.caption", null, `${plural(lesson.steps.length, "step")}, ${`about ${plural(Math.round(minutes(lesson)), "minute")}`}`)));
  return {
    root: h("div", null, h("h1.headline", { tabindex: "-1" }, "Lessons"),
      h("p.deck", null, "Each step has something to do and something to predict. The answer is computed in this page when you ask for it."),
      h("ol.lesson-list", null, ...items)),
    update: () => undefined, destroy: () => undefined,
  };
}
