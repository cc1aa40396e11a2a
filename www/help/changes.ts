// Help: what changed, from CHANGELOG.md as it was when the page was built.

import changelog from "../../CHANGELOG.md";
import type { Entry, Topic } from "./topic";

/** One entry for each `## ` heading; headings below it stand as sentences. Links are left as their words. */
export function changesOf(text: string): Entry[] {
  return text.split(/^## /m).slice(1).map((part, i) => {
    const [heading = "", ...rest] = part.split("\n");
    return { id: `version-${i + 1}`, title: words(heading), body: paragraphs(rest.filter((line) => !/^\[[^\]]+\]: /.test(line))) };
  });
}

/** Lines of a paragraph or a point are joined. */
function paragraphs(lines: readonly string[]): string[] {
  const found: string[] = [];
  let open = false;
  for (const line of lines.map((one) => one.trim())) {
    if (!line) open = false;
    else if (/^(-|\*|###) /.test(line) || !open) {
      found.push(words(line.replace(/^\* /, "- ").replace(/^### (.*)$/, "$1:")));
      open = true;
    } else found[found.length - 1] += ` ${words(line)}`;
  }
  return found;
}

function words(text: string): string {
  return text.replace(/\[([^\]]+)\](\([^)]*\))?/g, "$1").replace(/[`*{}]/g, "").trim();
}

export const CHANGES: Topic = { id: "changes", title: "Changes", about: "What is new in each version.", entries: changesOf(changelog) };
