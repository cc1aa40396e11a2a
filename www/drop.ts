// Files from a drop, a choice or the clipboard, with their folders: everything becomes a list of path and File.

import { h, icon } from "./dom";
import type { LocalFile } from "./protocol";

/** More files than a person means to drop: a home folder, most likely. */
const MOST_FILES = 20_000;

export function fromList(files: Iterable<File>): LocalFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Reads a drop. Entries must be taken at once: the browser empties the list when the event ends. */
export async function fromTransfer(transfer: DataTransfer): Promise<LocalFile[]> {
  const plain = fromList(transfer.files);
  const entries = [...transfer.items].map((item) => (item.kind === "file" ? item.webkitGetAsEntry?.() ?? null : null));
  if (!entries.some((e) => e?.isDirectory)) return plain;
  const out: LocalFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, out);
  return out.length ? out : plain;
}

async function walk(entry: FileSystemEntry, out: LocalFile[]): Promise<void> {
  if (out.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) => (entry as FileSystemFileEntry).file(resolve, () => resolve(null)));
    if (file) out.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A directory reader answers in portions, and with an empty one at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return;
    for (const child of some) await walk(child, out);
  }
}

export interface DropEvents {
  files(files: LocalFile[]): void;
  /** Whether files are taken. A drop that is not taken must still not replace the page. */
  wanted(): boolean;
}

/** The whole page takes files. A drag of anything else shows nothing. */
export function listen({ files, wanted }: DropEvents): void {
  const what = h("p.veil-what");
  const veil = h("div.veil", { hidden: true, "aria-hidden": "true" }, h("div.veil-words", null, icon("download", 40), what, h("p", null, "They are read on this computer."), h("p", null, "What you see now stays until they are done.")));
  document.body.append(veil);
  let depth = 0;
  const hasFiles = (event: DragEvent): boolean => !!event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const leave = (): void => {
    depth = 0;
    veil.hidden = true;
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (!wanted()) return;
    depth += 1;
    const n = [...(event.dataTransfer?.items ?? [])].filter((i) => i.kind === "file").length;
    what.textContent = n > 1 ? `Drop to analyse ${n} files` : n === 1 ? "Drop to analyse one file or folder" : "Drop to analyse";
    veil.hidden = false;
  });
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = wanted() ? "copy" : "none";
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) leave();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !veil.hidden) leave(); });
  addEventListener("drop", (event) => {
    leave();
    if (!event.dataTransfer || !hasFiles(event)) return;
    event.preventDefault();
    if (!wanted()) return;
    void fromTransfer(event.dataTransfer).then((list) => { if (list.length) files(list); });
  });
  addEventListener("paste", (event) => {
    const list = fromList(event.clipboardData?.files ?? []);
    if (list.length && wanted()) files(list);
  });
}
