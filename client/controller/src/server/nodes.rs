//! One node's WebSocket: login, then what it tells and what it is told.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use chainflix_primitives::Hash32;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout};

use super::{Connection, Shared, lock, rest};
use crate::directory::{Beat, Offer};
use crate::metrics::Counters;
use crate::protocol::{
    ApiError, ErrorCode, FromNode, HEARTBEAT_MS, INDEXED_MS, MAX_CELLS_PER_MESSAGE, MAX_SERVING,
    PROTOCOL_VERSION, Relay, RelayPass, ToNode, login_payload,
};
use crate::rate::{RateLimit, RateLimiter};
use crate::signing;

/// A node answers the challenge within this time.
const LOGIN: Duration = Duration::from_secs(10);
/// The chain is asked again whether the node is registered, so often.
const REGISTRATION: Duration = Duration::from_secs(60);
/// Whether new passes for relays are due is looked at so often.
const PASSES: Duration = Duration::from_secs(60);
/// Messages that wait for a node at most; a node that is further behind misses commands, which come again.
const OUTBOX: usize = 64;

/// Messages of one node. A whole inventory is a thousand at most; what changes comes by the dozen.
const MESSAGES: RateLimit = RateLimit {
    burst: 4_096,
    per_second: 200,
};

/// Serves a node until it goes.
pub(super) async fn serve(mut socket: WebSocket, client: IpAddr, shared: Arc<Shared>) {
    let (provider, peer_key) = match log_in(&mut socket, &shared).await {
        Ok(node) => node,
        Err(error) => return refuse(&mut socket, error).await,
    };
    let id = shared.next_id.fetch_add(1, Ordering::Relaxed);
    let (outbox, inbox) = mpsc::channel(OUTBOX);
    // The sender of an older connection is dropped here, which ends that connection.
    let changed = Arc::new(Notify::new());
    let connection = Connection {
        id,
        outbox,
        changed: Arc::clone(&changed),
    };
    lock(&shared.connections).insert(provider, connection);
    tracing::info!(provider, "node logged in");
    let mut session = Session {
        provider,
        peer_key,
        client,
        greeted: false,
        shared: &shared,
    };
    let end = session.run(&mut socket, inbox, &changed).await;
    {
        let mut connections = lock(&shared.connections);
        if connections.get(&provider).is_some_and(|c| c.id == id) {
            connections.remove(&provider);
            // Under both locks: a new connection of the node comes before or after, and is not taken for the one that ends.
            lock(&shared.directory).disconnected(provider);
        }
    }
    tracing::info!(provider, reason = ?end, "node gone");
    if let Err(error) = end {
        refuse(&mut socket, error).await;
    }
}

async fn log_in(socket: &mut WebSocket, shared: &Shared) -> Result<(u32, [u8; 32]), ApiError> {
    let mut nonce: Hash32 = [0; 32];
    getrandom::fill(&mut nonce)
        .map_err(|_| ApiError::new(ErrorCode::Full, "The controller has no randomness."))?;
    let (genesis, controller) = (shared.signer.genesis(), shared.signer.public());
    let challenge = ToNode::Challenge {
        version: PROTOCOL_VERSION,
        genesis,
        controller,
        nonce,
    };
    send(socket, &challenge).await?;
    let answer = timeout(LOGIN, receive(socket))
        .await
        .map_err(|_| ApiError::new(ErrorCode::Signature, "The challenge was not answered."))??;
    let FromNode::Login {
        version,
        peer_key,
        signature,
    } = answer.ok_or_else(gone)?
    else {
        return Err(malformed("Log in first."));
    };
    if version != PROTOCOL_VERSION {
        return Err(ApiError::new(
            ErrorCode::Version,
            "The controller speaks another version of the protocol; update one of the two.",
        ));
    }
    let payload = login_payload(&genesis, &controller, &nonce, &peer_key);
    if !signing::is_signed_by(&peer_key, &payload, &signature) {
        return Err(ApiError::new(
            ErrorCode::Signature,
            "The challenge is not signed by the node's peer key.",
        ));
    }
    let registered = shared.registry.provider(&peer_key).await;
    let registered = registered
        .map_err(rest::chain_unreachable)?
        .ok_or_else(not_registered)?;
    let provider = registered.index;
    lock(&shared.directory).logged_in(registered)?;
    let welcome = ToNode::Welcome {
        provider,
        heartbeat_ms: HEARTBEAT_MS,
    };
    send(socket, &welcome).await?;
    Ok((provider, peer_key))
}

/// A logged-in node's connection.
struct Session<'a> {
    provider: u32,
    peer_key: [u8; 32],
    client: IpAddr,
    /// Whether it has said hello.
    greeted: bool,
    shared: &'a Shared,
}

impl Session<'_> {
    /// Ends with `Ok` when the node goes, with an error when it is sent away.
    async fn run(
        &mut self,
        socket: &mut WebSocket,
        mut inbox: mpsc::Receiver<ToNode>,
        changed: &Notify,
    ) -> Result<(), ApiError> {
        let silence = Duration::from_millis(INDEXED_MS);
        let mut deadline = Instant::now() + silence;
        let mut registration = tokio::time::interval(REGISTRATION);
        registration.reset();
        let mut shutdown = self.shared.shutdown.clone();
        let mut passes = tokio::time::interval(PASSES);
        let mut period = None;
        let mut budget = RateLimiter::new(MESSAGES);
        loop {
            tokio::select! {
                message = receive(socket) => {
                    let Some(message) = message? else { return Ok(()) };
                    deadline = Instant::now() + silence;
                    if !budget.take([0; 8], self.shared.clock.monotonic_ms()) {
                        return Err(ApiError::new(
                            ErrorCode::RateLimited, "The node says more than it can have to say; connect again.",
                        ));
                    }
                    if let Some(answer) = self.handle(message)? {
                        send(socket, &answer).await?;
                    }
                }
                message = inbox.recv() => match message {
                    Some(message) => send(socket, &message).await?,
                    None => return Err(ApiError::new(
                        ErrorCode::Superseded, "The node has connected again; this connection ends.",
                    )),
                },
                _ = registration.tick() => self.check_registration().await?,
                () = changed.notified() => self.check_registration().await?,
                _ = passes.tick() => if let Some(relays) = self.relays(&mut period) {
                    send(socket, &relays).await?;
                },
                () = tokio::time::sleep_until(deadline) => return Err(ApiError::new(
                    ErrorCode::Superseded, "The node was silent for a minute; connect again.",
                )),
                () = super::stopping(&mut shutdown) => return Ok(()),
            }
        }
    }

    /// The relays, when there are any and this period's passes were not sent yet.
    fn relays(&self, sent: &mut Option<u64>) -> Option<ToNode> {
        let shared = self.shared;
        let period = RelayPass::period_of(shared.clock.unix_ms());
        if shared.relays.is_empty() || *sent == Some(period) {
            return None;
        }
        *sent = Some(period);
        let bytes = shared.relay_bytes_per_hour;
        let relays = shared.relays.iter().map(|addresses| Relay {
            addresses: addresses.clone(),
            pass: shared.signer.relay_pass(self.peer_key, period, bytes),
        });
        Some(ToNode::Relays {
            relays: relays.collect(),
        })
    }

    /// A node whose registration was withdrawn is sent away; when the chain can't be asked, it stays.
    async fn check_registration(&self) -> Result<(), ApiError> {
        match self.shared.registry.provider(&self.peer_key).await {
            Ok(Some(found)) if found.index == self.provider => {
                lock(&self.shared.directory).registered_as(found);
                Ok(())
            }
            Ok(_) => Err(not_registered()),
            Err(error) => {
                tracing::warn!(%error, "chain not reached");
                Ok(())
            }
        }
    }

    fn handle(&mut self, message: FromNode) -> Result<Option<ToNode>, ApiError> {
        let provider = self.provider;
        if !self.greeted && !matches!(message, FromNode::Hello { .. }) {
            return Err(malformed("Say hello first."));
        }
        let wanted = match message {
            FromNode::Login { .. } => return Err(malformed("The node has logged in already.")),
            FromNode::Hello {
                addresses,
                capacity_bytes,
                free_bytes,
                upload_bytes_per_second,
                path,
                shares,
                inventory,
            } => {
                self.greeted = true;
                let offer = Offer {
                    addresses,
                    capacity_bytes,
                    free_bytes,
                    upload_bytes_per_second,
                    path,
                    shares,
                    inventory,
                };
                lock(&self.shared.directory).hello(provider, &offer, self.client)
            }
            FromNode::Heartbeat {
                free_bytes,
                streams,
                sent_bytes_per_second,
                inventory,
                serving,
            } => {
                if serving.len() > MAX_SERVING {
                    return Err(malformed("Streams of too many cells in one heartbeat."));
                }
                let beat = Beat {
                    free_bytes,
                    streams,
                    sent_bytes_per_second,
                    inventory,
                    serving,
                };
                lock(&self.shared.directory).heartbeat(provider, beat)
            }
            FromNode::Leaving { leaving } => {
                lock(&self.shared.directory).leaving(provider, leaving);
                false
            }
            FromNode::Inventory {
                replace,
                added,
                removed,
            } => {
                if added.len().max(removed.len()) > MAX_CELLS_PER_MESSAGE {
                    return Err(malformed("Too many cells in one message."));
                }
                let mut directory = lock(&self.shared.directory);
                directory.inventory(provider, replace, &added, &removed)?;
                false
            }
            FromNode::Damaged { cells } => {
                if cells.len() > MAX_CELLS_PER_MESSAGE {
                    return Err(malformed("Too many cells in one message."));
                }
                Counters::add(&self.shared.counters.damaged, cells.len());
                lock(&self.shared.directory).damaged(provider, &cells);
                false
            }
            FromNode::Done { id } => {
                lock(&self.shared.directory).command_done(provider, id);
                false
            }
            FromNode::Failed { id, reason } => {
                let reason: String = reason.chars().take(256).collect();
                tracing::warn!(provider, id, ?reason, "command failed");
                Counters::add(&self.shared.counters.commands_failed, 1);
                lock(&self.shared.directory).command_failed(provider, id);
                false
            }
        };
        Ok(wanted.then_some(ToNode::InventoryWanted))
    }
}

fn malformed(message: &str) -> ApiError {
    ApiError::new(ErrorCode::Malformed, message)
}

fn gone() -> ApiError {
    ApiError::new(ErrorCode::Superseded, "The connection is gone.")
}

fn not_registered() -> ApiError {
    ApiError::new(
        ErrorCode::NotRegistered,
        "No storage provider is registered on chain with this peer key; run `chainflix storage register`.",
    )
}

async fn refuse(socket: &mut WebSocket, error: ApiError) {
    // The node may be gone already; there is nobody else to tell.
    let _ = send(socket, &ToNode::Refused { error }).await;
    let _ = timeout(Duration::from_secs(1), socket.send(Message::Close(None))).await;
}

async fn send(socket: &mut WebSocket, message: &ToNode) -> Result<(), ApiError> {
    let text = serde_json::to_string(message).map_err(|_| malformed("Not to be written."))?;
    timeout(LOGIN, socket.send(Message::text(text)))
        .await
        .map_err(|_| gone())?
        .map_err(|_| gone())
}

/// The next message; `None` when the node closes.
async fn receive(socket: &mut WebSocket) -> Result<Option<FromNode>, ApiError> {
    loop {
        return match socket.recv().await {
            None | Some(Ok(Message::Close(_))) => Ok(None),
            Some(Err(_)) => Err(malformed(
                "The message is too long or not a WebSocket frame.",
            )),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => Err(malformed("Messages are JSON text.")),
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|_| malformed("The message can't be read.")),
        };
    }
}
