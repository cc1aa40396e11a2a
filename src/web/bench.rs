//! The jobs of the bench, for a worker that times them.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::bench::{Answer, Job, Work};

/// One job with its data.
#[wasm_bindgen]
pub struct Bench {
    work: Work,
    answer: Option<Box<dyn Answer>>,
}

#[wasm_bindgen]
impl Bench {
    /// Makes the data of a job; without a job of this name, nothing.
    pub fn prepare(name: &str) -> Option<Bench> {
        let Job { prepare, .. } = crate::bench::jobs().into_iter().find(|job| job.name == name)?;
        Some(Self { work: prepare(), answer: None })
    }

    /// What is timed.
    pub fn run(&mut self) {
        self.answer = Some((self.work)());
    }

    /// Digest of the last answer, in hexadecimal digits.
    pub fn digest(&self) -> Option<String> {
        Some(format!("{:016x}", self.answer.as_ref()?.digest()))
    }
}
