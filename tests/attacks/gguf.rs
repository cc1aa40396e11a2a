//! GGUF files that must be refused.

use neuromfa::checkpoint::{GgufProblem, Problem};

use super::{name, opened, refused};
use crate::gguf_file::{Gguf, list, text};

const F32: u32 = 0;
const Q8_0: u32 = 8;
const IQ2_XXS: u32 = 16;
const LIST: u32 = 9;

fn refused_file(file: &[u8], problem: impl Into<Problem>, sentence: &str) {
    refused(&[("x.gguf", file)], problem.into(), sentence);
}

#[test]
fn versions_and_machines() {
    for version in [0, 1, 4, u32::MAX] {
        let file = Gguf::new().version(version).file(0);
        refused_file(
            &file,
            GgufProblem::Version { version },
            &format!(
                "x.gguf is a GGUF file of version {version}. Versions 2 and 3 are read. \
                 Convert the model again with a current version of llama.cpp."
            ),
        );
    }
    let big = Gguf::new().version(3u32.swap_bytes()).file(0);
    refused_file(
        &big,
        GgufProblem::BigEndian,
        "x.gguf is a GGUF file for big-endian machines. Only little-endian ones are read. \
         Convert the model again for little-endian machines.",
    );
}

#[test]
fn counts_that_the_file_cannot_hold() {
    let start = |tensors: u64, notes: u64| {
        [&b"GGUF\x03\0\0\0"[..], &tensors.to_le_bytes(), &notes.to_le_bytes()].concat()
    };
    let key = Gguf::new().note("k", LIST, &[]).header();
    let cases = [
        (start(u64::MAX, 0), 8, u64::MAX, "tensors", 8),
        (start(0, 1 << 60), 16, 1 << 60, "notes", 0),
        ([start(0, 1), vec![0xff; 13]].concat(), 24, u64::MAX, "bytes of text", 5),
        ([key.clone(), list(8, 1 << 40, &[0; 12])].concat(), 41, 1 << 40, "values", 12),
        ([key, list(12, 2, &[0; 15])].concat(), 41, 2, "values", 15),
    ];
    for (file, byte, count, what, left) in cases {
        let problem = GgufProblem::Count { byte, count, what, left };
        let sentence = format!("x.gguf {problem} Copy or download it again.");
        refused_file(&file, problem, &sentence);
    }
    refused_file(
        &start(0, 3),
        GgufProblem::Count { byte: 16, count: 3, what: "notes", left: 0 },
        "x.gguf contradicts itself. At byte 16 it announces 3 notes; the 0 bytes behind cannot hold them. \
         Copy or download it again.",
    );
}

#[test]
fn limits() {
    let empty = [&b"GGUF\x03\0\0\0"[..], &[0; 16]].concat();
    let mut many = empty.clone();
    many[8..16].copy_from_slice(&1_000_001u64.to_le_bytes());
    many.resize(many.len() + 24 * 1_000_001, 0);
    refused_file(
        &many,
        Problem::TooManyTensors { limit: 1_000_000 },
        "x.gguf names more than 1,000,000 tensors. Save the weights with fewer, plainly named tensors.",
    );
    let mut many = empty;
    many[16..24].copy_from_slice(&65_537u64.to_le_bytes());
    many.resize(many.len() + 13 * 65_537, 0);
    refused_file(
        &many,
        GgufProblem::TooManyNotes { limit: 65_536 },
        "x.gguf has more than 65,536 notes. Convert the model again, or download it again.",
    );
    refused_file(
        &Gguf::new().number(&"k".repeat(65_536), 1).file(0),
        GgufProblem::KeyTooLong { byte: 24, bytes: 65_536, limit: 65_535 },
        "x.gguf has a note whose name takes 65,536 bytes, at byte 24. The limit is 65,535. \
         Convert the model again, or download it again.",
    );
    let cut = "é".repeat(100);
    refused_file(
        &Gguf::new().tensor(&"é".repeat(3000), &[1], F32, 0).file(4),
        Problem::NameTooLong { tensor: format!("{cut}…"), bytes: 6000, limit: 4096 },
        &format!(
            "x.gguf has a tensor whose name takes 6,000 bytes. It begins with `{cut}…`; the limit is 4,096. \
             Save the weights with fewer, plainly named tensors."
        ),
    );
    refused_file(
        &Gguf::new().tensor("a", &[1; 5], F32, 0).file(4),
        Problem::TooManyAxes { tensor: name("a"), axes: 5, limit: 4 },
        "x.gguf gives the tensor `a` 5 axes. The limit is 4. Save the weights with fewer, plainly named tensors.",
    );
    let nested = (0..16).fold(list(4, 0, &[]), |inner, _| list(LIST, 1, &inner));
    refused_file(
        &Gguf::new().note("k", LIST, &nested).file(0),
        GgufProblem::TooDeep { key: name("k"), limit: 16 },
        "x.gguf nests the lists of the note `k` more than 16 deep. Convert the model again, or download it again.",
    );
}

#[test]
fn notes_that_are_wrong() {
    let convert = "Convert the model again, or download it again.";
    refused_file(
        &Gguf::new().note("k", 13, &[0; 8]).file(0),
        GgufProblem::ValueType { key: name("k"), code: 13 },
        &format!("x.gguf gives the note `k` a value of type 13, which does not exist. {convert}"),
    );
    refused_file(
        &Gguf::new().note("k", LIST, &list(99, 0, &[])).file(0),
        GgufProblem::ValueType { key: name("k"), code: 99 },
        &format!("x.gguf gives the note `k` a value of type 99, which does not exist. {convert}"),
    );
    refused_file(
        &Gguf::new().number("k", 1).text("k", "2").file(0),
        GgufProblem::DuplicateKey { key: name("k") },
        &format!("x.gguf has the note `k` twice. {convert}"),
    );
    let mut broken = Gguf::new().number("k", 1).file(0);
    broken[32] = 0xff;
    refused_file(
        &broken,
        GgufProblem::NotText { byte: 32 },
        &format!("x.gguf has a name that is no text, at byte 32. {convert}"),
    );
    for alignment in [0, 3, 48] {
        refused_file(
            &Gguf::new().number("general.alignment", alignment).tensor("a", &[1], F32, 0).file(4),
            GgufProblem::Alignment { alignment: alignment.into() },
            &format!(
                "x.gguf asks for data at multiples of {alignment} bytes. Only powers of two can be. {convert}"
            ),
        );
    }
}

#[test]
fn tensors_that_contradict_themselves() {
    refused_file(
        &Gguf::new().tensor("a", &[33, 2], Q8_0, 0).file(96),
        GgufProblem::PartialBlock { tensor: name("a"), dtype: name("Q8_0"), elements: 33, block: 32 },
        "x.gguf contradicts itself. The rows of the tensor `a` have 33 elements; the type Q8_0 stores 32 at a time. \
         Convert the model again, or download it again.",
    );
    refused_file(
        &Gguf::new().tensor("a", &[32], IQ2_XXS, 0).file(96),
        GgufProblem::PartialBlock { tensor: name("a"), dtype: name("IQ2_XXS"), elements: 32, block: 256 },
        "x.gguf contradicts itself. The rows of the tensor `a` have 32 elements; the type IQ2_XXS stores 256 at a time. \
         Convert the model again, or download it again.",
    );
    refused_file(
        &Gguf::new().tensor("a", &[1], F32, 4).file(8),
        GgufProblem::Misaligned { tensor: name("a"), begin: 4, alignment: 32 },
        "x.gguf contradicts itself. The tensor `a` begins at byte 4 of the data, which is no multiple of 32. \
         Convert the model again, or download it again.",
    );
    for axes in [&[1 << 32, 1 << 32][..], &[1 << 62], &[u64::MAX]] {
        refused_file(
            &Gguf::new().tensor("a", axes, F32, 0).file(4),
            Problem::SizeOverflow { tensor: name("a") },
            "x.gguf gives the tensor `a` a size beyond 64 bits. Save or download it again.",
        );
    }
    refused_file(
        &Gguf::new().tensor("a", &[1], F32, u64::MAX - 31).file(4),
        Problem::SizeOverflow { tensor: name("a") },
        "x.gguf gives the tensor `a` a size beyond 64 bits. Save or download it again.",
    );
    refused_file(
        &Gguf::new().tensor("a", &[1], F32, 0).tensor("a", &[1], F32, 32).file(36),
        Problem::DuplicateTensor { tensor: name("a") },
        "x.gguf names the tensor `a` twice. Save or download it again.",
    );
    // Overlap; a gap wider than padding.
    for (begin, data) in [(0, 96), (64, 96)] {
        refused_file(
            &Gguf::new().tensor("a", &[8], F32, 0).tensor("b", &[9], F32, begin).file(data + 4),
            Problem::OffsetsNotContiguous { tensor: name("b"), begin, expected: 32 },
            &format!(
                "x.gguf contradicts itself. The tensor `b` begins at byte {begin} of the data; \
                 the one before ends at byte 32. Save or download it again."
            ),
        );
    }
}

#[test]
fn files_of_another_length() {
    let one = Gguf::new().tensor("a", &[9], F32, 0);
    let whole = one.file(36).len() as u64;
    refused_file(
        &one.file(35),
        Problem::EndsEarly { promised: whole, bytes: whole - 1 },
        "x.gguf ends early. The header promises 100 bytes; the file has 99. Copy or download it again.",
    );
    for padding in [0, 1, 28] {
        opened(&[("x.gguf", &one.file(36 + padding))]).0.expect("padding at the end");
    }
    refused_file(
        &one.file(36 + 29),
        Problem::EndsLate { promised: whole, bytes: whole + 29 },
        "x.gguf is longer than it says. The header promises 100 bytes; the file has 129. Copy or download it again.",
    );
    let none = Gguf::new().text("general.architecture", "llama");
    opened(&[("x.gguf", &none.header())]).0.expect("a header alone");
    opened(&[("x.gguf", &none.file(0))]).0.expect("a padded header alone");
    assert_eq!(opened(&[("x.gguf", &none.file(1))]).0.expect_err("data of no tensor").code(), "ends-late");
}

#[test]
fn every_truncation_is_refused() {
    let strings = list(8, 2, &[text("one"), text("two")].concat());
    let nested = list(LIST, 2, &[list(0, 3, b"abc"), list(LIST, 0, &[])].concat());
    let whole = Gguf::new()
        .text("general.architecture", "llama")
        .number("llama.block_count", 1)
        .note("tokens", LIST, &strings)
        .note("nested", LIST, &nested)
        .tensor("a", &[3, 2], F32, 0)
        .tensor("b", &[32], Q8_0, 32)
        .file(66);
    opened(&[("x.gguf", &whole)]).0.expect("valid");
    for length in 0..whole.len() {
        let (result, peak) = opened(&[("x.gguf", &whole[..length])]);
        let code = result.expect_err("cut off").code();
        let codes = ["empty-file", "not-a-checkpoint", "gguf-header-ends-early", "gguf-count", "ends-early"];
        assert!(codes.contains(&code), "{length}: {code}");
        assert!(peak < 1 << 20, "{length}: {peak}");
    }
}

#[test]
fn bombs_in_places_that_are_not_read() {
    // Lists within lists, as many as the file holds, and a long list of empty texts.
    let flat = list(LIST, 1 << 16, &list(0, 0, &[]).repeat(1 << 16));
    let texts = list(8, 1 << 18, &text("").repeat(1 << 18));
    for value in [flat, texts] {
        let file = Gguf::new().note("k", LIST, &value).file(0);
        let (result, peak) = opened(&[("x.gguf", &file)]);
        result.expect("strange, but right");
        assert!(peak < 2 << 20, "{peak}");
    }
    let long = Gguf::new().text("general.description", &"m".repeat(4 << 20)).file(0);
    let (result, peak) = opened(&[("x.gguf", &long)]);
    assert!(result.expect("valid").metadata.is_empty(), "long texts are passed over");
    assert!(peak < 2 << 20, "{peak}");
}
