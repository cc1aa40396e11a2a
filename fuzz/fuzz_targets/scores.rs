//! Files of benchmark scores: whatever is accepted is finite and in the order of its steps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::scores::Scores;

/// Names that choose the reader, or tell a step.
const NAMES: [&str; 4] = ["step1.json", "results.json", "scores.csv", "run/step5/table.md"];

fuzz_target!(|input: (u8, &[u8])| {
    let (name, bytes) = input;
    let mut scores = Scores::default();
    let Ok(()) = scores.add(NAMES[usize::from(name) % NAMES.len()], bytes, None) else { return };
    for score in scores.finish() {
        assert!(score.values.iter().all(|value| value.value.is_finite()));
        assert!(score.values.windows(2).all(|pair| pair[0].step < pair[1].step));
    }
});
