//! The controller as a server: REST for publishers and players, a WebSocket for nodes, and the work that time brings.

mod manifests;
mod nodes;
mod rest;
mod upkeep;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::choice_log::ChoiceLog;
use crate::clock::Clock;
use crate::config::{Config, MAX_SOURCES};
use crate::directory::Directory;
use crate::metrics::Counters;
use crate::protocol::ToNode;
use crate::rate::RateLimiter;
use crate::registry::Registry;
use crate::signing::Signer;

/// Why a controller can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("port {} is in use at {}; choose another with --listen", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// The address can't be listened on.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// A folder or file of the controller can't be used.
    #[error("can't use {0}: {1}")]
    Storage(PathBuf, #[source] io::Error),
}

/// A node's connection, as others reach it.
struct Connection {
    /// Distinguishes connections of the same node.
    id: u64,
    outbox: mpsc::Sender<ToNode>,
}

/// What all requests share.
struct Shared {
    directory: Mutex<Directory>,
    log: Mutex<ChoiceLog>,
    limiter: Mutex<RateLimiter>,
    connections: Mutex<HashMap<u32, Connection>>,
    next_id: AtomicU64,
    signer: Signer,
    registry: Arc<dyn Registry>,
    clock: Arc<dyn Clock>,
    counters: Counters,
    manifests: Option<PathBuf>,
    trusted_proxies: Vec<IpAddr>,
    copies: usize,
    sources: usize,
    sources_ms: u64,
    shutdown: watch::Receiver<bool>,
}

/// Nothing that holds one of these locks can leave its data half changed by a panic that matters more than going on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Resolves when the controller shall stop, or is gone.
async fn stopping(shutdown: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone, and with it the controller.
    let _ = shutdown.wait_for(|stop| *stop).await;
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
        Some(path) => {
            ChoiceLog::create(path).map_err(|error| StartError::Storage(path.clone(), error))?
        }
        None => ChoiceLog::none(),
    };
    let mut directory = Directory::new(clock.clone(), config.limits, config.copies);
    if let Some(folder) = &config.manifests {
        manifests::load(folder, &mut directory)
            .map_err(|error| StartError::Storage(folder.clone(), error))?;
    }
    let (shutdown, stop) = watch::channel(false);
    let shared = Arc::new(Shared {
        directory: Mutex::new(directory),
        log: Mutex::new(log),
        limiter: Mutex::new(RateLimiter::new(config.rate)),
        connections: Mutex::new(HashMap::new()),
        next_id: AtomicU64::new(1),
        signer: Signer::new(config.key, config.genesis),
        registry,
        clock,
        counters: Counters::default(),
        manifests: config.manifests,
        trusted_proxies: config.trusted_proxies,
        copies: config.copies,
        sources: config.sources.min(MAX_SOURCES),
        sources_ms: config.sources_ms,
        shutdown: stop.clone(),
    });
    let service = rest::router(shared.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut stop_serving = stop.clone();
    let server = tokio::spawn(async move {
        let serving = axum::serve(listener, service);
        tokio::select! {
            result = serving => if let Err(error) = result {
                tracing::error!(%error, "the server stopped");
            },
            () = stopping(&mut stop_serving) => {}
        }
    });
    let upkeep = tokio::spawn(upkeep::run(shared, stop));
    tracing::info!(%address, "controller listens");
    Ok(Running {
        address,
        shutdown,
        tasks: vec![server, upkeep],
    })
}
