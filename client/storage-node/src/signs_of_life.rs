//! Signs of life: the node shows every verifier, once in each period in which its page has its turn, that it is alive.
//!
//! The node calls; nobody has to reach it for that. What a verifier did not take is brought again until the period is
//! over.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chainflix_primitives::heartbeat::{SignOfLife, SignedSignOfLife, page_of};
use chainflix_primitives::report::MAX_VERIFIERS;
use chainflix_primitives::{AccountId, Hash32};
use codec::Encode;
use futures::stream::{self, StreamExt};
use tokio::time::{MissedTickBehavior, interval};

use crate::keys::rpc::{self, CallError};
use crate::keys::{NodeKeys, VerifierEndpoint, Verifiers, VerifiersError};

/// The node looks so often whether a verifier has not seen it yet. A period is 432 s, in test networks 72 s.
const LOOK: Duration = Duration::from_secs(10);
/// Verifiers called at a time.
const AT_ONCE: usize = 8;

/// To how many verifiers the node has shown itself in this period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The period; `None` before the first in which it was the node's turn.
    pub period: Option<u32>,
    /// Verifiers that have seen it.
    pub seen_by: usize,
    /// Verifiers in force.
    pub verifiers: usize,
}

#[derive(Default)]
struct Period {
    number: Option<u32>,
    seen_by: BTreeSet<AccountId>,
    verifiers: usize,
}

/// Shows the node to verifiers.
pub struct SignsOfLife {
    genesis: Hash32,
    provider: u32,
    keys: Arc<NodeKeys>,
    verifiers: Arc<dyn Verifiers>,
    http: reqwest::Client,
    now: Mutex<Period>,
}

impl SignsOfLife {
    /// Those of the provider with this index on the chain of `genesis`.
    ///
    /// # Errors
    /// When the system gives no sockets.
    pub fn new(
        genesis: Hash32,
        provider: u32,
        keys: Arc<NodeKeys>,
        verifiers: Arc<dyn Verifiers>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            genesis,
            provider,
            keys,
            verifiers,
            http: rpc::client()?,
            now: Mutex::default(),
        })
    }

    /// To how many verifiers the node has shown itself.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        Shown {
            period: now.number,
            seen_by: now.seen_by.len(),
            verifiers: now.verifiers,
        }
    }

    /// Goes on for as long as the node runs.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.show().await {
                tracing::warn!(%error, "the node could not show itself to verifiers; it tries again");
            }
        }
    }

    /// Shows the node to the verifiers that have not seen it in this period yet. Those that don't take it are logged.
    ///
    /// # Errors
    /// When the chain does not tell its verifiers.
    pub async fn show(&self) -> Result<(), VerifiersError> {
        let turn = self.verifiers.turn().await?;
        if page_of(self.provider).0 != turn.page {
            return Ok(());
        }
        {
            let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            let all = now.verifiers > 0 && now.seen_by.len() >= now.verifiers;
            if now.number == Some(turn.period) && all {
                return Ok(());
            }
        }
        let mut listed = self.verifiers.list().await?;
        listed.truncate(MAX_VERIFIERS as usize);
        let missing: Vec<VerifierEndpoint> = {
            let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            if now.number != Some(turn.period) {
                now.number = Some(turn.period);
                now.seen_by.clear();
            }
            now.verifiers = listed.len();
            // Who has left the set counts no more.
            now.seen_by
                .retain(|account| listed.iter().any(|verifier| verifier.account == *account));
            listed.retain(|verifier| !now.seen_by.contains(&verifier.account));
            listed
        };
        stream::iter(missing)
            .for_each_concurrent(AT_ONCE, |verifier| self.tell(verifier, turn.period))
            .await;
        Ok(())
    }

    async fn tell(&self, verifier: VerifierEndpoint, period: u32) {
        match self.call(&verifier, period).await {
            Ok(()) => {
                let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
                if now.number == Some(period) {
                    now.seen_by.insert(verifier.account);
                }
            }
            Err(error) => {
                tracing::warn!(verifier = %verifier.account, %error, "sign of life not taken");
            }
        }
    }

    async fn call(&self, verifier: &VerifierEndpoint, period: u32) -> Result<(), CallError> {
        let sign = SignOfLife {
            genesis: self.genesis,
            verifier: verifier.account,
            provider: self.provider,
            period,
        };
        let signature = self.keys.peer().sign(&sign.signing_payload());
        let message = hex::encode(SignedSignOfLife { sign, signature }.encode());
        let endpoint = &verifier.endpoint;
        let answer = rpc::call(&self.http, endpoint, "verifier_signOfLife", message).await?;
        if answer.as_u64() == Some(period.into()) {
            Ok(())
        } else {
            Err(CallError::Malformed(endpoint.clone()))
        }
    }
}
