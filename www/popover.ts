// Small panels that belong to a button: explanations, details of the status bar, the export menu.

import { h, hidden, plain, rich } from "./dom";
import { EXPLANATIONS, type Explanation, type Topic } from "./explain";
import { placeAddress, readAddress } from "./hash";

let open: { panel: HTMLElement; button: HTMLElement } | null = null;

/** Shows `content` beside `button`; Esc or a click elsewhere closes it and gives the focus back. */
export function toggle(button: HTMLElement, content: () => HTMLElement): void {
  const own = open?.button === button;
  close(false);
  if (own) return;
  const panel = dialogOf(content(), button);
  panel.classList.add("popover");
  panel.tabIndex = -1;
  document.body.append(panel);
  button.setAttribute("aria-expanded", "true");
  place(panel, button);
  open = { panel, button };
  (panel.querySelector<HTMLElement>("button, a, input, select, [tabindex='0']") ?? panel).focus({ preventScroll: true });
}

/** What stands outside of the page's landmarks is a dialog, whatever is in it. */
function dialogOf(content: HTMLElement, button: HTMLElement): HTMLElement {
  const role = content.getAttribute("role");
  const dialog = role && role !== "dialog" ? h("div", null, content) : content;
  dialog.setAttribute("role", "dialog");
  if (!dialog.hasAttribute("aria-label")) dialog.setAttribute("aria-label", button.textContent.trim());
  return dialog;
}

export function close(focus = true): boolean {
  if (!open) return false;
  const { panel, button } = open;
  open = null;
  panel.remove();
  button.setAttribute("aria-expanded", "false");
  // Its settings may have been drawn anew while it was open.
  const again = button.isConnected ? button : button.id ? document.getElementById(button.id) : null;
  if (focus) again?.focus({ preventScroll: true });
  return true;
}

function place(panel: HTMLElement, button: HTMLElement): void {
  const b = button.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: t } = panel;
  const left = Math.max(8, Math.min(b.left, innerWidth - w - 8));
  const below = b.bottom + 6 + t <= innerHeight - 8 || b.top < t + 14;
  panel.style.setProperty("left", `${left + scrollX}px`);
  panel.style.setProperty("top", `${Math.max(8, below ? b.bottom + 6 : b.top - t - 6) + scrollY}px`);
}

addEventListener("pointerdown", (event) => {
  const target = event.target as Node;
  if (open && !open.panel.contains(target) && !open.button.contains(target)) close(false);
}, true);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && close()) event.stopImmediatePropagation();
}, true);
addEventListener("resize", () => close(false));
addEventListener("focusin", (event) => {
  if (open && !open.panel.contains(event.target as Node) && event.target !== open.button) close(false);
});

/** From a panel to what help says of it. */
export function helpLink(id: string): HTMLElement {
  return h("a.text-link", { href: placeAddress("help", { help: id }), onclick: () => close(false) }, "In help");
}

/** The "?" beside a title. */
export function why(topic: Topic): HTMLButtonElement {
  const { title, plain: words, caution, step }: Explanation = EXPLANATIONS[topic];
  const button = h("button.why", { type: "button", "aria-expanded": "false" }, h("span", { "aria-hidden": "true" }, "?"), hidden(`What is ${plain(title)}`));
  button.addEventListener("click", () => toggle(button, () => h("div.explain", { role: "dialog", "aria-label": plain(title) },
    h("p.explain-title", null, rich(title)), h("p", null, rich(words)), h("p.caution", null, rich(caution)),
    h("p.explain-more", null, step && h("a.text-link", { href: readAddress(step), onclick: () => close(false) }, "Read more"), helpLink(topic)))));
  return button;
}
