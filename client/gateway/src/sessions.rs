//! What is being watched: one video at a time, because an account mines one minute at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use chainflix_client::mining::playhead::{PlayState, Snapshot};
use chainflix_client::playback::{Playback, PlaybackEvent};
use chainflix_client::{Client, ClientError};
use chainflix_primitives::Magnet;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::failure::Failure;
use crate::panel::{CellView, EarningsView, Panel};
use crate::secret;

/// Verifiers are asked so often what became of views, and of earnings.
const ASK: Duration = Duration::from_secs(4);
/// Views asked about.
const VIEWS: u16 = 256;
/// A video that nobody follows or plays for so long is closed, and its keys and plaintext wiped.
const IDLE: Duration = Duration::from_secs(600);

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
    /// When somebody last followed or played it.
    used: Mutex<Instant>,
    open: watch::Sender<bool>,
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

/// A report of the page's video element.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    position_ms: u64,
    state: ReportedState,
    /// Speed, 1 for normal.
    rate: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReportedState {
    Playing,
    Stalled,
    Paused,
    Seeking,
    Ended,
}

impl Report {
    pub(crate) fn snapshot(&self) -> Snapshot {
        let rate = (self.rate * 1_000.0).round().clamp(0.0, 16_000.0);
        Snapshot {
            position_ms: self.position_ms,
            state: match self.state {
                ReportedState::Playing => PlayState::Playing,
                ReportedState::Stalled => PlayState::Stalled,
                ReportedState::Paused => PlayState::Paused,
                ReportedState::Seeking => PlayState::Seeking,
                ReportedState::Ended => PlayState::Ended,
            },
            // Clamped to a range that fits, and not a number becomes 0.
            rate: rate as u32,
        }
    }
}

/// The one session that is open, if any.
type Current = Arc<Mutex<Option<Arc<Session>>>>;

/// Opens and closes sessions.
pub(crate) struct Sessions {
    client: Arc<Client>,
    current: Current,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self {
            client,
            current: Current::default(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Opens a video in place of what was open.
    pub(crate) async fn open(&self, magnet: Magnet) -> Result<Opened, OpenError> {
        let id = secret::fresh().map_err(|_| OpenError::NoRandomness)?;
        // The old one stops first: its ticket must not be in the way of the new one's.
        self.close(None);
        let playback = self.client.open(magnet).await?;
        let manifest = playback.manifest();
        let opened = Opened {
            session: id.clone(),
            magnet: magnet.to_string(),
            title: manifest.title.clone(),
            duration_ms: manifest.total_playtime_ms,
            playlist: format!("/media/{id}/master.m3u8"),
        };
        let cells = manifest.renditions.first().map_or(0, |r| r.cells.len());
        let events = playback.events();
        let session = Arc::new(Session {
            id,
            playback,
            cells: Mutex::new(CellView::of(cells)),
            earnings: Mutex::new(None),
            used: Mutex::new(Instant::now()),
            open: watch::Sender::new(true),
        });
        tokio::spawn(follow(Arc::downgrade(&session), events));
        tokio::spawn(ask(
            Arc::downgrade(&session),
            self.client.clone(),
            self.current.clone(),
        ));
        // Another one may have been opened meanwhile.
        let replaced = lock(&self.current).replace(session);
        close(replaced);
        Ok(opened)
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

/// Asks what became of views and what was earned, until the session is gone; closes it when it is idle.
async fn ask(session: Weak<Session>, client: Arc<Client>, current: Current) {
    // Not at once: the first minute's keys are asked of the same verifiers.
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + ASK, ASK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let own = client.account();
    loop {
        ticks.tick().await;
        // Only what is asked for is held while waiting, so that a closed session goes at once.
        let Some(assigned) = session.upgrade().map(|session| session.playback.assigned()) else {
            return;
        };
        let (views, summary) = tokio::join!(client.views(&assigned, VIEWS), client.summary(&own));
        let Some(session) = session.upgrade() else {
            return;
        };
        if let Ok(views) = views {
            CellView::settle(&mut lock(&session.cells), session.playback.magnet(), &views);
        }
        if let Ok(summary) = summary {
            *lock(&session.earnings) = Some(summary.into());
        }
        if lock(&session.used).elapsed() > IDLE {
            close_in(&current, |open| open.id == session.id);
        }
    }
}

impl Session {
    /// What the panel shows.
    pub(crate) fn panel(&self) -> Panel {
        Panel {
            cells: lock(&self.cells).clone(),
            stats: self.playback.stats(),
            earnings: lock(&self.earnings).clone(),
        }
    }

    /// Returns when the session is closed.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as this.
        let _ = self.open.subscribe().wait_for(|open| !open).await;
    }
}
