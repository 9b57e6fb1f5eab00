//! The service against a small deterministic chain: real keys, real stores, real HPKE, the real API over loopback.

mod chain;
mod clock;
mod net;
mod network;
mod provider;
mod random;
mod rows;
mod video;
mod viewer;
mod villain;
