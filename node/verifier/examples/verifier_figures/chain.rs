//! A chain that says what the measurement wants it to say, and takes every duty for done.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round, Sha256,
    campaign::{CampaignState, CampaignTerms},
    duty::{self, SetSecretRecord, set_secret_commitment_preimage},
    hash::{Hash32, Hasher},
    registry::{
        CountedEnhancement, PovParameters, ProviderRecord, SettledRound, Standing,
        VerifierAnnouncement, VideoState, VideoTerms,
    },
    report::{EARNINGS_VERSION, EarningsTriple, Header, Report, TicketsRoot},
    rounds::{CycleRule, MAX_CARRY_ROUNDS, RoundClock},
};
use chainflix_verifier::{At, BlockRef, ChainResult, ChainView, Clock, DutyMirror};
use codec::Decode;
use tokio::sync::{mpsc, watch};

use crate::world::{DIFFICULTY, GENESIS, ISSUER, MEASURED, SET_SECRET, World};

/// A clock in the measurement's hand.
pub(crate) struct SteppedClock(AtomicU64);

impl SteppedClock {
    pub(crate) fn at(ms: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(ms)))
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for SteppedClock {
    fn wall_ms(&self) -> u64 {
        self.now_ms()
    }
    fn monotonic_ms(&self) -> u64 {
        self.now_ms()
    }
}

struct State {
    clock: RoundClock,
    standing: Standing,
    announcements: BTreeMap<AccountId, VerifierAnnouncement>,
    headers: BTreeMap<Round, Vec<(AccountId, Header)>>,
    tickets: BTreeMap<Round, TicketsRoot>,
    settled: Vec<SettledRound>,
    videos: BTreeMap<Magnet, VideoTerms>,
    providers: Vec<ProviderRecord>,
    blocks: u64,
}

/// The chain, as the measured verifier sees it.
pub(crate) struct Chain {
    state: Mutex<State>,
    best: watch::Sender<BlockRef>,
    finalized: watch::Sender<BlockRef>,
    reports: mpsc::UnboundedSender<Report>,
}

impl Chain {
    /// The chain of a world, and the reports that the measured verifier makes. `issuer` is what the other one announced.
    pub(crate) fn new(
        world: &World,
        issuer: VerifierAnnouncement,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Report>) {
        let (reports, made) = mpsc::unbounded_channel();
        let videos = world.films.iter();
        let chain = Self {
            state: Mutex::new(State {
                clock: world.clock,
                standing: Standing {
                    round: 0,
                    counted: Default::default(),
                },
                announcements: [(ISSUER, issuer)].into(),
                headers: BTreeMap::new(),
                tickets: BTreeMap::new(),
                settled: Vec::new(),
                videos: videos
                    .map(|film| (film.magnet, film.terms.clone()))
                    .collect(),
                providers: world.provider_records(),
                blocks: 1,
            }),
            best: watch::Sender::new(BlockRef::default()),
            finalized: watch::Sender::new(BlockRef::default()),
            reports,
        };
        (Arc::new(chain), made)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread failed")
    }

    /// What the measured verifier announced.
    pub(crate) fn measured(&self) -> Option<VerifierAnnouncement> {
        self.lock().announcements.get(&MEASURED).cloned()
    }

    /// A header of [`ISSUER`], with the roots of its tickets.
    pub(crate) fn put_header(
        &self,
        round: Round,
        header: Header,
        tickets: BTreeMap<Round, TicketsRoot>,
    ) {
        let mut state = self.lock();
        state.headers.insert(round, vec![(ISSUER, header)]);
        state.tickets.extend(tickets);
    }

    /// A settled round.
    pub(crate) fn settle(&self, settled: SettledRound) {
        self.lock().settled.push(settled);
        self.block(&self.finalized);
    }

    /// A new best block in `round`; `counted` are the last counted rounds, latest first.
    pub(crate) fn turn(&self, round: Round, counted: &[Round]) {
        self.lock().standing = Standing {
            round,
            counted: counted.to_vec().try_into().expect("at most four"),
        };
        self.block(&self.best);
    }

    fn block(&self, to: &watch::Sender<BlockRef>) {
        let mut state = self.lock();
        state.blocks += 1;
        let number = state.blocks;
        drop(state);
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        to.send_replace(BlockRef { number, hash });
    }
}

impl DutyMirror for Chain {
    fn set(&self, key: &[u8], value: &[u8]) {
        if key == duty::ANNOUNCEMENT_KEY {
            let announced = VerifierAnnouncement::decode(&mut &value[..]).expect("SCALE");
            self.lock().announcements.insert(MEASURED, announced);
            self.block(&self.best);
        }
        if key.starts_with(&duty::report_key(0)[..22]) {
            // Nobody may wait for it any more.
            let _ = self
                .reports
                .send(Report::decode(&mut &value[..]).expect("SCALE"));
        }
    }
    fn clear(&self, _: &[u8]) {}
    fn kick(&self) {}
}

impl ChainView for Chain {
    fn genesis(&self) -> Hash32 {
        GENESIS
    }
    fn local_verifier(&self) -> Option<AccountId> {
        Some(MEASURED)
    }
    fn best_blocks(&self) -> watch::Receiver<BlockRef> {
        self.best.subscribe()
    }
    fn finalized_blocks(&self) -> watch::Receiver<BlockRef> {
        self.finalized.subscribe()
    }
    fn clock(&self, _: At) -> ChainResult<Option<RoundClock>> {
        Ok(Some(self.lock().clock))
    }
    fn standing(&self, _: At) -> ChainResult<Standing> {
        Ok(self.lock().standing.clone())
    }
    fn carried_from(&self, _: At, round: Round) -> ChainResult<Round> {
        Ok(round.saturating_sub(MAX_CARRY_ROUNDS))
    }
    fn blocks_of(&self, _: At, round: Round) -> ChainResult<Vec<Round>> {
        Ok((round..self.lock().standing.round).take(21).collect())
    }
    fn parameters(&self, _: At, _: Round) -> ChainResult<PovParameters> {
        Ok(PovParameters {
            difficulty: DIFFICULTY,
            views_per_group: u32::MAX,
            ..PovParameters::default()
        })
    }
    fn cycle_rule(&self, _: At, _: Round) -> ChainResult<CycleRule> {
        Ok(CycleRule::from_genesis(10_000))
    }
    fn cycle_seed(&self, _: At, _: Cycle) -> ChainResult<Option<Hash32>> {
        Ok(Some([0x5c; 32]))
    }
    fn verifier_set(&self, _: At, _: Round) -> ChainResult<Vec<AccountId>> {
        Ok(vec![ISSUER, MEASURED])
    }
    fn announcements(&self, _: At) -> ChainResult<Vec<(AccountId, VerifierAnnouncement)>> {
        Ok(self.lock().announcements.clone().into_iter().collect())
    }
    fn set_secret(&self, _: At, epoch: u32) -> ChainResult<Option<SetSecretRecord>> {
        let preimage = set_secret_commitment_preimage(epoch, &SET_SECRET);
        Ok(Some(SetSecretRecord {
            maker: ISSUER,
            commitment: Sha256::sha256(&preimage),
            since: 0,
            in_force: true,
            from_round: Some(0),
        }))
    }
    fn key_epoch(&self, _: At) -> ChainResult<u32> {
        Ok(0)
    }
    fn set_secret_maker(&self, _: At, _: u32) -> ChainResult<Option<AccountId>> {
        Ok(None)
    }
    fn set_secret_holders(&self, _: At, _: u32) -> ChainResult<Vec<AccountId>> {
        Ok(vec![ISSUER, MEASURED])
    }
    fn pov_key(&self, _: At, _: AccountId, _: Round) -> ChainResult<Option<[u8; 32]>> {
        Ok(None)
    }
    fn headers(&self, _: At, round: Round) -> ChainResult<Vec<(AccountId, Header)>> {
        Ok(self.lock().headers.get(&round).cloned().unwrap_or_default())
    }
    fn tickets_root(
        &self,
        _: At,
        verifier: AccountId,
        round: Round,
    ) -> ChainResult<Option<TicketsRoot>> {
        let reported = self.lock().tickets.get(&round).copied();
        Ok(reported.filter(|_| verifier == ISSUER))
    }
    fn commitment(&self, _: At, _: AccountId) -> ChainResult<Option<(Round, Hash32)>> {
        Ok(None)
    }
    fn draw(&self, _: At, _: Round) -> ChainResult<Option<Hash32>> {
        Ok(None)
    }
    fn settled(&self, _: At, round: Round) -> ChainResult<Option<SettledRound>> {
        let state = self.lock();
        let settled = state.settled.iter().find(|settled| settled.round == round);
        Ok(settled.cloned())
    }
    fn settled_after(
        &self,
        _: At,
        after: Option<Round>,
        limit: u32,
    ) -> ChainResult<Vec<SettledRound>> {
        let state = self.lock();
        let later = state.settled.iter();
        let later = later.filter(|settled| after.is_none_or(|after| settled.round > after));
        Ok(later.take(limit as usize).cloned().collect())
    }
    /// Earnings are measured by themselves: here none are ever due.
    fn earnings_interval(&self, _: At) -> ChainResult<u32> {
        Ok(u32::MAX)
    }
    fn adopted_earnings(&self, at: At) -> ChainResult<Option<EarningsTriple>> {
        let all = EarningsTriple {
            as_of: Round::MAX,
            root: [0; 32],
            count: 0,
            sum: 0,
            version: EARNINGS_VERSION,
        };
        Ok((at == At::Best).then_some(all))
    }
    fn video(&self, _: At, video: Magnet) -> ChainResult<Option<VideoTerms>> {
        Ok(self.lock().videos.get(&video).cloned())
    }
    fn video_state(&self, _: At, _: Magnet, _: Round) -> ChainResult<Option<VideoState>> {
        Ok(Some(VideoState::Active))
    }
    fn enhancements(&self, _: At, _: Magnet, _: Round) -> ChainResult<Vec<CountedEnhancement>> {
        Ok(Vec::new())
    }
    fn provider(&self, _: At, index: u32) -> ChainResult<Option<ProviderRecord>> {
        Ok(self.lock().providers.get(index as usize).cloned())
    }
    fn campaign(&self, _: At, _: u32) -> ChainResult<Option<CampaignTerms>> {
        Ok(None)
    }
    fn campaign_state(&self, _: At, _: u32, _: Round) -> ChainResult<Option<CampaignState>> {
        Ok(None)
    }
    fn heartbeat_page(&self, _: At, _: u32) -> ChainResult<u32> {
        Ok(0)
    }
    fn fault_proven(&self, _: At, _: AccountId, _: Round) -> ChainResult<bool> {
        Ok(false)
    }
    fn is_controller(&self, _: At, _: [u8; 32]) -> ChainResult<bool> {
        Ok(false)
    }
    fn is_eligible_producer(&self, _: At, _: AccountId) -> ChainResult<bool> {
        Ok(false)
    }
}
