//! The controller as others meet it: over HTTP and WebSocket, with real signatures, at a clock that the test moves.

mod chain;
mod copies;
mod description;
mod following;
mod inventories;
mod migration;
mod nodes;
mod plays;
mod publishing;
mod senders;
mod sharing;
mod sources;
mod state;
mod world;
