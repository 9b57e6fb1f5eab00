//! The set secret: commitment, acknowledgements, in force.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round,
    duty::{self, SetSecretDuty, SetSecretRecord},
    hash::Hash32,
    registry::{CurrentRound, KeyEpochs, ROUNDS_UNTIL_EFFECT, VerifierSet},
    settlement,
};
use frame_support::{BoundedVec, dispatch::DispatchResult, ensure, weights::Weight};

use crate::{
    Acknowledgements, Config, EpochInForce, Error, Event, LatestEpoch, Pallet, SetSecrets,
    WeightInfo, set_secret_maker,
};

impl<T: Config> Pallet<T> {
    /// The round in which the open key epoch opened. `None` of any other: a secret of an earlier epoch would be known to
    /// who has left since.
    fn opened(epoch: u32) -> Option<Round> {
        let latest = LatestEpoch::<T>::get();
        (epoch == latest.epoch).then_some(latest.opened)
    }

    /// What a verifier signs to commit or acknowledge.
    pub(crate) fn set_secret_payload(verifier: &T::AccountId, duty: &SetSecretDuty) -> Vec<u8> {
        duty::set_secret_payload(&Self::genesis_hash(), &Self::raw(verifier), duty)
    }

    /// What noting a duty costs.
    pub(crate) fn set_secret_weight(duty: &SetSecretDuty) -> Weight {
        match duty {
            SetSecretDuty::Commit { .. } => <T as Config>::WeightInfo::commit_set_secret(),
            SetSecretDuty::Acknowledge { .. } => {
                <T as Config>::WeightInfo::acknowledge_set_secret()
            }
        }
    }

    /// What letting a duty in costs.
    pub(crate) fn authorize_set_secret_weight(duty: &SetSecretDuty) -> Weight {
        match duty {
            SetSecretDuty::Commit { .. } => {
                <T as Config>::WeightInfo::authorize_commit_set_secret()
            }
            SetSecretDuty::Acknowledge { .. } => {
                <T as Config>::WeightInfo::authorize_acknowledge_set_secret()
            }
        }
    }

    /// Whose turn it is to make the secret of `epoch`.
    pub(crate) fn maker_in_turn(epoch: u32) -> Option<T::AccountId> {
        let opened = Self::opened(epoch)?;
        let verifiers = <Self as VerifierSet>::verifiers();
        let now = T::Rounds::current_round();
        let maker: Option<AccountId> = match SetSecrets::<T>::get(epoch) {
            Some(record) if record.in_force => None,
            Some(record) => set_secret_maker(&verifiers, Some(&record.maker), record.since, now),
            None => set_secret_maker(&verifiers, None, opened, now),
        };
        maker.map(|account| account.0.into())
    }

    /// Whether the duty may be done now, signature aside.
    pub(crate) fn check_set_secret(
        verifier: &T::AccountId,
        duty: &SetSecretDuty,
    ) -> Result<(), Error<T>> {
        ensure!(Self::is_in_force(verifier), Error::<T>::NotVerifier);
        match duty {
            SetSecretDuty::Commit { epoch, .. } => {
                ensure!(Self::opened(*epoch).is_some(), Error::<T>::UnknownEpoch);
                ensure!(
                    !<Self as KeyEpochs>::is_in_force(*epoch),
                    Error::<T>::SecretInForce
                );
                ensure!(
                    Self::maker_in_turn(*epoch).as_ref() == Some(verifier),
                    Error::<T>::NotTheMaker
                );
            }
            SetSecretDuty::Acknowledge { epoch, commitment } => {
                let record = SetSecrets::<T>::get(epoch).ok_or(Error::<T>::UnknownEpoch)?;
                // Who comes later acknowledges what is in force, however old.
                ensure!(
                    record.in_force || Self::opened(*epoch).is_some(),
                    Error::<T>::UnknownEpoch
                );
                ensure!(
                    record.commitment == *commitment,
                    Error::<T>::OtherCommitment
                );
                ensure!(
                    !Acknowledgements::<T>::get(epoch).contains(verifier),
                    Error::<T>::AlreadyAcknowledged
                );
            }
        }
        Ok(())
    }

    /// Notes a commitment, which voids what was acknowledged before, or an acknowledgement.
    pub(crate) fn note_set_secret(verifier: T::AccountId, duty: SetSecretDuty) -> DispatchResult {
        match duty {
            SetSecretDuty::Commit { epoch, commitment } => {
                let record = SetSecretRecord {
                    maker: Self::raw(&verifier),
                    commitment,
                    since: T::Rounds::current_round(),
                    in_force: false,
                    from_round: None,
                };
                SetSecrets::<T>::insert(epoch, record);
                Acknowledgements::<T>::remove(epoch);
                Self::deposit_event(Event::SetSecretCommitted {
                    epoch,
                    maker: verifier.clone(),
                    commitment,
                });
                // Who made it holds it.
                Self::acknowledge(epoch, commitment, verifier)
            }
            SetSecretDuty::Acknowledge { epoch, commitment } => {
                Self::acknowledge(epoch, commitment, verifier)
            }
        }
    }

    fn acknowledge(epoch: u32, commitment: Hash32, verifier: T::AccountId) -> DispatchResult {
        let holders = Acknowledgements::<T>::try_mutate(epoch, |holders| {
            if holders.is_full() {
                // A set has no more members than the list places: who has left it makes room.
                let set = Self::set_in_force();
                holders.retain(|holder| set.contains(holder));
            }
            holders
                .try_push(verifier.clone())
                .map_err(|_| Error::<T>::Overflow)?;
            Ok::<_, Error<T>>(holders.clone())
        })?;
        Self::deposit_event(Event::SetSecretAcknowledged { epoch, verifier });
        if Self::suffice(&holders) {
            SetSecrets::<T>::try_mutate(epoch, |slot| {
                let record = slot.as_mut().ok_or(Error::<T>::UnknownEpoch)?;
                if !record.in_force {
                    record.in_force = true;
                    record.from_round = T::Rounds::current_round().checked_add(ROUNDS_UNTIL_EFFECT);
                    EpochInForce::<T>::put(epoch);
                    Self::deposit_event(Event::SetSecretInForce { epoch, commitment });
                }
                Ok::<(), Error<T>>(())
            })?;
        }
        Ok(())
    }

    /// Whether these holders are more than 51 % of the set in force.
    pub(crate) fn suffice(
        holders: &BoundedVec<T::AccountId, impl frame_support::traits::Get<u32>>,
    ) -> bool {
        let set = Self::set_in_force();
        let holding = holders.iter().filter(|holder| set.contains(holder)).count();
        match (u32::try_from(holding), u32::try_from(set.len())) {
            (Ok(holding), Ok(size)) => settlement::is_approved(holding, size),
            _ => false,
        }
    }
}
