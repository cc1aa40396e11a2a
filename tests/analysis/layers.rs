//! A choice of layers: read alone, or switched on kept histograms.

use crate::common;

use std::fs;
use std::path::Path;

use common::measure;
use neuromfa::analysis::{AnalysisError, NetworkKind, NullKind, Options};

fn weights() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/neox-tiny/step256.safetensors");
    fs::read(path).expect("golden data")
}

fn options(network: NetworkKind, layers: &[[u32; 2]]) -> Options {
    Options {
        network,
        layers: (!layers.is_empty()).then(|| layers.to_vec()),
        samples: 2,
        layer_sample: 24,
        null: vec![NullKind::Shuffle],
        null_samples: 3,
        ..Options::default()
    }
}

#[test]
fn layers_switched_on_kept_histograms_equal_layers_read_alone() {
    let file = weights();
    for network in [NetworkKind::Full, NetworkKind::Sampled] {
        let mut whole = measure("m.safetensors", &file, &options(network, &[]), u64::MAX);
        whole.compute_nulls(usize::MAX);
        let all = whole.record();
        assert_eq!(all.network.layers.len(), 12);
        for layers in [&[[0, 3]][..], &[[1, 1], [5, 6], [11, 11]], &[[11, 11]], &[[0, 11]]] {
            let options = options(network, layers);
            let mut alone = measure("m.safetensors", &file, &options, 0);
            assert_eq!(alone.compute_nulls(usize::MAX), 0);
            assert!(whole.redo(&options).expect("good options"));
            assert_eq!(whole.compute_nulls(usize::MAX), 0);
            assert_eq!(whole.record(), alone.record(), "{network:?} {layers:?}");
        }
        assert!(whole.redo(&options(network, &[])).expect("good options"));
        whole.compute_nulls(usize::MAX);
        assert_eq!(whole.record(), all, "and back");
    }
}

#[test]
fn layers_that_were_not_read_need_the_file() {
    let mut part = measure("m.safetensors", &weights(), &options(NetworkKind::Full, &[[2, 6]]), u64::MAX);
    let names: Vec<String> = part.record().network.layers.into_iter().map(|layer| layer.name).collect();
    assert_eq!(names.len(), 5);
    assert!(part.redo(&options(NetworkKind::Full, &[[3, 3], [5, 6]])).expect("good options"));
    let fewer: Vec<String> = part.record().network.layers.into_iter().map(|layer| layer.name).collect();
    assert_eq!(fewer, [&names[1..2], &names[3..]].concat());
    for layers in [&[][..], &[[0, 3]], &[[6, 7]]] {
        assert!(!part.redo(&options(NetworkKind::Full, layers)).expect("good options"), "{layers:?}");
    }
    assert_eq!(part.options().layers, Some(vec![[3, 3], [5, 6]]), "nothing changed");
    let beyond = part.redo(&options(NetworkKind::Full, &[[0, 12]]));
    assert_eq!(beyond, Err(AnalysisError::NoSuchLayer { layer: 12, layers: 12 }));
    assert!(part.redo(&options(NetworkKind::Full, &[[2, 6]])).expect("good options"), "all that were read");
}

#[test]
fn only_the_chosen_layers_are_read() {
    use neuromfa::analysis::Analysis;
    use neuromfa::checkpoint::{Input, collect, open};
    let file = weights();
    let inputs = [Input::new("m.safetensors", &file)];
    let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let wiring = neuromfa::network::recognise(&checkpoint).expect("a wiring");
    let plan = |layers| Analysis::plan(&checkpoint, &wiring, &options(NetworkKind::Full, layers), 0);
    let (some, all) = (plan(&[[3, 4]]).expect("a plan"), plan(&[]).expect("a plan"));
    let bytes = |plan: &Analysis| plan.reads().iter().map(|read| read.length).sum::<u64>();
    let tensors = wiring.groups[3..=4].iter().flat_map(|group| &group.matrices);
    let needed: u64 = tensors.map(|matrix| checkpoint.tensors[matrix.tensor].storage.bytes).sum();
    // Small tensors are read with what lies between them.
    assert!((needed..2 * needed).contains(&bytes(&some)), "{} of {needed}", bytes(&some));
    assert!(bytes(&all) > 4 * needed);
}
