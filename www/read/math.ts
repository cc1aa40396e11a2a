// Equations as MathML from a line of text: `Z_q(r) = ∑_i {p_i(r)}^q`, `\frac{a}{b}`, `\ln`; braces hold together.

const SPACE = "http://www.w3.org/1998/Math/MathML";

function node(name: string, ...children: (Element | string)[]): Element {
  const made = document.createElementNS(SPACE, name);
  made.append(...children);
  return made;
}

function space(width: string): Element {
  const made = node("mspace");
  made.setAttribute("width", width);
  return made;
}

/** An equation by itself, as a block. */
export function math(text: string): Element {
  const tokens = text.match(/\\[a-z]+|[0-9]+(?:\.[0-9]+)?|"[^"]*"|[^\s]/gu) ?? [];
  let at = 0;

  function row(): Element {
    const items: Element[] = [];
    while (at < tokens.length && tokens[at] !== "}") items.push(scripted());
    return items.length === 1 ? items[0]! : node("mrow", ...items);
  }

  function scripted(): Element {
    const base = atom();
    const marks: Record<string, Element> = {};
    while (tokens[at] === "_" || tokens[at] === "^") marks[tokens[at++]!] = atom();
    const { _: low, "^": high } = marks;
    if (low && high) return node("msubsup", base, low, high);
    return low ? node("msub", base, low) : high ? node("msup", base, high) : base;
  }

  function atom(): Element {
    const token = tokens[at++] ?? "";
    if (token === "{") {
      const inside = row();
      at += 1;
      return inside;
    }
    if (token === "\\frac") return node("mfrac", atom(), atom());
    if (token === "\\quad") return space("2em");
    if (token.startsWith("\\")) return node("mrow", node("mi", token.slice(1)), space("0.17em"));
    if (token.startsWith("\"")) return node("mtext", `\u00a0${token.slice(1, -1)}\u00a0`);
    if (/^[0-9]/.test(token)) return node("mn", token);
    if (/^\p{L}$/u.test(token)) return node("mi", token);
    const sign = node("mo", token === "-" ? "\u2212" : token);
    // Brackets as high as letters.
    if ("(){}|".includes(token)) sign.setAttribute("stretchy", "false");
    return sign;
  }

  const root = node("math", row());
  root.setAttribute("display", "block");
  return root;
}
