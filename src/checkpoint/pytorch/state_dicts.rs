//! Finding the sets of weights in what a pickle holds, and choosing one of them.
//!
//! Files of training hold the weights somewhere among other things: as a mapping from names to tensors, as mappings of
//! mappings, as whole modules, as lists; beside averages of them and beside optimiser state. First all holders of
//! tensors are found; then those that belong together become a set.

use std::borrow::Cow;

use super::PyTorchProblem;
use super::globals;
use super::tensors::{Fault, Leaf, Storages};
use super::tree::{Node, NodeId, Object, Tree};
use crate::checkpoint::contents::RawType;
use crate::checkpoint::error::{Problem, short};
use crate::checkpoint::{MAX_NAME_BYTES, MAX_TENSORS, StateDict};
use crate::report::Warning;

/// Most holders inside each other.
const MAX_DEPTH: usize = 256;
/// Most bytes of all names and paths together: a pickle can give one long name to many tensors.
const MAX_NAMES_BYTES: usize = 16 << 20;
/// Most paths that an error lists.
const MAX_LISTED: usize = 8;
/// The name of a tensor that is all the file holds.
const LONE_TENSOR: &str = "tensor";

/// Keys under which training programs keep a whole set of weights.
const WRAPPERS: [&str; 18] = [
    "model",
    "model_state",
    "module",
    "modules",
    "net",
    "network",
    "params",
    "parameters",
    "weights",
    "generator",
    "discriminator",
    "student",
    "teacher",
    "actor",
    "critic",
    "policy",
    "model_dict",
    "net_dict",
];
/// Parts of keys that tell an average of weights over training.
const AVERAGES: [&str; 7] = ["ema", "swa", "avg", "average", "averaged", "shadow", "polyak"];
/// Parts of keys that tell the state of training.
const TRAINING: [&str; 4] = ["optim", "scheduler", "rng_state", "scaler"];
/// What optimisers keep for each parameter.
const MOMENTS: [&str; 5] = ["exp_avg", "exp_avg_sq", "momentum_buffer", "square_avg", "exp_inf"];
/// Where modules keep their parts; the names of tensors leave them out.
const MODULE_PARTS: [&str; 3] = ["_parameters", "_buffers", "_modules"];

/// The chosen set, and what else there is.
pub(super) struct Found {
    /// Names, and the values that are tensors.
    pub members: Vec<(String, NodeId)>,
    /// All sets, if there are several.
    pub state_dicts: Vec<StateDict>,
    pub warning: Option<Warning>,
}

/// Finds the sets and chooses the one at `wish`, or the model's own.
pub(super) fn find(tree: &Tree, storages: &Storages, wish: Option<&str>) -> Result<Found, Problem> {
    if storages.leaf(tree, tree.root).map_err(|fault| fault.of(LONE_TENSOR))?.is_some() {
        let members = vec![(LONE_TENSOR.to_owned(), tree.root)];
        return Ok(Found { members, state_dicts: Vec::new(), warning: None });
    }
    let holders = Search::new(tree, storages).run()?;
    let mut room = MAX_NAMES_BYTES;
    let sets = sets(tree, &holders, &mut room)?;
    let chosen = choose(&sets, wish)?;
    let members = members(tree, &holders, &sets[chosen], &mut room)?;
    let warning = wish.is_none().then(|| warning(&sets, chosen)).flatten();
    let state_dict = |(index, set): (usize, Set)| StateDict {
        path: set.path,
        tensors: set.tensors,
        parameters: set.parameters,
        chosen: index == chosen,
    };
    let several = sets.len() > 1;
    let state_dicts = sets.into_iter().enumerate().filter(|_| several).map(state_dict).collect();
    Ok(Found { members, state_dicts, warning })
}

/// Where a value lies in what holds it.
#[derive(Debug, Clone, Copy)]
enum Key {
    Named(NodeId),
    At(u64),
    /// The value belongs to its holder: its key is no part of names.
    Hidden,
}

impl Key {
    fn text<'t>(self, tree: &'t Tree) -> Cow<'t, str> {
        match self {
            Self::Named(id) => match (tree.text(id), tree.int(id)) {
                (Some(text), _) => text.into(),
                (_, Some(number)) => number.to_string().into(),
                // Neither text nor number: told apart by its place in the pickle.
                _ => format!("?{}", id.0).into(),
            },
            Self::At(index) => index.to_string().into(),
            Self::Hidden => "".into(),
        }
    }
}

/// A container or object that holds tensors, itself or deeper.
struct Holder {
    /// Index of the one around it; its own for the outermost.
    parent: usize,
    key: Key,
    /// A module, or a part of one.
    module: bool,
    tensors: Vec<(Key, NodeId)>,
    children: Vec<usize>,
    /// Whether one of its own tensors has a dot in its name, as in a flat state dict.
    dotted: bool,
    /// Whether one of its own tensors has several floating-point elements.
    weights: bool,
    /// Floating-point elements of its own tensors.
    parameters: u64,
}

/// A container on the way to the present value.
struct Frame {
    key: Key,
    module: bool,
    rest: std::vec::IntoIter<(Key, NodeId)>,
    holder: Option<usize>,
}

/// A walk over all containers, each once.
struct Search<'t> {
    tree: &'t Tree,
    storages: &'t Storages,
    seen: Vec<bool>,
    frames: Vec<Frame>,
    /// Every holder comes after the one around it.
    holders: Vec<Holder>,
    tensors: usize,
    optimiser: bool,
}

impl<'t> Search<'t> {
    fn new(tree: &'t Tree, storages: &'t Storages) -> Self {
        Self {
            tree,
            storages,
            seen: vec![false; tree.nodes.len()],
            frames: Vec::new(),
            holders: Vec::new(),
            tensors: 0,
            optimiser: false,
        }
    }

    fn run(mut self) -> Result<Vec<Holder>, Problem> {
        self.enter(Key::Hidden, self.tree.root, false)?;
        while let Some(frame) = self.frames.last_mut() {
            let module = frame.module;
            let Some((key, id)) = frame.rest.next() else {
                self.frames.pop();
                continue;
            };
            match self.storages.leaf(self.tree, id) {
                Ok(Some(leaf)) => self.add_tensor(key, id, &leaf)?,
                Ok(None) => self.enter(key, id, module)?,
                Err(fault) => return Err(self.fault(key, fault)),
            }
        }
        match self.holders.is_empty() {
            true if self.optimiser => Err(PyTorchProblem::OptimiserOnly.into()),
            true => Err(PyTorchProblem::NoTensors.into()),
            false => Ok(self.holders),
        }
    }

    /// Goes into a container that was not seen before, and is no state of training.
    fn enter(&mut self, key: Key, id: NodeId, module: bool) -> Result<(), Problem> {
        let tree = self.tree;
        let is_container = matches!(tree.node(id), Node::Sequence(_) | Node::Dict(_) | Node::Object(_));
        if !is_container || self.seen[id.0 as usize] {
            return Ok(());
        }
        if !module && is_training(&key.text(tree)) {
            // Another key may lead to the same values.
            self.optimiser |= !tree.is_empty(id);
            return Ok(());
        }
        self.seen[id.0 as usize] = true;
        let (children, is_module) = self.children(id);
        if is_optimiser(|| children.iter().map(|(key, _)| key.text(tree))) {
            self.optimiser = true;
            return Ok(());
        }
        if self.frames.len() == MAX_DEPTH {
            return Err(PyTorchProblem::TooDeep { limit: MAX_DEPTH as u64 }.into());
        }
        let module = module || is_module;
        self.frames.push(Frame { key, module, rest: children.into_iter(), holder: None });
        Ok(())
    }

    /// Whether the value was not seen before. What objects share, such as their arguments, belongs to the first of
    /// them: its items are taken once, however many objects refer to it.
    fn is_new(&mut self, id: NodeId) -> bool {
        !std::mem::replace(&mut self.seen[id.0 as usize], true)
    }

    /// The values in a container, and whether it is a module.
    fn children(&mut self, id: NodeId) -> (Vec<(Key, NodeId)>, bool) {
        match self.tree.node(id) {
            Node::Sequence(items) => (numbered(items), false),
            Node::Dict(entries) => (named(entries), false),
            Node::Object(object) => self.parts(object),
            _ => (Vec::new(), false),
        }
    }

    /// What an object was to be made of: arguments, the entries of its state, items and entries.
    fn parts(&mut self, object: &Object) -> (Vec<(Key, NodeId)>, bool) {
        let tree = self.tree;
        let class = tree.global(object.callable).unwrap_or_default();
        let mut parts = if globals::is_mapping(class) {
            self.first_entries(object)
        } else {
            numbered(self.arguments(object))
        };
        let mut module = class.starts_with("__torch__.");
        for &state in &object.states {
            match tree.node(state) {
                // The entries count as the object's own.
                Node::Dict(entries) if self.is_new(state) => {
                    let is_part = |id| tree.text(id).is_some_and(|text| MODULE_PARTS.contains(&text));
                    let is_module = entries.iter().any(|&(key, _)| is_part(key));
                    let hide = |(key, value): &(NodeId, NodeId)| match is_module && is_part(*key) {
                        true => (Key::Hidden, *value),
                        false => (Key::Named(*key), *value),
                    };
                    parts.extend(entries.iter().map(hide));
                    module |= is_module;
                }
                _ => parts.push((Key::Hidden, state)),
            }
        }
        parts.extend(numbered(&object.items));
        parts.extend(named(&object.entries));
        (parts, module)
    }

    /// The items of the arguments, if these were not taken before.
    fn arguments(&mut self, object: &Object) -> &'t [NodeId] {
        match self.is_new(object.arguments) {
            true => self.tree.sequence(object.arguments).unwrap_or_default(),
            false => &[],
        }
    }

    /// The entries that a mapping was made with: another mapping, or a list of pairs.
    fn first_entries(&mut self, object: &Object) -> Vec<(Key, NodeId)> {
        let tree = self.tree;
        let pair = |&pair: &NodeId| match tree.sequence(pair) {
            Some(&[key, value]) => Some((Key::Named(key), value)),
            _ => None,
        };
        let mut entries = Vec::new();
        for &argument in self.arguments(object) {
            match tree.node(argument) {
                Node::Dict(inner) if self.is_new(argument) => entries.extend(named(inner)),
                Node::Sequence(pairs) if self.is_new(argument) => {
                    entries.extend(pairs.iter().filter_map(pair));
                }
                _ => entries.push((Key::Hidden, argument)),
            }
        }
        entries
    }

    fn add_tensor(&mut self, key: Key, id: NodeId, leaf: &Leaf) -> Result<(), Problem> {
        let name = key.text(self.tree);
        let in_module = self.frames.last().is_some_and(|frame| frame.module);
        if !in_module && name.contains("rng_state") && !name.contains('.') {
            return Ok(());
        }
        self.tensors += 1;
        if self.tensors > MAX_TENSORS {
            return Err(Problem::TooManyTensors { limit: MAX_TENSORS as u64 });
        }
        let parameters = parameters(leaf);
        let at = self.holder();
        let holder = &mut self.holders[at];
        holder.tensors.push((key, id));
        holder.dotted |= name.contains('.');
        holder.weights |= parameters > 1;
        holder.parameters = holder.parameters.saturating_add(parameters);
        Ok(())
    }

    /// The holder of the innermost frame; those that are missing on the way to it are made.
    fn holder(&mut self) -> usize {
        let mut parent = 0;
        for frame in &mut self.frames {
            parent = *frame.holder.get_or_insert_with(|| {
                let at = self.holders.len();
                self.holders.push(Holder {
                    parent,
                    key: frame.key,
                    module: frame.module,
                    tensors: Vec::new(),
                    children: Vec::new(),
                    dotted: false,
                    weights: false,
                    parameters: 0,
                });
                if at != parent {
                    self.holders[parent].children.push(at);
                }
                at
            });
        }
        parent
    }

    fn fault(&self, key: Key, fault: Fault) -> Problem {
        let keys = self.frames.iter().map(|frame| frame.key).chain([key]);
        let pieces = keys.map(|key| short(&key.text(self.tree))).filter(|piece| !piece.is_empty());
        fault.of(&pieces.collect::<Vec<_>>().join("."))
    }
}

fn numbered(items: &[NodeId]) -> Vec<(Key, NodeId)> {
    (0..).zip(items).map(|(index, &id)| (Key::At(index), id)).collect()
}

fn named(entries: &[(NodeId, NodeId)]) -> Vec<(Key, NodeId)> {
    entries.iter().map(|&(key, value)| (Key::Named(key), value)).collect()
}

/// Floating-point elements; 0 where the type is another or not read.
fn parameters(leaf: &Leaf) -> u64 {
    match leaf {
        Leaf::Tensor(tensor) => match tensor.element.dtype {
            RawType::Known(dtype) if dtype.is_float() => tensor.elements().unwrap_or(u64::MAX),
            _ => 0,
        },
        Leaf::Unread(_) => 0,
    }
}

/// Keys of optimisers, schedulers and the like; a dot makes it a tensor's or module's name.
fn is_training(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    !key.contains('.') && (TRAINING.iter().any(|part| key.contains(part)) || key == "amp")
}

/// The state of an optimiser, or what it keeps of one parameter.
fn is_optimiser<'t, N: Iterator<Item = Cow<'t, str>>>(names: impl Fn() -> N) -> bool {
    let has = |wanted: &str| names().any(|name| name == wanted);
    (has("state") && has("param_groups")) || names().any(|name| MOMENTS.contains(&name.as_ref()))
}

/// Holders that belong together.
#[derive(Debug, PartialEq)]
struct Set {
    path: String,
    root: usize,
    /// With all that the root holds deeper, or only its own tensors.
    deep: bool,
    tensors: u64,
    parameters: u64,
    weights: bool,
}

/// Cuts the holders into sets.
fn sets(tree: &Tree, holders: &[Holder], room: &mut usize) -> Result<Vec<Set>, Problem> {
    let plain = plain_trees(tree, holders);
    let wraps = |at: usize| is_wrapper(&holders[at].key.text(tree));
    let mut sets = Vec::new();
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        let holder = &holders[at];
        let parts = holder.children.iter().any(|&child| wraps(child));
        let deep = holder.module || (!parts && (holder.weights || wraps(at) || plain[at]));
        if deep || !holder.tensors.is_empty() {
            sets.push(set(tree, holders, at, deep, room)?);
        }
        if !deep {
            open.extend(holder.children.iter().rev());
        }
    }
    // Counters and the like beside the weights are no set of them.
    if sets.iter().any(|set| set.weights) {
        sets.retain(|set| set.weights);
    }
    Ok(sets)
}

/// Which holders are mappings of mappings without a dot in any name: a tree of modules, written as data.
fn plain_trees(tree: &Tree, holders: &[Holder]) -> Vec<bool> {
    let mut plain: Vec<bool> = holders.iter().map(|holder| !holder.dotted && !holder.module).collect();
    for at in (1..holders.len()).rev() {
        let inner = plain[at] && !is_wrapper(&holders[at].key.text(tree));
        plain[holders[at].parent] &= inner;
    }
    plain
}

fn set(tree: &Tree, holders: &[Holder], root: usize, deep: bool, room: &mut usize) -> Result<Set, Problem> {
    let mut set =
        Set { path: prefix(tree, holders, root, 0), root, deep, tensors: 0, parameters: 0, weights: false };
    take(room, set.path.len())?;
    for at in inside(holders, root, deep) {
        let holder = &holders[at];
        set.tensors += holder.tensors.len() as u64;
        set.parameters = set.parameters.saturating_add(holder.parameters);
        set.weights |= holder.weights;
    }
    Ok(set)
}

/// The holders of a set, in the order of the file.
fn inside(holders: &[Holder], root: usize, deep: bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        found.push(at);
        if deep {
            open.extend(holders[at].children.iter().rev());
        }
    }
    found
}

/// Keys from below `root` down to `at`, with dots between them.
fn prefix(tree: &Tree, holders: &[Holder], at: usize, root: usize) -> String {
    let mut keys = Vec::new();
    let mut at = at;
    while at != root {
        keys.push(holders[at].key.text(tree));
        at = holders[at].parent;
    }
    let pieces: Vec<_> = keys.into_iter().rev().filter(|piece| !piece.is_empty()).collect();
    pieces.join(".")
}

/// Names and values of the tensors of a set.
fn members(
    tree: &Tree,
    holders: &[Holder],
    set: &Set,
    room: &mut usize,
) -> Result<Vec<(String, NodeId)>, Problem> {
    let mut members = Vec::new();
    let with_tensors = |at: &usize| !holders[*at].tensors.is_empty();
    for at in inside(holders, set.root, set.deep).into_iter().filter(with_tensors) {
        let prefix = prefix(tree, holders, at, set.root);
        for &(key, id) in &holders[at].tensors {
            let key = key.text(tree);
            let dot = if prefix.is_empty() || key.is_empty() { "" } else { "." };
            let bytes = prefix.len() + dot.len() + key.len();
            take(room, bytes)?;
            let name = [&prefix, dot, &key].concat();
            if bytes > MAX_NAME_BYTES {
                let (tensor, limit) = (short(&name), MAX_NAME_BYTES as u64);
                return Err(Problem::NameTooLong { tensor, bytes: bytes as u64, limit });
            }
            members.push((name, id));
        }
    }
    Ok(members)
}

fn take(room: &mut usize, bytes: usize) -> Result<(), Problem> {
    match room.checked_sub(bytes) {
        Some(rest) => {
            *room = rest;
            Ok(())
        }
        None => Err(PyTorchProblem::NamesTooLong { limit: MAX_NAMES_BYTES as u64 }.into()),
    }
}

fn is_wrapper(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    WRAPPERS.contains(&key.as_str()) || key.ends_with("state_dict") || is_average(&key)
}

fn is_average(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| AVERAGES.contains(&part))
}

/// The set at `wish`; else the model's own before averages of it, and the largest of these.
fn choose(sets: &[Set], wish: Option<&str>) -> Result<usize, Problem> {
    let chosen = match wish {
        Some(path) => sets.iter().position(|set| set.path == path),
        // Of equal ones the first.
        None => (0..sets.len())
            .rev()
            .max_by_key(|&at| (!is_average(&sets[at].path), sets[at].weights, sets[at].parameters)),
    };
    chosen.ok_or_else(|| {
        let path = short(wish.unwrap_or_default());
        PyTorchProblem::NoStateDict { path, known: listed(sets.iter()) }.into()
    })
}

/// Where the choice was between several sets that are no averages, the user should know of it.
fn warning(sets: &[Set], chosen: usize) -> Option<Warning> {
    let mut others = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        if at != chosen && !is_average(&set.path) {
            others.push(set);
        }
    }
    let text = || {
        let chosen = listed([&sets[chosen]].into_iter());
        format!(
            "The file holds several state dicts. {chosen} is read, not {}.",
            listed(others.iter().copied())
        )
    };
    (!others.is_empty()).then(|| Warning::new("several-state-dicts", text()))
}

/// Paths in quotation marks.
fn listed<'s>(sets: impl ExactSizeIterator<Item = &'s Set>) -> String {
    let more = sets.len().saturating_sub(MAX_LISTED);
    let named: Vec<String> = sets.take(MAX_LISTED).map(|set| format!("“{}”", short(&set.path))).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", named.join(", "))
}
