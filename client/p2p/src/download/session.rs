//! One stream to one provider: opens the token, keeps two ranges asked for, verifies and countersigns.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use chainflix_content::trees;
use chainflix_primitives::merkle::range::root_from_range;
use chainflix_primitives::receipt::{
    MAX_UNSIGNED_BYTES, Receipt, countersignature_payload, delivery_payload, receipt_payload,
};
use chainflix_primitives::{Hash32, Sha256};
use futures::io::{ReadHalf, WriteHalf};
use futures::{AsyncRead, AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::Stream;

use super::shared::{Order, Shared};
use super::{Source, SourceEnd, throttle_rate};
use crate::frame::{self, FrameError};
use crate::network::{ConnectError, Network};
use crate::peer::is_signed_by;
use crate::wire::{
    CELL_PROTOCOL, DeliveryRefusal, MAX_RUN_GROUPS, MAX_TO_VIEWER, ToProvider, ToViewer,
};

/// Ranges asked for at a time: while one comes, the next is known to the provider.
const ASKED_AT_ONCE: usize = 2;
/// How often an idle source looks whether there is something for it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How often a busy source looks whether enough comes.
const CHECK_RATE: Duration = Duration::from_millis(100);
/// What a provider said last before its stream broke comes within this time, or not at all.
const LAST_WORD: Duration = Duration::from_millis(500);
/// Most messages that are looked through for it: two ranges with their receipts.
const LAST_MESSAGES: usize = 2 * (MAX_RUN_GROUPS as usize + 2);

/// Why a session did not come to its end.
#[derive(Debug)]
pub(super) enum Broken {
    /// The connection; worth another try.
    Connection,
    /// For good.
    Ended(SourceEnd),
}

impl<E: Into<SourceEnd>> From<E> for Broken {
    fn from(end: E) -> Self {
        Self::Ended(end.into())
    }
}

impl Broken {
    /// A stream that breaks is worth another try; one with something else on it is not.
    fn of(error: FrameError) -> Self {
        match error {
            FrameError::Io(_) => Self::Connection,
            FrameError::Silent(_) => Self::Ended(SourceEnd::Slow),
            FrameError::TooLarge { .. } | FrameError::Malformed => {
                Self::Ended(SourceEnd::Misbehaved)
            }
        }
    }
}

type Messages = Pin<Box<dyn futures::Stream<Item = Result<ToViewer, FrameError>> + Send>>;

/// Works for the download until nothing is left to ask for.
pub(super) async fn run(
    network: &Network,
    shared: &Shared,
    number: usize,
    source: &Source,
) -> Result<(), Broken> {
    let slow_after = shared.config.slow_after;
    let opened = tokio::time::timeout(slow_after, network.open(&source.peer, CELL_PROTOCOL)).await;
    let stream = opened.unwrap_or(Err(ConnectError::TimedOut))?;
    let (from, to) = stream.split();
    let arrived = Arc::new(AtomicU64::new(0));
    let mut session = Session {
        shared,
        number,
        source,
        token: source.token.id::<Sha256>(),
        messages: messages(Counted {
            from,
            arrived: Arc::clone(&arrived),
        }),
        to,
        total: 0,
        asked: VecDeque::new(),
        current: None,
        rate: Rate::new(arrived, slow_after, throttle_rate(&shared.wanted.entry) / 4),
    };
    let signature = (shared.signer)(&delivery_payload(
        &source.token.terms.genesis,
        &session.token,
        &network.peer_id().to_bytes(),
    ));
    session
        .say(&ToProvider::Open {
            token: source.token.clone(),
            signature,
        })
        .await?;
    session.open().await?;
    shared.opened(number);
    let worked = session.work().await;
    if worked.is_ok() {
        // The last countersignature leaves before the stream ends; whether the end is heard does not matter.
        let _ = tokio::time::timeout(slow_after, session.to.close()).await;
    }
    worked
}

struct Session<'a> {
    shared: &'a Shared,
    number: usize,
    source: &'a Source,
    token: Hash32,
    messages: Messages,
    to: WriteHalf<Stream>,
    /// Running total: what came on this stream and what the provider had sent before.
    total: u64,
    /// Ranges asked for, first group and count, whose head has not come.
    asked: VecDeque<(u32, u32)>,
    /// The range that is coming.
    current: Option<Coming>,
    rate: Rate,
}

struct Coming {
    first: u32,
    next: u32,
    hashes: Vec<Hash32>,
}

impl Coming {
    fn next_hash(&self) -> Option<&Hash32> {
        let place = usize::try_from(self.next.checked_sub(self.first)?).ok()?;
        self.hashes.get(place)
    }
}

impl Session<'_> {
    async fn open(&mut self) -> Result<(), Broken> {
        match self.message().await? {
            ToViewer::Opened { sent } => {
                // What an earlier stream sent may be lost, but never more than may go unsigned.
                let known = self.shared.countersigned(self.number);
                if sent < known || sent > known.saturating_add(MAX_UNSIGNED_BYTES) {
                    return Err(SourceEnd::Misbehaved.into());
                }
                self.total = sent;
                Ok(())
            }
            ToViewer::Refused(refusal) => Err(SourceEnd::Refused(refusal).into()),
            _ => Err(SourceEnd::Misbehaved.into()),
        }
    }

    async fn work(&mut self) -> Result<(), Broken> {
        loop {
            let order = self.ask().await?;
            if !self.asked.is_empty() || self.current.is_some() {
                let message = self.message().await?;
                self.hear(message).await?;
                continue;
            }
            if order == Order::Finish {
                return Ok(());
            }
            let changed = self.shared.changed();
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                message = self.messages.next() => match message {
                    Some(message) => self.hear(message.map_err(Broken::of)?).await?,
                    None => return Err(Broken::Connection),
                },
            }
        }
    }

    /// Asks for ranges as long as there is something to ask for; returns why it stopped.
    async fn ask(&mut self) -> Result<Order, Broken> {
        loop {
            let coming = usize::from(self.current.is_some());
            if self.asked.len().saturating_add(coming) >= ASKED_AT_ONCE {
                return Ok(Order::Wait);
            }
            match self.shared.order(self.number) {
                Order::Fetch { first, count } => {
                    if self.asked.is_empty() && self.current.is_none() {
                        self.rate.begin();
                    }
                    self.say(&ToProvider::Range { first, count }).await?;
                    self.asked.push_back((first, count));
                }
                other => return Ok(other),
            }
        }
    }

    async fn hear(&mut self, message: ToViewer) -> Result<(), Broken> {
        match message {
            ToViewer::Opened { .. } => Err(SourceEnd::Misbehaved.into()),
            ToViewer::Refused(refusal) => Err(SourceEnd::Refused(refusal).into()),
            ToViewer::Range {
                first,
                hashes,
                proof,
            } => self.begin_range(first, hashes, &proof),
            ToViewer::Group(content) => self.take_group(content),
            ToViewer::Receipt { bytes, signature } => {
                let genesis = &self.source.token.terms.genesis;
                let payload = receipt_payload(genesis, &self.token, bytes);
                let right = bytes == self.total
                    && is_signed_by(&self.source.peer.peer_key, &payload, &signature);
                if !right {
                    return Err(SourceEnd::Misbehaved.into());
                }
                let payload = countersignature_payload(genesis, &self.token, bytes);
                let countersignature = (self.shared.signer)(&payload);
                self.shared.receipt(
                    self.number,
                    Receipt {
                        token: self.source.token.clone(),
                        bytes,
                        provider_signature: signature,
                    },
                );
                self.say(&ToProvider::Countersign {
                    bytes,
                    signature: countersignature,
                })
                .await?;
                // A receipt ends a range whose groups have all come.
                if let Some(done) = self.current.take_if(|coming| coming.next_hash().is_none()) {
                    self.shared.range_ended(self.number, done.first);
                }
                Ok(())
            }
        }
    }

    /// The hashes of a range stand under the cipher root, or the provider has another cell.
    fn begin_range(
        &mut self,
        first: u32,
        hashes: Vec<Hash32>,
        proof: &[Hash32],
    ) -> Result<(), Broken> {
        let entry = &self.shared.wanted.entry;
        let asked = self.asked.pop_front();
        let count = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
        if self.current.is_some() || asked != Some((first, count)) {
            return Err(SourceEnd::Misbehaved.into());
        }
        let place = usize::try_from(first).unwrap_or(usize::MAX);
        let total = usize::try_from(entry.groups()).unwrap_or(usize::MAX);
        if root_from_range::<Sha256>(&hashes, place, total, proof) != Some(entry.cipher_root) {
            return Err(SourceEnd::BadGroup(first).into());
        }
        self.current = Some(Coming {
            first,
            next: first,
            hashes,
        });
        Ok(())
    }

    /// Strips the wire layer and verifies.
    fn take_group(&mut self, mut content: Vec<u8>) -> Result<(), Broken> {
        let wanted = &self.shared.wanted;
        let Some(coming) = &mut self.current else {
            return Err(SourceEnd::Misbehaved.into());
        };
        let (group, Some(hash)) = (coming.next, coming.next_hash()) else {
            return Err(SourceEnd::Misbehaved.into());
        };
        if content.len() != trees::group_bytes(wanted.entry.bytes, group) {
            return Err(SourceEnd::BadGroup(group).into());
        }
        wanted
            .download_key
            .apply(trees::group_offset(group), &mut content);
        if trees::group_hash(&content) != *hash {
            return Err(SourceEnd::BadGroup(group).into());
        }
        self.total = self.total.saturating_add(content.len() as u64);
        coming.next = coming.next.saturating_add(1);
        self.shared.deliver(self.number, group, content.into());
        Ok(())
    }

    /// The next message, while enough comes.
    async fn message(&mut self) -> Result<ToViewer, Broken> {
        loop {
            match tokio::time::timeout(CHECK_RATE, self.messages.next()).await {
                Ok(Some(message)) => return message.map_err(Broken::of),
                Ok(None) => return Err(Broken::Connection),
                Err(_) => {
                    let config = &self.shared.config;
                    let alone = !self.shared.others_are_live();
                    if self.rate.is_too_low(alone, config.patience) {
                        return Err(SourceEnd::Slow.into());
                    }
                }
            }
        }
    }

    async fn say(&mut self, message: &ToProvider) -> Result<(), Broken> {
        let limit = self.shared.config.patience;
        match frame::write_within(&mut self.to, message, limit).await {
            Ok(()) => Ok(()),
            Err(error) => match self.last_word().await {
                Some(refusal) => Err(SourceEnd::Refused(refusal).into()),
                None => Err(Broken::of(error)),
            },
        }
    }

    /// The refusal with which the provider may have ended the stream before it was written to.
    async fn last_word(&mut self) -> Option<DeliveryRefusal> {
        let refusal = self
            .messages
            .by_ref()
            .take(LAST_MESSAGES)
            .filter_map(|message| async move {
                match message {
                    Ok(ToViewer::Refused(refusal)) => Some(refusal),
                    _ => None,
                }
            });
        tokio::pin!(refusal);
        let found = tokio::time::timeout(LAST_WORD, refusal.next()).await;
        found.ok().flatten()
    }
}

/// Counts bytes as they arrive, also of a message that is not complete.
struct Counted {
    from: ReadHalf<Stream>,
    arrived: Arc<AtomicU64>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.from).poll_read(context, buffer);
        if let Poll::Ready(Ok(read)) = &polled {
            self.arrived.fetch_add(*read as u64, Ordering::Relaxed);
        }
        polled
    }
}

fn messages(from: Counted) -> Messages {
    Box::pin(futures::stream::unfold(from, |mut from| async {
        let next = frame::read(&mut from, MAX_TO_VIEWER).await.transpose()?;
        Some((next, from))
    }))
}

/// Whether enough comes, looked at over windows of a fixed length.
struct Rate {
    arrived: Arc<AtomicU64>,
    window: Duration,
    /// Bytes per second below which a source is slow.
    least: u64,
    /// Begin of the window, and what had arrived then.
    since: Instant,
    before: u64,
    /// When something arrived last, as far as it was looked at.
    last: (Instant, u64),
}

impl Rate {
    fn new(arrived: Arc<AtomicU64>, window: Duration, least: u64) -> Self {
        let now = Instant::now();
        Self {
            arrived,
            window,
            least,
            since: now,
            before: 0,
            last: (now, 0),
        }
    }

    /// Something was asked for: time counts from here.
    fn begin(&mut self) {
        let (now, arrived) = (Instant::now(), self.arrived.load(Ordering::Relaxed));
        self.since = now;
        self.before = arrived;
        self.last = (now, arrived);
    }

    /// The only source left may be as slow as it likes, as long as anything comes within `patience`.
    fn is_too_low(&mut self, alone: bool, patience: Duration) -> bool {
        let (now, arrived) = (Instant::now(), self.arrived.load(Ordering::Relaxed));
        if arrived > self.last.1 {
            self.last = (now, arrived);
        }
        let silent = now.saturating_duration_since(self.last.0);
        if silent >= if alone { patience } else { self.window } {
            return true;
        }
        let passed = now.saturating_duration_since(self.since);
        if passed < self.window {
            return false;
        }
        let came = arrived.saturating_sub(self.before);
        let needed = u128::from(self.least) * passed.as_millis() / 1_000;
        self.since = now;
        self.before = arrived;
        !alone && u128::from(came) < needed
    }
}
