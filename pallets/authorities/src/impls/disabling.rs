//! How many verifiers may be disabled at a time.

use pallet_session::{
    Validators,
    disabling::{DisablingDecision, DisablingStrategy},
};
use sp_staking::offence::OffenceSeverity;

/// Disables an offender unless a third is disabled already, and one offender in any case. A lone verifier is never
/// disabled: no block would follow.
///
/// Disabled verifiers write no blocks. GRANDPA takes their votes until they are out of its set, so that finality does
/// not hang on this.
pub struct DisableAtMostAThird;

impl<T: pallet_session::Config> DisablingStrategy<T> for DisableAtMostAThird {
    fn decision(
        offender: &T::ValidatorId,
        _severity: OffenceSeverity,
        disabled: &alloc::vec::Vec<(u32, OffenceSeverity)>,
    ) -> DisablingDecision {
        let set = Validators::<T>::get();
        let place = set
            .iter()
            .position(|verifier| verifier == offender)
            .and_then(|place| u32::try_from(place).ok());
        let disable = place.filter(|place| {
            disabled.len() < limit(set.len()) && disabled.iter().all(|(index, _)| index != place)
        });
        DisablingDecision {
            disable,
            reenable: None,
        }
    }
}

/// Most disabled verifiers of a set of `size`.
fn limit(size: usize) -> usize {
    let others = size.saturating_sub(1);
    others.checked_div(3).unwrap_or(0).max(others.min(1))
}

/// Whether no more verifiers of the set in force may be disabled.
pub(crate) fn is_limit_reached<T: pallet_session::Config>() -> bool {
    pallet_session::DisabledValidators::<T>::get().len() >= limit(Validators::<T>::get().len())
}
