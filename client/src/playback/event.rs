//! What a playback tells whoever listens.

use serde::Serialize;

/// Something that a viewer may want to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PlaybackEvent {
    /// A minute is being mined.
    MiningStarted {
        /// Which.
        cell: u16,
    },
    /// A verifier accepted a minute.
    ViewAccepted {
        /// Which.
        cell: u16,
    },
    /// A minute earns nothing.
    ViewRefused {
        /// Which.
        cell: u16,
        /// Name of the rule.
        reason: &'static str,
        /// One sentence.
        words: &'static str,
    },
    /// No verifier can be reached; it is tried again.
    WaitingForVerifier {
        /// Which minute waits.
        cell: u16,
    },
    /// A source was given up.
    SourceDropped {
        /// For which minute it was asked.
        cell: u16,
        /// Index of the provider.
        provider: u32,
        /// Why.
        why: String,
        /// Whether it sent bytes that are not the cell's.
        lied: bool,
    },
    /// Something does not work at the moment; it is tried again.
    Trouble {
        /// Which minute it concerns.
        cell: u16,
        /// Why.
        why: String,
    },
}
