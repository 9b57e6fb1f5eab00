//! A viewer that tries to earn without watching, in every way that can be tried from outside, and says how each was
//! refused. The end-to-end test runs it against real verifiers; it is also an example of the library below its facade.
//!
//! ```text
//! cheating_viewer MAGNET --chain ws://127.0.0.1:9944[,...] --received FILE KEY_FILE...
//! ```
//!
//! Each trick takes an account of its own, whose key is in a file; the accounts need no balance. The first line on stdout
//! is a JSON object with what became of each trick; the exit code is 1 when one was not refused as it has to be. The content
//! and download keys that verifiers gave out are left in FILE, in hex, so that a test can search logs for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use chainflix_client::chain::Chain;
use chainflix_client::controllers::Controller;
use chainflix_client::mining::proof::{ProofInput, complete, prove};
use chainflix_client::verifiers::{Identity, VerifierError, Verifiers};
use chainflix_client::wallet::Wallet;
use chainflix_content::envelope::{ContentKey, DownloadKey};
use chainflix_p2p::download::{CellDownload, DownloadConfig, Source, WantedCell};
use chainflix_p2p::{Network, NetworkConfig, PeerAddress, PeerKey};
use chainflix_primitives::api::CellWanted;
use chainflix_primitives::manifest::{CellEntry, Manifest};
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::play_data::{self, PlayData};
use chainflix_primitives::receipt::{Receipt, receipt_payload};
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::ticket::{Acceptance, SignedTicket};
use chainflix_primitives::{AccountId, Hash32, Magnet, Sha256, Signature64};

/// A provider that nobody registered.
const NO_PROVIDER: u32 = 4_000_000;
/// What a receipt may be late.
const RECEIPTS: Duration = Duration::from_secs(5);
/// Clocks may differ a little.
const MARGIN: Duration = Duration::from_millis(100);

/// One way to cheat, and what has to become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trick {
    HalfThePlaytime,
    WrongNonce,
    SameCellTwice,
    DataOfAnotherAccount,
    WithoutTheCell,
    UnregisteredProvider,
}

impl Trick {
    const ALL: [Self; 6] = [
        Self::HalfThePlaytime,
        Self::WrongNonce,
        Self::SameCellTwice,
        Self::DataOfAnotherAccount,
        Self::WithoutTheCell,
        Self::UnregisteredProvider,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::HalfThePlaytime => "half_the_playtime",
            Self::WrongNonce => "wrong_nonce",
            Self::SameCellTwice => "same_cell_twice",
            Self::DataOfAnotherAccount => "data_of_another_account",
            Self::WithoutTheCell => "without_the_cell",
            Self::UnregisteredProvider => "unregistered_provider",
        }
    }

    const fn due(self) -> Refusal {
        match self {
            Self::HalfThePlaytime => Refusal::TooEarly,
            Self::WrongNonce => Refusal::BadNonce,
            Self::SameCellTwice => Refusal::AlreadyEarned,
            Self::DataOfAnotherAccount => Refusal::NotYourTicket,
            Self::WithoutTheCell => Refusal::BadOpenings,
            Self::UnregisteredProvider => Refusal::UnknownProvider,
        }
    }
}

/// The video, and whom to ask.
struct World {
    chain: Chain,
    controller: Controller,
    magnet: Magnet,
    manifest: Manifest,
    /// Keys that verifiers gave out, in hex.
    received: Mutex<BTreeSet<String>>,
}

/// A viewer with the first cell in hand.
struct Viewer {
    identity: Arc<Identity>,
    verifiers: Verifiers,
    assigned: Vec<AccountId>,
    plaintext: Vec<u8>,
    receipts: Vec<Receipt>,
    /// Swarm of its own, so that each is a peer of its own.
    _network: Network,
}

impl World {
    fn entry(&self) -> anyhow::Result<&CellEntry> {
        let (cell, _) = self.manifest.cell(0, 0).context("the video has no cell")?;
        Ok(&cell.entry)
    }

    /// Fetches the first cell as an honest viewer does.
    async fn viewer(&self, key: &Path) -> anyhow::Result<Viewer> {
        let identity = Arc::new(Identity::new(Wallet::read(key)?, &self.chain).await?);
        let verifiers = Verifiers::find(self.chain.clone(), identity.clone()).await?;
        let assigned = verifiers.open_video(self.magnet).await?.assigned;
        let entry = self.entry()?;
        let reply = self.controller.sources(&self.magnet, 0, 0).await?;
        let wanted = CellWanted {
            sources: reply.sources,
            bytes: entry.bytes,
        };
        let grants = verifiers.cell_keys(vec![wanted], &assigned).await?;
        let grant = grants.into_iter().next().context("no keys")?;
        let mut sources = Vec::new();
        for (peer, token) in reply.peers.iter().zip(grant.tokens) {
            let peer = PeerAddress::parse(peer.peer_key, &peer.addresses)?;
            sources.push(Source { peer, token });
        }
        let network = Network::start(PeerKey::generate(), NetworkConfig::default()).await?;
        let signing = identity.clone();
        let download = CellDownload::start(
            &network,
            WantedCell {
                entry: entry.clone(),
                download_key: DownloadKey::new(grant.download_key),
            },
            sources,
            Arc::new(move |payload| Signature64(signing.session_key().sign(payload).to_bytes())),
            DownloadConfig::default(),
        );
        let mut plaintext = Vec::new();
        for group in 0..entry.bytes.div_ceil(16_384) {
            plaintext.extend_from_slice(&download.group(group).await?);
        }
        tokio::time::timeout(RECEIPTS, download.complete()).await??;
        let receipts = download.receipts();
        let key = verifiers.content_key(self.magnet, 0, 0, &assigned).await?;
        {
            let mut received = self.received.lock().expect("nobody panics with it");
            received.extend([hex::encode(*key), hex::encode(grant.download_key)]);
        }
        ContentKey::new(*key).apply(0, &mut plaintext);
        Ok(Viewer {
            identity,
            verifiers,
            assigned,
            plaintext,
            receipts,
            _network: network,
        })
    }

    async fn input(&self, ticket: &SignedTicket) -> anyhow::Result<ProofInput> {
        let round = ticket.ticket.round;
        let leaves = self.manifest.entries().map(CellEntry::leaf_hash::<Sha256>);
        let path = Tree::new::<Sha256>(leaves.collect()).proof(0);
        let rule = self.chain.cycle_rule(round).await?;
        Ok(ProofInput {
            genesis: self.chain.genesis(),
            ticket: ticket.ticket.clone(),
            cycle: rule.cycle_of(round).context("no such cycle")?,
            difficulty: self.chain.parameters(round).await?.difficulty,
            cell: self.entry()?.clone(),
            cell_path: path.and_then(play_data::path).context("no path")?,
        })
    }
}

impl Viewer {
    async fn start(&self, magnet: Magnet) -> Result<SignedTicket, VerifierError> {
        self.verifiers
            .start_cell(&self.assigned, magnet, 0, 0)
            .await
    }

    async fn finish(
        &self,
        ticket: &SignedTicket,
        data: &PlayData,
    ) -> Result<Acceptance, VerifierError> {
        self.verifiers.finish_cell(&ticket.ticket, data).await
    }

    /// What an honest viewer would hand in.
    fn honest(&self, input: &ProofInput) -> anyhow::Result<PlayData> {
        let refused = |refusal: Refusal| anyhow::anyhow!("{}", refusal.words());
        let proof = prove(input, &self.plaintext).map_err(refused)?;
        let key = self.identity.session_key();
        complete(proof, input, self.receipts.clone(), key).map_err(refused)
    }

    /// Signs a claim that was tampered with: the cheat has its own session key.
    fn sign_again(&self, data: &mut PlayData, genesis: &Hash32) {
        let signature = self
            .identity
            .session_key()
            .sign(&data.claim.signing_payload(genesis));
        data.signature = Signature64(signature.to_bytes());
    }
}

/// Makes honest Play Data into what the trick hands in.
fn tamper(trick: Trick, data: &mut PlayData, input: &ProofInput) -> anyhow::Result<()> {
    match trick {
        Trick::WrongNonce => {
            let claim = &mut data.claim;
            let nonce_input = claim.nonce_input::<Sha256>(input.genesis, input.cycle);
            let wrong = (claim.nonce.wrapping_add(1)..=u64::MAX)
                .find(|nonce| !nonce_input.is_met::<Sha256>(*nonce, input.difficulty));
            claim.nonce = wrong.context("every nonce is right")?;
        }
        Trick::WithoutTheCell => {
            // As many bytes as are asked for, but not the cell's.
            for opening in data.openings.iter_mut() {
                opening.bytes.iter_mut().for_each(|byte| *byte = 0);
            }
            data.claim.acc = [7; 32];
            let nonce = data.claim.nonce_input::<Sha256>(input.genesis, input.cycle);
            let mined = nonce.mine::<Sha256>(input.difficulty, 0..u64::MAX);
            data.claim.nonce = mined.context("no nonce")?;
        }
        Trick::UnregisteredProvider => {
            let key = PeerKey::generate();
            let (Some(delivery), Some(receipt)) =
                (data.claim.deliveries.last_mut(), data.receipts.last_mut())
            else {
                bail!("nobody served the cell");
            };
            delivery.provider = NO_PROVIDER;
            receipt.token.terms.provider = NO_PROVIDER;
            let token = receipt.token.id::<Sha256>();
            receipt.provider_signature =
                key.sign(&receipt_payload(&input.genesis, &token, receipt.bytes));
        }
        Trick::HalfThePlaytime | Trick::SameCellTwice | Trick::DataOfAnotherAccount => {}
    }
    Ok(())
}

/// Tries one trick: what the verifier said.
async fn attempt(world: &World, trick: Trick, key: &Path, victim: &Path) -> anyhow::Result<String> {
    let viewer = world.viewer(key).await?;
    let ticket = viewer.start(world.magnet).await?;
    let since = tokio::time::Instant::now();
    let input = world.input(&ticket).await?;
    let mut data = viewer.honest(&input)?;
    let playtime = Duration::from_millis(input.cell.playtime_ms.into());
    tamper(trick, &mut data, &input)?;
    viewer.sign_again(&mut data, &input.genesis);
    let wait = match trick {
        Trick::HalfThePlaytime => playtime / 2,
        _ => playtime + MARGIN,
    };
    tokio::time::sleep_until(since + wait).await;
    let said = match trick {
        Trick::SameCellTwice => {
            viewer.finish(&ticket, &data).await?;
            viewer.start(world.magnet).await.map(|_| ())
        }
        Trick::DataOfAnotherAccount => {
            // The other one has watched honestly; the cheat hands in its Play Data, in a session of its own.
            let thief = world.viewer(victim).await?;
            thief.finish(&ticket, &data).await.map(|_| ())
        }
        _ => viewer.finish(&ticket, &data).await.map(|_| ()),
    };
    Ok(match said {
        Ok(()) => "accepted".to_owned(),
        Err(VerifierError::Refused(refusal)) => refusal.name().to_owned(),
        Err(error) => error.to_string(),
    })
}

async fn run() -> anyhow::Result<bool> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: cheating_viewer MAGNET --chain URL[,URL...] --received FILE KEY_FILE (seven of them)";
    let magnet = arguments
        .next()
        .and_then(|id| Magnet::from_hex(&id))
        .context(usage)?;
    let chain = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--chain"), Some(urls)) => urls.split(',').map(str::to_owned).collect::<Vec<_>>(),
        _ => bail!(usage),
    };
    let received = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--received"), Some(file)) => file,
        _ => bail!(usage),
    };
    let keys: Vec<String> = arguments.collect();
    let [others @ .., thief] = keys.as_slice() else {
        bail!(usage)
    };
    if others.len() != Trick::ALL.len() {
        bail!(usage);
    }
    let chain = Chain::connect(&chain).await?;
    let record = chain
        .controllers()
        .await?
        .into_iter()
        .next()
        .context("no controller")?;
    let controller = Controller::connect(&record.endpoint, chain.genesis()).await?;
    let manifest = controller.manifest(&magnet).await?;
    let world = World {
        chain,
        controller,
        magnet,
        manifest,
        received: Mutex::default(),
    };
    let attempts = Trick::ALL.into_iter().zip(others).map(|(trick, key)| {
        let world = &world;
        async move {
            let said = attempt(world, trick, Path::new(key), Path::new(thief)).await;
            (trick, said.unwrap_or_else(|error| format!("{error:#}")))
        }
    });
    let said: BTreeMap<Trick, String> = futures::future::join_all(attempts)
        .await
        .into_iter()
        .collect();
    let keys = world.received.into_inner().context("a trick panicked")?;
    std::fs::write(&received, keys.into_iter().collect::<Vec<_>>().join("\n"))
        .with_context(|| format!("{received} can't be written"))?;
    let report: serde_json::Map<String, serde_json::Value> = said
        .iter()
        .map(|(trick, said)| (trick.name().to_owned(), said.as_str().into()))
        .collect();
    println!("{}", serde_json::Value::from(report));
    let mut held = true;
    for (trick, said) in &said {
        let due = trick.due().name();
        if said != due {
            eprintln!("{}: {said} instead of {due}", trick.name());
            held = false;
        }
    }
    Ok(held)
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
