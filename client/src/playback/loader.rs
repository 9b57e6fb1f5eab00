//! Fetching one cell: sources from the controller, keys and tokens from a verifier, groups from storage nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chainflix_content::envelope::DownloadKey;
use chainflix_p2p::PeerAddress;
use chainflix_p2p::download::{
    CellDownload, DownloadConfig, DownloadError, SessionSigner, Source, SourceEnd, WantedCell,
};
use chainflix_primitives::Signature64;
use chainflix_primitives::api::CellWanted;

use super::{CellBuffer, PlaybackEvent, Shared};

/// Pause after the first fruitless attempt; doubled up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// The last receipts may come so long after the last byte.
const RECEIPTS: Duration = Duration::from_secs(5);

/// Fetches a cell until it is complete. Dropping the future stops it; what has arrived stays.
pub(super) async fn load(shared: Arc<Shared>, buffer: Arc<CellBuffer>) {
    let mut fetch = Fetch {
        sources: BTreeMap::new(),
        liars: BTreeSet::new(),
        told: 0,
        pause: FIRST_PAUSE,
        shared: &shared,
        buffer: &buffer,
    };
    let download = fetch.begin().await;
    let mut next = download_from(&download, &buffer);
    while let Some(index) = next {
        let hint = buffer.wanted_from();
        let group = tokio::select! {
            group = download.group(index) => group,
            () = buffer.wanted_elsewhere(hint) => {
                next = download_from(&download, &buffer);
                continue;
            }
        };
        match group {
            Ok(group) => {
                buffer.put(index, &group);
                fetch.pause = FIRST_PAUSE;
                next = buffer.next_missing();
            }
            Err(DownloadError::NoSourceLeft(why)) => fetch.more(&download, why).await,
            // The index came from the cell's own length.
            Err(DownloadError::OutOfRange(_)) => return,
        }
        fetch.tell_faults(&download);
    }
    // Without all receipts the minute may earn nothing; it plays all the same.
    let _ = tokio::time::timeout(RECEIPTS, download.complete()).await;
    fetch.tell_faults(&download);
    let receipts = download.receipts();
    buffer.add_receipts(receipts);
    shared.count_delivery(&buffer);
}

/// Tells the download what is wanted first. The first group that is missing there; `None` when none is.
fn download_from(download: &CellDownload, buffer: &CellBuffer) -> Option<u32> {
    let next = buffer.next_missing();
    if let Some(index) = next {
        download.play_from(index);
    }
    next
}

/// One cell's fetch.
struct Fetch<'a> {
    /// Sources with their tokens, by provider; the first token of a provider stays, so that its receipts go on.
    sources: BTreeMap<u32, Source>,
    /// Providers that sent something else than was published; they are not asked again.
    liars: BTreeSet<u32>,
    /// Sources whose end was told.
    told: usize,
    pause: Duration,
    shared: &'a Shared,
    buffer: &'a CellBuffer,
}

impl Fetch<'_> {
    /// Asks until there is somebody to fetch from.
    async fn begin(&mut self) -> CellDownload {
        loop {
            match self.ask().await {
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
            Ok((order, _)) => {
                for source in order {
                    download.add_source(source);
                }
            }
            Err(why) => self.trouble(why),
        }
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

    /// Who serves the cell, best first, with a token each; and the DownloadKey when a verifier had to be asked.
    async fn ask(&mut self) -> Result<(Vec<Source>, Option<DownloadKey>), String> {
        let entry = self.buffer.entry();
        let reply = self
            .shared
            .controller
            .sources(&self.shared.magnet, entry.rendition, entry.index)
            .await
            .map_err(|error| error.to_string())?;
        let peers = reply.peers;
        let all_known = peers
            .iter()
            .all(|peer| self.sources.contains_key(&peer.provider));
        let mut download_key = None;
        if !all_known {
            let wanted = CellWanted {
                sources: reply.sources,
                bytes: entry.bytes,
            };
            let assigned = self.shared.assigned();
            let grants = self
                .shared
                .verifiers
                .cell_keys(vec![wanted], &assigned)
                .await
                .map_err(|error| error.to_string())?;
            let grant = grants
                .into_iter()
                .find(|grant| (grant.rendition, grant.cell) == (entry.rendition, entry.index))
                .ok_or("the verifier gave keys of another cell")?;
            download_key = Some(DownloadKey::new(grant.download_key));
            for token in grant.tokens {
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
        }
        let order = peers
            .iter()
            .filter(|peer| !self.liars.contains(&peer.provider))
            .filter_map(|peer| self.sources.get(&peer.provider).cloned())
            .collect();
        Ok((order, download_key))
    }

    /// Tells of sources that were given up since the last look.
    fn tell_faults(&mut self, download: &CellDownload) {
        let sources = download.stats().sources;
        let ended: Vec<_> = sources
            .iter()
            .filter_map(|source| Some((source.provider, source.end.clone()?)))
            .filter(|(_, end)| *end != SourceEnd::Finished)
            .collect();
        for (provider, end) in ended.iter().skip(self.told) {
            let lied = matches!(end, SourceEnd::BadGroup(_) | SourceEnd::Misbehaved);
            if lied {
                self.liars.insert(*provider);
            }
            self.shared.tell(PlaybackEvent::SourceDropped {
                provider: *provider,
                why: end.to_string(),
                lied,
            });
        }
        self.told = self.told.max(ended.len());
    }
}
