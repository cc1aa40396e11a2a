//! How `npm run bench` talks to a native harness: one line of JSON in, one line of JSON out. The process stays, so that
//! its runs can be interleaved with those of a browser.

use std::io::{BufRead, Write};

use serde::Serialize;
use serde_json::Value;

/// Answers every line of the standard input until it ends.
pub fn serve<A: Serialize>(mut answer: impl FnMut(&Value) -> A) {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let order = serde_json::from_str(&line.expect("a line")).expect("an order in JSON");
        serde_json::to_writer(&mut out, &answer(&order)).expect("an answer in JSON");
        writeln!(out).and_then(|()| out.flush()).expect("somebody who reads");
    }
}

/// The order's number of runs.
pub fn runs(order: &Value) -> u64 {
    order["runs"].as_u64().expect("a number of runs")
}
