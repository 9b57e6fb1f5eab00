//! `chainflix relay`: carries bytes for storage nodes that nobody reaches directly.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chainflix_client::chain::Chain;
use chainflix_client::secrets::{self, SecretError};
use chainflix_controller::protocol::SignedRelayPass;
use chainflix_p2p::network::everywhere;
use chainflix_p2p::peer::peer_id_of;
use chainflix_p2p::relay::{Admission, PassRefusal, Passes, Relay, RelayConfig};
use chainflix_p2p::{Multiaddr, PeerId, PeerKey};
use chainflix_primitives::Hash32;
use clap::Args;
use serde_json::json;

use crate::metrics;
use crate::options::{ChainOptions, space};
use crate::signals::asked_to_stop;

/// Controllers that registered meanwhile are looked up so often.
const LOOK_AROUND: Duration = Duration::from_secs(300);
/// UDP and TCP port that it listens at when nothing is said.
const PORT: u16 = 4001;

/// Options of `chainflix relay`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix relay --key relay.key --announce /ip4/203.0.113.7/udp/4001/quic-v1 --announce /ip4/203.0.113.7/tcp/4001\n  \
    chainflix relay --key relay.key --metrics 127.0.0.1:9615\n\n\
    It prints its addresses, those of the machine if none is announced; a controller names them to storage nodes when it is \
    started with `--relay ADDRESS` for each. \
    Nodes are let in with a pass by any controller that is registered on chain. The machine needs a public address and \
    UDP and TCP port 4001. Ctrl-C ends it.")]
pub(crate) struct RelayOptions {
    /// File with its key, readable by its owner only; drawn when it is not there.
    #[arg(long, value_name = "FILE", env = "CHAINFLIX_RELAY_KEY")]
    key: PathBuf,

    #[command(flatten)]
    chain: ChainOptions,

    /// Where it listens; may be given several times. UDP (QUIC) and TCP port 4001 of all interfaces if not given.
    #[arg(long, value_name = "MULTIADDRESS")]
    listen: Vec<Multiaddr>,

    /// Address that others reach it by, when that is not where it listens; may be given several times.
    #[arg(long, value_name = "MULTIADDRESS")]
    announce: Vec<Multiaddr>,

    /// Circuits at a time.
    #[arg(long, value_name = "N", default_value_t = 2_048)]
    max_circuits: usize,

    /// Bytes of one circuit.
    #[arg(long, value_name = "SPACE", value_parser = space, default_value = "8GB")]
    circuit_bytes: u64,

    /// Where Prometheus reads /metrics; nowhere if not given.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl RelayOptions {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let key = key(&self.key)?;
        let chain = Chain::connect(&self.chain.chain).await?;
        let passes = Arc::new(RegisteredControllers {
            genesis: chain.genesis(),
            keys: RwLock::new(registered(&chain).await?),
        });
        let mut config = RelayConfig::new(self.listen.clone());
        if self.listen.is_empty() {
            (config.listen, config.listen_if_possible) = everywhere(PORT);
        }
        config.announce.clone_from(&self.announce);
        config.max_circuits = self.max_circuits;
        config.circuit_bytes = self.circuit_bytes;
        let relay = Arc::new(Relay::start(key, config, Arc::clone(&passes) as _).await?);
        let addresses: Vec<String> = relay.addresses().iter().map(Multiaddr::to_string).collect();
        if self.json {
            let id = relay.peer_id().to_string();
            println!("{}", json!({ "peer_id": id, "addresses": addresses }));
        } else {
            println!("the relay listens at {}", addresses.join(", "));
        }
        if !relay.is_public() {
            eprintln!(
                "warning: none of these is a public address, so only peers inside this network reach the relay; name the public ones with --announce"
            );
        }
        tokio::select! {
            stop = asked_to_stop() => stop?,
            served = metrics::serve(self.metrics, move || relay.metrics()) => match served? {},
            never = look_around(&chain, &passes) => match never {},
        }
        Ok(String::new())
    }
}

fn key(file: &Path) -> anyhow::Result<PeerKey> {
    let seed = match secrets::read_key(file) {
        Ok(seed) => seed,
        Err(SecretError::Missing(_)) => {
            let seed = secrets::random_key()?;
            let text = format!("0x{}", hex::encode(*seed));
            let comment = "Chainflix relay: whoever reads this file can pose as it";
            secrets::create(file, comment, &zeroize::Zeroizing::new(text))?;
            seed
        }
        Err(error) => return Err(error.into()),
    };
    Ok(PeerKey::from_seed(*seed))
}

async fn registered(chain: &Chain) -> anyhow::Result<Vec<[u8; 32]>> {
    let records = chain.controllers().await?;
    Ok(records.into_iter().map(|record| record.key).collect())
}

/// Keeps the list of controllers as the chain has it; while the chain is not reached, the old one is good.
async fn look_around(chain: &Chain, passes: &RegisteredControllers) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(LOOK_AROUND).await;
        if let Ok(now) = registered(chain).await {
            *passes.keys.write().unwrap_or_else(PoisonError::into_inner) = now;
        }
    }
}

/// Takes the passes of controllers that are registered on chain.
struct RegisteredControllers {
    genesis: Hash32,
    keys: RwLock<Vec<[u8; 32]>>,
}

impl Passes for RegisteredControllers {
    fn check(&self, peer: &PeerId, pass: &[u8]) -> Result<Admission, PassRefusal> {
        let pass = SignedRelayPass::read(pass).ok_or(PassRefusal::Forged)?;
        if pass.genesis != self.genesis {
            return Err(PassRefusal::OtherChain);
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        if !keys.contains(&pass.controller) {
            return Err(PassRefusal::Forged);
        }
        if peer_id_of(&pass.peer_key).as_ref() != Some(peer) {
            return Err(PassRefusal::OtherPeer);
        }
        Ok(Admission {
            expires_ms: pass.expires_ms(),
            max_bytes: pass.max_bytes,
            serial: pass.period,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_controller::signing::Signer;
    use codec::Encode;
    use ed25519_zebra::{SigningKey, VerificationKey};

    #[test]
    fn a_pass_opens_the_relay_to_its_own_peer_by_a_registered_controller_of_the_same_chain_only() {
        let genesis = [9; 32];
        let signing = |seed: u8| SigningKey::from([seed; 32]);
        let node = PeerKey::from_seed([3; 32]);
        let known: [u8; 32] = VerificationKey::from(&signing(1)).into();
        let relay = RegisteredControllers {
            genesis,
            keys: RwLock::new(vec![known]),
        };
        let pass = |seed, genesis| {
            let signer = Signer::new(signing(seed), genesis);
            signer.relay_pass(node.public(), 5, 1_000).encode()
        };
        let admission = relay.check(&node.peer_id(), &pass(1, genesis));
        assert_eq!(admission.map(|a| (a.serial, a.max_bytes)), Ok((5, 1_000)));
        let check = |peer: &PeerId, pass: &[u8]| relay.check(peer, pass).unwrap_err();
        let (own, other) = (node.peer_id(), PeerId::random());
        assert_eq!(check(&other, &pass(1, genesis)), PassRefusal::OtherPeer);
        assert_eq!(check(&own, &pass(2, genesis)), PassRefusal::Forged);
        assert_eq!(check(&own, &pass(1, [8; 32])), PassRefusal::OtherChain);
        assert_eq!(check(&own, b"nothing"), PassRefusal::Forged);
    }
}
