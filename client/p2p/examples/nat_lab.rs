//! What runs behind the routers of `scripts/nat-lab.sh`: a relay, a provider, a viewer, with the real swarm and the real
//! cell protocol.
//!
//! ```text
//! nat_lab relay ADDRESS...                    serves passes to everybody; prints its addresses
//! nat_lab provider SECONDS RELAY_ADDRESS...   reserves, serves one cell; prints its addresses and its class of router
//! nat_lab viewer KEY ADDRESS...               downloads the cell; prints how, and how long it took
//! ```
//!
//! Each prints one line of JSON; relay and provider run on until they are killed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chainflix_content::{ContentKey, DownloadKey, trees};
use chainflix_p2p::download::{CellDownload, DownloadConfig, Source, WantedCell};
use chainflix_p2p::provider::{OpenCell, Provider, RangeProof, TokenAccount};
use chainflix_p2p::relay::{Admission, PassRefusal, Passes, Relay, RelayConfig};
use chainflix_p2p::serve::{DeliveryConfig, serve_cells};
use chainflix_p2p::wire::{CellPlace, DeliveryRefusal};
use chainflix_p2p::{
    Multiaddr, NatClass, Network, NetworkConfig, Path, PeerAddress, PeerId, PeerKey, Reachability,
    RelayOffer, Reservations,
};
use chainflix_primitives::ids::{Magnet, Signature64};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms, token_allowance};
use chainflix_primitives::{AccountId, Hash32, Sha256};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::watch;

type Failed = Box<dyn std::error::Error + Send + Sync>;

const GENESIS: Hash32 = [9; 32];
const PROVIDER: u32 = 1;
/// 15 s of its 20 come at full speed, the rest in 4 s: time to punch meanwhile.
const CELL_BYTES: u32 = 4 << 20;
const PLAYTIME_MS: u32 = 20_000;
/// A viewer gives up after this.
const PATIENCE: Duration = Duration::from_secs(40);
/// What is shown at a time, as the packager cuts it: the picture begins with the first that is there as a whole.
const FRAGMENT: Duration = Duration::from_secs(2);
/// A fragment that is later than this is a stall, as it is in the player.
const STALL: Duration = Duration::from_millis(40);
/// A direct path that has not come so long after the cell does not come.
const LATE_PATH: Duration = Duration::from_secs(6);

fn wire_key() -> DownloadKey {
    DownloadKey::new([0x24; 32])
}

fn session_key() -> PeerKey {
    PeerKey::from_seed([0x77; 32])
}

/// The lab's only cell, of bytes that look random.
struct Cell {
    ciphertext: Vec<u8>,
    tree: Tree,
    entry: CellEntry,
}

impl Cell {
    fn new() -> Self {
        let mut ciphertext = vec![0u8; CELL_BYTES as usize];
        ContentKey::new([1; 32]).apply(0, &mut ciphertext);
        let tree = trees::cipher_tree(&ciphertext);
        let entry = CellEntry {
            rendition: 0,
            index: 0,
            playtime_ms: PLAYTIME_MS,
            bytes: CELL_BYTES,
            plain_root: [0; 32],
            cipher_root: tree.root(),
        };
        Self {
            ciphertext,
            tree,
            entry,
        }
    }

    fn groups(&self, first: u32, count: u32) -> impl Iterator<Item = &[u8]> {
        let groups = self.ciphertext.chunks(trees::GROUP_BYTES);
        groups.skip(first as usize).take(count as usize)
    }
}

impl OpenCell for Cell {
    fn entry(&self) -> &CellEntry {
        &self.entry
    }

    fn prove(&self, first: u32, count: u32) -> Result<RangeProof, DeliveryRefusal> {
        let groups = self.groups(first, count);
        let proof = self.tree.range_proof(first as usize, count as usize);
        Ok(RangeProof {
            hashes: groups.map(trees::group_hash).collect(),
            proof: proof.ok_or(DeliveryRefusal::Range)?,
        })
    }

    fn read(&self, first: u32, count: u32) -> Result<Vec<u8>, DeliveryRefusal> {
        Ok(self.groups(first, count).collect::<Vec<_>>().concat())
    }
}

#[derive(Default)]
struct Totals {
    sent: AtomicU64,
    countersigned: AtomicU64,
}

impl TokenAccount for Totals {
    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn countersigned(&self) -> u64 {
        self.countersigned.load(Ordering::Relaxed)
    }

    fn spend(&self, bytes: u64) -> BoxFuture<'_, Result<u64, DeliveryRefusal>> {
        let before = self.sent.fetch_add(bytes, Ordering::Relaxed);
        futures::future::ready(Ok(before.saturating_add(bytes))).boxed()
    }

    fn countersign(&self, bytes: u64, _: &Signature64) {
        self.countersigned.fetch_max(bytes, Ordering::Relaxed);
    }
}

/// Serves the cell to whoever has a token of the lab.
struct Lab {
    cell: Arc<Cell>,
    totals: Mutex<BTreeMap<Hash32, Arc<Totals>>>,
}

impl Provider for Lab {
    fn open_token<'a>(
        &'a self,
        _: &'a DeliveryToken,
    ) -> BoxFuture<'a, Result<DownloadKey, DeliveryRefusal>> {
        futures::future::ready(Ok(wire_key())).boxed()
    }

    fn account(&self, token: &DeliveryToken) -> Result<Arc<dyn TokenAccount>, DeliveryRefusal> {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(totals.entry(token.id::<Sha256>()).or_default()) as _)
    }

    fn open_cell(&self, _: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal> {
        Ok(Arc::clone(&self.cell) as _)
    }

    fn may_leave(&self, _: u64) -> BoxFuture<'_, ()> {
        futures::future::ready(()).boxed()
    }
}

/// Admits everybody.
struct Everybody;

impl Passes for Everybody {
    fn check(&self, _: &PeerId, _: &[u8]) -> Result<Admission, PassRefusal> {
        Ok(Admission {
            expires_ms: u64::MAX,
            max_bytes: u64::MAX,
            serial: 0,
        })
    }
}

fn parsed(addresses: &[String]) -> Result<Vec<Multiaddr>, Failed> {
    let addresses = addresses.iter().map(|address| address.parse());
    Ok(addresses.collect::<Result<_, _>>()?)
}

fn quoted(addresses: &[Multiaddr]) -> String {
    let addresses: Vec<String> = addresses.iter().map(|a| format!("\"{a}\"")).collect();
    addresses.join(",")
}

async fn relay(listen: &[String]) -> Result<(), Failed> {
    let config = RelayConfig::new(parsed(listen)?);
    let relay = Relay::start(PeerKey::generate(), config, Arc::new(Everybody)).await?;
    println!("{{\"addresses\":[{}]}}", quoted(relay.addresses()));
    std::future::pending().await
}

async fn provider(settles: &str, relays: &[String]) -> Result<(), Failed> {
    let listen = [
        "/ip4/0.0.0.0/udp/4001/quic-v1",
        "/ip4/0.0.0.0/tcp/4001",
        "/ip6/::/udp/4001/quic-v1",
    ];
    let config = NetworkConfig {
        listen: parsed(&listen.map(str::to_owned))?,
        probe: true,
        ..NetworkConfig::default()
    };
    let network = Network::start(PeerKey::generate(), config).await?;
    let depot = Lab {
        cell: Arc::new(Cell::new()),
        totals: Mutex::default(),
    };
    let delivery = DeliveryConfig::new(GENESIS, PROVIDER);
    let _serving = serve_cells(&network, Arc::new(depot), delivery).ok_or("served already")?;
    let offers = RelayOffer::by_relay(&parsed(relays)?);
    let wanted = offers.len().min(2);
    let (_offering, offered) = watch::channel(offers);
    let reservations = Reservations::keep(&network, offered);
    let mut held = reservations.held();
    let reserved = held.wait_for(|held| *held == wanted);
    let reserved = tokio::time::timeout(PATIENCE, reserved).await.is_ok();
    let settles = Duration::from_secs(settles.parse()?);
    let reachability = settled(network.reachability(), settles).await;
    let key: String = network
        .key()
        .public()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    println!(
        "{{\"key\":\"{key}\",\"reserved\":{reserved},\"class\":\"{:?}\",\"confirmed\":[{}],\"addresses\":[{}]}}",
        reachability.class,
        quoted(&reachability.confirmed),
        quoted(&network.told_addresses()),
    );
    std::future::pending().await
}

/// What relays say of this peer, once they have told where they see it and dialled it back: nothing new has come for a
/// while.
async fn settled(mut told: watch::Receiver<Reachability>, quiet: Duration) -> Reachability {
    let settles = async {
        loop {
            let unchanged = tokio::time::timeout(quiet, told.changed()).await.is_err();
            if unchanged && told.borrow().class != NatClass::Unknown {
                return;
            }
        }
    };
    // It says what it knows, then.
    let _ = tokio::time::timeout(PATIENCE, settles).await;
    told.borrow().clone()
}

/// A token for the lab's cell; another one each time, so that totals begin at 0.
fn token(entry: &CellEntry, viewer: &Network) -> DeliveryToken {
    let terms = TokenTerms {
        version: 1,
        genesis: GENESIS,
        issuer: AccountId([1; 32]),
        epoch: 0,
        viewer: AccountId(viewer.key().public()),
        session_key: session_key().public(),
        video: Magnet([5; 32]),
        cell: 0,
        rendition: 0,
        provider: PROVIDER,
        round: 3,
        expires_ms: u64::MAX,
        max_bytes: token_allowance(u64::from(entry.bytes)),
    };
    DeliveryToken {
        terms,
        seal_nonce: [0; 24],
        sealed_download_key: [0; 48],
    }
}

async fn viewer(key: &str, addresses: &[String]) -> Result<(), Failed> {
    let network = Network::start(PeerKey::generate(), NetworkConfig::viewer()).await?;
    let digits: Result<Vec<u8>, _> = (0..key.len() / 2)
        .map(|i| u8::from_str_radix(key.get(2 * i..2 * i + 2).unwrap_or(""), 16))
        .collect();
    let peer_key = digits?.try_into().map_err(|_| "a key has 32 bytes")?;
    let peer = PeerAddress::parse(peer_key, addresses)?;
    let cell = Cell::new();
    let wanted = WantedCell {
        entry: cell.entry.clone(),
        download_key: wire_key(),
    };
    let source = Source {
        peer: peer.clone(),
        token: token(&cell.entry, &network),
    };
    let session = session_key();
    let signer = Arc::new(move |payload: &[u8]| session.sign(payload));
    let config = DownloadConfig {
        // Relays over QUIC are given up only then, and the lab has one source.
        slow_after: Duration::from_secs(8),
        ..DownloadConfig::default()
    };
    let began = Instant::now();
    let direct = {
        let (network, peer) = (network.clone(), peer.clone());
        tokio::spawn(async move {
            let came = network.direct_within(&peer, PATIENCE).await;
            came.then(|| began.elapsed())
        })
    };
    let download = CellDownload::start(&network, wanted, vec![source], signer, config);
    let whole = play(&download, &cell, began);
    let played = tokio::time::timeout(PATIENCE, whole).await;
    let (first, stalled) = played.map_err(|_| format!("stuck: {:?}", download.stats()))??;
    let first_path = download
        .stats()
        .sources
        .first()
        .map(|source| source.relayed > 0);
    let complete = began.elapsed();
    network.direct_within(&peer, LATE_PATH).await;
    direct.abort();
    let direct = direct.await.ok().flatten();
    let relayed: u64 = download.stats().sources.iter().map(|s| s.relayed).sum();
    println!(
        "{{\"first_ms\":{},\"began_relayed\":{},\"direct_ms\":{},\"complete_ms\":{},\"stalled_ms\":{},\"relayed_bytes\":{relayed},\"direct\":{},\"class\":\"{:?}\"}}",
        first.as_millis(),
        first_path.unwrap_or(false),
        direct.map_or("null".to_owned(), |after| after.as_millis().to_string()),
        complete.as_millis(),
        stalled.as_millis(),
        network.path(&peer) == Some(Path::Direct),
        network.reachability().borrow().class,
    );
    Ok(())
}

/// Plays the cell: time to its first group, and how long the picture would have stood still.
async fn play(
    download: &CellDownload,
    cell: &Cell,
    began: Instant,
) -> Result<(Duration, Duration), Failed> {
    let groups = cell.entry.groups();
    let each = Duration::from_millis(u64::from(PLAYTIME_MS)) / groups;
    let mut first = Duration::ZERO;
    let mut stalled = Duration::ZERO;
    // When what is on the screen is over.
    let mut until: Option<Duration> = None;
    let mut held = Duration::ZERO;
    for index in 0..groups {
        let group = download.group(index).await?;
        let place = index as usize * trees::GROUP_BYTES;
        if !cell
            .ciphertext
            .get(place..)
            .is_some_and(|rest| rest.starts_with(&group))
        {
            return Err("another group came".into());
        }
        if index == 0 {
            first = began.elapsed();
        }
        held += each;
        if held >= FRAGMENT || index + 1 == groups {
            let now = began.elapsed();
            let late = until.map_or(Duration::ZERO, |until| now.saturating_sub(until));
            let late = if late > STALL { late } else { Duration::ZERO };
            stalled += late;
            until = Some(until.map_or(now, |until| until + late) + held);
            held = Duration::ZERO;
        }
    }
    Ok((first, stalled))
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((role, listen)) if role == "relay" => relay(listen).await,
        Some((role, [settles, relays @ ..])) if role == "provider" => {
            provider(settles, relays).await
        }
        Some((role, [key, addresses @ ..])) if role == "viewer" => viewer(key, addresses).await,
        _ => Err("nat_lab relay|provider|viewer ...; see the top of its source".into()),
    }
}
