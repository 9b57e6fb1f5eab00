//! Every public reason under one numbering: for a refusal, a rejected view block, a fault, a view that earns nothing.
//!
//! | numbers | about |
//! |---|---|
//! | 0 to 99 | what a viewer, producer or provider asked of a verifier: [`Refusal`] |
//! | 100 to 119 | a view block that a verifier rejected: [`RejectReason`] |
//! | 120 to 139 | the same, where a leaf breaks a rule by itself: [`LeafError`] |
//! | 140 to 159 | a fault that was proven in a view block: [`FaultKind`] |
//! | 160 to 179 | an approved view that weighs nothing: [`Exclusion`] |
//! | 180 to 199 | an accepted view that stands in no approved block: [`ViewFate`] |
//!
//! Numbers and names never change and are never reused.

use alloc::vec::Vec;

use crate::api::ViewFate;
use crate::earnings::Exclusion;
use crate::fault::FaultKind;
use crate::refusal::Refusal;
use crate::report::RejectReason;
use crate::view::LeafError;

/// A reason: number and name for machines, one sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reason {
    /// The stable number.
    pub code: u16,
    /// The stable name.
    pub name: &'static str,
    /// One sentence.
    pub words: &'static str,
}

/// What has a public reason.
pub trait Explained {
    /// The reason.
    fn reason(&self) -> Reason;
}

macro_rules! explained {
    (
        $of:ident, $table:ident $(, but $other:pat => $reason:expr)?;
        $($variant:ident = $code:literal, $words:literal;)*
    ) => {
        const $table: &[Reason] = &[$(explained!(@one $of $variant $code $words)),*];

        impl Explained for $of {
            fn reason(&self) -> Reason {
                match self {
                    $($other => $reason,)?
                    $(Self::$variant => explained!(@one $of $variant $code $words),)*
                }
            }
        }
    };
    (@one $of:ident $variant:ident $code:literal $words:literal) => {
        Reason {
            code: $code,
            name: concat!(stringify!($of), "::", stringify!($variant)),
            words: $words,
        }
    };
}

impl Explained for Refusal {
    fn reason(&self) -> Reason {
        Reason {
            code: self.code().into(),
            name: self.name(),
            words: self.words(),
        }
    }
}

explained! {
    RejectReason, REJECTIONS, but Self::Leaf(error) => error.reason();
    Signature = 101, "The viewer's signature or delegation on a leaf is wrong.";
    NotAssigned = 102, "The issuer was not one of a viewer's two verifiers.";
    Video = 103, "A video was not active, or has no such minute.";
    Derivation = 104, "A PlayCode is not what the set secret gives.";
    Duplicate = 105, "Two leaves of one viewer overlap, or are of one minute and cycle.";
    Possession = 106, "The openings of a leaf do not prove possession.";
    Receipts = 107, "The receipts of a leaf do not cover its cell, or name another provider.";
    Header = 108, "Body and header disagree in count, order, playtime or debits.";
    Ticket = 109, "No reported tickets root holds the ticket of a leaf.";
    Ad = 110, "The campaign of an advertisement was not active, or its creative is another video.";
    Enhancement = 111, "An enhancement was not attached to the video when the minute began.";
}

explained! {
    LeafError, LEAF_ERRORS;
    UnknownVersion = 120, "The version of a leaf is not known.";
    OutsideWindow = 121, "A minute took less than its playtime, or more than 1.5 times that.";
    CellTooShort = 122, "A last minute under 5 seconds earns nothing.";
    OutsideRound = 123, "A view was accepted in another round than the block may hold.";
    DeliveriesNotInOrder = 124, "The providers of a leaf are missing, or not in order.";
    WrongNonce = 125, "The nonce of a leaf does not meet the difficulty.";
    EnhancementsNotInOrder = 126, "The enhancements of a leaf are not in order, or one is named twice.";
}

explained! {
    FaultKind, FAULTS;
    WrongNonce = 140, "Its verifier attested a nonce that does not meet the difficulty.";
    OutsideWindow = 141, "Its verifier attested a minute that took too little or too much time.";
    TicketElsewhere = 142, "Its verifier attested a view whose ticket is not at its place.";
    SameMinute = 143, "Its verifier attested one minute of a viewer twice.";
    Overlap = 144, "Its verifier attested two views of a viewer that overlap.";
    NotAssigned = 145, "Its verifier attested a view of a viewer of others.";
    VideoInactive = 146, "Its verifier attested a view of a video that nobody could watch.";
    WrongPossession = 147, "Its verifier attested a possession chain that the plaintext disproves.";
    EnhancementInactive = 148, "Its verifier attested a view with an enhancement that was not attached to the video.";
}

explained! {
    Exclusion, EXCLUSIONS;
    SameMinute = 160, "The minute has earned in this cycle already, at another verifier.";
    Overlap = 161, "It overlaps a view at another verifier by more than 2 s.";
    GroupQuota = 162, "The address group has used up its quota of the round.";
    CampaignCap = 163, "The viewer has seen the campaign as often as it pays for in a day.";
    AccountTooYoung = 164, "The viewer has not earned by watching for as long as the campaign asks.";
}

const EXPIRED: Reason = Reason {
    code: 180,
    name: "ViewFate::Expired",
    words: "It was in no approved block for 20 rounds.",
};

const VOIDED: Reason = Reason {
    code: 181,
    name: "ViewFate::Voided",
    words: "Its verifier was proven to have attested falsely; the block is void.",
};

/// Why an accepted view earns nothing. `None` of one that earned, or may still.
#[must_use]
pub fn of_fate(fate: &ViewFate) -> Option<Reason> {
    match fate {
        ViewFate::Pending | ViewFate::Settled { .. } => None,
        ViewFate::Expired => Some(EXPIRED),
        ViewFate::Excluded { reason } => Some(reason.reason()),
        ViewFate::Voided => Some(VOIDED),
    }
}

/// All reasons, by number.
#[must_use]
pub fn all() -> Vec<Reason> {
    let refusals = Refusal::ALL.iter().map(Explained::reason);
    refusals
        .chain(REJECTIONS.iter().copied())
        .chain(LEAF_ERRORS.iter().copied())
        .chain(FAULTS.iter().copied())
        .chain(EXCLUSIONS.iter().copied())
        .chain([EXPIRED, VOIDED])
        .collect()
}
