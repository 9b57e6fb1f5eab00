//! One cell in memory: verified groups of ciphertext as they arrive, opened range by range.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chainflix_content::envelope::ContentKey;
use chainflix_content::trees::{GROUP_BYTES, group_bytes, group_count, group_offset};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::receipt::Receipt;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// The ciphertext of one cell, filled group by group.
pub struct CellBuffer {
    entry: CellEntry,
    state: Mutex<State>,
    /// Number of groups that have arrived.
    arrived: watch::Sender<u32>,
    /// The group from which on somebody waits.
    wanted: watch::Sender<u32>,
}

struct State {
    ciphertext: Vec<u8>,
    have: Vec<bool>,
    receipts: BTreeMap<u32, Receipt>,
}

impl CellBuffer {
    /// An empty buffer for a cell.
    #[must_use]
    pub fn new(entry: CellEntry) -> Self {
        let groups = usize::try_from(group_count(entry.bytes)).unwrap_or(0);
        Self {
            entry,
            state: Mutex::new(State {
                ciphertext: Vec::new(),
                have: vec![false; groups],
                receipts: BTreeMap::new(),
            }),
            arrived: watch::Sender::new(0),
            wanted: watch::Sender::new(0),
        }
    }

    /// The cell as the manifest commits to it.
    #[must_use]
    pub fn entry(&self) -> &CellEntry {
        &self.entry
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the verified group `index` in its place. False when it has another length than the cell's group there; one
    /// that is there already stays.
    pub fn put(&self, index: u32, group: &[u8]) -> bool {
        let mut state = self.state();
        let State {
            ciphertext, have, ..
        } = &mut *state;
        let Some(place) = usize::try_from(index).ok().and_then(|i| have.get_mut(i)) else {
            return false;
        };
        if group.len() != group_bytes(self.entry.bytes, index) {
            return false;
        }
        if std::mem::replace(place, true) {
            return true;
        }
        // The whole length at once: growing would leave copies behind.
        let whole = usize::try_from(self.entry.bytes).unwrap_or(0);
        ciphertext.resize(whole, 0);
        let offset = usize::try_from(group_offset(index)).unwrap_or(usize::MAX);
        let end = offset.saturating_add(group.len());
        if let Some(target) = ciphertext.get_mut(offset..end) {
            target.copy_from_slice(group);
        }
        drop(state);
        self.arrived
            .send_modify(|count| *count = count.saturating_add(1));
        true
    }

    /// The first group that is missing from where somebody waits on, or from the beginning when none is after that.
    #[must_use]
    pub fn next_missing(&self) -> Option<u32> {
        let from = self.wanted_from();
        let state = self.state();
        let missing = |from: u32| {
            (0u32..)
                .zip(&state.have)
                .find(|(index, have)| *index >= from && !**have)
                .map(|(index, _)| index)
        };
        missing(from).or_else(|| missing(0))
    }

    /// The group from which on somebody waits.
    #[must_use]
    pub fn wanted_from(&self) -> u32 {
        *self.wanted.borrow()
    }

    /// Returns when somebody waits from another group on.
    pub async fn wanted_elsewhere(&self, known: u32) {
        let mut wanted = self.wanted.subscribe();
        // The sender lives as long as this buffer.
        let _ = wanted.wait_for(|from| *from != known).await;
    }

    /// Whether no group is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self.arrived.borrow() == 0
    }

    /// Whether every group is there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        *self.arrived.borrow() >= group_count(self.entry.bytes)
    }

    /// Waits until the groups that hold `range` are there.
    pub async fn wait_for(&self, range: &Range<u32>) {
        if !self.has(range) {
            let first = range.start / GROUP_BYTES as u32;
            self.wanted
                .send_if_modified(|from| std::mem::replace(from, first) != first);
        }
        let mut arrived = self.arrived.subscribe();
        // The sender lives as long as this buffer.
        let _ = arrived.wait_for(|_| self.has(range)).await;
    }

    /// Waits until every group is there, in whatever order.
    pub async fn wait_for_all(&self) {
        let mut arrived = self.arrived.subscribe();
        let all = group_count(self.entry.bytes);
        // The number as it is given: to look it up again inside would wait for whoever waits to change it.
        // The sender lives as long as this buffer.
        let _ = arrived.wait_for(|count| *count >= all).await;
    }

    fn has(&self, range: &Range<u32>) -> bool {
        let group = GROUP_BYTES as u32;
        let first = usize::try_from(range.start / group).unwrap_or(usize::MAX);
        let last = usize::try_from(range.end.div_ceil(group)).unwrap_or(usize::MAX);
        let state = self.state();
        state
            .have
            .get(first..last.max(first))
            .is_some_and(|groups| groups.iter().all(|have| *have))
    }

    /// The plaintext of `range`. `None` unless all of it is there.
    #[must_use]
    pub fn read(&self, range: Range<u32>, key: &ContentKey) -> Option<Bytes> {
        if range.is_empty() || range.end > self.entry.bytes || !self.has(&range) {
            return None;
        }
        let (start, end) = (
            usize::try_from(range.start).ok()?,
            usize::try_from(range.end).ok()?,
        );
        let mut plain = self.state().ciphertext.get(start..end)?.to_vec();
        key.apply(u64::from(range.start), &mut plain);
        Some(plain.into())
    }

    /// The whole plaintext, wiped when dropped. `None` unless the cell is complete.
    #[must_use]
    pub fn plaintext(&self, key: &ContentKey) -> Option<Zeroizing<Vec<u8>>> {
        if !self.is_complete() {
            return None;
        }
        let mut plain = Zeroizing::new(self.state().ciphertext.clone());
        key.apply(0, &mut plain);
        Some(plain)
    }

    /// The whole ciphertext, as it lies at rest. `None` unless the cell is complete.
    #[must_use]
    pub fn ciphertext(&self) -> Option<Vec<u8>> {
        self.is_complete().then(|| self.state().ciphertext.clone())
    }

    /// Takes in receipts: of two of one provider the one over more bytes counts.
    pub fn add_receipts(&self, receipts: Vec<Receipt>) {
        let mut state = self.state();
        for receipt in receipts {
            let provider = receipt.token.terms.provider;
            let known = state.receipts.get(&provider).map_or(0, |known| known.bytes);
            if receipt.bytes > known {
                state.receipts.insert(provider, receipt);
            }
        }
    }

    /// The receipts so far.
    #[must_use]
    pub fn receipts(&self) -> Vec<Receipt> {
        self.state().receipts.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: u32 = 40_000;

    fn entry() -> CellEntry {
        CellEntry {
            rendition: 0,
            index: 0,
            playtime_ms: 9_000,
            bytes: BYTES,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        }
    }

    fn plaintext() -> Vec<u8> {
        (0..BYTES).map(|i| (i % 251) as u8).collect()
    }

    fn filled(groups: &[u32]) -> (CellBuffer, ContentKey) {
        let key = ContentKey::new([3; 32]);
        let mut ciphertext = plaintext();
        key.apply(0, &mut ciphertext);
        let buffer = CellBuffer::new(entry());
        for index in groups {
            let group = ciphertext.chunks(GROUP_BYTES).nth(*index as usize).unwrap();
            assert!(buffer.put(*index, group));
        }
        (buffer, key)
    }

    #[test]
    fn a_range_opens_as_soon_as_its_own_groups_are_there() {
        let (buffer, key) = filled(&[1]);
        let inside = 16_384..32_768;
        assert_eq!(
            buffer.read(inside, &key).unwrap(),
            plaintext()[16_384..32_768]
        );
        assert_eq!(
            buffer.read(20_000..20_001, &key).unwrap(),
            plaintext()[20_000..20_001]
        );
        assert_eq!(buffer.read(16_383..20_000, &key), None);
        assert_eq!(buffer.read(30_000..32_769, &key), None);
        assert_eq!(buffer.read(20_000..20_000, &key), None);
        assert_eq!(buffer.next_missing(), Some(0));
        assert!(buffer.plaintext(&key).is_none() && buffer.ciphertext().is_none());
        let (buffer, key) = filled(&[2, 0, 1]);
        assert_eq!(buffer.read(0..BYTES, &key).unwrap(), plaintext());
        assert_eq!(*buffer.plaintext(&key).unwrap(), plaintext());
        // What is handed on is what was fetched, not what is shown.
        let mut at_rest = buffer.ciphertext().unwrap();
        assert_ne!(at_rest, plaintext());
        key.apply(0, &mut at_rest);
        assert_eq!(at_rest, plaintext());
        assert_eq!(buffer.read(0..BYTES + 1, &key), None);
    }

    #[test]
    fn x2_groups_of_a_wrong_length_or_beyond_the_cell_are_not_taken() {
        let buffer = CellBuffer::new(entry());
        assert!(!buffer.put(0, &[0; GROUP_BYTES - 1]));
        assert!(!buffer.put(2, &[0; GROUP_BYTES]));
        assert!(!buffer.put(3, &[0; 1]));
        assert!(buffer.put(2, &[0; 40_000 - 2 * GROUP_BYTES]));
        assert_eq!(buffer.next_missing(), Some(0));
    }

    #[tokio::test]
    async fn what_somebody_waits_for_is_fetched_first_and_then_what_stands_before_it() {
        let (buffer, _) = filled(&[]);
        let waiting = buffer.wait_for(&(20_000..33_000));
        assert!(futures::FutureExt::now_or_never(waiting).is_none());
        assert_eq!(buffer.next_missing(), Some(1));
        buffer.wanted_elsewhere(0).await;
        let (buffer, _) = filled(&[1, 2]);
        let waiting = buffer.wait_for(&(20_000..33_000));
        assert!(futures::FutureExt::now_or_never(waiting).is_some());
        assert_eq!(buffer.next_missing(), Some(0));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_range_goes_on_when_it_is_there() {
        let (full, _) = filled(&[0, 1, 2]);
        let buffer = std::sync::Arc::new(CellBuffer::new(entry()));
        let waiting = tokio::spawn({
            let buffer = buffer.clone();
            async move { buffer.wait_for(&(0..20_000)).await }
        });
        let group =
            |index: usize| full.state().ciphertext[index * GROUP_BYTES..][..GROUP_BYTES].to_vec();
        buffer.put(1, &group(1));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        buffer.put(0, &group(0));
        waiting.await.unwrap();
    }

    #[test]
    fn waiting_for_all_does_not_stop_those_who_fill_the_buffer() {
        const GROUPS: u32 = 200;
        let (done, ended) = std::sync::mpsc::channel();
        // On threads of their own, so that a deadlock fails the test and does not hang it.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(4)
                .build()
                .unwrap();
            for _ in 0..1_500 {
                let bytes = GROUPS * GROUP_BYTES as u32;
                let entry = CellEntry { bytes, ..entry() };
                let buffer = std::sync::Arc::new(CellBuffer::new(entry));
                let waiting = [0; 3].map(|_| {
                    let buffer = buffer.clone();
                    runtime.spawn(async move { buffer.wait_for_all().await })
                });
                for index in 0..GROUPS {
                    assert!(buffer.put(index, &[0; GROUP_BYTES]));
                    std::thread::yield_now();
                }
                for waiting in waiting {
                    runtime.block_on(waiting).unwrap();
                }
            }
            done.send(()).unwrap();
        });
        let limit = std::time::Duration::from_secs(60);
        ended.recv_timeout(limit).expect("everybody goes on");
    }
}
