mod exclusions;
mod memory;
mod model;
mod roles;
mod sums;
pub(crate) mod world;
