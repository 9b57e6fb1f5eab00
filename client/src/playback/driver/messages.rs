//! What the driver is told, and what it tells.

use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::SignedTicket;

use crate::mining::miner::{MiningEvent, Outcome};
use crate::mining::playhead::{Break, Snapshot};
use crate::mining::proof::{Proof, ProofInput};
use crate::playback::PlaybackEvent;
use crate::playback::ad::Turn;

/// What the driver is told.
pub(in crate::playback) enum Message {
    /// The player reports.
    Report {
        /// What.
        snapshot: Snapshot,
        /// When it came, on the playback's clock.
        at_ms: u64,
        /// When it came, in ms since the Unix epoch.
        unix_ms: u64,
    },
    /// Something was read for the player.
    Read {
        /// Of which rendition.
        rendition: u8,
        /// Of which cell.
        cell: u16,
        /// Whether it is the cell's beginning.
        from_start: bool,
    },
    /// These enhancements are on from now on.
    Layers(Vec<u32>),
    /// The player took a minute of an enhancement.
    LayerTaken {
        /// Which.
        enhancement: u32,
        /// Of which minute.
        cell: u16,
    },
    /// The viewer follows the advertisement that plays here.
    Followed,
    /// Mining keeps the next minute's key away; playing goes first.
    MakeWay,
    /// What came of asking for a ticket.
    Ticket {
        /// For which minute.
        cell: u16,
        /// The ticket with the turn at it, or why there is none.
        ticket: Result<Box<(SignedTicket, Turn)>, Outcome>,
        /// When it was asked for, on the playback's clock.
        asked_ms: u64,
        /// When it came, on the playback's clock.
        at_ms: u64,
    },
    /// What came of proving.
    Proved {
        /// Which minute.
        cell: u16,
        /// The proof, or why there is none.
        proof: Result<Box<(Proof, ProofInput)>, Refusal>,
    },
    /// What came of handing in Play Data.
    Finished {
        /// Of which minute.
        cell: u16,
        /// What.
        outcome: Outcome,
    },
}

/// What the rules of mining tell, as a playback tells it.
pub(super) fn told(event: MiningEvent) -> PlaybackEvent {
    match event {
        MiningEvent::Started { cell } => PlaybackEvent::MiningStarted { cell },
        MiningEvent::Accepted { cell } => PlaybackEvent::ViewAccepted { cell },
        MiningEvent::Waiting { cell } => PlaybackEvent::WaitingForVerifier { cell },
        MiningEvent::Refused {
            cell,
            refusal,
            played,
        } => PlaybackEvent::ViewRefused {
            cell,
            reason: refusal.name(),
            words: played.map_or(refusal.words(), Break::words),
        },
    }
}
