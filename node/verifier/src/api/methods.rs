//! The methods of the API.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Round,
    api::{OpenSession, Request, SealedProviderKey, session_info},
    refusal::Refusal,
};
use codec::{Decode, Encode};
use jsonrpsee::{
    Extensions, RpcModule,
    server::RegisterMethodError,
    types::{ErrorObjectOwned, Params, error::INVALID_PARAMS_CODE},
};
use serde::Serialize;

use super::address::AddressGroup;
use super::limits::GroupLimits;
use super::server::Origin;
use super::session::SessionId;
use crate::context::Context;
use crate::earnings::{self, NoProof};
use crate::error::{Denied, Failure};
use crate::keys::seal_to;
use crate::watching::{self, Message};

/// Code of a JSON-RPC error that is a refusal, less the refusal's number.
const REFUSAL_BASE: i32 = 1_000;
/// Code of a JSON-RPC error that is this verifier's own fault.
const API_FAILED: i32 = 900;
/// Code of a JSON-RPC error when there is no proof for a claim.
const NO_PROOF: i32 = 901;
/// Code of a JSON-RPC error when there is no such provider.
const NO_PROVIDER: i32 = 902;

type Answer<T> = Result<T, ErrorObjectOwned>;

struct Api {
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
}

/// All methods.
pub(super) fn all(
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
) -> Result<RpcModule<impl Send + Sync + 'static>, RegisterMethodError> {
    let mut module = RpcModule::new(Api { context, groups });
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
    key_epoch: Option<u32>,
    version: &'static str,
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

impl Api {
    /// Counts a call against its address group.
    fn called(&self, extensions: &Extensions) -> Answer<AddressGroup> {
        let group = extensions.get::<Origin>().map(|origin| origin.group);
        // Every call comes through the listener, which sets the origin.
        let group = group.ok_or_else(|| failed(&Failure::Seal))?;
        let now_ms = self.context.time.monotonic_ms();
        if self.groups.may_call(group, now_ms) {
            Ok(group)
        } else {
            self.context.metrics.refused(Refusal::RateLimited);
            Err(refused(Refusal::RateLimited))
        }
    }

    fn info(&self) -> Answer<Info> {
        let context = &self.context;
        let place = context.place();
        Ok(Info {
            genesis: hex::encode(context.genesis),
            account: place.account,
            service_key: hex::encode(context.keys.service_key()),
            exchange_key: hex::encode(context.keys.exchange.public()),
            network_key: hex::encode(context.config.network_key),
            round: place.round,
            time_ms: context.time.now_ms(),
            ready: context.ready().is_ok_and(|ready| ready.may_earn),
            key_epoch: context.secrets.newest().map(|secret| secret.epoch()),
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    async fn open_session(&self, params: &Params<'_>, from: &Extensions) -> Answer<String> {
        let group = self.called(from)?;
        let now_ms = self.context.time.monotonic_ms();
        let result = if self.groups.may_open(group, now_ms) {
            self.try_open(params, group).await
        } else {
            Err(Refusal::RateLimited.into())
        };
        result.map_err(|denied| self.denied(&denied))
    }

    async fn try_open(&self, params: &Params<'_>, group: AddressGroup) -> Result<String, Denied> {
        let text: String = params.one().map_err(|_| Refusal::Malformed)?;
        let request: OpenSession = decode(&bytes(&text)?)?;
        let context = &self.context;
        let id = context.sessions.open(context, request, group).await?;
        Ok(hex::encode(id))
    }

    async fn call(&self, params: &Params<'_>, from: &Extensions) -> Answer<String> {
        // The clock is read before anything else: what the checks take must not count as playing.
        let arrived_ms = self.context.time.monotonic_ms();
        let group = self.called(from)?;
        let result = self.try_call(params, group, arrived_ms).await;
        result.map_err(|denied| self.denied(&denied))
    }

    async fn try_call(
        &self,
        params: &Params<'_>,
        group: AddressGroup,
        arrived_ms: u64,
    ) -> Result<String, Denied> {
        let (id, number, sealed): (String, u64, String) =
            params.parse().map_err(|_| Refusal::Malformed)?;
        let context = &self.context;
        let id: SessionId = bytes(&id)?.try_into().map_err(|_| Refusal::Malformed)?;
        let session = context.sessions.get(&id).ok_or(Refusal::UnknownSession)?;
        let sealed = bytes(&sealed)?;
        let plain = session.open(number, &sealed, &context.config.limits, arrived_ms)?;
        let request: Request = decode(&plain)?;
        let message = Message {
            session: &session,
            group,
            arrived_ms,
        };
        let reply = watching::answer(context, &message, request).await?;
        Ok(hex::encode(session.seal(number, &reply)?))
    }

    fn claim_proof(&self, params: &Params<'_>) -> Answer<chainflix_primitives::api::ClaimProof> {
        let mut given = params.sequence();
        let account = account(given.next().ok())?;
        let as_of: Option<Round> = given
            .optional_next()
            .map_err(|_| invalid("as_of is a round"))?;
        let proof = earnings::proof(&self.context, account, as_of).map_err(|e| failed(&e))?;
        proof.map_err(|no| {
            let words = match no {
                NoProof::NothingClaimable => {
                    "No adopted earnings can be claimed from yet; try again in some rounds."
                }
                NoProof::NothingEarned => "The account has earned nothing that was adopted.",
                NoProof::Differs => {
                    "This verifier does not have the adopted earnings; ask another one."
                }
            };
            ErrorObjectOwned::owned(NO_PROOF, words, Some(format!("{no:?}")))
        })
    }

    fn earnings(&self, params: &Params<'_>) -> Answer<Earnings> {
        let account = account(params.one().ok())?;
        let lifetime = earnings::lifetime(&self.context, account).map_err(|e| failed(&e))?;
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
        let context = &self.context;
        let ready = context.ready().map_err(|denied| self.denied(&denied))?;
        let provider = context
            .facts
            .provider(index)
            .map_err(|error| failed(&error.into()))?;
        let Some(provider) = provider else {
            let words = "There is no storage provider with this index.";
            return Err(ErrorObjectOwned::owned(NO_PROVIDER, words, None::<()>));
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
        Ok(hex::encode(key.encode()))
    }

    fn denied(&self, denied: &Denied) -> ErrorObjectOwned {
        match denied {
            Denied::Refused(refusal) => {
                self.context.metrics.refused(*refusal);
                refused(*refusal)
            }
            Denied::Failed(failure) => failed(failure),
        }
    }
}

/// A refusal outside of a session.
fn refused(refusal: Refusal) -> ErrorObjectOwned {
    let code = REFUSAL_BASE.saturating_add(refusal.code().into());
    ErrorObjectOwned::owned(code, refusal.words(), Some(refusal.name()))
}

/// A fault of this verifier. What it is goes to the log only.
fn failed(failure: &Failure) -> ErrorObjectOwned {
    tracing::error!(error = ?failure, "the API could not answer");
    let words = "The verifier can't answer now; try another one.";
    ErrorObjectOwned::owned(API_FAILED, words, None::<()>)
}

fn invalid(words: &'static str) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, words, None::<()>)
}

fn account(text: Option<String>) -> Answer<AccountId> {
    text.and_then(|text| AccountId::from_hex(&text))
        .ok_or_else(|| invalid("an account is 32 bytes in hex"))
}

fn bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode(digits).map_err(|_| Refusal::Malformed)
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
