//! Files of `torch.save`: zip archives, the stream before PyTorch 1.6, and the tar before that.
//!
//! All three hold a pickle that refers to storages, and storages. The pickle becomes an inert tree ([`pickle`],
//! [`tree`]); state dicts are found in it ([`state_dicts`]); their tensors are placed in the storages ([`tensors`])
//! that the container has ([`archive`], [`stream`], [`tar`]).

mod archive;
mod cursor;
mod globals;
mod pickle;
mod problem;
mod state_dicts;
mod stream;
mod tar;
mod tensors;
mod tree;

use std::collections::HashSet;
use std::ops::Range;

use self::tensors::{Leaf, Storages};
use self::tree::Tree;
use super::Import;
use super::contents::Contents;
use super::error::{Problem, short};
use super::zip::Archive;
use crate::source::ReadAt;

pub use self::problem::PyTorchProblem;

/// What the user asked for.
pub(super) type StateDictPath<'a> = Option<&'a str>;

/// A pickle stream, as PyTorch wrote before 1.6.
pub(super) fn read_stream(source: &dyn ReadAt, state_dict: StateDictPath<'_>) -> Result<Contents, Problem> {
    contents(stream::read(source)?, state_dict)
}

/// A tar archive, as PyTorch wrote in its first versions.
pub(super) fn read_tar(source: &dyn ReadAt, state_dict: StateDictPath<'_>) -> Result<Contents, Problem> {
    contents(tar::read(source)?, state_dict)
}

/// A zip archive, as PyTorch writes since 1.6.
pub(super) fn read_zip(
    source: &dyn ReadAt,
    archive: &Archive,
    state_dict: StateDictPath<'_>,
) -> Result<Contents, Problem> {
    contents(archive::read(source, archive)?, state_dict)
}

/// What a container holds.
struct Saved {
    tree: Tree,
    storages: Storages,
    /// Globals of pickles other than the tree's.
    more_imports: Vec<String>,
    header: Range<u64>,
}

fn contents(saved: Saved, state_dict: StateDictPath<'_>) -> Result<Contents, Problem> {
    let Saved { tree, storages, more_imports, header } = saved;
    let found = state_dicts::find(&tree, &storages, state_dict)?;
    let mut contents = Contents { header, state_dicts: found.state_dicts, ..Contents::default() };
    contents.warnings.extend(found.warning);
    let mut names = HashSet::new();
    for (name, id) in &found.members {
        if !names.insert(name.as_str()) {
            return Err(Problem::DuplicateTensor { tensor: short(name) });
        }
        let leaf = storages.leaf(&tree, *id).map_err(|fault| fault.of(name))?;
        let reason = match leaf {
            Some(Leaf::Tensor(tensor)) => match storages.place(tensor, name)? {
                Ok(tensor) => {
                    contents.tensors.push(tensor);
                    continue;
                }
                Err(reason) => reason.to_owned(),
            },
            Some(Leaf::Unread(reason)) => reason,
            None => continue,
        };
        contents.skipped.entry(reason).or_default().push(name.clone());
    }
    contents.imports = imports(tree.imports.iter().chain(&more_imports));
    Ok(contents)
}

fn imports<'a>(names: impl Iterator<Item = &'a String>) -> Vec<Import> {
    let import = |name: &String| Import { known: globals::is_known(name), name: name.clone() };
    let mut imports: Vec<Import> = names.map(import).collect();
    imports.sort();
    imports.dedup();
    imports
}
