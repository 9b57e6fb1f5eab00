//! Cells, and tokens for them.

use chainflix_content::{ContentKey, DownloadKey, trees};
use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::CellRef;
use chainflix_p2p::PeerAddress;
use chainflix_p2p::download::{Source, WantedCell};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::receipt::{TokenTerms, token_allowance};
use chainflix_primitives::{AccountId, Magnet};
use chainflix_storage_node::store::{MAX_GROUPS_PER_READ, Store};
use ed25519_zebra::SigningKey;

use crate::verifier::Verifier;

pub(crate) const GENESIS: [u8; 32] = [9; 32];
/// Index of the node on the chain.
pub(crate) const PROVIDER: u32 = 1;
const DOWNLOAD_KEY: [u8; 32] = [9; 32];
/// A minute.
const PLAYTIME_MS: u32 = 60_000;

/// What a viewer has to know of a cell.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) at: CellRef,
    pub(crate) entry: CellEntry,
}

/// A cell that looks like ciphertext, because it is.
pub(crate) struct Made {
    pub(crate) cell: Cell,
    ciphertext: Vec<u8>,
    tree: Tree,
}

impl Made {
    pub(crate) fn new(index: u16, bytes: u32) -> Self {
        let mut ciphertext = vec![0u8; bytes as usize];
        ContentKey::new([index as u8; 32]).apply(0, &mut ciphertext);
        let tree = trees::cipher_tree(&ciphertext);
        let at = CellRef {
            video: Magnet([5; 32]),
            rendition: 0,
            cell: index,
        };
        let entry = CellEntry {
            rendition: 0,
            index,
            playtime_ms: PLAYTIME_MS,
            bytes,
            plain_root: [1; 32],
            cipher_root: tree.root(),
        };
        Self {
            cell: Cell { at, entry },
            ciphertext,
            tree,
        }
    }

    /// Puts it into a store.
    pub(crate) fn store(&self, store: &Store) {
        let entry = self.cell.entry.clone();
        let mut import = store.import(self.cell.at, entry).expect("there is space");
        let run_bytes = MAX_GROUPS_PER_READ as usize * trees::GROUP_BYTES;
        for run in self.ciphertext.chunks(run_bytes) {
            let (first, count) = (import.next_group(), run.len().div_ceil(trees::GROUP_BYTES));
            let proof = self.tree.range_proof(first as usize, count);
            import
                .write(run, &proof.expect("inside"))
                .expect("it verifies");
        }
        import.finish().expect("it is whole");
    }
}

impl Cell {
    pub(crate) fn wanted(&self) -> WantedCell {
        WantedCell {
            entry: self.entry.clone(),
            download_key: DownloadKey::new(DOWNLOAD_KEY),
        }
    }

    /// The node as a source of it, for one viewer.
    pub(crate) fn source(&self, verifier: &Verifier, node: &PeerAddress, viewer: u32) -> Source {
        let mut account = [0; 32];
        account[..4].copy_from_slice(&viewer.to_le_bytes());
        let terms = TokenTerms {
            version: 1,
            genesis: GENESIS,
            issuer: verifier.account,
            epoch: 0,
            viewer: AccountId(account),
            session_key: session().verification_key().into(),
            video: self.at.video,
            cell: self.at.cell,
            rendition: 0,
            provider: PROVIDER,
            round: 8,
            expires_ms: SystemClock::default().unix_ms() + 3_600_000,
            max_bytes: token_allowance(u64::from(self.entry.bytes)),
        };
        Source {
            peer: node.clone(),
            token: verifier.token(terms, &DOWNLOAD_KEY),
        }
    }
}

/// Viewers' session key; one is enough, since accounts tell tokens apart.
pub(crate) fn session() -> SigningKey {
    SigningKey::from([44; 32])
}
