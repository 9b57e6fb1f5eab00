//! Sessions and their messages as they come, whatever brought them: limits, seals, and what the request comes to.

use std::sync::Arc;

use chainflix_primitives::{
    api::{OpenSession, Request},
    refusal::Refusal,
};
use codec::Decode;

use super::address::Caller;
use super::limits::GroupLimits;
use super::session::SessionId;
use crate::addresses::Withheld;
use crate::context::Context;
use crate::error::Denied;
use crate::watching::{self, Message};

/// The two calls of viewers. Clones share everything.
#[derive(Clone)]
pub(crate) struct Calls {
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
}

impl Calls {
    pub(crate) fn new(context: Arc<Context>, groups: Arc<GroupLimits>) -> Self {
        Self { context, groups }
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
