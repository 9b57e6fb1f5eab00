//! The other verifier: it has view blocks that were made beforehand, and answers for them as a verifier does.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chainflix_primitives::{
    AccountId, Round, Sha256,
    delegation::SignedDelegation,
    duty::set_secret_commitment_preimage,
    hash::{Hash32, Hasher},
    registry::VerifierAnnouncement,
    view::ViewLeaf,
};
use chainflix_verifier::{PeerError, PeerNetwork};
use codec::{Decode, Encode};
use futures::future::BoxFuture;
use hpke::{Deserializable, OpModeS, Serializable, aead, kdf::HkdfSha256, kem::X25519HkdfSha256};

use crate::body::Body;
use crate::chain::Chain;
use crate::cpu;
use crate::viewer::{Random, Viewer};
use crate::world::{GENESIS, MEASURED, SET_SECRET, World};

/// Network key of the issuer's node.
const NETWORK_KEY: [u8; 32] = [0x41; 32];
/// Hashes in one answer, as the protocol bounds it.
const MAX_HASHES: usize = 15_360;
/// Bytes in one answer.
const MAX_BYTES: usize = 512 * 1024;

/// What it is asked for.
#[derive(Default)]
struct Shown {
    bodies: Vec<Arc<Body>>,
    viewers: HashMap<AccountId, Arc<Viewer>>,
    delegations: HashMap<Hash32, SignedDelegation>,
    tickets: BTreeMap<Round, Vec<Hash32>>,
}

/// The other verifier.
pub(crate) struct Issuer {
    world: Arc<World>,
    chain: Mutex<Option<Arc<Chain>>>,
    shown: Mutex<Shown>,
    spent_ns: AtomicU64,
    exchanged: AtomicU64,
}

impl Issuer {
    pub(crate) fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            chain: Mutex::default(),
            shown: Mutex::default(),
            spent_ns: AtomicU64::new(0),
            exchanged: AtomicU64::new(0),
        })
    }

    pub(crate) fn announcement() -> VerifierAnnouncement {
        VerifierAnnouncement {
            endpoint: b"ws://127.0.0.1:1".to_vec().try_into().expect("short"),
            network_key: NETWORK_KEY,
            exchange_key: [0x42; 32],
            service_key: [0x43; 32],
        }
    }

    /// From now on it knows the measured verifier's exchange key.
    pub(crate) fn follow(&self, chain: &Arc<Chain>) {
        *self.chain.lock().expect("held") = Some(Arc::clone(chain));
    }

    pub(crate) fn show_viewers(&self, viewers: &[Arc<Viewer>]) {
        let mut shown = self.shown.lock().expect("held");
        for viewer in viewers {
            let delegation = viewer.delegation.clone();
            shown.delegations.insert(viewer.delegation_hash, delegation);
            shown.viewers.insert(viewer.account(), Arc::clone(viewer));
        }
    }

    pub(crate) fn show(&self, body: &Arc<Body>) {
        let mut shown = self.shown.lock().expect("held");
        shown.tickets.extend(body.tickets.clone());
        shown.bodies = vec![Arc::clone(body)];
    }

    /// CPU time that its answers took so far: not the measured verifier's.
    pub(crate) fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_ns.load(Ordering::SeqCst))
    }

    /// Bytes of the measured verifier's messages to it and of its answers so far, before the network encrypts them.
    pub(crate) fn exchanged(&self) -> u64 {
        self.exchanged.load(Ordering::SeqCst)
    }

    fn answer(&self, request: &[u8]) -> Vec<u8> {
        let refused = vec![0, 2];
        let Some((kind, mut rest)) = request.split_first() else {
            return refused;
        };
        let shown = self.shown.lock().expect("held");
        match kind {
            0 => self.seal_secret().unwrap_or(refused),
            4 => {
                let hashes = Vec::<Hash32>::decode(&mut rest).expect("hashes");
                let found = hashes.iter().filter_map(|hash| shown.delegations.get(hash));
                (3u8, found.collect::<Vec<_>>()).encode()
            }
            5 => {
                let (root, first) = <(Hash32, u32)>::decode(&mut rest).expect("a root");
                let body = shown.bodies.iter().find(|body| body.header.root == root);
                let hashes = body.map_or(&[][..], |body| &body.hashes);
                (4u8, range(hashes, first)).encode()
            }
            6 => {
                let hashes = Vec::<Hash32>::decode(&mut rest).expect("hashes");
                let found = hashes.iter().filter_map(|hash| Some(find(&shown, hash)?.1));
                (5u8, within_range(found)).encode()
            }
            7 => {
                let (round, first) = <(Round, u32)>::decode(&mut rest).expect("a round");
                let list = shown.tickets.get(&round).map_or(&[][..], Vec::as_slice);
                (4u8, range(list, first)).encode()
            }
            8 => {
                let hashes = Vec::<Hash32>::decode(&mut rest).expect("hashes");
                let evidence = hashes.iter().filter_map(|hash| {
                    let (body, leaf) = find(&shown, hash)?;
                    let viewer = shown.viewers.get(&leaf.claim.viewer)?;
                    Some((*hash, body.evidence(&self.world, viewer, leaf)))
                });
                (6u8, within_range(evidence)).encode()
            }
            _ => vec![1],
        }
    }

    /// A copy of the set secret for the measured verifier.
    fn seal_secret(&self) -> Option<Vec<u8>> {
        let chain = self.chain.lock().expect("held").clone()?;
        let to = chain.measured()?.exchange_key;
        let commitment = Sha256::sha256(&set_secret_commitment_preimage(0, &SET_SECRET));
        let info = [
            b"chainflix/set-secret-copy/1".as_slice(),
            &GENESIS,
            &MEASURED.0,
        ]
        .concat();
        let to = <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&to).ok()?;
        let (encapped, sealed) =
            hpke::single_shot_seal::<aead::ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
                &OpModeS::Base,
                &to,
                &info,
                &SET_SECRET,
                &(0u32, commitment).encode(),
                &mut Random,
            )
            .ok()?;
        let encapsulated: [u8; 32] = encapped.to_bytes().into();
        Some((2u8, encapsulated, sealed).encode())
    }
}

fn find<'a>(shown: &'a Shown, hash: &Hash32) -> Option<(&'a Body, &'a ViewLeaf)> {
    shown.bodies.iter().find_map(|body| {
        let place = *body.places.get(hash)?;
        Some((&**body, body.leaves.get(place as usize)?))
    })
}

fn range(hashes: &[Hash32], first: u32) -> &[Hash32] {
    let rest = hashes.get(first as usize..).unwrap_or_default();
    rest.get(..MAX_HASHES).unwrap_or(rest)
}

fn within_range<T: Encode>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut bytes = 0;
    let fits = |item: &T| {
        bytes += item.encoded_size();
        bytes <= MAX_BYTES
    };
    items.take_while(fits).collect()
}

/// The measured verifier's way to it.
pub(crate) struct Network(pub(crate) Arc<Issuer>);

impl PeerNetwork for Network {
    fn request(
        &self,
        _: [u8; 32],
        request: Vec<u8>,
    ) -> BoxFuture<'static, Result<Vec<u8>, PeerError>> {
        let issuer = Arc::clone(&self.0);
        Box::pin(async move {
            let before = cpu::of_thread();
            let answer = issuer.answer(&request);
            let spent = cpu::of_thread().saturating_sub(before);
            let spent = u64::try_from(spent.as_nanos()).expect("not for centuries");
            issuer.spent_ns.fetch_add(spent, Ordering::SeqCst);
            let bytes = request.len() as u64 + answer.len() as u64;
            issuer.exchanged.fetch_add(bytes, Ordering::SeqCst);
            Ok(answer)
        })
    }
}
