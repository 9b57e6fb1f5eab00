//! Leaves that other verifiers told of before their block was reported. Held in memory, bounded, forgotten oldest first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{Sha256, hash::Hash32, view::ViewLeaf};

/// Most leaves held: at most 64 MiB.
const MOST: usize = 131_072;

#[derive(Default)]
struct Held {
    leaves: HashMap<Hash32, ViewLeaf>,
    order: VecDeque<Hash32>,
}

/// The pool.
#[derive(Default)]
pub(crate) struct LeafPool {
    held: Mutex<Held>,
}

impl LeafPool {
    /// Takes leaves in.
    pub(crate) fn add(&self, leaves: Vec<ViewLeaf>) {
        let hashed: Vec<(Hash32, ViewLeaf)> = leaves
            .into_iter()
            .map(|leaf| (leaf.leaf_hash::<Sha256>(), leaf))
            .collect();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for (hash, leaf) in hashed {
            if held.leaves.insert(hash, leaf).is_none() {
                held.order.push_back(hash);
            }
        }
        while held.order.len() > MOST {
            if let Some(oldest) = held.order.pop_front() {
                held.leaves.remove(&oldest);
            }
        }
    }

    /// The leaf with this hash.
    pub(crate) fn get(&self, hash: &Hash32) -> Option<ViewLeaf> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.leaves.get(hash).cloned()
    }

    /// Drops leaves that are in the store now.
    pub(crate) fn remove(&self, hashes: &[Hash32]) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for hash in hashes {
            held.leaves.remove(hash);
        }
        let Held { leaves, order } = &mut *held;
        order.retain(|hash| leaves.contains_key(hash));
    }
}
