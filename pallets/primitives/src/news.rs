//! What a verifier tells, unasked, whoever follows the views of its account.
//!
//! A subscription is asked for by a sealed `Request::Views` in a session, whose number fits into 32 bits. Each of its
//! messages is SCALE of a list of [`ViewChange`], sealed like a reply, with [`news_nonce`] as nonce.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

use crate::api::{ViewFate, ViewStatus};
use crate::hash::Hash32;
use crate::ids::Magnet;
use crate::refusal::Refusal;
use crate::rounds::Round;

/// AEAD nonce of message `index`, from 0, of the subscription that message `number` of the session asked for. Numbers of a
/// session begin at 1, so that no reply has the same nonce.
#[must_use]
pub fn news_nonce(number: u32, index: u64) -> [u8; 12] {
    let mut nonce = [0u8; 12];
    let bytes = number.to_be_bytes().into_iter().chain(index.to_be_bytes());
    for (byte, value) in nonce.iter_mut().zip(bytes) {
        *byte = value;
    }
    nonce
}

/// What happened to a view of the account at this verifier.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ViewChange {
    /// How one of the latest views stood when the subscription began.
    #[codec(index = 0)]
    Standing(ViewStatus),
    /// A view was accepted, and is durable.
    #[codec(index = 1)]
    Accepted(ViewStatus),
    /// Play Data was refused.
    #[codec(index = 2)]
    Refused {
        /// The video.
        video: Magnet,
        /// The minute.
        minute: u16,
        /// Why.
        refusal: Refusal,
    },
    /// It stands in the verifier's view block of a round.
    #[codec(index = 3)]
    InBlock {
        /// The view.
        view: Hash32,
        /// The round.
        round: Round,
    },
    /// The other verifiers' judgement on that block is final.
    #[codec(index = 4)]
    Judged {
        /// The view.
        view: Hash32,
        /// Round of the block.
        round: Round,
        /// What the block came to.
        judgement: Judgement,
    },
    /// It stands in no block any more, and waits for the next.
    #[codec(index = 5)]
    Waits {
        /// The view.
        view: Hash32,
    },
    /// Its fate is final.
    #[codec(index = 6)]
    Decided {
        /// The view.
        view: Hash32,
        /// What became of it; never [`ViewFate::Pending`].
        fate: ViewFate,
    },
}

/// What a view block came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Judgement {
    /// More than 51 % approved it, and what was drawn of it was opened.
    #[codec(index = 0)]
    Approved,
    /// They did not; its views may stand in a later block.
    #[codec(index = 1)]
    NotApproved,
    /// A fault was proven in it; its views are lost.
    #[codec(index = 2)]
    Voided,
}

#[cfg(test)]
mod tests {
    use crate::api::message_nonce;

    use super::*;

    #[test]
    fn no_message_of_a_subscription_has_the_nonce_of_a_reply_or_of_another_subscription() {
        let news = news_nonce(1, 2);
        assert_eq!(news, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_ne!(news, news_nonce(2, 1));
        // The first number of a session is 1: the first four bytes of a reply's nonce are 0, of news never.
        assert_eq!(message_nonce(u64::MAX)[..4], [0; 4]);
        assert_ne!(news_nonce(1, 0)[..4], [0; 4]);
    }
}
