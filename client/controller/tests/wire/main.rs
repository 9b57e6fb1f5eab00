//! The controller as others meet it: over HTTP and WebSocket, with real signatures, at a clock that the test moves.

mod nodes;
mod publishing;
mod sources;
mod world;
