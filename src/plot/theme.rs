//! Colours and sizes of figures: light and dark for the screen, and print.

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

use super::figure::Figure;

/// Where a figure is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeName {
    /// Dark ink on a light page.
    #[default]
    Light,
    /// Light ink on a dark page.
    Dark,
    /// A printed page: white ground, points instead of pixels, no transparency.
    Print,
    /// The few colours that the system forces on pages. Nothing depends on fills.
    Forced,
}

/// What CSS calls `Canvas`, `CanvasText`, `GrayText` and `Highlight`, as red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemColors {
    /// Ground.
    pub canvas: [u8; 3],
    /// Text and data.
    pub text: [u8; 3],
    /// Null models.
    pub gray: [u8; 3],
    /// What is selected.
    pub highlight: [u8; 3],
}

/// Sizes of text and strokes in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub title: f64,
    pub label: f64,
    pub tick: f64,
    pub small: f64,
    /// Symbol of the quantity at the end of an axis.
    pub symbol: f64,
    /// Stroke of the selected curve.
    pub current: f64,
    /// Stroke of the other curves.
    pub other: f64,
    /// Stroke of the mean of a null model.
    pub null: f64,
    /// Axis lines and grid.
    pub hair: f64,
}

const SCREEN: Sizes = Sizes {
    title: 15.0,
    label: 13.0,
    tick: 13.0,
    small: 12.0,
    symbol: 17.0,
    current: 3.0,
    other: 1.4,
    null: 1.8,
    hair: 1.0,
};

/// CSS pixels in a typographic point.
pub(super) const POINT: f64 = 4.0 / 3.0;

/// Text of 8 pt, ticks of 7 pt, lines of 0.5, 1 and 1.5 pt.
const PAPER: Sizes = Sizes {
    title: 8.0 * POINT,
    label: 8.0 * POINT,
    tick: 7.0 * POINT,
    small: 7.0 * POINT,
    symbol: 9.0 * POINT,
    current: 1.5 * POINT,
    other: 0.5 * POINT,
    null: POINT,
    hair: 0.5 * POINT,
};

/// No chart has more categories.
pub(super) const CATEGORIES: usize = 6;

/// Dashes of the six categories (benchmarks, models), in CSS pixels; an empty one is solid.
pub(super) const CATEGORY_DASHES: [&[f64]; CATEGORIES] =
    [&[], &[7.0, 3.0], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0], &[4.0, 2.0], &[1.0, 2.0]];

/// The colours of a theme.
#[derive(Debug, Clone)]
pub(super) struct Theme {
    pub print: bool,
    /// Whether intervals are outlines, and see-through colours are opaque ones that look alike.
    pub outlined: bool,
    pub sizes: Sizes,
    pub bg: RGBColor,
    pub grid: RGBColor,
    pub axis: RGBColor,
    pub ink: RGBColor,
    pub ink2: RGBColor,
    pub ink3: RGBColor,
    pub soft: RGBColor,
    pub null: RGBColor,
    /// Opacity of a null model's interval.
    pub null_fill: f64,
    /// Text that names the first step.
    pub first: RGBColor,
    pub error: RGBColor,
    pub accent: RGBColor,
    /// Benchmark scores.
    pub score: RGBColor,
    /// Ground and border of cells.
    pub surface: RGBColor,
    pub line: RGBColor,
    /// The selected checkpoint, where it has not the colour of its step.
    pub selected: Option<RGBColor>,
    categories: [RGBColor; CATEGORIES],
    ramp: [RGBColor; 9],
}

const fn rgb(hex: u32) -> RGBColor {
    RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn rgbs<const N: usize>(hex: [u32; N]) -> [RGBColor; N] {
    let mut colors = [RGBColor(0, 0, 0); N];
    let mut i = 0;
    while i < N {
        colors[i] = rgb(hex[i]);
        i += 1;
    }
    colors
}

const LIGHT: Theme = Theme {
    print: false,
    outlined: false,
    sizes: SCREEN,
    bg: rgb(0xFBFAF8),
    grid: rgb(0xECE9E4),
    axis: rgb(0x85817A),
    ink: rgb(0x1A191E),
    ink2: rgb(0x45434C),
    ink3: rgb(0x66636C),
    soft: rgb(0xEEEAF8),
    null: rgb(0x74727A),
    null_fill: 0.28,
    first: rgb(0x8A5608),
    error: rgb(0xA02418),
    accent: rgb(0x43268A),
    score: rgb(0x00735A),
    surface: rgb(0xFFFFFF),
    line: rgb(0xE3E0DA),
    selected: None,
    categories: rgbs([0x00735A, 0x014179, 0x773400, 0xBB5BA4, 0x8E914A, 0x1A191E]),
    ramp: rgbs([0xB78934, 0xC36C24, 0xC34F39, 0xB83753, 0xA22B6C, 0x86267E, 0x662489, 0x442386, 0x1F2175]),
};

const DARK: Theme = Theme {
    print: false,
    outlined: false,
    sizes: SCREEN,
    bg: rgb(0x121317),
    grid: rgb(0x24262D),
    axis: rgb(0x7D8291),
    ink: rgb(0xF1F0F4),
    ink2: rgb(0xC5C4CE),
    ink3: rgb(0xA09FAC),
    soft: rgb(0x27243F),
    null: rgb(0x94939F),
    null_fill: 0.34,
    first: rgb(0xD9A45B),
    error: rgb(0xFF9C8F),
    accent: rgb(0xB9B4FB),
    score: rgb(0x46C9A3),
    surface: rgb(0x191B20),
    line: rgb(0x2C2F37),
    selected: None,
    categories: rgbs([0x46C9A3, 0x5489E2, 0xF17C3D, 0xA0528A, 0xECCF3F, 0xF1F0F4]),
    ramp: rgbs([0x8D6524, 0xB0632D, 0xCB5E4F, 0xD7617D, 0xD36FAB, 0xCA85D2, 0xC09FEC, 0xBABBFE, 0xBCD4FF]),
};

impl Theme {
    pub fn of(figure: &Figure) -> Self {
        match (figure.theme, figure.system) {
            (ThemeName::Light, _) | (ThemeName::Forced, None) => LIGHT,
            (ThemeName::Dark, _) => DARK,
            (ThemeName::Print, _) => {
                Self { print: true, outlined: true, sizes: PAPER, bg: rgb(0xFFFFFF), ..LIGHT }
            }
            (ThemeName::Forced, Some(system)) => Self::forced(system),
        }
    }

    /// Data in the colour of text, null models in that of what is not active, told apart by dashes and markers.
    fn forced(system: SystemColors) -> Self {
        let [ground, text, gray, highlight] =
            [system.canvas, system.text, system.gray, system.highlight].map(|[r, g, b]| RGBColor(r, g, b));
        Self {
            print: false,
            outlined: true,
            sizes: SCREEN,
            bg: ground,
            grid: blend(ground, gray, 0.25),
            axis: text,
            ink: text,
            ink2: text,
            ink3: text,
            soft: ground,
            null: gray,
            null_fill: 0.0,
            first: text,
            error: text,
            accent: highlight,
            score: text,
            surface: ground,
            line: text,
            selected: Some(highlight),
            categories: [text; CATEGORIES],
            ramp: [text; 9],
        }
    }

    /// Colour of the checkpoint at `rank` (0 first, 1 last) among the checkpoints of a series.
    pub fn step(&self, rank: f64) -> RGBColor {
        let place = if rank.is_nan() { 0.0 } else { rank.clamp(0.0, 1.0) * 8.0 };
        let stop = (place as usize).min(7);
        blend(self.ramp[stop], self.ramp[stop + 1], place - stop as f64)
    }

    /// Colour of a benchmark, a model or a series; from the seventh on they repeat.
    pub fn category(&self, number: usize) -> RGBColor {
        self.categories[number % CATEGORIES]
    }

    /// Colour of a cell whose value lies at `share` of a scale: even steps of lightness, more ink for more, also in
    /// grey print.
    pub fn heat(&self, share: f64) -> RGBColor {
        blend(self.soft, self.accent, if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// Colour of text on such a cell.
    pub fn on_heat(&self, share: f64) -> RGBColor {
        let light = |color| oklab(color)[0];
        let (dark, pale) =
            if light(self.ink) < light(self.bg) { (self.ink, self.bg) } else { (self.bg, self.ink) };
        // Where both have the same contrast.
        if light(self.heat(share)) > 0.62 { dark } else { pale }
    }

    /// Colour of text that names the checkpoint at `rank`: the first half of the ramp is too pale for text.
    pub fn step_text(&self, rank: f64) -> RGBColor {
        if rank < 0.5 { self.first } else { self.step(rank) }
    }
}

/// Mixes two colours in OKLab, where equal steps look equal.
fn blend(from: RGBColor, to: RGBColor, t: f64) -> RGBColor {
    let (a, b) = (oklab(from), oklab(to));
    srgb(std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t))
}

/// sRGB to OKLab (Ottosson 2020).
fn oklab(RGBColor(r, g, b): RGBColor) -> [f64; 3] {
    let [r, g, b] = [r, g, b].map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { libm::pow((v + 0.055) / 1.055, 2.4) }
    });
    let l = libm::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    let m = libm::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    let s = libm::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]
}

fn srgb([light, a, b]: [f64; 3]) -> RGBColor {
    let cube = |v: f64| v * v * v;
    let l = cube(light + 0.3963377774 * a + 0.2158037573 * b);
    let m = cube(light - 0.1055613458 * a - 0.0638541728 * b);
    let s = cube(light - 0.0894841775 * a - 1.2914855480 * b);
    let channel = |v: f64| {
        let v = v.clamp(0.0, 1.0);
        let v = if v <= 0.0031308 { v * 12.92 } else { 1.055 * libm::pow(v, 1.0 / 2.4) - 0.055 };
        (v * 255.0 + 0.5) as u8
    };
    RGBColor(
        channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_exact_and_the_ramp_is_monotone_in_lightness() {
        for (theme, sign) in [(LIGHT, -1.0), (DARK, 1.0)] {
            for (i, stop) in theme.ramp.iter().enumerate() {
                assert_eq!(theme.step(i as f64 / 8.0), *stop);
            }
            let lightness: Vec<f64> = (0..15).map(|i| oklab(theme.step(f64::from(i) / 14.0))[0]).collect();
            assert!(lightness.windows(2).all(|w| (w[1] - w[0]) * sign > 0.0), "{lightness:?}");
        }
    }

    #[test]
    fn heat_is_read_in_grey() {
        for (theme, sign) in [(LIGHT, -1.0), (DARK, 1.0)] {
            let light: Vec<f64> = (0..11).map(|i| oklab(theme.heat(f64::from(i) / 10.0))[0]).collect();
            assert!(light.windows(2).all(|w| (w[1] - w[0]) * sign > 0.03), "{light:?}");
        }
    }

    #[test]
    fn ranks_outside_the_series_take_its_ends() {
        assert_eq!(LIGHT.step(-3.0), LIGHT.ramp[0]);
        assert_eq!(LIGHT.step(f64::NAN), LIGHT.step(0.0));
        assert_eq!(LIGHT.step(7.0), LIGHT.ramp[8]);
    }
}
