//! Checks of views: by the issuing verifier when Play Data comes in, and by every other verifier before it approves.
//!
//! Everything here is a function of its arguments. What is looked up, and when, is the callers' business.

pub(crate) mod body;
pub(crate) mod cell;
pub(crate) mod faults;
pub(crate) mod play_data;
pub(crate) mod receipts;
pub(crate) mod recent;
pub(crate) mod signatures;
