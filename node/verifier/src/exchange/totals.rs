//! Fetching the totals under an earnings root, of whoever has it.

use chainflix_primitives::{AccountId, report::EarningsTriple};

use super::Exchange;
use super::messages::{MAX_TOTALS, PeerRequest, PeerResponse};
use crate::chain::verifiers::Peer;
use crate::earnings::EarningsTree;
use crate::network::PeerError;

/// Most accounts whose totals are fetched: 200 MB.
const MAX_ACCOUNTS: u32 = 4_000_000;

impl Exchange {
    /// The tree under the root of `triple`, in the order in which its leaves stand: who made it may have put them in any.
    ///
    /// # Errors
    /// When no other verifier shows it.
    pub(crate) async fn totals(&self, triple: &EarningsTriple) -> Result<EarningsTree, PeerError> {
        if triple.count > MAX_ACCOUNTS {
            return Err(PeerError::BadAnswer("the root counts too many accounts"));
        }
        let mut failure = PeerError::NotConnected;
        for peer in self.verifiers.with_former() {
            match self.totals_of(&peer, triple).await {
                Ok(tree) => return Ok(tree),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn totals_of(
        &self,
        peer: &Peer,
        triple: &EarningsTriple,
    ) -> Result<EarningsTree, PeerError> {
        let mut totals: Vec<(AccountId, u128)> = Vec::new();
        loop {
            let first = u32::try_from(totals.len()).unwrap_or(u32::MAX);
            let left = triple.count.saturating_sub(first) as usize;
            if left == 0 {
                break;
            }
            let request = PeerRequest::Totals {
                as_of: triple.as_of,
                root: triple.root,
                first,
            };
            match self.ask(peer, &request).await? {
                PeerResponse::Totals(page) if page.len() == left.min(MAX_TOTALS) => {
                    totals.extend(page);
                }
                PeerResponse::Totals(_) => {
                    return Err(PeerError::BadAnswer("a range of the totals is not full"));
                }
                _ => return Err(PeerError::BadAnswer("it answers another question")),
            }
        }
        // A million accounts are hashed for a second.
        let hashed = tokio::task::spawn_blocking(move || EarningsTree::new(totals)).await;
        match hashed {
            Ok(tree) if tree.root() == triple.root => Ok(tree),
            _ => Err(PeerError::BadAnswer("its totals lead to another root")),
        }
    }
}
