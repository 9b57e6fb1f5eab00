//! Heartbeats: counting who was seen by whom.
//!
//! A provider was seen in a period when more than 51 % of the set attest it. Whoever is alone can therefore neither make
//! a dead provider look alive nor a live one dead, in a set of three or more of which the others attest.

use alloc::{vec, vec::Vec};
use chainflix_primitives::{
    Round,
    hash::Hash32,
    heartbeat::{
        HEARTBEAT_VERSION, Heartbeat, PAGE_PROVIDERS, is_enough, last_round, page_of, pages,
        period_due, period_of,
    },
    registry::{CurrentRound, VerifierSet},
};
use frame_support::{BoundedVec, dispatch::DispatchResult, ensure};
use sp_runtime::traits::Zero;

use crate::{
    Config, Error, Event, HeartbeatTally, Liveness, PageCount, PageLiveness, Pallet, Provider,
    ProviderPages, Providers, Tally,
};

/// A change of the number of pages holds from so many periods later on: nobody looks at a page in vain.
const PERIODS_UNTIL_EFFECT: u32 = 2;

impl<T: Config> Pallet<T> {
    /// Hash of block 0, part of everything that is signed.
    pub(crate) fn genesis_hash() -> Hash32 {
        frame_system::Pallet::<T>::block_hash(
            frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
        )
        .into()
    }

    /// What a verifier signs.
    pub(crate) fn heartbeat_payload(verifier: &T::AccountId, heartbeat: &Heartbeat) -> Vec<u8> {
        heartbeat.signing_payload(&Self::genesis_hash(), &Self::raw(verifier))
    }

    /// The page that verifiers look at in `period`; of a period that is being attested, the page that it began with.
    pub(crate) fn page_due(period: u32) -> u32 {
        match HeartbeatTally::<T>::get() {
            Some(tally) if tally.period == period => tally.page,
            _ => period
                .checked_rem(ProviderPages::<T>::get().pages_in(period))
                .unwrap_or(0),
        }
    }

    /// Notes how many pages there are when providers have indices below `next_index`.
    pub(crate) fn count_pages(next_index: u32) {
        let known = ProviderPages::<T>::get();
        let counted = pages(next_index);
        if known.pages.max(1) == counted {
            return;
        }
        let period = period_of(T::Rounds::current_round());
        ProviderPages::<T>::put(PageCount {
            pages: counted,
            from_period: period.saturating_add(PERIODS_UNTIL_EFFECT),
            before: known.pages_in(period),
        });
    }

    /// Whether the heartbeat may be taken now, signature aside.
    pub(crate) fn check_heartbeat(
        verifier: &T::AccountId,
        heartbeat: &Heartbeat,
    ) -> Result<(), Error<T>> {
        ensure!(
            heartbeat.version == HEARTBEAT_VERSION,
            Error::<T>::UnknownVersion
        );
        let due = period_due(T::Rounds::current_round());
        ensure!(due == Some(heartbeat.period), Error::<T>::WrongPeriod);
        let verifier = Self::raw(verifier);
        ensure!(
            T::Verifiers::verifiers().contains(&verifier),
            Error::<T>::NotVerifier
        );
        let attested = HeartbeatTally::<T>::get().is_some_and(|tally| {
            tally.period == heartbeat.period && tally.verifiers.contains(&verifier)
        });
        ensure!(!attested, Error::<T>::AlreadyAttested);
        ensure!(
            heartbeat.page == Self::page_due(heartbeat.period),
            Error::<T>::WrongPage
        );
        Ok(())
    }

    /// Counts a heartbeat, and notes who was seen once enough verifiers attested.
    pub(crate) fn note_heartbeat(verifier: T::AccountId, heartbeat: &Heartbeat) -> DispatchResult {
        let Heartbeat { period, page, .. } = *heartbeat;
        let turn = last_round(period).ok_or(Error::<T>::Overflow)?;
        let mut tally = HeartbeatTally::<T>::get()
            .filter(|tally| tally.period == period)
            .unwrap_or_else(|| Tally {
                period,
                page,
                verifiers: BoundedVec::default(),
                counts: BoundedVec::truncate_from(vec![0; PAGE_PROVIDERS as usize]),
            });
        tally
            .verifiers
            .try_push(Self::raw(&verifier))
            .map_err(|_| Error::<T>::Overflow)?;
        for (place, count) in tally.counts.iter_mut().enumerate() {
            // There are at most 100 verifiers, and each counts once.
            *count = count.saturating_add(u8::from(heartbeat.is_seen(place)));
        }
        let set_size =
            u32::try_from(T::Verifiers::verifiers().len()).map_err(|_| Error::<T>::Overflow)?;
        let attesters = u32::try_from(tally.verifiers.len()).map_err(|_| Error::<T>::Overflow)?;
        if is_enough(attesters, set_size) {
            Liveness::<T>::mutate(page, |liveness| {
                Self::note_turn(liveness, &tally, turn, set_size);
            });
        }
        HeartbeatTally::<T>::put(tally);
        Self::deposit_event(Event::HeartbeatAttested {
            verifier,
            period,
            page,
        });
        Ok(())
    }

    /// Notes a turn of a page and everybody who was seen in it.
    fn note_turn(liveness: &mut PageLiveness, tally: &Tally, turn: Round, set_size: u32) {
        if liveness.turns.last() != Some(&turn) {
            if liveness.turns.is_full() {
                liveness.turns.remove(0);
            }
            liveness.turns.force_push(turn);
        }
        let mut seen = core::mem::take(&mut liveness.last_seen).into_inner();
        for (place, count) in tally.counts.iter().enumerate() {
            if !is_enough(u32::from(*count), set_size) {
                continue;
            }
            if seen.len() <= place {
                seen.resize(place.saturating_add(1), 0);
            }
            if let Some(round) = seen.get_mut(place) {
                *round = turn;
            }
        }
        liveness.last_seen = BoundedVec::truncate_from(seen);
    }

    /// When a provider was last seen by enough verifiers.
    pub(crate) fn last_seen_round(index: u32) -> Option<Round> {
        let provider = Providers::<T>::get(index)?;
        let (page, place) = page_of(index);
        Liveness::<T>::get(page)
            .seen_at(place)
            .filter(|seen| *seen >= provider.record.from_round)
    }

    /// Whether a provider was absent in the last three turns of its page.
    pub(crate) fn was_absent(index: u32, provider: &Provider) -> bool {
        let (page, place) = page_of(index);
        Liveness::<T>::get(page).is_absent(
            place,
            provider.record.from_round,
            T::Rounds::current_round(),
        )
    }
}
