//! Layer 3: what plays in the breaks of the video that is open.
//!
//! A break is prepared while the minute before it plays: a campaign is chosen, its creative fetched whole and its key asked
//! for. Only what is at hand by then is offered to the player, so that it waits for nobody: of a break that is not ready
//! nothing is shown, and the video goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use chainflix_client::ads::breaks;
use chainflix_client::chain::Campaign;
use chainflix_client::mining::playhead::Snapshot;
use chainflix_client::playback::{Playback, PlaybackEvent};
use chainflix_client::units::format_cfx;
use chainflix_client::{Client, account};
use chainflix_primitives::api::ViewStatus;
use chainflix_primitives::manifest::Manifest;
use chainflix_primitives::window::CELL_MS;
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OnceCell, watch};

use crate::panel::CellView;
use crate::sessions::Session;

/// A break is prepared so long before it comes, in ms: it costs the line less than a minute of the video does.
const PREPARE_MS: u64 = 40_000;
/// Choosing a campaign, and having its creative at hand, takes so long at most for each campaign that is tried.
const EACH: Duration = Duration::from_secs(8);
/// Campaigns that are tried for one break.
const TRIED: usize = 3;
/// The player waits so long at most to hear whether there are any breaks.
const LOOK: Duration = Duration::from_secs(1);
/// The player waits for the answer whether something is shown so long at most. It asks seconds before the break.
const PATIENCE: Duration = Duration::from_millis(500);

/// An advertisement that is at hand.
pub(crate) struct Ad {
    /// Before which minute it plays.
    before: u16,
    campaign: Campaign,
    pub(crate) playback: Playback,
    /// Of its creative, with the one rendition that is at hand.
    pub(crate) manifest: Manifest,
    state: Mutex<State>,
}

/// What the panel shows of it.
struct State {
    /// Its one minute.
    cells: Vec<CellView>,
    /// Whether the player began to show it.
    shown: bool,
    followed: bool,
    /// Whether a verifier accepted its view: what becomes of views of the same creative before is not this one's.
    accepted: bool,
}

/// An advertisement in the panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AdView {
    /// Before which minute it was shown.
    before: u16,
    campaign: u32,
    title: String,
    /// Address of who pays for it.
    advertiser: String,
    /// What an accepted play pays to all in all, in CFX, and what a click does on top.
    per_play: String,
    per_click: String,
    followed: bool,
    /// How its proof stands, and what the viewer got for it.
    #[serde(flatten)]
    view: CellView,
}

/// How a break is prepared.
#[derive(Clone)]
enum Break {
    Preparing,
    Ready(Arc<Ad>),
    /// Nothing is shown.
    Nothing,
}

/// All breaks of one video.
pub(crate) struct Ads {
    /// Minutes before which there would be a place for something.
    places: Vec<u16>,
    /// Whether any campaign paid for it when the video was opened, once that was looked for: a video without any has no
    /// breaks at all.
    pays: OnceCell<bool>,
    begun: Mutex<BTreeMap<u16, watch::Receiver<Break>>>,
    /// How often each campaign was shown.
    shown: Mutex<BTreeMap<u32, u32>>,
    /// Campaigns that could not be had, or that a verifier refused.
    refused: Mutex<BTreeSet<u32>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ads {
    /// For a video of `total_ms`; without any breaks when nothing is to be shown.
    pub(crate) fn new(total_ms: u32, are_shown: bool) -> Self {
        Self {
            places: if are_shown {
                breaks(total_ms)
            } else {
                Vec::new()
            },
            pays: OnceCell::new(),
            begun: Mutex::default(),
            shown: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Minutes before which something may be shown, as far as is known.
    fn breaks(&self) -> &[u16] {
        match self.pays.get() {
            Some(true) => &self.places,
            Some(false) | None => &[],
        }
    }

    /// The break that is to be prepared when the player is at `position_ms`.
    fn due(&self, position_ms: u64) -> Option<u16> {
        let begun = lock(&self.begun);
        let comes = |before: &&u16| {
            let at_ms = u64::from(**before).saturating_mul(u64::from(CELL_MS));
            let nears = (position_ms..=position_ms.saturating_add(PREPARE_MS)).contains(&at_ms);
            nears && !begun.contains_key(*before)
        };
        self.breaks().iter().find(comes).copied()
    }

    /// What is at hand for a break; `None` when nothing is.
    pub(crate) fn ready(&self, before: u16) -> Option<Arc<Ad>> {
        match &*lock(&self.begun).get(&before)?.borrow() {
            Break::Ready(ad) => Some(ad.clone()),
            Break::Preparing | Break::Nothing => None,
        }
    }

    fn all_ready(&self) -> Vec<Arc<Ad>> {
        let ready = self.places.iter().filter_map(|before| self.ready(*before));
        ready.collect()
    }

    /// The same; a break that is being prepared is waited for a moment.
    pub(crate) async fn offered(&self, before: u16) -> Option<Arc<Ad>> {
        let mut outcome = lock(&self.begun).get(&before)?.clone();
        let decided = outcome.wait_for(|state| !matches!(state, Break::Preparing));
        // Neither is an error: nothing is shown then.
        let _ = tokio::time::timeout(PATIENCE, decided).await;
        self.ready(before)
    }

    /// What was shown, in the order of breaks.
    pub(crate) fn views(&self) -> Vec<AdView> {
        let shown = self.all_ready().into_iter();
        shown.filter_map(|ad| ad.view()).collect()
    }

    /// Takes in what became of views.
    pub(crate) fn settle(&self, views: &[ViewStatus]) {
        for ad in self.all_ready() {
            let mut state = lock(&ad.state);
            if state.accepted {
                CellView::settle(&mut state.cells, ad.campaign.terms.creative, views);
            }
        }
    }
}

impl Session {
    /// Minutes before which something may be shown. Looked for once; a chain that does not answer soon keeps nobody from
    /// watching.
    pub(crate) async fn breaks(&self) -> &[u16] {
        let look = async || {
            let nothing_shown = BTreeMap::new();
            let asked = self.client().campaigns_for(&self.playback, &nothing_shown);
            let found = tokio::time::timeout(LOOK, asked).await;
            matches!(found, Ok(Ok(campaigns)) if !campaigns.is_empty())
        };
        if !self.ads.places.is_empty() {
            self.ads.pays.get_or_init(look).await;
        }
        self.ads.breaks()
    }

    /// Has the next break prepared, when the player nears it.
    pub(crate) fn near_break(self: &Arc<Self>, position_ms: u64) {
        let Some(before) = self.ads.due(position_ms) else {
            return;
        };
        // What was shown before is over by now.
        for ad in self.ads.all_ready() {
            ad.playback.let_go();
        }
        let (told, outcome) = watch::channel(Break::Preparing);
        lock(&self.ads.begun).insert(before, outcome);
        let session = self.clone();
        tokio::spawn(async move {
            let found = tokio::select! {
                found = session.find(before) => found,
                () = session.closed() => None,
            };
            let outcome = found.map_or(Break::Nothing, Break::Ready);
            told.send_replace(outcome);
        });
    }

    /// The first campaign whose creative can be had.
    async fn find(self: &Arc<Self>, before: u16) -> Option<Arc<Ad>> {
        let client = self.client();
        let shown = lock(&self.ads.shown).clone();
        let asked = tokio::time::timeout(EACH, client.campaigns_for(&self.playback, &shown));
        let mut campaigns = match asked.await {
            Ok(Ok(campaigns)) => campaigns,
            Ok(Err(error)) => {
                tracing::info!(%error, "no advertisement is shown");
                return None;
            }
            Err(_) => return None,
        };
        let refused = lock(&self.ads.refused).clone();
        campaigns.retain(|one| !refused.contains(&one.id));
        for campaign in campaigns.into_iter().take(TRIED) {
            let number = campaign.id;
            match had(client, &self.playback, &campaign).await {
                Ok(playback) => return Some(self.begun(before, campaign, playback)),
                Err(why) => {
                    tracing::info!(campaign = number, %why, "an advertisement is passed over");
                    lock(&self.ads.refused).insert(number);
                }
            }
        }
        None
    }

    fn begun(self: &Arc<Self>, before: u16, campaign: Campaign, playback: Playback) -> Arc<Ad> {
        let events = playback.events();
        let mut manifest = playback.manifest().clone();
        let number = usize::from(playback.first_rendition());
        if number < manifest.renditions.len() {
            manifest.renditions.swap(0, number);
            manifest.renditions.truncate(1);
        }
        let ad = Arc::new(Ad {
            before,
            campaign,
            playback,
            manifest,
            state: Mutex::new(State {
                cells: CellView::of(1),
                shown: false,
                followed: false,
                accepted: false,
            }),
        });
        tokio::spawn(note(Arc::downgrade(self), Arc::downgrade(&ad), events));
        ad
    }

    /// Takes in what the player does with the advertisement of a break.
    pub(crate) async fn report_ad(&self, before: u16, snapshot: Snapshot) {
        let Some(ad) = self.ads.ready(before) else {
            return;
        };
        let began = !std::mem::replace(&mut lock(&ad.state).shown, true);
        if began {
            let mut shown = lock(&self.ads.shown);
            let times = shown.entry(ad.campaign.id).or_default();
            *times = times.saturating_add(1);
        }
        ad.playback.report(snapshot).await;
    }

    /// The viewer follows the advertisement of a break. False when none is shown there.
    pub(crate) async fn follow_ad(&self, before: u16) -> bool {
        let ad = self.ads.ready(before);
        let Some(ad) = ad.filter(|ad| lock(&ad.state).shown) else {
            return false;
        };
        lock(&ad.state).followed = true;
        ad.playback.follow().await;
        true
    }
}

/// A campaign's creative, once it is at hand.
async fn had(client: &Client, host: &Playback, campaign: &Campaign) -> Result<Playback, String> {
    let fetching = async {
        let opened = client.open_ad(host, campaign).await;
        let playback = opened.map_err(|why| why.to_string())?;
        playback.at_hand().await.map_err(|why| why.to_string())?;
        Ok(playback)
    };
    let fetched = tokio::time::timeout(EACH, fetching).await;
    fetched.unwrap_or_else(|_| Err("it takes too long to come".to_owned()))
}

/// Keeps the picture of an advertisement up to date, until it is gone. A campaign that a verifier refuses is not chosen
/// again.
async fn note(
    session: Weak<Session>,
    ad: Weak<Ad>,
    mut events: tokio::sync::broadcast::Receiver<PlaybackEvent>,
) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let (Some(session), Some(ad)) = (session.upgrade(), ad.upgrade()) else {
            return;
        };
        {
            let mut state = lock(&ad.state);
            CellView::note(&mut state.cells, &event);
            state.accepted |= matches!(event, PlaybackEvent::ViewAccepted { .. });
        }
        let by_rule = |reason: &str| reason.starts_with("Campaign") || reason == "AccountTooYoung";
        if matches!(&event, PlaybackEvent::ViewRefused { reason, .. } if by_rule(reason)) {
            lock(&session.ads.refused).insert(ad.campaign.id);
        }
    }
}

impl Ad {
    /// Length of the creative, in ms.
    pub(crate) fn duration_ms(&self) -> u32 {
        self.manifest.total_playtime_ms
    }

    fn view(&self) -> Option<AdView> {
        let state = lock(&self.state);
        let view = state.cells.first().filter(|_| state.shown)?.clone();
        let terms = &self.campaign.terms;
        Some(AdView {
            before: self.before,
            campaign: self.campaign.id,
            title: self.playback.manifest().title.clone(),
            advertiser: account::address(&terms.advertiser),
            per_play: format_cfx(terms.price_per_play),
            per_click: format_cfx(terms.price_per_click),
            followed: state.followed,
            view,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_is_prepared_once_while_the_minute_before_it_plays() {
        let ads = Ads::new(420_000, true);
        assert_eq!(ads.due(20_000), None, "nobody knows yet whether one pays");
        ads.pays.set(true).unwrap();
        assert_eq!(ads.breaks(), [1, 6]);
        assert_eq!(ads.due(0), None);
        assert_eq!(ads.due(20_000), Some(1));
        let (_told, outcome) = watch::channel(Break::Preparing);
        lock(&ads.begun).insert(1, outcome);
        assert_eq!(ads.due(20_500), None);
        assert_eq!(ads.due(61_000), None);
        assert_eq!(ads.due(330_000), Some(6));
        for (are_shown, pays) in [(false, true), (true, false)] {
            let none = Ads::new(420_000, are_shown);
            none.pays.set(pays).unwrap();
            assert_eq!(none.due(20_000), None);
        }
    }

    #[tokio::test]
    async fn a_break_that_is_not_ready_is_skipped_after_half_a_second() {
        let ads = Ads::new(120_000, true);
        assert!(ads.offered(1).await.is_none(), "nobody prepared it");
        let (told, outcome) = watch::channel(Break::Preparing);
        lock(&ads.begun).insert(1, outcome);
        let asked = tokio::time::Instant::now();
        assert!(ads.offered(1).await.is_none());
        let waited = asked.elapsed();
        assert!((PATIENCE..PATIENCE * 4).contains(&waited), "{waited:?}");
        told.send_replace(Break::Nothing);
        let asked = tokio::time::Instant::now();
        assert!(ads.offered(1).await.is_none());
        assert!(
            asked.elapsed() < PATIENCE,
            "what is decided is not waited for"
        );
        drop(told);
        assert!(ads.offered(1).await.is_none());
    }
}
