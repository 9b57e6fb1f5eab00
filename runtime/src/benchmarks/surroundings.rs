//! What benchmarks of a pallet arrange in the pallets around it. Each of our pallets says what it needs in a trait
//! `BenchmarkHelper` in its `benchmarking.rs`.

use crate::{AccountId, Pov, Runtime, configs::benchmarking::Prepared};
use alloc::{vec, vec::Vec};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, Round, Signature64,
    ids::UploadId,
    manifest::{MAX_RENDITIONS, MAX_TITLE_BYTES},
    ratio::MiningRatio,
    registry::{Endpoint, MAX_ENDPOINT_BYTES, VerifierKeys, VideoState, VideoTerms},
};
use frame_benchmarking::account;
use frame_support::BoundedVec;
use pallet_pov::{
    crypto::Public,
    types::{RoundProgress, Verifier},
};
use pallet_supervisors::{Approval, Supervisor, SupervisorProfile, types::MAX_NAME_BYTES};
use pallet_videos::{StateChange, VideoRecord, types::MAX_STATES};
use sp_core::crypto::UncheckedFrom;
use sp_runtime::RuntimeAppPublic;

impl Prepared {
    /// Lets `round` be the current one.
    pub(crate) fn begin_round(round: Round) {
        pallet_pov::Progress::<Runtime>::put(RoundProgress { round, blocks: 1 });
    }
}

impl pallet_videos::BenchmarkHelper<AccountId> for Prepared {
    fn begin_round(round: Round) {
        Self::begin_round(round);
    }

    fn approve(producer: &AccountId) {
        let supervisor: AccountId = account("supervisor", 0, 0);
        let profile = SupervisorProfile {
            name: BoundedVec::truncate_from(vec![b'x'; MAX_NAME_BYTES as usize]),
            endpoint: Endpoint::truncate_from(vec![b'x'; MAX_ENDPOINT_BYTES as usize]),
            exchange_key: [7; 32],
        };
        let since = 1;
        pallet_supervisors::Supervisors::<Runtime>::insert(
            &supervisor,
            Supervisor { profile, since },
        );
        let approval = Approval {
            supervisor,
            dossier_hash: [9; 32],
            since,
            until: Round::MAX,
            revoked: None,
            deposit: 1,
        };
        pallet_supervisors::Approvals::<Runtime>::insert(producer, approval);
    }

    fn key_epoch() -> u32 {
        let epoch = 0;
        pallet_authorities::EpochInForce::<Runtime>::put(epoch);
        epoch
    }
}

impl pallet_supervisors::BenchmarkHelper<AccountId> for Prepared {
    fn begin_round(round: Round) {
        Self::begin_round(round);
    }

    fn register(video: Magnet, producer: &AccountId, supervisor: &AccountId, restricted: bool) {
        let terms = VideoTerms {
            producer: RawAccount(producer.clone().into()),
            supervisor: RawAccount(supervisor.clone().into()),
            title: BoundedVec::truncate_from(vec![b'x'; MAX_TITLE_BYTES]),
            total_playtime_ms: 86_400_000,
            renditions: MAX_RENDITIONS,
            manifest_root: [7; 32],
            ratio: MiningRatio::whitepaper(),
            key_epoch: 0,
            upload_id: UploadId([1; 16]),
            from_round: 2,
        };
        // Older states than are needed: the next change shortens the longest list.
        let state_of = |number| match number {
            last if last == MAX_STATES && restricted => VideoState::Restricted,
            _ => VideoState::Active,
        };
        let states: Vec<_> = (1..=MAX_STATES)
            .map(|number| StateChange {
                from_round: number,
                state: state_of(number),
            })
            .collect();
        let record = VideoRecord {
            terms,
            states: BoundedVec::truncate_from(states),
            listing: 0,
            deposit: 1,
        };
        pallet_videos::Videos::<Runtime>::insert(video, record);
    }
}

impl pallet_storage_providers::BenchmarkHelper for Prepared {
    fn begin_round(round: Round) {
        Self::begin_round(round);
    }

    fn verifiers(count: u32) -> Vec<RawAccount> {
        let mut set: Vec<_> = (1..=count)
            .map(|number| {
                let byte = u8::try_from(number).unwrap_or(u8::MAX);
                Verifier {
                    account: RawAccount([byte; 32]),
                    key: sp_core::sr25519::Public::unchecked_from([byte; 32]).into(),
                }
            })
            .collect();
        // Only the last one signs.
        if let Some(last) = set.last_mut() {
            last.key = Public::generate_pair(None);
        }
        let raw: Vec<RawAccount> = set.iter().map(|verifier| verifier.account).collect();
        let accounts: Vec<AccountId> = raw
            .iter()
            .map(|account| AccountId::new(account.0))
            .collect();
        pallet_session::Validators::<Runtime>::put(accounts);
        pallet_pov::SetRounds::<Runtime>::put(BoundedVec::truncate_from(vec![0]));
        pallet_pov::VerifierSets::<Runtime>::insert(0, BoundedVec::truncate_from(set));
        raw
    }

    fn sign(verifier: &RawAccount, payload: &[u8]) -> Signature64 {
        <Pov as VerifierKeys>::sign(verifier, payload).expect("its key was made for it")
    }
}
