//! What GRANDPA asks: proofs of who owned a key, and reports of equivocations.

use crate::{Authorities, Block, Grandpa};
use codec::Encode;
use frame_support::traits::KeyOwnerProofSystem;
use sp_consensus_grandpa::{
    AuthorityId, EquivocationProof, KEY_TYPE, OpaqueKeyOwnershipProof as OpaqueProof,
};
use sp_runtime::traits::{Block as BlockT, NumberFor};

/// Two votes of one verifier in one round of GRANDPA.
pub(super) type Equivocation = EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>;

/// Puts the report into the pool. `None` when the proof of the key's owner can't be read, or the pool does not take it.
pub(super) fn report_equivocation(equivocation: Equivocation, owner: &OpaqueProof) -> Option<()> {
    Grandpa::submit_unsigned_equivocation_report(equivocation, owner.clone().decode()?)
}

/// That the key is a verifier's, for later blocks too.
pub(super) fn key_ownership_proof(key: AuthorityId) -> Option<OpaqueProof> {
    Authorities::prove((KEY_TYPE, key)).map(|proof| OpaqueProof::new(proof.encode()))
}
