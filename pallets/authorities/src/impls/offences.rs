//! Equivocations that are proved, whoever proved them.
//!
//! One incident makes many of them: two nodes that run with one key sign two of everything. An offender is punished
//! once and barred; until the bar ends, further proofs against it change nothing.

use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use pallet_session::historical::IdentificationTuple;
use sp_runtime::Perbill;
use sp_staking::{
    SessionIndex,
    offence::{
        Offence, OffenceDetails, OffenceError, OffenceSeverity, OnOffenceHandler, ReportOffence,
    },
};

use crate::{BarredUntil, Config, Event, Pallet, VerifierStatus, Verifiers, WeightInfo};

impl<T: Config> Pallet<T> {
    /// First session in which an account may be admitted again. `None` when it is not barred.
    pub(crate) fn bar_of(account: &T::AccountId) -> Option<SessionIndex> {
        let now = pallet_session::Pallet::<T>::current_index();
        BarredUntil::<T>::get(account).filter(|until| now < *until)
    }

    /// Disables, slashes, expels and bars an offender that is not barred yet.
    fn punish(offender: &T::AccountId, session: SessionIndex) {
        if Self::bar_of(offender).is_some() {
            return;
        }
        let now = pallet_session::Pallet::<T>::current_index();
        let barred_until = now.saturating_add(T::BarSessions::get());
        BarredUntil::<T>::insert(offender, barred_until);
        Self::disable(offender);
        let slashed = Self::slash_share(offender, T::EquivocationSlash::get());
        Self::expel(offender);
        let is_in_set = Verifiers::<T>::get(offender).is_some_and(|record| {
            matches!(
                record.status,
                VerifierStatus::Expelled | VerifierStatus::Leaving
            )
        });
        if is_in_set {
            // Who is suspended already stays so.
            let _ = Self::suspend_verifier(offender);
        }
        Self::deposit_event(Event::OffenderPunished {
            verifier: offender.clone(),
            session,
            slashed,
            barred_until,
        });
    }

    /// Lets a verifier in force write no more blocks, as far as the disabling strategy allows.
    pub(crate) fn disable(verifier: &T::AccountId) {
        pallet_session::Pallet::<T>::report_offence(
            verifier.clone(),
            OffenceSeverity::max_severity(),
        );
    }
}

impl<T: Config> OnOffenceHandler<T::AccountId, IdentificationTuple<T>, Weight> for Pallet<T> {
    /// The share to slash is this pallet's own parameter: the one that comes with the offence grows with the number of
    /// offenders, which fits stake and not verifiers that were admitted one by one.
    fn on_offence(
        offenders: &[OffenceDetails<T::AccountId, IdentificationTuple<T>>],
        _shares: &[Perbill],
        session: SessionIndex,
    ) -> Weight {
        for details in offenders {
            let (offender, _) = &details.offender;
            Self::punish(offender, session);
        }
        let each = <T as Config>::WeightInfo::punish();
        each.saturating_mul(u64::try_from(offenders.len()).unwrap_or(u64::MAX))
    }
}

/// Passes an offence on to `R` unless its offenders are barred already: otherwise one incident would fill the chain's
/// state with as many records as it made proofs.
pub struct NewOffences<T, R>(PhantomData<(T, R)>);

impl<T, R, O> ReportOffence<T::AccountId, IdentificationTuple<T>, O> for NewOffences<T, R>
where
    T: Config,
    R: ReportOffence<T::AccountId, IdentificationTuple<T>, O>,
    O: Offence<IdentificationTuple<T>>,
{
    fn report_offence(reporters: Vec<T::AccountId>, offence: O) -> Result<(), OffenceError> {
        if are_barred::<T>(&offence.offenders()) {
            return Err(OffenceError::DuplicateReport);
        }
        R::report_offence(reporters, offence)
    }

    fn is_known_offence(offenders: &[IdentificationTuple<T>], slot: &O::Slot) -> bool {
        are_barred::<T>(offenders) || R::is_known_offence(offenders, slot)
    }
}

fn are_barred<T: Config>(offenders: &[IdentificationTuple<T>]) -> bool {
    offenders
        .iter()
        .all(|(offender, _)| Pallet::<T>::bar_of(offender).is_some())
}
