"""Makes assets/fonts/*.ttf, the same as *.woff2, and the advance widths in src/plot/widths.rs.

The figures are drawn in known fonts: glyphs come from the TrueType files, an SVG whose text stays text carries the WOFF2
ones, and every figure measures text with the table.

    python3 -m venv .venv && .venv/bin/pip install fonttools==4.68.0 brotli
    npm pack @fontsource/source-sans-3@5.3.1 @fontsource/source-serif-4@5.3.1      (unpack each into a folder)
    .venv/bin/python tools/fonts.py SANS_FOLDER SERIF_FOLDER
"""

import io
import pathlib
import sys

from fontTools import merge, subset, ttLib

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASCII = [chr(c) for c in range(0x20, 0x7F)]
LATIN_1 = [chr(c) for c in range(0xA0, 0x100)]
SIGNS = list("–—‘’“”…−²³±×·↑↓")
GREEK = list("αβγδελμπρστφχψωΔΣΩ")
# Family, weight, slant, file, characters. Figures use the serif for symbols of the method only.
FACES = [
    ("NeuroMFA Sans", 400, "normal", "sans-400", ASCII + LATIN_1 + [c for c in SIGNS if c not in LATIN_1] + GREEK),
    ("NeuroMFA Sans", 600, "normal", "sans-600", ASCII + LATIN_1 + [c for c in SIGNS if c not in LATIN_1] + GREEK),
    ("NeuroMFA Serif", 400, "italic", "serif-italic", ASCII + ["−"] + GREEK),
]


def cut(path, characters):
    """The part of a web font that draws the characters, as a TrueType font, or None where it draws none of them."""
    font = ttLib.TTFont(path)
    wanted = [ord(c) for c in characters if ord(c) in font.getBestCmap()]
    if not wanted:
        return None
    options = subset.Options()
    options.layout_features = ["kern", "mark", "ccmp"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font.flavor = None
    buffer = io.BytesIO()
    font.save(buffer)
    buffer.seek(0)
    return buffer


def rename(font, family, weight, slant):
    """Gives the font the name under which the figures ask for it, and nothing else (the family alone would be a CSS
    generic or the name of an installed font with other glyphs)."""
    style = {(400, "normal"): "Regular", (600, "normal"): "SemiBold", (400, "italic"): "Italic"}[(weight, slant)]
    names = {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}
    for identifier, text in names.items():
        font["name"].setName(text, identifier, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight


def build(folder, face):
    family, weight, slant, file, characters = face
    stem = next(folder.glob("files/*-latin-400-normal.woff2")).name.split("-latin-")[0]
    parts = []
    for part in ("latin", "greek", "latin-ext", "vietnamese"):
        path = folder / "files" / f"{stem}-{part}-{weight}-{slant}.woff2"
        have = set().union(*(ttLib.TTFont(p).getBestCmap().keys() for p in parts)) if parts else set()
        for p in parts:
            p.seek(0)
        made = cut(path, [c for c in characters if ord(c) not in have]) if path.exists() else None
        if made:
            parts.append(made)
    font = merge.Merger().merge(parts) if len(parts) > 1 else ttLib.TTFont(parts[0])
    rename(font, family, weight, slant)
    target = ROOT / "assets" / "fonts" / f"neuromfa-{file}.ttf"
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)
    web = ttLib.TTFont(target, recalcTimestamp=False)
    web.flavor = "woff2"
    web.save(target.with_suffix(".woff2"))
    missing = [c for c in characters if ord(c) not in font.getBestCmap()]
    print(f"{target.name}: {target.stat().st_size} bytes, missing {''.join(missing)!r}")
    return font


def widths(font):
    """Advance widths in thousandths of an em: the printable ASCII as a row, the others as pairs in order."""
    scale = 1000 / font["head"].unitsPerEm
    table = {c: round(font["hmtx"][g][0] * scale) for c, g in font.getBestCmap().items()}
    ascii_row = [table.get(c, 500) for c in range(0x20, 0x7F)]
    return ascii_row, [(c, w) for c, w in sorted(table.items()) if c > 0x7F]


def rust(fonts):
    lines = [
        "//! Advance widths of the figures' fonts, in thousandths of an em. Made by tools/fonts.py.",
        "",
        "use super::text::Widths;",
    ]
    for (_, _, _, file, _), font in zip(FACES, fonts):
        ascii_row, others = widths(font)
        name = file.replace("-", "_").upper()
        lines += ["", f"pub(super) const {name}: Widths = Widths {{", f"    ascii: [{', '.join(map(str, ascii_row))}],",
                  "    others: &[" + ", ".join(f"(0x{c:04x}, {w})" for c, w in others) + "],", "};"]
    target = ROOT / "src" / "plot" / "widths.rs"
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sans, serif = map(pathlib.Path, sys.argv[1:3])
    rust([build(sans if "Sans" in face[0] else serif, face) for face in FACES])
