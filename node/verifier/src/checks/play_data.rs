//! What the issuing verifier checks of Play Data. The first rule that does not hold, in the order of `check_all`, is the
//! reason.

use chainflix_primitives::{
    Sha256,
    hash::Hash32,
    play_data::PlayData,
    refusal::Refusal,
    registry::{CountedEnhancement, VideoTerms},
    view::{VIEW_VERSION, ViewClaim},
    window::{self, MIN_EARNING_MS, WindowError},
};

use super::receipts::{KnownDelivery, ReceiptContext};
use super::signatures::{Deferred, Signed};
use super::{cell, receipts};
use crate::accounts::OpenTicket;
use crate::secrets::Secrets;

/// What Play Data is held against, all of it of the ticket's round of issue.
pub(crate) struct PlayContext<'a> {
    /// Genesis hash of the chain.
    pub(crate) genesis: &'a Hash32,
    /// The set secrets.
    pub(crate) secrets: &'a Secrets,
    /// The viewer's open ticket.
    pub(crate) open: &'a OpenTicket,
    /// The session key of the delegation that the ticket names.
    pub(crate) session_key: &'a [u8; 32],
    /// From issue to arrival, in ms on the monotonic clock.
    pub(crate) elapsed_ms: u32,
    /// Whether the interval overlaps an accepted one of the account.
    pub(crate) overlaps: bool,
    /// Whether the minute has earned in this cycle.
    pub(crate) spent: bool,
    /// The video.
    pub(crate) terms: &'a VideoTerms,
    /// Difficulty of the nonce.
    pub(crate) difficulty: u8,
    /// The enhancements that the video had.
    pub(crate) enhancements: &'a [CountedEnhancement],
    /// The claim's deliveries, with their providers.
    pub(crate) deliveries: &'a [KnownDelivery<'a>],
}

/// Checks Play Data; it holds when the signatures do that come back. Should a rule behind a signature not hold, the
/// signature is verified here, so that the first rule that does not hold is the reason all the same.
pub(crate) fn check(data: &PlayData, context: &PlayContext<'_>) -> Result<Deferred, Refusal> {
    let mut deferred = Deferred::default();
    match check_all(data, context, &mut deferred) {
        Ok(()) => Ok(deferred),
        Err(refusal) => Err(deferred.or(refusal)),
    }
}

fn check_all(
    data: &PlayData,
    context: &PlayContext<'_>,
    deferred: &mut Deferred,
) -> Result<(), Refusal> {
    check_claim(data, context, deferred)?;
    check_time(context)?;
    let claim = &data.claim;
    cell::check_entry(context.terms, claim, &data.cell, &data.cell_path)?;
    cell::check_possession(claim, &data.cell, &data.openings)?;
    let input = claim.nonce_input::<Sha256>(*context.genesis, context.open.cycle);
    if !input.is_met::<Sha256>(claim.nonce, context.difficulty) {
        return Err(Refusal::BadNonce);
    }
    receipts::check(
        &ReceiptContext {
            genesis: context.genesis,
            secrets: context.secrets,
            claim,
            session_key: context.session_key,
            issued: context.open.ticket.round,
            cell_bytes: data.cell.bytes,
        },
        context.deliveries,
        &data.receipts,
        deferred,
    )?;
    if context.open.playtime_ms < MIN_EARNING_MS {
        return Err(Refusal::CellTooShort);
    }
    Ok(())
}

/// The claim repeats the ticket, and the session key signed it.
fn check_claim(
    data: &PlayData,
    context: &PlayContext<'_>,
    deferred: &mut Deferred,
) -> Result<(), Refusal> {
    let (claim, ticket) = (&data.claim, &context.open.ticket);
    if claim.version != VIEW_VERSION {
        return Err(Refusal::Malformed);
    }
    if claim.viewer != ticket.viewer {
        return Err(Refusal::NotYourTicket);
    }
    let is_of_ticket = claim.delegation == ticket.delegation
        && claim.video == ticket.video
        && claim.minute == ticket.minute
        && claim.rendition == ticket.rendition
        && claim.issue_ms == ticket.issue_ms
        && claim.constant == ticket.constant
        && claim.play_code == ticket.play_code;
    if !is_of_ticket {
        return Err(Refusal::UnknownTicket);
    }
    let is_its_ad = match (&context.open.ad, &claim.ad) {
        (None, None) => true,
        (Some(place), Some(shown)) => place.is_of(shown),
        _ => false,
    };
    if !is_its_ad {
        return Err(Refusal::OtherAd);
    }
    let signed = Signed {
        key: *context.session_key,
        signature: data.signature.0,
        payload: claim.signing_payload(context.genesis),
    };
    deferred.push(signed, Refusal::BadSignature);
    check_enhancements(claim, context.enhancements)
}

/// Every enhancement is named once, and was attached to the video: its owner is paid for the view.
fn check_enhancements(claim: &ViewClaim, counted: &[CountedEnhancement]) -> Result<(), Refusal> {
    if !claim.has_enhancements_in_order() {
        return Err(Refusal::EnhancementsNotInOrder);
    }
    let is_counted = |id: &u32| counted.iter().any(|one| one.id == *id);
    if !claim.enhancements.iter().all(is_counted) {
        return Err(Refusal::EnhancementNotAttached);
    }
    Ok(())
}

fn check_time(context: &PlayContext<'_>) -> Result<(), Refusal> {
    window::check_elapsed(context.open.playtime_ms, context.elapsed_ms).map_err(
        |error| match error {
            WindowError::TooEarly => Refusal::TooEarly,
            WindowError::TooLate => Refusal::TooLate,
        },
    )?;
    if context.overlaps {
        return Err(Refusal::Overlap);
    }
    if context.spent {
        return Err(Refusal::AlreadyEarned);
    }
    Ok(())
}
