//! Files that must be refused: one per kind of error, each with its sentence, and without taking more memory than
//! the file itself justifies.

// A counting allocator is unsafe by its trait; it only adds up sizes.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::{Duration, Instant};

use neuromfa::checkpoint::{Checkpoint, CheckpointError, Input, Problem, collect, open};
use neuromfa::source::{ReadAt, ReadError};

#[path = "attacks/gguf.rs"]
mod gguf;
#[path = "support/gguf.rs"]
mod gguf_file;
#[path = "attacks/onnx.rs"]
mod onnx;
#[path = "support/pickle.rs"]
mod pickle;
#[path = "support/protobuf.rs"]
mod protobuf;
#[path = "attacks/pytorch.rs"]
mod pytorch;
#[path = "attacks/zip.rs"]
mod zip;
#[path = "support/zip.rs"]
mod zip_file;

/// Counts for each thread by itself: tests run side by side.
struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get().wrapping_add(layout.size());
        LIVE.set(live);
        PEAK.set(PEAK.get().max(live));
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // What another thread had allocated is missing from this thread's count.
        LIVE.set(LIVE.get().saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The result, and the most memory that was in use beyond what was in use before.
fn measured<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

/// Opens all files as one drop: the first checkpoint or error, and the memory that it took.
fn opened(files: &[(&str, &[u8])]) -> (Result<Checkpoint, CheckpointError>, usize) {
    keep_as_seeds(files);
    let bytes: Vec<Vec<u8>> = files.iter().map(|(_, bytes)| bytes.to_vec()).collect();
    let inputs: Vec<Input<'_>> =
        files.iter().zip(&bytes).map(|((path, _), bytes)| Input::new(path, bytes)).collect();
    measured(|| open(&collect(&inputs).candidates[0], &inputs))
}

/// Writes the files into the folder that `NEUROMFA_SEEDS` names, if it does: fuzzing begins with them (tools/fuzz.mjs).
fn keep_as_seeds(files: &[(&str, &[u8])]) {
    const LONGEST: usize = 64 << 10;
    let Some(folder) = std::env::var_os("NEUROMFA_SEEDS") else { return };
    for (path, bytes) in files.iter().filter(|(_, bytes)| <[u8]>::len(bytes) <= LONGEST) {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let name = format!("{:016x}-{}", hasher.finish(), path.replace('/', "_"));
        std::fs::write(Path::new(&folder).join(name), bytes).expect("written");
    }
}

/// Asserts the error, its sentence, and that memory stays in proportion to the files.
fn refused(files: &[(&str, &[u8])], problem: Problem, sentence: &str) {
    let (result, peak) = opened(files);
    let error = result.expect_err(sentence);
    assert_eq!(error.problem, problem);
    assert_eq!(error.text(), sentence);
    assert!(!error.code().is_empty() && !error.hint().is_empty() && !sentence.contains('\n'));
    let bytes: usize = files.iter().map(|(_, bytes)| <[u8]>::len(bytes)).sum();
    assert!(peak < (1 << 20) + 8 * bytes, "{sentence}: {peak} bytes for a file of {bytes}");
}

fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

/// A file whose header is `{"a": ...}` or the like, and so many bytes of data.
fn refused_header(header: &str, data: usize, problem: Problem, sentence: &str) {
    refused(&[("x.safetensors", &file(header, data))], problem, sentence);
}

fn name(text: &str) -> String {
    text.to_owned()
}

#[test]
fn files_that_are_something_else() {
    let not = |head: &[u8]| Problem::NotACheckpoint { head: head.to_vec() };
    let begins = |what: &str| {
        format!(
            "x is not a checkpoint. It begins with {what}. \
             Drop the weights instead: safetensors, PyTorch, GGUF, ONNX or NumPy."
        )
    };
    refused(&[("x", b"")], Problem::Empty, "x is empty. It has no bytes. Copy or download it again.");
    refused(&[("x", b"%PDF-1.7\n%....")], not(b"%PDF-1.7"), &begins("“%PDF”"));
    refused(
        &[("x", b"\x7fELF\x02\x01\x01\x00")],
        not(b"\x7fELF\x02\x01\x01\x00"),
        &begins("the bytes 7f 45 4c 46"),
    );
    refused(&[("x", b"{\"a\": [{{{{{{")], not(b"{\"a\": [{"), &begins("“{\"a\"”"));
    refused(&[("x", b"a")], not(b"a"), &begins("“a”"));
    refused(
        &[("x.safetensors", b"version https://git-lfs.github.com/spec/v1\n")],
        Problem::LfsPointer { bytes: 43 },
        "x.safetensors is not the file itself. It is a Git LFS pointer of 43 bytes. Fetch the weights with “git lfs pull”.",
    );
    refused(
        &[("x.safetensors", b"\n<!DOCTYPE HTML><title>Sign in")],
        Problem::WebPage,
        "x.safetensors is a web page. A download saved an HTML page under this name. \
         Download the weights again, from the link to the raw file.",
    );
}

#[test]
fn formats_of_the_next_version() {
    let formats: [(&str, &[u8], &str); 2] = [
        ("saved_model.pb", b"\x08\x01\x12\x07.......", "a TensorFlow model (SavedModel)"),
        ("flax_model.msgpack", b"\x81\xa6params", "a Flax file (MessagePack)"),
    ];
    for (path, bytes, format) in formats {
        let sentence = format!("{path} is {format}. This format is not read yet. Convert it to safetensors.");
        refused(&[(path, bytes)], Problem::NotReadYet { format }, &sentence);
    }
}

#[test]
fn weights_in_hdf5_with_or_without_a_zip_around_them() {
    let keras =
        zip_file::zip(&[zip_file::stored("metadata.json", b"{}"), zip_file::stored("model.weights.h5", b"")]);
    for (path, bytes) in [("x.h5", &b"\x89HDF\r\n\x1a\n\0"[..]), ("x.keras", &keras.bytes)] {
        let sentence = format!(
            "{path} keeps its weights in HDF5, as Keras and TensorFlow do. HDF5 is not read. \
             Load it in Keras, and save the weights for NumPy: \
             numpy.savez(“weights.npz”, **{{w.path: w.numpy() for w in model.weights}})."
        );
        refused(&[(path, bytes)], Problem::Hdf5, &sentence);
    }
}

#[test]
fn lengths_that_cannot_be() {
    refused(
        &[("x.safetensors", b"\x02\0\0\0")],
        Problem::TooShort { bytes: 4 },
        "x.safetensors ends early. A safetensors file begins with 8 bytes of header length; the file has 4. \
         Copy or download it again.",
    );
    refused(
        &[("x.safetensors", &[&u64::MAX.to_le_bytes()[..], b"{}"].concat())],
        Problem::HeaderTooLong { bytes: u64::MAX, limit: 100_000_000 },
        "x.safetensors has a header of 18,446,744,073,709,551,615 bytes, by its first 8 bytes. The limit is 100,000,000. \
         Check that it is a safetensors file, and download it again.",
    );
    refused(
        &[("x.safetensors", &[&99_999_999u64.to_le_bytes()[..], b"{}"].concat())],
        Problem::HeaderEndsEarly { promised: 100_000_007, bytes: 10 },
        "x.safetensors ends early. The header alone takes 100,000,007 bytes; the file has 10. Copy or download it again.",
    );
    refused_header(
        "[]",
        0,
        Problem::HeaderStart { found: b'[' },
        "x.safetensors has no safetensors header. Byte 8 is 0x5b, where “{” is expected. \
         Check that it is a safetensors file, and download it again.",
    );
    refused_header(
        "",
        0,
        Problem::HeaderStart { found: 0 },
        "x.safetensors has no safetensors header. Byte 8 is 0x00, where “{” is expected. \
         Check that it is a safetensors file, and download it again.",
    );
}

#[test]
fn headers_that_are_no_json() {
    let cases = [
        ("{\"a\":1}", 13, "invalid type: integer `1`, expected struct Entry"),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
            38,
            "invalid value: integer `-1`, expected u64",
        ),
        (
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
            57,
            "invalid length 1, expected a tuple of size 2",
        ),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 39, "missing field `data_offsets`"),
        ("{\n\"a\":", 13, "EOF while parsing a value"),
        ("{} {", 11, "trailing characters"),
        ("{\"a\u{0}\":1}", 11, "control character (\\u0000-\\u001F) found while parsing a string"),
    ];
    for (header, byte, reason) in cases {
        let (result, _) = opened(&[("x.safetensors", &file(header, 0))]);
        let error = result.expect_err(header);
        let Problem::HeaderSyntax { byte: found, reason: why } = &error.problem else {
            panic!("{header}: {error}")
        };
        assert_eq!((*found, why.as_str()), (byte, reason), "{header}");
    }
    let broken_text = [&6u64.to_le_bytes()[..], b"{\"\xff\":1"].concat();
    let (result, _) = opened(&[("x.safetensors", &broken_text)]);
    assert_eq!(result.expect_err("not UTF-8").code(), "header-syntax");
}

#[test]
fn tensors_that_contradict_themselves() {
    let tensor = |begin: u64, end: u64| {
        format!(
            "{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[{begin},{end}]}}",
            end.saturating_sub(begin) / 4
        )
    };
    refused_header(
        &format!("{{\"a\":{}}}", tensor(0, 8)),
        4,
        Problem::EndsEarly { promised: 70, bytes: 66 },
        "x.safetensors ends early. The header promises 70 bytes; the file has 66. Copy or download it again.",
    );
    refused_header(
        &format!("{{\"a\":{}}}", tensor(0, 8)),
        9,
        Problem::EndsLate { promised: 70, bytes: 71 },
        "x.safetensors is longer than it says. The header promises 70 bytes; the file has 71. Copy or download it again.",
    );
    refused_header(
        "{\"a\":{\"dtype\":\"BF16\",\"shape\":[3,5],\"data_offsets\":[0,8]}}",
        8,
        Problem::SizeMismatch { tensor: name("a"), dtype: "BF16", expected: 30, bytes: 8 },
        "x.safetensors contradicts itself. The tensor `a` needs 30 bytes for its shape and type BF16; \
         its offsets give it 8. Save or download it again.",
    );
    refused_header(
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[1,3],\"data_offsets\":[0,2]}}",
        2,
        Problem::PartialByte { tensor: name("a"), dtype: "F4", elements: 3 },
        "x.safetensors contradicts itself. The tensor `a` has 3 elements of type F4, which do not fill whole bytes. \
         Save or download it again.",
    );
    refused_header(
        "{\"a\":{\"dtype\":\"F6_E2M3\",\"shape\":[6],\"data_offsets\":[0,4]}}",
        4,
        Problem::PartialByte { tensor: name("a"), dtype: "F6_E2M3", elements: 6 },
        "x.safetensors contradicts itself. The tensor `a` has 6 elements of type F6_E2M3, which do not fill whole bytes. \
         Save or download it again.",
    );
    refused_header(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}",
        8,
        Problem::OffsetsReversed { tensor: name("a"), begin: 8, end: 4 },
        "x.safetensors contradicts itself. The tensor `a` ends at byte 4 of the data, before it begins at byte 8. \
         Save or download it again.",
    );
    for (second, begin) in [(tensor(4, 12), 4), (tensor(12, 16), 12)] {
        refused_header(
            &format!("{{\"a\":{},\"b\":{second}}}", tensor(0, 8)),
            16,
            Problem::OffsetsNotContiguous { tensor: name("b"), begin, expected: 8 },
            &format!(
                "x.safetensors contradicts itself. The tensor `b` begins at byte {begin} of the data; \
                 the one before ends at byte 8. Save or download it again."
            ),
        );
    }
    refused_header(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
        0,
        Problem::SizeOverflow { tensor: name("a") },
        "x.safetensors gives the tensor `a` a size beyond 64 bits. Save or download it again.",
    );
    refused_header(
        "{\"a\":{\"dtype\":\"X\",\"shape\":[],\"data_offsets\":[0,18446744073709551615]}}",
        0,
        Problem::SizeOverflow { tensor: name("a") },
        "x.safetensors gives the tensor `a` a size beyond 64 bits. Save or download it again.",
    );
    refused_header(
        &format!("{{\"a\":{},\"a\":{}}}", tensor(0, 4), tensor(4, 8)),
        8,
        Problem::DuplicateTensor { tensor: name("a") },
        "x.safetensors names the tensor `a` twice. Save or download it again.",
    );
}

#[test]
fn limits() {
    let zeros = |count: usize| vec!["0"; count].join(",");
    refused_header(
        &format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[0,0]}}}}", zeros(9)),
        0,
        Problem::TooManyAxes { tensor: name("a"), axes: 9, limit: 8 },
        "x.safetensors gives the tensor `a` 9 axes. The limit is 8. Save the weights with fewer, plainly named tensors.",
    );
    // Two bytes of text for each axis must not become eight in memory.
    refused_header(
        &format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[0,0]}}}}", zeros(1 << 20)),
        0,
        Problem::TooManyAxes { tensor: name("a"), axes: 1 << 20, limit: 8 },
        "x.safetensors gives the tensor `a` 1048576 axes. The limit is 8. Save the weights with fewer, plainly named tensors.",
    );
    let (long, cut) = ("n".repeat(4097), "n".repeat(100));
    refused_header(
        &format!("{{\"{long}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}}}"),
        0,
        Problem::NameTooLong { tensor: format!("{cut}…"), bytes: 4097, limit: 4096 },
        &format!(
            "x.safetensors has a tensor whose name takes 4,097 bytes. It begins with `{cut}…`; the limit is 4,096. \
             Save the weights with fewer, plainly named tensors."
        ),
    );
    let entry =
        |index: usize| format!("\"{index:x}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
    let entries: Vec<String> = (0..=1_000_000).map(entry).collect();
    refused_header(
        &format!("{{{}}}", entries.join(",")),
        0,
        Problem::TooManyTensors { limit: 1_000_000 },
        "x.safetensors names more than 1,000,000 tensors. Save the weights with fewer, plainly named tensors.",
    );
}

#[test]
fn bombs_in_places_that_are_not_read() {
    let nested = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    for header in [
        format!("{{\"__metadata__\":{{\"a\":{nested}}}}}"),
        format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"more\":{nested}}}}}"),
        format!("{{\"__metadata__\":{{{}\"b\":\"\"}}}}", "\"a\":\"\",".repeat(1 << 18)),
        format!("{{\"__metadata__\":{{\"a\":\"{}\"}}}}", "m".repeat(4 << 20)),
    ] {
        let bytes = file(&header, 0);
        let (result, peak) = opened(&[("x.safetensors", &bytes)]);
        // Refused or read over: either way without a crash, and without growing.
        drop(result);
        assert!(peak < (1 << 20) + 8 * bytes.len(), "{peak} for {}", bytes.len());
    }
}

#[test]
fn sets_of_files() {
    let one = file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
    refused(
        &[("m-1-of-2.safetensors", &one), ("m-2-of-2.safetensors", &one)],
        Problem::TensorInTwoFiles { tensor: name("a"), other: name("m-1-of-2.safetensors") },
        "m-2-of-2.safetensors holds the tensor `a`, which m-1-of-2.safetensors holds too. \
         Give each checkpoint by itself: these files are not parts of one.",
    );
    let index = b"{\"weight_map\":{\"a\":\"m1.safetensors\",\"b\":\"m2.safetensors\"}}";
    refused(
        &[("m.safetensors.index.json", index)],
        Problem::NoPart { first: name("m1.safetensors"), parts: 2 },
        "m.safetensors.index.json lists its parts, but none of them is here. The first of 2 is m1.safetensors. \
         Drop the parts together with the index.",
    );
}

#[test]
fn slices_of_one_model() {
    let weights = pickle::dict(&[("w", pickle::matrix("0"))]);
    let slice = pickle::archive(&weights, &[("0", &[0; 24])]).bytes;
    for (first, second) in [
        ("consolidated.00.pth", "consolidated.01.pth"),
        ("llama/consolidated.00.pth", "llama/consolidated.01.pth"),
        ("repository/original/consolidated.00.pth", "repository/original/consolidated.01.pth"),
        ("mp_rank_00_model_states.pt", "mp_rank_01_model_states.pt"),
    ] {
        refused(
            &[(second, &slice), (first, &slice)],
            Problem::Slices,
            &format!(
                "{first} is one of several slices of one model, which are cut across its neurons and cannot be analysed \
                 one by one. Merge them first: load the model with Hugging Face transformers, and save it from there."
            ),
        );
        assert_eq!(opened(&[(first, &slice)]).0.expect("one alone is a checkpoint").tensors.len(), 1);
    }
}

/// Time for files that are read at once, in builds for tests and with other tests beside.
const SHORT: Duration = Duration::from_secs(5);

#[test]
fn an_index_of_very_many_files_that_are_missing() {
    let entries: Vec<String> =
        (0..100_000).map(|index| format!("\"h.{index}.w\":\"{index}.safetensors\"")).collect();
    let index = format!("{{\"weight_map\":{{{}}}}}", entries.join(","));
    let one = file("{\"h.0.w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
    let start = Instant::now();
    let files = [("m.safetensors.index.json", index.as_bytes()), ("0.safetensors", &one)];
    let checkpoint = opened(&files).0.expect("one is here");
    assert!(start.elapsed() < SHORT, "{:?}", start.elapsed());
    assert_eq!(checkpoint.tensors.len(), 1);
    let codes: Vec<&str> = checkpoint.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["missing-shard"]);
    assert_eq!(
        checkpoint.warnings[0].text,
        "99999 parts are missing. 1.safetensors, 2.safetensors, 3.safetensors and 99996 more are not among the files; \
         what it holds of blocks 1 to 99999 is left out. Drop them to complete the result."
    );
}

#[test]
fn types_of_very_many_names() {
    let entry = |index: usize| {
        format!("\"{index:06}\":{{\"dtype\":\"X{index:06}\",\"shape\":[0],\"data_offsets\":[0,0]}}")
    };
    let entries: Vec<String> = (0..100_000).map(entry).collect();
    let start = Instant::now();
    let bytes = file(&format!("{{{}}}", entries.join(",")), 0);
    let checkpoint = opened(&[("x.safetensors", &bytes)]).0.expect("nothing is wrong");
    assert!(start.elapsed() < SHORT, "{:?}", start.elapsed());
    assert_eq!(checkpoint.skipped.iter().map(|record| record.tensors.len()).sum::<usize>(), 100_000);
    // One sentence for each of the first, and one for all others.
    assert_eq!(checkpoint.warnings.len(), 17);
    assert!(
        checkpoint.warnings.iter().any(|warning| warning.text
            == "99984 tensors are left out, the first is 000016: another type, which is not read."),
        "{:?}",
        checkpoint.warnings
    );
}

/// A file that says it is longer than it is.
struct Lying(u64);

impl ReadAt for Lying {
    fn len(&self) -> u64 {
        self.0
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        if offset > 64 {
            return Err(ReadError::new(offset, buffer.len(), "gone"));
        }
        let start = [&100_000_000u64.to_le_bytes()[..], b"{"].concat();
        for (index, byte) in buffer.iter_mut().enumerate() {
            *byte = start.get(offset as usize + index).copied().unwrap_or(b' ');
        }
        Ok(())
    }
}

#[test]
fn memory_follows_the_bytes_that_are_there() {
    let lying = Lying(1 << 40);
    let inputs = [Input::new("x.safetensors", &lying)];
    let (result, peak) = measured(|| open(&collect(&inputs).candidates[0], &inputs));
    let error = result.expect_err("unreadable");
    assert_eq!(error.code(), "read-failed");
    assert_eq!(
        error.text(),
        "x.safetensors cannot be read. The system says: reading 4194304 bytes at byte 4194312 failed: gone. \
         Check that the file is still there, and try again."
    );
    assert!(peak < 16 << 20, "{peak}");
}

#[test]
fn every_truncation_is_refused() {
    let header = "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]},\
                  \"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}";
    let whole = file(header, 16);
    opened(&[("x.safetensors", &whole)]).0.expect("valid");
    for length in 0..whole.len() {
        let (result, _) = opened(&[("x.safetensors", &whole[..length])]);
        let code = result.expect_err("cut off").code();
        assert!(
            ["empty-file", "too-short", "header-ends-early", "ends-early"].contains(&code),
            "{length}: {code}"
        );
    }
    // A header that ends early by its own length, at every byte.
    for length in 0..header.len() {
        let result = opened(&[("x.safetensors", &file(&header[..length], 16))]).0;
        let code = result.expect_err("cut off").code();
        assert!(["header-start", "header-syntax"].contains(&code), "{length}: {code}");
    }
}

#[test]
fn unknown_types_are_skipped_with_a_warning() {
    let header = "{\"a\":{\"dtype\":\"F5\",\"shape\":[3],\"data_offsets\":[0,2]},\
                  \"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}";
    let checkpoint = opened(&[("x.safetensors", &file(header, 6))]).0.expect("valid");
    assert_eq!(checkpoint.tensors.len(), 1);
    assert_eq!(checkpoint.skipped[0].tensors, ["a"]);
    assert_eq!(checkpoint.warnings[0].code, "unknown-type");
    assert_eq!(
        checkpoint.warnings[0].text,
        "1 tensor is left out, the first is a: type F5, which is not read."
    );
}

#[test]
fn a_broken_configuration_is_a_warning() {
    let one = file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
    let checkpoint = opened(&[("x.safetensors", &one), ("config.json", b"{oops")]).0.expect("valid");
    assert_eq!(checkpoint.warnings[0].code, "config-unreadable");
    assert_eq!(checkpoint.config, None);
}
