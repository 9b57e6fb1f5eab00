//! Heartbeats: which storage providers a verifier found alive.
//!
//! Providers are looked at page by page: in each period one page of [`PAGE_PROVIDERS`] indices, in turn. A verifier
//! puts one bitmap a period on chain, however many providers there are; with more pages each one's turn comes less often.
//! A storage node shows itself to each verifier by a signed [`SignOfLife`] of the period.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, label};
use crate::ids::{AccountId, Signature64};
use crate::rounds::Round;

/// Version of [`Heartbeat`].
pub const HEARTBEAT_VERSION: u8 = 1;
/// Rounds of one period: in it a verifier looks at the providers of one page, and attests in the next.
pub const HEARTBEAT_ROUNDS: u32 = 10;
/// Provider indices of one page.
pub const PAGE_PROVIDERS: u32 = 1_024;
/// Bytes of the bitmap of a full page.
pub const PAGE_BYTES: u32 = PAGE_PROVIDERS / 8;

/// What a verifier attests of one page in one period, signed by its `pov` session key.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Heartbeat {
    /// [`HEARTBEAT_VERSION`].
    pub version: u8,
    /// The period, `⌊round ÷ 10⌋` of its rounds.
    pub period: u32,
    /// The page: provider indices from `1,024 × page` on.
    pub page: u32,
    /// Bit `k mod 8` of byte `⌊k ÷ 8⌋` says whether provider `1,024 × page + k` was found alive; missing bytes are zero.
    pub seen: BoundedVec<u8, ConstU32<PAGE_BYTES>>,
}

impl Heartbeat {
    /// The heartbeat of these providers, of which those on another page are left out.
    #[must_use]
    pub fn of(period: u32, page: u32, alive: impl IntoIterator<Item = u32>) -> Self {
        let mut heartbeat = Self {
            version: HEARTBEAT_VERSION,
            period,
            page,
            seen: BoundedVec::new(),
        };
        for provider in alive {
            heartbeat.note(provider);
        }
        heartbeat
    }

    /// Adds a provider; one on another page is left out.
    pub fn note(&mut self, provider: u32) {
        let (page, place) = page_of(provider);
        if page != self.page {
            return;
        }
        let byte = place / 8;
        let mut seen = core::mem::take(&mut self.seen).into_inner();
        if seen.len() <= byte {
            seen.resize(byte.saturating_add(1), 0);
        }
        if let Some(bits) = seen.get_mut(byte) {
            *bits |= 1 << (place % 8);
        }
        self.seen = BoundedVec::truncate_from(seen);
    }

    /// How many providers were found alive.
    #[must_use]
    pub fn seen_count(&self) -> u32 {
        self.seen.iter().map(|bits| bits.count_ones()).sum()
    }

    /// Whether the provider at `place` of the page was found alive.
    #[must_use]
    pub fn is_seen(&self, place: usize) -> bool {
        self.seen
            .get(place / 8)
            .is_some_and(|bits| bits & (1 << (place % 8)) != 0)
    }

    /// What the verifier signs.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash32, verifier: &AccountId) -> Vec<u8> {
        [label::HEARTBEAT, genesis, &verifier.0, &self.encode()].concat()
    }
}

/// A storage node's word to one verifier that it is alive in a period. It says nothing in another period, to another
/// verifier or on another chain; said twice, it says nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct SignOfLife {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The verifier that it is said to.
    pub verifier: AccountId,
    /// Index of the provider.
    pub provider: u32,
    /// The period in which it is said.
    pub period: u32,
}

/// [`SignOfLife`] with the provider's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct SignedSignOfLife {
    /// What is said.
    pub sign: SignOfLife,
    /// ed25519 by the provider's peer key over [`SignOfLife::signing_payload`].
    pub signature: Signature64,
}

impl SignOfLife {
    /// What the provider signs.
    #[must_use]
    pub fn signing_payload(&self) -> Vec<u8> {
        [label::SIGN_OF_LIFE, &self.encode()].concat()
    }
}

/// Page of a provider, and its place on it.
#[must_use]
pub fn page_of(provider: u32) -> (u32, usize) {
    (
        provider / PAGE_PROVIDERS,
        (provider % PAGE_PROVIDERS) as usize,
    )
}

/// Pages of providers with indices below `next_index`; one at least.
#[must_use]
pub fn pages(next_index: u32) -> u32 {
    next_index.div_ceil(PAGE_PROVIDERS).max(1)
}

/// Period of a round.
#[must_use]
pub fn period_of(round: Round) -> u32 {
    round / HEARTBEAT_ROUNDS
}

/// The period that is attested in `round`: the one before. `None` in the first.
#[must_use]
pub fn period_due(round: Round) -> Option<u32> {
    period_of(round).checked_sub(1)
}

/// Last round of a period. `None` past the end of time.
#[must_use]
pub fn last_round(period: u32) -> Option<Round> {
    period
        .checked_add(1)?
        .checked_mul(HEARTBEAT_ROUNDS)?
        .checked_sub(1)
}

/// Whether so many of a set of verifiers are enough: more than 51 %.
#[must_use]
pub fn is_enough(attesters: u32, set_size: u32) -> bool {
    set_size > 0
        && u64::from(attesters).saturating_mul(100) > u64::from(set_size).saturating_mul(51)
}
