//! From descriptions of tensors in a pickle to ranges of the file.

use std::collections::HashMap;

use super::PyTorchProblem;
use super::globals::{self, Element, Rebuild};
use super::tree::{Node, NodeId, Tree};
use crate::checkpoint::contents::{self, RawTensor};
use crate::checkpoint::error::{Problem, short};
use crate::checkpoint::{Encoding, MAX_AXES, Storage, View};

/// Parameters of parameters and the like; more is no data.
const MAX_WRAPPINGS: usize = 8;

/// A storage in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// First stored byte.
    pub offset: u64,
    /// Stored bytes; they lie inside the file.
    pub stored: u64,
    /// Bytes of the elements: `stored`, unless these are compressed.
    pub bytes: u64,
    pub deflated: bool,
}

/// The storages that a container has.
#[derive(Debug, Default)]
pub(super) struct Storages {
    pub by_key: HashMap<String, Placed>,
    /// Tensors that the container itself describes (tar); the pickle refers to them by these keys.
    pub tensors: HashMap<String, Tensor>,
}

/// The part of a storage that a tensor looks at, by what the pickle says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoragePart {
    pub key: String,
    pub element: Element,
    /// Bytes of the whole storage.
    pub whole: u64,
    /// Bytes of the whole before the part.
    pub before: u64,
    /// Bytes of the part.
    pub bytes: u64,
}

/// A tensor, by what the pickle says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub storage: StoragePart,
    pub element: Element,
    /// Index of the first element in the part.
    pub first: u64,
    pub shape: Vec<u64>,
    pub strides: Vec<u64>,
}

/// A value that is a tensor.
pub(super) enum Leaf {
    Tensor(Tensor),
    /// Of a kind that is not read: why.
    Unread(String),
}

/// What is wrong with the description of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Broken(&'static str),
    Axes(u64),
}

impl Fault {
    /// The problem of the tensor of this name.
    pub fn of(self, tensor: &str) -> Problem {
        let tensor = short(tensor);
        match self {
            Self::Broken(reason) => PyTorchProblem::BrokenTensor { tensor, reason }.into(),
            Self::Axes(axes) => Problem::TooManyAxes { tensor, axes, limit: MAX_AXES as u64 },
        }
    }
}

impl Tensor {
    /// `None` beyond 64 bits.
    pub fn elements(&self) -> Option<u64> {
        self.shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size))
    }

    /// Whether the elements follow each other, the last axis fastest. Axes of one element have no neighbours.
    fn is_contiguous(&self) -> bool {
        let mut expected = 1u128;
        self.shape.iter().zip(&self.strides).rev().all(|(&size, &stride)| {
            let fits = size == 1 || u128::from(stride) == expected;
            expected = expected.saturating_mul(size.into());
            fits
        })
    }

    /// Index of the last element in the part; there is one.
    fn last(&self) -> u128 {
        let axes = self.shape.iter().zip(&self.strides);
        let last = axes.map(|(&size, &stride)| u128::from(size.saturating_sub(1)) * u128::from(stride));
        last.fold(self.first.into(), u128::saturating_add)
    }

    fn repeats_elements(&self, elements: u64, capacity: u64) -> bool {
        elements > capacity
            || self.shape.iter().zip(&self.strides).any(|(&size, &stride)| size > 1 && stride == 0)
    }
}

impl Storages {
    /// What the value says of a tensor; `None` where it is something else.
    pub fn leaf(&self, tree: &Tree, id: NodeId) -> Result<Option<Leaf>, Fault> {
        let mut id = id;
        for _ in 0..MAX_WRAPPINGS {
            if let Node::Persistent(key) = *tree.node(id) {
                return Ok(self.own_tensor(tree, key));
            }
            let Some((mut name, mut arguments)) = tree.call(id) else { return Ok(None) };
            if globals::rebuild(name) == Some(Rebuild::FromType) {
                let inner = (
                    argument(tree, arguments, 0, Tree::global),
                    argument(tree, arguments, 2, Tree::sequence),
                );
                let (Some(function), Some(inner)) = inner else {
                    return Err(Fault::Broken("its function or arguments are missing"));
                };
                (name, arguments) = (function, inner);
            }
            id = match globals::rebuild(name) {
                None => return Ok(None),
                Some(Rebuild::Tensor) => return described(tree, arguments, None).map(Some),
                Some(Rebuild::TypedTensor) => {
                    let Some(dtype) = argument(tree, arguments, 6, Tree::global) else {
                        return Err(Fault::Broken("its type is missing"));
                    };
                    let Some(element) = globals::dtype(dtype) else { return Ok(Some(unread_type(dtype))) };
                    return described(tree, arguments, Some(element)).map(Some);
                }
                Some(Rebuild::Parameter) => match arguments.first() {
                    Some(&id) => id,
                    None => return Ok(None),
                },
                Some(Rebuild::Unread(reason)) => return Ok(Some(Leaf::Unread(reason.to_owned()))),
                Some(Rebuild::FromType) => break,
            };
        }
        Err(Fault::Broken("it is wrapped too often"))
    }

    fn own_tensor(&self, tree: &Tree, key: NodeId) -> Option<Leaf> {
        let key = tree.text(key).map(str::to_owned).or_else(|| tree.int(key).map(|key| key.to_string()))?;
        self.tensors.get(&key).cloned().map(Leaf::Tensor)
    }

    /// The tensor as a range of the file, or why it cannot be one.
    pub fn place(&self, tensor: Tensor, name: &str) -> Result<Result<RawTensor, &'static str>, Problem> {
        let placed = self.placed(&tensor, name)?;
        let width = tensor.element.bytes;
        let capacity = tensor.storage.bytes / width;
        let Some(elements) = tensor.elements() else {
            return Err(Problem::SizeOverflow { tensor: short(name) });
        };
        let (offset, bytes) = (placed.offset, placed.stored);
        if elements == 0 {
            let shape = tensor.shape;
            return Ok(Ok(RawTensor::plain(name.to_owned(), tensor.element.dtype, shape, offset, 0)));
        }
        let last = match u64::try_from(tensor.last()) {
            Ok(last) if last < capacity => last,
            _ => {
                let (tensor, element) = (short(name), tensor.last());
                return Err(PyTorchProblem::OutsideStorage { tensor, element, elements: capacity }.into());
            }
        };
        let contiguous = tensor.is_contiguous();
        if !contiguous && tensor.repeats_elements(elements, capacity) {
            return Ok(Err("an expanded tensor, which repeats its elements"));
        }
        if !contiguous && placed.deflated {
            return Ok(Err("a strided tensor in a compressed archive, which is not read"));
        }
        // The first and the last element lie inside the storage, and so do their bytes.
        let before = tensor.storage.before + tensor.first * width;
        let length = (last - tensor.first + 1) * width;
        let storage = match placed.deflated {
            true => {
                Storage { offset, bytes, encoding: Encoding::Deflated { skip: before, length }, view: None }
            }
            false => Storage { view: tensor.view(contiguous), ..Storage::plain(offset + before, length) },
        };
        let Tensor { element: Element { dtype, .. }, shape, .. } = tensor;
        Ok(Ok(RawTensor { name: name.to_owned(), dtype, shape, storage, external: None, usage: None }))
    }

    /// The storage of a tensor, which is as long as the pickle says.
    fn placed(&self, tensor: &Tensor, name: &str) -> Result<Placed, Problem> {
        let StoragePart { key, whole, before, bytes, .. } = &tensor.storage;
        let (whole, width) = (*whole, tensor.element.bytes);
        let Some(&placed) = self.by_key.get(key) else {
            return Err(PyTorchProblem::NoStorage { tensor: short(name), key: short(key) }.into());
        };
        if placed.bytes != whole {
            let (tensor, key, bytes) = (short(name), short(key), placed.bytes);
            return Err(PyTorchProblem::StorageSize { tensor, key, expected: whole, bytes }.into());
        }
        let end = u128::from(*before) + u128::from(*bytes);
        if end > whole.into() {
            let (tensor, element) = (short(name), end / u128::from(width));
            return Err(PyTorchProblem::OutsideStorage { tensor, element, elements: whole / width }.into());
        }
        Ok(placed)
    }
}

impl Tensor {
    /// The view of a storage that begins with the first element.
    fn view(&self, contiguous: bool) -> Option<View> {
        let axes = self.shape.iter().zip(&self.strides);
        let strides = axes.map(|(&size, &stride)| if size == 1 { 0 } else { stride });
        (!contiguous).then(|| View { first: 0, strides: strides.collect() })
    }
}

fn argument<'t, T: 't>(
    tree: &'t Tree,
    arguments: &[NodeId],
    index: usize,
    read: impl Fn(&'t Tree, NodeId) -> Option<T>,
) -> Option<T> {
    arguments.get(index).and_then(|&id| read(tree, id))
}

fn unread_type(name: &str) -> Leaf {
    Leaf::Unread(contents::unread_type(&short(name)))
}

/// Storage, offset, shape and strides. `element` is the type that the call gives; else it is the storage's.
fn described(tree: &Tree, arguments: &[NodeId], element: Option<Element>) -> Result<Leaf, Fault> {
    let storage = argument(tree, arguments, 0, |tree, id| match *tree.node(id) {
        Node::Persistent(key) => Some(key),
        _ => None,
    });
    let Some(storage) = storage else { return Err(Fault::Broken("its storage is missing")) };
    let storage = match storage_part(tree, storage)? {
        Ok(storage) => storage,
        Err(class) => return Ok(unread_type(class)),
    };
    let Some(first) = argument(tree, arguments, 1, Tree::unsigned) else {
        return Err(Fault::Broken("its offset is missing"));
    };
    let shape = argument(tree, arguments, 2, sizes).ok_or(Fault::Broken("its shape is missing"))?;
    let strides = argument(tree, arguments, 3, sizes).ok_or(Fault::Broken("its strides are missing"))?;
    if shape.len() > MAX_AXES {
        return Err(Fault::Axes(shape.len() as u64));
    }
    if shape.len() != strides.len() {
        return Err(Fault::Broken("it has more or fewer strides than axes"));
    }
    let metadata = arguments.get(if element.is_some() { 7 } else { 6 });
    let negated = metadata.and_then(|&id| tree.entry(id, "neg"));
    if negated.is_some_and(|id| matches!(tree.node(id), Node::Bool(true))) {
        return Ok(Leaf::Unread("a tensor stored with its signs reversed, which is not read".to_owned()));
    }
    let element = element.unwrap_or_else(|| storage.element.clone());
    Ok(Leaf::Tensor(Tensor { storage, element, first, shape, strides }))
}

/// Sizes or strides: a tuple, or a `torch.Size` made of one.
fn sizes(tree: &Tree, id: NodeId) -> Option<Vec<u64>> {
    let items = match tree.call(id) {
        Some(("torch.Size", arguments)) => tree.sequence(*arguments.first()?)?,
        _ => tree.sequence(id)?,
    };
    // Long lists are refused by their number; their items need not be kept.
    items.iter().take(MAX_AXES + 1).map(|&item| tree.unsigned(item)).collect()
}

/// What an identifier `('storage', class, key, location, elements, view)` says; the class where that is not known.
pub(super) fn storage_part(tree: &Tree, identifier: NodeId) -> Result<Result<StoragePart, &str>, Fault> {
    let items = tree.sequence(identifier).unwrap_or_default();
    if argument(tree, items, 0, Tree::text) != Some("storage") {
        return Err(Fault::Broken("its storage is none"));
    }
    let key = argument(tree, items, 2, Tree::text);
    let (Some(class), Some(key)) = (argument(tree, items, 1, Tree::global), key) else {
        return Err(Fault::Broken("its storage has no class or no key"));
    };
    let Some(element) = globals::storage_class(class) else { return Ok(Err(class)) };
    let elements = argument(tree, items, 4, Tree::unsigned);
    let Some(whole) = elements.and_then(|elements| elements.checked_mul(element.bytes)) else {
        return Err(Fault::Broken("its storage has no length"));
    };
    let view = argument(tree, items, 5, Tree::sequence);
    let (before, bytes) = match view {
        None => (0, whole),
        // Key, offset and length of the part.
        Some(view) => {
            let elements = |index| argument(tree, view, index, Tree::unsigned)?.checked_mul(element.bytes);
            match (elements(1), elements(2)) {
                (Some(before), Some(bytes)) => (before, bytes),
                _ => return Err(Fault::Broken("the part of its storage has no length")),
            }
        }
    };
    Ok(Ok(StoragePart { key: key.to_owned(), element, whole, before, bytes }))
}
