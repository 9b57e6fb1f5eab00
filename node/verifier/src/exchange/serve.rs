//! Answering other verifiers. Only nodes whose network key a verifier in force announced are answered.

use std::sync::Arc;

use bounded_collections::BoundedVec;
use chainflix_primitives::Sha256;
use codec::{Decode, Encode};
use tokio::sync::Semaphore;

use super::LeafPool;
use super::messages::{
    MAX_HASHES, MAX_NEW_VIEWS, MAX_RANGE_BYTES, PeerRefusal, PeerRequest, PeerResponse,
};
use crate::chain::{At, verifiers::Peer};
use crate::context::Context;
use crate::earnings;
use crate::network::MAX_PEER_MESSAGE_BYTES;
use crate::secrets::copies;
use crate::store::StoreResult;
use crate::store::tables::{DELEGATIONS, LEAVES};

/// Requests answered at a time.
const AT_ONCE: usize = 32;

/// Answers other verifiers.
pub(crate) struct Responder {
    context: Arc<Context>,
    pool: Arc<LeafPool>,
    places: Semaphore,
}

impl Responder {
    pub(crate) fn new(context: Arc<Context>, pool: Arc<LeafPool>) -> Self {
        Self {
            context,
            pool,
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// The SCALE answer to the SCALE request of the node with `network_key`.
    pub(crate) async fn answer(&self, network_key: [u8; 32], request: Vec<u8>) -> Vec<u8> {
        self.respond(network_key, request).await.encode()
    }

    async fn respond(&self, network_key: [u8; 32], request: Vec<u8>) -> PeerResponse {
        let Some(peer) = self.context.verifiers.with_network_key(&network_key) else {
            return PeerResponse::Refused(PeerRefusal::NotAVerifier);
        };
        let Ok(_place) = self.places.try_acquire() else {
            return PeerResponse::Refused(PeerRefusal::Busy);
        };
        if request.len() > MAX_PEER_MESSAGE_BYTES {
            return PeerResponse::Refused(PeerRefusal::Malformed);
        }
        let mut bytes = request.as_slice();
        let request = match PeerRequest::decode(&mut bytes) {
            Ok(request) if bytes.is_empty() => request,
            _ => return PeerResponse::Refused(PeerRefusal::Malformed),
        };
        let (context, pool) = (Arc::clone(&self.context), Arc::clone(&self.pool));
        // Ranges are read from disk, and secrets sealed: not on the threads that serve everybody.
        let work = tokio::task::spawn_blocking(move || answer_one(&context, &pool, &peer, request));
        work.await
            .unwrap_or(PeerResponse::Refused(PeerRefusal::Busy))
    }
}

fn answer_one(
    context: &Context,
    pool: &LeafPool,
    peer: &Peer,
    request: PeerRequest,
) -> PeerResponse {
    let refused = PeerResponse::Refused(PeerRefusal::Unknown);
    match request {
        PeerRequest::SetSecret { epoch, commitment } => {
            copies::seal_for(context, peer, epoch, &commitment).unwrap_or(refused)
        }
        PeerRequest::TicketOpened {
            viewer,
            playtime_ms,
        } => {
            let now_ms = context.time.monotonic_ms();
            // The ticket can be finished for 1.5 times the playtime.
            let until = u64::from(playtime_ms.min(60_000)).saturating_mul(3) / 2;
            let until = now_ms.saturating_add(until);
            context.accounts.note_elsewhere(&viewer, now_ms, until);
            PeerResponse::Noted
        }
        PeerRequest::TicketClosed { viewer } => {
            context.accounts.clear_elsewhere(&viewer);
            PeerResponse::Noted
        }
        PeerRequest::NewViews { leaves } if leaves.len() <= MAX_NEW_VIEWS => {
            pool.add(leaves);
            PeerResponse::Noted
        }
        PeerRequest::NewViews { .. } => PeerResponse::Refused(PeerRefusal::Malformed),
        PeerRequest::Totals { as_of, root, first } => {
            match earnings::totals_from(context, as_of, &root, first) {
                Ok(totals) => totals.map_or(refused, PeerResponse::Totals),
                Err(error) => {
                    tracing::warn!(%error, "another verifier could not be answered");
                    refused
                }
            }
        }
        PeerRequest::Snapshots
        | PeerRequest::SnapshotHashes { .. }
        | PeerRequest::SnapshotPart { .. } => {
            let answered = snapshots(context, &request);
            answered.unwrap_or(refused)
        }
        read => answer_from_store(context, read).unwrap_or_else(|error| {
            tracing::warn!(%error, "another verifier could not be answered");
            refused
        }),
    }
}

/// What is asked of snapshots. `None` when it is not here.
fn snapshots(context: &Context, request: &PeerRequest) -> Option<PeerResponse> {
    let own = &context.snapshots;
    match request {
        PeerRequest::Snapshots => {
            let interval = context.chain.earnings_interval(At::Best).ok()?;
            let heads = own.want(context.place().round, interval);
            Some(PeerResponse::Snapshots(BoundedVec::truncate_from(heads)))
        }
        PeerRequest::SnapshotHashes { root, first } => {
            own.hashes(root, *first).map(PeerResponse::Hashes)
        }
        PeerRequest::SnapshotPart { root, index } => match own.part(root, *index) {
            Ok(part) => part.map(PeerResponse::SnapshotPart),
            Err(error) => {
                tracing::warn!(%error, "a part of a snapshot can't be read");
                None
            }
        },
        _ => None,
    }
}

fn answer_from_store(context: &Context, request: PeerRequest) -> StoreResult<PeerResponse> {
    let view = context.store.view()?;
    Ok(match request {
        PeerRequest::Delegations { hashes } => {
            let found = view.get_all(DELEGATIONS, &hashes)?;
            PeerResponse::Delegations(within_range(found.into_iter().flatten()))
        }
        PeerRequest::BodyHashes { root, first } => {
            match view.body_hashes_from(&root, first, MAX_HASHES)? {
                Some(hashes) => PeerResponse::Hashes(hashes),
                None => PeerResponse::Refused(PeerRefusal::Unknown),
            }
        }
        PeerRequest::Leaves { hashes } => {
            let found = view.get_all(LEAVES, &hashes)?;
            PeerResponse::Leaves(within_range(found.into_iter().flatten()))
        }
        PeerRequest::TicketHashes { round, first } => {
            // The list of a round is told when it can't grow any more.
            if round >= context.tickets.first_open_round() {
                return Ok(PeerResponse::Refused(PeerRefusal::Unknown));
            }
            let tickets = view.tickets(round, first, MAX_HASHES)?;
            let hashes = tickets.iter().map(|ticket| ticket.leaf_hash::<Sha256>());
            PeerResponse::Hashes(hashes.collect())
        }
        PeerRequest::Evidence { hashes } => {
            let mut found = Vec::new();
            for hash in &hashes {
                found.extend(view.evidence_of(hash)?.map(|evidence| (*hash, evidence)));
            }
            PeerResponse::Evidence(within_range(found))
        }
        _ => PeerResponse::Refused(PeerRefusal::Malformed),
    })
}

/// As many items from the start as fit into one range.
fn within_range<T: Encode>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut bytes = 0usize;
    items
        .into_iter()
        .take_while(|item| {
            bytes = bytes.saturating_add(item.encoded_size());
            bytes <= MAX_RANGE_BYTES
        })
        .collect()
}
