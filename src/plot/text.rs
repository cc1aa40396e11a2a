//! Faces of the figures' fonts and the width of text in them.

use plotters_backend::text_anchor::VPos;
use plotters_backend::{BackendTextStyle, FontFamily, FontStyle};

use super::widths;

/// Advance widths of one face, in thousandths of an em.
pub(super) struct Widths {
    /// U+0020 to U+007E.
    pub ascii: [u16; 95],
    /// Other characters, in order.
    pub others: &'static [(u16, u16)],
}

/// Width of a character that the fonts do not hold; some other font draws it.
const UNKNOWN: u16 = 600;

/// The three faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// Text.
    Regular,
    /// Labels and titles.
    Semibold,
    /// Symbols of the method.
    Symbol,
}

const SANS: &str = "NeuroMFA Sans";
const SERIF: &str = "NeuroMFA Serif";

impl Face {
    /// Family and style under which plotters hands the face to a backend.
    pub fn font(self) -> (FontFamily<'static>, FontStyle) {
        match self {
            Self::Regular => (FontFamily::Name(SANS), FontStyle::Normal),
            Self::Semibold => (FontFamily::Name(SANS), FontStyle::Bold),
            Self::Symbol => (FontFamily::Name(SERIF), FontStyle::Italic),
        }
    }

    /// The face that a plotters style asks for.
    pub fn of<S: BackendTextStyle>(style: &S) -> Self {
        match style.style() {
            FontStyle::Italic | FontStyle::Oblique => Self::Symbol,
            FontStyle::Bold => Self::Semibold,
            FontStyle::Normal => Self::Regular,
        }
    }

    /// CSS `font-family`: an exported figure falls back to the installed originals, then to the system.
    pub fn family(self) -> &'static str {
        match self {
            Self::Symbol => "'NeuroMFA Serif','Source Serif 4',Georgia,serif",
            _ => "'NeuroMFA Sans','Source Sans 3',system-ui,sans-serif",
        }
    }

    /// CSS `font-weight`.
    pub fn weight(self) -> u16 {
        if self == Self::Semibold { 600 } else { 400 }
    }

    /// CSS `font-style`.
    pub fn slant(self) -> &'static str {
        if self == Self::Symbol { "italic" } else { "normal" }
    }

    fn widths(self) -> &'static Widths {
        match self {
            Self::Regular => &widths::SANS_400,
            Self::Semibold => &widths::SANS_600,
            Self::Symbol => &widths::SERIF_ITALIC,
        }
    }

    fn advance(self, character: char) -> u16 {
        let (code, table) = (character as usize, self.widths());
        if let Some(width) = code.checked_sub(0x20).and_then(|i| table.ascii.get(i)) {
            return *width;
        }
        let found = table.others.binary_search_by_key(&code, |&(c, _)| usize::from(c));
        found.map_or(UNKNOWN, |i| table.others[i].1)
    }

    /// Width of `text` at `size`, in the unit of `size`; kerning is left out.
    pub fn width(self, text: &str, size: f64) -> f64 {
        text.chars().map(|c| f64::from(self.advance(c))).sum::<f64>() * size / 1000.0
    }
}

/// Distance from the anchor down to the baseline. Text is placed by the height of its capitals and digits, so that a
/// label is centred on what the eye takes as its middle, the same in all backends.
pub(crate) fn baseline(v_pos: VPos, size: f64) -> f64 {
    const CAPITAL: f64 = 0.66;
    match v_pos {
        VPos::Top => CAPITAL * size,
        VPos::Center => CAPITAL / 2.0 * size,
        VPos::Bottom => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_tabular_and_the_minus_is_as_wide() {
        for face in [Face::Regular, Face::Semibold] {
            let digits: Vec<f64> =
                "0123456789\u{2212}".chars().map(|c| face.width(&c.to_string(), 1000.0)).collect();
            assert!(digits.iter().all(|w| *w == digits[0]), "{digits:?}");
        }
    }

    #[test]
    fn width_grows_with_size_and_knows_greek() {
        assert_eq!(Face::Symbol.width("α", 20.0), 2.0 * Face::Symbol.width("α", 10.0));
        assert_ne!(Face::Symbol.width("α", 1000.0), f64::from(UNKNOWN));
        assert_eq!(Face::Regular.width("漢", 1000.0), f64::from(UNKNOWN));
    }
}
