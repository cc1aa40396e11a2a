//! Numbers of tables, as people and programs write them.

/// Texts of a field that hold no value.
const MISSING: [&str; 10] = ["", "-", "\u{2013}", "\u{2014}", "na", "n/a", "nan", "null", "none", "\u{2026}"];

/// What separates the digits before the unit from those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimal {
    Point,
    Comma,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// It is another text, or infinite.
    Other,
    /// It is one number by one custom and another by another: `1,234`.
    Ambiguous,
}

/// Whether a field holds no value.
pub(super) fn is_missing(text: &str) -> bool {
    MISSING.contains(&text.trim().to_ascii_lowercase().as_str())
}

/// The custom that a text follows, if it follows one only: `0,5` and `1.234,5` have a decimal comma, `1,234` may have
/// one. A point is taken for a decimal point unless commas are found elsewhere.
pub(super) fn custom(text: &str) -> Option<Decimal> {
    let (digits, _) = bare(text);
    let last = digits.rfind([',', '.'])?;
    let decimal = if digits[last..].starts_with(',') { Decimal::Comma } else { Decimal::Point };
    let both = digits.contains(',') && digits.contains('.');
    let one = digits.matches([',', '.']).count() == 1;
    (both || (one && !is_grouped(&digits, digits.as_bytes()[last] as char))).then_some(decimal)
}

/// The number of a field; `decimal` is the custom of the table, where it is known. A percent sign divides by 100.
pub(super) fn number(text: &str, decimal: Option<Decimal>) -> Result<f64, NoNumber> {
    let (digits, percent) = bare(text);
    let plain = plain(&digits, decimal)?;
    let written = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    let value: f64 = plain.parse().ok().filter(|_| written).ok_or(NoNumber::Other)?;
    let value = if percent { value / 100.0 } else { value };
    if value.is_finite() { Ok(value) } else { Err(NoNumber::Other) }
}

/// A training step: `1000`, `1,000`, `1000.0`, `1e3`. A point before three digits may be one of thousands.
pub(super) fn step(text: &str) -> Result<u64, NoNumber> {
    let digits = text.trim();
    if let Ok(step) = digits.parse() {
        return if digits.starts_with('+') { Err(NoNumber::Other) } else { Ok(step) };
    }
    if is_grouped(digits, ',') {
        return digits.replace(',', "").parse().map_err(|_| NoNumber::Other);
    }
    if is_grouped(digits, '.') {
        return Err(NoNumber::Ambiguous);
    }
    if digits.contains(',') {
        return Err(NoNumber::Other);
    }
    /// Whole numbers beyond have no double of their own.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let value = number(digits, Some(Decimal::Point))?;
    let whole = (0.0..MOST).contains(&value) && value.fract() == 0.0 && !digits.ends_with('%');
    if whole { Ok(value as u64) } else { Err(NoNumber::Other) }
}

/// The digits with an ASCII minus, and whether a percent sign followed.
fn bare(text: &str) -> (String, bool) {
    let text = text.trim();
    let digits = text.strip_suffix('%');
    (digits.unwrap_or(text).trim_end().replace('\u{2212}', "-"), digits.is_some())
}

/// The same number with a decimal point and without separators of thousands.
fn plain(digits: &str, decimal: Option<Decimal>) -> Result<String, NoNumber> {
    let (commas, points) = (digits.matches(',').count(), digits.matches('.').count());
    let decimal = match (custom(digits), decimal) {
        (Some(own), _) => own,
        (None, Some(table)) => table,
        // Several separators of one kind are no decimal ones.
        (None, None) if commas > 1 && points == 0 => Decimal::Point,
        (None, None) if commas == 1 => return Err(NoNumber::Ambiguous),
        (None, None) => Decimal::Point,
    };
    let (thousands, mark) = if decimal == Decimal::Point { (',', '.') } else { ('.', ',') };
    let (whole, rest) = digits.split_once(mark).map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    if whole.contains(thousands) && !is_grouped(whole, thousands) {
        return Err(NoNumber::Other);
    }
    let whole = whole.replace(thousands, "");
    Ok(rest.map_or(whole.clone(), |rest| format!("{whole}.{rest}")))
}

/// Whether digits stand in groups of three after a first one that is no 0: `1,234`, `12,345,678`, but not `0,123`.
fn is_grouped(digits: &str, separator: char) -> bool {
    let digits = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let mut groups = digits.split(separator);
    let first = groups.next().unwrap_or_default();
    let is_digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let mut others = groups.peekable();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && is_digits(first)
        && others.peek().is_some()
        && others.all(|group| group.len() == 3 && is_digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_they_are_written() {
        for (text, value) in [
            ("0.5", 0.5),
            (" -1.25e-3 ", -0.00125),
            ("\u{2212}2", -2.0),
            ("52.5%", 0.525),
            ("52.5 %", 0.525),
            ("0,523", 0.523),
            ("12,5%", 0.125),
            ("1,5e3", 1500.0),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1,234,567", 1_234_567.0),
            ("1.234", 1.234),
            (".5", 0.5),
        ] {
            assert_eq!(number(text, None), Ok(value), "{text}");
        }
        for text in
            ["abc", "inf", "1e999", "0x10", "1_000", "12,34.5", "1,23,456", "1.2.3", "5 m", "--1", "%"]
        {
            assert_eq!(number(text, None), Err(NoNumber::Other), "{text}");
        }
        assert!(["", " n/a", "NaN", "-", "\u{2014}"].iter().all(|text| is_missing(text)));
    }

    #[test]
    fn a_comma_is_a_decimal_one_only_where_nothing_else_can_be_meant() {
        assert_eq!(number("1,234", None), Err(NoNumber::Ambiguous));
        assert_eq!(number("1,234", Some(Decimal::Comma)), Ok(1.234));
        assert_eq!(number("1,234", Some(Decimal::Point)), Ok(1234.0));
        assert_eq!(number("1.234", Some(Decimal::Comma)), Ok(1234.0));
        for (text, found) in [
            ("0,5", Some(Decimal::Comma)),
            ("0,523", Some(Decimal::Comma)),
            ("1.234,5", Some(Decimal::Comma)),
            ("1,234.5", Some(Decimal::Point)),
            ("0.5", Some(Decimal::Point)),
            ("1,234", None),
            ("1.234", None),
            ("1,234,567", None),
            ("17", None),
        ] {
            assert_eq!(custom(text), found, "{text}");
        }
    }

    #[test]
    fn steps_are_whole() {
        for (text, value) in [
            ("0", 0),
            ("143000", 143_000),
            ("143,000", 143_000),
            ("1000.0", 1000),
            ("1e3", 1000),
            ("2.5e3", 2500),
        ] {
            assert_eq!(step(text), Ok(value), "{text}");
        }
        assert_eq!(step("53.000"), Err(NoNumber::Ambiguous));
        for text in ["", "-1", "0.5", "1e300", "5%", "step1", "18446744073709551616", "+5", "1,00"] {
            assert_eq!(step(text), Err(NoNumber::Other), "{text}");
        }
    }
}
