//! What views are judged by, remembered for a round: a call into the runtime costs a millisecond, a view needs many.
//!
//! Whatever a view depends on is stored on chain with the round from which it holds, at least two rounds after the call
//! that changed it. So what holds in a round that has come is settled before anybody asks, and may be remembered.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round,
    campaign::{CampaignState, CampaignTerms},
    hash::Hash32,
    registry::{CountedEnhancement, PovParameters, ProviderRecord, VideoState, VideoTerms},
    rounds::{CycleRule, RoundClock},
};

use super::{At, ChainResult, ChainView};

/// Most entries of one kind that are remembered.
const REMEMBERED: usize = 16_384;

/// What holds in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoundFacts {
    /// The round.
    pub(crate) round: Round,
    /// Parameters.
    pub(crate) parameters: PovParameters,
    /// The cycle rule.
    pub(crate) rule: CycleRule,
    /// The cycle that holds the round.
    pub(crate) cycle: Cycle,
    /// Seed of that cycle.
    pub(crate) seed: Hash32,
    /// Verifiers in force, ascending.
    pub(crate) set: Vec<AccountId>,
}

/// The enhancements of a video that counted in a round; at most 64.
pub(crate) type Enhancements = Arc<[CountedEnhancement]>;

#[derive(Default)]
struct Remembered {
    round: Round,
    clock: Option<RoundClock>,
    rounds: HashMap<Round, Arc<RoundFacts>>,
    videos: HashMap<Magnet, Arc<VideoTerms>>,
    states: HashMap<(Magnet, Round), Option<VideoState>>,
    enhancements: HashMap<(Magnet, Round), Enhancements>,
    providers: HashMap<u32, Arc<ProviderRecord>>,
    controllers: HashMap<[u8; 32], bool>,
    campaigns: HashMap<u32, Arc<CampaignTerms>>,
    campaign_states: HashMap<(u32, Round), Option<CampaignState>>,
}

/// Reads of one side of the chain that remember for a round.
pub(crate) struct Facts {
    chain: Arc<dyn ChainView>,
    at: At,
    remembered: Mutex<Remembered>,
}

impl Facts {
    pub(crate) fn new(chain: Arc<dyn ChainView>, at: At) -> Self {
        Self {
            chain,
            at,
            remembered: Mutex::default(),
        }
    }

    /// The chain behind it.
    pub(crate) fn chain(&self) -> &dyn ChainView {
        &*self.chain
    }

    /// Forgets what was remembered in another round.
    pub(crate) fn turn_to(&self, round: Round) {
        let mut remembered = self.lock();
        if remembered.round != round {
            let clock = remembered.clock;
            *remembered = Remembered {
                round,
                clock,
                ..Remembered::default()
            };
        }
    }

    /// The round clock; `None` before block 1.
    pub(crate) fn clock(&self) -> ChainResult<Option<RoundClock>> {
        if let Some(clock) = self.lock().clock {
            return Ok(Some(clock));
        }
        let clock = self.chain.clock(self.at)?;
        self.lock().clock = clock;
        Ok(clock)
    }

    /// What holds in `round`. `None` when its cycle has not begun on this chain.
    pub(crate) fn round(&self, round: Round) -> ChainResult<Option<Arc<RoundFacts>>> {
        if let Some(facts) = self.lock().rounds.get(&round) {
            return Ok(Some(Arc::clone(facts)));
        }
        let rule = self.chain.cycle_rule(self.at, round)?;
        let Some(cycle) = rule.cycle_of(round) else {
            return Ok(None);
        };
        let Some(seed) = self.chain.cycle_seed(self.at, cycle)? else {
            return Ok(None);
        };
        let facts = Arc::new(RoundFacts {
            round,
            parameters: self.chain.parameters(self.at, round)?,
            rule,
            cycle,
            seed,
            set: self.chain.verifier_set(self.at, round)?,
        });
        remember(&mut self.lock().rounds, round, Arc::clone(&facts));
        Ok(Some(facts))
    }

    /// What never changes of a video.
    pub(crate) fn video(&self, video: Magnet) -> ChainResult<Option<Arc<VideoTerms>>> {
        if let Some(terms) = self.lock().videos.get(&video) {
            return Ok(Some(Arc::clone(terms)));
        }
        let Some(terms) = self.chain.video(self.at, video)? else {
            return Ok(None);
        };
        let terms = Arc::new(terms);
        remember(&mut self.lock().videos, video, Arc::clone(&terms));
        Ok(Some(terms))
    }

    /// The terms of a video that may be watched in `round`.
    pub(crate) fn active_video(
        &self,
        video: Magnet,
        round: Round,
    ) -> ChainResult<Result<Arc<VideoTerms>, NotWatchable>> {
        let Some(terms) = self.video(video)? else {
            return Ok(Err(NotWatchable::Unknown));
        };
        let known = self.lock().states.get(&(video, round)).copied();
        let state = match known {
            Some(state) => state,
            None => {
                let state = self.chain.video_state(self.at, video, round)?;
                remember(&mut self.lock().states, (video, round), state);
                state
            }
        };
        Ok(
            if state == Some(VideoState::Active) && terms.from_round <= round {
                Ok(terms)
            } else {
                Err(NotWatchable::NotActive)
            },
        )
    }

    /// The enhancements of a video that counted in `round`.
    pub(crate) fn enhancements(&self, video: Magnet, round: Round) -> ChainResult<Enhancements> {
        let key = (video, round);
        if let Some(counted) = self.lock().enhancements.get(&key) {
            return Ok(Arc::clone(counted));
        }
        let counted: Enhancements = self.chain.enhancements(self.at, video, round)?.into();
        remember(&mut self.lock().enhancements, key, Arc::clone(&counted));
        Ok(counted)
    }

    /// A storage provider.
    pub(crate) fn provider(&self, index: u32) -> ChainResult<Option<Arc<ProviderRecord>>> {
        if let Some(provider) = self.lock().providers.get(&index) {
            return Ok(Some(Arc::clone(provider)));
        }
        let Some(provider) = self.chain.provider(self.at, index)? else {
            return Ok(None);
        };
        let provider = Arc::new(provider);
        remember(&mut self.lock().providers, index, Arc::clone(&provider));
        Ok(Some(provider))
    }

    /// What never changes of an advertising campaign.
    pub(crate) fn campaign(&self, campaign: u32) -> ChainResult<Option<Arc<CampaignTerms>>> {
        if let Some(terms) = self.lock().campaigns.get(&campaign) {
            return Ok(Some(Arc::clone(terms)));
        }
        let Some(terms) = self.chain.campaign(self.at, campaign)? else {
            return Ok(None);
        };
        let terms = Arc::new(terms);
        remember(&mut self.lock().campaigns, campaign, Arc::clone(&terms));
        Ok(Some(terms))
    }

    /// The terms of a campaign whose views count in `round`.
    pub(crate) fn active_campaign(
        &self,
        campaign: u32,
        round: Round,
    ) -> ChainResult<Option<Arc<CampaignTerms>>> {
        let Some(terms) = self.campaign(campaign)? else {
            return Ok(None);
        };
        let key = (campaign, round);
        let known = self.lock().campaign_states.get(&key).copied();
        let state = match known {
            Some(state) => state,
            None => {
                let state = self.chain.campaign_state(self.at, campaign, round)?;
                remember(&mut self.lock().campaign_states, key, state);
                state
            }
        };
        Ok((state == Some(CampaignState::Active)).then_some(terms))
    }

    /// Whether `key` is a registered controller's.
    pub(crate) fn is_controller(&self, key: [u8; 32]) -> ChainResult<bool> {
        if let Some(is) = self.lock().controllers.get(&key) {
            return Ok(*is);
        }
        let is = self.chain.is_controller(self.at, key)?;
        remember(&mut self.lock().controllers, key, is);
        Ok(is)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a video can't be watched in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotWatchable {
    /// There is no such video.
    Unknown,
    /// It is restricted, withdrawn, or does not count yet.
    NotActive,
}

fn remember<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= REMEMBERED {
        map.clear();
    }
    map.insert(key, value);
}
