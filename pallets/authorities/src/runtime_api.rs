//! What the node asks of the verifier set besides what wallets read.

use crate::types::KeyEpoch;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;

sp_api::decl_runtime_apis! {
    /// The verifier set as the node sees it.
    pub trait AuthoritiesApi {
        /// Reports two blocks of one slot that one Aura key wrote: makes the proof of key ownership and submits the
        /// report. Needs access to the transaction pool. The headers carry their seals. `true` when the pool took it.
        fn report_aura_equivocation(
            offender: AuraId,
            first_header: Block::Header,
            second_header: Block::Header,
        ) -> bool;
        /// The key epoch that opened last.
        fn latest_key_epoch() -> KeyEpoch;
        /// The key epoch from which new videos take their keys. `None` before the first secret is in force.
        fn key_epoch_of_new_videos() -> Option<u32>;
    }
}
