//! Receipts: that registered providers moved the cell to this viewer.

use chainflix_primitives::{
    Round, Sha256,
    hash::Hash32,
    receipt::{self, Receipt, TOKEN_ROUNDS, TOKEN_VERSION},
    refusal::Refusal,
    registry::ProviderRecord,
    view::{Delivery, ViewClaim},
};

use super::signatures::{Deferred, Signed};
use crate::keys::tokens;
use crate::secrets::Secrets;

/// A delivery with what is known of its provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownDelivery<'a> {
    /// What the claim says.
    pub(crate) delivery: &'a Delivery,
    /// The provider's record.
    pub(crate) provider: Option<&'a ProviderRecord>,
}

/// What receipts are held against.
#[derive(Clone, Copy)]
pub(crate) struct ReceiptContext<'a> {
    /// Genesis hash of the chain.
    pub(crate) genesis: &'a Hash32,
    /// The set secrets, from which the providers' keys are derived.
    pub(crate) secrets: &'a Secrets,
    /// The claim.
    pub(crate) claim: &'a ViewClaim,
    /// The session key that signed it.
    pub(crate) session_key: &'a [u8; 32],
    /// Round of issue of the ticket.
    pub(crate) issued: Round,
    /// Length of the cell in bytes.
    pub(crate) cell_bytes: u32,
}

/// Checks that each delivery of the claim has its receipt, that each is genuine and for this viewer and cell, and that
/// together they cover the cell. The providers' signatures are deferred.
pub(crate) fn check(
    context: &ReceiptContext<'_>,
    deliveries: &[KnownDelivery<'_>],
    receipts: &[Receipt],
    deferred: &mut Deferred,
) -> Result<(), Refusal> {
    if deliveries.is_empty() || receipts.is_empty() {
        return Err(Refusal::ReceiptsMissing);
    }
    let ascending = deliveries.windows(2).all(|pair| match pair {
        [a, b] => a.delivery.provider < b.delivery.provider,
        _ => false,
    });
    if deliveries.len() != receipts.len() || !ascending {
        return Err(Refusal::BadReceipt);
    }
    let mut received = 0u64;
    for (known, receipt) in deliveries.iter().zip(receipts) {
        check_one(context, known, receipt, deferred)?;
        received = received.saturating_add(u64::from(known.delivery.bytes));
    }
    if receipt::covers_cell(received, u64::from(context.cell_bytes)) {
        Ok(())
    } else {
        Err(Refusal::ReceiptsMissing)
    }
}

fn check_one(
    context: &ReceiptContext<'_>,
    known: &KnownDelivery<'_>,
    receipt: &Receipt,
    deferred: &mut Deferred,
) -> Result<(), Refusal> {
    let provider = known
        .provider
        .filter(|provider| provider.from_round <= context.issued)
        .ok_or(Refusal::UnknownProvider)?;
    let (claim, terms) = (context.claim, &receipt.token.terms);
    let is_for_this_view = terms.version == TOKEN_VERSION
        && terms.genesis == *context.genesis
        && terms.viewer == claim.viewer
        && terms.session_key == *context.session_key
        && terms.video == claim.video
        && (terms.rendition, terms.cell) == (claim.rendition, claim.minute)
        && terms.provider == known.delivery.provider;
    let counted = receipt.bytes.min(u64::from(context.cell_bytes));
    let is_within_bounds =
        receipt.bytes <= terms.max_bytes && u64::from(known.delivery.bytes) == counted;
    if !is_for_this_view || !is_within_bounds {
        return Err(Refusal::BadReceipt);
    }
    if terms.round.abs_diff(context.issued) > TOKEN_ROUNDS {
        return Err(Refusal::TokenTooOld);
    }
    // Only a verifier can derive the key under which a token opens. One that left before the token was issued knows the
    // keys of earlier epochs only.
    let due = context.secrets.epoch_in(terms.round);
    let secret = due
        .filter(|due| terms.epoch >= *due)
        .and_then(|_| context.secrets.of(terms.epoch));
    let is_verifiers_token = secret.is_some_and(|secret| {
        let key = secret.provider_key(terms.provider, &terms.issuer);
        tokens::open(&receipt.token, &key).is_some()
    });
    if !is_verifiers_token {
        return Err(Refusal::BadReceipt);
    }
    let token = receipt.token.id::<Sha256>();
    let signed = Signed {
        key: provider.peer_key,
        signature: receipt.provider_signature.0,
        payload: receipt::receipt_payload(context.genesis, &token, receipt.bytes),
    };
    deferred.push(signed, Refusal::BadReceipt);
    Ok(())
}
