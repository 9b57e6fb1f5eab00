//! One stream to one provider: opens the token, keeps two ranges asked for, verifies and countersigns.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chainflix_content::trees;
use chainflix_primitives::merkle::range::root_from_range;
use chainflix_primitives::receipt::{
    MAX_UNSIGNED_BYTES, Receipt, countersignature_payload, delivery_payload, receipt_payload,
};
use chainflix_primitives::{Hash32, Sha256, Signature64};
use futures::io::WriteHalf;
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::Stream;

use super::rate::{Counted, Rate};
use super::shared::{Order, Shared};
use super::{Source, SourceEnd, throttle_rate};
use crate::frame::{self, FrameError};
use crate::network::{ConnectError, Network, Path};
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
    /// Nothing: a better path to the provider has opened, and the session goes on there.
    Moved,
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
            FrameError::Silent(_) => Self::Ended(SourceEnd::Silent),
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
    let worked = stream(network, shared, number, source).await;
    let gone = [
        SourceEnd::Silent,
        SourceEnd::Connect(ConnectError::TimedOut),
    ];
    if matches!(&worked, Err(Broken::Ended(end)) if gone.contains(end)) {
        // As after a change of address: whoever asks this peer again is to dial anew, and not to wait until the old
        // connection is known to be dead.
        network.disconnect(&source.peer).await;
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    worked
}

async fn stream(
    network: &Network,
    shared: &Shared,
    number: usize,
    source: &Source,
) -> Result<(), Broken> {
    let slow_after = shared.config.slow_after;
    let open = network.open_on_best_path(&source.peer, CELL_PROTOCOL);
    let opened = tokio::time::timeout(slow_after, open).await;
    let (stream, path) = opened.unwrap_or(Err(ConnectError::TimedOut))?;
    let (from, to) = stream.split();
    let arrived = Arc::new(AtomicU64::new(0));
    let mut session = Session {
        network,
        path,
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
    shared.opened(number, path);
    let worked = session.work().await;
    if worked.is_ok() {
        // The last countersignature leaves before the stream ends; whether the end is heard does not matter.
        let _ = tokio::time::timeout(slow_after, session.to.close()).await;
    }
    worked
}

struct Session<'a> {
    network: &'a Network,
    /// How its stream runs.
    path: Path,
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
        // The first ranges go with the token: whoever accepts it reads on.
        self.ask().await?;
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
            if self.path == Path::Relayed
                && self.network.path(&self.source.peer) == Some(Path::Direct)
            {
                return Err(self.leave().await);
            }
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

    /// Ends the stream through the relay at the next group boundary. The provider hears that nothing more is wanted; what
    /// is on its way still comes and counts, and the receipt for it comes on the direct path.
    async fn leave(&mut self) -> Broken {
        let slow_after = self.shared.config.slow_after;
        let rest = async {
            // When the end can't be told, the provider learns it from the next stream.
            let _ = self.to.close().await;
            while let Some(Ok(message)) = self.messages.next().await {
                match message {
                    ToViewer::Range {
                        first,
                        hashes,
                        proof,
                    } => self.begin_range(first, hashes, &proof)?,
                    ToViewer::Group(content) => self.take_group(content)?,
                    ToViewer::Receipt { bytes, signature } => {
                        self.take_receipt(bytes, signature)?;
                        self.end_range();
                    }
                    ToViewer::Opened { .. } | ToViewer::Refused(_) => break,
                }
            }
            Ok(())
        };
        match tokio::time::timeout(slow_after, rest).await {
            Ok(Err(broken)) => broken,
            Ok(Ok(())) | Err(_) => Broken::Moved,
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
                self.take_receipt(bytes, signature)?;
                let genesis = &self.source.token.terms.genesis;
                let payload = countersignature_payload(genesis, &self.token, bytes);
                let countersignature = (self.shared.signer)(&payload);
                self.say(&ToProvider::Countersign {
                    bytes,
                    signature: countersignature,
                })
                .await?;
                self.end_range();
                Ok(())
            }
        }
    }

    /// A receipt ends a range whose groups have all come.
    fn end_range(&mut self) {
        if let Some(done) = self.current.take_if(|coming| coming.next_hash().is_none()) {
            self.shared.range_ended(self.number, done.first);
        }
    }

    /// Checks a receipt and keeps it.
    fn take_receipt(&mut self, bytes: u64, signature: Signature64) -> Result<(), Broken> {
        let genesis = &self.source.token.terms.genesis;
        let payload = receipt_payload(genesis, &self.token, bytes);
        let right =
            bytes == self.total && is_signed_by(&self.source.peer.peer_key, &payload, &signature);
        if !right {
            return Err(SourceEnd::Misbehaved.into());
        }
        self.shared.receipt(
            self.number,
            Receipt {
                token: self.source.token.clone(),
                bytes,
                provider_signature: signature,
            },
        );
        Ok(())
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
                    if let Some(end) = self.rate.too_low(alone, config.patience) {
                        return Err(end.into());
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

fn messages(from: Counted) -> Messages {
    Box::pin(futures::stream::unfold(from, |mut from| async {
        let next = frame::read(&mut from, MAX_TO_VIEWER).await.transpose()?;
        Some((next, from))
    }))
}
