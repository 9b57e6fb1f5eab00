//! The gateway: the web player and ordinary HLS on loopback, fed by the playback engine.
//!
//! ```text
//!  browser ── page ─────────────────────────► guard ──► page files
//!     │                                         │
//!     ├── open a video, account (token) ────────┼─────► api ──► Client
//!     │                                         │
//!     ├── playlists, fragments (session) ───────┼─────► media ──► Playback (plaintext by range)
//!     └── playhead, events (session) ───────────┴─────► api ──► Session
//! ```
//!
//! Others on this machine, and pages of other sites in the viewer's browser, get nothing:
//!
//! - it listens on loopback only, and answers to its own names only (DNS rebinding);
//! - it refuses what a page of another origin asks for;
//! - opening a video and reading the account take the **token**, which stands in the fragment of the address that is
//!   printed, so that it is in no request line and no log; the page sends it in a header;
//! - the video of the printed address is opened when its page is asked for, once, and closed soon unless somebody with the
//!   token wants it; nobody gets anything of it without;
//! - each opened video has a secret **session id** in its addresses, so that other players can show it too; several may be
//!   open side by side, up to a bound;
//! - there are no cookies, which browsers send to every port of the machine.

mod ads;
mod api;
mod failure;
pub mod guard;
mod media;
mod page;
mod panel;
mod parts;
pub mod playlist;
pub mod range;
mod secret;
mod server;
mod sessions;

pub use page::PageError;
pub use server::{Gateway, GatewayConfig, StartError, start};
