//! GGUF: golden files, blocks of every type value by value, and what the header says of the model.

use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::checkpoint::{
    Checkpoint, DType, Input, IntegerType, ModelConfig, QuantisedType, collect, open, read_values,
};
use proptest::prelude::*;

use crate::gguf_file;
use crate::plain;

use gguf_file::{Gguf, list, text};

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

fn read(path: &str) -> Vec<u8> {
    fs::read(data(path)).expect("readable")
}

fn open_all(files: &[(&str, Vec<u8>)]) -> Checkpoint {
    let inputs: Vec<Input<'_>> = files.iter().map(|(path, bytes)| Input::new(path, bytes)).collect();
    let candidates = collect(&inputs).candidates;
    assert_eq!(candidates.len(), 1, "{candidates:?}");
    open(&candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()))
}

fn open_one(file: Vec<u8>) -> Checkpoint {
    open_all(&[("x.gguf", file)])
}

const TYPES: [QuantisedType; 11] = [
    QuantisedType::Q4_0,
    QuantisedType::Q4_1,
    QuantisedType::Q5_0,
    QuantisedType::Q5_1,
    QuantisedType::Q8_0,
    QuantisedType::Q2K,
    QuantisedType::Q3K,
    QuantisedType::Q4K,
    QuantisedType::Q5K,
    QuantisedType::Q6K,
    QuantisedType::Iq4Nl,
];

/// Bit for bit; tests/data/gguf/make.py wrote the file, and what gguf-py makes of it.
#[test]
fn blocks_of_every_type_equal_those_of_the_reference() {
    let file = read("gguf/blocks.gguf");
    let expected = read("gguf/blocks.f32");
    let (expected, _) = expected.as_chunks::<4>();
    let checkpoint = open_one(file.clone());
    assert_eq!(checkpoint.tensors.len(), TYPES.len());
    for (quantised, expected) in TYPES.into_iter().zip(expected.chunks(4 * 1024)) {
        let tensor = checkpoint.tensors.iter().find(|tensor| tensor.name == quantised.name()).expect("there");
        assert_eq!((tensor.dtype, &tensor.shape[..]), (DType::Quantised(quantised), &[4, 1024][..]));
        let values = read_values(&file, tensor).expect("decodable");
        assert_eq!(values.len(), expected.len());
        for (at, (value, expected)) in values.iter().zip(expected).enumerate() {
            let expected = f32::from_le_bytes(*expected);
            assert_eq!(
                (*value as f32).to_bits(),
                expected.to_bits(),
                "{quantised:?} {at}: {value} {expected}"
            );
        }
    }
}

proptest! {
    /// Any bytes, scales that are infinite or NaN included, against a slow decoder that works element by element.
    #[test]
    fn any_block_equals_the_plain_decoder(
        at in 0..TYPES.len(),
        bytes in prop::collection::vec(any::<u8>(), 3 * 210),
    ) {
        let quantised = TYPES[at];
        let block = quantised.block();
        let blocks = bytes.chunks_exact(block.bytes as usize).take(3);
        let count = blocks.len();
        let mut values = vec![0.0; count * block.elements as usize];
        DType::Quantised(quantised).decode_f32(&bytes[..count * block.bytes as usize], &mut values);
        let expected = blocks.flat_map(|block| plain::decode(quantised, block));
        for (at, (value, expected)) in values.iter().zip(expected).enumerate() {
            let same = value.to_bits() == expected.to_bits() || (value.is_nan() && expected.is_nan());
            prop_assert!(same, "{quantised:?} {at}: {value} {expected}");
        }
    }
}

#[test]
fn the_header_says_what_the_wiring_can_use() {
    let checkpoint = open_one(read("gguf/blocks.gguf"));
    let config = ModelConfig {
        model_type: Some("llama".to_owned()),
        hidden_size: Some(4096),
        num_attention_heads: Some(32),
        num_key_value_heads: Some(8),
        head_dim: Some(128),
        num_hidden_layers: Some(2),
        parallel_residual: None,
    };
    assert_eq!(checkpoint.config, Some(config));
    assert_eq!(checkpoint.format, "GGUF");
    assert_eq!(checkpoint.metadata["general.description"], "random blocks");
    assert_eq!(checkpoint.warnings, []);
}

#[test]
fn values_of_every_type_are_read_or_passed_over() {
    let nested = list(9, 2, &[list(8, 1, &text("a")), list(9, 1, &list(5, 2, &[0; 8]))].concat());
    let file = Gguf::new()
        .version(2)
        .note("a.u8", 0, &[1])
        .note("a.i8", 1, &[0xff])
        .note("llama.embedding_length", 2, &[0x34, 0x12])
        .note("a.i16", 3, &[0, 0])
        .note("llama.attention.head_count", 5, &(-1i32).to_le_bytes())
        .note("a.f32", 6, &[0; 4])
        .note("a.bool", 7, &[1])
        .note("nested", 9, &nested)
        .note("llama.block_count", 10, &(1u64 << 40).to_le_bytes())
        .note("llama.attention.key_length", 11, &64i64.to_le_bytes())
        .note("a.f64", 12, &[0; 8])
        // Not of this architecture; a list, one number for each block; the architecture's name comes last.
        .number("clip.embedding_length", 7)
        .note("llama.attention.head_count_kv", 9, &list(4, 2, &[0; 8]))
        .text("general.architecture", "llama")
        .tensor("a", &[2], 0, 0)
        .file(8);
    let config = open_one(file).config.expect("a configuration");
    assert_eq!((config.hidden_size, config.num_hidden_layers), (Some(0x1234), Some(1 << 40)));
    assert_eq!(
        (config.head_dim, config.num_attention_heads, config.num_key_value_heads),
        (Some(64), None, None)
    );
}

#[test]
fn plain_types_and_alignment() {
    let mut file = Gguf::new()
        .number("general.alignment", 64)
        .tensor("f64", &[1], 28, 64)
        .tensor("i64", &[2, 1, 3], 27, 0)
        .tensor("bf16", &[3], 30, 128)
        .tensor("i8", &[0, 5], 24, 192)
        .tensor("f16", &[], 1, 192)
        .file(0);
    let start = file.len().next_multiple_of(64);
    file.resize(start + 194, 0);
    file[start + 64..][..8].copy_from_slice(&0.1f64.to_le_bytes());
    let checkpoint = open_one(file.clone());
    let tensor = |name: &str| checkpoint.tensors.iter().find(|tensor| tensor.name == name).expect(name);
    assert_eq!(read_values(&file, tensor("f64")), Ok(vec![0.1]));
    assert_eq!(tensor("i64").dtype, DType::Integer(IntegerType::I64));
    assert_eq!((&tensor("i64").shape[..], tensor("i64").storage.bytes), (&[3, 1, 2][..], 48));
    assert_eq!((tensor("bf16").dtype, &tensor("f16").shape[..]), (DType::BF16, &[][..]));
    assert_eq!((tensor("i8").elements(), tensor("f16").storage.offset), (0, start as u64 + 192));
}

#[test]
fn types_that_are_not_read_are_skipped_and_their_places_still_checked() {
    // IQ2_XXS: 66 bytes for 256 elements.
    let file =
        |next: u64| Gguf::new().tensor("a", &[256], 16, 0).tensor("b", &[1], 0, next).file(next as usize + 4);
    let checkpoint = open_one(file(96));
    assert_eq!(checkpoint.skipped[0].reason, "type IQ2_XXS, which is not read");
    assert_eq!(checkpoint.skipped[0].tensors, ["a"]);
    assert_eq!((checkpoint.tensors.len(), checkpoint.warnings[0].code.as_str()), (1, "unknown-type"));
    let wrong = file(128);
    let inputs = [Input::new("x.gguf", &wrong)];
    let error = open(&collect(&inputs).candidates[0], &inputs).expect_err("a gap");
    assert_eq!(error.code(), "offsets-not-contiguous");
}

#[test]
fn types_without_a_known_size_take_the_place_up_to_the_next() {
    let file = Gguf::new()
        .tensor("a", &[2], 0, 0)
        .tensor("b", &[100], 99, 32)
        .tensor("c", &[2], 0, 320)
        .tensor("d", &[100], 9, 352)
        .file(1000);
    let checkpoint = open_one(file);
    let reasons: Vec<&str> = checkpoint.skipped.iter().map(|record| record.reason.as_str()).collect();
    assert_eq!(reasons, ["type Q8_1, which is not read", "type number 99, which is not read"]);
    assert_eq!(checkpoint.tensors.len(), 2);
}

#[test]
fn a_split_model_is_one_checkpoint() {
    let part = |number: u32, name: &str| {
        let part = Gguf::new().number("split.no", number).number("split.count", 3);
        let part = if number == 0 {
            part.text("general.architecture", "llama").number("llama.block_count", 2)
        } else {
            part
        };
        part.tensor(name, &[2, 3], 0, 0).file(24)
    };
    let names = ["token_embd.weight", "blk.0.ffn_up.weight", "blk.1.ffn_up.weight"];
    let files: Vec<(String, Vec<u8>)> = (0..3)
        .map(|number| (format!("m-{:05}-of-00003.gguf", number + 1), part(number, names[number as usize])))
        .collect();
    let mut files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let checkpoint = open_all(&files);
    assert_eq!((checkpoint.name.as_str(), checkpoint.files.len()), ("m", 3));
    let found: Vec<&str> = checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(found, ["blk.0.ffn_up.weight", "blk.1.ffn_up.weight", "token_embd.weight"]);
    assert_eq!(checkpoint.config.expect("of the first part").num_hidden_layers, Some(2));
    assert_eq!(checkpoint.warnings, []);

    files.remove(1);
    let checkpoint = open_all(&files);
    assert_eq!(checkpoint.warnings[0].code, "missing-shard");
    assert!(checkpoint.warnings[0].text.contains("m-00002-of-00003.gguf"), "{}", checkpoint.warnings[0].text);
}

/// Byte 8 is the low byte of the number of tensors, and 123 is a brace: safetensors files have one in that place.
#[test]
fn a_brace_in_the_number_of_tensors_makes_no_other_format_of_it() {
    let names: Vec<String> = (0..123).map(|index| format!("blk.{index}.ffn_up.weight")).collect();
    let tensors = (0..).zip(&names);
    let file = tensors.fold(Gguf::new(), |file, (index, name)| file.tensor(name, &[8], 0, 32 * index));
    let bytes = file.file(123 * 32);
    assert_eq!(bytes[8], b'{');
    let checkpoint = open_one(bytes);
    assert_eq!((&*checkpoint.format, checkpoint.tensors.len()), ("GGUF", 123));
}
