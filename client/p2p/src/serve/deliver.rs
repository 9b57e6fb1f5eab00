//! One stream to one viewer: token, ranges, receipts.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chainflix_content::{DownloadKey, trees};
use chainflix_primitives::receipt::{
    DeliveryToken, TOKEN_VERSION, countersignature_payload, delivery_payload, receipt_payload,
};
use chainflix_primitives::{Hash32, Sha256};
use futures::io::{ReadHalf, WriteHalf};
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt, StreamExt};
use libp2p::{PeerId, Stream};

use super::pace::Pace;
use super::turns::Turns;
use super::{DeliveryConfig, FIRST_MESSAGE, MESSAGE_LEAVES, now_ms};
use crate::frame::{self, FrameError};
use crate::peer::{PeerKey, is_signed_by};
use crate::provider::{OpenCell, Provider, RangeProof, TokenAccount};
use crate::wire::{
    CellPlace, DeliveryRefusal, MAX_RUN_GROUPS, MAX_TO_PROVIDER, MAX_WAITING_RANGES, ToProvider,
    ToViewer,
};

/// A viewer that asks for nothing for so long is cut off.
const IDLE: Duration = Duration::from_secs(90);
/// Groups that a stream holds in memory at a time: what is read, sealed and written at once. A range is up to a mebibyte,
/// which a paced stream would hold for seconds.
const PIECE_GROUPS: u32 = 4;
/// Bytes around the groups of a piece, at most.
const PIECE_HEADS: usize = 64;
/// A countersignature that is due must come within this time.
const COUNTERSIGNED: Duration = Duration::from_secs(10);

/// Why a stream to a viewer ended before the viewer ended it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("refused: {0}")]
    Refused(#[from] DeliveryRefusal),
}

/// What all streams to viewers share.
pub(super) struct Service<P> {
    provider: Arc<P>,
    config: DeliveryConfig,
    key: PeerKey,
    turns: Turns,
}

type Messages = Pin<Box<dyn futures::Stream<Item = Result<ToProvider, FrameError>> + Send>>;

impl<P: Provider> Service<P> {
    pub(super) fn new(provider: Arc<P>, config: DeliveryConfig, key: PeerKey) -> Self {
        Self {
            provider,
            config,
            key,
            turns: Turns::default(),
        }
    }

    pub(super) async fn answer(&self, peer: PeerId, stream: Stream) -> Result<(), Ended> {
        let (mut from, mut to) = stream.split();
        let opening = frame::read_within(&mut from, MAX_TO_PROVIDER, FIRST_MESSAGE).await?;
        let Some(opening) = opening else {
            return Ok(());
        };
        let result = self.open(peer, opening, from, &mut to).await;
        if let Err(Ended::Refused(refusal)) = &result {
            frame::write_within(&mut to, &ToViewer::Refused(*refusal), MESSAGE_LEAVES).await?;
        }
        // The viewer has everything, or is gone.
        let _ = tokio::time::timeout(MESSAGE_LEAVES, to.close()).await;
        result
    }

    async fn open(
        &self,
        peer: PeerId,
        opening: ToProvider,
        from: ReadHalf<Stream>,
        to: &mut WriteHalf<Stream>,
    ) -> Result<(), Ended> {
        let ToProvider::Open { token, signature } = opening else {
            return Err(DeliveryRefusal::OtherSession.into());
        };
        let terms = &token.terms;
        if terms.version != TOKEN_VERSION {
            return Err(DeliveryRefusal::Version.into());
        }
        if terms.genesis != self.config.genesis {
            return Err(DeliveryRefusal::OtherChain.into());
        }
        if terms.provider != self.config.provider {
            return Err(DeliveryRefusal::OtherProvider.into());
        }
        if terms.expires_ms <= now_ms() {
            return Err(DeliveryRefusal::Expired.into());
        }
        let id = token.id::<Sha256>();
        let payload = delivery_payload(&terms.genesis, &id, &peer.to_bytes());
        if !is_signed_by(&terms.session_key, &payload, &signature) {
            return Err(DeliveryRefusal::OtherSession.into());
        }
        let key = self.provider.open_token(&token).await?;
        let turn = self.turns.take(id).await.ok_or(DeliveryRefusal::Busy)?;
        let (account, cell) = self.prepare(&token).await?;
        let mut delivery = Delivery {
            service: self,
            messages: messages(from),
            to,
            id,
            pace: if self.config.paced {
                Pace::new(cell.entry().bytes, cell.entry().playtime_ms)
            } else {
                Pace::unlimited()
            },
            token,
            key,
            account,
            cell,
            waiting: VecDeque::new(),
        };
        tokio::select! {
            done = delivery.run() => done,
            () = turn.superseded() => Err(DeliveryRefusal::Superseded.into()),
        }
    }

    /// Account and cell of a token, both of which may block.
    async fn prepare(
        &self,
        token: &DeliveryToken,
    ) -> Result<(Arc<dyn TokenAccount>, Arc<dyn OpenCell>), DeliveryRefusal> {
        let provider = Arc::clone(&self.provider);
        let token = token.clone();
        let place = CellPlace {
            video: token.terms.video,
            rendition: token.terms.rendition,
            cell: token.terms.cell,
        };
        tokio::task::spawn_blocking(move || {
            Ok((provider.account(&token)?, provider.open_cell(&place)?))
        })
        .await
        .unwrap_or(Err(DeliveryRefusal::Busy))
    }
}

/// The viewer's messages, one after the other; reading one is never lost halfway.
fn messages(from: ReadHalf<Stream>) -> Messages {
    let messages = futures::stream::unfold(from, |mut from| async {
        let next = frame::read(&mut from, MAX_TO_PROVIDER).await.transpose()?;
        Some((next, from))
    });
    Box::pin(messages.fuse())
}

struct Delivery<'a, P> {
    service: &'a Service<P>,
    messages: Messages,
    to: &'a mut WriteHalf<Stream>,
    token: DeliveryToken,
    id: Hash32,
    key: DownloadKey,
    account: Arc<dyn TokenAccount>,
    cell: Arc<dyn OpenCell>,
    pace: Pace,
    /// Ranges asked for, first group and count.
    waiting: VecDeque<(u32, u32)>,
}

impl<P: Provider> Delivery<'_, P> {
    async fn run(&mut self) -> Result<(), Ended> {
        let sent = self.account.sent();
        self.say(&ToViewer::Opened { sent }).await?;
        if sent > self.account.countersigned() {
            // What an earlier stream sent, and the viewer may not have got the receipt for.
            self.send_receipt(sent).await?;
        }
        loop {
            if let Some((first, count)) = self.waiting.pop_front() {
                self.send_range(first, count).await?;
                continue;
            }
            match tokio::time::timeout(IDLE, self.messages.next()).await {
                Ok(Some(message)) => self.hear(message?)?,
                Ok(None) => return Ok(()),
                Err(_) => return Err(FrameError::Silent(IDLE).into()),
            }
        }
    }

    fn hear(&mut self, message: ToProvider) -> Result<(), DeliveryRefusal> {
        match message {
            ToProvider::Open { .. } => Err(DeliveryRefusal::OtherSession),
            ToProvider::Range { first, count } => {
                let inside = first
                    .checked_add(count)
                    .is_some_and(|end| end <= self.cell.entry().groups());
                let fits = (1..=MAX_RUN_GROUPS).contains(&count);
                if !inside || !fits || self.waiting.len() >= MAX_WAITING_RANGES {
                    return Err(DeliveryRefusal::Range);
                }
                self.waiting.push_back((first, count));
                Ok(())
            }
            ToProvider::Countersign { bytes, signature } => {
                let terms = &self.token.terms;
                let payload = countersignature_payload(&terms.genesis, &self.id, bytes);
                if bytes > self.account.sent()
                    || !is_signed_by(&terms.session_key, &payload, &signature)
                {
                    return Err(DeliveryRefusal::Countersignature);
                }
                self.account.countersign(bytes, &signature);
                Ok(())
            }
        }
    }

    async fn send_range(&mut self, first: u32, count: u32) -> Result<(), Ended> {
        let RangeProof { hashes, proof } = self.cell.prove(first, count)?;
        let head = ToViewer::Range {
            first,
            hashes,
            proof,
        };
        self.say(&head).await?;
        let end = first.saturating_add(count);
        let mut total = self.account.sent();
        let mut next = first;
        while next < end {
            while let Some(message) = self.messages.next().now_or_never() {
                let Some(message) = message else {
                    // The viewer has closed its side: it wants no more, nor what it asked for besides.
                    self.waiting.clear();
                    return Ok(());
                };
                self.hear(message?)?;
            }
            let groups = PIECE_GROUPS.min(end.saturating_sub(next));
            let cell = Arc::clone(&self.cell);
            let content = tokio::task::spawn_blocking(move || cell.read(next, groups))
                .await
                .unwrap_or(Err(DeliveryRefusal::Busy))?;
            total = self.spend(content.len() as u64).await?;
            let frames = self.sealed(next, &content);
            drop(content);
            self.send_paced(&frames).await?;
            next = next.saturating_add(groups);
        }
        self.send_receipt(total).await
    }

    /// Messages with the groups in `content`, of which `first` is the first, under the DownloadKey layer.
    fn sealed(&self, first: u32, content: &[u8]) -> Vec<u8> {
        // A little more than the content: growing would copy it.
        let mut frames = Vec::with_capacity(content.len().saturating_add(PIECE_HEADS));
        for (index, group) in (first..).zip(content.chunks(trees::GROUP_BYTES)) {
            let sealed = frame::append_group(&mut frames, group);
            self.key.apply(trees::group_offset(index), sealed);
        }
        frames
    }

    /// Counts bytes that are about to leave, after the countersignature that is due for earlier ones.
    async fn spend(&mut self, bytes: u64) -> Result<u64, Ended> {
        loop {
            match self.account.spend(bytes).await {
                Ok(total) => return Ok(total),
                Err(DeliveryRefusal::Unsigned) => {}
                Err(refusal) => return Err(refusal.into()),
            }
            match tokio::time::timeout(COUNTERSIGNED, self.messages.next()).await {
                Ok(Some(message)) => self.hear(message?)?,
                Ok(None) | Err(_) => return Err(DeliveryRefusal::Unsigned.into()),
            }
        }
    }

    async fn send_receipt(&mut self, bytes: u64) -> Result<(), Ended> {
        let payload = receipt_payload(&self.token.terms.genesis, &self.id, bytes);
        let signature = self.service.key.sign(&payload);
        self.say(&ToViewer::Receipt { bytes, signature }).await
    }

    async fn send_paced(&mut self, frames: &[u8]) -> Result<(), Ended> {
        self.service.provider.may_leave(frames.len() as u64).await;
        let mut rest = frames;
        while !rest.is_empty() {
            let (step, later) = rest.split_at(self.pace.step(rest.len()));
            self.pace.wait(step.len()).await;
            let write = async {
                self.to.write_all(step).await?;
                self.to.flush().await
            };
            tokio::time::timeout(MESSAGE_LEAVES, write)
                .await
                .map_err(|_| FrameError::Silent(MESSAGE_LEAVES))?
                .map_err(FrameError::Io)?;
            rest = later;
        }
        Ok(())
    }

    async fn say(&mut self, message: &ToViewer) -> Result<(), Ended> {
        Ok(frame::write_within(self.to, message, MESSAGE_LEAVES).await?)
    }
}
