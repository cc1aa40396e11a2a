// Light or dark: the address first, then what was chosen here before, then the system.

import type { Theme } from "./hash";

const KEY = "neuromfa-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen: Theme | null = null;
let printing = false;
const listeners = new Set<(theme: Theme) => void>();

/** Whether a choice is kept for the next visit: not where the page is a part of another. */
let keeps = true;

export function startTheme(fromHash: Theme | null, kept = true): void {
  keeps = kept;
  chosen = fromHash ?? (keeps ? stored() : null);
  apply();
  system.addEventListener("change", apply);
}

/** Paper is light, whatever the screen is. */
export function lightFor(print: boolean): void {
  printing = print;
  apply();
}

export function theme(): Theme {
  if (printing) return "light";
  return chosen ?? systemTheme();
}

/** That of the system, whatever was chosen. */
export function systemTheme(): Theme {
  return system.matches ? "dark" : "light";
}

/** The theme of the place where a node stands: a shadow root may have another than the page. */
export function themeAt(node: Element): Theme {
  const own = node.closest("[data-theme]")?.getAttribute("data-theme");
  return own === "light" || own === "dark" ? own : theme();
}

export function setTheme(next: Theme | null): void {
  chosen = next;
  // Storage may be refused (private windows, sandboxed frames); the choice then lasts as long as the page.
  if (keeps) try {
    if (next) localStorage.setItem(KEY, next);
    else localStorage.removeItem(KEY);
  } catch { /* kept in memory only */ }
  apply();
}

/** What was chosen; null while the system decides. */
export const chosenTheme = (): Theme | null => chosen;

/** Shows a theme, and keeps nothing of it. */
export function showTheme(next: Theme | null): void {
  if (next === chosen) return;
  chosen = next;
  apply();
}

export function onTheme(listener: (theme: Theme) => void): void {
  listeners.add(listener);
}

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

function apply(): void {
  if (chosen || printing) document.documentElement.dataset["theme"] = theme();
  else delete document.documentElement.dataset["theme"];
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.setAttribute("content", theme() === "dark" ? "#121317" : "#FBFAF8");
  for (const listener of listeners) listener(theme());
}
