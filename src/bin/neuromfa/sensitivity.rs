//! `neuromfa sensitivity`: checkpoints under one other option at a time.

use std::process::ExitCode;

use neuromfa::analysis::{Analysis, AnalysisError, Axis, Measured, NullKind, Variation, variations};
use neuromfa::checkpoint::Checkpoint;
use neuromfa::network::Wiring;
use neuromfa::report::AxisValue;
use neuromfa::series::{self, Varied};

use crate::analyze::{Analyzed, Failure, Wishes, analyze_all, compute_nulls, prepare, read};
use crate::args::SensitivityArguments;
use crate::failures::{ARGUMENTS, Failures, OUTPUT, stop, warning};
use crate::inputs::Files;

/// Bytes of histograms that are kept of a checkpoint, so that it need not be read again.
const HISTOGRAM_BUDGET: u64 = 1 << 30;

/// Runs the command.
pub fn run(arguments: &SensitivityArguments) -> ExitCode {
    if arguments.analysis.part {
        return stop(ARGUMENTS, "Sensitivities have no parts to merge. Leave --part out.".to_owned());
    }
    if arguments.analysis.plan {
        return stop(ARGUMENTS, "--plan belongs to analyze. Leave it out.");
    }
    let (mut wishes, outputs) = match prepare(&arguments.analysis) {
        Ok(prepared) => prepared,
        Err(text) => return stop(ARGUMENTS, text),
    };
    if wishes.options.null.is_empty() {
        wishes.options.null = vec![NullKind::Shuffle];
    }
    let mut axes = arguments.axes.clone();
    match arguments.quirks {
        true => axes.push(Axis::Quirks),
        false if axes.is_empty() => axes.extend(Axis::ALL),
        false => {}
    }
    let mut failures = Failures::default();
    let one = |checkpoint: &Checkpoint, files: &Files| {
        let job = Job { checkpoint, files };
        job.run(&wishes, &axes, arguments.point_samples)
    };
    let analyzed = analyze_all(&arguments.analysis, &wishes, one, &mut failures);
    let done = analyzed.len();
    if let Some(options) = analyzed.first().map(|first| first.options.clone()) {
        let (records, varied): (_, Vec<Vec<Varied>>) =
            analyzed.into_iter().map(|analyzed| (analyzed.record, analyzed.varied)).unzip();
        let mut document = series::document(options, records);
        series::add_sensitivities(&mut document, &varied);
        if let Err(text) = outputs.write(document, None) {
            return stop(OUTPUT, text);
        }
    }
    failures.status(done)
}

/// A checkpoint, and where its bytes are.
struct Job<'a> {
    checkpoint: &'a Checkpoint,
    files: &'a Files,
}

impl Job<'_> {
    fn run(&self, wishes: &Wishes<'_>, axes: &[Axis], point_samples: u32) -> Result<Analyzed, Failure> {
        let (wiring, options) = wishes.of(self.checkpoint, true)?;
        let plan = Analysis::plan(self.checkpoint, &wiring, &options, HISTOGRAM_BUDGET);
        let mut measured = self.read(plan)?;
        let record = measured.record();
        let mut varied: Vec<Varied> = Vec::new();
        for &axis in axes {
            for variation in variations(axis, &options, &wiring, point_samples) {
                // The present setting is a point of every axis.
                let same = varied.iter().find(|other| other.variation.is_same(&variation));
                match same {
                    Some(same) => varied.push(Varied { variation, ..same.clone() }),
                    None => varied.extend(self.vary(&mut measured, &wiring, variation)?),
                }
            }
        }
        Ok(Analyzed::varied(options, record, varied))
    }

    fn read(&self, analysis: Result<Analysis, AnalysisError>) -> Result<Measured, Failure> {
        let mut measured = read(analysis.map_err(|error| self.failed(error))?, self.checkpoint, self.files)?;
        compute_nulls(&mut measured, &self.checkpoint.name);
        Ok(measured)
    }

    /// From what was kept, if that suffices. `None` where this network cannot be analysed so: that is said.
    fn vary(
        &self,
        measured: &mut Measured,
        wiring: &Wiring,
        variation: Variation,
    ) -> Result<Option<Varied>, Failure> {
        let options = &variation.options;
        let kept = !variation.reads_again() && measured.redo(options).map_err(|error| self.failed(error))?;
        if kept {
            compute_nulls(measured, &self.checkpoint.name);
            let record = measured.record();
            return Ok(Some(Varied::new(variation, &record)));
        }
        let alteration = variation.alteration(wiring);
        let plan = Analysis::plan_altered(self.checkpoint, wiring, options, &alteration, 0);
        if let Err(error) = &plan {
            let (name, value) = (&self.checkpoint.name, axis_and_value(&variation));
            warning(format_args!("{name}: {value} is left out: {error}."));
            return Ok(None);
        }
        let record = self.read(plan)?.record();
        Ok(Some(Varied::new(variation, &record)))
    }

    fn failed(&self, error: AnalysisError) -> Failure {
        Failure::Analysis { name: self.checkpoint.name.clone(), error }
    }
}

fn axis_and_value(Variation { axis, value, .. }: &Variation) -> String {
    match value {
        AxisValue::Number(number) => format!("{} {number}", axis.name()),
        AxisValue::Name(name) => format!("{} \"{name}\"", axis.name()),
    }
}
