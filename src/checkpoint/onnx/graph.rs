//! The walk through a model: tensors, and the nodes that use them.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use super::OnnxProblem;
use super::tensor::{Draft, Outcome, pair};
use super::wire::{Field, Fields};
use crate::checkpoint::contents::RawTensor;
use crate::checkpoint::error::Problem;
use crate::source::ReadAt;

/// Deepest nesting of graphs: bodies of conditions and loops.
const MAX_DEPTH: u64 = 16;
/// Most graphs, the model's own included.
const MAX_GRAPHS: usize = 4000;
/// Most nodes of [`OPERATORS`] in all graphs together.
const MAX_NODES: usize = 200_000;
/// Most tensors of all graphs together. They take more memory than an empty one takes in the file.
const MAX_TENSORS: usize = 100_000;
/// Inputs of a node that can be weights are among the first.
const USED_INPUTS: usize = 3;
/// How much of the model's notes is kept, keys and values together, in bytes. The rest is ignored.
const MAX_METADATA_BYTES: usize = 64 << 10;

/// Operators whose nodes say something about their weights, and those that hand weights on.
const OPERATORS: [&str; 15] = [
    "Attention",
    "Cast",
    "CastLike",
    "Conv",
    "ConvTranspose",
    "DequantizeLinear",
    "FusedConv",
    "FusedGemm",
    "FusedMatMul",
    "Gather",
    "Gemm",
    "Identity",
    "MatMul",
    "QuantizeLinear",
    "Transpose",
];

/// Everything that a model says of its tensors.
#[derive(Default)]
pub(super) struct Model {
    pub tensors: Vec<RawTensor>,
    /// For each tensor the graph that it belongs to, as an index into `graphs`.
    pub graph_of: Vec<usize>,
    /// Tensors that are not read, by the reason.
    pub skipped: BTreeMap<String, Vec<String>>,
    /// The model's own graph, then those inside it.
    pub graphs: Vec<Graph>,
    /// Those whose operator is one of [`OPERATORS`].
    pub nodes: Vec<Node>,
    pub metadata: BTreeMap<String, String>,
}

/// A graph, as far as it matters for names: nodes see the values of their own graph and of those around it.
pub(super) struct Graph {
    /// The graph around it, as an index among the graphs.
    pub outer: Option<usize>,
    /// Node and attribute that it is the body of; empty for the model's own.
    pub path: Rc<str>,
}

/// A node, as far as it matters for weights. Values have names; an input that is left out has an empty one.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The graph that it belongs to.
    pub graph: usize,
    pub operator: String,
    /// Name of the node: in exports from PyTorch the path of its module.
    pub name: String,
    /// The first inputs.
    pub inputs: Vec<String>,
    /// The first output.
    pub output: String,
    /// Attributes `transA` and `transB`.
    pub transposed: [bool; 2],
    /// Attribute `group`.
    pub groups: Option<u64>,
    /// Attribute `perm`.
    pub order: Option<Vec<u64>>,
}

/// A graph that is still to be walked.
struct Pending {
    range: Range<u64>,
    depth: u64,
    /// Index among the graphs.
    index: usize,
}

impl Model {
    /// Walks all graphs.
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self, Problem> {
        let mut model = Self::default();
        let mut room = MAX_METADATA_BYTES;
        let mut graph = None;
        let mut fields = Fields::new(source, 0..source.len());
        while let Some(field) = fields.next()? {
            match field.number {
                7 if graph.is_some() => {
                    return Err(OnnxProblem::Twice { what: "graph", byte: field.at }.into());
                }
                7 => graph = Some(field.bytes()?),
                14 => model.add_metadata(source, &field, &mut room),
                _ => {}
            }
        }
        let range = graph.ok_or(OnnxProblem::NoGraph)?;
        model.graphs.push(Graph { outer: None, path: Rc::from("") });
        let mut pending = VecDeque::from([Pending { range, depth: 0, index: 0 }]);
        while let Some(graph) = pending.pop_front() {
            model.read_graph(source, &graph, &mut pending)?;
        }
        Ok(model)
    }

    /// Keeps short notes; whatever else is there is no reason to refuse the weights.
    fn add_metadata(&mut self, source: &dyn ReadAt, field: &Field, room: &mut usize) {
        let Ok((key, value)) = pair(source, field) else { return };
        if let Some(rest) = room.checked_sub(key.len() + value.len()) {
            *room = rest;
            self.metadata.insert(key, value);
        }
    }

    fn read_graph(
        &mut self,
        source: &dyn ReadAt,
        graph: &Pending,
        pending: &mut VecDeque<Pending>,
    ) -> Result<(), Problem> {
        let mut fields = Fields::new(source, graph.range.clone());
        while let Some(field) = fields.next()? {
            match field.number {
                1 => self.read_node(source, field.bytes()?, graph, pending)?,
                5 => self.add_tensor(Draft::read(source, field.bytes()?)?, graph.index)?,
                15 => self.skip_sparse(source, field.bytes()?)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_node(
        &mut self,
        source: &dyn ReadAt,
        range: Range<u64>,
        graph: &Pending,
        pending: &mut VecDeque<Pending>,
    ) -> Result<(), Problem> {
        let (mut node, mut outputs) = (Node { graph: graph.index, ..Node::default() }, 0);
        let (mut bodies, mut constant) = (Vec::new(), None);
        let mut fields = Fields::new(source, range);
        while let Some(field) = fields.next()? {
            match field.number {
                1 if node.inputs.len() < USED_INPUTS => node.inputs.push(field.text(source)?),
                2 => {
                    if outputs == 0 {
                        node.output = field.text(source)?;
                    }
                    outputs += 1;
                }
                3 => node.name = field.text(source)?,
                4 => node.operator = field.text(source)?,
                5 => {
                    let attribute = Attribute::read(source, field.bytes()?)?;
                    match attribute.name.as_str() {
                        "value" => constant = attribute.tensor,
                        "transA" => node.transposed[0] = attribute.number == Some(1),
                        "transB" => node.transposed[1] = attribute.number == Some(1),
                        "group" => node.groups = attribute.number,
                        "perm" => node.order = Some(attribute.numbers),
                        _ => {}
                    }
                    if !attribute.graphs.is_empty() {
                        bodies.push((attribute.name, attribute.graphs));
                    }
                }
                _ => {}
            }
        }
        for (attribute, ranges) in bodies {
            self.add_bodies(&node, &attribute, ranges, graph, pending)?;
        }
        if let Some(range) = constant.filter(|_| node.operator == "Constant") {
            self.add_constant(Draft::read(source, range)?, &node)?;
        }
        if OPERATORS.contains(&node.operator.as_str()) {
            if self.nodes.len() == MAX_NODES {
                return Err(OnnxProblem::TooMany { what: "nodes", limit: MAX_NODES as u64 }.into());
            }
            self.nodes.push(node);
        }
        Ok(())
    }

    /// Graphs that are the bodies of a node.
    fn add_bodies(
        &mut self,
        node: &Node,
        attribute: &str,
        ranges: Vec<Range<u64>>,
        graph: &Pending,
        pending: &mut VecDeque<Pending>,
    ) -> Result<(), Problem> {
        let depth = graph.depth + 1;
        if depth > MAX_DEPTH {
            return Err(OnnxProblem::TooDeep { limit: MAX_DEPTH }.into());
        }
        let path: Rc<str> = match node.name.as_str() {
            // Unnamed nodes are told apart by the number of their graph.
            "" => format!("{}_{}.{attribute}", node.operator, self.graphs.len()).into(),
            name => format!("{name}.{attribute}").into(),
        };
        for range in ranges {
            if self.graphs.len() == MAX_GRAPHS {
                return Err(OnnxProblem::TooMany { what: "graphs", limit: MAX_GRAPHS as u64 }.into());
            }
            pending.push_back(Pending { range, depth, index: self.graphs.len() });
            self.graphs.push(Graph { outer: Some(graph.index), path: Rc::clone(&path) });
        }
        Ok(())
    }

    fn add_tensor(&mut self, draft: Draft, graph: usize) -> Result<(), Problem> {
        self.refuse_too_many()?;
        let name = draft.name.clone();
        match draft.into_outcome()? {
            Outcome::Read(tensor) => {
                self.tensors.push(tensor);
                self.graph_of.push(graph);
            }
            Outcome::Skipped(reason) => self.skipped.entry(reason).or_default().push(name),
        }
        Ok(())
    }

    fn refuse_too_many(&self) -> Result<(), Problem> {
        let skipped: usize = self.skipped.values().map(Vec::len).sum();
        let full = self.tensors.len() + skipped >= MAX_TENSORS;
        if full { Err(Problem::TooManyTensors { limit: MAX_TENSORS as u64 }) } else { Ok(()) }
    }

    /// Constants that are matrices may be weights; the many others are sizes, axes and factors of the graph's own.
    fn add_constant(&mut self, mut draft: Draft, node: &Node) -> Result<(), Problem> {
        if draft.rank() < 2 || !draft.is_float() {
            return Ok(());
        }
        draft.name.clone_from(&node.output);
        self.add_tensor(draft, node.graph)
    }

    fn skip_sparse(&mut self, source: &dyn ReadAt, range: Range<u64>) -> Result<(), Problem> {
        let mut fields = Fields::new(source, range);
        while let Some(field) = fields.next()? {
            // The tensor of its values has the name.
            if field.number == 1 {
                self.refuse_too_many()?;
                let name = Draft::read(source, field.bytes()?)?.name;
                self.skipped.entry("sparse tensors, which are not read".to_owned()).or_default().push(name);
            }
        }
        Ok(())
    }
}

/// An attribute of a node, as far as one is used here.
#[derive(Default)]
struct Attribute {
    name: String,
    number: Option<u64>,
    /// The first few.
    numbers: Vec<u64>,
    tensor: Option<Range<u64>>,
    graphs: Vec<Range<u64>>,
}

impl Attribute {
    fn read(source: &dyn ReadAt, range: Range<u64>) -> Result<Self, Problem> {
        /// Longest list of numbers that is used: the order of axes.
        const NUMBERS: usize = crate::checkpoint::MAX_AXES;
        let mut attribute = Self::default();
        let mut fields = Fields::new(source, range);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => attribute.name = field.text(source)?,
                3 => attribute.number = Some(field.number_value()?),
                5 => attribute.tensor = Some(field.bytes()?),
                6 | 11 if attribute.graphs.len() == MAX_GRAPHS => {
                    return Err(OnnxProblem::TooMany { what: "graphs", limit: MAX_GRAPHS as u64 }.into());
                }
                6 | 11 => attribute.graphs.push(field.bytes()?),
                8 => field.numbers(source, |number| {
                    if attribute.numbers.len() < NUMBERS {
                        attribute.numbers.push(number);
                    }
                })?,
                _ => {}
            }
        }
        Ok(attribute)
    }
}
