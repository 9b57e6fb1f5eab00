//! One session: login, hello, then heartbeats, changes and commands until the connection ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chainflix_controller::protocol::{
    FromNode, InventoryDigest, MAX_ADDRESSES, MAX_CELLS_PER_MESSAGE, MAX_MESSAGE_BYTES,
    PROTOCOL_VERSION, ToNode, login_payload,
};
use chainflix_controller::tls::client_config;
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};

use super::{Link, LinkError, LinkState, inventory};
use crate::relays::path_class;
use crate::store::StoreEvent;

/// Dialling, and each message of the login, takes at most so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// A controller that does not even answer pings for so long is gone: with a heartbeat, and a ping, every five seconds, and
/// a second for dialling again, another one at its address has the node before the 15 s are over after which it would not
/// be offered any more.
const SILENCE: Duration = Duration::from_secs(9);
/// Heartbeats are at least so far apart, whatever the controller says.
const LEAST_HEARTBEAT: Duration = Duration::from_millis(100);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Link {
    /// Runs until the connection ends. `events` tells what changed since the last session.
    pub(super) async fn session(
        &mut self,
        events: &mut broadcast::Receiver<StoreEvent>,
    ) -> Result<Infallible, LinkError> {
        let (mut socket, heartbeat) = self.log_in().await?;
        let damaged = damaged_since(events);
        let watch = self.node.store.watch();
        *events = watch.events;
        let mut told = watch.digest;
        drop(watch.cells);
        // Before hello reads them: what changes from now on is told again.
        let mut addresses = self.node.addresses.clone();
        addresses.mark_unchanged();
        let mut reachability = self.node.network.reachability();
        reachability.mark_unchanged();
        let _linked = self.node.consents.linked(self.endpoint.key);
        self.hello(&mut socket, told).await?;
        self.state.send_replace(LinkState::Connected);
        tracing::info!(controller = self.endpoint.url, "linked to the controller");
        for cells in damaged.chunks(MAX_CELLS_PER_MESSAGE) {
            let cells = cells.to_vec();
            send(&mut socket, &FromNode::Damaged { cells }).await?;
        }
        let mut heartbeats = interval(heartbeat);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut meter = Meter::new(self);
        let mut told_leaving = None;
        let mut heard = Instant::now();
        // A controller that wants fewer heartbeats has fewer pings to answer.
        let silence = SILENCE.max(heartbeat.saturating_mul(3) / 2);
        loop {
            tokio::select! {
                // What waits to be read was heard.
                biased;
                message = socket.next() => {
                    heard = Instant::now();
                    match read(message)? {
                        Some(ToNode::InventoryWanted) => {
                            told = self.tell_all(&mut socket, events).await?;
                        }
                        Some(ToNode::Command { id, command }) => self.orders.give(id, command),
                        Some(ToNode::Relays { relays }) => {
                            self.node.relays.named(&self.endpoint.url, &relays);
                        }
                        Some(ToNode::Refused { error }) => return Err(LinkError::Refused(error)),
                        Some(ToNode::Challenge { .. } | ToNode::Welcome { .. }) => {
                            return Err(LinkError::Malformed);
                        }
                        None => {}
                    }
                }
                event = events.recv() => match event {
                    Ok(event) => tell_changes(&mut socket, &mut told, event, events).await?,
                    // The store outlives its links; what was missed is told as a whole.
                    Err(RecvError::Closed | RecvError::Lagged(_)) => {
                        told = self.tell_all(&mut socket, events).await?;
                    }
                },
                () = sleep_until(heard + silence) => return Err(LinkError::Silent),
                Some(outcome) = self.outcomes.recv() => send(&mut socket, &outcome).await?,
                Ok(()) = addresses.changed() => self.hello(&mut socket, told).await?,
                Ok(()) = reachability.changed() => self.hello(&mut socket, told).await?,
                _ = heartbeats.tick() => {
                    // Said once in each session: a controller remembers it from the last one.
                    let leaving = self.node.will_leave();
                    if told_leaving.replace(leaving) != Some(leaving) {
                        send(&mut socket, &FromNode::Leaving { leaving }).await?;
                    }
                    let beat = FromNode::Heartbeat {
                        free_bytes: self.node.store.space().free,
                        streams: self.node.counters.streams.load(Ordering::Relaxed),
                        sent_bytes_per_second: meter.rate(self),
                        inventory: told,
                        serving: self.node.streams.busiest(),
                    };
                    send(&mut socket, &beat).await?;
                    within(socket.send(Message::Ping(Default::default()))).await?;
                }
            }
        }
    }

    async fn log_in(&self) -> Result<(Socket, Duration), LinkError> {
        let url = self.url()?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let tls = Connector::Rustls(Arc::new(client_config()));
        let dialled = timeout(
            PATIENCE,
            connect_async_tls_with_config(&url, Some(config), true, Some(tls)),
        );
        let (mut socket, _) = dialled
            .await
            .map_err(|_| LinkError::Silent)?
            .map_err(|error| LinkError::Unreachable {
                url: self.endpoint.url.clone(),
                source: Box::new(error),
            })?;
        let ToNode::Challenge {
            version,
            genesis,
            controller,
            nonce,
        } = next(&mut socket).await?
        else {
            return Err(LinkError::Malformed);
        };
        if version != PROTOCOL_VERSION {
            return Err(LinkError::Version(version));
        }
        if genesis != self.node.genesis || controller != self.endpoint.key {
            return Err(LinkError::OtherController);
        }
        let key = self.node.keys.peer();
        let payload = login_payload(&genesis, &controller, &nonce, &key.public());
        let login = FromNode::Login {
            version: PROTOCOL_VERSION,
            peer_key: key.public(),
            signature: key.sign(&payload),
        };
        send(&mut socket, &login).await?;
        let (provider, heartbeat_ms) = match next(&mut socket).await? {
            ToNode::Welcome {
                provider,
                heartbeat_ms,
            } => (provider, heartbeat_ms),
            ToNode::Refused { error } => return Err(LinkError::Refused(error)),
            _ => return Err(LinkError::Malformed),
        };
        if provider != self.node.provider {
            return Err(LinkError::OtherProvider(provider));
        }
        Ok((
            socket,
            Duration::from_millis(heartbeat_ms).max(LEAST_HEARTBEAT),
        ))
    }

    async fn hello(&self, socket: &mut Socket, told: InventoryDigest) -> Result<(), LinkError> {
        let node = &self.node;
        let mut addresses = node.addresses.borrow().clone();
        addresses.truncate(MAX_ADDRESSES);
        let space = node.store.space();
        let hello = FromNode::Hello {
            addresses,
            capacity_bytes: space.quota,
            free_bytes: space.free,
            upload_bytes_per_second: node.upload_bytes_per_second,
            path: path_class(
                node.network.reachability().borrow().class,
                node.is_announced,
            ),
            shares: node.shares,
            inventory: told,
        };
        send(socket, &hello).await
    }

    /// Tells the whole inventory; from then on `events` tells what changes after it.
    async fn tell_all(
        &self,
        socket: &mut Socket,
        events: &mut broadcast::Receiver<StoreEvent>,
    ) -> Result<InventoryDigest, LinkError> {
        let damaged = damaged_since(events);
        let watch = self.node.store.watch();
        *events = watch.events;
        for message in inventory::whole(&watch.cells) {
            send(socket, &message).await?;
        }
        for cells in damaged.chunks(MAX_CELLS_PER_MESSAGE) {
            let cells = cells.to_vec();
            send(socket, &FromNode::Damaged { cells }).await?;
        }
        Ok(watch.digest)
    }
}

/// Cells that were damaged and are not held again, by the events that wait.
fn damaged_since(
    events: &mut broadcast::Receiver<StoreEvent>,
) -> Vec<chainflix_controller::protocol::CellRef> {
    let mut damaged = std::collections::BTreeSet::new();
    loop {
        match events.try_recv() {
            Ok(StoreEvent::Damaged(cell)) => drop(damaged.insert(cell)),
            Ok(StoreEvent::Added(cell)) => drop(damaged.remove(&cell)),
            Ok(StoreEvent::Removed(_)) | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => {
                return damaged.into_iter().collect();
            }
        }
    }
}

async fn tell_changes(
    socket: &mut Socket,
    told: &mut InventoryDigest,
    first: StoreEvent,
    events: &mut broadcast::Receiver<StoreEvent>,
) -> Result<(), LinkError> {
    let mut batch = vec![first];
    while batch.len() < MAX_CELLS_PER_MESSAGE
        && let Ok(event) = events.try_recv()
    {
        batch.push(event);
    }
    for message in inventory::changes(told, &batch) {
        send(socket, &message).await?;
    }
    Ok(())
}

/// Bytes per second since the last heartbeat.
struct Meter {
    sent: u64,
    at: Instant,
}

impl Meter {
    fn new(link: &Link) -> Self {
        Self {
            sent: link.node.counters.bytes_sent.load(Ordering::Relaxed),
            at: Instant::now(),
        }
    }

    fn rate(&mut self, link: &Link) -> u64 {
        let before = std::mem::replace(self, Self::new(link));
        let sent = self.sent.saturating_sub(before.sent);
        let ms = self.at.duration_since(before.at).as_millis();
        let ms = u64::try_from(ms).unwrap_or(u64::MAX);
        sent.saturating_mul(1_000).checked_div(ms).unwrap_or(0)
    }
}

async fn send(socket: &mut Socket, message: &FromNode) -> Result<(), LinkError> {
    let text = serde_json::to_string(message).map_err(|_| LinkError::Malformed)?;
    within(socket.send(Message::text(text))).await
}

async fn within<E>(sending: impl Future<Output = Result<(), E>>) -> Result<(), LinkError> {
    timeout(PATIENCE, sending)
        .await
        .map_err(|_| LinkError::Silent)?
        .map_err(|_| LinkError::Closed)
}

/// The next message of the login.
async fn next(socket: &mut Socket) -> Result<ToNode, LinkError> {
    let messages = async {
        loop {
            if let Some(message) = read(socket.next().await)? {
                return Ok(message);
            }
        }
    };
    timeout(PATIENCE, messages)
        .await
        .map_err(|_| LinkError::Silent)?
}

/// What a frame says; `None` for one that says nothing.
fn read(
    frame: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
) -> Result<Option<ToNode>, LinkError> {
    match frame {
        None | Some(Err(_) | Ok(Message::Close(_))) => Err(LinkError::Closed),
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| LinkError::Malformed),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Binary(_) | Message::Frame(_))) => Err(LinkError::Malformed),
    }
}
