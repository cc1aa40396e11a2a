//! Text with several faces, and labels that give way instead of colliding.

use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::sheet::{Drawn, Point, Rect, Sheet, Type};
use super::text::Face;
use super::{clip, marks};

/// A piece of text in one style. `₀` by itself is set as a small zero below the line: the fonts have none.
pub(super) struct Run<'a>(pub &'a str, pub Type);

impl Run<'_> {
    /// Text, style, and how far it stands below the line.
    fn set(&self) -> (&str, Type, f64) {
        let Run(text, style) = *self;
        match text {
            "₀" => ("0", Type { face: Face::Regular, size: 0.68 * style.size, ..style }, 0.17 * style.size),
            _ => (text, style, 0.0),
        }
    }
}

/// Width of a line of runs.
pub(super) fn runs_width<DB: DrawingBackend>(sheet: &Sheet<DB>, runs: &[Run]) -> f64 {
    runs.iter().map(Run::set).map(|(text, style, _)| sheet.measure(text, style)).sum()
}

/// Draws a line of runs, centred vertically on `at`.
pub(super) fn draw_runs<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    at: Point,
    runs: &[Run],
    h_pos: HPos,
) -> Drawn {
    let width = runs_width(sheet, runs);
    let mut x = match h_pos {
        HPos::Left => at.0,
        HPos::Center => at.0 - width / 2.0,
        HPos::Right => at.0 - width,
    };
    // All runs share the baseline of the first.
    let size = runs.first().map_or(0.0, |Run(_, style)| style.size);
    let y = at.1 + super::text::baseline(VPos::Center, size);
    for (text, style, drop) in runs.iter().map(Run::set) {
        sheet.text((x, y + drop), text, style, HPos::Left, VPos::Bottom)?;
        x += sheet.measure(text, style);
    }
    Ok(())
}

/// Text that fits into `room`, with an ellipsis where it is cut.
pub(super) fn shortened<DB: DrawingBackend>(sheet: &Sheet<DB>, text: &str, style: Type, room: f64) -> String {
    // No text that fits has more letters than this.
    let mut kept: Vec<char> = text.chars().take(200).collect();
    let whole = kept.len() == text.chars().count();
    if whole && sheet.measure(text, style) <= room {
        return text.into();
    }
    while !kept.is_empty() {
        let cut: String = kept.iter().chain(&['…']).collect();
        if sheet.measure(&cut, style) <= room {
            return cut;
        }
        kept.pop();
    }
    String::new()
}

/// Width that the marker of a name takes at the end of a line.
const MARKER: f64 = 14.0;

/// Room right of a chart for the names of its lines; none for fewer than two.
pub(super) fn names_room<'a>(names: impl ExactSizeIterator<Item = &'a str>, size: f64, most: f64) -> f64 {
    if names.len() < 2 {
        return 0.0;
    }
    let widest = names.map(|name| Face::Semibold.width(name, size)).fold(0.0, f64::max);
    (widest + MARKER + 8.0).min(most)
}

/// The name of a line, to be written right of its end.
pub(super) struct EndName {
    pub text: String,
    pub y: f64,
    pub color: RGBColor,
    /// Its marker; a line of checkpoints has a dot.
    pub category: Option<usize>,
}

/// Writes the names from `x` on in the order of their ends, moved apart where they would touch. Where there is no room
/// for all, the last of them are left out.
pub(super) fn draw_end_names<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    rect: Rect,
    x: f64,
    mut names: Vec<EndName>,
) -> Drawn {
    let size = sheet.theme.sizes.small;
    let pitch = 1.2 * size;
    names.truncate((rect.height() / pitch) as usize + 1);
    names.sort_by(|a, b| a.y.total_cmp(&b.y));
    let ys: Vec<f64> = names.iter().map(|name| name.y).collect();
    for (name, y) in names.iter().zip(apart(&ys, pitch, rect.top, rect.bottom)) {
        match name.category {
            Some(category) => marks::category(sheet, (x + 4.0, y), category, 7.0, name.color)?,
            None => sheet.disc((x + 4.0, y), 3.3, name.color)?,
        }
        let left = x + MARKER - 2.0;
        let style = Type { face: Face::Semibold, size, color: name.color };
        let text = shortened(sheet, &name.text, style, sheet.frame.right - left);
        sheet.text((left, y), &text, style, HPos::Left, VPos::Center)?;
    }
    Ok(())
}

/// Ascending places, moved as little as needed to be `pitch` apart, within `from` and `to` as far as that has room.
fn apart(places: &[f64], pitch: f64, from: f64, to: f64) -> Vec<f64> {
    let mut moved: Vec<f64> = places.iter().map(|y| y.clamp(from, to.max(from))).collect();
    for i in 1..moved.len() {
        moved[i] = moved[i].max(moved[i - 1] + pitch);
    }
    let mut limit = to;
    for y in moved.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - pitch;
    }
    moved
}

/// A label's text with the places where it may stand, the best first.
pub(super) struct Label {
    pub text: String,
    pub style: Type,
    /// Anchors: the left or right middle of the text.
    pub places: Vec<(Point, HPos)>,
}

/// Keeps labels apart from each other, from lines and from the sheet's edge.
pub(super) struct Placer {
    frame: Rect,
    taken: Vec<Rect>,
    lines: Vec<Vec<Point>>,
}

impl Placer {
    pub fn new(frame: Rect) -> Self {
        Self { frame, taken: Vec::new(), lines: Vec::new() }
    }

    /// No label may lie on this line.
    pub fn keep_clear_line(&mut self, line: Vec<Point>) {
        self.lines.push(line);
    }

    /// No label may lie on this rectangle.
    pub fn keep_clear(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    fn is_free(&self, rect: &Rect) -> bool {
        let crossed = |line: &Vec<Point>| line.windows(2).any(|w| crosses(w[0], w[1], rect));
        self.frame.holds(rect)
            && !self.taken.iter().any(|t| t.overlaps(rect))
            && !self.lines.iter().any(crossed)
    }

    /// Draws the label at the first free place; says whether there was one.
    pub fn draw<DB: DrawingBackend>(&mut self, sheet: &Sheet<DB>, label: &Label) -> Drawn<bool> {
        let width = sheet.measure(&label.text, label.style);
        // From the top of the capitals to the foot of the descenders.
        let (up, down) = (0.4 * label.style.size, 0.55 * label.style.size);
        for (at, h_pos) in &label.places {
            let left = match h_pos {
                HPos::Left => at.0,
                HPos::Center => at.0 - width / 2.0,
                HPos::Right => at.0 - width,
            };
            let rect = Rect { left, top: at.1 - up, right: left + width, bottom: at.1 + down };
            if self.is_free(&rect) {
                self.taken.push(rect.grown(2.0));
                sheet.text((left, at.1), &label.text, label.style, HPos::Left, VPos::Center)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a straight line touches a rectangle.
fn crosses(from: Point, to: Point, rect: &Rect) -> bool {
    clip::inside(from, to, rect).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { left: 10.0, top: 10.0, right: 20.0, bottom: 20.0 };

    #[test]
    fn lines_through_a_rectangle_are_seen() {
        assert!(crosses((0.0, 0.0), (30.0, 30.0), &RECT));
        assert!(crosses((12.0, 12.0), (13.0, 13.0), &RECT));
        assert!(!crosses((0.0, 0.0), (30.0, 5.0), &RECT));
        assert!(!crosses((0.0, 15.0), (9.0, 15.0), &RECT));
        assert!(crosses((0.0, 15.0), (11.0, 15.0), &RECT));
    }

    #[test]
    fn names_move_apart_and_stay_inside() {
        assert_eq!(apart(&[10.0, 12.0, 50.0], 14.0, 0.0, 100.0), [10.0, 24.0, 50.0]);
        assert_eq!(apart(&[95.0, 96.0, 99.0], 14.0, 0.0, 100.0), [72.0, 86.0, 100.0]);
        assert_eq!(apart(&[-20.0, 300.0], 14.0, 0.0, 100.0), [0.0, 100.0]);
        assert!(apart(&[], 14.0, 0.0, 100.0).is_empty());
    }

    #[test]
    fn a_place_is_free_within_the_frame_and_off_the_lines() {
        let mut placer = Placer::new(Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 });
        assert!(placer.is_free(&RECT));
        assert!(!placer.is_free(&RECT.grown(11.0)));
        placer.keep_clear_line(vec![(0.0, 15.0), (100.0, 15.0)]);
        assert!(!placer.is_free(&RECT));
        let below = Rect { top: 40.0, bottom: 50.0, ..RECT };
        assert!(placer.is_free(&below));
        placer.keep_clear(below);
        assert!(!placer.is_free(&below));
    }
}
