//! What a session may ask: keys, tickets, the acceptance of Play Data, and what became of it.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Magnet, Round, Sha256,
    api::{Reply, Request},
    draw,
    refusal::Refusal,
    registry::VideoTerms,
};

mod finish;
mod keys;
mod start;
mod uploads;
mod views;

use crate::api::address::AddressGroup;
use crate::api::session::Session;
use crate::chain::facts::{NotWatchable, RoundFacts};
use crate::context::Context;
use crate::error::Denied;

/// One message of a session.
pub(crate) struct Message<'a> {
    /// The session.
    pub(crate) session: &'a Session,
    /// Where it came from.
    pub(crate) group: AddressGroup,
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
            context.metrics.refused(refusal);
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
    if let Request::Views { limit } = request {
        let answering = context.answering()?;
        if !message.session.delegation.holds_in(answering.round) {
            return Err(Refusal::DelegationExpired.into());
        }
        return views::latest(context, message, limit);
    }
    let ready = context.ready()?;
    // A view is judged by the round of its ticket, which was issued only while the delegation held.
    let finishes = matches!(request, Request::FinishCell { .. });
    if !finishes && !message.session.delegation.holds_in(ready.round) {
        return Err(Refusal::DelegationExpired.into());
    }
    match request {
        // The chain stands still, or the clock is ahead of it: what is earned now might never get into a report.
        Request::StartCell { .. } | Request::FinishCell { .. } if !ready.may_earn => {
            Err(Refusal::NotReady.into())
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
        } => start::start_cell(context, &ready, message, video, rendition, cell).await,
        Request::AbandonCell => Ok(start::abandon(context, message)),
        Request::FinishCell { data } => finish::finish_cell(context, &ready, message, *data).await,
        Request::BeginUpload => uploads::begin(context, &ready, message).await,
        Request::UploadKeys {
            upload,
            rendition,
            first,
            count,
        } => uploads::keys(context, message, upload, rendition, first, count),
        // Answered above, by a verifier that is not ready for anything else, too.
        Request::Views { .. } => Err(Refusal::Malformed.into()),
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
