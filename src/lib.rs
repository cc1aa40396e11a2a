//! Neuron-based multifractal analysis (NeuroMFA) of neural-network weights.
//!
//! Data enters as bytes at the bottom and leaves as a drawing at the top; nothing below knows what is above it:
//! [`source`] and [`checkpoint`] turn files into named tensors, [`network`] turns tensors into groups of neurons,
//! [`multifractal`] turns groups into spectra and null models, `rivals` measures matrices by linear algebra alone,
//! [`damage`] harms weights on purpose, [`scores`] reads benchmark results, [`series`] puts checkpoints in order and beside
//! their scores, [`analysis`] drives all of it over bytes that the host feeds, [`report`] is the result document, and `plot`
//! draws that document.
//! [`remote`] turns what a user types into addresses of files on other sites. [`teach`] has examples with known answers.

// Kernels are fast in modules that are small.
#![cfg_attr(small, feature(optimize_attribute))]

pub mod analysis;
#[cfg(feature = "bench")]
pub mod bench;
pub mod checkpoint;
pub mod damage;
pub mod multifractal;
pub mod network;
#[cfg(feature = "plot")]
pub mod plot;
mod random;
pub mod remote;
pub mod report;
#[cfg(feature = "rivals")]
pub mod rivals;
pub mod scores;
pub mod series;
mod sorted;
pub mod source;
pub mod teach;
#[cfg(feature = "web")]
pub mod web;

/// Whether the build has more than a first analysis of a plain file needs. What asks for it costs nothing where it is
/// false: the compiler leaves the branch out, and all that only the branch calls.
pub(crate) const WHOLE: bool =
    !cfg!(feature = "first") || cfg!(any(feature = "cli", feature = "reader", feature = "engine"));
