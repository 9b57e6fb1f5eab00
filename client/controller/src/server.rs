//! The controller as a server: REST for publishers and players, a WebSocket for nodes, and the work that time brings.

mod following;
mod nodes;
mod plays;
mod rest;
mod sharing;
mod upkeep;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::accept::{self, Bounds, stopping};
use crate::choice_log::{ChoiceLog, Entry};
use crate::clock::Clock;
use crate::config::{Config, MAX_SOURCES};
use crate::directory::Directory;
use crate::metrics::Counters;
use crate::protocol::{Move, ToNode};
use crate::rate::RateLimiter;
use crate::registry::Registry;
use crate::signing::Signer;
use crate::state::{State, StateError};
use sharing::{Colleagues, Lead};

/// Why a controller can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("port {} is in use at {}; choose another with --listen", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// The address can't be listened on.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The state can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// A folder or file of the controller can't be used.
    #[error("can't use {0}: {1}")]
    Storage(PathBuf, #[source] io::Error),
}

/// Decisions about copies that the dashboard shows.
const MAX_MOVES: usize = 100;

/// A node's connection, as others reach it.
struct Connection {
    /// Distinguishes connections of the same node.
    id: u64,
    outbox: mpsc::Sender<ToNode>,
    /// The chain tells something else of the node.
    changed: Arc<Notify>,
}

/// What all requests share.
struct Shared {
    directory: Mutex<Directory>,
    log: Mutex<ChoiceLog>,
    /// The last decisions about copies, newest first.
    moves: Mutex<VecDeque<Move>>,
    limiter: Mutex<RateLimiter>,
    connections: Mutex<HashMap<u32, Connection>>,
    next_id: AtomicU64,
    signer: Signer,
    registry: Arc<dyn Registry>,
    clock: Arc<dyn Clock>,
    counters: Counters,
    state: Option<State>,
    colleagues: Mutex<Colleagues>,
    /// The last finalized block whose events have all taken effect here.
    followed: AtomicU64,
    /// Whether this controller is the one that orders copies and has copies given up.
    leads: Lead,
    trusted_proxies: Vec<IpAddr>,
    copies: usize,
    sources: usize,
    sources_ms: u64,
    relays: Vec<Vec<String>>,
    relay_bytes_per_hour: u64,
    request_time: Duration,
    repairs: bool,
    shutdown: watch::Receiver<bool>,
}

impl Shared {
    fn leads(&self) -> bool {
        self.leads.holds(self.clock.monotonic_ms())
    }
}

/// Nothing that holds one of these locks can leave its data half changed by a panic that matters more than going on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes the decisions since the last call to the log, those of other requests too. When it returns, whatever was decided
/// before the call is in the log: whoever finds its own decision taken waited here until it was written.
fn log_decisions(shared: &Shared) {
    // The log is locked first, so that decisions are written in the order in which they were made.
    let mut log = lock(&shared.log);
    let (entries, lost) = lock(&shared.directory).take_entries();
    let mut failed = usize::try_from(lost).unwrap_or(usize::MAX);
    for entry in &entries {
        note_move(shared, entry);
    }
    if let Err(error) = log.append(&entries) {
        failed = failed.saturating_add(entries.len());
        tracing::error!(%error, "decisions not logged");
    }
    Counters::add(&shared.counters.log_errors, failed);
}

/// Keeps a decision about copies for the dashboard.
fn note_move(shared: &Shared, entry: &Entry) {
    let is_move = match entry {
        Entry::Sources(_) => false,
        Entry::Placement(decision) => !decision.chosen.is_empty(),
        Entry::Copies(_) => true,
        Entry::Surplus(decision) => decision.chosen.is_some(),
    };
    if is_move {
        let mut moves = lock(&shared.moves);
        moves.truncate(MAX_MOVES.saturating_sub(1));
        moves.push_front(Move {
            at_ms: entry.at_ms(),
            video: entry.cell().video,
            words: entry.words(),
        });
    }
}

/// A controller that runs. Dropping it stops it.
pub struct Running {
    /// Where it listens; the port is the one that the system chose when 0 was asked for.
    pub address: SocketAddr,
    shutdown: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops it and waits until it has stopped.
    pub async fn stop(mut self) {
        // Fails only when every task has ended already.
        let _ = self.shutdown.send(true);
        for task in self.tasks.drain(..) {
            // A task that panicked has stopped too.
            let _ = task.await;
        }
    }

    /// Waits until it stops by itself, which is a fault.
    pub async fn stopped(&mut self) {
        if let Some(server) = self.tasks.first_mut() {
            // A task that panicked has stopped too.
            let _ = server.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Starts a controller.
///
/// # Errors
/// When it can't listen or its files can't be used.
pub async fn start(
    config: Config,
    registry: Arc<dyn Registry>,
    clock: Arc<dyn Clock>,
) -> Result<Running, StartError> {
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(listen),
            _ => StartError::Listen(listen, error),
        })?;
    let address = listener
        .local_addr()
        .map_err(|error| StartError::Listen(listen, error))?;
    let log = match &config.choice_log {
        Some(path) => ChoiceLog::create(path, config.choice_logs_kept)
            .map_err(|error| StartError::Storage(path.clone(), error))?,
        None => ChoiceLog::none(),
    };
    let mut directory = Directory::new(clock.clone(), config.limits, config.copies);
    directory.set_relays(config.relays.iter().flatten().cloned().collect());
    let (mut version, mut followed) = (0, 0);
    let state = match &config.database {
        Some(database) => Some(State::open(database, &config.genesis).await?),
        None => None,
    };
    if let Some(state) = &state {
        let kept;
        followed = state.followed().await?;
        (kept, version) = state.load().await?;
        directory.learn(kept, |_| false);
        directory.keep_changes();
    }
    let (shutdown, stop) = watch::channel(false);
    let shared = Arc::new(Shared {
        directory: Mutex::new(directory),
        log: Mutex::new(log),
        moves: Mutex::default(),
        limiter: Mutex::new(RateLimiter::new(config.rate)),
        connections: Mutex::new(HashMap::new()),
        next_id: AtomicU64::new(1),
        signer: Signer::new(config.key, config.genesis),
        registry,
        clock,
        counters: Counters::default(),
        state: state.clone(),
        colleagues: Mutex::default(),
        leads: Lead::new(state.as_ref().is_some_and(State::is_shared)),
        followed: AtomicU64::new(0),
        trusted_proxies: config.trusted_proxies,
        copies: config.copies,
        sources: config.sources.min(MAX_SOURCES),
        sources_ms: config.sources_ms,
        relays: config.relays,
        relay_bytes_per_hour: config.relay_bytes_per_hour,
        request_time: config.request_time,
        repairs: config.repairs,
        shutdown: stop.clone(),
    });
    let bounds = Bounds {
        header_time: config.header_time,
        // Each storage node keeps one open; how many of others there may be is for the proxy before it, and the system.
        connections: usize::MAX,
    };
    let serving = accept::run(listener, rest::router(shared.clone()), bounds, stop.clone());
    let mut stop_serving = stop.clone();
    let server = tokio::spawn(async move {
        tokio::select! {
            () = serving => {}
            () = stopping(&mut stop_serving) => {}
        }
    });
    let following = following::run(shared.clone(), followed, stop.clone());
    let mut tasks = vec![server, tokio::spawn(following)];
    if let Some(source) = config.plays {
        tasks.push(tokio::spawn(plays::run(
            shared.clone(),
            source,
            stop.clone(),
        )));
    }
    if let Some(state) = state {
        tasks.push(tokio::spawn(sharing::run(
            shared.clone(),
            state,
            version,
            stop.clone(),
        )));
    }
    tasks.push(tokio::spawn(upkeep::run(shared, stop)));
    tracing::info!(%address, "controller listens");
    Ok(Running {
        address,
        shutdown,
        tasks,
    })
}
