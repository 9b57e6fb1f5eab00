//! Where and by which keys verifiers are reached.

use alloc::vec::Vec;
use chainflix_primitives::{duty, hash::Hash32, registry::VerifierAnnouncement};
use codec::Encode;
use frame_support::{dispatch::DispatchResult, ensure};
use sp_runtime::traits::Zero;

use crate::{AnnouncementCount, Announcements, Config, Error, Event, Pallet};

impl<T: Config> Pallet<T> {
    /// Hash of block 0, part of everything that is signed.
    pub(crate) fn genesis_hash() -> Hash32 {
        frame_system::Pallet::<T>::block_hash(
            frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
        )
        .into()
    }

    /// What a verifier signs to announce itself.
    pub(crate) fn announcement_payload(
        verifier: &T::AccountId,
        announcement: &VerifierAnnouncement,
        sequence: u32,
    ) -> Vec<u8> {
        let mut payload =
            duty::announcement_payload(&Self::genesis_hash(), &Self::raw(verifier), announcement);
        sequence.encode_to(&mut payload);
        payload
    }

    /// Whether the announcement may be made now, signature aside.
    pub(crate) fn check_announcement(
        verifier: &T::AccountId,
        announcement: &VerifierAnnouncement,
        sequence: u32,
    ) -> Result<(), Error<T>> {
        ensure!(Self::is_in_force(verifier), Error::<T>::NotVerifier);
        ensure!(
            AnnouncementCount::<T>::get(verifier) == sequence,
            Error::<T>::WrongSequence
        );
        ensure!(
            Announcements::<T>::get(verifier).as_ref() != Some(announcement),
            Error::<T>::NothingNew
        );
        ensure!(
            Self::is_endpoint(&announcement.endpoint),
            Error::<T>::InvalidEndpoint
        );
        Ok(())
    }

    /// Whether a URL begins with `ws://` or `wss://` and names something.
    pub(crate) fn is_endpoint(endpoint: &[u8]) -> bool {
        let host = endpoint
            .strip_prefix(b"ws://")
            .or_else(|| endpoint.strip_prefix(b"wss://"));
        host.is_some_and(|host| !host.is_empty() && host.iter().all(u8::is_ascii_graphic))
    }

    /// Puts an announcement in the place of the verifier's last.
    pub(crate) fn note_announcement(
        verifier: T::AccountId,
        announcement: VerifierAnnouncement,
        sequence: u32,
    ) -> DispatchResult {
        let next = sequence.checked_add(1).ok_or(Error::<T>::Overflow)?;
        AnnouncementCount::<T>::insert(&verifier, next);
        Announcements::<T>::insert(&verifier, announcement);
        Self::deposit_event(Event::VerifierAnnounced { verifier });
        Ok(())
    }

    /// Announcements of the verifiers in force, ascending.
    pub(crate) fn announcements_in_force() -> Vec<(T::AccountId, VerifierAnnouncement)> {
        Self::set_in_force()
            .into_iter()
            .filter_map(|verifier| {
                Announcements::<T>::get(&verifier).map(|announcement| (verifier, announcement))
            })
            .collect()
    }
}
