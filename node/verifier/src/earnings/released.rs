//! Own views whose block came to nothing: they wait for another block, or are lost.

use chainflix_primitives::{AccountId, Round, api::ViewFate, registry::SettledBlock};

use crate::chain::{At, ChainError};
use crate::context::Context;
use crate::error::Failure;
use crate::store::views::ViewState;

/// Own views in blocks that were not approved, or never reported, wait for another block; those in void ones are lost.
pub(super) async fn look(context: &Context) -> Result<(), Failure> {
    let chain = &context.chain;
    let Some(own) = context.place().last else {
        return Ok(());
    };
    let standing = chain.standing(At::Finalized)?;
    let view = context.store.view()?;
    let mut released = Vec::new();
    let mut lost = Vec::new();
    for round in view.open_blocks()? {
        if is_void(context, own, round)? {
            lost.extend(view.open_in_block(round)?);
            continue;
        }
        let is_open = match chain.settled(At::Finalized, round)? {
            Some(settled) => {
                let ours = |block: &&SettledBlock| block.issuer == own;
                // Approved ones get their fate from the ledger.
                settled.blocks.iter().find(ours).is_some_and(|b| b.approved)
            }
            None => {
                // Reports of a round are taken until the next counted round is over.
                let last = standing.counted.first().copied();
                let may_come = last.is_none_or(|last| last <= round);
                may_come || is_reported(context, own, round)?
            }
        };
        if !is_open {
            released.extend(view.open_in_block(round)?);
        }
    }
    drop(view);
    if released.is_empty() && lost.is_empty() {
        return Ok(());
    }
    tracing::info!(
        waiting = released.len(),
        lost = lost.len(),
        "views of a block that was not approved wait for the next; those of a void one are lost"
    );
    context
        .store
        .writer()
        .write(move |batch| {
            released
                .iter()
                .try_for_each(|id| batch.set_view_state(*id, ViewState::Waiting))?;
            lost.iter()
                .try_for_each(|id| batch.set_view_state(*id, ViewState::Final(ViewFate::Voided)))
        })
        .await?;
    context.following.moved();
    Ok(())
}

/// Whether a fault was proven in the own block of `round` before it was settled.
fn is_void(context: &Context, own: AccountId, round: Round) -> Result<bool, ChainError> {
    let settled = context.chain.settled(At::Finalized, round)?;
    Ok(settled.is_some_and(|settled| {
        let mut blocks = settled.blocks.iter();
        blocks.any(|block| block.issuer == own && block.voided)
    }))
}

fn is_reported(context: &Context, own: AccountId, round: Round) -> Result<bool, ChainError> {
    let headers = context.chain.headers(At::Finalized, round)?;
    Ok(headers.iter().any(|(issuer, _)| *issuer == own))
}
