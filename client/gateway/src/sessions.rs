//! What is being watched: one video at a time, because an account mines one minute at a time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use chainflix_client::playback::{Layer, Playback, PlaybackEvent};
use chainflix_client::player::fragments;
use chainflix_client::{Client, ClientError};
use chainflix_primitives::Magnet;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;

use crate::ads::Ads;
use crate::failure::Failure;
use crate::panel::{CellView, EarningsView, LayerView, Panel};
use crate::secret;
use early::Early;
pub(crate) use follower::Follower;
pub(crate) use report::Report;

mod early;
mod follower;
mod report;

/// Verifiers are asked so often what was earned; what becomes of views they tell by themselves.
const ASK: Duration = Duration::from_secs(4);
/// A video that nobody follows or plays for so long is closed, and its keys and plaintext wiped.
const IDLE: Duration = Duration::from_secs(600);

/// The player waits for layers so long at most.
const LAYERS: Duration = Duration::from_secs(2);

/// Why a video was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The client could not open it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// There can be no secret id.
    #[error("the operating system gives no randomness; try again later")]
    NoRandomness,
}

/// A video that is open in the player.
pub(crate) struct Session {
    /// Secret: whoever knows it may play the video.
    id: String,
    pub(crate) playback: Playback,
    cells: Mutex<Vec<CellView>>,
    earnings: Mutex<Option<EarningsView>>,
    client: Arc<Client>,
    /// What of layer 2 can be shown, once it was looked for.
    layers: OnceCell<Vec<Arc<Layer>>>,
    /// Ids of what is on of it.
    on: Mutex<BTreeSet<u32>>,
    /// When somebody last followed or played it.
    used: Mutex<Instant>,
    /// How many pages follow it; `None` before the first one does.
    followers: Mutex<Option<usize>>,
    open: watch::Sender<bool>,
    /// What plays in its breaks.
    pub(crate) ads: Ads,
}

/// What the page is told about an opened video.
#[derive(Debug, Serialize)]
pub(crate) struct Opened {
    session: String,
    magnet: String,
    title: String,
    duration_ms: u32,
    playlist: String,
}

/// The one session that is open, if any.
type Current = Arc<Mutex<Option<Arc<Session>>>>;

/// A session that is being opened.
type Opening = Result<Arc<Session>, OpenError>;

/// Opens and closes sessions.
pub(crate) struct Sessions {
    client: Arc<Client>,
    /// Whether videos have breaks for advertisements.
    shows_ads: bool,
    current: Current,
    early: Arc<Mutex<Early<Opening>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    pub(crate) fn new(client: Arc<Client>, shows_ads: bool) -> Self {
        Self {
            client,
            shows_ads,
            current: Current::default(),
            early: Arc::default(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The page that is asked for next will open this video.
    pub(crate) fn expect(&self, video: Magnet) {
        lock(&self.early).expect(video);
    }

    /// The page was asked for: opens the video that it will open, unless somebody watches.
    pub(crate) fn open_early(&self) {
        let mut early = lock(&self.early);
        let Some(magnet) = early.due() else {
            return;
        };
        let mut current = lock(&self.current);
        if current.as_ref().is_some_and(|session| !session.is_left()) {
            return;
        }
        close(current.take());
        let beginning = self.begin(magnet);
        let begun = tokio::spawn(async move {
            let session = beginning.await?;
            tokio::spawn(session.clone().begin_to_read());
            Ok::<_, OpenError>(session)
        });
        let number = early.began(magnet, begun);
        let all = self.early.clone();
        tokio::spawn(async move {
            tokio::time::sleep(early::KEPT).await;
            let abandoned = lock(&all).abandoned(number);
            discard(abandoned).await;
        });
    }

    /// Opens a video in place of what was open.
    pub(crate) async fn open(&self, magnet: Magnet) -> Result<Opened, OpenError> {
        let early = lock(&self.early).take(magnet);
        // The old one stops first: its ticket must not be in the way of the new one's.
        self.close(None);
        let begun = match early {
            Some(Ok(task)) => task.await.ok().and_then(Result::ok),
            Some(Err(another)) => {
                discard(Some(another)).await;
                None
            }
            None => None,
        };
        let session = match begun {
            Some(session) => session,
            // What failed a moment ago may succeed now.
            None => self.begin(magnet).await?,
        };
        let opened = session.opened();
        // Another one may have been opened meanwhile.
        let replaced = lock(&self.current).replace(session);
        close(replaced);
        Ok(opened)
    }

    /// Opens a video, which nobody can find yet.
    fn begin(&self, magnet: Magnet) -> impl Future<Output = Opening> + use<> {
        let (client, current) = (self.client.clone(), self.current.clone());
        let shows_ads = self.shows_ads;
        async move {
            let id = secret::fresh().map_err(|_| OpenError::NoRandomness)?;
            let playback = client.open(magnet).await?;
            let manifest = playback.manifest();
            let ads = Ads::new(manifest.total_playtime_ms, shows_ads);
            let cells = manifest.renditions.first().map_or(0, |r| r.cells.len());
            let events = playback.events();
            let session = Arc::new(Session {
                id,
                playback,
                cells: Mutex::new(CellView::of(cells)),
                earnings: Mutex::new(None),
                client: client.clone(),
                layers: OnceCell::new(),
                on: Mutex::default(),
                used: Mutex::new(Instant::now()),
                followers: Mutex::default(),
                open: watch::Sender::new(true),
                ads,
            });
            tokio::spawn(follow(Arc::downgrade(&session), events));
            // Looked for at once: the player waits for them.
            let looking = session.clone();
            tokio::spawn(async move { tokio::join!(looking.layers(), looking.breaks()).0.len() });
            tokio::spawn(ask(Arc::downgrade(&session), client, current));
            Ok(session)
        }
    }

    /// The session with this id, when it is still open.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Session>, Failure> {
        let found = lock(&self.current)
            .as_ref()
            .filter(|session| secret::matches(id, &session.id))
            .cloned()
            .ok_or_else(Failure::not_open)?;
        *lock(&found.used) = Instant::now();
        Ok(found)
    }

    /// Closes the session with this id, or whichever is open.
    pub(crate) fn close(&self, id: Option<&str>) {
        close_in(&self.current, |session| {
            id.is_none_or(|id| secret::matches(id, &session.id))
        });
    }
}

/// Closes what was opened early and is not wanted.
async fn discard(task: Option<JoinHandle<Opening>>) {
    let Some(task) = task else { return };
    task.abort();
    if let Ok(Ok(session)) = task.await {
        close(Some(session));
    }
}

fn close_in(current: &Current, which: impl Fn(&Session) -> bool) {
    let closed = lock(current).take_if(|session| which(session));
    close(closed);
}

/// Whoever waits for a part of the video holds on to the session, and is told to let go.
fn close(session: Option<Arc<Session>>) {
    if let Some(session) = session {
        session.open.send_replace(false);
    }
}

/// Keeps the picture of the minutes up to date, until the session is gone.
async fn follow(session: Weak<Session>, mut events: Receiver<PlaybackEvent>) {
    loop {
        match events.recv().await {
            Ok(event) => match session.upgrade() {
                Some(session) => CellView::note(&mut lock(&session.cells), &event),
                None => return,
            },
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Follows what becomes of views and asks what was earned, until the session is gone; closes it when it is idle.
async fn ask(session: Weak<Session>, client: Arc<Client>, current: Current) {
    // Not at once: the first minute's keys are asked of the same verifiers.
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + ASK, ASK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let own = client.account();
    let followed = client.followed_views();
    let mut changed = followed.changed();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // The sender lives as long as the client.
            _ = changed.changed() => {}
        }
        // Only what is asked for is held while waiting, so that a closed session goes at once.
        let Some(assigned) = session.upgrade().map(|session| session.playback.assigned()) else {
            return;
        };
        followed.follow(&assigned);
        let views = followed.views(&assigned);
        match session.upgrade() {
            Some(session) => {
                let mut cells = lock(&session.cells);
                CellView::settle(&mut cells, session.playback.magnet(), &views);
                drop(cells);
                session.ads.settle(&views);
            }
            None => return,
        }
        let summary = client.summary(&own).await;
        let Some(session) = session.upgrade() else {
            return;
        };
        if let Ok(summary) = summary {
            *lock(&session.earnings) = Some(summary.into());
        }
        if lock(&session.used).elapsed() > IDLE {
            close_in(&current, |open| open.id == session.id);
        }
    }
}

impl Session {
    /// What the page is told of it.
    fn opened(&self) -> Opened {
        let (id, manifest) = (&self.id, self.playback.manifest());
        Opened {
            session: id.clone(),
            magnet: self.playback.magnet().to_string(),
            title: manifest.title.clone(),
            duration_ms: manifest.total_playtime_ms,
            playlist: format!("/media/{id}/master.m3u8"),
        }
    }

    /// Has the beginning in plaintext before it is asked for.
    async fn begin_to_read(self: Arc<Self>) {
        let rendition = self.playback.first_rendition();
        let Some((cell, _)) = self.playback.manifest().cell(rendition, 0) else {
            return;
        };
        let Some((first, _)) = fragments(cell).next() else {
            return;
        };
        tokio::select! {
            // What is wrong is said to whoever asks for it.
            _ = self.playback.read(rendition, 0, first) => {}
            () = self.closed() => {}
        }
    }

    /// What the panel shows.
    pub(crate) fn panel(&self) -> Panel {
        Panel {
            cells: lock(&self.cells).clone(),
            stats: self.playback.stats(),
            earnings: lock(&self.earnings).clone(),
            layers: self.layers_shown(),
            ads: self.ads.views(),
        }
    }

    /// What of layer 2 can be shown: found once, so that all playlists tell of the same. A chain that does not answer soon
    /// keeps nobody from watching.
    pub(crate) async fn layers(&self) -> &[Arc<Layer>] {
        let find = async || {
            let asked = tokio::time::timeout(LAYERS, self.client.layers(&self.playback));
            match asked.await {
                Ok(Ok(layers)) => layers.into_iter().map(Arc::new).collect(),
                Ok(Err(error)) => {
                    tracing::info!(%error, "no layers are offered");
                    Vec::new()
                }
                Err(_) => {
                    tracing::info!("no layers are offered: the chain takes too long");
                    Vec::new()
                }
            }
        };
        self.layers.get_or_init(find).await
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Takes in what the page's video element does.
    pub(crate) async fn report(self: &Arc<Self>, report: &Report) {
        if let Some(before) = report.ad {
            return self.report_ad(before, report.snapshot()).await;
        }
        self.near_break(report.position_ms);
        let offered = self.layers.get().map_or(&[][..], Vec::as_slice);
        let on = |layer: &&Arc<Layer>| report.layers.contains(&layer.info().id);
        let now: BTreeSet<u32> = offered.iter().filter(on).map(|l| l.info().id).collect();
        let before = std::mem::replace(&mut *lock(&self.on), now.clone());
        if now != before {
            let off = |layer: &&Arc<Layer>| before.contains(&layer.info().id) && !on(layer);
            offered.iter().filter(off).for_each(|layer| layer.stop());
            self.playback.show(now.into_iter().collect()).await;
        }
        self.playback.report(report.snapshot()).await;
    }

    fn layers_shown(&self) -> Vec<LayerView> {
        let (on, minutes) = (lock(&self.on).clone(), self.playback.stats().layers);
        let offered = self.layers.get().into_iter().flatten();
        offered
            .map(|layer| LayerView {
                info: layer.info().clone(),
                title: layer.manifest().title.clone(),
                on: on.contains(&layer.info().id),
                minutes: minutes.get(&layer.info().id).copied().unwrap_or(0),
            })
            .collect()
    }

    /// Returns when the session is closed.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as this.
        let _ = self.open.subscribe().wait_for(|open| !open).await;
    }
}
