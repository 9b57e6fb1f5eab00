//! Keys of cells: DownloadKeys with their tokens, and content keys.

use chainflix_primitives::{
    CellId, Magnet, Sha256,
    api::{CellGrant, CellWanted, Reply},
    manifest::MAX_CELL_BYTES,
    receipt::{TOKEN_ROUNDS, TOKEN_VERSION, TokenTerms, token_allowance},
    refusal::Refusal,
    sources::Sources,
};

use super::{Message, assigned, watchable};
use crate::accounts::Place;
use crate::checks::cell;
use crate::context::{Context, Ready};
use crate::error::{Denied, Failure};
use crate::keys::{is_signed_by, tokens};

/// May the account watch this video now?
pub(super) fn open_video(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
    video: Magnet,
) -> Result<Reply, Denied> {
    watchable(context, video, ready.round)?;
    let account = message.account();
    let facts = context.round_facts(ready.round)?;
    Ok(Reply::VideoOpen {
        assigned: assigned(&facts, &account),
        earned: context.store.view()?.spent(facts.cycle, account, video)?,
    })
}

/// DownloadKeys and delivery tokens, only for what a registered controller chose.
pub(super) fn cell_keys(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
    cells: &[CellWanted],
) -> Result<Reply, Denied> {
    // Nothing is counted against the account before everything asked for is known to be in order.
    for wanted in cells {
        check_sources(context, ready, wanted)?;
    }
    for wanted in cells {
        let Sources { video, cell, .. } = wanted.sources.sources;
        let now_ms = message.arrived_ms;
        context
            .accounts
            .may_have_tokens(&message.account(), video, cell, now_ms)?;
    }
    let grants = cells
        .iter()
        .map(|wanted| grant(context, ready, message, wanted))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Reply::CellKeys(grants))
}

fn check_sources(context: &Context, ready: &Ready, wanted: &CellWanted) -> Result<(), Denied> {
    let sources = &wanted.sources.sources;
    if sources.genesis != context.genesis
        || sources.expires_ms <= ready.now_ms
        || !is_signed_by(
            &sources.controller,
            &sources.signing_payload(),
            &wanted.sources.signature,
        )
        || !context.facts.is_controller(sources.controller)?
    {
        return Err(Refusal::UnknownSources.into());
    }
    let terms = watchable(context, sources.video, ready.round)?;
    let exists = cell::playtime(&terms, sources.rendition, sources.cell).is_some();
    if !exists || wanted.bytes == 0 || wanted.bytes > MAX_CELL_BYTES {
        return Err(Refusal::BadCell.into());
    }
    for provider in &sources.providers {
        if context.facts.provider(*provider)?.is_none() {
            return Err(Refusal::UnknownProvider.into());
        }
    }
    Ok(())
}

fn grant(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
    wanted: &CellWanted,
) -> Result<CellGrant, Denied> {
    let sources = &wanted.sources.sources;
    let terms = watchable(context, sources.video, ready.round)?;
    let viewer = message.account();
    let cell = CellId::of::<Sha256>(&sources.video, sources.rendition, sources.cell);
    let download_key = context
        .secrets
        .of(terms.key_epoch)
        .ok_or(Refusal::NotReady)?
        .download_key(&cell, &viewer);
    let lifetime = u64::from(ready.clock.round_ms).saturating_mul(u64::from(TOKEN_ROUNDS));
    let secret = &ready.secret;
    let tokens = sources
        .providers
        .iter()
        .map(|provider| {
            let terms = TokenTerms {
                version: TOKEN_VERSION,
                genesis: context.genesis,
                issuer: ready.account,
                epoch: secret.epoch(),
                viewer,
                session_key: message.session.delegation.session_key,
                video: sources.video,
                cell: sources.cell,
                rendition: sources.rendition,
                provider: *provider,
                round: ready.round,
                expires_ms: ready.now_ms.saturating_add(lifetime),
                max_bytes: token_allowance(u64::from(wanted.bytes)),
            };
            let key = secret.provider_key(*provider, &ready.account);
            tokens::make(terms, &key, &download_key).ok_or(Failure::Seal)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(CellGrant {
        rendition: sources.rendition,
        cell: sources.cell,
        download_key: *download_key,
        tokens,
    })
}

/// The content key of the playing cell, or of the next in the last 15 s; in step with it, of an enhancement of its video.
pub(super) fn content_key(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
    video: Magnet,
    rendition: u8,
    cell: u16,
) -> Result<Reply, Denied> {
    let terms = watchable(context, video, ready.round)?;
    let playtime_ms = cell::playtime(&terms, rendition, cell).ok_or(Refusal::BadCell)?;
    let place = Place {
        video,
        cell,
        playtime_ms,
    };
    let viewer = message.account();
    let beside = match context.accounts.plays(&viewer) {
        Some(film) if film != video => {
            let attached = context.facts.enhancements(film, ready.round)?;
            let is_layer = attached.iter().any(|one| one.hash == video.0);
            is_layer.then_some(film)
        }
        _ => None,
    };
    context
        .accounts
        .may_have_content_key(&viewer, place, beside, message.arrived_ms)?;
    let key = context
        .secrets
        .of(terms.key_epoch)
        .ok_or(Refusal::NotReady)?
        .content_key(&terms.producer, &terms.upload_id, rendition, cell);
    Ok(Reply::ContentKey(*key))
}
