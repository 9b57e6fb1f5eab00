mod advertising;
mod exclusions;
mod memory;
mod model;
mod roles;
mod sums;
mod sybils;
pub(crate) mod world;
