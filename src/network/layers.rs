//! Networks without blocks that are known: convolutions, plain layers, guesses.

use std::collections::HashSet;

use super::families::left_out;
use super::{Group, Matrix, Role};
use crate::checkpoint::{TensorEntry, Usage};
use crate::report::Warning;

/// Parts of names of layers whose order of names is not the order of the network.
const NOT_IN_SEQUENCE: &[&str] =
    &["attn", "attention", "transformer", "query", "qkv", "q_proj", "weight_ih", "weight_hh", "mixer"];
/// Parts of names that say of a kernel that it is transposed.
const TRANSPOSED: &[&str] = &["transpose", "deconv"];
/// Parts of names of kernels that may be transposed, where the sizes fit.
const MAYBE_TRANSPOSED: &[&str] = &["decode", "upconv", "upsample", "up.", "generator", "dec.", "dec_"];
/// Most axes of a kernel: outputs, inputs and three of positions.
const MOST_AXES: usize = 5;

/// Matrices in order of their names.
pub(super) struct Layers {
    pub(super) architecture: &'static str,
    pub(super) guessed: bool,
    pub(super) groups: Vec<Group>,
    pub(super) warnings: Vec<Warning>,
}

/// Every tensor that is a layer's weight, each a group of its own: kernels first, then linear layers; in plain order
/// of names where these tell of another structure.
pub(super) fn find(tensors: &[TensorEntry], may_be_weight: impl Fn(usize) -> bool) -> Layers {
    let graph = tensors.iter().any(|tensor| tensor.usage.is_some());
    let is_layer = |(index, tensor): &(usize, &TensorEntry)| {
        let named = if graph { tensor.usage.is_some() } else { is_named_weight(&tensor.name) };
        named
            && may_be_weight(*index)
            && (2..=MOST_AXES).contains(&tensor.shape.len())
            && reason(tensor).is_none()
    };
    let mut layers: Vec<(usize, &TensorEntry)> = tensors.iter().enumerate().filter(is_layer).collect();
    let in_sequence = !layers.iter().any(|(_, tensor)| contains(&tensor.name, NOT_IN_SEQUENCE));
    let convolutions = layers.iter().any(|(_, tensor)| is_kernel(tensor));
    if in_sequence {
        layers.sort_by_key(|(_, tensor)| !is_kernel(tensor));
    }
    let mut reader = Reader::new(&layers);
    let groups: Vec<Group> = (0..layers.len()).filter_map(|at| reader.group(at, in_sequence)).collect();
    let left = tensors.iter().any(|tensor| tensor.shape.len() == 2 && reason(tensor).is_some());
    let (architecture, known) = match (convolutions, in_sequence) {
        (true, true) => ("CNN", true),
        (false, true) if is_chain(&groups) && !left => ("MLP", true),
        _ => ("unknown", false),
    };
    let guessed = !known || reader.transposed.is_some();
    Layers { architecture, guessed, warnings: reader.warnings(), groups }
}

/// Whether a name says of its tensor that it is a weight.
pub(super) fn is_named_weight(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_recurrent = last.starts_with("weight_ih_l") || last.starts_with("weight_hh_l");
    name.ends_with("weight") || is_recurrent || is_flax_kernel(name)
}

/// Flax and Keras call weights kernels, and store them `[positions..., inputs, outputs]`: `params/Dense_0/kernel`,
/// `dense/kernel:0`.
fn is_flax_kernel(name: &str) -> bool {
    let name = name.strip_suffix(":0").unwrap_or(name);
    name.rsplit(['.', '/']).next() == Some("kernel")
}

/// Positions come before inputs here: as outputs, which gives each neuron the same edges.
fn flax_kernel(index: usize, shape: &[u64]) -> Option<Matrix> {
    let [positions @ .., inputs, outputs] = shape else { return None };
    Some(Matrix { before: positions.iter().product(), ..Matrix::inputs_first(index, *inputs, *outputs) })
}

/// Why a tensor is no layer, by its name. The first kernel of some networks is called an embedding.
fn reason(tensor: &TensorEntry) -> Option<&'static str> {
    let name = tensor.name.to_ascii_lowercase();
    left_out(&name, false).filter(|_| tensor.shape.len() != 4 || name.contains("patch_embed"))
}

fn contains(name: &str, parts: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    parts.iter().any(|part| name.contains(part))
}

fn is_kernel(tensor: &TensorEntry) -> bool {
    match tensor.usage {
        Some(Usage::Convolution { .. } | Usage::TransposedConvolution { .. }) => true,
        Some(_) => false,
        None => tensor.shape.len() > 2,
    }
}

/// Whether every layer takes what the one before gives: then shapes confirm the orientation.
fn is_chain(groups: &[Group]) -> bool {
    groups.len() > 1 && groups.windows(2).all(|pair| pair[0].outputs() == pair[1].neurons)
}

/// Reads one layer after another; what a kernel's shape means depends on the layer before.
struct Reader<'a> {
    previous: Option<u64>,
    layers: &'a [(usize, &'a TensorEntry)],
    /// Outputs of the kernels of each module.
    branches: HashSet<(&'a str, u64)>,
    /// Kernels whose groups of channels follow from the layer before.
    grouped: Vec<(&'a str, u64)>,
    /// The first kernel that is taken for a transposed one.
    transposed: Option<&'a str>,
    /// The first kernel, if it is depthwise.
    gray: Option<&'a str>,
    /// The first kernel whose positions come before its inputs.
    positions_first: Option<&'a str>,
}

impl<'a> Reader<'a> {
    fn new(layers: &'a [(usize, &'a TensorEntry)]) -> Self {
        let branches = layers.iter().map(|(_, tensor)| (module(&tensor.name), tensor.shape[0])).collect();
        Self {
            previous: None,
            layers,
            branches,
            grouped: Vec::new(),
            transposed: None,
            gray: None,
            positions_first: None,
        }
    }

    fn group(&mut self, at: usize, in_sequence: bool) -> Option<Group> {
        let (index, tensor) = self.layers[at];
        let matrix = match tensor.usage {
            Some(usage) => by_usage(index, tensor, usage)?,
            None if is_flax_kernel(&tensor.name) => {
                if tensor.shape.len() > 2 {
                    self.positions_first.get_or_insert(&tensor.name);
                }
                flax_kernel(index, &tensor.shape)?
            }
            None if tensor.shape.len() == 2 => Matrix::outputs_first(index, tensor.shape[0], tensor.shape[1]),
            None => self.kernel(at)?,
        };
        self.previous = Some(matrix.outputs());
        let role = match (is_kernel(tensor), in_sequence) {
            (true, _) => Role::Convolution,
            (false, true) => Role::Linear,
            (false, false) => Role::Other,
        };
        let (name, neurons) = (tensor.name.clone(), matrix.neurons());
        Some(Group { name, role, stack: 0, block: None, neurons, matrices: vec![matrix] })
    }

    fn kernel(&mut self, at: usize) -> Option<Matrix> {
        let (index, tensor) = self.layers[at];
        let (first, second) = (tensor.shape[0], tensor.shape[1]);
        if self.is_transposed(tensor) {
            self.transposed.get_or_insert(&tensor.name);
            return Matrix::transposed_convolution(index, &tensor.shape, 1);
        }
        let groups = match second {
            1 if first > 1 && self.previous != Some(1) => {
                if self.previous.is_none() {
                    self.gray = Some(&tensor.name);
                }
                first
            }
            _ => self.groups(at),
        };
        if groups > 1 && groups < first {
            self.grouped.push((&tensor.name, groups));
        }
        Matrix::convolution(index, &tensor.shape, groups)
    }

    /// Groups of channels: the layer before has so many times the inputs of the kernel. Kernels of one position
    /// (shortcuts) are not grouped, nor are those whose inputs another layer of the same module gives (branches).
    fn groups(&self, at: usize) -> u64 {
        let shape = &self.layers[at].1.shape;
        let (outputs, inputs) = (shape[0], shape[1]);
        let Some(previous) = self.previous else { return 1 };
        let groups = previous / inputs;
        let divides = previous % inputs == 0 && groups > 1 && outputs % groups == 0;
        let positions: u64 = shape[2..].iter().product();
        if divides && positions > 1 && !self.branches.contains(&(module(&self.layers[at].1.name), inputs)) {
            groups
        } else {
            1
        }
    }

    /// Shapes do not tell; names do, and the layer before may agree.
    fn is_transposed(&self, tensor: &TensorEntry) -> bool {
        let (first, second) = (tensor.shape[0], tensor.shape[1]);
        let fits = self.previous == Some(first) && self.previous != Some(second) && first > second;
        contains(&tensor.name, TRANSPOSED) || (fits && second > 1 && contains(&tensor.name, MAYBE_TRANSPOSED))
    }

    fn warnings(&self) -> Vec<Warning> {
        let warning = |code: &str, text: String| Warning::new(code, text);
        let grouped = self.grouped.first().map(|(name, groups)| {
            let count = self.grouped.len();
            let text = format!(
                "The groups of channels of {count} convolutions were guessed from the layers before; the first is \
                 {name} with {groups}."
            );
            warning("groups-guessed", text)
        });
        let transposed = self.transposed.map(|name| {
            let text = format!(
                "By its name, {name} was taken for a transposed convolution; its shape does not tell."
            );
            warning("transposed-guessed", text)
        });
        let gray = self.gray.map(|name| {
            let text = format!(
                "The first convolution, {name}, was read as one kernel for each channel. If its images have one \
                 channel only, change the wiring."
            );
            warning("depthwise-first", text)
        });
        let positions_first = self.positions_first.map(|name| {
            let text = format!(
                "The kernel {name} is stored with its positions first. The whole network is right; a sampled one draws \
                 positions together with outputs."
            );
            warning("positions-first", text)
        });
        [grouped, transposed, gray, positions_first].into_iter().flatten().collect()
    }
}

/// The name of the module that holds a layer: `layer1.0` for `layer1.0.conv2.weight`. A layer of the whole network is
/// alone in a module of its own.
fn module(name: &str) -> &str {
    let layer = name.rsplit_once('.').map_or(name, |(layer, _)| layer);
    layer.rsplit_once('.').map_or(name, |(module, _)| module)
}

/// A matrix as the graph uses it.
fn by_usage(index: usize, tensor: &TensorEntry, usage: Usage) -> Option<Matrix> {
    match (usage, tensor.shape.as_slice()) {
        (Usage::Convolution { groups }, shape) => Matrix::convolution(index, shape, groups),
        (Usage::TransposedConvolution { groups }, shape) => {
            Matrix::transposed_convolution(index, shape, groups)
        }
        (Usage::OutputsFirst, &[outputs, inputs]) => Some(Matrix::outputs_first(index, outputs, inputs)),
        (Usage::InputsFirst, &[inputs, outputs]) => Some(Matrix::inputs_first(index, inputs, outputs)),
        // A stack of matrices [stack, inputs, outputs]: each has neurons of its own.
        (Usage::InputsFirst, &[splits, inputs, outputs]) => {
            Some(Matrix { splits, ..Matrix::inputs_first(index, inputs, outputs) })
        }
        _ => None,
    }
}
