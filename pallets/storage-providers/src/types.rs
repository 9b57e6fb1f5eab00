//! Providers and controllers.

use chainflix_primitives::{
    AccountId, Round,
    heartbeat::{HEARTBEAT_ROUNDS, PAGE_PROVIDERS, period_of},
    registry::{Endpoint, ProviderClass, ProviderRecord},
    report::MAX_VERIFIERS,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// Turns of a page that are remembered: those that an absence is judged by, and one that may still be attested.
pub const TURNS_KEPT: u32 = 4;
/// A provider is absent when it was seen in none of so many turns of its page, one after the other.
pub const TURNS_ABSENT: u32 = 3;

/// Everything that is held of a provider.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Provider {
    /// What everybody needs to know of it, as declared before `change`.
    pub record: ProviderRecord,
    /// What it declared last, with the round from which it holds.
    pub change: Option<DeclaredChange>,
    /// First round in which its receipts don't count, once it is leaving.
    pub until_round: Option<Round>,
    /// What is held for the record, in units.
    pub deposit: u128,
}

/// What a provider says of itself and may change.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Declaration {
    /// How available it is.
    pub class: ProviderClass,
    /// Region code, ISO 3166-1 alpha-2.
    pub region: [u8; 2],
    /// Space in bytes.
    pub space_bytes: u64,
}

/// What a provider declares from a round on.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct DeclaredChange {
    /// First round in which it holds.
    pub from_round: Round,
    /// What is declared.
    pub declared: Declaration,
}

impl Provider {
    /// The record as it is declared in `round`; before the last change but one took effect, as it was then.
    #[must_use]
    pub fn record_in(&self, round: Round) -> ProviderRecord {
        let mut record = self.record.clone();
        if let Some(change) = self.change.filter(|change| change.from_round <= round) {
            record.class = change.declared.class;
            record.region = change.declared.region;
            record.space_bytes = change.declared.space_bytes;
        }
        record
    }

    /// What it declared last, whether it holds already or not.
    #[must_use]
    pub fn declared(&self) -> Declaration {
        self.change.map_or(
            Declaration {
                class: self.record.class,
                region: self.record.region,
                space_bytes: self.record.space_bytes,
            },
            |change| change.declared,
        )
    }

    /// Declares something else from `from_round` on, in round `now`. A change that has not taken effect is replaced.
    pub fn declare(&mut self, declared: Declaration, now: Round, from_round: Round) {
        self.record = self.record_in(now);
        self.change = Some(DeclaredChange {
            from_round,
            declared,
        });
    }

    /// Whether its receipts count in `round`.
    #[must_use]
    pub fn counts_in(&self, round: Round) -> bool {
        self.record.from_round <= round && self.until_round.is_none_or(|until| round < until)
    }
}

/// A storage controller.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Controller {
    /// Where nodes and players reach it, an `http://` or `https://` URL.
    pub endpoint: Endpoint,
    /// Round in which it was registered.
    pub since: Round,
}

/// How many pages of providers there are, with the period from which it holds.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct PageCount {
    /// Pages from `from_period` on.
    pub pages: u32,
    /// First period in which so many take turns.
    pub from_period: u32,
    /// Pages before.
    pub before: u32,
}

impl PageCount {
    /// Pages that take turns in `period`; one at least.
    #[must_use]
    pub fn pages_in(&self, period: u32) -> u32 {
        let pages = if period >= self.from_period {
            self.pages
        } else {
            self.before
        };
        pages.max(1)
    }
}

/// What verifiers attested of one page in one period.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Tally {
    /// The period in which they looked.
    pub period: u32,
    /// The page that they looked at.
    pub page: u32,
    /// Who attested, in order of arrival.
    pub verifiers: BoundedVec<AccountId, ConstU32<MAX_VERIFIERS>>,
    /// How many found each provider of the page alive, by place; missing ones are zero.
    pub counts: BoundedVec<u8, ConstU32<PAGE_PROVIDERS>>,
}

/// When the providers of a page were last seen.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct PageLiveness {
    /// Last rounds of the last periods in which the page had its turn and enough verifiers attested, ascending.
    pub turns: BoundedVec<Round, ConstU32<TURNS_KEPT>>,
    /// Last round of the last period in which enough verifiers found each provider alive, by place; 0 when that never was.
    pub last_seen: BoundedVec<Round, ConstU32<PAGE_PROVIDERS>>,
}

impl PageLiveness {
    /// When the provider at a place was last seen.
    #[must_use]
    pub fn seen_at(&self, place: usize) -> Option<Round> {
        self.last_seen
            .get(place)
            .copied()
            .filter(|round| *round > 0)
    }

    /// The first of the last three turns that can no longer be attested in round `now`. `None` when there were fewer.
    #[must_use]
    pub fn absence_since(&self, now: Round) -> Option<Round> {
        let over = |turn: &&Round| {
            period_of(**turn)
                .checked_add(1)
                .is_some_and(|attested_in| attested_in < period_of(now))
        };
        self.turns
            .iter()
            .rev()
            .filter(over)
            .nth(TURNS_ABSENT.saturating_sub(1) as usize)
            .copied()
    }

    /// Whether the provider at a place, whose receipts count from `from_round` on, was seen in none of the last three
    /// turns though it was there in all of them.
    #[must_use]
    pub fn is_absent(&self, place: usize, from_round: Round, now: Round) -> bool {
        self.absence_since(now).is_some_and(|turn| {
            let begin = turn.saturating_sub(HEARTBEAT_ROUNDS.saturating_sub(1));
            from_round <= begin && self.seen_at(place).is_none_or(|seen| seen < turn)
        })
    }
}
