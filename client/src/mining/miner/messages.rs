//! What the rules of mining ask for, tell, and are told.

use chainflix_primitives::refusal::Refusal;

use crate::mining::playhead::Break;

/// What the driver shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask for the ticket of a minute.
    AskTicket {
        /// Which.
        cell: u16,
    },
    /// Compute the possession chain and the nonce of the minute whose ticket came.
    Prove {
        /// Which.
        cell: u16,
    },
    /// Hand in the Play Data of the minute.
    Finish {
        /// Which.
        cell: u16,
    },
    /// Give the minute's ticket back.
    Abandon {
        /// Which.
        cell: u16,
    },
    /// The plaintext of the minute is not needed for mining any more.
    Release {
        /// Which.
        cell: u16,
    },
    /// Tell whoever listens.
    Tell(MiningEvent),
}

/// What a viewer may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MiningEvent {
    /// A minute is being mined.
    Started {
        /// Which.
        cell: u16,
    },
    /// A verifier accepted a minute.
    Accepted {
        /// Which.
        cell: u16,
    },
    /// A minute earns nothing.
    Refused {
        /// Which.
        cell: u16,
        /// By which rule.
        refusal: Refusal,
        /// When it is about how it was played.
        played: Option<Break>,
    },
    /// Neither assigned verifier can be reached; it is tried again while the minute plays.
    Waiting {
        /// Which.
        cell: u16,
    },
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A ticket came.
    Ticket,
    /// Everything that Play Data needs is computed.
    Proved,
    /// The Play Data was accepted.
    Accepted,
    /// A verifier refused, or the engine knows that it would.
    Refused(Refusal),
    /// No verifier could be reached.
    Unreachable,
}
