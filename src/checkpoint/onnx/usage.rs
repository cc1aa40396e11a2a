//! What the nodes say of tensors: which way round a matrix lies, and the names of those that have none.

use std::collections::{HashMap, HashSet};

use super::graph::{Model, Node};
use crate::checkpoint::Usage;
use crate::checkpoint::contents::RawTensor;

/// Longest chain of nodes between a weight and the node that uses it; cycles end here.
const MAX_CHAIN: usize = 16;

/// Gives every tensor its use, and a name to those that the exporter left without one.
pub(super) fn assign(model: &mut Model) {
    let values = Values::new(model);
    let mut uses: Vec<Uses<'_>> = model.tensors.iter().map(|_| Uses::default()).collect();
    for node in &model.nodes {
        for (role, slot) in values.roles(node) {
            if let Some(Origin { tensor, turned }) = values.origin(node, slot) {
                uses[tensor].add(role.usage(turned), node, slot);
            }
        }
    }
    let pairs = model.tensors.iter().zip(&uses);
    let found: Vec<_> = pairs.map(|(tensor, uses)| (uses.usage, uses.name(tensor))).collect();
    let mut names = Vec::new();
    for (tensor, (usage, name)) in model.tensors.iter_mut().zip(found) {
        tensor.usage = usage;
        names.push(name);
    }
    rename(&mut model.tensors, names);
    tell_apart(model);
}

/// Bodies of conditions may use one name for tensors of their own: those of the second are told by their place.
fn tell_apart(model: &mut Model) {
    let mut names = HashSet::new();
    for (tensor, &graph) in model.tensors.iter_mut().zip(&model.graph_of) {
        if graph > 0 && names.contains(&tensor.name) {
            tensor.name = format!("{}.{}", model.graphs[graph].path, tensor.name);
        }
        names.insert(tensor.name.clone());
    }
}

/// Derived names are taken only where no other tensor has them.
fn rename(tensors: &mut [RawTensor], names: Vec<Option<String>>) {
    let mut taken: HashSet<String> = tensors.iter().map(|tensor| tensor.name.clone()).collect();
    for (tensor, name) in tensors.iter_mut().zip(names) {
        if let Some(name) = name.filter(|name| taken.insert(name.clone())) {
            tensor.name = name;
        }
    }
}

/// Where values come from. Values are known by their graph and name.
struct Values<'a> {
    model: &'a Model,
    /// Index of the tensor of this name.
    tensors: HashMap<(usize, &'a str), usize>,
    /// The node that a value is the output of, if it hands its first input on.
    handed_on: HashMap<(usize, &'a str), &'a Node>,
}

/// A tensor that a value was made from.
struct Origin {
    tensor: usize,
    /// Whether the value has its last two axes swapped; `None` where its axes are in another order.
    turned: Option<bool>,
}

impl<'a> Values<'a> {
    fn new(model: &'a Model) -> Self {
        const HANDING_ON: [&str; 6] =
            ["Cast", "CastLike", "DequantizeLinear", "Identity", "QuantizeLinear", "Transpose"];
        let tensors = model.tensors.iter().zip(&model.graph_of).enumerate();
        let handing_on = model.nodes.iter().filter(|node| HANDING_ON.contains(&node.operator.as_str()));
        Self {
            model,
            tensors: tensors.map(|(at, (tensor, &graph))| ((graph, tensor.name.as_str()), at)).collect(),
            handed_on: handing_on.map(|node| ((node.graph, node.output.as_str()), node)).collect(),
        }
    }

    /// The tensor behind an input of a node, through nodes that hand it on.
    fn origin(&self, node: &'a Node, slot: usize) -> Option<Origin> {
        let (mut graph, mut value) = (node.graph, node.inputs.get(slot)?.as_str());
        let mut turns: Vec<&Node> = Vec::new();
        for _ in 0..MAX_CHAIN {
            match self.find(graph, value)? {
                Found::Tensor(tensor) => {
                    let is_matrix = self.model.tensors[tensor].shape.len() == 2;
                    let mut turned = turns.iter().map(|node| turns_matrix(node, is_matrix));
                    let turned = turned.try_fold(false, |turned, turn| Some(turned ^ turn?));
                    return Some(Origin { tensor, turned });
                }
                Found::Node(node) => {
                    (graph, value) = (node.graph, node.inputs.first()?);
                    if node.operator == "Transpose" {
                        turns.push(node);
                    }
                }
            }
        }
        None
    }

    /// What a value is: in its graph, or in the nearest one around it that has it.
    fn find(&self, graph: usize, value: &'a str) -> Option<Found<'a>> {
        let mut graph = Some(graph);
        while let Some(at) = graph {
            if let Some(&tensor) = self.tensors.get(&(at, value)) {
                return Some(Found::Tensor(tensor));
            }
            if let Some(&node) = self.handed_on.get(&(at, value)) {
                return Some(Found::Node(node));
            }
            graph = self.model.graphs[at].outer;
        }
        None
    }

    fn is_weight(&self, node: &'a Node, slot: usize) -> bool {
        self.origin(node, slot).is_some()
    }

    /// Inputs of a node that are weights, each with its role.
    fn roles(&self, node: &'a Node) -> Vec<(Role, usize)> {
        let weight = |slot| self.is_weight(node, slot);
        let mut roles = Vec::new();
        match node.operator.as_str() {
            "MatMul" | "FusedMatMul" | "Gemm" | "FusedGemm" => {
                // A product of two weights is no layer.
                match (weight(0), weight(1)) {
                    (false, true) => roles.push((Role::Right { transposed: node.transposed[1] }, 1)),
                    (true, false) => roles.push((Role::Left { transposed: node.transposed[0] }, 0)),
                    _ => {}
                }
                roles.extend(weight(2).then_some((Role::Bias, 2)));
            }
            "Attention" => roles.extend(weight(1).then_some((Role::Right { transposed: false }, 1))),
            "Conv" | "FusedConv" | "ConvTranspose" => {
                let groups = node.groups.unwrap_or(1);
                let transposed = node.operator == "ConvTranspose";
                roles.extend(weight(1).then_some((Role::Kernel { groups, transposed }, 1)));
                roles.extend(weight(2).then_some((Role::Bias, 2)));
            }
            "Gather" => roles.extend(weight(0).then_some((Role::Table, 0))),
            _ => {}
        }
        roles
    }
}

/// What has a value.
enum Found<'a> {
    Tensor(usize),
    Node(&'a Node),
}

/// Whether a node swaps the last two axes; `None` where it does something else.
fn turns_matrix(node: &Node, is_matrix: bool) -> Option<bool> {
    // Without an order all axes are reversed.
    let Some(order) = &node.order else { return is_matrix.then_some(true) };
    let axes = order.len() as u64;
    if order.iter().copied().eq(0..axes) {
        return Some(false);
    }
    let before = axes.checked_sub(2)?;
    let swapped = (0..before).chain([axes - 1, before]);
    order.iter().copied().eq(swapped).then_some(true)
}

/// What an input is for its node.
#[derive(Clone, Copy)]
enum Role {
    /// The left matrix of a product: `[outputs, inputs]`.
    Left {
        transposed: bool,
    },
    /// The right matrix of a product: `[inputs, outputs]`.
    Right {
        transposed: bool,
    },
    Kernel {
        groups: u64,
        transposed: bool,
    },
    Bias,
    /// Rows to be picked: an embedding.
    Table,
}

impl Role {
    /// `turned`: whether the tensor's last two axes were swapped on its way to the node.
    fn usage(self, turned: Option<bool>) -> Option<Usage> {
        let turned = turned?;
        let outputs_first = |yes| if yes { Usage::OutputsFirst } else { Usage::InputsFirst };
        match self {
            Self::Left { transposed } => Some(outputs_first(turned == transposed)),
            Self::Right { transposed } => Some(outputs_first(turned != transposed)),
            Self::Kernel { .. } if turned => None,
            Self::Kernel { groups, transposed: false } => Some(Usage::Convolution { groups }),
            Self::Kernel { groups, transposed: true } => Some(Usage::TransposedConvolution { groups }),
            Self::Bias | Self::Table => None,
        }
    }
}

/// Every use of one tensor.
#[derive(Default)]
struct Uses<'a> {
    /// The use, if all agree.
    usage: Option<Usage>,
    /// The first node, and the input that it takes the tensor as.
    first: Option<(&'a Node, usize)>,
}

impl<'a> Uses<'a> {
    fn add(&mut self, usage: Option<Usage>, node: &'a Node, slot: usize) {
        let agrees = self.first.is_none() || self.usage == usage;
        self.usage = usage.filter(|_| agrees);
        self.first = self.first.or(Some((node, slot)));
    }

    /// For a tensor without a name of its own that of its node: `/encoder/layer.0/query/MatMul` uses
    /// `encoder.layer.0.query.weight`.
    fn name(&self, tensor: &RawTensor) -> Option<String> {
        let (node, slot) = self.first.filter(|_| is_anonymous(&tensor.name))?;
        let what = if slot == 2 { "bias" } else { "weight" };
        module(&node.name).map(|module| format!("{module}.{what}"))
    }
}

/// Names that exporters invent.
fn is_anonymous(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.starts_with("onnx::")
        || name.starts_with('/')
        || digits(name)
        || name.strip_prefix("val_").is_some_and(digits)
}

/// The module that a node is a part of: its path without the operator. Children of a sequence repeat the name of the
/// sequence, as in `/layer1/layer1.0/conv1/Conv`.
fn module(node: &str) -> Option<String> {
    let (path, _operator) = node.strip_prefix('/')?.rsplit_once('/')?;
    let mut pieces: Vec<&str> = Vec::new();
    for piece in path.split('/') {
        let repeats = |last: &&str| piece.strip_prefix(*last).is_some_and(|rest| rest.starts_with('.'));
        if pieces.last().is_some_and(repeats) {
            pieces.pop();
        }
        pieces.push(piece);
    }
    Some(pieces.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_told_by_their_nodes() {
        for (node, expected) in [
            ("/encoder/layer.0/attention/self/query/MatMul", Some("encoder.layer.0.attention.self.query")),
            ("/layer1/layer1.0/conv1/Conv", Some("layer1.0.conv1")),
            ("/fc/Gemm", Some("fc")),
            ("/MatMul", None),
            ("MatMul_12", None),
            ("", None),
        ] {
            assert_eq!(module(node).as_deref(), expected, "{node}");
        }
    }

    #[test]
    fn invented_names_are_told_from_given_ones() {
        for name in ["onnx::MatMul_6", "123", "val_7", "/a/Constant_output_0"] {
            assert!(is_anonymous(name), "{name}");
        }
        for name in ["fc.weight", "val_a", "1a", "", "model.onnx::x"] {
            assert!(!is_anonymous(name), "{name}");
        }
    }
}
