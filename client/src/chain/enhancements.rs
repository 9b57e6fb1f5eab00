//! Enhancements of layer 2: subtitles, dubs and effects of videos, as the chain holds them, and their market.

use std::fmt::{self, Display};

use chainflix_primitives::{AccountId, Hash32, Magnet, Round};
use codec::{Decode, Encode};
use futures::future::try_join_all;
use serde::Serialize;

use super::{Chain, ChainError, Finalized};
use crate::wallet::Wallet;

const PALLET: &str = "Videos";
/// Most proposals that are read at once; the chain gives no more.
const PAGE: u32 = 100;

/// What an enhancement adds to a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnhancementKind {
    /// Subtitles in a language.
    #[codec(index = 0)]
    Subtitles,
    /// Voices in a language.
    #[codec(index = 1)]
    Dub,
    /// Effects, with or without a language.
    #[codec(index = 2)]
    Effects,
}

impl Display for EnhancementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subtitles => "subtitles",
            Self::Dub => "dub",
            Self::Effects => "effects",
        })
    }
}

/// Where an enhancement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EnhancementState {
    /// It waits for the producer's word.
    #[codec(index = 0)]
    Proposed,
    /// It counts when shown.
    #[codec(index = 1)]
    Attached {
        /// From this round on.
        from_round: Round,
    },
    /// It was ended.
    #[codec(index = 2)]
    Ended {
        /// It counted from this round on,
        from_round: Round,
        /// and no longer from this one on.
        until_round: Round,
    },
}

impl EnhancementState {
    /// Whether a view issued in `round` may name it.
    #[must_use]
    pub fn counts_in(self, round: Round) -> bool {
        match self {
            Self::Proposed => false,
            Self::Attached { from_round } => from_round <= round,
            Self::Ended {
                from_round,
                until_round,
            } => (from_round..until_round).contains(&round),
        }
    }
}

/// An enhancement of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enhancement {
    /// The id by which views name it.
    pub id: u32,
    /// Of which video.
    pub video: Magnet,
    /// What it is.
    pub kind: EnhancementKind,
    /// In which language, a tag of BCP 47; may be empty for effects.
    pub language: String,
    /// SHA-256 of its manifest: the magnet under which its cells are published.
    pub content: Magnet,
    /// For how much it is for sale, in units.
    pub price: Option<u128>,
    /// Who may dispose of it.
    pub owner: Option<AccountId>,
    /// Where it stands.
    pub state: EnhancementState,
}

/// What the pallet keeps of an enhancement.
#[derive(Encode, Decode)]
struct Kept {
    video: Magnet,
    kind: EnhancementKind,
    language: Vec<u8>,
    hash: Hash32,
    price: Option<u128>,
    owners: Vec<(Round, AccountId)>,
    state: EnhancementState,
    deposit: u128,
}

impl Kept {
    fn read(self, id: u32) -> Enhancement {
        Enhancement {
            id,
            video: self.video,
            kind: self.kind,
            language: String::from_utf8_lossy(&self.language).into_owned(),
            content: Magnet(self.hash),
            price: self.price,
            owner: self.owners.last().map(|(_, owner)| *owner),
            state: self.state,
        }
    }
}

/// What a proposal came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The id of the enhancement.
    pub id: u32,
    /// Whether it was attached at once, because the producer's consent was there.
    pub attached: bool,
    /// The transaction.
    pub finalized: Finalized,
}

impl Chain {
    /// Enhancements of a video that its producer accepted, those that were ended included as long as they are needed.
    ///
    /// # Errors
    /// As for every method below, when the chain can't be read, or refuses.
    pub async fn enhancements_of(&self, video: &Magnet) -> Result<Vec<Enhancement>, ChainError> {
        let ids: Vec<u32> = self.view(PALLET, "enhancements_of", video).await?;
        self.enhancements(ids).await
    }

    /// Enhancements of a video that wait for its producer's word, at most 100.
    pub async fn enhancement_proposals(
        &self,
        video: &Magnet,
    ) -> Result<Vec<Enhancement>, ChainError> {
        let page = (video, None::<u32>, PAGE);
        let ids: Vec<u32> = self.view(PALLET, "proposals_of", page).await?;
        self.enhancements(ids).await
    }

    /// An enhancement.
    pub async fn enhancement(&self, id: u32) -> Result<Option<Enhancement>, ChainError> {
        let kept: Option<Kept> = self.view(PALLET, "enhancement", id).await?;
        Ok(kept.map(|kept| kept.read(id)))
    }

    /// Who proposed enhancements, and their contents: of at most `limit`, in no order that an enhancer could choose. Whether
    /// they were accepted does not matter. Of those that changed hands more than once it is who sold or gave them away first, as
    /// far back as the chain remembers: nobody becomes that without having been asked.
    pub async fn proposed_contents(
        &self,
        limit: usize,
    ) -> Result<Vec<(AccountId, Magnet)>, ChainError> {
        let kept: Vec<(u32, Kept)> = self.numbered(PALLET, "Enhancements", limit).await?;
        let proposed = kept.into_iter().filter_map(|(_, kept)| {
            let (_, proposer) = kept.owners.into_iter().next()?;
            Some((proposer, Magnet(kept.hash)))
        });
        Ok(proposed.collect())
    }

    /// Those of `ids` that are there.
    async fn enhancements(&self, ids: Vec<u32>) -> Result<Vec<Enhancement>, ChainError> {
        let asked = ids.into_iter().map(|id| self.enhancement(id));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// Proposes an enhancement of `video` whose cells are published under `content`.
    pub async fn propose_enhancement(
        &self,
        wallet: &Wallet,
        video: &Magnet,
        kind: EnhancementKind,
        language: &str,
        content: &Magnet,
        price: Option<u128>,
    ) -> Result<Proposed, ChainError> {
        let arguments = (video, kind, language.as_bytes(), content, price).encode();
        let finalized = self
            .submit(wallet, PALLET, "propose_enhancement", &arguments)
            .await?;
        let id = finalized
            .event(PALLET, "EnhancementProposed")
            .and_then(|mut fields| u32::decode(&mut fields).ok())
            .ok_or_else(|| ChainError::OtherTypes("event EnhancementProposed".to_owned()))?;
        Ok(Proposed {
            id,
            attached: finalized.event(PALLET, "EnhancementAttached").is_some(),
            finalized,
        })
    }

    /// Accepts an enhancement of a video of `wallet`.
    pub async fn accept_enhancement(
        &self,
        wallet: &Wallet,
        id: u32,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, PALLET, "accept_enhancement", &id.encode())
            .await
    }

    /// Ends an enhancement that `wallet` owns, or of a video of `wallet`.
    pub async fn end_enhancement(&self, wallet: &Wallet, id: u32) -> Result<Finalized, ChainError> {
        self.submit(wallet, PALLET, "end_enhancement", &id.encode())
            .await
    }

    /// Offers an enhancement of `wallet` for a price in units, or no longer.
    pub async fn price_enhancement(
        &self,
        wallet: &Wallet,
        id: u32,
        price: Option<u128>,
    ) -> Result<Finalized, ChainError> {
        let arguments = (id, price).encode();
        self.submit(wallet, PALLET, "set_enhancement_price", &arguments)
            .await
    }

    /// Buys an enhancement for at most `most` units.
    pub async fn buy_enhancement(
        &self,
        wallet: &Wallet,
        id: u32,
        most: u128,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, PALLET, "buy_enhancement", &(id, most).encode())
            .await
    }

    /// Gives an enhancement of `wallet` to another account.
    pub async fn give_enhancement(
        &self,
        wallet: &Wallet,
        id: u32,
        to: &AccountId,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, PALLET, "transfer_enhancement", &(id, to).encode())
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ended_counts_until_it_ends_and_a_proposal_never() {
        let attached = EnhancementState::Attached { from_round: 7 };
        let ended = EnhancementState::Ended {
            from_round: 7,
            until_round: 9,
        };
        let counts = |state: EnhancementState| [6, 7, 8, 9].map(|round| state.counts_in(round));
        assert_eq!(counts(EnhancementState::Proposed), [false; 4]);
        assert_eq!(counts(attached), [false, true, true, true]);
        assert_eq!(counts(ended), [false, true, true, false]);
    }

    #[test]
    fn the_last_owner_of_a_record_is_who_may_dispose_of_it() {
        let kept = Kept {
            video: Magnet([1; 32]),
            kind: EnhancementKind::Dub,
            language: b"pt-BR".to_vec(),
            hash: [2; 32],
            price: None,
            owners: vec![(3, AccountId([4; 32])), (9, AccountId([5; 32]))],
            state: EnhancementState::Proposed,
            deposit: 6,
        };
        let read = kept.read(8);
        assert_eq!((read.id, read.language.as_str()), (8, "pt-BR"));
        assert_eq!(read.owner, Some(AccountId([5; 32])));
        assert_eq!(read.content, Magnet([2; 32]));
    }
}
