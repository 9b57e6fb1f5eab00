//! A small storage provider in memory, with faults on demand.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chainflix_content::{DownloadKey, trees};
use chainflix_primitives::ids::{Magnet, Signature64};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::receipt::{DeliveryToken, MAX_UNSIGNED_BYTES};
use chainflix_primitives::{Hash32, Sha256};
use codec::Encode;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::cells::{TOKEN_KEY, TestCell, controller};
use crate::peer::is_signed_by;
use crate::provider::{Import, Keeper, OpenCell, Provider, RangeProof, TokenAccount};
use crate::transfer::read_manifest;
use crate::wire::{CellPlace, DeliveryRefusal, Run, StoreRefusal};

/// What a depot does wrong.
#[derive(Default)]
pub(super) struct Faults {
    /// Sends this group with a flipped bit, with the right hash; `u32::MAX` for none.
    pub(super) flips: AtomicU32,
    /// Stops reading after so many groups in all; `u32::MAX` for never.
    pub(super) stalls_after: AtomicU32,
    /// Time that 16 groups take to read, in ms.
    pub(super) read_takes_ms: AtomicU64,
    /// Groups read so far.
    pub(super) read: AtomicU32,
    /// Most groups that were read at once.
    pub(super) largest_read: AtomicU32,
    /// Says that the group which flips is damaged instead.
    pub(super) is_honest: AtomicBool,
}

#[derive(Default)]
pub(super) struct Account {
    max_bytes: u64,
    /// Sent and countersigned.
    amounts: Mutex<(u64, u64)>,
}

impl TokenAccount for Account {
    fn sent(&self) -> u64 {
        self.amounts.lock().expect("no panic").0
    }

    fn countersigned(&self) -> u64 {
        self.amounts.lock().expect("no panic").1
    }

    fn spend(&self, bytes: u64) -> BoxFuture<'_, Result<u64, DeliveryRefusal>> {
        let mut amounts = self.amounts.lock().expect("no panic");
        let sent = amounts.0 + bytes;
        let result = if sent > self.max_bytes {
            Err(DeliveryRefusal::Exhausted)
        } else if sent - amounts.1 > MAX_UNSIGNED_BYTES {
            Err(DeliveryRefusal::Unsigned)
        } else {
            amounts.0 = sent;
            Ok(sent)
        };
        futures::future::ready(result).boxed()
    }

    fn countersign(&self, bytes: u64, _: &Signature64) {
        let mut amounts = self.amounts.lock().expect("no panic");
        amounts.1 = amounts.1.max(bytes.min(amounts.0));
    }
}

/// Cells, accounts and faults of one provider.
pub(super) struct Depot {
    pub(super) provider: u32,
    peer_key: [u8; 32],
    pub(super) cells: Arc<Mutex<HashMap<CellPlace, TestCell>>>,
    pub(super) accounts: Mutex<HashMap<Hash32, Arc<Account>>>,
    manifests: Mutex<HashMap<Magnet, Vec<u8>>>,
    pub(super) faults: Arc<Faults>,
    pub(super) space: AtomicU64,
}

impl Depot {
    pub(super) fn new(provider: u32, peer_key: [u8; 32], cells: &[TestCell]) -> Self {
        let cells = cells.iter().map(|cell| (cell.place, cell.clone()));
        Self {
            provider,
            peer_key,
            cells: Arc::new(Mutex::new(cells.collect())),
            accounts: Mutex::default(),
            manifests: Mutex::default(),
            faults: Arc::new(Faults {
                flips: AtomicU32::new(u32::MAX),
                stalls_after: AtomicU32::new(u32::MAX),
                ..Faults::default()
            }),
            space: AtomicU64::new(u64::MAX),
        }
    }
}

impl Provider for Depot {
    fn open_token<'a>(
        &'a self,
        token: &'a DeliveryToken,
    ) -> BoxFuture<'a, Result<DownloadKey, DeliveryRefusal>> {
        let opened = XChaCha20Poly1305::new(&TOKEN_KEY.into()).decrypt(
            XNonce::from_slice(&token.seal_nonce),
            Payload {
                msg: &token.sealed_download_key,
                aad: &token.terms.encode(),
            },
        );
        let key = opened
            .ok()
            .and_then(|key| <[u8; 32]>::try_from(key).ok())
            .map(DownloadKey::new)
            .ok_or(DeliveryRefusal::Forged);
        futures::future::ready(key).boxed()
    }

    fn account(&self, token: &DeliveryToken) -> Result<Arc<dyn TokenAccount>, DeliveryRefusal> {
        let mut accounts = self.accounts.lock().expect("no panic");
        let account = accounts.entry(token.id::<Sha256>()).or_insert_with(|| {
            Arc::new(Account {
                max_bytes: token.terms.max_bytes,
                ..Account::default()
            })
        });
        Ok(Arc::clone(account) as _)
    }

    fn open_cell(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal> {
        Keeper::open_cell(self, place)
    }

    fn may_leave(&self, _: u64) -> BoxFuture<'_, ()> {
        futures::future::ready(()).boxed()
    }
}

impl Keeper for Depot {
    fn check_own(&self, grant: &SignedGrant) -> Result<(), StoreRefusal> {
        let own = grant.grant.provider == self.provider && grant.grant.peer_key == self.peer_key;
        let signed = is_signed_by(
            &controller().public(),
            &grant.grant.signing_payload(),
            &grant.signature,
        );
        if own && signed {
            Ok(())
        } else {
            Err(StoreRefusal::Grant)
        }
    }

    fn check_peer(&self, grant: &SignedGrant, peer_key: &[u8; 32]) -> Result<(), StoreRefusal> {
        let signed = is_signed_by(
            &controller().public(),
            &grant.grant.signing_payload(),
            &grant.signature,
        );
        if grant.grant.peer_key == *peer_key && signed {
            Ok(())
        } else {
            Err(StoreRefusal::Grant)
        }
    }

    fn import(
        &self,
        place: &CellPlace,
        entry: &CellEntry,
    ) -> Result<Option<Box<dyn Import>>, StoreRefusal> {
        if self.cells.lock().expect("no panic").contains_key(place) {
            return Ok(None);
        }
        if self.space.load(Ordering::Relaxed) < u64::from(entry.bytes) {
            return Err(StoreRefusal::NoSpace);
        }
        Ok(Some(Box::new(TestImport {
            place: *place,
            entry: entry.clone(),
            ciphertext: Vec::new(),
            cells: Arc::clone(&self.cells),
        })))
    }

    fn open_cell(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal> {
        let cells = self.cells.lock().expect("no panic");
        let cell = cells.get(place).ok_or(DeliveryRefusal::NotHeld)?.clone();
        Ok(Arc::new(OpenTestCell {
            cell,
            faults: Arc::clone(&self.faults),
        }))
    }

    fn may_leave(&self, _: u64) -> BoxFuture<'_, ()> {
        futures::future::ready(()).boxed()
    }

    fn manifest(&self, video: &Magnet) -> Option<Vec<u8>> {
        self.manifests.lock().expect("no panic").get(video).cloned()
    }

    fn put_manifest(&self, video: &Magnet, manifest: &[u8]) -> bool {
        let is_it = read_manifest(video, manifest).is_some();
        if is_it {
            let mut manifests = self.manifests.lock().expect("no panic");
            manifests.insert(*video, manifest.to_vec());
        }
        is_it
    }
}

struct OpenTestCell {
    cell: TestCell,
    faults: Arc<Faults>,
}

impl OpenCell for OpenTestCell {
    fn entry(&self) -> &CellEntry {
        &self.cell.entry
    }

    fn prove(&self, first: u32, count: u32) -> Result<RangeProof, DeliveryRefusal> {
        let range = first as usize..(first + count) as usize;
        let proof = self.cell.tree.range_proof(range.start, range.len());
        Ok(RangeProof {
            hashes: self.cell.tree.leaves()[range].to_vec(),
            proof: proof.ok_or(DeliveryRefusal::Range)?,
        })
    }

    fn read(&self, first: u32, count: u32) -> Result<Vec<u8>, DeliveryRefusal> {
        let faults = &self.faults;
        let takes_ms = faults.read_takes_ms.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(takes_ms) * count / 16);
        if faults.read.load(Ordering::Relaxed) >= faults.stalls_after.load(Ordering::Relaxed) {
            // Longer than anybody waits.
            std::thread::sleep(Duration::from_secs(5));
        }
        faults.read.fetch_add(count, Ordering::Relaxed);
        faults.largest_read.fetch_max(count, Ordering::Relaxed);
        let range = first as usize..(first + count) as usize;
        let from = range.start * trees::GROUP_BYTES;
        let to = (range.end * trees::GROUP_BYTES).min(self.cell.ciphertext.len());
        let mut bytes = self.cell.ciphertext[from..to].to_vec();
        let flips = faults.flips.load(Ordering::Relaxed);
        if (first..first + count).contains(&flips) {
            if faults.is_honest.load(Ordering::Relaxed) {
                return Err(DeliveryRefusal::Damaged);
            }
            bytes[(flips - first) as usize * trees::GROUP_BYTES + 100] ^= 1;
        }
        Ok(bytes)
    }
}

struct TestImport {
    place: CellPlace,
    entry: CellEntry,
    ciphertext: Vec<u8>,
    cells: Arc<Mutex<HashMap<CellPlace, TestCell>>>,
}

impl Import for TestImport {
    fn next_group(&self) -> u32 {
        (self.ciphertext.len() as u32).div_ceil(trees::GROUP_BYTES as u32)
    }

    fn write(&mut self, run: &Run) -> Result<(), StoreRefusal> {
        crate::transfer::verified_groups(run, self.entry.bytes, &self.entry.cipher_root)
            .ok_or(StoreRefusal::Unverified)?;
        self.ciphertext.extend(&run.bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), StoreRefusal> {
        let tree = trees::cipher_tree(&self.ciphertext);
        assert_eq!(tree.root(), self.entry.cipher_root, "verified run by run");
        let cell = TestCell {
            place: self.place,
            entry: self.entry,
            ciphertext: Arc::new(self.ciphertext),
            tree: Arc::new(tree),
        };
        self.cells
            .lock()
            .expect("no panic")
            .insert(self.place, cell);
        Ok(())
    }
}
