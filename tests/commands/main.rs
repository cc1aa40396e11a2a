//! The command line, run as people run it.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/huge.rs"]
mod huge_file;
#[path = "../support/schema.rs"]
mod schema;

mod cli;
mod compare;
mod diff;
mod huge;
mod merge;
mod rivals;
mod scores;
mod sensitivity;
mod site;
mod web;
