//! Glyphs of the figures' fonts as outlines, set with the table of advance widths that every figure is measured with.

use std::fmt::Write as _;

use ttf_parser::{Face as Font, OutlineBuilder};

use super::sheet::Point;
use super::svg::rounded;
use super::text::Face;

/// The figures' fonts, to take glyphs from.
pub(super) struct Glyphs<'a>([Font<'a>; 3]);

impl<'a> Glyphs<'a> {
    /// Reads the TrueType files of the regular, the semibold and the symbols' face; none where one is no font.
    pub fn new(files: [&'a [u8]; 3]) -> Option<Self> {
        let [regular, semibold, symbol] = files.map(|file| Font::parse(file, 0).ok());
        Some(Self([regular?, semibold?, symbol?]))
    }

    /// A text from a place on the baseline as the data of a path; none where the font misses a glyph.
    pub fn path(&self, text: &str, face: Face, size: f64, (mut x, y): Point) -> Option<String> {
        let font = match face {
            Face::Regular => &self.0[0],
            Face::Semibold => &self.0[1],
            Face::Symbol => &self.0[2],
        };
        let scale = size / f64::from(font.units_per_em());
        let mut out = String::new();
        let mut letter = [0; 4];
        for character in text.chars() {
            let glyph = font.glyph_index(character)?;
            // A space has no outline.
            font.outline_glyph(glyph, &mut Pen { out: &mut out, scale, at: (x, y) });
            x += face.width(character.encode_utf8(&mut letter), size);
        }
        Some(out)
    }
}

/// Writes an outline in units of the font as data of a path.
struct Pen<'a> {
    out: &'a mut String,
    scale: f64,
    at: Point,
}

impl Pen<'_> {
    fn put(&mut self, letter: char, points: &[(f32, f32)]) {
        self.out.push(letter);
        for (i, (x, y)) in points.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            let x = rounded(self.at.0 + f64::from(*x) * self.scale);
            let y = rounded(self.at.1 - f64::from(*y) * self.scale);
            // Writing to a string cannot fail.
            write!(self.out, "{space}{x} {y}").ok();
        }
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.put('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.put('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.put('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.out.push('Z');
    }
}
