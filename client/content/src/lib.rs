//! VideoCells: from any video that ffmpeg reads to encrypted cells and a manifest, and back to plaintext.
//!
//! ```text
//!  source file ──ffmpeg──► fragmented MP4 ──packager──► plain cells ──seal──► ciphertext cells + outboards
//!   (probe)     (a pipe)     (isobmff)      60 s each    (padded)    (keys)         │
//!                                                                                   ▼
//!  plaintext ◄──keys── verified groups ◄── (network) ◄──────────────────────── manifest, magnet
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`probe`] | what a source is, and plain refusals of what is not a video |
//! | [`rendition`] | the renditions that a source gets |
//! | [`publish`] | the resumable job from a source to cells and manifest |
//! | [`envelope`] | content keys, DownloadKeys, and the counter-mode layers under them |
//! | [`trees`] | plain and cipher trees, outboards |
//! | [`playable`] | what a player asks of a stranger's manifest |
//! | [`tracks`] | picture, sounds and texts of a rendition, and taking them apart |
//! | [`link`] | magnet links |
//!
//! Plaintext of a publication never touches the disk: ffmpeg writes to a pipe, and a cell is in memory until it is
//! sealed. Keys come from a verifier through [`publish::ContentKeys`] and are never written anywhere.

mod codecs;
mod encode;
pub mod envelope;
mod isobmff;
pub mod link;
mod packager;
pub mod playable;
pub mod probe;
mod process;
pub mod publish;
pub mod rendition;
pub mod tracks;
pub mod trees;
mod webvtt;

pub use envelope::{ContentKey, DownloadKey};
pub use link::MagnetLink;
pub use publish::{
    ContentKeys, LayerKind, LayerRequest, Progress, Publication, PublishError, PublishRequest,
    publish, publish_layer,
};
pub use rendition::RenditionSpec;
