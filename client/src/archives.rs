//! Archives of settled rounds, as verifiers write them (`--verifier-archive`), and whoever audits them checks them.
//!
//! A file is checked without any verifier: digest, order and roots of its view blocks, the wallets' consent, and the viewers'
//! signatures. That the settled round in it is the chain's, a node says.

use std::io::{BufReader, Read};

use chainflix_controller::signing::{is_signed_by, is_signed_by_wallet};
use chainflix_primitives::Sha256;
use chainflix_primitives::archive::{
    self, ArchiveCheck, ArchiveError, ArchiveRecord, ArchiveSummary,
};
use chainflix_primitives::view::ViewLeaf;
use codec::IoReader;

/// Reads an archive from its first byte to its last and checks all that it says of itself. Memory grows with its delegations,
/// not with its views.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(file: impl Read) -> Result<ArchiveSummary, ArchiveError> {
    let mut input = IoReader(BufReader::new(file));
    archive::read::<Sha256>(&mut input, signatures_hold)
}

/// Whether wallets signed the delegations of a record, and session keys its views. Of a view whose delegation is not in the
/// file nobody can tell.
fn signatures_hold(check: &ArchiveCheck<Sha256>, record: &ArchiveRecord) -> bool {
    match record {
        ArchiveRecord::Delegations(delegations) => delegations.iter().all(|signed| {
            let delegation = &signed.delegation;
            is_signed_by_wallet(&delegation.account, &delegation.text(), &signed.signature)
        }),
        ArchiveRecord::Leaves(leaves) => leaves.iter().all(|leaf| is_by_viewer(check, leaf)),
        ArchiveRecord::Begin { .. } | ArchiveRecord::Block { .. } | ArchiveRecord::End { .. } => {
            true
        }
    }
}

fn is_by_viewer(check: &ArchiveCheck<Sha256>, leaf: &ViewLeaf) -> bool {
    let Some(delegation) = check.delegation_of(leaf) else {
        return true;
    };
    let payload = leaf.claim.signing_payload(check.genesis());
    is_signed_by(&delegation.session_key, &payload, &leaf.signature)
}

#[cfg(test)]
mod tests;
