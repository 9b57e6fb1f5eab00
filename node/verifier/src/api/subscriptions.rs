//! Subscriptions: what is told, unasked, over a WebSocket.
//!
//! One message of a subscription is on its way at a time. Whoever does not take it in time is sent away with the reason, and
//! so is whoever falls behind: nothing is kept for those who don't read, and subscribing again tells how things stand.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{Round, news::ViewChange, refusal::Refusal};
use jsonrpsee::{
    Extensions, PendingSubscriptionSink, SendTimeoutError, SubscriptionCloseResponse,
    SubscriptionMessage, SubscriptionSink,
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;

use super::calls::{Calls, WantedViews};
use super::methods::{Answer, Api, bytes, failed, invalid, refused};
use super::server::Origin;
use super::session::SessionId;
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::following::{Over, Told, rounds::RoundNews, views::ViewsSeen};

/// Code of a JSON-RPC error when there are as many subscriptions as may be.
pub(super) const TOO_MANY: i32 = 905;
/// Code of the error with which a subscription ends whose messages are not taken.
pub(super) const TOO_SLOW: i32 = 906;

/// Most changes in one message: with statuses of views it stays far below the longest answer.
const CHANGES_AT_ONCE: usize = 256;
/// Settled rounds that are read at a time.
const ROUNDS_AT_ONCE: u32 = 16;
/// Whoever comes back is told of rounds that were settled at most so many rounds ago.
const PAST_ROUNDS: Round = 1_000;

/// Why a subscription ends.
enum Ended {
    /// By whoever subscribed, or with its connection: nobody is there to be told.
    Gone,
    /// Its messages are not taken.
    TooSlow,
    /// By a rule: the session is over, or what it was opened by.
    Refused(Refusal),
    /// This verifier can't go on.
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Over> for Ended {
    fn from(over: Over) -> Self {
        match over {
            Over::Behind => Self::TooSlow,
            Over::Ended => Self::Gone,
        }
    }
}

impl Ended {
    /// What is sent last, as an error of the subscription.
    fn closing(&self) -> SubscriptionCloseResponse {
        let error = match self {
            Self::Gone => return SubscriptionCloseResponse::None,
            Self::TooSlow => {
                let words = "What was told was not taken in time; subscribe again, which begins with how things stand.";
                ErrorObjectOwned::owned(TOO_SLOW, words, Some("TooSlow"))
            }
            Self::Refused(refusal) => refused(*refusal),
            Self::Failed(failure) => failed(failure),
        };
        match SubscriptionMessage::from_json(&error) {
            Ok(message) => SubscriptionCloseResponse::NotifErr(message),
            Err(_) => SubscriptionCloseResponse::None,
        }
    }
}

/// `verifier_subscribeViews`.
pub(super) async fn views(
    api: Arc<Api>,
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    from: Extensions,
) -> SubscriptionCloseResponse {
    let wanted = |calls: &Calls| -> Answer<WantedViews> {
        let malformed = || api.denied(&Refusal::Malformed.into());
        let (id, number, sealed): (String, u64, String) =
            params.parse().map_err(|_| malformed())?;
        let id = bytes(&id).map_err(|_| malformed())?;
        let id: SessionId = id.try_into().map_err(|_| malformed())?;
        let sealed = bytes(&sealed).map_err(|_| malformed())?;
        let wanted = calls.wanted_views(&id, number, &sealed);
        wanted.map_err(|denied| api.denied(&denied))
    };
    let context = api.context();
    let (wanted, _places, sink) = match open(&api, pending, &from, wanted).await {
        Some(opened) => opened,
        None => return SubscriptionCloseResponse::None,
    };
    match tell_views(context, &wanted, &sink).await {
        Ok(never) => match never {},
        Err(ended) => ended.closing(),
    }
}

/// `verifier_subscribeRounds`.
pub(super) async fn rounds(
    api: Arc<Api>,
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    from: Extensions,
) -> SubscriptionCloseResponse {
    let after = |_: &Calls| -> Answer<Option<Round>> {
        let after = params.sequence().optional_next();
        after.map_err(|_| invalid("after is a round"))
    };
    let context = api.context();
    let (after, _places, sink) = match open(&api, pending, &from, after).await {
        Some(opened) => opened,
        None => return SubscriptionCloseResponse::None,
    };
    match tell_rounds(context, after, &sink).await {
        Ok(never) => match never {},
        Err(ended) => ended.closing(),
    }
}

/// Counts a subscription among the calls and in its places, reads what is wanted, and accepts it. `None` when it is not,
/// which has been said.
async fn open<W>(
    api: &Api,
    pending: PendingSubscriptionSink,
    from: &Extensions,
    wanted: impl FnOnce(&Calls) -> Answer<W>,
) -> Option<(W, impl Sized, SubscriptionSink)> {
    let opened = || -> Answer<_> {
        let caller = api.called(from)?;
        let wanted = wanted(api.calls())?;
        let connection = from.get::<Origin>().ok_or_else(too_many)?;
        let of_connection = Arc::clone(&connection.subscriptions);
        let of_connection = of_connection.try_acquire_owned().map_err(|_| too_many())?;
        let places = api.calls().subscribe(caller).ok_or_else(too_many)?;
        Ok((wanted, (of_connection, places)))
    };
    let patience = api.context().config.limits.subscriber_patience;
    match opened() {
        Ok((wanted, places)) => {
            // Who does not even take the answer follows nothing.
            let accepted = tokio::time::timeout(patience, pending.accept()).await;
            Some((wanted, places, accepted.ok()?.ok()?))
        }
        Err(error) => {
            let _ = tokio::time::timeout(patience, pending.reject(error)).await;
            None
        }
    }
}

fn too_many() -> ErrorObjectOwned {
    let words = "There are as many subscriptions as may be, of this connection or from this address; end another one.";
    ErrorObjectOwned::owned(TOO_MANY, words, Some("TooManySubscriptions"))
}

/// Sends one message as soon as there is room for it.
async fn send(
    sink: &SubscriptionSink,
    patience: Duration,
    content: &impl Serialize,
) -> Result<(), Ended> {
    let message = SubscriptionMessage::from_json(content).map_err(|_| Failure::Seal)?;
    let sent = sink.send_timeout(message, patience).await;
    sent.map_err(|error| match error {
        SendTimeoutError::Timeout(_) => Ended::TooSlow,
        SendTimeoutError::Closed(_) => Ended::Gone,
    })
}

/// A message to who follows views.
#[derive(Serialize)]
struct ViewNews {
    /// Which message of the subscription it is, from 0.
    index: u64,
    /// The changes, sealed.
    sealed: String,
}

/// Tells what happens to the views of a session's account, until it ends.
async fn tell_views(
    context: &Context,
    wanted: &WantedViews,
    sink: &SubscriptionSink,
) -> Result<std::convert::Infallible, Ended> {
    let session = &wanted.session;
    let patience = context.config.limits.subscriber_patience;
    let mut follower = context.following.account(session.account());
    let (mut seen, standing) = ViewsSeen::begin(context, session.account(), wanted.latest.into())?;
    let mut index = 0u64;
    let mut changes = standing;
    // The first message comes in any case: whoever has no views knows that, too.
    let mut is_first = true;
    loop {
        let mut rest = changes.as_slice();
        while is_first || !rest.is_empty() {
            is_first = false;
            let (now, later) = rest.split_at(rest.len().min(CHANGES_AT_ONCE));
            let sealed = session.seal_news(wanted.number, index, now)?;
            let sealed = const_hex::encode(sealed);
            send(sink, patience, &ViewNews { index, sealed }).await?;
            index = index.saturating_add(1);
            rest = later;
        }
        let told = tokio::select! {
            () = sink.closed() => return Err(Ended::Gone),
            told = follower.next() => told?,
        };
        if context.sessions.get(&session.id).is_none() {
            return Err(Ended::Refused(Refusal::UnknownSession));
        }
        if !session.delegation.holds_in(context.place().round) {
            return Err(Ended::Refused(Refusal::DelegationExpired));
        }
        changes = match told {
            Some(Told::Refused {
                video,
                minute,
                refusal,
            }) => vec![ViewChange::Refused {
                video,
                minute,
                refusal,
            }],
            Some(Told::Accepted) | None => look(context, &mut seen)?,
        };
    }
}

/// Everything that happened since the last look.
fn look(context: &Context, seen: &mut ViewsSeen) -> Result<Vec<ViewChange>, Failure> {
    let mut all = Vec::new();
    loop {
        let (changes, may_be_more) = seen.look(context)?;
        all.extend(changes);
        if !may_be_more {
            return Ok(all);
        }
    }
}

/// Tells what happens to rounds, until whoever follows is gone; first what was settled after a round.
async fn tell_rounds(
    context: &Context,
    after: Option<Round>,
    sink: &SubscriptionSink,
) -> Result<std::convert::Infallible, Ended> {
    let patience = context.config.limits.subscriber_patience;
    let mut news = context.following.rounds();
    let oldest = context.place().round.saturating_sub(PAST_ROUNDS);
    let mut told = after.map(|after| after.max(oldest));
    while let Some(last) = told {
        let chain = &context.chain;
        let settled = chain.settled_after(At::Finalized, Some(last), ROUNDS_AT_ONCE);
        let settled = settled.map_err(Failure::from)?;
        if settled.is_empty() {
            break;
        }
        for settled in settled {
            told = Some(settled.round);
            send(sink, patience, &RoundNews::from(settled)).await?;
        }
    }
    loop {
        let news = tokio::select! {
            () = sink.closed() => return Err(Ended::Gone),
            news = news.recv() => match news {
                Ok(news) => news,
                Err(RecvError::Lagged(_)) => return Err(Ended::TooSlow),
                Err(RecvError::Closed) => return Err(Ended::Gone),
            },
        };
        // What was told from the chain is not told again.
        if news.settled_round().is_none_or(|round| told < Some(round)) {
            send(sink, patience, &*news).await?;
        }
    }
}
