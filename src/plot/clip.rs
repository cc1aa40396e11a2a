//! What is left of curves and fills inside of a rectangle: where axes are fixed, data may lie outside of them.

use super::sheet::{Point, Rect, towards};

/// The parts of a line inside of the rectangle.
pub(super) fn line(points: &[Point], rect: &Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let Some((enter, leave)) = inside(pair[0], pair[1], rect) else { continue };
        let (from, to) = (towards(pair[0], pair[1], enter), towards(pair[0], pair[1], leave));
        match parts.last_mut() {
            Some(part) if part.last() == Some(&from) => part.push(to),
            _ => parts.push(vec![from, to]),
        }
    }
    parts
}

/// The part of a polygon inside of the rectangle, side by side (Sutherland and Hodgman).
pub(super) fn polygon(corners: &[Point], rect: &Rect) -> Vec<Point> {
    // How far inside of each side a point lies.
    let sides: [fn(&Point, &Rect) -> f64; 4] =
        [|p, r| p.0 - r.left, |p, r| r.right - p.0, |p, r| p.1 - r.top, |p, r| r.bottom - p.1];
    sides.iter().fold(corners.to_vec(), |corners, depth| {
        let before = corners.iter().cycle().skip(corners.len().saturating_sub(1));
        let cut = |(from, to): (&Point, &Point)| {
            let (a, b) = (depth(from, rect), depth(to, rect));
            let crossing = ((a < 0.0) != (b < 0.0)).then(|| towards(*from, *to, a / (a - b)));
            crossing.into_iter().chain((b >= 0.0).then_some(*to))
        };
        before.zip(&corners).flat_map(cut).collect()
    })
}

/// Shares of the way between two points at which a straight line enters and leaves the rectangle (Liang and Barsky).
pub(super) fn inside(from: Point, to: Point, rect: &Rect) -> Option<(f64, f64)> {
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
                return None;
            }
        } else if speed < 0.0 {
            enter = enter.max(room / speed);
        } else {
            leave = leave.min(room / speed);
        }
    }
    (enter <= leave).then_some((enter, leave))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_that_comes_back_has_two_parts() {
        let parts = line(&[(5.0, 5.0), (15.0, 5.0), (15.0, 8.0), (5.0, 8.0), (5.0, 9.0)], &RECT);
        assert_eq!(parts, [vec![(5.0, 5.0), (10.0, 5.0)], vec![(10.0, 8.0), (5.0, 8.0), (5.0, 9.0)]]);
        assert!(line(&[(-5.0, 0.0), (-5.0, 10.0)], &RECT).is_empty());
    }

    #[test]
    fn a_polygon_around_the_rectangle_becomes_it() {
        let around = [(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)];
        let cut = polygon(&around, &RECT);
        for corner in [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)] {
            assert!(cut.contains(&corner), "{cut:?}");
        }
        assert!(polygon(&[(-3.0, 1.0), (-1.0, 1.0), (-1.0, 2.0)], &RECT).is_empty());
        assert!(polygon(&[], &RECT).is_empty());
    }
}
