//! Wirings that no table of families tells: kernels, graphs, packed weights, and those of the user.

use neuromfa::checkpoint::{Checkpoint, DType, IntegerType, Usage};
use neuromfa::network::{Matrix, NetworkError, Role, Wiring, WiringSpec, recognise};
use neuromfa::report::SkippedRecord;

use crate::common;

fn checkpoint(tensors: &[(&str, &[u64])]) -> Checkpoint {
    let tensors: Vec<(String, Vec<u64>)> =
        tensors.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect();
    common::described("test", &tensors)
}

/// Name, neurons and edges of every group.
fn groups(wiring: &Wiring) -> Vec<(&str, u64, u64)> {
    wiring.groups.iter().map(|group| (group.name.as_str(), group.neurons, group.edges_per_neuron())).collect()
}

fn codes(wiring: &Wiring) -> Vec<&str> {
    wiring.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[test]
fn kernels_with_groups_of_channels_are_told_by_the_layer_before() {
    let wiring = recognise(&checkpoint(&[
        ("block.conv1.weight", &[128, 3, 1, 1]),
        ("block.conv2.weight", &[128, 4, 3, 3]),
        ("block.conv3.weight", &[128, 1, 5, 5]),
        ("block.shortcut.weight", &[256, 64, 1, 1]),
    ]))
    .expect("a network");
    assert_eq!(
        groups(&wiring),
        [
            ("block.conv1.weight", 3, 128),
            ("block.conv2.weight", 128, 36),
            ("block.conv3.weight", 128, 25),
            ("block.shortcut.weight", 64, 256)
        ]
    );
    assert_eq!(
        (wiring.architecture.as_str(), wiring.guessed, codes(&wiring)),
        ("CNN", false, vec!["groups-guessed"])
    );
    assert!(wiring.warnings[0].text.contains("block.conv2.weight with 32"), "{}", wiring.warnings[0].text);
}

#[test]
fn a_depthwise_first_kernel_is_warned_of_and_a_narrow_one_is_plain() {
    let wiring = recognise(&checkpoint(&[
        ("0.weight", &[6, 1, 5, 5]),
        ("1.weight", &[1, 6, 1, 1]),
        ("2.weight", &[6, 1, 1, 1]),
    ]))
    .expect("a network");
    assert_eq!(groups(&wiring), [("0.weight", 6, 25), ("1.weight", 6, 1), ("2.weight", 1, 6)]);
    assert_eq!(codes(&wiring), ["depthwise-first"]);
}

#[test]
fn transposed_kernels_are_a_guess() {
    let wiring = recognise(&checkpoint(&[
        ("decoder.0.weight", &[64, 32, 3, 3]),
        ("encoder.0.weight", &[32, 3, 3, 3]),
        ("up.deconv.weight", &[32, 16, 2, 2]),
    ]))
    .expect("a network");
    assert_eq!(groups(&wiring)[2], ("up.deconv.weight", 32, 64));
    assert!(wiring.guessed);
    assert_eq!(codes(&wiring), ["transposed-guessed"]);
}

#[test]
fn kernels_of_one_dimension_come_before_linear_layers() {
    let wiring = recognise(&checkpoint(&[("a.fc.weight", &[5, 80]), ("b.conv.weight", &[16, 2, 7])]))
        .expect("a network");
    assert_eq!(groups(&wiring), [("b.conv.weight", 2, 112), ("a.fc.weight", 80, 5)]);
    assert_eq!([wiring.groups[0].role, wiring.groups[1].role], [Role::Convolution, Role::Linear]);
}

#[test]
fn a_graph_tells_axes_and_groups() {
    let mut graph = checkpoint(&[
        ("a.weight", &[8, 4, 3, 3]),
        ("b.weight", &[8, 2, 3, 3]),
        ("c.weight", &[16, 20]),
        ("d.weight", &[3, 20]),
        ("e.weight", &[2, 5, 7]),
        ("unused.weight", &[9, 9]),
    ]);
    let usages = [
        Usage::Convolution { groups: 2 },
        Usage::TransposedConvolution { groups: 4 },
        Usage::InputsFirst,
        Usage::OutputsFirst,
        Usage::InputsFirst,
    ];
    graph.tensors.iter_mut().zip(usages).for_each(|(tensor, usage)| tensor.usage = Some(usage));
    let wiring = recognise(&graph).expect("a network");
    let matrices: Vec<Matrix> = wiring.groups.iter().map(|group| group.matrices[0]).collect();
    let plain = Matrix { tensor: 0, skip: 0, splits: 1, before: 1, inputs: 1, after: 1, positions: 1 };
    assert_eq!(
        matrices,
        [
            Matrix { splits: 2, before: 4, inputs: 4, positions: 9, ..plain },
            Matrix { tensor: 1, splits: 4, inputs: 2, after: 2, positions: 9, ..plain },
            Matrix::inputs_first(2, 16, 20),
            Matrix::outputs_first(3, 3, 20),
            Matrix { tensor: 4, splits: 2, inputs: 5, after: 7, ..plain },
        ]
    );
    // A family's order with the graph's orientation.
    let names =
        ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"];
    let shapes: Vec<(String, Vec<u64>)> =
        names.iter().map(|name| (format!("encoder.layer.0.{name}.weight"), vec![8, 12])).collect();
    let mut graph = common::described("test", &shapes);
    graph.tensors.iter_mut().for_each(|tensor| tensor.usage = Some(Usage::InputsFirst));
    let wiring = recognise(&graph).expect("a network");
    assert_eq!(groups(&wiring), [("block 0 attention in", 8, 36), ("block 0 attention out", 8, 12)]);
    assert_eq!(wiring.architecture, "BERT");
}

#[test]
fn packed_weights_are_refused_or_left_out() {
    let layer = "model.layers.0.";
    let packed = |names: &[&str], whole: &[&str]| {
        let mut tensors: Vec<(String, Vec<u64>)> = Vec::new();
        for name in names {
            tensors.push((format!("{layer}{name}.qweight"), vec![8, 64]));
            tensors.push((format!("{layer}{name}.scales"), vec![1, 64]));
            tensors.push((format!("{layer}{name}.qzeros"), vec![1, 8]));
        }
        tensors.extend(whole.iter().map(|name| (format!("{layer}{name}.weight"), vec![64, 64])));
        let mut checkpoint = common::described("model", &tensors);
        for tensor in &mut checkpoint.tensors {
            if tensor.name.ends_with("qweight") || tensor.name.ends_with("qzeros") {
                tensor.dtype = DType::Integer(IntegerType::I32);
            }
        }
        recognise(&checkpoint)
    };
    let attention = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
    let error = packed(&attention, &["mlp.down_proj"]).expect_err("packed");
    assert_eq!(
        format!("{error}. {}", error.hint()),
        "model cannot be read as weights. They are packed 4-bit integers (GPTQ); NeuroMFA does not unpack them. Use the \
         original or a GGUF file."
    );
    assert_eq!(error.code(), "packed-weights");
    let wiring = packed(&["mlp.down_proj"], &attention).expect("a network");
    assert_eq!((wiring.groups.len(), codes(&wiring)), (2, vec!["packed-part"]));
}

#[test]
fn weights_of_types_that_are_not_read_are_refused_or_left_out() {
    let names = |names: &[&str]| names.iter().map(|name| format!("blk.0.{name}.weight")).collect::<Vec<_>>();
    let wire = |reason: &str, unread: &[&str], read: &[&str]| {
        let read: Vec<(String, Vec<u64>)> =
            names(read).into_iter().map(|name| (name, vec![256, 256])).collect();
        let mut checkpoint = common::described("model", &read);
        // Embeddings and norms count neither way.
        let mut skipped = names(unread);
        skipped.push("token_embd.weight".to_owned());
        skipped.push("output_norm.weight".to_owned());
        checkpoint.skipped = vec![SkippedRecord { reason: reason.to_owned(), tensors: skipped }];
        recognise(&checkpoint)
    };
    let (three, two) = (["attn_q", "attn_k", "ffn_up"], ["attn_v", "ffn_down"]);
    let error = wire("type IQ4_XS, which is not read", &three, &two).expect_err("unread");
    assert_eq!(
        format!("{error}. {}", error.hint()),
        "model stores most of its matrices in a form that is not read: type IQ4_XS. Use another quantisation, such as \
         Q4_K or Q8_0, or the original."
    );
    assert_eq!(error.code(), "unread-weights");
    let error = wire("a quantised tensor, which is not read", &three, &[]).expect_err("unread");
    assert_eq!(error.code(), "unread-weights");
    assert!(wire("type IQ4_XS, which is not read", &two, &three).is_ok());
    assert!(wire("a tensor without values", &three, &two).is_ok());
}

#[test]
fn a_file_without_matrices_says_what_it_holds() {
    let adapter = [("model.layers.0.self_attn.q_proj.lora_A.weight", &[8_u64, 64][..])];
    let error = recognise(&checkpoint(&adapter)).expect_err("no network");
    assert_eq!(
        format!("{error}. {}", error.hint()),
        "test holds no weight matrix; it holds LoRA deltas. Merge them into the model that they belong to and use the \
         merged one."
    );
    let tables = [("up.weight.absmax", &[64_u64][..]), ("up.weight.quant_map", &[16])];
    let error = recognise(&checkpoint(&tables)).expect_err("no network");
    assert!(error.to_string().contains("; it holds quantisation "), "{error}");
    assert_eq!(error.hint(), "Use the original or a GGUF file.");
}

#[test]
fn matrices_of_a_block_that_the_family_does_not_name_are_warned_of() {
    let wiring = recognise(&checkpoint(&[
        ("layers.0.attention.dense.weight", &[8, 8]),
        ("layers.0.attention.query_key_value.weight", &[24, 8]),
        ("layers.0.memory.weight", &[8, 8]),
    ]))
    .expect("a network");
    assert_eq!(codes(&wiring), ["matrices-left-out"]);
    assert!(wiring.warnings[0].text.ends_with("layers.0.memory.weight."), "{}", wiring.warnings[0].text);
}

fn spec(groups: serde_json::Value) -> WiringSpec {
    serde_json::from_value(serde_json::json!({ "groups": groups })).expect("a wiring")
}

#[test]
fn wirings_of_the_user() {
    let of = checkpoint(&[
        ("conv", &[6, 2, 3, 3]),
        ("experts", &[4, 5, 7]),
        ("fused", &[24, 8]),
        ("out", &[9, 8]),
        ("up", &[6, 3, 2]),
    ]);
    let wiring = spec(serde_json::json!([
        {"name": "two", "role": "attention-in", "block": 3, "matrices": [
            {"tensor": "fused", "axes": "outputs-first", "rows": [8, 24]}, {"tensor": "out", "axes": "outputs-first"}]},
        {"name": "queries", "matrices": [{"tensor": "fused", "axes": "inputs-first", "rows": [0, 8]}]},
        {"name": "expert", "matrices": [{"tensor": "experts", "axes": "inputs-first", "rows": [2, 3]}]},
        {"name": "kernel", "matrices": [{"tensor": "conv", "axes": "convolution", "groups": 3}]},
        {"name": "up", "matrices": [{"tensor": "up", "axes": "transposed-convolution", "groups": 2}]},
    ]))
    .apply(&of)
    .expect("a network");
    assert_eq!(
        groups(&wiring),
        [("two", 8, 25), ("queries", 8, 8), ("expert", 5, 7), ("kernel", 6, 18), ("up", 6, 6)]
    );
    assert_eq!(wiring.groups[0].matrices[0].skip, 64);
    assert_eq!(wiring.groups[2].matrices[0].skip, 70);
    assert_eq!((wiring.groups[0].role, wiring.groups[0].block), (Role::AttentionIn, Some(3)));
    assert_eq!(
        (wiring.architecture.as_str(), wiring.edited, codes(&wiring)),
        ("own wiring", true, vec!["wiring-edited"])
    );
}

#[test]
fn wirings_that_do_not_apply() {
    let mut of = checkpoint(&[
        ("a", &[6, 4]),
        ("b", &[6, 5]),
        ("conv", &[6, 2, 3, 3]),
        ("empty", &[0, 4]),
        ("ids", &[4, 4]),
        ("vector", &[4]),
    ]);
    of.tensors[4].dtype = DType::Integer(IntegerType::I64);
    let one = |matrix: serde_json::Value| serde_json::json!([{"name": "g", "matrices": [matrix]}]);
    let cases = [
        (serde_json::json!([]), "empty-wiring"),
        (serde_json::json!([{"name": "g", "matrices": []}]), "empty-wiring"),
        (one(serde_json::json!({"tensor": "c", "axes": "outputs-first"})), "unknown-tensor"),
        (one(serde_json::json!({"tensor": "ids", "axes": "outputs-first"})), "no-weights"),
        (one(serde_json::json!({"tensor": "empty", "axes": "outputs-first"})), "no-weights"),
        (one(serde_json::json!({"tensor": "vector", "axes": "outputs-first"})), "wrong-shape"),
        (one(serde_json::json!({"tensor": "vector", "axes": "inputs-first"})), "wrong-shape"),
        (one(serde_json::json!({"tensor": "conv", "axes": "convolution", "groups": 4})), "wrong-shape"),
        (one(serde_json::json!({"tensor": "conv", "axes": "convolution", "groups": 0})), "wrong-shape"),
        (
            one(serde_json::json!({"tensor": "conv", "axes": "transposed-convolution", "groups": 5})),
            "wrong-shape",
        ),
        (one(serde_json::json!({"tensor": "a", "axes": "outputs-first", "groups": 2})), "wrong-shape"),
        (one(serde_json::json!({"tensor": "a", "axes": "outputs-first", "rows": [2, 2]})), "wrong-shape"),
        (one(serde_json::json!({"tensor": "a", "axes": "outputs-first", "rows": [0, 7]})), "wrong-shape"),
        (one(serde_json::json!({"tensor": "conv", "axes": "inputs-first", "groups": 2})), "wrong-shape"),
        (
            serde_json::json!([{"name": "g", "block": 4_294_967_294_u32, "matrices": [
                {"tensor": "a", "axes": "outputs-first"}]}]),
            "large-block",
        ),
        (
            serde_json::json!([{"name": "g", "block": 10_000, "matrices": [
                {"tensor": "a", "axes": "outputs-first"}]}]),
            "large-block",
        ),
        (
            serde_json::json!([{"name": "g", "matrices": [
                {"tensor": "a", "axes": "outputs-first"}, {"tensor": "b", "axes": "outputs-first"}]}]),
            "unequal-inputs",
        ),
        (
            serde_json::json!([
                {"name": "g", "matrices": [{"tensor": "a", "axes": "outputs-first", "rows": [0, 4]}]},
                {"name": "h", "matrices": [{"tensor": "a", "axes": "outputs-first", "rows": [3, 6]}]}]),
            "used-twice",
        ),
    ];
    for (groups, code) in cases {
        let error = spec(groups.clone()).apply(&of).expect_err("refused");
        assert_eq!(error.code(), code, "{groups}");
        assert!(!error.hint().is_empty());
    }
    let unknown: Result<WiringSpec, _> = serde_json::from_str(r#"{"groups": [], "order": 1}"#);
    assert!(unknown.is_err());
    let nothing = recognise(&checkpoint(&[("bias", &[4])]));
    assert_eq!(nothing, Err(NetworkError::NoMatrix { checkpoint: "test".to_owned(), holds: None }));
}

#[test]
fn kernels_of_flax_and_keras_have_their_inputs_before_their_outputs() {
    let wiring = recognise(&checkpoint(&[
        ("params/Dense_0/kernel", &[20, 30]),
        ("params/Dense_0/bias", &[30]),
        ("params/Dense_1/kernel:0", &[30, 10]),
    ]))
    .expect("a network");
    assert_eq!(groups(&wiring), [("params/Dense_0/kernel", 20, 30), ("params/Dense_1/kernel:0", 30, 10)]);
    assert_eq!((wiring.architecture.as_str(), codes(&wiring)), ("MLP", vec![]));
    let wiring = recognise(&checkpoint(&[("conv2d/kernel", &[3, 3, 16, 32]), ("dense/kernel", &[32, 10])]))
        .expect("a network");
    assert_eq!(groups(&wiring), [("conv2d/kernel", 16, 288), ("dense/kernel", 32, 10)]);
    assert_eq!(codes(&wiring), ["positions-first"]);
}

#[test]
fn kernels_of_flax_survive_being_written_and_applied() {
    let of = checkpoint(&[
        ("conv1d/kernel", &[5, 1, 16]),
        ("conv2d/kernel", &[3, 3, 16, 32]),
        ("conv3d/kernel", &[3, 2, 1, 32, 8]),
        ("last/kernel", &[3, 3, 8, 1]),
    ]);
    let wiring = recognise(&of).expect("a network");
    let spec = wiring.to_spec(&of);
    assert!(spec.groups.iter().all(|group| group.matrices.len() == 1), "{spec:?}");
    assert_eq!(spec.apply(&of).expect("a wiring").groups, wiring.groups);
}
