//! The player engine for programs in C: connect, open, read plaintext by range, report what is shown.
//!
//! ```text
//!  C program ── chainflix_read ──────► calls ──► guard ──► Playback (chainflix-client)
//!            ── chainflix_report ───►             │
//!            ◄── status, bytes, events ───────────┘ a panic becomes a status
//! ```
//!
//! The header is `include/chainflix_player.h`, `examples/play.c` a whole player without a screen. Buffers are the caller's;
//! handles are the only memory that crosses the border, and each has one function that frees it.

pub mod calls;
pub mod events;
pub mod guard;
pub mod handles;
pub mod status;
mod text;
pub mod video;
