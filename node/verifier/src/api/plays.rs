//! Plays of settled view blocks by cell, for registered controllers.

use chainflix_primitives::{
    plays::{self, MAX_CELLS_PER_PAGE, MAX_REQUEST_MS, PlaysPage, SignedPlaysRequest},
    refusal::Refusal,
};
use codec::DecodeAll;

use crate::chain::{At, ChainError};
use crate::context::Context;
use crate::error::Failure;
use crate::keys::is_signed_by;
use crate::store::StoreError;

/// Why plays are not told.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoPlays {
    /// The request can't be read.
    #[error("{}", .0.words())]
    Refused(Refusal),
    /// It is not signed by a registered controller for this verifier and chain, or not good now.
    #[error(
        "Plays are told to controllers that are registered on chain, against a fresh signature for this verifier."
    )]
    NotAController,
    /// No approved view block of the round has this root.
    #[error("No view block with this root was settled and approved in the round.")]
    NotSettled,
    /// The block is not here, or no longer.
    #[error("This verifier does not have the view block; ask another one.")]
    NoBody,
    /// This verifier's own fault.
    #[error("the verifier can't answer now")]
    Failed(Failure),
}

impl From<ChainError> for NoPlays {
    fn from(error: ChainError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for NoPlays {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Answers a SCALE [`SignedPlaysRequest`].
pub(super) fn answer(context: &Context, request: &[u8]) -> Result<PlaysPage, NoPlays> {
    let SignedPlaysRequest { request, signature } = SignedPlaysRequest::decode_all(&mut &*request)
        .map_err(|_| NoPlays::Refused(Refusal::Malformed))?;
    let now_ms = context.time.now_ms();
    let is_fresh =
        request.expires_ms > now_ms && request.expires_ms <= now_ms.saturating_add(MAX_REQUEST_MS);
    let is_ours =
        request.genesis == context.genesis && context.place().account == Some(request.verifier);
    if !is_fresh
        || !is_ours
        || !context.facts.is_controller(request.controller)?
        || !is_signed_by(&request.controller, &request.signing_payload(), &signature)
    {
        return Err(NoPlays::NotAController);
    }
    let settled = context.chain.settled(At::Finalized, request.round)?;
    let is_approved = settled.is_some_and(|round| {
        let mut blocks = round.blocks.iter();
        blocks.any(|block| block.approved && block.root == request.root)
    });
    if !is_approved {
        return Err(NoPlays::NotSettled);
    }
    let body = context.store.view()?.body(&request.root)?;
    let (_, leaves) = body.ok_or(NoPlays::NoBody)?;
    let counted = plays::count(&leaves);
    let first = usize::try_from(request.first).unwrap_or(usize::MAX);
    Ok(PlaysPage {
        total: u32::try_from(counted.len()).unwrap_or(u32::MAX),
        cells: counted
            .into_iter()
            .skip(first)
            .take(MAX_CELLS_PER_PAGE)
            .collect(),
    })
}
