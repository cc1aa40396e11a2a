//! ONNX models that must be refused.

use neuromfa::checkpoint::{OnnxProblem, Problem, read_values};

use super::{name, opened, refused};
use crate::protobuf::{bytes, external, model, node, number, tensor, varint};

const FLOAT: u64 = 1;
const HALF: u64 = 10;
const RAW: u64 = 9;

fn refused_model(file: &[u8], problem: impl Into<Problem>) {
    let problem = problem.into();
    let sentence = format!("x.onnx {problem} {}", problem.hint());
    refused(&[("x.onnx", file)], problem, &sentence);
}

/// A graph of one tensor `w`.
fn refused_tensor(kind: u64, shape: &[u64], rest: &[u8], problem: impl Into<Problem>) {
    refused_model(&model(&tensor("w", kind, shape, rest)), problem);
}

#[test]
fn messages_that_are_none() {
    refused_model(&[0x08, 0x08, 0x0b], OnnxProblem::NoField { byte: 2 });
    refused_model(&[[0x08].as_slice(), &[0x80; 12]].concat(), OnnxProblem::EndlessNumber { byte: 1 });
    // As a message: field 12 of eight bytes, of which one is missing.
    refused_model(b"any text", OnnxProblem::FieldOutside { byte: 0, end: 9, limit: 8 });
    refused_model(&number(1, 8), OnnxProblem::NoGraph);
    let graph = bytes(7, &[]);
    let twice = [number(1, 8), graph.clone(), graph].concat();
    refused_model(&twice, OnnxProblem::Twice { what: "graph", byte: 4 });
    let long = [number(1, 8), vec![0x3a], varint(u64::MAX)].concat();
    let limit = long.len() as u64;
    refused_model(&long, OnnxProblem::FieldOutside { byte: 2, end: u64::MAX, limit });
    // A graph that is a number, and a name that is one.
    refused_model(&[number(1, 8), number(7, 1)].concat(), OnnxProblem::FieldType { byte: 2 });
    let name = number(8, 1);
    refused_model(&model(&bytes(5, &name)), OnnxProblem::FieldType { byte: 12 });
}

#[test]
fn models_that_are_cut_off() {
    let data = bytes(RAW, &[0; 24]);
    let body = node("MatMul", &["x", "w"], "y", &[]);
    let file = model(&[body, tensor("w", FLOAT, &[2, 3], &data)].concat());
    assert!(opened(&[("x.onnx", &file)]).0.is_ok());
    for length in 1..file.len() {
        let error = opened(&[("x.onnx", &file[..length])]).0.expect_err("cut off");
        assert!(matches!(error.problem, Problem::Onnx(_)), "at {length}: {error}");
    }
}

#[test]
fn no_change_of_a_byte_breaks_the_reader() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx");
    for name in ["anonymous.onnx", "branches.onnx", "external.onnx", "typed.onnx"] {
        let good = std::fs::read(folder.join(name)).expect("readable");
        // The fuzzer goes further; this is what a test has time for.
        for at in (0..good.len()).step_by(3) {
            let mut file = good.clone();
            file[at] = [0, 1, 0x7f, 0xff][at % 4];
            let (result, peak) = opened(&[("x.onnx", &file), ("external.data", &[0; 2400])]);
            assert!(peak < 1 << 20, "{peak} bytes with another byte at {at} of {name}");
            let Ok(checkpoint) = result else { continue };
            for tensor in checkpoint.tensors.iter().filter(|tensor| tensor.dtype.is_float()) {
                if checkpoint.files[tensor.file].input == 0 {
                    // Varints may be of other lengths, which only shows here.
                    let _ = read_values(&file, tensor);
                }
            }
        }
    }
}

#[test]
fn limits() {
    let long = "n".repeat(5000);
    let file = model(&bytes(5, &bytes(8, long.as_bytes())));
    refused_model(&file, OnnxProblem::TextTooLong { byte: 14, bytes: 5000, limit: 4096 });
    let mut graph = Vec::new();
    for _ in 0..17 {
        graph = node("If", &["c"], "y", &bytes(5, &[bytes(1, b"body"), bytes(6, &graph)].concat()));
    }
    refused_model(&model(&graph), OnnxProblem::TooDeep { limit: 16 });
    let graphs = bytes(5, &bytes(11, &[]).repeat(4001));
    refused_model(
        &model(&node("If", &[], "", &graphs)),
        OnnxProblem::TooMany { what: "graphs", limit: 4000 },
    );
    let graphs = bytes(5, &bytes(11, &[]).repeat(100));
    let nodes = node("If", &[], "", &graphs).repeat(41);
    refused_model(&model(&nodes), OnnxProblem::TooMany { what: "graphs", limit: 4000 });
    let nodes =
        node("MatMul", &["averyplainvalue", "anotherplainvalue"], "athirdplainvalue", &[]).repeat(200_001);
    refused_model(&model(&nodes), OnnxProblem::TooMany { what: "nodes", limit: 200_000 });
    let tensors = tensor("model.decoder.layers.17.encoder_attention.output.dense.weight", FLOAT, &[0], &[])
        .repeat(100_001);
    refused_model(&model(&tensors), Problem::TooManyTensors { limit: 100_000 });
}

#[test]
fn tensors_that_contradict_themselves() {
    let w = || name("w");
    refused_tensor(FLOAT, &[1; 9], &[], Problem::TooManyAxes { tensor: w(), axes: 9, limit: 8 });
    refused_tensor(FLOAT, &[u64::MAX, 2], &[], OnnxProblem::NegativeSize { tensor: w() });
    refused_tensor(FLOAT, &[1 << 40, 1 << 40], &[], Problem::SizeOverflow { tensor: w() });
    refused_tensor(FLOAT, &[1 << 62], &[], Problem::SizeOverflow { tensor: w() });
    refused_tensor(FLOAT, &[2, 3], &[], OnnxProblem::NoData { tensor: w() });
    let length = |dtype, expected, bytes| OnnxProblem::Length { tensor: w(), dtype, expected, bytes };
    refused_tensor(FLOAT, &[2, 3], &bytes(RAW, &[0; 20]), length("F32", 24, 20));
    refused_tensor(FLOAT, &[2, 3], &bytes(4, &[0; 28]), length("F32", 24, 28));
    // Half precision as numbers: from one to ten bytes each.
    refused_tensor(HALF, &[6], &bytes(5, &[0; 5]), length("F16", 12, 5));
    refused_tensor(HALF, &[6], &bytes(5, &[0; 61]), length("F16", 12, 61));
    let unpacked = |count: usize| [&[0x25][..], &[0; 4]].concat().repeat(count);
    refused_tensor(FLOAT, &[2, 3], &unpacked(5), length("F32", 24, 25));
    let other = OnnxProblem::OtherData { tensor: w(), dtype: "F32" };
    refused_tensor(FLOAT, &[1], &bytes(5, &[0]), other.clone());
    refused_tensor(FLOAT, &[1], &bytes(10, &[0; 8]), other);
    refused_tensor(FLOAT, &[1], &number(9, 1), OnnxProblem::FieldType { byte: 16 });
    let twice = [bytes(RAW, &[0; 4]), bytes(4, &[0; 4])].concat();
    refused_tensor(FLOAT, &[1], &twice, OnnxProblem::Twice { what: "numbers of one tensor", byte: 22 });
    let both = tensor("w", FLOAT, &[0], &[]).repeat(2);
    refused_model(&model(&both), Problem::DuplicateTensor { tensor: w() });
}

#[test]
fn numbers_that_are_scattered_are_left_out() {
    let single = |number: u8| [0x25, number, 0, 0, 0];
    let scattered = [&single(1)[..], &bytes(12, b"a remark"), &single(2)].concat();
    let unpacked = [number(5, 1), number(5, 2)].concat();
    for (kind, data) in [(FLOAT, scattered), (HALF, unpacked)] {
        let checkpoint = opened(&[("x.onnx", &model(&tensor("w", kind, &[2], &data)))]).0.expect("readable");
        assert_eq!((checkpoint.tensors.len(), &checkpoint.skipped[0].tensors[..]), (0, &[name("w")][..]));
    }
}

#[test]
fn weights_in_other_files() {
    let w = || name("w");
    let broken = |what| OnnxProblem::External { tensor: w(), what };
    let at = |pairs: &[(&str, &str)]| external(pairs);
    refused_tensor(FLOAT, &[2], &at(&[]), broken("file"));
    refused_tensor(FLOAT, &[2], &at(&[("location", "d"), ("offset", "-1")]), broken("offset"));
    refused_tensor(FLOAT, &[2], &at(&[("location", "d"), ("length", "8 ")]), broken("length"));
    let length = OnnxProblem::Length { tensor: w(), dtype: "F32", expected: 8, bytes: 7 };
    refused_tensor(FLOAT, &[2], &at(&[("location", "d"), ("length", "7")]), length);
    for location in ["/etc/passwd", "../w", "a/../../w", "C:\\w"] {
        let problem = OnnxProblem::OutsideFolder { tensor: w(), location: location.to_owned() };
        refused_tensor(FLOAT, &[2], &at(&[("location", location)]), problem);
    }
    let two = |first: &str, second: &str| {
        let place = |offset| external(&[("location", "d.data"), ("offset", offset)]);
        model(&[tensor("v", FLOAT, &[2], &place(first)), tensor("w", FLOAT, &[2], &place(second))].concat())
    };
    let opened_with = |file: &[u8]| opened(&[("x.onnx", file), ("d.data", &[0; 16])]).0;
    for (first, second, problem) in [
        ("0", "9", Problem::EndsEarly { promised: 17, bytes: 16 }),
        ("0", "4", OnnxProblem::Overlap { tensor: name("v"), other: w() }.into()),
        ("0", "18446744073709551615", Problem::SizeOverflow { tensor: w() }),
        ("0", "9000000000", Problem::EndsEarly { promised: 9_000_000_008, bytes: 16 }),
    ] {
        let error = opened_with(&two(first, second)).expect_err("refused");
        assert_eq!((error.file.as_str(), error.problem), ("d.data", problem));
    }
    for (first, second) in [("0", "8"), ("8", "0"), ("8", "8")] {
        assert_eq!(opened_with(&two(first, second)).expect("apart, or tied").tensors.len(), 2);
    }
}
