//! What a paper says of a result: how it was computed, whom to cite, and a receipt by which it can be computed again.

use serde::Serialize;

use super::{FileRecord, ResultDocument, Tool};
use crate::analysis::{Mode, NetworkKind, NullKind, Options};

/// More files than this are counted, not listed.
const MOST_FILES: usize = 200;

/// The paper that introduced the method, and this program, as BibTeX entries.
pub fn bibtex(document: &ResultDocument) -> String {
    let version = &document.tool.version;
    format!(
        "@inproceedings{{xiao2025neuron,
  title     = {{Neuron-based Multifractal Analysis of Neuron Interaction Dynamics in Large Models}},
  author    = {{Xiao, Xiongye and Ping, Heng and Zhou, Chenyu and Cao, Defu and Li, Yaxing and Zhou, Yi-Zhuo and Li, Shixuan and Kanakaris, Nikos and Bogdan, Paul}},
  booktitle = {{International Conference on Learning Representations (ICLR)}},
  year      = {{2025}},
  eprint    = {{2402.09099}},
  archiveprefix = {{arXiv}}
}}

@misc{{neuromfa,
  title  = {{{{NeuroMFA}} in the browser}},
  author = {{{{The NeuroMFA developers}}}},
  note   = {{Computer software, version {version}}}
}}
"
    )
}

/// The options that decide the numbers, as a caption tells them.
pub fn settings(options: &Options) -> String {
    let network = match options.network {
        NetworkKind::Full => "Whole network".to_owned(),
        NetworkKind::Sampled => format!(
            "Mean of {} samples with {} neurons of each layer, seeds from {}",
            options.samples, options.layer_sample, options.seed
        ),
    };
    let layers = if options.layers.is_some() { ", some of its layers" } else { "" };
    let mode = if options.mode == Mode::Exact { "exact" } else { "reference" };
    let minus = |value: f64| value.to_string().replace('-', "\u{2212}");
    let mut text = format!(
        "{network}{layers}; {mode} mode; edges up to length {}; q from {} to {} in steps of {}",
        options.threshold,
        minus(options.q_min),
        minus(options.q_max),
        options.q_step
    );
    if options.hops > 1 {
        text += &format!("; paths of up to {} hops", options.hops);
    }
    if !options.null.is_empty() {
        let kinds = options.null.iter().map(|kind| match kind {
            NullKind::Shuffle => "shuffles",
            NullKind::Gaussian => "Gaussian draws",
            NullKind::Initialisation => "initialisations",
            NullKind::Rescale => "rescalings",
        });
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        text += &format!("; null models: {} samples each ({kinds})", options.null_samples);
    }
    text + "."
}

/// What is needed to compute the numbers again.
#[derive(Serialize)]
struct Receipt<'a> {
    tool: &'a Tool,
    options: &'a Options,
    files: Vec<&'a FileRecord>,
    /// Files that are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    more_files: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Program, every option, and the files with their identities, as JSON on one line.
pub fn receipt(document: &ResultDocument) -> String {
    let mut files: Vec<&FileRecord> = document.checkpoints.iter().flat_map(|c| &c.files).collect();
    let more_files = files.len().saturating_sub(MOST_FILES);
    files.truncate(MOST_FILES);
    let receipt = Receipt { tool: &document.tool, options: &document.options, files, more_files };
    // Plain data with text for keys: it cannot fail.
    serde_json::to_string(&receipt).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CITATION.cff says of a key; the paper's follow the program's.
    fn cited(key: &str) -> Vec<String> {
        let text = include_str!("../../CITATION.cff");
        let values = text.lines().filter_map(|line| {
            line.trim_start().trim_start_matches("- ").strip_prefix(key)?.strip_prefix(':').map(str::trim)
        });
        values.map(|value| value.trim_matches('"').to_owned()).collect()
    }

    fn document() -> ResultDocument {
        ResultDocument {
            schema: crate::report::SCHEMA.into(),
            tool: Tool::this(),
            options: Options::default(),
            checkpoints: Vec::new(),
            scores: Vec::new(),
            associations: Vec::new(),
            explained: Vec::new(),
        }
    }

    #[test]
    fn both_ways_to_cite_agree() {
        let entries = bibtex(&document());
        assert_eq!(cited("version"), [env!("CARGO_PKG_VERSION")]);
        assert!(entries.contains(&format!("version {}", env!("CARGO_PKG_VERSION"))));
        let bare = entries.replace(['{', '}'], "");
        for title in cited("title") {
            assert!(bare.contains(&title), "{title}");
        }
        let authors = cited("family-names").into_iter().zip(cited("given-names"));
        let authors: Vec<String> = authors.map(|(family, given)| format!("{family}, {given}")).collect();
        assert_eq!(authors.len(), 9);
        assert!(entries.contains(&authors.join(" and ")), "{authors:?}");
        assert!(cited("year").contains(&"2025".into()));
        assert!(cited("value").contains(&"arXiv:2402.09099".into()) && entries.contains("{2402.09099}"));
    }

    #[test]
    fn the_receipt_holds_every_option() {
        let read: serde_json::Value = serde_json::from_str(&receipt(&document())).expect("JSON");
        let options: Options = serde_json::from_value(read["options"].clone()).expect("options");
        assert_eq!(options, Options::default());
        assert_eq!(read["tool"]["version"], env!("CARGO_PKG_VERSION"));
    }
}
