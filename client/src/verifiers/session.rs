//! One verifier: its announcement, the session with it, and calls one after the other.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chainflix_primitives::api::{OpenSession, Reply, Request, session_info};
use chainflix_primitives::delegation::session_transcript;
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::registry::VerifierAnnouncement;
use chainflix_primitives::ticket::{Acceptance, SignedTicket, Ticket};
use chainflix_primitives::{AccountId, Hash32, Sha256};
use codec::{DecodeAll, Encode};
use jsonrpsee::ws_client::WsClient;
use serde_json::json;
use zeroize::Zeroizing;

use super::following::ViewsFollowed;
use super::seal::{self, Agreed};
use super::transport::{self, CallError};
use super::{Identity, SHUNNED, VerifierError};
use crate::missing::is_signed;

/// A verifier.
pub(super) struct Verifier {
    account: AccountId,
    genesis: Hash32,
    announcement: VerifierAnnouncement,
    /// Messages of a session have ascending numbers, so one call is under way at a time.
    open: tokio::sync::Mutex<Option<Open>>,
    failed: Mutex<Option<Instant>>,
}

/// A connection with a session on it.
struct Open {
    client: WsClient,
    keys: Agreed,
    id: Vec<u8>,
    next_number: u64,
    /// Hash of the consent that it was opened with.
    delegation: Hash32,
}

impl Verifier {
    pub(super) fn new(
        account: AccountId,
        genesis: Hash32,
        announcement: VerifierAnnouncement,
    ) -> Self {
        Self {
            account,
            genesis,
            announcement,
            open: tokio::sync::Mutex::new(None),
            failed: Mutex::new(None),
        }
    }

    pub(super) fn account(&self) -> AccountId {
        self.account
    }

    pub(super) fn announcement(&self) -> &VerifierAnnouncement {
        &self.announcement
    }

    pub(super) fn endpoint(&self) -> String {
        String::from_utf8_lossy(&self.announcement.endpoint).into_owned()
    }

    /// Whether it did not answer just now.
    pub(super) fn is_shunned(&self) -> bool {
        self.failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|at| at.elapsed() < SHUNNED)
    }

    pub(super) fn note(&self, reached: bool) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = (!reached).then(Instant::now);
    }

    /// Whether it signed a ticket.
    pub(super) fn signed(&self, ticket: &SignedTicket) -> bool {
        let payload = ticket.ticket.signing_payload(&self.genesis);
        let key = &self.announcement.service_key;
        ticket.ticket.issuer == self.account
            && chainflix_controller::signing::is_signed_by(key, &payload, &ticket.signature)
    }

    /// Whether it signed an acceptance of a ticket's view, by the service key that it announced.
    pub(super) fn accepted(&self, ticket: &Ticket, acceptance: &Acceptance) -> bool {
        let key = &self.announcement.service_key;
        acceptance.issuer == self.account
            && acceptance.ticket == ticket.leaf_hash::<Sha256>()
            && is_signed(acceptance, key, &self.genesis)
    }

    /// Asks it something, in a session that is opened when there is none. A session that it has forgotten is opened
    /// again, once, and so is one whose consent has run out.
    pub(super) async fn call(
        &self,
        identity: &Identity,
        request: &Request,
    ) -> Result<Reply, VerifierError> {
        let mut open = self.open.lock().await;
        let mut answer = self.try_call(&mut open, identity, request).await;
        let stale = matches!(
            answer,
            Err(CallError::Refused(
                Refusal::UnknownSession | Refusal::Malformed
            ))
        );
        // A connection that was idle may have died unnoticed: only a fresh one says whether the verifier is there.
        let was_open = open.is_some();
        if stale || (was_open && matches!(answer, Err(CallError::Connection(_)))) {
            *open = None;
            if !stale && !is_repeatable(request) {
                return answer.map_err(Into::into);
            }
            answer = self.try_call(&mut open, identity, request).await;
        }
        if matches!(answer, Err(CallError::Connection(_))) {
            *open = None;
        }
        self.note(!matches!(answer, Err(CallError::Connection(_))));
        answer.map_err(Into::into)
    }

    /// Follows the account's views at it, over the session's connection, beginning with how the latest stand.
    pub(super) async fn follow(
        &self,
        identity: &Identity,
        latest: u16,
    ) -> Result<ViewsFollowed, VerifierError> {
        let mut open = self.open.lock().await;
        let was_open = open.is_some();
        let mut followed = self.try_follow(&mut open, identity, latest).await;
        let is_stale = matches!(
            followed,
            Err(CallError::Connection(_)
                | CallError::Refused(Refusal::UnknownSession | Refusal::Malformed))
        );
        if was_open && is_stale {
            *open = None;
            followed = self.try_follow(&mut open, identity, latest).await;
        }
        if matches!(followed, Err(CallError::Connection(_))) {
            *open = None;
        }
        self.note(!matches!(followed, Err(CallError::Connection(_))));
        followed.map_err(Into::into)
    }

    async fn try_follow(
        &self,
        slot: &mut Option<Open>,
        identity: &Identity,
        latest: u16,
    ) -> Result<ViewsFollowed, CallError> {
        let protocol = || CallError::Connection("it does not keep to the protocol".to_owned());
        let open = self.opened(slot, identity).await?;
        let number = u32::try_from(open.next_number).map_err(|_| protocol())?;
        open.next_number = open.next_number.saturating_add(1);
        let request = Request::Views { limit: latest }.encode();
        let sealed = open.keys.seal(&open.id, number.into(), &request);
        let params = vec![
            json!(hex::encode(&open.id)),
            json!(number),
            json!(hex::encode(sealed.ok_or_else(protocol)?)),
        ];
        let (ask, end) = ("verifier_subscribeViews", "verifier_unsubscribeViews");
        let news = transport::subscribe(&open.client, ask, params, end).await?;
        let key = open.keys.news(&open.id, number);
        Ok(ViewsFollowed::new(news, key))
    }

    /// The session, which is opened when there is none or its consent is an earlier one.
    async fn opened<'s>(
        &self,
        slot: &'s mut Option<Open>,
        identity: &Identity,
    ) -> Result<&'s mut Open, CallError> {
        let (_, delegation) = identity.delegation();
        match slot {
            Some(open) if open.delegation == delegation => {}
            _ => *slot = Some(self.open(identity).await?),
        }
        let gone = || CallError::Connection("it has no session".to_owned());
        slot.as_mut().ok_or_else(gone)
    }

    async fn try_call(
        &self,
        slot: &mut Option<Open>,
        identity: &Identity,
        request: &Request,
    ) -> Result<Reply, CallError> {
        let protocol = || CallError::Connection("it does not keep to the protocol".to_owned());
        let open = self.opened(slot, identity).await?;
        let number = open.next_number;
        open.next_number = open.next_number.saturating_add(1);
        let plain = Zeroizing::new(request.encode());
        let sealed = open
            .keys
            .seal(&open.id, number, &plain)
            .ok_or_else(protocol)?;
        let params = vec![
            json!(hex::encode(&open.id)),
            json!(number),
            json!(hex::encode(sealed)),
        ];
        let reply: String = transport::request(&open.client, "verifier_call", params).await?;
        let sealed = hex::decode(reply).map_err(|_| protocol())?;
        let plain = open
            .keys
            .open(&open.id, number, &sealed)
            .ok_or_else(protocol)?;
        Reply::decode_all(&mut plain.as_slice()).map_err(|_| protocol())
    }

    async fn open(&self, identity: &Identity) -> Result<Open, CallError> {
        let unreachable = |error: VerifierError| match error {
            // Its words stand in a sentence of their own already.
            VerifierError::Unreachable(reason) => CallError::Connection(reason),
            error => CallError::Connection(error.to_string()),
        };
        let client = transport::connect(&self.endpoint())
            .await
            .map_err(unreachable)?;
        let (delegation, hash) = identity.delegation();
        let info = session_info(&self.genesis, &self.account);
        let keys = seal::agree(&self.announcement.exchange_key, &info).ok_or_else(|| {
            CallError::Connection("it announced no key that can be sealed to".to_owned())
        })?;
        let transcript =
            session_transcript(&self.genesis, &self.account, &hash, &keys.encapsulated);
        let request = OpenSession {
            delegation,
            encapsulated: keys.encapsulated,
            signature: identity.sign(&transcript),
        };
        let params = vec![json!(hex::encode(request.encode()))];
        let id: String = transport::request(&client, "verifier_openSession", params).await?;
        let id = hex::decode(id)
            .map_err(|_| CallError::Connection("it gave no session id".to_owned()))?;
        Ok(Open {
            client,
            keys,
            id,
            next_number: 1,
            delegation: hash,
        })
    }
}

/// Whether asking twice does no harm when the first answer was lost. A second ticket would take the place of the first,
/// which nobody has then. Play Data that was accepted is refused the second time: whoever hands it in has to know that an
/// answer was lost.
fn is_repeatable(request: &Request) -> bool {
    !matches!(request, Request::BeginUpload | Request::FinishCell { .. })
}
