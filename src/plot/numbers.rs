//! Numbers as the figures write them: U+2212 for minus, commas between thousands.

/// `value` with a fixed number of decimals; a rounded zero has no sign.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    let digits = format!("{:.*}", decimals, value.abs());
    let zero = digits.bytes().all(|b| matches!(b, b'0' | b'.'));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let sign = if value < 0.0 && !zero { "\u{2212}" } else { "" };
    format!("{sign}{}{fraction}", grouped(whole))
}

/// As [`decimal`], with a sign in front of positive numbers too.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = decimal(value, decimals);
    let bare = text.starts_with('\u{2212}') || text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if bare { text } else { format!("+{text}") }
}

/// A share as whole percent.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", decimal(share * 100.0, 0))
}

/// A count with commas between thousands.
pub(super) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A number of parameters in thousands, millions or billions: `160M`, `1.4B`.
pub(super) fn parameters(value: f64) -> String {
    let (unit, letter) = match value {
        v if v >= 999.5e6 => (1e9, "B"),
        v if v >= 999.5e3 => (1e6, "M"),
        v if v >= 999.5 => (1e3, "K"),
        _ => (1.0, ""),
    };
    let scaled = value / unit;
    let whole = scaled >= 9.95 || (scaled - scaled.round()).abs() < 0.05;
    format!("{}{letter}", decimal(scaled, usize::from(!whole)))
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_thousands() {
        assert_eq!(decimal(-0.21, 3), "\u{2212}0.210");
        assert_eq!(decimal(-0.0001, 3), "0.000");
        assert_eq!(decimal(143000.0, 0), "143,000");
        assert_eq!(signed(0.0654, 3), "+0.065");
        assert_eq!(signed(-0.0654, 3), "\u{2212}0.065");
        assert_eq!(signed(0.0, 0), "0");
        assert_eq!(percent(0.624), "62%");
        assert_eq!(
            [162e6, 1.41e9, 1.2e6, 1e6, 70e3, 12.0].map(parameters),
            ["162M", "1.4B", "1.2M", "1M", "70K", "12"]
        );
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000_000), "1,000,000");
    }
}
