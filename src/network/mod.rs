//! NIN.
