//! Text with several faces, and labels that give way instead of colliding.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::sheet::{Drawn, Point, Rect, Sheet, Type};

/// A piece of text in one style.
pub(super) struct Run<'a>(pub &'a str, pub Type);

/// Width of a line of runs.
pub(super) fn runs_width<DB: DrawingBackend>(sheet: &Sheet<DB>, runs: &[Run]) -> f64 {
    runs.iter().map(|Run(text, style)| sheet.measure(text, *style)).sum()
}

/// Draws a line of runs, centred vertically on `at`.
pub(super) fn draw_runs<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    at: Point,
    runs: &[Run],
    h_pos: HPos,
) -> Drawn<DB> {
    let width = runs_width(sheet, runs);
    let mut x = match h_pos {
        HPos::Left => at.0,
        HPos::Center => at.0 - width / 2.0,
        HPos::Right => at.0 - width,
    };
    // All runs share the baseline of the first.
    let size = runs.first().map_or(0.0, |Run(_, style)| style.size);
    let y = at.1 + super::text::baseline(VPos::Center, size);
    for Run(text, style) in runs {
        sheet.text((x, y), text, *style, HPos::Left, VPos::Bottom)?;
        x += sheet.measure(text, *style);
    }
    Ok(())
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
    pub fn draw<DB: DrawingBackend>(
        &mut self,
        sheet: &Sheet<DB>,
        label: &Label,
    ) -> Result<bool, plotters::drawing::DrawingAreaErrorKind<DB::ErrorType>> {
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

/// Whether a straight line touches a rectangle (Liang and Barsky's clipping).
fn crosses(from: Point, to: Point, rect: &Rect) -> bool {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let sides = [
        (-dx, from.0 - rect.left),
        (dx, rect.right - from.0),
        (-dy, from.1 - rect.top),
        (dy, rect.bottom - from.1),
    ];
    for (speed, room) in sides {
        if speed == 0.0 {
            if room < 0.0 {
                return false;
            }
        } else if speed < 0.0 {
            enter = enter.max(room / speed);
        } else {
            leave = leave.min(room / speed);
        }
    }
    enter <= leave
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
