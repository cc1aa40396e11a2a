// What is copied into the pages of others: one link, and blocks for the places where course material is written.

export interface Embed {
  /** The whole address of the frame. */
  url: string;
  /** What the frame is, for those who listen. */
  title: string;
  /** In CSS pixels; null for the whole width. */
  width: number | null;
  height: number;
  /** Whether the frame takes the height that its content needs. */
  grows: boolean;
}

export interface Snippet { name: string; text: string; hint: string }

export function snippets(embed: Embed): Snippet[] {
  const plain = frame(embed);
  const grown = embed.grows ? `${plain}\n${script(embed)}` : plain;
  return [
    { name: "Link", text: embed.url, hint: "Opens by itself what the frame shows." },
    { name: "Plain HTML", text: grown, hint: embed.grows ? "The script lets the frame take the height that it needs; without it the frame keeps its height." : "Goes into any page." },
    { name: "MyST and Jupyter Book 2", text: `:::{iframe} ${embed.url}\n:width: 100%\n:::`, hint: "The directive keeps a height of its own." },
    { name: "Jupyter Book 1", text: `\`\`\`{raw} html\n${grown}\n\`\`\``, hint: "For pages that Sphinx builds." },
    { name: "Quarto", text: `\`\`\`{=html}\n${grown}\n\`\`\``, hint: "For HTML and Reveal.js; other formats leave it out." },
    { name: "Moodle", text: plain, hint: "Paste it in the source code view of the editor. Moodle takes no scripts, so the frame keeps its height." },
  ];
}

function frame({ url, title, width, height }: Embed): string {
  const style = width === null ? "border: 0" : "border: 0; max-width: 100%";
  return `<iframe src="${attribute(url)}" title="${attribute(title)}" width="${width ?? "100%"}" height="${height}" loading="lazy" allow="cross-origin-isolated" style="${style}"></iframe>`;
}

/** Listens to the frames of this site alone, and to sensible heights. */
function script({ url }: Embed): string {
  return `<script>
addEventListener("message", ({ origin, source, data }) => {
  if (origin !== ${quoted(new URL(url).origin)} || data?.type !== "neuromfa:height" || !(data.height > 0 && data.height < 4000)) return;
  for (const frame of document.querySelectorAll("iframe")) if (frame.contentWindow === source) frame.height = Math.ceil(data.height);
});
</script>`;
}

/** A text in the script; nothing in it may end the script. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/</g, "\\u003c");
}

function attribute(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
