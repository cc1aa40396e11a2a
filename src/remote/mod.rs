//! Checkpoints on other sites: from what a user types to the addresses of files. Asks nothing itself.
//!
//! A host, the command line or a worker of the page, does in turn: [`sources`] of what was typed; of each source
//! [`Source::listing`], which it fetches, and [`Source::files`], which reads the answer; then it reads the files in parts.
//! Whatever goes wrong is a [`RemoteError`], so that both say the same. Answers are untrusted, as files are: their lengths,
//! counts and names are bounded, and no name leads out of its folder.

mod address;
mod fault;
mod index_page;
mod lfs;
mod listing;
mod presets;
mod revisions;
mod url;

pub use address::{Source, is_address, sources};
pub use fault::{RemoteError, RemoteProblem};
pub use lfs::{LfsPointer, MAX_POINTER_BYTES, lfs_pointer};
pub use listing::{Listed, MAX_FILES, MAX_LISTING_BYTES, MAX_PAGES, RemoteFile, next_page};
pub use presets::{PYTHIA_STEPS, Preset, presets};
pub use revisions::{MAX_REVISIONS, revisions};
pub use url::{host_of, is_loopback, origin_of, redirected};
