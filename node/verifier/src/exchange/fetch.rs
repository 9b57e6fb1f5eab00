//! Fetching by hash: bodies, tickets, delegations, evidence. Nothing that comes in is used before it is verified.

use std::{collections::HashMap, sync::Arc, time::Instant};

use bounded_collections::BoundedVec;
use chainflix_primitives::{
    AccountId, Round, Sha256, delegation::SignedDelegation, hash::Hash32, merkle,
    play_data::ViewEvidence, report::TicketsRoot, view::ViewLeaf,
};

use super::Exchange;
use super::messages::{
    MAX_DELEGATIONS, MAX_EVIDENCE, MAX_HASHES, MAX_LEAVES, PeerRequest, PeerResponse,
};
use crate::chain::verifiers::Peer;
use crate::keys::wallet;
use crate::network::PeerError;
use crate::store::StoreError;
use crate::store::tables::{DELEGATIONS, LEAVES};

/// Most leaves of a body, or tickets of a round, that are fetched: a header that claims more is left without a verdict.
const MAX_COUNT: u32 = 4_000_000;
/// Leaves that go into one write.
const LEAVES_PER_WRITE: usize = 4_096;

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// No verifier gave it.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The leaves of a view block, in order, verified against its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// Hashes of the leaves.
    pub(crate) hashes: Arc<Vec<Hash32>>,
    /// The leaves.
    pub(crate) leaves: Arc<Vec<ViewLeaf>>,
}

impl Exchange {
    /// The body under `root` of a header of `round` by `issuer`: from the store, from what was told, and what is still
    /// missing from the issuer or any other verifier. It is in the store afterwards.
    pub(crate) async fn body(
        &self,
        issuer: AccountId,
        round: Round,
        root: Hash32,
        count: u32,
    ) -> Result<Body, FetchError> {
        if let Some((hashes, leaves)) = self.store.view()?.body(&root)? {
            return Ok(Body::new(hashes, leaves));
        }
        if count == 0 {
            return Ok(Body::new(Vec::new(), Vec::new()));
        }
        if count > MAX_COUNT {
            return Err(PeerError::BadAnswer("the header counts too many leaves").into());
        }
        let started = Instant::now();
        let mut failure = FetchError::Peer(PeerError::NotConnected);
        for peer in self.sources(&issuer) {
            match self.body_from(&peer, round, root, count).await {
                Ok(body) => {
                    self.metrics.body_fetched(started.elapsed());
                    return Ok(body);
                }
                Err(FetchError::Store(error)) => return Err(error.into()),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// The issuer first, then everybody else.
    fn sources(&self, issuer: &AccountId) -> Vec<Peer> {
        let mut peers = self.verifiers.with_former();
        peers.sort_by_key(|peer| peer.account != *issuer);
        peers
    }

    async fn body_from(
        &self,
        peer: &Peer,
        round: Round,
        root: Hash32,
        count: u32,
    ) -> Result<Body, FetchError> {
        let hashes = self
            .hashes(peer, count, |first| PeerRequest::BodyHashes { root, first })
            .await?;
        if merkle::root::<Sha256>(&hashes) != root {
            return Err(PeerError::BadAnswer("its leaves lead to another root").into());
        }
        let leaves = self.leaves(peer, &hashes).await?;
        self.keep(root, round, &hashes, &leaves).await?;
        Ok(Body::new(hashes, leaves))
    }

    /// Reads a list of `count` hashes, range by range. Whoever has the list fills its ranges, so that a list takes no more
    /// requests than it has to.
    pub(super) async fn hashes(
        &self,
        peer: &Peer,
        count: u32,
        request: impl Fn(u32) -> PeerRequest,
    ) -> Result<Vec<Hash32>, PeerError> {
        let mut hashes: Vec<Hash32> = Vec::new();
        loop {
            let have = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
            if have >= count {
                return Ok(hashes);
            }
            let due = MAX_HASHES.min(count.saturating_sub(have) as usize);
            match self.ask(peer, &request(have)).await? {
                PeerResponse::Hashes(range) if range.len() == due => hashes.extend(range),
                PeerResponse::Hashes(_) => {
                    return Err(PeerError::BadAnswer("a range of the list is not full"));
                }
                _ => return Err(PeerError::BadAnswer("it answers another question")),
            }
        }
    }

    /// The leaves with these hashes; those that are nowhere here come from `peer`.
    async fn leaves(&self, peer: &Peer, hashes: &[Hash32]) -> Result<Vec<ViewLeaf>, FetchError> {
        let (mut found, missing) = self.leaves_here(hashes)?;
        let mut rest = missing.as_slice();
        while let Some((now, later)) = rest.split_at_checked(rest.len().min(MAX_LEAVES as usize))
            && !now.is_empty()
        {
            let request = PeerRequest::Leaves {
                hashes: BoundedVec::truncate_from(now.to_vec()),
            };
            let PeerResponse::Leaves(leaves) = self.ask(peer, &request).await? else {
                return Err(PeerError::BadAnswer("it answers another question").into());
            };
            // As many as may be asked for at once always fit into one range.
            if leaves.len() != now.len() {
                return Err(PeerError::BadAnswer("leaves are missing").into());
            }
            for (hash, leaf) in now.iter().zip(leaves) {
                if leaf.leaf_hash::<Sha256>() != *hash {
                    return Err(PeerError::BadAnswer("a leaf is not the one asked for").into());
                }
                found.insert(*hash, leaf);
            }
            rest = later;
        }
        let leaves: Option<Vec<ViewLeaf>> = hashes.iter().map(|h| found.remove(h)).collect();
        leaves.ok_or_else(|| PeerError::BadAnswer("one leaf stands twice").into())
    }

    /// Those of the leaves that are in the pool or the store, and the hashes of the others.
    fn leaves_here(
        &self,
        hashes: &[Hash32],
    ) -> Result<(HashMap<Hash32, ViewLeaf>, Vec<Hash32>), StoreError> {
        let mut found = HashMap::with_capacity(hashes.len());
        let mut missing = Vec::new();
        for hash in hashes {
            match self.pool.get(hash) {
                Some(leaf) => {
                    found.insert(*hash, leaf);
                }
                None => missing.push(*hash),
            }
        }
        let stored = self.store.view()?.get_all(LEAVES, &missing)?;
        let not_told = std::mem::take(&mut missing);
        for (hash, leaf) in not_told.into_iter().zip(stored) {
            match leaf {
                Some(leaf) => {
                    found.insert(hash, leaf);
                }
                None => missing.push(hash),
            }
        }
        Ok((found, missing))
    }

    async fn keep(
        &self,
        root: Hash32,
        round: Round,
        hashes: &[Hash32],
        leaves: &[ViewLeaf],
    ) -> Result<(), StoreError> {
        let writer = self.store.writer();
        for (hashes, leaves) in hashes
            .chunks(LEAVES_PER_WRITE)
            .zip(leaves.chunks(LEAVES_PER_WRITE))
        {
            let (hashes, leaves) = (hashes.to_vec(), leaves.to_vec());
            writer
                .write(move |batch| batch.put_leaves(hashes.iter().zip(&leaves)))
                .await?;
        }
        let order = hashes.to_vec();
        writer
            .write(move |batch| batch.put_body(&root, round, &order))
            .await?;
        self.pool.remove(hashes);
        Ok(())
    }

    /// Leaf hashes of the tickets that `issuer` issued in `round`, verified against what it reported.
    pub(crate) async fn ticket_hashes(
        &self,
        issuer: AccountId,
        round: Round,
        reported: TicketsRoot,
    ) -> Result<Vec<Hash32>, FetchError> {
        if reported.count > MAX_COUNT {
            return Err(PeerError::BadAnswer("the header counts too many tickets").into());
        }
        let peer = self
            .verifiers
            .with_account(&issuer)
            .ok_or(PeerError::NotConnected)?;
        let request = |first| PeerRequest::TicketHashes { round, first };
        let hashes = self.hashes(&peer, reported.count, request).await?;
        if merkle::root::<Sha256>(&hashes) != reported.root {
            return Err(PeerError::BadAnswer("its tickets lead to another root").into());
        }
        Ok(hashes)
    }

    /// Delegations by hash, from the store or from `issuer`; those that are new are signed by their account, and kept.
    pub(crate) async fn delegations(
        &self,
        issuer: AccountId,
        hashes: impl IntoIterator<Item = Hash32>,
    ) -> Result<HashMap<Hash32, SignedDelegation>, FetchError> {
        let (mut found, missing) = self.delegations_here(hashes)?;
        if missing.is_empty() {
            return Ok(found);
        }
        let peer = self
            .verifiers
            .with_account(&issuer)
            .ok_or(PeerError::NotConnected)?;
        for hashes in missing.chunks(MAX_DELEGATIONS as usize) {
            let request = PeerRequest::Delegations {
                hashes: BoundedVec::truncate_from(hashes.to_vec()),
            };
            let PeerResponse::Delegations(delegations) = self.ask(&peer, &request).await? else {
                return Err(PeerError::BadAnswer("it answers another question").into());
            };
            let signed = tokio::task::spawn_blocking(move || {
                wallet::signed_by_accounts(delegations)
                    .into_iter()
                    .map(|delegation| (delegation.delegation.hash::<Sha256>(), delegation))
                    .collect::<Vec<_>>()
            })
            .await
            .unwrap_or_default();
            let kept = signed.clone();
            self.store
                .writer()
                .write(move |batch| {
                    kept.iter()
                        .try_for_each(|(hash, delegation)| batch.put_delegation(hash, delegation))
                })
                .await?;
            found.extend(signed);
        }
        Ok(found)
    }

    fn delegations_here(
        &self,
        hashes: impl IntoIterator<Item = Hash32>,
    ) -> Result<(HashMap<Hash32, SignedDelegation>, Vec<Hash32>), StoreError> {
        let hashes: Vec<Hash32> = hashes.into_iter().collect();
        let known = self.store.view()?.get_all(DELEGATIONS, &hashes)?;
        let mut found = HashMap::with_capacity(hashes.len());
        let mut missing = Vec::new();
        for (hash, delegation) in hashes.into_iter().zip(known) {
            match delegation {
                Some(delegation) => {
                    found.insert(hash, delegation);
                }
                None => missing.push(hash),
            }
        }
        Ok((found, missing))
    }

    /// Openings and receipts of some leaves of `issuer`.
    pub(crate) async fn evidence(
        &self,
        issuer: AccountId,
        hashes: &[Hash32],
    ) -> Result<HashMap<Hash32, ViewEvidence>, FetchError> {
        let peer = self
            .verifiers
            .with_account(&issuer)
            .ok_or(PeerError::NotConnected)?;
        let mut found = HashMap::new();
        for hashes in hashes.chunks(MAX_EVIDENCE as usize) {
            let request = PeerRequest::Evidence {
                hashes: BoundedVec::truncate_from(hashes.to_vec()),
            };
            let PeerResponse::Evidence(evidence) = self.ask(&peer, &request).await? else {
                return Err(PeerError::BadAnswer("it answers another question").into());
            };
            found.extend(evidence);
        }
        Ok(found)
    }
}

impl Body {
    pub(crate) fn new(hashes: Vec<Hash32>, leaves: Vec<ViewLeaf>) -> Self {
        Self {
            hashes: Arc::new(hashes),
            leaves: Arc::new(leaves),
        }
    }
}
