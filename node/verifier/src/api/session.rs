//! Sessions: opened once by HPKE, then every message sealed under the session's own keys.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId, Sha256,
    api::{self, OpenSession, Reply},
    delegation::{Delegation, session_transcript},
    hash::Hash32,
    news::{ViewChange, news_nonce},
    refusal::Refusal,
};
use codec::Encode;

use super::address::AddressGroup;
use super::limits::Bucket;
use crate::config::Limits;
use crate::context::{Answering, Context};
use crate::error::{Denied, Failure};
use crate::keys::{SessionKeys, is_signed_by, wallet};
use crate::random;

/// Id of a session.
pub(crate) type SessionId = [u8; 16];

/// An open session.
pub(crate) struct Session {
    /// Its id.
    pub(crate) id: SessionId,
    /// What the wallet granted.
    pub(crate) delegation: Delegation,
    /// Hash of that.
    pub(crate) delegation_hash: Hash32,
    encapsulated: [u8; 32],
    keys: SessionKeys,
    group: AddressGroup,
    opened: u64,
    state: Mutex<State>,
}

struct State {
    last_number: u64,
    calls: Bucket,
    used_ms: u64,
}

impl Session {
    /// The viewer, or the producer.
    pub(crate) fn account(&self) -> AccountId {
        self.delegation.account
    }

    /// Opens message `number`. Each number is good once, and only above the last.
    pub(crate) fn open(
        &self,
        number: u64,
        sealed: &[u8],
        limits: &Limits,
        now_ms: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let cipher = ChaCha20Poly1305::new((&*self.keys.to_verifier).into());
        let payload = Payload {
            msg: sealed,
            aad: &self.id,
        };
        let nonce = api::message_nonce(number);
        // Only a message that the client really sealed uses up its number, or the rate.
        let plain = cipher
            .decrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| Refusal::Malformed)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if number <= state.last_number {
            return Err(Refusal::Malformed);
        }
        state.last_number = number;
        state.used_ms = now_ms;
        if !state.calls.take(limits.session_calls, now_ms) {
            return Err(Refusal::RateLimited);
        }
        Ok(plain)
    }

    /// Seals the reply to message `number`.
    pub(crate) fn seal(&self, number: u64, reply: &Reply) -> Result<Vec<u8>, Failure> {
        let cipher = ChaCha20Poly1305::new((&*self.keys.to_client).into());
        let payload = Payload {
            msg: &reply.encode(),
            aad: &self.id,
        };
        let nonce = api::message_nonce(number);
        cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| Failure::Seal)
    }

    /// Seals message `index` of the subscription that message `number` asked for.
    pub(crate) fn seal_news(
        &self,
        number: u32,
        index: u64,
        news: &[ViewChange],
    ) -> Result<Vec<u8>, Failure> {
        let cipher = ChaCha20Poly1305::new((&*self.keys.to_client).into());
        let payload = Payload {
            msg: &news.encode(),
            aad: &self.id,
        };
        let nonce = news_nonce(number, index);
        cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| Failure::Seal)
    }

    fn used_ms(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.used_ms
    }
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<SessionId, Arc<Session>>,
    per_group: HashMap<AddressGroup, usize>,
    of_account: HashMap<AccountId, Vec<SessionId>>,
    /// Encapsulations of open sessions: one that is seen again is a replay.
    encapsulations: HashMap<[u8; 32], SessionId>,
    opened: u64,
}

/// All open sessions.
pub(crate) struct Sessions {
    limits: Limits,
    inner: Mutex<Inner>,
}

impl Sessions {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
        }
    }

    /// The session with this id.
    pub(crate) fn get(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.lock().sessions.get(id).cloned()
    }

    /// Opens a session for a connection from `group`.
    pub(crate) async fn open(
        &self,
        context: &Context,
        request: OpenSession,
        group: AddressGroup,
    ) -> Result<SessionId, Denied> {
        let answering = context.answering()?;
        let now_ms = context.time.monotonic_ms();
        let (keys, hash) = check_open(context, &answering, &request)?;
        let signed = request.delegation.clone();
        context
            .store
            .writer()
            .write(move |batch| batch.put_delegation(&hash, &signed))
            .await?;
        let mut inner = self.lock();
        inner.opened = inner.opened.saturating_add(1);
        let session = Session {
            id: random::bytes(),
            delegation: request.delegation.delegation,
            delegation_hash: hash,
            encapsulated: request.encapsulated,
            keys,
            group,
            opened: inner.opened,
            state: Mutex::new(State {
                last_number: 0,
                calls: Bucket::full(self.limits.session_calls, now_ms),
                used_ms: now_ms,
            }),
        };
        let id = session.id;
        inner.insert(session, &self.limits, now_ms)?;
        Ok(id)
    }

    /// Ends sessions that were not used for long.
    pub(crate) fn sweep(&self, now_ms: u64) {
        self.lock().end_idle(self.limits.session_idle_ms, now_ms);
    }

    /// Number of open sessions.
    pub(crate) fn len(&self) -> usize {
        self.lock().sessions.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn insert(&mut self, session: Session, limits: &Limits, now_ms: u64) -> Result<(), Refusal> {
        if self.encapsulations.contains_key(&session.encapsulated) {
            return Err(Refusal::Malformed);
        }
        let account = session.account();
        while let Some(oldest) = self.oldest_above(&account, limits.sessions_per_account) {
            self.end(&oldest);
        }
        if self.sessions.len() >= limits.sessions {
            self.end_idle(limits.session_idle_ms, now_ms);
        }
        let in_group = self.per_group.get(&session.group).copied().unwrap_or(0);
        if self.sessions.len() >= limits.sessions || in_group >= limits.sessions_per_group {
            return Err(Refusal::TooManySessions);
        }
        self.per_group
            .insert(session.group, in_group.saturating_add(1));
        // Nearly every account has one, and a vector that grows by itself begins with room for four.
        let of_account = self.of_account.entry(account);
        of_account
            .or_insert_with(|| Vec::with_capacity(1))
            .push(session.id);
        self.encapsulations.insert(session.encapsulated, session.id);
        self.sessions.insert(session.id, Arc::new(session));
        Ok(())
    }

    /// The account's oldest session, when it has as many as it may.
    fn oldest_above(&self, account: &AccountId, most: usize) -> Option<SessionId> {
        let ids = self.of_account.get(account)?;
        if ids.len() < most {
            return None;
        }
        let sessions = ids.iter().filter_map(|id| self.sessions.get(id));
        sessions
            .min_by_key(|session| session.opened)
            .map(|session| session.id)
    }

    /// Whoever holds a session uses it: a call under way, or a subscription.
    fn end_idle(&mut self, idle_ms: u64, now_ms: u64) {
        let idle: Vec<SessionId> = self
            .sessions
            .values()
            .filter(|session| Arc::strong_count(session) == 1)
            .filter(|session| session.used_ms().saturating_add(idle_ms) < now_ms)
            .map(|session| session.id)
            .collect();
        for id in idle {
            self.end(&id);
        }
    }

    fn end(&mut self, id: &SessionId) {
        let Some(session) = self.sessions.remove(id) else {
            return;
        };
        self.encapsulations.remove(&session.encapsulated);
        if let Some(count) = self.per_group.get_mut(&session.group) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.per_group.remove(&session.group);
            }
        }
        let account = session.account();
        if let Some(ids) = self.of_account.get_mut(&account) {
            ids.retain(|other| other != id);
            if ids.is_empty() {
                self.of_account.remove(&account);
            }
        }
    }
}

/// Checks an opening; cheap checks first. The session's keys, and the delegation's hash.
fn check_open(
    context: &Context,
    answering: &Answering,
    request: &OpenSession,
) -> Result<(SessionKeys, Hash32), Refusal> {
    let granted = &request.delegation.delegation;
    if granted.genesis != context.genesis {
        return Err(Refusal::InvalidDelegation);
    }
    if !granted.holds_in(answering.round) {
        return Err(Refusal::DelegationExpired);
    }
    let hash = granted.hash::<Sha256>();
    let transcript = session_transcript(
        &context.genesis,
        &answering.account,
        &hash,
        &request.encapsulated,
    );
    if !is_signed_by(&granted.session_key, &transcript, &request.signature) {
        return Err(Refusal::BadSignature);
    }
    if !wallet::signed_by_account(&request.delegation) {
        return Err(Refusal::InvalidDelegation);
    }
    let info = api::session_info(&context.genesis, &answering.account);
    let keys = context
        .keys
        .exchange
        .session(&request.encapsulated, &info)
        .ok_or(Refusal::Malformed)?;
    Ok((keys, hash))
}

#[cfg(test)]
mod tests;
