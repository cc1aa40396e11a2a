//! Web.

#[cfg(feature = "view")]
mod canvas;
#[cfg(feature = "view")]
mod view;

#[cfg(feature = "view")]
pub use view::View;
