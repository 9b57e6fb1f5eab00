//! Fetching one cell: sources from the controller, keys and tokens from a verifier, groups from storage nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chainflix_content::envelope::DownloadKey;
use chainflix_controller::protocol::Peer;
use chainflix_p2p::PeerAddress;
use chainflix_p2p::download::{
    CellDownload, DownloadConfig, DownloadError, SessionSigner, Source, SourceEnd, WantedCell,
};
use chainflix_p2p::wire::DeliveryRefusal;
use chainflix_primitives::Signature64;
use chainflix_primitives::api::{CellGrant, CellWanted};
use chainflix_primitives::manifest::CellEntry;
use futures::FutureExt;
use futures::future::{Fuse, FusedFuture};

use super::{CellBuffer, PlaybackEvent, Shared};
use crate::controllers::Controller;

/// Pause after the first fruitless attempt; doubled up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// With fewer sources than this the controller is asked for more, before the last one fails too.
const SOURCES_WANTED: usize = 2;
/// So often at most.
const TOP_UP: Duration = Duration::from_secs(2);
/// The last receipts may come so long after the last byte.
const RECEIPTS: Duration = Duration::from_secs(5);

/// Fetches a cell until it is complete. Dropping the future stops it; what has arrived stays.
pub(super) async fn load(shared: Arc<Shared>, buffer: Arc<CellBuffer>) {
    let mut fetch = Fetch {
        sources: BTreeMap::new(),
        liars: BTreeSet::new(),
        told: BTreeMap::new(),
        pause: FIRST_PAUSE,
        top_up: TOP_UP,
        asked: Instant::now(),
        shared: &shared,
        buffer: &buffer,
    };
    let download = fetch.begin().await;
    let mut measured = Measured::new(&buffer);
    let mut next = download_from(&download, &buffer);
    let mut others = std::pin::pin!(Fuse::terminated());
    while let Some(index) = next {
        let hint = buffer.wanted_from();
        let group = tokio::select! {
            group = download.group(index) => group,
            () = buffer.wanted_elsewhere(hint) => {
                next = download_from(&download, &buffer);
                continue;
            }
            () = fetch.lacks_sources(&download), if others.is_terminated() => {
                fetch.tell_faults(&download);
                others.set(fetch.ask().fuse());
                continue;
            }
            found = &mut others => {
                fetch.topped_up(&download, found);
                continue;
            }
        };
        match group {
            Ok(group) => {
                buffer.put(index, &group);
                if let Some((bytes, took)) = measured.came(group.len()) {
                    shared.count_rate(bytes, took);
                }
                fetch.pause = FIRST_PAUSE;
                next = buffer.next_missing();
            }
            Err(DownloadError::NoSourceLeft(why)) => {
                fetch.tell_faults(&download);
                fetch.more(&download, why).await;
            }
            // The index came from the cell's own length.
            Err(DownloadError::OutOfRange(_)) => return,
        }
        fetch.tell_faults(&download);
    }
    shared.hand_on(&buffer).await;
    // Without all receipts the minute may earn nothing; it plays all the same.
    let _ = tokio::time::timeout(RECEIPTS, download.complete()).await;
    fetch.tell_faults(&download);
    let receipts = download.receipts();
    buffer.add_receipts(receipts);
    shared.count_delivery(&buffer, &download.stats());
}

/// How fast a cell comes as long as providers send at full speed.
struct Measured {
    began: Instant,
    bytes: u64,
    /// Bytes that come at full speed: a quarter of the cell, of a whole minute 15 s.
    burst: u64,
}

impl Measured {
    /// Of a cell of which nothing is there yet, a quarter; else nothing.
    fn new(buffer: &CellBuffer) -> Self {
        let whole = u64::from(buffer.entry().bytes);
        Self {
            began: Instant::now(),
            bytes: 0,
            burst: if buffer.is_empty() { whole / 4 } else { 0 },
        }
    }

    /// `bytes` more are there. The measurement, when it is complete.
    fn came(&mut self, bytes: usize) -> Option<(u64, Duration)> {
        let before = self.bytes;
        self.bytes = before.saturating_add(u64::try_from(bytes).unwrap_or(0));
        let complete = before < self.burst && self.bytes >= self.burst;
        complete.then(|| (self.bytes, self.began.elapsed()))
    }
}

/// Tells the download what is wanted first. The first group that is missing there; `None` when none is.
fn download_from(download: &CellDownload, buffer: &CellBuffer) -> Option<u32> {
    let next = buffer.next_missing();
    if let Some(index) = next {
        download.play_from(index);
    }
    next
}

/// Who may serve a cell, best first.
struct Found {
    peers: Vec<Peer>,
    /// Tokens and DownloadKey, when a verifier had to be asked.
    grant: Option<CellGrant>,
}

async fn ask(shared: Arc<Shared>, entry: CellEntry, known: BTreeSet<u32>) -> Result<Found, String> {
    let wanted = (shared.magnet, entry.rendition, entry.index);
    let asked = |controller: Controller| async move {
        let (video, rendition, cell) = wanted;
        controller.sources(&video, rendition, cell).await
    };
    let reply = shared.controllers.ask(asked).await;
    let reply = reply.map_err(|error| error.to_string())?;
    let peers = reply.peers;
    if peers.iter().all(|peer| known.contains(&peer.provider)) {
        return Ok(Found { peers, grant: None });
    }
    for peer in peers.iter().take(DownloadConfig::default().sources_at_once) {
        // Connections are made while the tokens are on their way.
        if let Ok(address) = PeerAddress::parse(peer.peer_key, &peer.addresses) {
            let network = shared.network.clone();
            tokio::spawn(async move {
                // The download says why it fails, if it does then too.
                let _ = network.connect(&address).await;
            });
        }
    }
    let wanted = CellWanted {
        sources: reply.sources,
        bytes: entry.bytes,
    };
    let assigned = shared.assigned();
    let grants = shared
        .verifiers
        .cell_keys(vec![wanted], &assigned)
        .await
        .map_err(|error| error.to_string())?;
    let grant = grants
        .into_iter()
        .find(|grant| (grant.rendition, grant.cell) == (entry.rendition, entry.index))
        .ok_or("the verifier gave keys of another cell")?;
    Ok(Found {
        peers,
        grant: Some(grant),
    })
}

/// Whether a source's token is why it ended, and would be again.
fn is_useless_from_now_on(end: &SourceEnd) -> bool {
    use DeliveryRefusal::{Countersignature, Exhausted, Expired, Forged, OtherSession, Unsigned};
    matches!(
        end,
        SourceEnd::Refused(
            Countersignature | Exhausted | Expired | Forged | OtherSession | Unsigned
        )
    )
}

/// Adds the sources that are not at work already.
fn add_new(download: &CellDownload, order: Vec<Source>) {
    let at_work = download.stats().sources;
    let is_new = |source: &Source| {
        let provider = source.token.terms.provider;
        !at_work
            .iter()
            .any(|known| known.provider == provider && known.end.is_none())
    };
    for source in order.into_iter().filter(is_new) {
        download.add_source(source);
    }
}

/// One cell's fetch.
struct Fetch<'a> {
    /// Sources with their tokens, by provider; the first token of a provider stays, so that its receipts go on.
    sources: BTreeMap<u32, Source>,
    /// Providers that sent something else than was published; they are not asked for this cell again.
    liars: BTreeSet<u32>,
    /// Failures that were told, of each source by its number in the download: a provider has one for each of its tokens.
    told: BTreeMap<usize, u32>,
    pause: Duration,
    /// When others were last asked for, and how long after that they may be again.
    asked: Instant,
    top_up: Duration,
    shared: &'a Arc<Shared>,
    buffer: &'a Arc<CellBuffer>,
}

impl Fetch<'_> {
    /// Asks until there is somebody to fetch from.
    async fn begin(&mut self) -> CellDownload {
        loop {
            match self.ask().await.map(|found| self.take(found)) {
                Ok((order, Some(download_key))) => {
                    let wanted = WantedCell {
                        entry: self.buffer.entry().clone(),
                        download_key,
                    };
                    let identity = self.shared.identity.clone();
                    let signer: SessionSigner = Arc::new(move |payload| {
                        Signature64(identity.session_key().sign(payload).to_bytes())
                    });
                    let network = &self.shared.network;
                    let config = DownloadConfig::default();
                    return CellDownload::start(network, wanted, order, signer, config);
                }
                Ok((_, None)) => self.trouble("the verifier gave no key".to_owned()),
                Err(why) => self.trouble(why),
            }
            self.rest().await;
        }
    }

    /// No source is left: waits a little, and asks for others.
    async fn more(&mut self, download: &CellDownload, why: String) {
        self.trouble(why);
        self.rest().await;
        match self.ask().await {
            Ok(found) => add_new(download, self.take(found).0),
            Err(why) => self.trouble(why),
        }
    }

    /// Returns when others may be asked for because only one is left.
    async fn lacks_sources(&self, download: &CellDownload) {
        download.lost_sources(SOURCES_WANTED).await;
        tokio::time::sleep_until((self.asked + self.top_up).into()).await;
    }

    /// What came of asking for others while one still delivers. There may be none, so that is done ever less often.
    fn topped_up(&mut self, download: &CellDownload, found: Result<Found, String>) {
        if let Ok(found) = found {
            add_new(download, self.take(found).0);
        }
        self.asked = Instant::now();
        self.top_up = self.top_up.saturating_mul(2);
    }

    async fn rest(&mut self) {
        tokio::time::sleep(self.pause).await;
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
    }

    fn trouble(&self, why: String) {
        self.shared.tell(PlaybackEvent::Trouble {
            cell: self.buffer.entry().index,
            why,
        });
    }

    /// Asks who serves the cell, and for tokens unless there is one for each. It borrows nothing, so that groups are taken
    /// meanwhile.
    fn ask(&self) -> impl Future<Output = Result<Found, String>> + use<> {
        let known = self.sources.keys().copied().collect();
        ask(self.shared.clone(), self.buffer.entry().clone(), known)
    }

    /// The sources that were found, best first; and the DownloadKey when a verifier had to be asked.
    fn take(&mut self, found: Found) -> (Vec<Source>, Option<DownloadKey>) {
        let Found { peers, grant } = found;
        let download_key = grant
            .as_ref()
            .map(|grant| DownloadKey::new(grant.download_key));
        for token in grant.into_iter().flat_map(|grant| grant.tokens) {
            let provider = token.terms.provider;
            let address = peers
                .iter()
                .find(|peer| peer.provider == provider)
                .and_then(|peer| PeerAddress::parse(peer.peer_key, &peer.addresses).ok());
            if let Some(peer) = address {
                self.sources
                    .entry(provider)
                    .or_insert(Source { peer, token });
            }
        }
        // Of those alone that can be asked: a liar has another trial when nobody else can.
        let can_be_asked = |provider: &u32| self.sources.contains_key(provider);
        let named = peers.iter().map(|peer| peer.provider);
        let named: Vec<u32> = named.filter(can_be_asked).collect();
        let spared = &self.shared.liars;
        let spared = spared.spared(&named, &self.liars, Instant::now());
        let order = spared
            .iter()
            .filter_map(|provider| self.sources.get(provider).cloned())
            .collect();
        (order, download_key)
    }

    /// Tells of sources that were given up since the last look.
    fn tell_faults(&mut self, download: &CellDownload) {
        for (number, source) in download.stats().sources.into_iter().enumerate() {
            let provider = source.provider;
            let told = self.told.entry(number).or_default();
            let Some(end) = source.end.filter(|_| source.failures > *told) else {
                continue;
            };
            *told = source.failures;
            let lied = matches!(end, SourceEnd::BadGroup(_) | SourceEnd::Misbehaved);
            if lied {
                self.liars.insert(provider);
                self.shared.liars.caught(provider, Instant::now());
            }
            if is_useless_from_now_on(&end) {
                // Another one is asked for, should the provider be named again.
                self.sources.remove(&provider);
            }
            self.shared.tell(PlaybackEvent::SourceDropped {
                cell: self.buffer.entry().index,
                provider,
                why: end.to_string(),
                lied,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_is_used_up_is_not_offered_again_and_one_that_a_busy_provider_refused_is() {
        let refused = |why| is_useless_from_now_on(&SourceEnd::Refused(why));
        assert!(refused(DeliveryRefusal::Exhausted));
        assert!(refused(DeliveryRefusal::Unsigned));
        assert!(refused(DeliveryRefusal::Expired));
        assert!(!refused(DeliveryRefusal::Busy));
        assert!(!refused(DeliveryRefusal::NotHeld));
        assert!(!is_useless_from_now_on(&SourceEnd::Silent));
    }
}
