//! The method and what is built on it: golden numbers, properties, and networks with known answers.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/schema.rs"]
mod schema;
#[path = "../support/untrained.rs"]
mod untrained;

mod altered;
mod architectures;
mod damage;
#[cfg(feature = "plot")]
mod demo;
mod families;
mod golden;
mod groups;
mod hops;
mod layers;
mod nulls;
mod properties;
mod sampling;
mod scores;
mod sensitivity;
mod series;
mod strips;
mod teach;
mod uncertainty;
mod validity;
mod wirings;
