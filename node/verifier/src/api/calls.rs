//! Sessions and their messages as they come, whatever brought them: limits, seals, and what the request comes to.

use std::sync::Arc;

use chainflix_primitives::{
    api::{OpenSession, Request},
    refusal::Refusal,
};
use codec::Decode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::Caller;
use super::limits::{GroupLimits, SubscriptionPlace};
use super::session::{Session, SessionId};
use crate::addresses::Withheld;
use crate::context::Context;
use crate::error::Denied;
use crate::watching::{self, MOST_VIEWS, Message};

/// The calls of viewers. Clones share everything.
#[derive(Clone)]
pub(crate) struct Calls {
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
    subscriptions: Arc<Semaphore>,
}

/// A subscription's places among all and among those of its group.
pub(super) struct SubscriptionPlaces {
    _in_all: OwnedSemaphorePermit,
    _in_group: SubscriptionPlace,
}

/// Views that are followed: in which session, by which of its messages, and how many of the latest are told first.
pub(super) struct WantedViews {
    pub(super) session: Arc<Session>,
    pub(super) number: u32,
    pub(super) latest: u16,
}

impl Calls {
    pub(crate) fn new(context: Arc<Context>, groups: Arc<GroupLimits>) -> Self {
        let subscriptions = Arc::new(Semaphore::new(context.config.limits.subscriptions));
        Self {
            context,
            groups,
            subscriptions,
        }
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Counts a call against its address group, and turns those away that are not served: before anything of it is read.
    pub(crate) fn count(&self, caller: Caller) -> Result<(), Refusal> {
        if caller.lacks(Withheld::Everything) {
            return Err(Refusal::AddressRefused);
        }
        let now_ms = self.context.time.monotonic_ms();
        if !caller.is_crowded && self.groups.may_call(caller.group, now_ms) {
            Ok(())
        } else {
            Err(Refusal::RateLimited)
        }
    }

    /// Opens a session by a SCALE-encoded [`OpenSession`].
    pub(crate) async fn open_session(
        &self,
        request: &[u8],
        caller: Caller,
    ) -> Result<SessionId, Denied> {
        let now_ms = self.context.time.monotonic_ms();
        if !self.groups.may_open(caller.group, now_ms) {
            return Err(Refusal::RateLimited.into());
        }
        let request: OpenSession = decode(request)?;
        let context = &self.context;
        context.sessions.open(context, request, caller.group).await
    }

    /// Answers message `number` of a session, which arrived at `arrived_ms` on the monotonic clock.
    pub(crate) async fn call(
        &self,
        session: &SessionId,
        number: u64,
        sealed: &[u8],
        caller: Caller,
        arrived_ms: u64,
    ) -> Result<Vec<u8>, Denied> {
        let context = &self.context;
        let session = context
            .sessions
            .get(session)
            .ok_or(Refusal::UnknownSession)?;
        let plain = session.open(number, sealed, &context.config.limits, arrived_ms)?;
        let request: Request = decode(&plain)?;
        let message = Message {
            session: &session,
            caller,
            arrived_ms,
        };
        let reply = watching::answer(context, &message, request).await?;
        Ok(session.seal(number, &reply)?)
    }

    /// Places for one more subscription, if there are any.
    pub(super) fn subscribe(&self, caller: Caller) -> Option<SubscriptionPlaces> {
        let now_ms = self.context.time.monotonic_ms();
        Some(SubscriptionPlaces {
            _in_all: Arc::clone(&self.subscriptions).try_acquire_owned().ok()?,
            _in_group: self.groups.subscribe(caller.group, now_ms)?,
        })
    }

    /// The views that message `number` of a session, a sealed [`Request::Views`], asks to follow.
    pub(super) fn wanted_views(
        &self,
        session: &SessionId,
        number: u64,
        sealed: &[u8],
    ) -> Result<WantedViews, Denied> {
        let context = &self.context;
        let session = context
            .sessions
            .get(session)
            .ok_or(Refusal::UnknownSession)?;
        // What is told later is sealed under it, and 0 is what replies begin with.
        let short = u32::try_from(number).map_err(|_| Refusal::Malformed)?;
        let now_ms = context.time.monotonic_ms();
        let plain = session.open(number, sealed, &context.config.limits, now_ms)?;
        let Request::Views { limit } = decode(&plain)? else {
            return Err(Refusal::Malformed.into());
        };
        let answering = context.answering()?;
        if !session.delegation.holds_in(answering.round) {
            return Err(Refusal::DelegationExpired.into());
        }
        Ok(WantedViews {
            session,
            number: short,
            latest: limit.min(MOST_VIEWS),
        })
    }
}

/// Decodes a message that has nothing after its end.
fn decode<T: Decode>(mut bytes: &[u8]) -> Result<T, Refusal> {
    let value = T::decode(&mut bytes).map_err(|_| Refusal::Malformed)?;
    if bytes.is_empty() {
        Ok(value)
    } else {
        Err(Refusal::Malformed)
    }
}
