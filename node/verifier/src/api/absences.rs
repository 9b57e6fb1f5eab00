//! Neighbours between which an accepted view would stand in its issuer's view blocks: what it takes to have a missing one
//! paid for by `pov.claim_missing`.
//!
//! Neighbours tell what others watched. They are shown only for a view that its issuer accepted, once no block can hold it
//! any more, and only when it stands in none of those whose bodies are here.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{
    Round, Sha256,
    fault::PlacedLeaf,
    hash::Hash32,
    merkle,
    missing::{ABSENCES_VERSION, Absence, Absences, AbsencesRequest, StandsIn},
    play_data,
    refusal::Refusal,
    report::Header,
    rounds::{CYCLE_ROUNDS, MAX_CARRY_ROUNDS},
    ticket::{Acceptance, Ticket},
    view::ViewLeaf,
};
use codec::DecodeAll;

use crate::chain::{At, ChainError};
use crate::context::Context;
use crate::error::Failure;
use crate::keys::{is_signed_by, wallet::is_signed_by_sr25519};
use crate::store::tables::LEAVES;
use crate::store::{StoreError, View};

/// One proof is made at a time; whoever waits longer for its turn is told to come again.
const TURN: Duration = Duration::from_secs(2);

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAbsences {
    /// The request can't be read, or nobody has time for it.
    #[error("{}", .0.words())]
    Refused(Refusal),
    /// The acceptance is not of this ticket, or not signed by keys of the issuer.
    #[error(
        "Neighbours are shown only for a view that its issuer accepted: ticket, acceptance and certificate have to be its own."
    )]
    NotAccepted,
    /// It can still come into a block, or its blocks can still change.
    #[error("The view may still come into a block: the last that may hold it is not settled yet.")]
    MayStillCome,
    /// It is too late for it.
    #[error("The view was accepted more than a cycle ago: nothing can be claimed for it any more.")]
    TooLate,
    /// This verifier's own fault.
    #[error("the verifier can't answer now")]
    Failed(Failure),
}

impl From<Failure> for NoAbsences {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<ChainError> for NoAbsences {
    fn from(error: ChainError) -> Self {
        Self::Failed(error.into())
    }
}

/// Answers a SCALE [`AbsencesRequest`].
pub(super) async fn answer(context: &Arc<Context>, request: &[u8]) -> Result<Absences, NoAbsences> {
    let request = AbsencesRequest::decode_all(&mut &*request)
        .ok()
        .filter(|request| request.version == ABSENCES_VERSION)
        .ok_or(NoAbsences::Refused(Refusal::Malformed))?;
    if !is_accepted(context, &request)? {
        return Err(NoAbsences::NotAccepted);
    }
    let rounds = over(context, request.acceptance.round)?;
    // A path hashes the whole block.
    let turn = tokio::time::timeout(TURN, Arc::clone(&context.proving).acquire_owned());
    let turn = turn
        .await
        .map_err(|_| NoAbsences::Refused(Refusal::RateLimited))?;
    let context = Arc::clone(context);
    let showing = move || {
        let _turn = turn;
        shown(&context, &request.ticket, rounds)
    };
    let shown = tokio::task::spawn_blocking(showing).await;
    Ok(shown.map_err(|_| Failure::Interrupted)??)
}

/// Whether the issuer accepted the ticket's view, by a service key that its `pov` session key vouches for: the rule of
/// `pov.claim_missing`.
fn is_accepted(context: &Context, request: &AbsencesRequest) -> Result<bool, NoAbsences> {
    let AbsencesRequest {
        acceptance,
        certificate,
        ..
    } = request;
    let (genesis, issuer) = (&context.genesis, &acceptance.issuer);
    let payload =
        Acceptance::signing_payload(genesis, issuer, &acceptance.ticket, acceptance.round);
    let service_key = &certificate.announcement.service_key;
    if !request.is_of_one_view::<Sha256>()
        || !is_signed_by(service_key, &payload, &acceptance.signature)
    {
        return Ok(false);
    }
    let key = context
        .chain
        .pov_key(At::Finalized, *issuer, certificate.round)?;
    let payload = certificate.signing_payload(genesis, issuer);
    Ok(key.is_some_and(|key| is_signed_by_sr25519(&key, &payload, &certificate.signature)))
}

/// The rounds in whose blocks a view accepted in `round` could stand, once the last of them is settled.
fn over(context: &Context, round: Round) -> Result<Vec<Round>, NoAbsences> {
    let now = context.chain.standing(At::Finalized)?.round;
    // The chain looks at every round from there on: only at what can be claimed.
    if now.saturating_sub(round) > CYCLE_ROUNDS {
        return Err(NoAbsences::TooLate);
    }
    let rounds = context.chain.blocks_of(At::Finalized, round)?;
    let last = rounds.get(MAX_CARRY_ROUNDS as usize).copied();
    let settled = match last {
        Some(last) => context.chain.settled(At::Finalized, last)?,
        None => None,
    };
    if settled.is_some() {
        Ok(rounds)
    } else {
        Err(NoAbsences::MayStillCome)
    }
}

/// What the bodies show that are here.
fn shown(context: &Context, ticket: &Ticket, rounds: Vec<Round>) -> Result<Absences, Failure> {
    let store = context.store.view()?;
    let (mut absences, mut lacking) = (Vec::new(), Vec::new());
    for round in rounds {
        let headers = context.chain.headers(At::Finalized, round)?;
        let header = headers
            .into_iter()
            .find(|(issuer, header)| *issuer == ticket.issuer && header.count > 0);
        let Some((_, header)) = header else {
            continue;
        };
        match look(&store, ticket, round, &header)? {
            Some(Found::Stands(stands)) => {
                return Ok(Absences {
                    stands: Some(*stands),
                    ..Absences::default()
                });
            }
            Some(Found::Absent(absence)) => absences.push(*absence),
            None => lacking.push(round),
        }
    }
    // There are no more rounds than blocks that can hold a view.
    Ok(Absences {
        stands: None,
        absences: absences.try_into().unwrap_or_default(),
        lacking: lacking.try_into().unwrap_or_default(),
    })
}

/// What a body shows.
enum Found {
    Stands(Box<StandsIn>),
    Absent(Box<Absence>),
}

/// Looks for a ticket's view in a body; `None` when it is not here.
fn look(
    store: &View,
    ticket: &Ticket,
    round: Round,
    header: &Header,
) -> Result<Option<Found>, Failure> {
    let Some(hashes) = store.body_hashes(&header.root)? else {
        return Ok(None);
    };
    let key = (ticket.viewer, ticket.issue_ms);
    let Some(first_after) = first_after(store, &hashes, &key)? else {
        return Ok(None);
    };
    let placed = |index: usize| -> Result<Option<PlacedLeaf>, StoreError> {
        let leaf = match hashes.get(index) {
            Some(hash) => store.get(LEAVES, hash)?,
            None => None,
        };
        let path = merkle::proof::<Sha256>(&hashes, index).and_then(play_data::path);
        let place = u32::try_from(index).ok().zip(path);
        Ok(leaf
            .zip(place)
            .map(|(leaf, (index, path))| PlacedLeaf { index, leaf, path }))
    };
    let before = match first_after.checked_sub(1) {
        Some(index) => placed(index)?,
        None => None,
    };
    if let Some(stands) = before.as_ref().filter(|before| is_of(&before.leaf, ticket)) {
        let placed = stands.clone();
        return Ok(Some(Found::Stands(Box::new(StandsIn { round, placed }))));
    }
    let after = placed(first_after)?;
    let absence = Absence {
        round,
        before,
        after,
    };
    Ok(Some(Found::Absent(Box::new(absence))))
}

/// Place of the first leaf behind a key, by a binary search; `None` when a leaf is not here.
fn first_after(
    store: &View,
    hashes: &[Hash32],
    key: &(chainflix_primitives::AccountId, u64),
) -> Result<Option<usize>, StoreError> {
    let (mut first, mut end) = (0usize, hashes.len());
    while first < end {
        let middle = first.midpoint(end);
        let leaf = match hashes.get(middle) {
            Some(hash) => store.get(LEAVES, hash)?,
            None => None,
        };
        let Some(leaf) = leaf else {
            return Ok(None);
        };
        if leaf.sort_key() <= *key {
            first = middle.saturating_add(1);
        } else {
            end = middle;
        }
    }
    Ok(Some(first))
}

fn is_of(leaf: &ViewLeaf, ticket: &Ticket) -> bool {
    leaf.ticket(ticket.issuer, ticket.round) == *ticket
}
