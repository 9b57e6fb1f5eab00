//! Two headers of one slot, as large as may be looked at.

use alloc::{boxed::Box, vec};
use codec::Encode;
use frame_system::pallet_prelude::HeaderFor;
use sp_consensus_aura::{
    digests::CompatibleDigestItem,
    sr25519::{AuthorityId as AuraId, AuthoritySignature as AuraSeal},
};
use sp_runtime::{Digest, DigestItem, RuntimeAppPublic, traits::Header as _};
use sp_session::MembershipProof;

use super::{
    BenchmarkHelper,
    sets::{self, SESSION, SLOT},
};
use crate::{Call, Config, MAX_HEADER_BYTES};

/// The call that proves an equivocation of the last verifier in force, by keys that are remembered.
pub(super) fn report<T: Config>() -> (T::AccountId, Call<T>) {
    let set = sets::fill::<T>();
    let offender = sets::last::<T>(&set);
    let key = AuraId::generate_pair(None);
    sets::remember_session::<T>();
    T::BenchmarkHelper::set_slot(SLOT + 10);
    let validator_count = sets::remember_keys::<T>(&offender, key.as_ref());
    let call = Call::report_aura_equivocation {
        first_header: Box::new(sealed::<T>(&key, 1)),
        second_header: Box::new(sealed::<T>(&key, 2)),
        offender: key,
        key_owner_proof: MembershipProof {
            session: SESSION,
            trie_nodes: vec![],
            validator_count,
        },
    };
    (offender, call)
}

/// A sealed header of the slot; `content` tells two apart.
fn sealed<T: Config>(key: &AuraId, content: u8) -> HeaderFor<T> {
    let pre_digest: DigestItem = CompatibleDigestItem::<AuraSeal>::aura_pre_digest(SLOT.into());
    let filler = DigestItem::Other(vec![content; MAX_HEADER_BYTES - 512]);
    let mut header = HeaderFor::<T>::new(
        8u32.into(),
        Default::default(),
        Default::default(),
        Default::default(),
        Digest {
            logs: vec![pre_digest, filler],
        },
    );
    let seal = key
        .sign(&header.hash().as_ref())
        .expect("the key was just generated");
    header
        .digest_mut()
        .push(CompatibleDigestItem::<AuraSeal>::aura_seal(seal));
    assert!(header.encoded_size() <= MAX_HEADER_BYTES);
    header
}
