//! What all parts of the service share.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use chainflix_primitives::{AccountId, Round, hash::Hash32, refusal::Refusal, rounds::RoundClock};
use tokio::sync::Semaphore;

use crate::accounts::Accounts;
use crate::api::session::Sessions;
use crate::archive::Archive;
use crate::audit::Audit;
use crate::chain::facts::RoundFacts;
use crate::chain::verifiers::Verifiers;
use crate::chain::{ChainView, Facts};
use crate::checks::recent::RecentViews;
use crate::clock::ServiceTime;
use crate::config::VerifierConfig;
use crate::duties::Duties;
use crate::earnings::ProofTree;
use crate::earnings::missed::MissedRounds;
use crate::error::Denied;
use crate::exchange::Exchange;
use crate::exchange::gossip::Gossip;
use crate::following::Following;
use crate::heartbeats::Heartbeats;
use crate::keys::ServiceKeys;
use crate::metrics::Metrics;
use crate::rebuilding::Rebuilding;
use crate::secrets::{Secrets, SetSecret};
use crate::signature_queue::SignatureQueue;
use crate::snapshots::{Snapshots, joining::Joining};
use crate::store::Store;
use crate::store::tables::ViewId;
use crate::tickets::TicketBook;

/// The own clock may be ahead of the chain's last block by so many rounds: the chain may pause.
const AHEAD: Round = 20;
/// It may be behind by so many: blocks and clocks are not exact.
const BEHIND: Round = 1;

/// What all parts of the service share.
pub(crate) struct Context {
    pub(crate) genesis: Hash32,
    pub(crate) config: VerifierConfig,
    pub(crate) time: ServiceTime,
    pub(crate) chain: Arc<dyn ChainView>,
    /// Reads at the best block.
    pub(crate) facts: Facts,
    /// Reads at the last finalized block.
    pub(crate) final_facts: Facts,
    pub(crate) verifiers: Arc<Verifiers>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) keys: Arc<ServiceKeys>,
    pub(crate) store: Store,
    /// Settled rounds as files, for auditors.
    pub(crate) archive: Option<Arc<Archive>>,
    pub(crate) duties: Duties,
    pub(crate) exchange: Exchange,
    pub(crate) gossip: Gossip,
    /// Who is told what happens to views and rounds.
    pub(crate) following: Arc<Following>,
    pub(crate) tickets: TicketBook,
    /// Views of others' recent blocks.
    pub(crate) recent: RecentViews,
    pub(crate) accounts: Accounts,
    /// Storage providers that were found alive.
    pub(crate) heartbeats: Heartbeats,
    /// Verifies what comes in together, together.
    pub(crate) signatures: SignatureQueue,
    pub(crate) sessions: Sessions,
    pub(crate) metrics: Metrics,
    pub(crate) audit: Audit,
    pub(crate) place: RwLock<Place>,
    pub(crate) view_ids: AtomicU64,
    /// Whether the last adopted earnings are those that were computed here; without that nothing is voted for.
    pub(crate) earnings_agree: AtomicBool,
    /// Settled rounds that the earnings lack; without them nothing is voted for either.
    pub(crate) missed: MissedRounds,
    /// Own snapshots of the ledger, for verifiers that join.
    pub(crate) snapshots: Snapshots,
    /// Another verifier's, for an own ledger that lacks something.
    pub(crate) joining: Joining,
    /// Whether the store knows what was attested; without that no ticket is issued.
    pub(crate) rebuilding: Rebuilding,
    pub(crate) proofs: ProofTree,
    /// One place, for whoever makes the proof of a view: it hashes a whole view block.
    pub(crate) proving: Arc<Semaphore>,
}

/// Where this node stands, as of the last best block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The verifier that this node works for.
    pub(crate) account: Option<AccountId>,
    /// That verifier, or the last one: it may be suspended, or out of the set.
    pub(crate) last: Option<AccountId>,
    /// The chain's current round.
    pub(crate) round: Round,
    /// Whether that verifier is out of the set in two rounds: what it accepts then stands in no block.
    pub(crate) is_leaving: bool,
}

/// What is needed to serve a viewer.
pub(crate) struct Ready {
    /// The verifier that this node works for.
    pub(crate) account: AccountId,
    /// The latest set secret that is held here: for tokens and providers' keys.
    pub(crate) secret: Arc<SetSecret>,
    /// The chain's clock.
    pub(crate) clock: RoundClock,
    /// The service's time, ms since the Unix epoch.
    pub(crate) now_ms: u64,
    /// The round of that time.
    pub(crate) round: Round,
    /// Whether that round is near enough to the chain's that what is issued or accepted now can be reported.
    pub(crate) may_earn: bool,
}

/// For whom, and in which round, a session is answered.
pub(crate) struct Answering {
    /// The verifier.
    pub(crate) account: AccountId,
    /// The round.
    pub(crate) round: Round,
}

impl Context {
    /// Id of the next view that is accepted.
    pub(crate) fn next_view_id(&self) -> ViewId {
        self.view_ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a refusal.
    pub(crate) fn refused(&self, refusal: Refusal) {
        self.metrics.refused(refusal);
        self.audit.refused(refusal);
    }

    /// Where this node stands.
    pub(crate) fn place(&self) -> Place {
        *self.place.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_place(&self, place: Place) {
        *self.place.write().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// What is needed to serve a viewer, when it is there: a verifier, a secret, and a clock that is not behind the
    /// chain's, by which a video that was restricted since would still be active. While the chain stands still, keys are
    /// given, and what plays goes on; tickets are not.
    pub(crate) fn ready(&self) -> Result<Ready, Denied> {
        let place = self.place();
        let account = place.account.ok_or(Refusal::NotReady)?;
        let clock = self.facts.clock()?.ok_or(Refusal::NotReady)?;
        let now_ms = self.time.now_ms();
        let round = clock.round_at(now_ms).ok_or(Refusal::NotReady)?;
        if is_behind(round, place.round) {
            return Err(Refusal::NotReady.into());
        }
        let secret = self.secrets.latest_for(round).ok_or(Refusal::NotReady)?;
        Ok(Ready {
            account,
            secret,
            clock,
            now_ms,
            round,
            may_earn: agree(round, place.round),
        })
    }

    /// Whether tickets are issued now.
    pub(crate) fn issues_tickets(&self) -> bool {
        self.rebuilding.is_over() && self.ready().is_ok_and(|ready| ready.may_earn)
    }

    /// For whom sessions are answered: the verifier that this node works for, when it can; or the one that it worked for
    /// last, which was suspended or has left, and still says what became of views.
    pub(crate) fn answering(&self) -> Result<Answering, Denied> {
        let place = self.place();
        let (None, Some(account)) = (place.account, place.last) else {
            let Ready { account, round, .. } = self.ready()?;
            return Ok(Answering { account, round });
        };
        let clock = self.facts.clock()?.ok_or(Refusal::NotReady)?;
        let round = clock.round_at(self.time.now_ms());
        Ok(Answering {
            account,
            round: round.ok_or(Refusal::NotReady)?,
        })
    }

    /// What holds in `round`.
    pub(crate) fn round_facts(&self, round: Round) -> Result<Arc<RoundFacts>, Denied> {
        Ok(self.facts.round(round)?.ok_or(Refusal::NotReady)?)
    }
}

/// Whether the round by the own clock and the chain's are close enough that what is accepted now can be reported.
pub(crate) fn agree(own: Round, chain: Round) -> bool {
    !is_behind(own, chain) && own <= chain.saturating_add(AHEAD)
}

fn is_behind(own: Round, chain: Round) -> bool {
    own.saturating_add(BEHIND) < chain
}
