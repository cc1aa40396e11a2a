//! Lists of revisions: `step0, step1000`, `step{0,1000,3000}`, `step1000, step2000, ... step143000`.

use super::fault::{RemoteError, RemoteProblem};
use super::presets::published_steps;

/// Most revisions of one list.
pub const MAX_REVISIONS: usize = 1000;
/// Longest list that is read, in bytes.
const MAX_LIST_BYTES: usize = 100_000;
/// Longest name of a revision, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// The revisions of a list, each once, in its order; none of an empty one.
///
/// An ellipsis stands for the numbers that continue the two before it in even steps up to the one after it. Where
/// `pythia`, it stands for the steps that are published of those models.
pub fn revisions(list: &str, pythia: bool) -> Result<Vec<String>, RemoteError> {
    let wrong = |why: String| RemoteError::of_text(list, RemoteProblem::BadRevisions { why });
    if list.len() > MAX_LIST_BYTES {
        return Err(wrong("it is too long".to_owned()));
    }
    let mut revisions: Vec<String> = Vec::new();
    let items = items(list).map_err(wrong)?;
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::Name(name) => push(&mut revisions, name.clone()),
            Item::Ellipsis => {
                for name in between(&items, at, pythia).map_err(wrong)? {
                    push(&mut revisions, name);
                }
            }
        }
        if revisions.len() > MAX_REVISIONS {
            return Err(wrong(too_many()));
        }
    }
    match revisions.iter().find(|name| !is_revision(name)) {
        Some(name) => Err(wrong(format!("“{}” is no name of a revision", crate::checkpoint::short(name)))),
        None => Ok(revisions),
    }
}

fn too_many() -> String {
    format!("it has more than {MAX_REVISIONS} revisions")
}

fn push(revisions: &mut Vec<String>, name: String) {
    if !revisions.contains(&name) {
        revisions.push(name);
    }
}

/// A branch, a tag or a commit: what may stand in an address.
pub(super) fn is_revision(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.');
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.chars().all(plain) && name.split('/').all(part)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Name(String),
    Ellipsis,
}

/// Names and ellipses, with braces written out.
fn items(list: &str) -> Result<Vec<Item>, String> {
    let list = list.replace('…', "...");
    let mut items = Vec::new();
    let mut rest = list.as_str();
    while let Some(open) = rest.find('{') {
        let start = rest[..open].rfind(is_separator).map_or(0, |at| at + 1);
        split(&rest[..start], "", "", &mut items);
        let close = rest[open..].find('}').ok_or("a brace is not closed")? + open;
        let end = rest[close..].find(is_separator).map_or(rest.len(), |at| close + at);
        let (prefix, suffix) = (&rest[start..open], &rest[close + 1..end]);
        split(&rest[open + 1..close], prefix, suffix, &mut items);
        rest = &rest[end..];
    }
    split(rest, "", "", &mut items);
    Ok(items)
}

fn is_separator(c: char) -> bool {
    c == ',' || c == ';' || c.is_whitespace()
}

fn split(list: &str, prefix: &str, suffix: &str, items: &mut Vec<Item>) {
    for mut word in list.split(is_separator).filter(|word| !word.is_empty()) {
        if let Some(rest) = word.strip_prefix("...") {
            items.push(Item::Ellipsis);
            word = rest;
        }
        let (name, ellipsis) = word.strip_suffix("...").map_or((word, false), |name| (name, true));
        if !name.is_empty() {
            items.push(Item::Name(format!("{prefix}{name}{suffix}")));
        }
        if ellipsis {
            items.push(Item::Ellipsis);
        }
    }
}

/// What the ellipsis at a place stands for.
fn between(items: &[Item], at: usize, pythia: bool) -> Result<Vec<String>, String> {
    let number = |at: Option<usize>| match items.get(at?)? {
        Item::Name(name) => numbered(name),
        Item::Ellipsis => None,
    };
    let unclear =
        || "an ellipsis stands between numbers of even steps, such as step1000, step2000, ... step9000";
    let (last, end) = number(at.checked_sub(1)).zip(number(Some(at + 1))).ok_or_else(unclear)?;
    if last.prefix != end.prefix || last.number >= end.number {
        return Err(unclear().to_owned());
    }
    let published: Vec<u64> = published_steps().collect();
    if pythia && published.contains(&last.number) && published.contains(&end.number) {
        let steps = published.into_iter().filter(|step| (last.number + 1..end.number).contains(step));
        return Ok(steps.map(|step| last.with(step)).collect());
    }
    let first = number(at.checked_sub(2)).filter(|first| first.prefix == last.prefix).ok_or_else(unclear)?;
    let step = last.number.checked_sub(first.number).filter(|&step| step > 0).ok_or_else(unclear)?;
    let distance = end.number - last.number;
    if !distance.is_multiple_of(step) {
        return Err(unclear().to_owned());
    }
    if distance / step > MAX_REVISIONS as u64 {
        return Err(too_many());
    }
    Ok((1..distance / step).map(|times| last.with(last.number + times * step)).collect())
}

/// A name that ends with a number.
struct Numbered<'a> {
    prefix: &'a str,
    number: u64,
    /// Digits that are written at least: more than it needs, where it begins with a zero.
    width: usize,
}

fn numbered(name: &str) -> Option<Numbered<'_>> {
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[prefix.len()..];
    let width = if digits.starts_with('0') { digits.len() } else { 0 };
    Some(Numbered { prefix, number: digits.parse().ok()?, width })
}

impl Numbered<'_> {
    fn with(&self, number: u64) -> String {
        format!("{}{number:0width$}", self.prefix, width = self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_out() {
        let names = |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
        for (list, expected) in [
            ("", names(&[])),
            (" , ;\n", names(&[])),
            ("main", names(&["main"])),
            ("step0, step1;step0\nstep2", names(&["step0", "step1", "step2"])),
            ("step{0,1000, 3000}", names(&["step0", "step1000", "step3000"])),
            ("a,step{0,1}-x b", names(&["a", "step0-x", "step1-x", "b"])),
            ("step1, step2, ... step5", names(&["step1", "step2", "step3", "step4", "step5"])),
            ("step10,step20,…,step40", names(&["step10", "step20", "step30", "step40"])),
            ("s{0, 5, ... 15}", names(&["s0", "s5", "s10", "s15"])),
            ("001, 002, ...005", names(&["001", "002", "003", "004", "005"])),
            ("refs/pr/7", names(&["refs/pr/7"])),
        ] {
            assert_eq!(revisions(list, false), Ok(expected), "{list}");
        }
    }

    #[test]
    fn an_ellipsis_of_pythia_stands_for_what_is_published() {
        let list = "step0, step1, ... step143000";
        let published = revisions(list, true).expect("a list");
        assert_eq!((published.len(), published[11].as_str()), (154, "step1000"));
        assert!(revisions(list, false).is_err(), "143,001 revisions are too many");
        assert_eq!(revisions("step512 ... step2000", true).map(|list| list.len()), Ok(3));
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for wrong in [
            "...",
            "step0 ...",
            "... step9",
            "step0 ... step9",
            "step0, step2, ... step9",
            "step5, step2, ... step9",
            "step0, step0, ... step9",
            "a0, b1, ... b9",
            "step0, step1, ... step9999999",
            "step0, step1, ... step99999999999999999999999",
            "step{0,1",
            "step}",
            "../x",
            "a//b",
            "a/.git",
            "a b?c",
            "ä",
        ] {
            let error = revisions(wrong, false).expect_err(wrong);
            assert_eq!(error.code(), "bad-revisions", "{wrong}");
        }
    }
}
