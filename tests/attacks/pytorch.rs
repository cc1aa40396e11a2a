//! Files of PyTorch that must be refused, and pickles that want to be more than data.

use std::time::Instant;

use neuromfa::checkpoint::{Checkpoint, Input, Problem, PyTorchProblem, collect, open};
use neuromfa::source::{ReadAt, ReadError};

use super::{SHORT, measured, name, opened, refused};
use crate::pickle::{
    Storage, archive, call, dict, global, int, list, matrix, pickle, storage, stream, stream_start, tar,
    tensor, text, tuple,
};
use crate::zip_file::{deflated, stored, zip};

/// The bytes of [`matrix`]'s storage.
const SIX: [u8; 24] = [0; 24];

fn refused_file(file: &[u8], problem: impl Into<Problem>, sentence: &str) {
    refused(&[("x.pt", file)], problem.into(), sentence);
}

/// Without the sentence spelled out.
fn refused_as(file: &[u8], problem: impl Into<Problem>) {
    let problem = problem.into();
    let sentence = format!("x.pt {problem} {}", problem.hint());
    refused(&[("x.pt", file)], problem, &sentence);
}

/// Refused alike in an archive and in a stream.
fn refused_value(value: &[u8], storages: &[Storage<'_>], problem: impl Into<Problem>) {
    let problem = problem.into();
    refused_as(&archive(value, storages).bytes, problem.clone());
    refused_as(&stream(value, storages), problem);
}

fn accepted(file: &[u8]) -> Checkpoint {
    opened(&[("x.pt", file)]).0.unwrap_or_else(|error| panic!("{}", error.text()))
}

fn names(checkpoint: &Checkpoint) -> Vec<&str> {
    checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()).collect()
}

#[test]
fn sound_files_are_read() {
    let value = dict(&[("w", matrix("0"))]);
    assert_eq!(names(&accepted(&archive(&value, &[("0", &SIX)]).bytes)), ["w"]);
    assert_eq!(names(&accepted(&stream(&value, &[("0", &SIX)]))), ["w"]);
}

#[test]
fn broken_pickles() {
    // The pickle begins at byte 40 of the archive, behind the header of its entry, with two bytes of version.
    let cases: [(&[u8], u64, &str); 27] = [
        (b"", 0, "a value is missing"),
        (b"0", 0, "a value is missing"),
        (b"1", 0, "a mark is missing"),
        (b"2", 0, "a value is missing"),
        (b"(2", 1, "a value is missing"),
        (b"(R", 1, "a value is missing"),
        (b"N(0a", 3, "a value is missing"),
        (b"t", 0, "a mark is missing"),
        (b"NNa", 2, "items are added to what holds none"),
        (b"N(Ne", 3, "items are added to what holds none"),
        (b"NNNs", 3, "entries are added to what holds none"),
        (b"}(Nu", 3, "a key has no value"),
        (b"(Nd", 2, "a key has no value"),
        (b"}Nb", 2, "a state is given to what takes none"),
        (b"(o", 1, "an object has no class"),
        (b"h\x05", 0, "a value is used before it is there"),
        (b"j\x05\0\0\0", 0, "a value is used before it is there"),
        (b"g5\n", 0, "a value is used before it is there"),
        (b"gx\n", 0, "a number cannot be read"),
        (b"Np-1\n", 1, "a number cannot be read"),
        (b"I1x\n", 0, "a number cannot be read"),
        (b"L\n", 0, "a number cannot be read"),
        (b"Sabc\n", 0, "a text has no quotation marks"),
        (b"NN\x93", 2, "a global has no name"),
        (b"\x80\x06", 0, "it is of a version that is not known"),
        (b"\x95\xff\0\0\0\0\0\0\0", 0, "a frame goes on beyond the end"),
        (b"ca\xff\nb\n", 0, "a line is no text"),
    ];
    for (value, at, reason) in cases {
        let byte = 40 + 2 + at;
        refused_as(&archive(value, &[]).bytes, PyTorchProblem::BrokenPickle { byte, reason });
    }
    let long = [b"c".to_vec(), vec![b'a'; 1000]].concat();
    refused_as(
        &archive(&long, &[]).bytes,
        PyTorchProblem::BrokenPickle { byte: 42, reason: "a line is too long" },
    );
    refused_file(
        &archive(b"N.N", &[]).bytes,
        PyTorchProblem::BrokenPickle { byte: 44, reason: "more bytes follow its end" },
        "x.pt has a broken pickle. At byte 44: more bytes follow its end. Save or download it again.",
    );
}

#[test]
fn instructions_that_no_data_needs() {
    for instruction in [0x82, 0x83, 0x84, 0x97, 0x98, 0xff, b'z', 0] {
        refused_as(
            &archive(&[instruction], &[]).bytes,
            PyTorchProblem::UnknownInstruction { byte: 42, instruction },
        );
    }
    refused_file(
        &archive(&[0x82], &[]).bytes,
        PyTorchProblem::UnknownInstruction { byte: 42, instruction: 0x82 },
        "x.pt has a pickle that does more than hold data. Byte 42 is the instruction 0x82, which is not read. \
         Do not load it with PyTorch unless you trust where it is from.",
    );
}

#[test]
fn pickles_that_end_inside() {
    let lengths: [&[u8]; 8] = [
        b"X\xff\xff\xff\xff",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff",
        b"B\xff\xff\xff\xff",
        b"\x96\xff\xff\xff\xff\xff\xff\xff\xff",
        b"T\xff\xff\xff\xff",
        b"\x8b\xff\xff\xff\xff",
        b"\x8a\xff",
        b"ctorch",
    ];
    for value in lengths {
        // The version before and the last instruction behind it are the pickle's too.
        let byte = 40 + 3 + value.len() as u64;
        refused_as(&archive(value, &[]).bytes, PyTorchProblem::EndsInside { byte });
    }
    refused_file(
        b"\x80\x02\x8a\x0a\0\0",
        PyTorchProblem::EndsInside { byte: 6 },
        "x.pt ends early. Byte 6 is its last, inside of what it holds. Copy or download it again.",
    );
}

#[test]
fn pickles_beyond_the_limits() {
    refused_as(
        &archive(&b"N0".repeat(5_000_000), &[]).bytes,
        PyTorchProblem::TooManyInstructions { limit: 10_000_000 },
    );
    refused_as(
        &archive(&vec![b'N'; 1_000_001], &[]).bytes,
        PyTorchProblem::StackTooHigh { byte: 42 + 1_000_001, limit: 1_000_000 },
    );
    refused_as(
        &archive(&vec![b'('; 1_000_001], &[]).bytes,
        PyTorchProblem::StackTooHigh { byte: 42 + 1_000_001, limit: 1_000_000 },
    );
    let globals =
        (0..=10_000).map(|index| [global(&"m".repeat(200), &index.to_string()), b"0".to_vec()].concat());
    refused_as(
        &archive(&globals.collect::<Vec<_>>().concat(), &[]).bytes,
        PyTorchProblem::TooManyImports { limit: 10_000 },
    );
    let nested = [vec![b']'; 257], vec![b'a'; 256]].concat();
    refused_value(&nested, &[], PyTorchProblem::TooDeep { limit: 256 });
}

/// Begins with some bytes; all others are zeros.
struct Hole(Vec<u8>, u64);

impl ReadAt for Hole {
    fn len(&self) -> u64 {
        self.1
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        for (index, byte) in buffer.iter_mut().enumerate() {
            *byte = self.0.get(offset as usize + index).copied().unwrap_or(0);
        }
        Ok(())
    }
}

#[test]
fn pickles_that_are_too_long_are_not_read_to_their_end() {
    let bytes = [stream_start(1001, true), b"\x80\x02\x8e".to_vec(), (1u64 << 30).to_le_bytes().to_vec()];
    let hole = Hole(bytes.concat(), 1 << 32);
    let inputs = [Input::new("x.pt", &hole)];
    let (result, peak) = measured(|| open(&collect(&inputs).candidates[0], &inputs));
    assert_eq!(
        result.expect_err("too long").text(),
        "x.pt has a pickle of more than 268,435,456 bytes. Save the model's state dict alone."
    );
    assert!(peak < 1 << 20, "{peak}");
}

#[test]
fn names_that_would_fill_the_memory() {
    // One tensor under many names, all with one long beginning.
    let inner = (0..5000).map(|index: u32| [b"J", &index.to_le_bytes()[..], b"h\0"].concat());
    let inner = [b"}(".to_vec(), inner.collect::<Vec<_>>().concat(), b"u".to_vec()].concat();
    let value =
        [matrix("0"), b"q\x000".to_vec(), dict(&[("w", matrix("0")), (&"n".repeat(4000), inner)])].concat();
    let (result, peak) = opened(&[("x.pt", &archive(&value, &[("0", &SIX)]).bytes)]);
    let problem = PyTorchProblem::NamesTooLong { limit: 16 << 20 };
    assert_eq!(result.expect_err("too long").problem, problem.into());
    assert!(peak < 32 << 20, "{peak}");
    let long = dict(&[(&"n".repeat(5000), matrix("0"))]);
    let tensor = format!("{}…", "n".repeat(100));
    refused_value(&long, &[("0", &SIX)], Problem::NameTooLong { tensor, bytes: 5000, limit: 4096 });
}

/// Found by fuzzing: names are put in order, and these differ in their last digits only.
#[test]
fn names_with_one_long_beginning_are_read_quickly() {
    let inner = (0..3500).map(|index: u32| [b"J", &index.to_le_bytes()[..], b"h\0"].concat());
    let inner = [b"}(".to_vec(), inner.collect::<Vec<_>>().concat(), b"u".to_vec()].concat();
    let value =
        [matrix("0"), b"q\x000".to_vec(), dict(&[("w", matrix("0")), (&"n".repeat(4000), inner)])].concat();
    let start = Instant::now();
    let checkpoint = accepted(&archive(&value, &[("0", &SIX)]).bytes);
    assert!(start.elapsed() < SHORT, "{:?}", start.elapsed());
    assert_eq!(checkpoint.tensors.len(), 3501);
}

#[test]
fn more_tensors_than_are_allowed() {
    let entry = |index: u32| [b"J", &index.to_le_bytes()[..], b"h\0s"].concat();
    let entries: Vec<Vec<u8>> = (0..=1_000_000).map(entry).collect();
    let value = [matrix("0"), b"q\x000}".to_vec(), entries.concat()].concat();
    let file = archive(&value, &[("0", &SIX)]).bytes;
    let (result, peak) = opened(&[("x.pt", &file)]);
    assert_eq!(result.expect_err("too many").problem, Problem::TooManyTensors { limit: 1_000_000 });
    assert!(peak < 32 * file.len(), "{peak}");
}

#[test]
fn values_that_grow_when_they_are_walked() {
    // Every list holds the one before twice: 2^200 paths to one tensor.
    let mut value = [matrix("0"), b"q\x00".to_vec()].concat();
    for index in 0..200u8 {
        value.extend([b'0', b']', b'q', index + 1, b'(', b'h', index, b'h', index, b'e']);
    }
    assert_eq!(accepted(&archive(&value, &[("0", &SIX)]).bytes).tensors.len(), 2);
    // A list that holds itself, and a parameter that is its own tensor.
    let ring = [b"]q\x00(h\x00".to_vec(), matrix("0"), b"e".to_vec()].concat();
    assert_eq!(names(&accepted(&archive(&ring, &[("0", &SIX)]).bytes)), ["1"]);
    let own = b"](ctorch._utils\n_rebuild_parameter\n]q\x00Rq\x010h\x00h\x01a0h\x01e";
    let problem = PyTorchProblem::BrokenTensor { tensor: name("0"), reason: "it is wrapped too often" };
    refused_value(&own[..], &[], problem);
    // Deeper than any stack, and dropped again.
    let deep = [vec![b']'; 900_000], vec![b'a'; 899_999]].concat();
    let (result, _) = opened(&[("x.pt", &archive(&deep, &[]).bytes)]);
    assert_eq!(result.expect_err("deep").code(), "too-deep");
    // Integers of 255 bytes, in both forms.
    let long = [&b"0\x8a\xff"[..], &[0x7f; 255], b"0\x8b\xff\0\0\0", &[0xff; 255]].concat();
    let value = [dict(&[("w", matrix("0"))]), b"N".to_vec(), long, b"0".to_vec()].concat();
    assert_eq!(names(&accepted(&archive(&value, &[("0", &SIX)]).bytes)), ["w"]);
}

#[test]
fn nothing_is_called() {
    let harm = call("posix", "system", &[text("touch harm")]);
    let class =
        [global("evil", "Weights"), b")\x81".to_vec(), dict(&[("w", matrix("0"))]), b"b".to_vec()].concat();
    let value = dict(&[("harm", harm), ("model", class)]);
    let checkpoint = accepted(&archive(&value, &[("0", &SIX)]).bytes);
    assert_eq!(names(&checkpoint), ["w"]);
    let unknown = checkpoint.imports.iter().filter(|import| !import.known);
    assert_eq!(
        unknown.map(|import| import.name.as_str()).collect::<Vec<_>>(),
        ["evil.Weights", "posix.system"]
    );
}

#[test]
fn old_instructions_mean_the_same() {
    // An instance of a class, with numbers and texts in digits and quotation marks, and the memo in digits.
    let value = [
        b"(S'w\\x31\\n'\np0\n".to_vec(),
        matrix("0"),
        b"V\\u00e9\\n\np1\n".to_vec(),
        matrix("0"),
        b"g0\n0I01\nI00\nI-5\nL123456789012345678901234567890L\nF1.5\nN".to_vec(),
        b"dp2\n0(imod\nOld\n0g2\n".to_vec(),
    ]
    .concat();
    assert_eq!(names(&accepted(&archive(&value, &[("0", &SIX)]).bytes)), ["w1\n", "é\\n"]);
    let object = [b"(".to_vec(), global("mod", "Old"), matrix("0"), b"o".to_vec()].concat();
    assert_eq!(names(&accepted(&archive(&object, &[("0", &SIX)]).bytes)), ["0"]);
}

#[test]
fn other_pickles() {
    refused_file(
        &pickle(&dict(&[("a", int(1))])),
        PyTorchProblem::NotPyTorch,
        "x.pt is a pickle, but none that PyTorch has saved. Save the weights with torch.save, or as safetensors.",
    );
    refused_file(
        &stream_start(1002, true),
        PyTorchProblem::UnknownVersion { version: 1002 },
        "x.pt is of version 1002 of PyTorch's format, which is not known. \
         Load it with PyTorch and save the state dict as safetensors.",
    );
    refused_file(
        &stream_start(1001, false),
        PyTorchProblem::BigEndian,
        "x.pt was written on a big-endian computer. Its bytes are in the other order. \
         Load it with PyTorch and save the state dict as safetensors.",
    );
}

#[test]
fn archives_without_one_pickle() {
    refused_file(
        &zip(&[stored("x/readme", b"hello")]).bytes,
        PyTorchProblem::NoPickle { entry: "data.pkl" },
        "x.pt is an archive without weights. It has no entry called data.pkl. Drop the file that torch.save wrote.",
    );
    refused_file(
        &zip(&[stored("a/data.pkl", b""), stored("b/data.pkl", b"")]).bytes,
        PyTorchProblem::TwoPickles { first: name("a/data.pkl"), second: name("b/data.pkl") },
        "x.pt is an archive with two pickles, a/data.pkl and b/data.pkl. Save or download it again.",
    );
    let value = pickle(&dict(&[("w", matrix("0"))]));
    let members = [stored("x/data.pkl", &value), stored("x/byteorder", b"big"), stored("x/data/0", &SIX)];
    refused_as(&zip(&members).bytes, PyTorchProblem::BigEndian);
    // A pickle inside another folder does not matter.
    let members = [stored("x/y/data.pkl", b""), stored("x/data.pkl", &value), stored("x/data/0", &SIX)];
    assert_eq!(names(&accepted(&zip(&members).bytes)), ["w"]);
}

#[test]
fn compressed_pickles_are_read_within_limits() {
    let value = pickle(&dict(&[("w", matrix("0"))]));
    let members = [deflated("data.pkl", &value), deflated("data/0", &SIX)];
    assert_eq!(names(&accepted(&zip(&members).bytes)), ["w"]);
    let bomb = zip(&[deflated("data.pkl", &vec![b'N'; 4 << 20])]).bytes;
    let (result, peak) = opened(&[("x.pt", &bomb)]);
    assert_eq!(result.expect_err("a bomb").code(), "zip-ratio");
    assert!(peak < 1 << 20, "{peak}");
}

#[test]
fn strided_tensors_of_compressed_entries_are_left_out() {
    let strided = tensor(storage("0", 6), 0, &[3, 2], &[1, 3]);
    let value = pickle(&dict(&[("w", matrix("0")), ("v", strided)]));
    let checkpoint = accepted(&zip(&[stored("data.pkl", &value), deflated("data/0", &SIX)]).bytes);
    assert_eq!(names(&checkpoint), ["w"]);
    assert_eq!(checkpoint.skipped[0].reason, "a strided tensor in a compressed archive, which is not read");
}

fn with_matrix(tensor: Vec<u8>) -> Vec<u8> {
    dict(&[("w", tensor)])
}

#[test]
fn storages_that_are_not_what_they_should_be() {
    let value = with_matrix(matrix("0"));
    refused_file(
        &archive(&value, &[("1", &SIX)]).bytes,
        PyTorchProblem::NoStorage { tensor: name("w"), key: name("0") },
        "x.pt contradicts itself. The tensor `w` is in the storage 0, which is not in the file. \
         Save or download it again.",
    );
    refused_as(&stream(&value, &[]), PyTorchProblem::NoStorage { tensor: name("w"), key: name("0") });
    refused_file(
        &archive(&value, &[("0", &SIX[..20])]).bytes,
        PyTorchProblem::StorageSize { tensor: name("w"), key: name("0"), expected: 24, bytes: 20 },
        "x.pt contradicts itself. The storage 0 of the tensor `w` should have 24 bytes and has 20. \
         Save or download it again.",
    );
    let size = PyTorchProblem::StorageSize { tensor: name("w"), key: name("0"), expected: 24, bytes: 20 };
    refused_as(&stream(&value, &[("0", &SIX[..20])]), size);
    let whole = stream(&value, &[("0", &SIX)]);
    let end = whole.len() as u64;
    refused_file(
        &whole[..whole.len() - 1],
        PyTorchProblem::StorageEndsEarly { key: name("0"), end, bytes: end - 1 },
        &format!(
            "x.pt ends early. The storage 0 ends at byte {end}; the file has {}. Copy or download it again.",
            end - 1
        ),
    );
    refused_file(
        &[&whole[..], b"!"].concat(),
        PyTorchProblem::EndsLate { end, bytes: end + 1 },
        &format!(
            "x.pt is longer than it says. Its last storage ends at byte {end}; the file has {}. Copy or download it again.",
            end + 1
        ),
    );
}

#[test]
fn lists_of_storages_that_are_broken() {
    let value = with_matrix(matrix("0"));
    let start = [stream_start(1001, true), pickle(&value)].concat();
    let byte = start.len() as u64;
    let broken = |reason| PyTorchProblem::BrokenStorages { byte, reason };
    for (keys, reason) in [
        (b"N".to_vec(), "it is no list"),
        (list(&[int(0)]), "a key is no text"),
        (list(&[text("1")]), "the pickle has no storage of this key"),
    ] {
        refused_as(&[&start[..], &pickle(&keys)].concat(), broken(reason));
    }
    let twice = stream(&value, &[("0", &SIX), ("0", &SIX)]);
    refused_as(&twice, broken("a key is there twice"));
    let two = dict(&[("w", matrix("0")), ("v", tensor(storage("0", 7), 0, &[7], &[1]))]);
    let byte = (stream_start(1001, true).len() + pickle(&two).len()) as u64;
    refused_as(
        &stream(&two, &[("0", &SIX)]),
        PyTorchProblem::BrokenStorages { byte, reason: "the pickle gives a storage two types or lengths" },
    );
    let mut negative = stream(&value, &[("0", &SIX)]);
    let at = negative.len() - SIX.len() - 8;
    negative[at..at + 8].fill(0xff);
    refused_file(
        &negative,
        PyTorchProblem::BrokenStorages { byte: at as u64, reason: "a length is negative" },
        &format!(
            "x.pt has a broken list of storages. At byte {at}: a length is negative. Save or download it again."
        ),
    );
}

#[test]
fn tensors_outside_their_storage() {
    let six = || storage("0", 6);
    let cases: [(Vec<u8>, u128); 5] = [
        (tensor(six(), 1, &[2, 3], &[3, 1]), 6),
        (tensor(six(), 0, &[3, 3], &[3, 1]), 8),
        (tensor(six(), 0, &[2, 2], &[i64::MAX, 1]), i64::MAX as u128 + 1),
        (tensor(six(), i64::MAX, &[3], &[i64::MAX]), 3 * i64::MAX as u128),
        (tensor(six(), 6, &[], &[]), 6),
    ];
    for (tensor, element) in cases {
        let problem = PyTorchProblem::OutsideStorage { tensor: name("w"), element, elements: 6 };
        refused_value(&with_matrix(tensor), &[("0", &SIX)], problem);
    }
    refused_file(
        &archive(&with_matrix(tensor(six(), 0, &[3, 3], &[3, 1])), &[("0", &SIX)]).bytes,
        PyTorchProblem::OutsideStorage { tensor: name("w"), element: 8, elements: 6 },
        "x.pt contradicts itself. The tensor `w` reaches element 8 of its storage, which has 6. \
         Save or download it again.",
    );
    let part = |offset: i64, elements: i64| {
        let view = tuple(&[text("part"), int(offset), int(elements)]);
        let class = global("torch", "FloatStorage");
        let items = [text("storage"), class, text("0"), text("cpu"), int(6), view];
        tensor([tuple(&items), b"Q".to_vec()].concat(), 0, &[2], &[1])
    };
    assert_eq!(accepted(&stream(&with_matrix(part(4, 2)), &[("0", &SIX)])).tensors[0].storage.bytes, 8);
    let outside = |element, elements| PyTorchProblem::OutsideStorage { tensor: name("w"), element, elements };
    refused_value(&with_matrix(part(5, 2)), &[("0", &SIX)], outside(7, 6));
    refused_value(&with_matrix(part(4, 1)), &[("0", &SIX)], outside(1, 1));
    refused_value(
        &with_matrix(tensor(six(), 0, &[1 << 40, 1 << 40], &[0, 0])),
        &[("0", &SIX)],
        Problem::SizeOverflow { tensor: name("w") },
    );
}

#[test]
fn tensors_that_are_described_wrongly() {
    let six = || storage("0", 6);
    let rebuild = |arguments: &[Vec<u8>]| call("torch._utils", "_rebuild_tensor_v2", arguments);
    let pair = || tuple(&[int(2), int(3)]);
    let other = |first: Vec<u8>| [tuple(&[first, global("torch", "FloatStorage")]), b"Q".to_vec()].concat();
    let cases = [
        (rebuild(&[]), "its storage is missing"),
        (rebuild(&[int(0)]), "its storage is missing"),
        (rebuild(&[other(text("module"))]), "its storage is none"),
        (rebuild(&[other(text("storage"))]), "its storage has no class or no key"),
        (rebuild(&[storage("0", -1)]), "its storage has no length"),
        (rebuild(&[storage("0", i64::MAX)]), "its storage has no length"),
        (rebuild(&[six()]), "its offset is missing"),
        (tensor(six(), -1, &[2], &[1]), "its offset is missing"),
        (rebuild(&[six(), int(0)]), "its shape is missing"),
        (tensor(six(), 0, &[-2], &[1]), "its shape is missing"),
        (tensor(six(), 0, &[2], &[-1]), "its strides are missing"),
        (rebuild(&[six(), int(0), pair()]), "its strides are missing"),
        (tensor(six(), 0, &[2, 3], &[1]), "it has more or fewer strides than axes"),
        (call("torch._utils", "_rebuild_tensor_v3", &[six(), int(0), pair(), pair()]), "its type is missing"),
        (call("torch._tensor", "_rebuild_from_type_v2", &[int(0)]), "its function or arguments are missing"),
    ];
    for (tensor, reason) in cases {
        let (value, tensor) = (with_matrix(tensor), name("w"));
        refused_as(&archive(&value, &[("0", &SIX)]).bytes, PyTorchProblem::BrokenTensor { tensor, reason });
    }
    refused_file(
        &archive(&dict(&[("model", list(&[tensor(six(), 0, &[2], &[-1])]))]), &[("0", &SIX)]).bytes,
        PyTorchProblem::BrokenTensor { tensor: name("model.0"), reason: "its strides are missing" },
        "x.pt describes the tensor `model.0` wrongly: its strides are missing. Save or download it again.",
    );
    refused_value(
        &with_matrix(tensor(six(), 0, &[1; 9], &[1; 9])),
        &[("0", &SIX)],
        Problem::TooManyAxes { tensor: name("w"), axes: 9, limit: 8 },
    );
    refused_value(
        &dict(&[("w", matrix("0")), ("w", matrix("0"))]),
        &[("0", &SIX)],
        Problem::DuplicateTensor { tensor: name("w") },
    );
}

#[test]
fn files_without_a_model() {
    let moments = dict(&[("state", dict(&[("0", matrix("0"))])), ("param_groups", list(&[]))]);
    for value in [moments.clone(), dict(&[("optimizer", moments.clone())]), dict(&[("exp_avg", matrix("0"))])]
    {
        refused_value(&value, &[("0", &SIX)], PyTorchProblem::OptimiserOnly);
    }
    refused_file(
        &archive(&dict(&[("epoch", int(3))]), &[]).bytes,
        PyTorchProblem::NoTensors,
        "x.pt holds no tensor. Drop the file that holds the model's weights.",
    );
    assert_eq!(
        PyTorchProblem::NoStateDict { path: name("a"), known: name("“b”") }.to_string(),
        "holds no state dict “a”. It has “b”."
    );
}

/// The four files of a tar archive with one tensor `[2, 3]`.
fn tar_files() -> [(&'static str, Vec<u8>); 4] {
    let storages = [
        pickle(&int(1)),
        pickle(&tuple(&[int(1), text("cpu"), global("torch", "FloatStorage")])),
        6u64.to_le_bytes().to_vec(),
        SIX.to_vec(),
        pickle(&list(&[])),
    ];
    let tensors = [
        pickle(&int(1)),
        pickle(&tuple(&[int(2), int(1), global("torch", "FloatTensor")])),
        [2u32.to_le_bytes(), [0; 4]].concat(),
        [2u64, 3, 3, 1, 0].iter().flat_map(|number| number.to_le_bytes()).collect(),
    ];
    [
        ("sys_info", pickle(&dict(&[("little_endian", b"\x88".to_vec())]))),
        ("pickle", pickle(&dict(&[("w", b"P2\n".to_vec())]))),
        ("tensors", tensors.concat()),
        ("storages", storages.concat()),
    ]
}

/// The archive with one of its files changed.
fn changed_tar(name: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut files = tar_files();
    files.iter_mut().filter(|file| file.0 == name).for_each(|file| change(&mut file.1));
    tar(&files)
}

fn refused_tar(file: &[u8], problem: PyTorchProblem) {
    let sentence = format!("x.tar {problem} {}", problem.hint());
    refused(&[("x.tar", file)], problem.into(), &sentence);
}

#[test]
fn tar_archives() {
    let whole = tar(&tar_files());
    let checkpoint = opened(&[("x.tar", &whole)]).0.expect("sound");
    assert_eq!((names(&checkpoint), checkpoint.tensors[0].shape.as_slice()), (vec!["w"], &[2, 3][..]));
    for missing in ["sys_info", "pickle", "tensors", "storages"] {
        let files: Vec<_> = tar_files().into_iter().filter(|(name, _)| *name != missing).collect();
        refused_tar(&tar(&files), PyTorchProblem::NoPickle { entry: missing });
    }
    let broken = |entry: &str, byte, reason| PyTorchProblem::BrokenEntry { entry: name(entry), byte, reason };
    let twice = [tar_files()[0].clone(), tar_files()[0].clone()];
    refused_tar(&tar(&twice), broken("sys_info", 1024, "it is there twice"));
    let with = |at: usize, byte: u8| {
        let mut file = whole.clone();
        file[at] = byte;
        file
    };
    refused_tar(&with(124, b'x'), broken("sys_info", 0, "its length cannot be read"));
    refused_tar(&with(156, b'2'), broken("sys_info", 0, "it is no plain file"));
    refused_tar(&with(124, b'7'), PyTorchProblem::EndsInside { byte: whole.len() as u64 });
    let many: Vec<String> = (0..65).map(|index| index.to_string()).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|name| (name.as_str(), Vec::new())).collect();
    refused_tar(&tar(&many), broken("", 64 * 512, "there are too many entries"));
}

#[test]
fn tables_of_tar_archives() {
    // The file `tensors` begins behind three headers and two blocks, `storages` one header and one block later.
    let (tensors, storages) = (2560, 3584);
    let first = pickle(&int(1)).len() as u64;
    let tensor =
        |reason| PyTorchProblem::BrokenEntry { entry: name("tensors"), byte: tensors + first, reason };
    let storage = |byte, reason| PyTorchProblem::BrokenStorages { byte: storages + byte, reason };
    let record = |items: &[Vec<u8>]| [pickle(&int(1)), pickle(&tuple(items))].concat();
    let class = || global("torch", "FloatTensor");
    for (content, reason) in [
        (record(&[]), "a tensor has no key or no storage"),
        (
            [record(&[int(2), int(1), class()]), vec![9, 0, 0, 0, 0, 0, 0, 0]].concat(),
            "a tensor has too many axes",
        ),
        ([record(&[int(2), int(1), class()]), vec![0xff; 8]].concat(), "a tensor has too many axes"),
        ([record(&[int(2), int(1), class()]), vec![0; 8], vec![0xff; 8]].concat(), "a number is negative"),
        (
            [record(&[int(2), int(9), class()]), vec![0; 16]].concat(),
            "a tensor is in a storage that is not there",
        ),
    ] {
        let file = changed_tar("tensors", |bytes| *bytes = content.clone());
        refused_tar(&file, tensor(reason));
    }
    let again = changed_tar("tensors", |bytes| {
        let one = bytes[first as usize..].to_vec();
        *bytes = [pickle(&int(2)), one.clone(), one].concat();
    });
    let (result, _) = opened(&[("x.tar", &again)]);
    assert!(result.expect_err("twice").to_string().ends_with("a tensor is there twice."));
    let (result, _) = opened(&[("x.tar", &changed_tar("tensors", |bytes| bytes.push(0)))]);
    assert!(result.expect_err("longer").to_string().ends_with("more bytes follow its end."));
    let many = changed_tar("tensors", |bytes| *bytes = pickle(&int(1 << 40)));
    let problem = Problem::TooManyTensors { limit: 1_000_000 };
    refused(&[("x.tar", &many)], problem.clone(), &format!("x.tar {problem} {}", problem.hint()));
    for (content, byte, reason) in [
        (pickle(b"N"), 0, "their number is missing"),
        (record(&[]), first, "a storage has no key or no class"),
        (record(&[int(1), text("cpu"), class()]), first, "a storage is of a class that is not known"),
    ] {
        refused_tar(&changed_tar("storages", |bytes| *bytes = content.clone()), storage(byte, reason));
    }
    let end = tar_files()[3].1.len() as u64 - pickle(&list(&[])).len() as u64;
    let parts = |parts: Vec<u8>| {
        changed_tar("storages", |bytes| {
            bytes.truncate(end as usize);
            bytes.extend(pickle(&parts));
        })
    };
    let part = |items: &[i64]| list(&[tuple(&items.iter().map(|&item| int(item)).collect::<Vec<_>>())]);
    for (list, reason) in [
        (b"N".to_vec(), "the list of parts is none"),
        (part(&[]), "a part has no key"),
        (part(&[3, 1, -1, 0]), "a part has no length"),
        (part(&[3, 7, 0, 0]), "a part is of a storage that is not there"),
        (part(&[3, 1, 6, 1]), "a part goes beyond its storage"),
        (part(&[3, 1, i64::MAX, i64::MAX]), "a part goes beyond its storage"),
        (part(&[1, 1, 0, 1]), "a key is there twice"),
    ] {
        refused_tar(&parts(list), storage(end, reason));
    }
}

/// A module with any attribute, beside a model.
#[test]
fn every_cut_of_a_pickle_is_refused() {
    let value = dict(&[("w", matrix("0")), ("é", tuple(&[int(1), text("t"), global("torch", "Size")]))]);
    let whole = pickle(&value);
    for length in 0..whole.len() {
        let members = [stored("x/data.pkl", &whole[..length]), stored("x/data/0", &SIX)];
        let (result, _) = opened(&[("x.pt", &zip(&members).bytes)]);
        let error = result.expect_err("cut off");
        assert_eq!(error.code(), "ends-inside", "{length}: {error}");
    }
}

/// Reads `value` behind `shared` values, which the memo keeps from 0 on: quickly, and in memory that follows the file.
fn read_shared(shared: &[Vec<u8>], value: &[Vec<u8>]) -> Checkpoint {
    let keep = |(index, value): (u8, &Vec<u8>)| [&value[..], &[b'q', index, b'0']].concat();
    let shared: Vec<Vec<u8>> = (0..).zip(shared).map(keep).collect();
    let file = archive(&[shared.concat(), value.concat()].concat(), &[("0", &SIX)]).bytes;
    let start = Instant::now();
    let (result, peak) = opened(&[("x.pt", &file)]);
    assert!(start.elapsed() < SHORT, "{:?}", start.elapsed());
    // An object takes the most: some 200 bytes for the five that make it.
    assert!(peak < (1 << 20) + 100 * file.len(), "{peak} for {}", file.len());
    result.unwrap_or_else(|error| panic!("{}", error.text()))
}

/// A call of the class at 1 in the memo with the arguments at 0.
const CALL: &[u8] = b"h\x01h\0R";

#[test]
fn objects_that_share_their_arguments() {
    let arguments = tuple(&vec![b"N".to_vec(); 100_000]);
    for class in [global("mod", "Class"), global("collections", "OrderedDict")] {
        let shared = [arguments.clone(), class];
        let objects = [b"](".to_vec(), CALL.repeat(100_000), matrix("0"), b"e".to_vec()];
        assert_eq!(names(&read_shared(&shared, &objects)), ["100000"]);
    }
}

#[test]
fn mappings_that_share_what_they_were_made_with() {
    let pair = tuple(&[b"N".to_vec(), b"N".to_vec()]);
    let empty = [b"](".to_vec(), b"h\0".repeat(50_000), b"e".to_vec()].concat();
    let dict = [b"}(".to_vec(), b"NN".repeat(50_000), b"u".to_vec()].concat();
    for entries in [empty, dict] {
        let shared = [pair.clone(), global("collections", "OrderedDict"), entries];
        let objects = [b"](".to_vec(), b"h\x01h\x02\x85R".repeat(50_000), matrix("0"), b"e".to_vec()];
        assert_eq!(names(&read_shared(&shared, &objects)), ["50000"]);
    }
}

#[test]
fn nested_objects_that_share_their_arguments() {
    // Each is the state of the one before: all are open at the same time.
    let shared = [tuple(&vec![b"N".to_vec(); 100_000]), global("mod", "Class")];
    let objects = [CALL.repeat(200), matrix("0"), b"b".repeat(200)];
    assert_eq!(names(&read_shared(&shared, &objects)).len(), 1);
}

#[test]
fn objects_that_share_their_state() {
    let shared = [b")".to_vec(), global("mod", "Class"), [b"}(", &b"NN".repeat(50_000)[..], b"u"].concat()];
    let objects = [b"](".to_vec(), [CALL, b"h\x02b"].concat().repeat(50_000), matrix("0"), b"e".to_vec()];
    assert_eq!(names(&read_shared(&shared, &objects)), ["50000"]);
    // Weights are the first object's.
    let shared = [b")".to_vec(), global("mod", "Class"), dict(&[("w", matrix("0"))])];
    let objects = [b"](".to_vec(), [CALL, b"h\x02b"].concat().repeat(2), b"e".to_vec()];
    assert_eq!(names(&read_shared(&shared, &objects)), ["0.w"]);
}

#[test]
fn the_state_of_an_optimiser_under_many_keys() {
    let moments = [b"}(".to_vec(), text("exp_avg"), b"N".to_vec(), b"NN".repeat(50_000), b"u".to_vec()];
    let state = [b"](".to_vec(), b"N".repeat(50_000), b"e".to_vec()];
    let entries = [text("optimizer"), b"h\x01".to_vec()].concat().repeat(10_000);
    let weights = dict(&[("w", matrix("0"))]);
    let value = [
        b"](".to_vec(),
        b"h\0".repeat(50_000),
        b"}(".to_vec(),
        entries,
        b"ue".to_vec(),
        weights,
        b"a".to_vec(),
    ];
    assert_eq!(names(&read_shared(&[moments.concat(), state.concat()], &value)), ["50001.w"]);
    // What is passed over for its key alone is read where another key leads to it.
    let shared = [dict(&[("w", matrix("0"))])];
    let value = [dict(&[("optimizer_target", b"h\0".to_vec()), ("model", b"h\0".to_vec())])];
    assert_eq!(names(&read_shared(&shared, &value)), ["w"]);
}
