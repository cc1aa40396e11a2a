//! The jobs of [`neuromfa::bench`], natively: `npm run bench -- kernels threads` runs the same ones in Chromium beside it.
//!
//! Each line of the standard input is `{"name": job, "runs": n}`, answered by the milliseconds of the runs and a digest of
//! the result, or `{"list": true}`.

#[path = "support/lines.rs"]
mod lines;

use std::time::Instant;

use neuromfa::bench::{Work, jobs};
use serde_json::{Value, json};

fn main() {
    let mut ready: Option<(String, Work)> = None;
    lines::serve(|order| -> Value {
        let Some(name) = order["name"].as_str() else { return list() };
        if ready.as_ref().is_none_or(|(prepared, _)| prepared != name) {
            let job = jobs().into_iter().find(|job| job.name == name).expect("a job of this name");
            ready = Some((name.to_owned(), (job.prepare)()));
        }
        let (_, work) = ready.as_mut().expect("prepared above");
        let (mut times, mut digest) = (Vec::new(), 0);
        for _ in 0..lines::runs(order) {
            let start = Instant::now();
            let answer = work();
            times.push(start.elapsed().as_secs_f64() * 1e3);
            digest = answer.digest();
        }
        json!({ "times": times, "digest": format!("{digest:016x}") })
    });
}

fn list() -> Value {
    let entry = |job: neuromfa::bench::Job| json!({ "name": job.name, "subject": job.subject, "items": job.items, "unit": job.unit });
    jobs().into_iter().map(entry).collect()
}
