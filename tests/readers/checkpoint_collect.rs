//! Which files form which checkpoint: one case per rule.

use neuromfa::checkpoint::{Collection, Input, belongs_to_checkpoint, collect, step_in};

const INDEX: &[u8] = br#"{"metadata":{},"weight_map":{"a.0.w":"one.safetensors","a.1.w":"two.safetensors"}}"#;
const ZIP: &[u8] = b"PK\x03\x04....";

/// Collects files that hold `INDEX` if they are an index, else the first bytes of a zip archive.
fn collected(paths: &[&str]) -> Collection {
    let bytes = |path: &str| if path.contains(".index.") { INDEX } else { ZIP }.to_vec();
    let files: Vec<Vec<u8>> = paths.iter().map(|path| bytes(path)).collect();
    let inputs: Vec<Input<'_>> =
        paths.iter().zip(&files).map(|(path, bytes)| Input::new(path, bytes)).collect();
    collect(&inputs)
}

/// One line for each checkpoint: its name, step, parts (`?` where missing) and configuration.
fn lines(paths: &[&str]) -> Vec<String> {
    let candidates = collected(paths).candidates;
    let line = |candidate: &neuromfa::checkpoint::Candidate| {
        let parts = candidate.parts.iter().map(|part| match part.input {
            Some(input) => paths[input].to_owned(),
            None => format!("?{}", part.name),
        });
        let step = candidate.step.map_or(String::new(), |step| format!("@{step}"));
        let config = candidate.config.map_or(String::new(), |input| format!(" + {}", paths[input]));
        format!("{}{step} = {}{config}", candidate.name, parts.collect::<Vec<_>>().join(" "))
    };
    candidates.iter().map(line).collect()
}

fn skipped(paths: &[&str]) -> Vec<String> {
    collected(paths).skipped.into_iter().map(|skipped| skipped.path).collect()
}

#[test]
fn every_weight_file_is_a_checkpoint_in_the_order_of_the_steps() {
    assert_eq!(
        lines(&["step1000.safetensors", "step32.safetensors", "step0.safetensors"]),
        [
            "step0@0 = step0.safetensors",
            "step32@32 = step32.safetensors",
            "step1000@1000 = step1000.safetensors"
        ]
    );
    assert_eq!(
        lines(&["run/config.json", "run/step10.safetensors", "run/step9.safetensors", "run/tokenizer.json"]),
        [
            "step9@9 = run/step9.safetensors + run/config.json",
            "step10@10 = run/step10.safetensors + run/config.json"
        ]
    );
}

#[test]
fn without_a_step_the_order_is_that_given() {
    assert_eq!(lines(&["b.safetensors", "a.safetensors"]), ["b = b.safetensors", "a = a.safetensors"]);
    assert_eq!(
        lines(&["base.safetensors", "step9.safetensors", "step8.safetensors"]),
        ["base = base.safetensors", "step9@9 = step9.safetensors", "step8@8 = step8.safetensors"]
    );
    assert_eq!(
        lines(&["run/x10.safetensors", "run/x9.safetensors"]),
        ["x9 = run/x9.safetensors", "x10 = run/x10.safetensors"]
    );
}

#[test]
fn the_final_model_of_a_folder_comes_after_its_checkpoints() {
    assert_eq!(
        lines(&[
            "run/model.safetensors",
            "run/checkpoint-500/model.safetensors",
            "run/checkpoint-500/optimizer.pt",
            "run/checkpoint-1000/model.safetensors",
            "run/checkpoint-1000/rng_state.pth",
            "run/checkpoint-1000/training_args.bin",
            "run/logs/events.out",
        ]),
        [
            "checkpoint-500@500 = run/checkpoint-500/model.safetensors",
            "checkpoint-1000@1000 = run/checkpoint-1000/model.safetensors",
            "run = run/model.safetensors",
        ]
    );
}

#[test]
fn a_folder_inside_a_folder_is_one_checkpoint() {
    assert_eq!(
        lines(&["run/config.json", "run/global_step3000/b.safetensors", "run/global_step3000/a.safetensors"]),
        [
            "global_step3000@3000 = run/global_step3000/a.safetensors run/global_step3000/b.safetensors + run/config.json"
        ]
    );
    assert_eq!(
        lines(&["run/epoch_2/model.safetensors", "run/epoch_2/other.pt"]),
        ["epoch_2@2 = run/epoch_2/model.safetensors"]
    );
    assert_eq!(skipped(&["run/epoch_2/model.safetensors", "run/epoch_2/other.pt"]), ["run/epoch_2/other.pt"]);
}

#[test]
fn a_folder_that_is_one_model_gives_it_its_name() {
    assert_eq!(lines(&["gpt2/model.safetensors"]), ["gpt2 = gpt2/model.safetensors"]);
    assert_eq!(lines(&["gpt2/tuned.safetensors"]), ["tuned = gpt2/tuned.safetensors"]);
    assert_eq!(lines(&["step7/weights.safetensors"]), ["step7@7 = step7/weights.safetensors"]);
}

#[test]
fn numbered_parts_are_one_checkpoint() {
    assert_eq!(
        lines(&["m/model-00002-of-00003.safetensors", "m/model-00001-of-00003.safetensors"]),
        [
            "m = m/model-00001-of-00003.safetensors m/model-00002-of-00003.safetensors ?model-00003-of-00003.safetensors"
        ]
    );
    assert_eq!(
        lines(&["w-0-of-2.safetensors", "w-1-of-2.safetensors"]),
        ["w = w-0-of-2.safetensors w-1-of-2.safetensors"]
    );
    assert_eq!(
        lines(&["a-1-of-2.safetensors", "b-2-of-2.safetensors"]),
        ["a = a-1-of-2.safetensors ?a-2-of-2.safetensors", "b = ?b-1-of-2.safetensors b-2-of-2.safetensors"]
    );
}

#[test]
fn numbers_that_cannot_be_parts_are_names() {
    for path in
        ["x-3-of-2.safetensors", "x-1-of-4000000000.safetensors", "best-of-2.safetensors", "-of-.safetensors"]
    {
        assert_eq!(lines(&[path]), [format!("{} = {path}", path.trim_end_matches(".safetensors"))]);
    }
}

#[test]
fn the_files_of_an_index_are_one_checkpoint() {
    let index = "m/model.safetensors.index.json";
    assert_eq!(
        lines(&[index, "m/one.safetensors", "m/two.safetensors"]),
        ["m = m/one.safetensors m/two.safetensors"]
    );
    assert_eq!(lines(&[index, "m/two.safetensors"]), ["m = ?one.safetensors m/two.safetensors"]);
    assert_eq!(
        lines(&["model.safetensors.index.json", "one.safetensors", "two.safetensors", "three.safetensors"]),
        ["model = one.safetensors two.safetensors", "three = three.safetensors"]
    );
    // An index whose files are elsewhere says nothing.
    assert_eq!(lines(&[index, "m/other.safetensors"]), ["other = m/other.safetensors"]);
    assert!(lines(&[index]).is_empty());
}

#[test]
fn a_broken_index_is_named_and_its_files_found_without_it() {
    let (index, shard) = (b"{oops".to_vec(), ZIP.to_vec());
    let inputs =
        [Input::new("m/model.safetensors.index.json", &index), Input::new("m/w-1-of-1.safetensors", &shard)];
    let Collection { candidates, skipped } = collect(&inputs);
    assert_eq!((candidates.len(), candidates[0].parts.len(), skipped.len()), (1, 1, 1));
    assert!(skipped[0].why.contains("cannot be read"), "{}", skipped[0].why);
}

#[test]
fn of_several_forms_the_first_is_taken() {
    let files = [
        "m/model.onnx",
        "m/pytorch_model.bin",
        "m/model.safetensors",
        "m/model.npz",
        "m/tf_model.h5",
        "m/flax_model.msgpack",
        "m/x.npz",
        "m/x.pt",
    ];
    assert_eq!(lines(&files), ["model = m/model.safetensors", "x = m/x.pt"]);
    let mut others = skipped(&files);
    others.sort();
    assert_eq!(
        others,
        [
            "m/flax_model.msgpack",
            "m/model.npz",
            "m/model.onnx",
            "m/pytorch_model.bin",
            "m/tf_model.h5",
            "m/x.npz"
        ]
    );
    let shards = ["m/pytorch_model-1-of-1.bin", "m/model-1-of-1.safetensors"];
    assert_eq!(lines(&shards), ["m = m/model-1-of-1.safetensors"]);
    assert_eq!(skipped(&shards), ["m/pytorch_model-1-of-1.bin"]);
    // Types of one stem are models of their own, and so are two files of one name.
    assert_eq!(lines(&["m/model.f16.safetensors", "m/model.bf16.safetensors"]).len(), 2);
    assert_eq!(lines(&["x.safetensors", "x.safetensors"]).len(), 2);
}

#[test]
fn a_file_given_by_itself_is_always_read() {
    for path in
        ["thesis.pdf", "optimizer.pt", "config.json", "weights", "model.safetensors.index.json", "notes.txt"]
    {
        assert_eq!(lines(&[path]).len(), 1, "{path}");
    }
    assert_eq!(lines(&["optimizer.pt", "config.json"]), ["optimizer = optimizer.pt + config.json"]);
    assert_eq!(lines(&["model.pt", "optimizer.pt", "tokenizer.json"]), ["model = model.pt"]);
    assert_eq!(lines(&["model.pt", "thesis.pdf"]), ["model = model.pt", "thesis = thesis.pdf"]);
}

#[test]
fn in_a_folder_other_files_are_passed_over() {
    assert!(lines(&["docs/thesis.pdf", "docs/optimizer.pt", "docs/config.json", "docs/vocab.h5"]).is_empty());
}

#[test]
fn weights_of_pytorch_have_many_names() {
    let names = ["a.pt", "b.pth", "c.bin", "d.ckpt", "e.pth.tar", "f.pyth"];
    let paths: Vec<String> = names.iter().map(|name| format!("run/{name}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(lines(&paths).len(), names.len());
    assert!(lines(&["run/data.tar", "run/zero_pp_rank_0_mp_rank_00_optim_states.pt"]).is_empty());
}

#[test]
fn slices_of_one_model_are_one_checkpoint() {
    assert_eq!(
        lines(&["consolidated.01.pth", "consolidated.00.pth", "other.pth"]),
        ["consolidated = consolidated.00.pth consolidated.01.pth", "other = other.pth"]
    );
    assert_eq!(
        lines(&["llama/consolidated.00.pth", "llama/consolidated.01.pth", "llama/params.json"]),
        ["llama = llama/consolidated.00.pth llama/consolidated.01.pth"]
    );
    assert_eq!(
        lines(&["run/mp_rank_00_model_states.pt", "run/mp_rank_01_model_states.pt"]),
        ["mp_rank = run/mp_rank_00_model_states.pt run/mp_rank_01_model_states.pt"]
    );
    assert_eq!(
        lines(&[
            "run/global_step9/mp_rank_00_model_states.pt",
            "run/global_step8/mp_rank_00_model_states.pt"
        ])
        .len(),
        2
    );
}

#[test]
fn one_slice_alone_is_an_ordinary_checkpoint() {
    assert_eq!(lines(&["consolidated.00.pth"]), ["consolidated.00 = consolidated.00.pth"]);
    assert_eq!(lines(&["mp_rank_00_model_states.pt", "a.pt"]).len(), 2);
    // Of two models, from different places.
    assert_eq!(lines(&["consolidated.00.pth", "consolidated.00.pth"]).len(), 2);
}

#[test]
fn equal_names_are_told_apart_by_their_folders() {
    let paths = ["a/step5/model.safetensors", "b/step1/model.safetensors"];
    let bytes = ZIP.to_vec();
    let inputs: Vec<Input<'_>> = paths.map(|path| Input { path, folder: None, source: &bytes }).into();
    let names = collect(&inputs).candidates.into_iter().map(|candidate| (candidate.name, candidate.step));
    assert_eq!(names.collect::<Vec<_>>(), [("step1".to_owned(), Some(1)), ("step5".to_owned(), Some(5))]);
}

#[test]
fn steps_are_read_from_names() {
    let cases = [
        ("step1000", Some(1000)),
        ("checkpoint-500", Some(500)),
        ("global_step3000", Some(3000)),
        ("globalstep7", Some(7)),
        ("epoch_2", Some(2)),
        ("epoch=3-step=1200", Some(1200)),
        ("pythia-70m-step143000-f16", Some(143_000)),
        ("iter_0001000", Some(1000)),
        ("STEP_7", Some(7)),
        ("ckpt.12", Some(12)),
        ("stage1-step5-tokens3B", Some(5)),
        ("misstep5", None),
        ("step", None),
        ("step5b", None),
        ("step99999999999999999999999", None),
        ("model-00001-of-00002", None),
        ("llama-2-7b", None),
    ];
    for (name, step) in cases {
        assert_eq!(step_in(name), step, "{name}");
    }
}

#[test]
fn files_that_hold_the_tensors_of_an_onnx_model_are_no_checkpoints() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx");
    let model = std::fs::read(data.join("external.onnx")).expect("readable");
    let (weights, other) = (vec![0u8; 8], vec![0u8; 8]);
    let inputs = [
        Input::new("external.data", &weights),
        Input::new("external.onnx", &model),
        Input::new("other.data", &other),
    ];
    let names: Vec<String> =
        collect(&inputs).candidates.into_iter().map(|candidate| candidate.name).collect();
    assert_eq!(names, ["external", "other"], "only what the model names belongs to it");
}

/// The series of every checkpoint, in order: `series: name name | series: name`.
fn series(inputs: &[(&str, Option<usize>)]) -> String {
    let file = ZIP.to_vec();
    let inputs: Vec<Input<'_>> =
        inputs.iter().map(|&(path, folder)| Input { path, folder, source: &file }).collect();
    let collection = collect(&inputs);
    let groups = collection.candidates.chunk_by(|a, b| a.series == b.series);
    let group = |group: &[neuromfa::checkpoint::Candidate]| {
        let names: Vec<&str> = group.iter().map(|candidate| candidate.name.as_str()).collect();
        format!("{}: {}", collection.series_of(&group[0]).unwrap_or("-"), names.join(" "))
    };
    groups.map(group).collect::<Vec<_>>().join(" | ")
}

fn dropped(paths: &[&str]) -> String {
    let inputs: Vec<_> = paths.iter().map(|path| (*path, path.contains('/').then_some(0))).collect();
    series(&inputs)
}

#[test]
fn one_folder_and_files_dropped_together_are_one_series() {
    assert_eq!(dropped(&["run/step9.pt", "run/step1.pt"]), "-: step1 step9");
    assert_eq!(dropped(&["step9.pt", "step1.pt"]), "-: step1 step9");
    assert_eq!(dropped(&["run/step9.pt", "run/step1.pt", "step5.pt"]), "-: step1 step5 step9");
    assert_eq!(dropped(&["run/step9/model.pt", "run/step1/model.pt"]), "-: step1 step9");
}

#[test]
fn folders_with_several_checkpoints_are_series_in_the_order_given() {
    assert_eq!(
        dropped(&["b/step9.pt", "a/step8.pt", "b/step7.pt", "a/step0.pt"]),
        "b: step7 step9 | a: step0 step8"
    );
    let nested = ["b/step1/model.pt", "b/step0/model.pt", "a/step0/model.pt", "a/step1/model.pt"];
    assert_eq!(dropped(&nested), "b: step0 step1 | a: step0 step1");
    assert_eq!(
        dropped(&["a/step1.pt", "a/step0.pt", "b/step0.pt", "b/x.pt", "step3.pt"]),
        "a: a/step0 step1 | b: b/step0 x | -: step3",
        "files are not in a folder"
    );
}

#[test]
fn folders_with_one_checkpoint_each_are_one_series() {
    assert_eq!(dropped(&["step9/model.pt", "step1/model.pt"]), "-: step1 step9");
    assert_eq!(dropped(&["a/step1.pt", "a/step2.pt", "base/model.pt"]), "a: step1 step2 | base: base");
    assert_eq!(
        dropped(&["a/step1.pt", "a/step2.pt", "step9/model.pt", "step3/model.pt"]),
        "a: step1 step2 | -: step3 step9"
    );
}

#[test]
fn folders_of_equal_names_from_two_places_are_told_apart() {
    let given = [("run/step1.pt", 0), ("run/step2.pt", 0), ("run/step3.pt", 1), ("run/step4.pt", 1)];
    let given = given.map(|(path, folder)| (path, Some(folder)));
    assert_eq!(series(&given), "run: step1 step2 | run (2): step3 step4");
}

#[test]
fn names_tell_what_may_belong_to_a_checkpoint() {
    for name in [
        "model.safetensors",
        "model-00001-of-00005.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "consolidated.00.pth",
        "x.pth.tar",
        "w.npz",
        "m.gguf",
        "m.onnx",
        "m.onnx_data",
        "tf_model.h5",
        "config.json",
    ] {
        assert!(belongs_to_checkpoint(name), "{name}");
    }
    for name in [
        "optimizer.pt",
        "rng_state_0.pth",
        "tokenizer.json",
        "README.md",
        "x.tar",
        "vocab.txt",
        "run.log",
        "",
    ] {
        assert!(!belongs_to_checkpoint(name), "{name}");
    }
}
