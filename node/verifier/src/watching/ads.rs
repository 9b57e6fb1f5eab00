//! Advertisements: the cell of a campaign's creative, which plays within another video.
//!
//! What a campaign promises and whether it is active is the chain's to say, for the ticket's round of issue. Its cap and its
//! least age of accounts are enforced when earnings are computed, over the views of all verifiers; here a viewer is told at
//! once, as far as this verifier knows.

use chainflix_primitives::{
    AccountId, Magnet, Round,
    api::Reply,
    campaign::{CampaignTerms, day_of},
    refusal::Refusal,
    view::AdShown,
};

use super::start::{Wanted, start_cell};
use super::{Message, watchable};
use crate::context::{Context, Ready};
use crate::error::Denied;
use crate::store::{StoreResult, View};

/// A creative has one cell.
const CREATIVE_MINUTE: u16 = 0;

/// Whose advertisement plays, and within what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdPlace {
    /// The campaign.
    pub(crate) campaign: u32,
    /// The video in which it plays.
    pub(crate) host_video: Magnet,
}

impl AdPlace {
    /// Whether a claim is about this advertisement; whether it was followed is the viewer's to say.
    pub(crate) fn is_of(&self, shown: &AdShown) -> bool {
        (shown.campaign, shown.host_video) == (self.campaign, self.host_video)
    }
}

/// Starts the cell of a campaign's creative.
pub(super) async fn start_ad(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
    campaign: u32,
    host_video: Magnet,
    rendition: u8,
) -> Result<Reply, Denied> {
    let terms = context.facts.campaign(campaign)?;
    let terms = terms.ok_or(Refusal::CampaignNotActive)?;
    let wanted = Wanted {
        video: terms.creative,
        rendition,
        minute: CREATIVE_MINUTE,
        ad: Some(AdPlace {
            campaign,
            host_video,
        }),
    };
    start_cell(context, ready, message, wanted).await
}

/// Whether the viewer may be shown the advertisement with a ticket of `round`.
pub(super) fn check(
    context: &Context,
    view: &View,
    viewer: &AccountId,
    ad: AdPlace,
    round: Round,
) -> Result<(), Denied> {
    let terms = context.facts.active_campaign(ad.campaign, round)?;
    let terms = terms.ok_or(Refusal::CampaignNotActive)?;
    watchable(context, ad.host_video, round)?;
    if !is_old_enough(view, &terms, viewer, round)? {
        return Err(Refusal::AccountTooYoung.into());
    }
    let shown = view.ads_shown(day_of(round), *viewer, ad.campaign)?;
    if shown >= u32::from(terms.views_per_day) {
        return Err(Refusal::CampaignCapReached.into());
    }
    Ok(())
}

fn is_old_enough(
    view: &View,
    terms: &CampaignTerms,
    viewer: &AccountId,
    round: Round,
) -> StoreResult<bool> {
    if terms.least_account_age == 0 {
        return Ok(true);
    }
    let since = view.ledger_account(viewer)?.watching_since;
    let age = since.and_then(|since| round.checked_sub(since));
    Ok(age.is_some_and(|age| age >= terms.least_account_age))
}
