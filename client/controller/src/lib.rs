//! The storage controller: knows storage nodes and what they hold, places new videos, names sources for viewers.
pub mod protocol;
