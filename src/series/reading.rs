//! What an association shows and what it does not, in sentences: the only place where they are written.

use super::association::Quantity;
use crate::report::{Association, LateAssociation};

/// Coefficients that differ by less are said to be about as large.
const ABOUT: f64 = 0.1;
/// Fewest checkpoints of the late phase from which a sentence concludes anything: those with an interval.
const LEAST_TO_TELL: u64 = super::correlation::LEAST_FOR_INTERVAL as u64;

const CAUTION: &str = "Whatever changes steadily in training correlates with a score, checkpoints of one training are not \
                       independent, and correlation is not cause.";

/// The sentences of an association whose numbers are complete.
pub(super) fn reading(association: &Association, quantity: Quantity) -> String {
    let Association { metric, n, .. } = association;
    let Some(r) = association.pearson else {
        return match n {
            0 => format!("No step with a score of {metric} is that of a checkpoint."),
            1 => format!("Only 1 checkpoint has a score of {metric}: too few for a correlation."),
            2 => format!("Only 2 checkpoints have a score of {metric}: too few for a correlation."),
            _ => format!(
                "{} and {metric} have no correlation: one of the two is the same at all {n} checkpoints.",
                name(quantity)
            ),
        };
    };
    let interval =
        association.pearson_interval.map_or(String::new(), |ends| format!(", 95% {}", range(ends)));
    let all =
        format!("{} and {metric} over {n} checkpoints: r = {}{interval}.", name(quantity), coefficient(r));
    let sentences = [
        Some(all),
        association.log_step.pearson.map(|time| beside_time(r, time)),
        association.shuffled.and_then(|chance| chance.pearson).map(|chance| beside_chance(r, chance)),
        association.partial_pearson.map(|left| left_of_time(left, association.partial_pearson_interval)),
        association.late.as_ref().filter(|late| late.n < *n).map(|late| later(r, late)),
        Some(CAUTION.to_owned()),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn name(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Emergence => "Degree of emergence",
        Quantity::ExcessWidth => "Width above shuffled",
        Quantity::Width => "Width",
        Quantity::Alpha0 => "Regularity",
    }
}

fn beside_time(r: f64, time: f64) -> String {
    let what = match r.abs() - time.abs() {
        more if more > ABOUT => "which is less",
        more if more > -ABOUT => "about as much",
        _ => "which is more",
    };
    format!("log(1 + step) alone gives {}, {what}.", coefficient(time))
}

fn beside_chance(r: f64, chance: f64) -> String {
    let why = if chance * r > 0.0 && chance.abs() > r.abs() - ABOUT {
        ": no structure is needed for it"
    } else {
        ""
    };
    format!("Shuffled weights give {}{why}.", coefficient(chance))
}

fn left_of_time(left: f64, interval: Option<[f64; 2]>) -> String {
    let ends = interval.map_or(String::new(), |ends| format!(", 95% {}", range(ends)));
    let chance = if interval.is_some_and(holds_zero) { ": this may be nothing" } else { "" };
    format!("With log(1 + step) taken out of both, r = {}{ends}{chance}.", coefficient(left))
}

fn later(r: f64, late: &LateAssociation) -> String {
    let from = format!("From step {} on", thousands(late.from_step));
    let Some(there) = late.pearson else {
        let why = if late.n < 3 {
            "there are too few checkpoints to tell"
        } else {
            "one of the two does not change"
        };
        return format!("{from}, {why}.");
    };
    let interval = late.pearson_interval.map_or(String::new(), |ends| format!(", 95% {}", range(ends)));
    let verdict = match late.pearson_interval {
        _ if late.n < LEAST_TO_TELL => "too few to tell",
        Some(ends) if holds_zero(ends) => "after the early rise, this may be nothing",
        _ if there * r < 0.0 => "after the early rise, it goes the other way",
        _ => "it holds after the early rise",
    };
    format!("{from}, over {} checkpoints, r = {}{interval}: {verdict}.", late.n, coefficient(there))
}

fn holds_zero([low, high]: [f64; 2]) -> bool {
    low <= 0.0 && high >= 0.0
}

/// Two decimals, with a minus of its own width; never minus zero.
fn coefficient(r: f64) -> String {
    let text = format!("{:.2}", r.abs());
    if r < 0.0 && text != "0.00" { format!("\u{2212}{text}") } else { text }
}

fn range([low, high]: [f64; 2]) -> String {
    format!("{} to {}", coefficient(low), coefficient(high))
}

/// `53,000`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let separated = digits.char_indices().flat_map(|(at, digit)| {
        let comma = at > 0 && (digits.len() - at).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    });
    separated.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Coefficients;

    fn association() -> Association {
        let coefficients = |pearson| Coefficients { pearson: Some(pearson), spearman: Some(pearson) };
        Association {
            metric: "accuracy".to_owned(),
            n: 19,
            pearson: Some(0.9935),
            pearson_interval: Some([0.98, 0.999]),
            partial_pearson: Some(-0.2),
            partial_pearson_interval: Some([-0.5, 0.1]),
            log_step: coefficients(0.9236),
            shuffled: Some(coefficients(0.95)),
            late: Some(LateAssociation {
                from_step: 53_000,
                n: 10,
                pearson: Some(0.3953),
                pearson_interval: Some([-0.1, 0.8]),
                ..LateAssociation::default()
            }),
            ..Association::default()
        }
    }

    #[test]
    fn everything_is_said_with_its_limits() {
        let text = reading(&association(), Quantity::Emergence);
        assert_eq!(
            text,
            format!(
                "Degree of emergence and accuracy over 19 checkpoints: r = 0.99, 95% 0.98 to 1.00. \
                 log(1 + step) alone gives 0.92, about as much. \
                 Shuffled weights give 0.95: no structure is needed for it. \
                 With log(1 + step) taken out of both, r = \u{2212}0.20, 95% \u{2212}0.50 to 0.10: this may be nothing. \
                 From step 53,000 on, over 10 checkpoints, r = 0.40, 95% \u{2212}0.10 to 0.80: after the early rise, this \
                 may be nothing. {CAUTION}"
            )
        );
    }

    #[test]
    fn what_is_not_there_is_not_said() {
        let none = Association { metric: "accuracy".to_owned(), ..Association::default() };
        let said = |n, pearson| reading(&Association { n, pearson, ..none.clone() }, Quantity::Width);
        assert_eq!(said(0, None), "No step with a score of accuracy is that of a checkpoint.");
        assert!(said(2, None).ends_with("too few for a correlation."));
        assert!(said(7, None).contains("the same at all 7 checkpoints"));
        assert_eq!(
            said(4, Some(-0.001)),
            format!("Width and accuracy over 4 checkpoints: r = 0.00. {CAUTION}")
        );
    }

    #[test]
    fn a_late_phase_of_few_checkpoints_concludes_nothing() {
        let mut few = association();
        let late = few.late.as_mut().expect("a late phase");
        (late.n, late.pearson_interval) = (4, None);
        assert!(
            reading(&few, Quantity::Emergence).contains("over 4 checkpoints, r = 0.40: too few to tell.")
        );
        let late = few.late.as_mut().expect("a late phase");
        (late.n, late.pearson) = (2, None);
        assert!(reading(&few, Quantity::Emergence).contains("on, there are too few checkpoints to tell."));
    }

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (53_000, "53,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
