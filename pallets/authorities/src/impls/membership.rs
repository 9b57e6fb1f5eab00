//! The set as decided: who is admitted, who leaves, who is suspended.
//!
//! Members and those who are expelled are together never fewer than the minimum; somebody expelled is kept only while
//! they would be. Every session's set is a copy of this one, so that the bounds hold in every session.

use alloc::vec::Vec;
use chainflix_primitives::registry::CurrentRound;
use frame_support::{dispatch::DispatchResult, ensure, traits::Get};
use sp_staking::SessionIndex;

use crate::{
    Config, Error, Event, Expelled, InForce, LeavingCause, Members, MinimumSet, Pallet,
    VerifierStatus, Verifiers,
};

impl<T: Config> Pallet<T> {
    /// First session in which a change that is decided now holds: the next session's set is queued already.
    pub(crate) fn session_of_effect() -> SessionIndex {
        pallet_session::Pallet::<T>::current_index().saturating_add(2)
    }

    /// The set as decided, ascending, those who wait for a replacement included.
    pub(crate) fn decided_set() -> Vec<T::AccountId> {
        let mut set = Members::<T>::get().into_inner();
        set.extend(Expelled::<T>::get());
        set.sort();
        set
    }

    fn decided_size() -> u32 {
        let size = Members::<T>::decode_len()
            .unwrap_or(0)
            .saturating_add(Expelled::<T>::decode_len().unwrap_or(0));
        u32::try_from(size).unwrap_or(u32::MAX)
    }

    /// Admits a candidate: holds what its bond lacks, and lets go whoever waited for a replacement.
    pub(crate) fn admit_candidate(candidate: T::AccountId) -> DispatchResult {
        let mut record = Verifiers::<T>::get(&candidate)
            .filter(|record| record.status == VerifierStatus::Candidate)
            .ok_or(Error::<T>::NotCandidate)?;
        ensure!(Self::bar_of(&candidate).is_none(), Error::<T>::StillBarred);
        ensure!(
            pallet_session::Pallet::<T>::load_keys(&candidate).is_some(),
            Error::<T>::NoSessionKeys
        );
        let members = Members::<T>::get();
        ensure!(
            members.len() < T::MaxSet::get() as usize,
            Error::<T>::SetFull
        );
        // It may have bonded more already.
        if let Some(missing) = Self::bond_of_newcomer().checked_sub(record.bond) {
            Self::hold_bond(&candidate, &mut record, missing)?;
        }
        record.status = VerifierStatus::Member;
        record.suspended = false;
        let bond = record.bond;
        Verifiers::<T>::insert(&candidate, record);
        Self::add_member(&candidate)?;
        Self::let_expelled_go();
        Self::deposit_event(Event::VerifierAdmitted {
            verifier: candidate,
            session: Self::session_of_effect(),
            bond,
        });
        Ok(())
    }

    /// Lets a member leave that wants to, or that the others want to.
    pub(crate) fn leave_set(verifier: T::AccountId, cause: LeavingCause) -> DispatchResult {
        let members = Members::<T>::get();
        let place = members
            .binary_search(&verifier)
            .map_err(|_| Error::<T>::NotMember)?;
        ensure!(
            Self::decided_size() > MinimumSet::<T>::get(),
            Error::<T>::SetAtMinimum
        );
        Members::<T>::mutate(|members| members.remove(place));
        Self::note_leaving(verifier, cause);
        Ok(())
    }

    /// Puts an offender out of the set: at once, or as soon as the minimum allows.
    pub(crate) fn expel(verifier: &T::AccountId) {
        let Ok(place) = Members::<T>::get().binary_search(verifier) else {
            // It was on its way out, or out.
            return;
        };
        Members::<T>::mutate(|members| members.remove(place));
        Expelled::<T>::mutate(|expelled| {
            // There is room: it left a place of as many.
            let _ = expelled.try_push(verifier.clone());
        });
        Self::set_status(verifier, VerifierStatus::Expelled);
        Self::let_expelled_go();
        if Expelled::<T>::get().contains(verifier) {
            Self::deposit_event(Event::VerifierAwaitsReplacement {
                verifier: verifier.clone(),
            });
        }
    }

    /// Lets those go who are expelled and whom the minimum does not need, the first first.
    fn let_expelled_go() {
        while Self::decided_size() > MinimumSet::<T>::get() {
            let first = Expelled::<T>::mutate(|expelled| {
                (!expelled.is_empty()).then(|| expelled.remove(0))
            });
            let Some(first) = first else { return };
            Self::note_leaving(first, LeavingCause::Equivocation);
        }
    }

    fn add_member(member: &T::AccountId) -> Result<(), Error<T>> {
        Members::<T>::try_mutate(|members| {
            let place = match members.binary_search(member) {
                Ok(_) => return Err(Error::<T>::AlreadyKnown),
                Err(place) => place,
            };
            members
                .try_insert(place, member.clone())
                .map_err(|_| Error::<T>::SetFull)
        })
    }

    fn note_leaving(verifier: T::AccountId, cause: LeavingCause) {
        let is_queued = pallet_session::QueuedKeys::<T>::get()
            .iter()
            .any(|(queued, _)| *queued == verifier);
        if is_queued || InForce::<T>::get().contains(&verifier) {
            Self::set_status(&verifier, VerifierStatus::Leaving);
        } else {
            // It was admitted in this session and never served: nothing can be proved against it.
            Verifiers::<T>::mutate(&verifier, |slot| {
                if let Some(record) = slot {
                    record.status = VerifierStatus::Left;
                    record.unlocks = T::Rounds::current_round();
                }
            });
        }
        Self::deposit_event(Event::VerifierLeaves {
            verifier,
            session: Self::session_of_effect(),
            cause,
        });
    }

    pub(crate) fn set_status(verifier: &T::AccountId, status: VerifierStatus) {
        Verifiers::<T>::mutate(verifier, |slot| {
            if let Some(record) = slot {
                record.status = status;
            }
        });
    }

    /// Suspends a verifier that is in the set or on its way out of it.
    pub(crate) fn suspend_verifier(verifier: &T::AccountId) -> DispatchResult {
        Self::switch_suspension(verifier, true, Error::<T>::AlreadySuspended)?;
        Self::deposit_event(Event::VerifierSuspended {
            verifier: verifier.clone(),
        });
        Ok(())
    }

    /// Lifts a suspension. Who is expelled stays suspended: it may come back as a candidate.
    pub(crate) fn readmit_verifier(verifier: &T::AccountId) -> DispatchResult {
        ensure!(Self::bar_of(verifier).is_none(), Error::<T>::StillBarred);
        Self::switch_suspension(verifier, false, Error::<T>::NotSuspended)?;
        Self::deposit_event(Event::VerifierReadmitted {
            verifier: verifier.clone(),
        });
        Ok(())
    }

    fn switch_suspension(
        verifier: &T::AccountId,
        suspended: bool,
        as_it_is: Error<T>,
    ) -> Result<(), Error<T>> {
        Verifiers::<T>::try_mutate(verifier, |slot| {
            let record = slot
                .as_mut()
                .filter(|record| {
                    !matches!(
                        record.status,
                        VerifierStatus::Candidate | VerifierStatus::Left
                    )
                })
                .ok_or(Error::<T>::NotMember)?;
            ensure!(record.suspended != suspended, as_it_is);
            record.suspended = suspended;
            Ok(())
        })
    }

    /// Refused while the account's session keys are needed.
    pub(crate) fn ensure_keys_unused(account: &T::AccountId) -> Result<(), Error<T>> {
        let record = Verifiers::<T>::get(account);
        let is_free = record.is_none_or(|record| {
            matches!(
                record.status,
                VerifierStatus::Candidate | VerifierStatus::Left
            )
        });
        ensure!(
            is_free && !Self::is_in_force(account),
            Error::<T>::KeysInUse
        );
        Ok(())
    }
}
