//! A matrix is the same network however it is stored: as rows or columns, as a convolution, split or stacked, viewed,
//! compressed or tagged.

use crate::common;

use neuromfa::analysis::{Analysis, Measured, NetworkKind, Options};
use neuromfa::checkpoint::{Checkpoint, DType, Encoding, FileInfo, Storage, TensorEntry, View};
use neuromfa::network::{Group, Matrix, Role, SampledGroup, Sampler, Wiring};
use neuromfa::report::SampleRecord;
use proptest::prelude::*;

/// The tensor's elements, in the order of its storage.
fn weights(count: usize) -> Vec<f32> {
    let weights = common::Weights::new(5);
    (0..count).map(|index| weights.at(0, index)).collect()
}

fn little_endian(weights: &[f32]) -> Vec<u8> {
    weights.iter().flat_map(|weight| weight.to_le_bytes()).collect()
}

fn checkpoint(file: &[u8], shape: &[u64], dtype: DType, storage: Storage) -> Checkpoint {
    let tensor =
        TensorEntry { name: "w".into(), dtype, shape: shape.to_vec(), file: 0, storage, usage: None };
    let info = FileInfo { name: "w".into(), bytes: file.len() as u64, identity: String::new(), input: 0 };
    Checkpoint {
        name: "test".into(),
        step: None,
        format: "test".into(),
        files: vec![info],
        tensors: vec![tensor],
        config: None,
        metadata: Default::default(),
        skipped: Vec::new(),
        warnings: Vec::new(),
        imports: Vec::new(),
        state_dicts: Vec::new(),
    }
}

fn wiring(matrix: Matrix) -> Wiring {
    let group = Group {
        name: "w".into(),
        role: Role::Other,
        stack: 0,
        block: None,
        neurons: matrix.neurons(),
        matrices: vec![matrix],
    };
    Wiring {
        architecture: "test".into(),
        guessed: false,
        edited: false,
        groups: vec![group],
        skipped: Vec::new(),
        warnings: Vec::new(),
        head_width: None,
    }
}

fn measure(file: &[u8], checkpoint: &Checkpoint, wiring: &Wiring, options: &Options) -> Measured {
    let mut analysis = Analysis::plan(checkpoint, wiring, options, u64::MAX).expect("a plan");
    for read in analysis.reads().to_vec() {
        let range = read.offset as usize..(read.offset + read.length) as usize;
        analysis.feed(&file[range]).expect("fed");
    }
    analysis.finish().ok().expect("complete")
}

/// The edges of every neuron, as a plain matrix `[neurons, edges]`; of a sample, those between sampled neurons.
fn edges(values: &[f64], matrix: &Matrix, sampled: Option<&SampledGroup>) -> Vec<Vec<f64>> {
    let mut edges = vec![Vec::new(); matrix.neurons() as usize];
    for element in 0..matrix.elements() {
        let (neuron, output) = matrix.edge(element);
        let taken = sampled.is_none_or(|group| group.outputs[0].contains(&output));
        if taken {
            edges[neuron as usize].push(values[(matrix.skip + element) as usize]);
        }
    }
    match sampled {
        None => edges,
        Some(group) => group.inputs.iter().map(|&input| edges[input as usize].clone()).collect(),
    }
}

/// The same edges in the plainest file: F64, `[inputs, outputs]`, padded with zeros, which are no edges.
fn plain(edges: &[Vec<f64>]) -> SampleRecord {
    let longest = edges.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let row = |edges: &Vec<f64>| {
        edges.iter().copied().chain(std::iter::repeat(0.0)).take(longest).collect::<Vec<_>>()
    };
    let file: Vec<u8> = edges.iter().flat_map(row).flat_map(f64::to_le_bytes).collect();
    let shape = [edges.len() as u64, longest as u64];
    let storage = Storage::plain(0, file.len() as u64);
    let matrix = Matrix::inputs_first(0, shape[0], shape[1]);
    let checkpoint = checkpoint(&file, &shape, DType::F64, storage);
    measure(&file, &checkpoint, &wiring(matrix), &Options::default()).record().samples.remove(0)
}

/// Both networks, the whole and a sample, against the plain form.
fn assert_same(file: &[u8], checkpoint: &Checkpoint, matrix: Matrix) {
    let values = neuromfa::checkpoint::read_values(&file, &checkpoint.tensors[0]).expect("decodable");
    let wiring = wiring(matrix);
    let whole = measure(file, checkpoint, &wiring, &Options::default()).record();
    assert_eq!(whole.samples[0], plain(&edges(&values, &matrix, None)), "{matrix:?}");

    let options =
        Options { network: NetworkKind::Sampled, samples: 2, layer_sample: 20, ..Options::default() };
    let record = measure(file, checkpoint, &wiring, &options).record();
    for (seed, sample) in (0..).zip(&record.samples) {
        let sampled = Sampler::new(seed, options.layer_sample).sample(&wiring).remove(0);
        let expected = plain(&edges(&values, &matrix, Some(&sampled)));
        assert_eq!(
            *sample,
            SampleRecord { seed: Some(u64::from(seed)), ..expected },
            "{matrix:?} sample {seed}"
        );
    }
}

fn matrices() -> impl Strategy<Value = Matrix> {
    let small = || 1_u64..5;
    let sizes = (
        0_u64..40,
        small(),
        prop_oneof![1_u64..3, 20_u64..60],
        1_u64..70,
        prop_oneof![1_u64..3, 20_u64..60],
        small(),
    );
    sizes.prop_map(|(skip, splits, before, inputs, after, positions)| Matrix {
        tensor: 0,
        skip,
        splits,
        before,
        inputs,
        after,
        positions,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_layout_is_the_same_network(matrix in matrices(), behind in 0_u64..30) {
        let count = matrix.skip + matrix.elements() + behind;
        let file = little_endian(&weights(count as usize));
        let checkpoint = checkpoint(&file, &[count], DType::F32, Storage::plain(0, file.len() as u64));
        assert_same(&file, &checkpoint, matrix);
    }

    #[test]
    fn every_view_is_the_same_network(
        matrix in matrices(),
        order in Just([0_usize, 1, 2]).prop_shuffle(),
        gaps in proptest::collection::vec(0_u64..3, 3),
        first in 0_u64..9,
    ) {
        // The tensor's axes are those of the matrix, stored in any order and with gaps between neighbours.
        let matrix = Matrix { skip: 0, ..matrix };
        let shape = [matrix.splits * matrix.before, matrix.inputs, matrix.tail()];
        let (mut strides, mut stride) = (vec![0; 3], 1);
        for axis in order {
            strides[axis] = stride * (1 + gaps[axis]);
            stride = strides[axis] * shape[axis];
        }
        let last: u64 = first + shape.iter().zip(&strides).map(|(size, stride)| (size - 1) * stride).sum::<u64>();
        prop_assume!(last < 400_000);
        let file = little_endian(&weights(last as usize + 1));
        let storage = Storage { view: Some(View { first, strides }), ..Storage::plain(0, file.len() as u64) };
        assert_same(&file, &checkpoint(&file, &shape, DType::F32, storage), matrix);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn parts_of_stacks_in_views_are_the_same_networks(
        shape in (1_u64..6, 1_u64..40, 1_u64..40),
        order in Just([0_usize, 1, 2]).prop_shuffle(),
        gaps in proptest::collection::vec(0_u64..3, 3),
        first in 0_u64..9,
        part in 0_u64..6,
        rows in 0_u64..40,
        inputs_first in any::<bool>(),
    ) {
        let shape = [shape.0, shape.1, shape.2];
        let (mut strides, mut stride) = (vec![0; 3], 1);
        for axis in order {
            strides[axis] = stride * (1 + gaps[axis]);
            stride = strides[axis] * shape[axis];
        }
        let last: u64 = first + shape.iter().zip(&strides).map(|(size, stride)| (size - 1) * stride).sum::<u64>();
        let file = little_endian(&weights(last as usize + 1));
        let storage = Storage { view: Some(View { first, strides }), ..Storage::plain(0, file.len() as u64) };
        let checkpoint = checkpoint(&file, &shape, DType::F32, storage);
        // A whole part of the stack, and the rows of one from some row on.
        for from in [0, rows % shape[1]] {
            let (rows, skip) = (shape[1] - from, (part % shape[0] * shape[1] + from) * shape[2]);
            let matrix = match inputs_first {
                true => Matrix::inputs_first(0, rows, shape[2]),
                false => Matrix::outputs_first(0, rows, shape[2]),
            };
            assert_same(&file, &checkpoint, Matrix { skip, ..matrix });
        }
    }
}

#[test]
fn one_expert_of_a_stack_in_a_view_is_read_alone() {
    let (experts, rows, columns) = (8, 30, 50);
    let each = rows * columns;
    let file = little_endian(&weights((experts * each) as usize));
    let bytes = |strides: &[u64], matrix: Matrix| -> u64 {
        let view = Some(View { first: 0, strides: strides.to_vec() });
        let storage = Storage { view, ..Storage::plain(0, file.len() as u64) };
        let checkpoint = checkpoint(&file, &[experts, rows, columns], DType::F32, storage);
        assert_same(&file, &checkpoint, matrix);
        let analysis = Analysis::plan(&checkpoint, &wiring(matrix), &Options::default(), 0).expect("a plan");
        analysis.reads().iter().map(|read| read.length).sum()
    };
    for expert in [0, 3, 7] {
        let whole = Matrix { skip: expert * each, ..Matrix::outputs_first(0, rows, columns) };
        let half = Matrix { skip: expert * each, ..Matrix::outputs_first(0, rows / 2, columns) };
        // As experts that were saved transposed, and as parts of a tensor that are as they were.
        for strides in [[each, 1, rows], [each, columns, 1]] {
            assert_eq!(bytes(&strides, whole), 4 * each);
            assert!(bytes(&strides, half) <= 4 * each);
        }
        // Experts that lie between one another cannot be told apart.
        assert!(bytes(&[columns, columns * experts, 1], whole) > 4 * 7 * each);
    }
}

#[test]
fn transposed_views_are_read_in_the_order_of_their_storage() {
    let file = little_endian(&weights(50 * 70 + 3));
    let view = View { first: 3, strides: vec![1, 50] };
    let storage = Storage { view: Some(view), ..Storage::plain(0, file.len() as u64) };
    let checkpoint = checkpoint(&file, &[50, 70], DType::F32, storage);
    assert_same(&file, &checkpoint, Matrix::outputs_first(0, 50, 70));
    assert_same(&file, &checkpoint, Matrix::inputs_first(0, 50, 70));
}

#[test]
fn matrices_of_several_reads_are_the_same_network() {
    // Rows, tails and a single neuron of more than a million elements.
    for matrix in [
        Matrix { positions: 21, ..Matrix::outputs_first(0, 2, 50_001) },
        Matrix::inputs_first(0, 2, 1_200_001),
        Matrix {
            splits: 2,
            before: 2,
            inputs: 130,
            after: 40,
            positions: 101,
            ..Matrix::outputs_first(0, 1, 1)
        },
    ] {
        let mut file = little_endian(&weights(5000));
        file = file.into_iter().cycle().take(4 * matrix.elements() as usize).collect();
        let storage = Storage::plain(0, file.len() as u64);
        let checkpoint = checkpoint(&file, &[matrix.elements()], DType::F32, storage);
        assert_same(&file, &checkpoint, matrix);
    }
}

#[test]
fn encodings_are_the_same_network() {
    let plain = little_endian(&weights(40 * 60));
    let header = [7; 33];
    let deflated = miniz_oxide::deflate::compress_to_vec(&[&header[..], &plain, &[1; 9]].concat(), 6);
    let tagged: Vec<u8> = plain.chunks(4).flat_map(|element| [&[0x25][..], element].concat()).collect();
    let length = plain.len() as u64;
    for (file, encoding) in [
        (deflated, Encoding::Deflated { skip: 33, length }),
        (tagged, Encoding::Tagged { tag_bytes: 1, element_bytes: 4 }),
    ] {
        let storage = Storage { offset: 0, bytes: file.len() as u64, encoding, view: None };
        for (shape, matrix) in [
            ([40, 60], Matrix::outputs_first(0, 40, 60)),
            ([40, 60], Matrix { skip: 600, ..Matrix::inputs_first(0, 30, 60) }),
        ] {
            assert_same(&file, &checkpoint(&file, &shape, DType::F32, storage.clone()), matrix);
        }
        // As NumPy writes a transposed array.
        let view = Some(View { first: 0, strides: vec![1, 40] });
        let storage = Storage { view, ..storage };
        let checkpoint = checkpoint(&file, &[40, 60], DType::F32, storage);
        assert_same(&file, &checkpoint, Matrix::outputs_first(0, 40, 60));
    }
}

#[test]
fn damaged_streams_end_the_analysis_with_an_error() {
    let plain = little_endian(&weights(40 * 60));
    let deflated = miniz_oxide::deflate::compress_to_vec(&plain, 6);
    let encoding = Encoding::Deflated { skip: 0, length: plain.len() as u64 };
    for (file, code) in [(&deflated[..deflated.len() / 2], "ends before"), (&[0xff; 100][..], "damaged")] {
        let storage = Storage { offset: 0, bytes: file.len() as u64, encoding, view: None };
        let checkpoint = checkpoint(file, &[40, 60], DType::F32, storage);
        let wiring = wiring(Matrix::outputs_first(0, 40, 60));
        let mut analysis = Analysis::plan(&checkpoint, &wiring, &Options::default(), 0).expect("a plan");
        let error = analysis.feed(file).expect_err("damaged");
        assert_eq!(error.code(), "damaged-data");
        assert!(error.to_string().contains(code), "{error}");
    }
}
