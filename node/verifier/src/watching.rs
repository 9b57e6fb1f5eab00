//! What a session may ask: keys, tickets, the acceptance of Play Data, and what became of it.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Magnet, Round, Sha256,
    api::{Reply, Request},
    draw,
    refusal::Refusal,
    registry::VideoTerms,
};

pub(crate) mod ads;
mod finish;
mod keys;
mod start;
mod uploads;
mod views;

pub(crate) use self::views::MOST as MOST_VIEWS;

use crate::addresses::Withheld;
use crate::api::address::Caller;
use crate::api::session::Session;
use crate::chain::facts::{NotWatchable, RoundFacts};
use crate::context::Context;
use crate::error::Denied;

/// One message of a session.
pub(crate) struct Message<'a> {
    /// The session.
    pub(crate) session: &'a Session,
    /// Where it came from.
    pub(crate) caller: Caller,
    /// When it arrived, on the monotonic clock.
    pub(crate) arrived_ms: u64,
}

impl Message<'_> {
    fn account(&self) -> AccountId {
        self.session.account()
    }
}

/// Answers a request. Whatever a rule denies is a reply, too.
pub(crate) async fn answer(
    context: &Arc<Context>,
    message: &Message<'_>,
    request: Request,
) -> Result<Reply, Denied> {
    match route(context, message, request).await {
        Err(Denied::Refused(refusal)) => {
            context.refused(refusal);
            Ok(Reply::Refused(refusal))
        }
        other => other,
    }
}

async fn route(
    context: &Arc<Context>,
    message: &Message<'_>,
    request: Request,
) -> Result<Reply, Denied> {
    if is_withheld(&message.caller, &request) {
        return Err(Refusal::AddressRefused.into());
    }
    if let Request::Views { .. } | Request::View { .. } = request {
        let answering = context.answering()?;
        if !message.session.delegation.holds_in(answering.round) {
            return Err(Refusal::DelegationExpired.into());
        }
    }
    match request {
        Request::Views { limit } => return views::latest(context, message, limit),
        Request::View { view } => return views::one(context, message, view).await,
        _ => {}
    }
    let ready = context.ready()?;
    // A view is judged by the round of its ticket, which was issued only while the delegation held.
    let finishes = matches!(request, Request::FinishCell { .. });
    if !finishes && !message.session.delegation.holds_in(ready.round) {
        return Err(Refusal::DelegationExpired.into());
    }
    match request {
        // The chain stands still, or the clock is ahead of it: what is earned now might never get into a report.
        Request::StartCell { .. } | Request::StartAd { .. } | Request::FinishCell { .. }
            if !ready.may_earn =>
        {
            Err(Refusal::NotReady.into())
        }
        // It could attest a minute a second time.
        Request::StartCell { .. } if !context.rebuilding.is_over() => {
            Err(Refusal::Rebuilding.into())
        }
        Request::OpenVideo { video } => keys::open_video(context, &ready, message, video),
        Request::CellKeys { cells } => keys::cell_keys(context, &ready, message, &cells),
        Request::ContentKey {
            video,
            rendition,
            cell,
        } => keys::content_key(context, &ready, message, video, rendition, cell),
        Request::StartCell {
            video,
            rendition,
            cell,
        } => {
            let wanted = start::Wanted {
                video,
                rendition,
                minute: cell,
                ad: None,
            };
            start::start_cell(context, &ready, message, wanted).await
        }
        Request::StartAd {
            campaign,
            host_video,
            rendition,
        } => ads::start_ad(context, &ready, message, campaign, host_video, rendition).await,
        Request::AbandonCell { ticket } => Ok(start::abandon(context, message, ticket)),
        Request::FinishCell { data } => finish::finish_cell(context, &ready, message, *data).await,
        Request::BeginUpload => uploads::begin(context, &ready, message).await,
        Request::UploadKeys {
            upload,
            rendition,
            first,
            count,
        } => uploads::keys(context, message, upload, rendition, first, count),
        // Answered above, by a verifier that is not ready for anything else, too.
        Request::Views { .. } | Request::View { .. } => Err(Refusal::Malformed.into()),
    }
}

/// Whether the operator withholds what is asked for from the caller's address. What plays may be finished.
fn is_withheld(caller: &Caller, request: &Request) -> bool {
    match request {
        Request::StartCell { .. } | Request::StartAd { .. } => caller.lacks(Withheld::Tickets),
        Request::CellKeys { .. } | Request::ContentKey { .. } => caller.lacks(Withheld::Keys),
        _ => false,
    }
}

/// The terms of a video that may be watched in `round`.
fn watchable(context: &Context, video: Magnet, round: Round) -> Result<Arc<VideoTerms>, Denied> {
    match context.facts.active_video(video, round)? {
        Ok(terms) => Ok(terms),
        Err(NotWatchable::Unknown) => Err(Refusal::UnknownVideo.into()),
        Err(NotWatchable::NotActive) => Err(Refusal::VideoNotActive.into()),
    }
}

/// The verifiers that may issue tickets to `account` in the round of `facts`.
fn assigned(facts: &RoundFacts, account: &AccountId) -> Vec<AccountId> {
    draw::assigned_verifiers::<Sha256>(&facts.seed, account, &facts.set)
}
