//! Announcements, commitments and acknowledgements of verifiers in force, signed.

use alloc::vec::Vec;
use chainflix_primitives::{
    duty::{MAKER_ROUNDS, SetSecretDuty, SetSecretRecord},
    registry::{MAX_ENDPOINT_BYTES, VerifierAnnouncement},
};
use frame_support::BoundedVec;

use super::{BenchmarkHelper, sets};
use crate::{Acknowledgements, AnnouncementCount, Announcements, Call, Config, Pallet, SetSecrets};

/// The largest announcement; `number` tells two apart.
pub(super) fn announcement(number: u8) -> VerifierAnnouncement {
    let mut endpoint = b"wss://".to_vec();
    endpoint.resize(MAX_ENDPOINT_BYTES as usize, b'a');
    VerifierAnnouncement {
        endpoint: BoundedVec::truncate_from(endpoint),
        network_key: [number; 32],
        exchange_key: [number; 32],
        service_key: [number; 32],
    }
}

/// A verifier in force that announced itself before, and what it says now.
pub(super) fn announcing<T: Config>() -> Call<T> {
    let verifier = sets::last::<T>(&sets::fill::<T>());
    AnnouncementCount::<T>::insert(&verifier, 1);
    Announcements::<T>::insert(&verifier, announcement(1));
    let announcement = announcement(2);
    let payload = Pallet::<T>::announcement_payload(&verifier, &announcement, 1);
    Call::announce {
        signature: T::BenchmarkHelper::sign(&sets::raw::<T>(&verifier), &payload),
        announcement,
        verifier,
        sequence: 1,
    }
}

/// A duty of `verifier`, signed.
fn duty<T: Config>(verifier: T::AccountId, duty: SetSecretDuty) -> Call<T> {
    let payload = Pallet::<T>::set_secret_payload(&verifier, &duty);
    Call::set_secret {
        signature: T::BenchmarkHelper::sign(&sets::raw::<T>(&verifier), &payload),
        verifier,
        duty,
    }
}

/// A secret that not enough have acknowledged in time, for which another is made.
pub(super) fn commitment<T: Config>() -> Call<T> {
    let set = sets::fill::<T>();
    T::BenchmarkHelper::begin_round(10 * MAKER_ROUNDS);
    note_secret::<T>(&set[0]);
    Acknowledgements::<T>::insert(0, BoundedVec::truncate_from(set));
    let maker = Pallet::<T>::maker_in_turn(0).expect("somebody's turn it is");
    let commitment = [2; 32];
    duty::<T>(
        maker,
        SetSecretDuty::Commit {
            epoch: 0,
            commitment,
        },
    )
}

/// The acknowledgement by which a secret comes in force. As many as there is room for were made before, most of them by
/// who is not in the set any more.
pub(super) fn acknowledgement<T: Config>() -> Call<T> {
    let set = sets::fill::<T>();
    note_secret::<T>(&set[0]);
    let size = set.len();
    let enough = size * 51 / 100;
    let strangers = (0..(size - 1 - enough) as u32)
        .map(|number| frame_benchmarking::account("stranger", number, 0));
    let holders: Vec<T::AccountId> = strangers.chain(set[..enough].iter().cloned()).collect();
    Acknowledgements::<T>::insert(0, BoundedVec::truncate_from(holders));
    duty::<T>(
        sets::last::<T>(&set),
        SetSecretDuty::Acknowledge {
            epoch: 0,
            commitment: [1; 32],
        },
    )
}

fn note_secret<T: Config>(maker: &T::AccountId) {
    let record = SetSecretRecord {
        maker: sets::raw::<T>(maker),
        commitment: [1; 32],
        since: 0,
        in_force: false,
        from_round: None,
    };
    SetSecrets::<T>::insert(0, record);
}
