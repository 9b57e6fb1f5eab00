//! The methods of the API.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Round,
    api::{SealedProviderKey, session_info},
    refusal::Refusal,
};
use codec::Encode;
use jsonrpsee::{
    Extensions, RpcModule,
    server::RegisterMethodError,
    types::{ErrorObjectOwned, Params, error::INVALID_PARAMS_CODE},
};
use serde::Serialize;

use super::absences::{self, NoAbsences};
use super::address::Caller;
use super::calls::Calls;
use super::description;
use super::plays::{self, NoPlays};
use super::server::Origin;
use super::session::SessionId;
use super::subscriptions;
use crate::context::Context;
use crate::earnings::{self, NoProof, missed::Missed};
use crate::error::{Denied, Failure};
use crate::heartbeats::{Heartbeats, NotSeen};
use crate::keys::seal_to;

/// Code of a JSON-RPC error that is a refusal, less the refusal's number.
pub(super) const REFUSAL_BASE: i32 = 1_000;
/// Code of a JSON-RPC error that is this verifier's own fault.
pub(super) const API_FAILED: i32 = 900;
/// Code of a JSON-RPC error when there is no proof for a claim.
pub(super) const NO_PROOF: i32 = 901;
/// Code of a JSON-RPC error when there is no such provider.
pub(super) const NO_PROVIDER: i32 = 902;
/// Code of a JSON-RPC error when plays are not told.
pub(super) const NO_PLAYS: i32 = 903;
/// Code of a JSON-RPC error when no neighbours of a view are shown; 905 and 906 are of subscriptions.
pub(super) const NO_ABSENCES: i32 = 907;
/// Code of a JSON-RPC error when a sign of life does not count.
pub(super) const NOT_SEEN: i32 = 904;

pub(super) type Answer<T> = Result<T, ErrorObjectOwned>;

/// All methods.
pub(super) fn all(
    calls: Calls,
) -> Result<RpcModule<impl Send + Sync + 'static>, RegisterMethodError> {
    let mut module = RpcModule::new(Api { calls });
    module.register_method("verifier_info", |_, api, origin| {
        api.called(origin)?;
        api.info()
    })?;
    module.register_async_method("verifier_openSession", |params, api, origin| async move {
        api.open_session(&params, &origin).await
    })?;
    module.register_async_method("verifier_call", |params, api, origin| async move {
        api.call(&params, &origin).await
    })?;
    // The first to ask after an adoption waits for the whole tree: on a thread of its own.
    module.register_blocking_method("verifier_claimProof", |params, api, origin| {
        api.called(&origin)?;
        api.claim_proof(&params)
    })?;
    module.register_blocking_method("verifier_earnings", |params, api, origin| {
        api.called(&origin)?;
        api.earnings(&params)
    })?;
    module.register_method("verifier_providerKey", |params, api, origin| {
        api.called(origin)?;
        api.provider_key(&params)
    })?;
    // Counting reads a whole body: on a thread of its own.
    module.register_blocking_method("verifier_plays", |params, api, origin| {
        api.called(&origin)?;
        api.plays(&params)
    })?;
    module.register_async_method("verifier_absences", |params, api, origin| async move {
        api.called(&origin)?;
        api.absences(&params).await
    })?;
    module.register_async_method("verifier_signOfLife", |params, api, origin| async move {
        api.called(&origin)?;
        api.sign_of_life(&params).await
    })?;
    module.register_subscription(
        "verifier_subscribeViews",
        "verifier_views",
        "verifier_unsubscribeViews",
        |params, pending, api, from| subscriptions::views(api, params, pending, from),
    )?;
    module.register_subscription(
        "verifier_subscribeRounds",
        "verifier_rounds",
        "verifier_unsubscribeRounds",
        |params, pending, api, from| subscriptions::rounds(api, params, pending, from),
    )?;
    module.register_method("rpc.discover", |_, api, origin| {
        api.called(origin)?;
        Answer::Ok(description::document())
    })?;
    Ok(module)
}

/// Answer of `verifier_info`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    genesis: String,
    account: Option<AccountId>,
    service_key: String,
    exchange_key: String,
    network_key: String,
    /// The chain's current round.
    round: Round,
    /// The service's time, ms since the Unix epoch.
    time_ms: u64,
    /// Whether tickets are issued now.
    ready: bool,
    /// Settled rounds that its earnings lack.
    missed_rounds: Option<Rounds>,
    key_epoch: Option<u32>,
    version: &'static str,
}

/// Rounds from one on, until before another.
#[derive(Clone, Serialize)]
struct Rounds {
    from: Round,
    until: Round,
}

impl From<Missed> for Rounds {
    fn from(Missed { from, until }: Missed) -> Self {
        Self { from, until }
    }
}

/// Answer of `verifier_earnings`; amounts in units of 10⁻¹² CFX, as decimal strings.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Earnings {
    account: AccountId,
    lifetime: Option<AsOf>,
    adopted: Option<AsOf>,
    claimable: Option<AsOf>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct AsOf {
    as_of: Round,
    total: String,
}

impl AsOf {
    fn new((as_of, total): (Round, u128)) -> Self {
        Self {
            as_of,
            total: total.to_string(),
        }
    }
}

/// The API. Subscriptions keep it.
pub(super) struct Api {
    calls: Calls,
}

impl Api {
    pub(super) fn calls(&self) -> &Calls {
        &self.calls
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        self.calls.context()
    }

    /// Counts a call against its address group.
    pub(super) fn called(&self, extensions: &Extensions) -> Answer<Caller> {
        let caller = extensions.get::<Origin>().map(|origin| origin.caller);
        // Every call comes through the listener, which sets the origin.
        let caller = caller.ok_or_else(|| failed(&Failure::Seal))?;
        let counted = self.calls.count(caller);
        counted.map_err(|refusal| self.denied(&refusal.into()))?;
        Ok(caller)
    }

    fn info(&self) -> Answer<Info> {
        let context = self.context();
        let place = context.place();
        Ok(Info {
            genesis: const_hex::encode(context.genesis),
            account: place.account,
            service_key: const_hex::encode(context.keys.service_key()),
            exchange_key: const_hex::encode(context.keys.exchange.public()),
            network_key: const_hex::encode(context.config.network_key),
            round: place.round,
            time_ms: context.time.now_ms(),
            ready: context.issues_tickets(),
            missed_rounds: context.missed.get().map(Rounds::from),
            key_epoch: context.secrets.newest().map(|secret| secret.epoch()),
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    async fn open_session(&self, params: &Params<'_>, from: &Extensions) -> Answer<String> {
        let caller = self.called(from)?;
        let opened = async {
            let text: String = params.one().map_err(|_| Refusal::Malformed)?;
            self.calls.open_session(&bytes(&text)?, caller).await
        };
        let id = opened.await.map_err(|denied| self.denied(&denied))?;
        Ok(const_hex::encode(id))
    }

    async fn call(&self, params: &Params<'_>, from: &Extensions) -> Answer<String> {
        // The clock is read before anything else: what the checks take must not count as playing.
        let arrived_ms = self.context().time.monotonic_ms();
        let caller = self.called(from)?;
        let answered = async {
            let (id, number, sealed): (String, u64, String) =
                params.parse().map_err(|_| Refusal::Malformed)?;
            let id: SessionId = bytes(&id)?.try_into().map_err(|_| Refusal::Malformed)?;
            let sealed = bytes(&sealed)?;
            let calls = &self.calls;
            calls.call(&id, number, &sealed, caller, arrived_ms).await
        };
        let reply = answered.await.map_err(|denied| self.denied(&denied))?;
        Ok(const_hex::encode(reply))
    }

    fn claim_proof(&self, params: &Params<'_>) -> Answer<chainflix_primitives::api::ClaimProof> {
        let mut given = params.sequence();
        let account = account(given.next().ok())?;
        let as_of: Option<Round> = given
            .optional_next()
            .map_err(|_| invalid("as_of is a round"))?;
        let proof = earnings::proof(self.context(), account, as_of).map_err(|e| failed(&e))?;
        proof.map_err(|no| {
            let words = match no {
                NoProof::NothingClaimable => {
                    "No adopted earnings can be claimed from yet; try again in some rounds."
                }
                NoProof::NothingEarned => "The account has earned nothing that was adopted.",
                NoProof::RoundsMissed => {
                    "This verifier's earnings lack rounds that the chain has dropped; ask another one."
                }
                NoProof::Differs => {
                    "This verifier does not have the adopted earnings; ask another one."
                }
            };
            ErrorObjectOwned::owned(NO_PROOF, words, Some(format!("{no:?}")))
        })
    }

    fn earnings(&self, params: &Params<'_>) -> Answer<Earnings> {
        let account = account(params.one().ok())?;
        let lifetime = earnings::lifetime(self.context(), account).map_err(|e| failed(&e))?;
        Ok(Earnings {
            account,
            lifetime: lifetime.computed.map(AsOf::new),
            adopted: lifetime.adopted.map(AsOf::new),
            claimable: lifetime.claimable.map(AsOf::new),
        })
    }

    fn provider_key(&self, params: &Params<'_>) -> Answer<String> {
        let index: u32 = params
            .one()
            .map_err(|_| invalid("the index of a provider is a number"))?;
        let context = self.context();
        let ready = context.ready().map_err(|denied| self.denied(&denied))?;
        let provider = context
            .facts
            .provider(index)
            .map_err(|error| failed(&error.into()))?;
        let Some(provider) = provider else {
            return Err(no_provider());
        };
        let key = ready.secret.provider_key(index, &ready.account);
        let info = session_info(&context.genesis, &ready.account);
        let sealed = seal_to(&provider.exchange_key, &info, key.as_slice(), &[]);
        let (encapsulated, sealed) = sealed.ok_or_else(|| failed(&Failure::Seal))?;
        let key = SealedProviderKey {
            epoch: ready.secret.epoch(),
            encapsulated,
            sealed,
        };
        Ok(const_hex::encode(key.encode()))
    }

    fn plays(&self, params: &Params<'_>) -> Answer<String> {
        let text: String = params
            .one()
            .map_err(|_| invalid("a request for plays is SCALE in hex"))?;
        let request = bytes(&text).map_err(refused)?;
        match plays::answer(self.context(), &request) {
            Ok(page) => Ok(const_hex::encode(page.encode())),
            Err(NoPlays::Failed(failure)) => Err(failed(&failure)),
            Err(NoPlays::Refused(refusal)) => Err(self.denied(&refusal.into())),
            Err(no) => Err(ErrorObjectOwned::owned(
                NO_PLAYS,
                no.to_string(),
                None::<()>,
            )),
        }
    }

    async fn absences(&self, params: &Params<'_>) -> Answer<String> {
        let text: String = params
            .one()
            .map_err(|_| invalid("a request for neighbours is SCALE in hex"))?;
        let request = bytes(&text).map_err(refused)?;
        match absences::answer(self.context(), &request).await {
            Ok(shown) => Ok(const_hex::encode(shown.encode())),
            Err(NoAbsences::Failed(failure)) => Err(failed(&failure)),
            Err(NoAbsences::Refused(refusal)) => Err(self.denied(&refusal.into())),
            Err(no) => {
                let why = Some(format!("{no:?}"));
                Err(ErrorObjectOwned::owned(NO_ABSENCES, no.to_string(), why))
            }
        }
    }

    async fn sign_of_life(&self, params: &Params<'_>) -> Answer<u32> {
        let text: String = params
            .one()
            .map_err(|_| invalid("a sign of life is SCALE in hex"))?;
        let message = bytes(&text).map_err(refused)?;
        let noted = Heartbeats::note(self.context(), &message).await;
        noted.map_err(|not_seen| match not_seen {
            NotSeen::Denied(denied) => self.denied(&denied),
            NotSeen::NoProvider => no_provider(),
            why => ErrorObjectOwned::owned(NOT_SEEN, why.to_string(), Some(format!("{why:?}"))),
        })
    }

    pub(super) fn denied(&self, denied: &Denied) -> ErrorObjectOwned {
        match denied {
            Denied::Refused(refusal) => {
                self.context().refused(*refusal);
                refused(*refusal)
            }
            Denied::Failed(failure) => failed(failure),
        }
    }
}

/// A refusal outside of a session.
pub(super) fn refused(refusal: Refusal) -> ErrorObjectOwned {
    let code = REFUSAL_BASE.saturating_add(refusal.code().into());
    ErrorObjectOwned::owned(code, refusal.words(), Some(refusal.name()))
}

/// A fault of this verifier. What it is goes to the log only.
pub(super) fn failed(failure: &Failure) -> ErrorObjectOwned {
    tracing::error!(error = ?failure, "the API could not answer");
    let words = "The verifier can't answer now; try another one.";
    ErrorObjectOwned::owned(API_FAILED, words, None::<()>)
}

fn no_provider() -> ErrorObjectOwned {
    let words = "There is no storage provider with this index.";
    ErrorObjectOwned::owned(NO_PROVIDER, words, None::<()>)
}

pub(super) fn invalid(words: &'static str) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, words, None::<()>)
}

fn account(text: Option<String>) -> Answer<AccountId> {
    text.and_then(|text| AccountId::from_hex(&text))
        .ok_or_else(|| invalid("an account is 32 bytes in hex"))
}

/// Bytes in hex; the digits may stand behind `0x`.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    const_hex::decode(text).map_err(|_| Refusal::Malformed)
}
