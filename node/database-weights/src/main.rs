//! Measures a read and a write of the state on ParityDB, and prints the file `runtime/src/weights/database.rs`.
//! `scripts/weights.sh database` builds it with the `production` profile and calls it: `chainflix-database-weights ACCOUNTS MACHINE`.
//!
//! As the SDK's `benchmark storage` does it, with two differences: the cache is that of a node, and writes go through the import
//! of blocks.
//!
//! * The state holds so many accounts under the keys that FRAME gives them, 80 bytes each; 1,000,000 for a measurement.
//! * The trie cache has the size that a node gives it, 1 GiB, and begins empty: most accounts are read for the first time, and
//!   the upper nodes of the tree are known soon. The operating system's cache is as it is.
//! * Read: blocks that read 4,000 random accounts, as many as a full block of transfers touches; by the account.
//! * Write: blocks that change 4,000 random accounts. Measured are the new state root and the commit of the block with all
//!   new nodes of the tree, by the account. Old nodes are not pruned.
//! * Measured is the processor time of the thread that imports: a clock would also count other processes. What the database's own
//!   threads take, which write to the disk meanwhile, is printed beside it: it is no part of the time in which a block is executed.
//! * The weight is the average, with which the blocks of a long run agree: single batches wait for a table that grows.

use sc_client_api::{
    Backend as _, BlockImportOperation as _, NewBlockState, StateBackend as _, TrieCacheContext,
};
use sc_client_db::{Backend, BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode};
use sp_core::H256;
use sp_io::hashing::{blake2_128, blake2_256, twox_128};
use sp_runtime::{
    OpaqueExtrinsic, StateVersion,
    generic::{Digest, Header},
    traits::{BlakeTwo256, Header as _},
};
use std::{error::Error, path::Path};

/// As in the node.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Block = sp_runtime::generic::Block<Header<u32, BlakeTwo256>, OpaqueExtrinsic>;

/// Bytes of an account's record.
const RECORD_BYTES: usize = 80;
/// Accounts read from one view of the state, or changed in one block.
const BATCH: usize = 4_000;
/// Batches that are measured.
const BATCHES: usize = 40;
/// Batches before those.
const WARMUP: usize = 3;
/// Size of the trie cache in bytes: the default of `--trie-cache-size`.
const TRIE_CACHE_BYTES: usize = 1 << 30;

/// Bytes that look random, the same in every run.
fn random(of: &str, number: usize) -> [u8; 32] {
    blake2_256(&[of.as_bytes(), &number.to_le_bytes()].concat())
}

/// The storage key of an account.
fn key(number: usize) -> Vec<u8> {
    let account = random("account", number);
    [
        &twox_128(b"System")[..],
        &twox_128(b"Account"),
        &blake2_128(&account),
        &account,
    ]
    .concat()
}

/// A record.
fn record(of: &str, number: usize) -> Vec<u8> {
    let mut bytes = random(of, number).repeat(3);
    bytes.truncate(RECORD_BYTES);
    bytes
}

/// The accounts of a batch.
fn batch(of: &str, number: usize, accounts: usize) -> impl Iterator<Item = usize> {
    let first = number * BATCH;
    (first..first + BATCH).map(move |place| {
        let [a, b, c, d, e, f, g, h, ..] = random(of, place);
        let drawn = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        usize::try_from(drawn % accounts as u64).expect("an account's number")
    })
}

/// Average and percentiles, in ns.
struct Statistics {
    average: u128,
    median: u128,
    p95: u128,
}

impl Statistics {
    fn of(mut samples: Vec<u128>) -> Self {
        samples.sort_unstable();
        let at = |percent: usize| samples[(samples.len() - 1) * percent / 100];
        let sum: u128 = samples.iter().sum();
        Self {
            average: sum / samples.len() as u128,
            median: at(50),
            p95: at(95),
        }
    }
}

/// Commits a block with these changes of the state on top of `parent`, and returns its hash.
fn import(
    backend: &Backend<Block>,
    parent: &Header<u32, BlakeTwo256>,
    changes: &[(Vec<u8>, Vec<u8>)],
) -> Result<Header<u32, BlakeTwo256>, Box<dyn Error>> {
    let parent_hash = parent.hash();
    let mut operation = backend.begin_operation()?;
    backend.begin_state_operation(&mut operation, parent_hash)?;
    let state = backend.state_at(parent_hash, TrieCacheContext::Trusted)?;
    let delta = changes
        .iter()
        .map(|(key, value)| (key.as_slice(), Some(value.as_slice())));
    let (root, nodes) = state.storage_root(delta, StateVersion::V1);
    let header = Header::new(
        parent.number + 1,
        H256::zero(),
        root,
        parent_hash,
        Digest::default(),
    );
    operation.update_db_storage(nodes)?;
    operation.set_block_data(
        header.clone(),
        Some(Vec::new()),
        None,
        None,
        NewBlockState::Best,
        true,
    )?;
    backend.commit_operation(operation)?;
    Ok(header)
}

/// The database of a node that keeps all states.
fn open(folder: &Path) -> Result<Backend<Block>, Box<dyn Error>> {
    let settings = DatabaseSettings {
        trie_cache_maximum_size: Some(TRIE_CACHE_BYTES),
        state_pruning: Some(PruningMode::ArchiveAll),
        source: DatabaseSource::ParityDb {
            path: folder.to_path_buf(),
        },
        blocks_pruning: BlocksPruning::KeepAll,
        pruning_filters: Vec::new(),
        metrics_registry: None,
    };
    Ok(Backend::new(settings, 1)?)
}

/// A state of so many accounts, in block 0.
fn genesis(
    backend: &Backend<Block>,
    accounts: usize,
) -> Result<Header<u32, BlakeTwo256>, Box<dyn Error>> {
    let storage = sp_core::storage::Storage {
        top: (0..accounts)
            .map(|number| (key(number), record("first", number)))
            .collect(),
        children_default: Default::default(),
    };
    let mut operation = backend.begin_operation()?;
    let root = operation.set_genesis_state(storage, true, StateVersion::V1)?;
    let header = Header::new(0, H256::zero(), root, H256::zero(), Digest::default());
    operation.set_block_data(
        header.clone(),
        Some(Vec::new()),
        None,
        None,
        NewBlockState::Final,
        true,
    )?;
    backend.commit_operation(operation)?;
    Ok(header)
}

/// Processor time that a thread has taken so far, in ns.
fn on_processor(thread: &Path) -> Result<u128, Box<dyn Error>> {
    let statistics = std::fs::read_to_string(thread.join("schedstat"))?;
    let first = statistics.split(' ').next().ok_or("no statistics")?;
    Ok(first.parse()?)
}

/// Processor time that this thread has taken so far, in ns.
fn own_time() -> Result<u128, Box<dyn Error>> {
    on_processor("/proc/thread-self".as_ref())
}

/// Processor time that all threads of this process have taken so far, in ns.
fn time_of_all() -> Result<u128, Box<dyn Error>> {
    let mut sum = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        sum += on_processor(&thread?.path())?;
    }
    Ok(sum)
}

fn reads(
    backend: &Backend<Block>,
    at: H256,
    accounts: usize,
) -> Result<Statistics, Box<dyn Error>> {
    let mut samples = Vec::with_capacity(BATCHES);
    for number in 0..WARMUP + BATCHES {
        let keys: Vec<_> = batch("read", number, accounts).map(key).collect();
        let begun = own_time()?;
        let state = backend.state_at(at, TrieCacheContext::Trusted)?;
        for key in &keys {
            assert!(state.storage(key)?.is_some(), "an account is missing");
        }
        drop(state);
        if number >= WARMUP {
            samples.push((own_time()? - begun) / keys.len() as u128);
        }
    }
    Ok(Statistics::of(samples))
}

/// Of the thread that imports, and of all threads.
fn writes(
    backend: &Backend<Block>,
    genesis: Header<u32, BlakeTwo256>,
    accounts: usize,
) -> Result<(Statistics, Statistics), Box<dyn Error>> {
    let mut parent = genesis;
    let mut own = Vec::with_capacity(BATCHES);
    let mut all = Vec::with_capacity(BATCHES);
    for number in 0..WARMUP + BATCHES {
        let mut changes: Vec<_> = batch("write", number, accounts)
            .enumerate()
            .map(|(place, account)| (key(account), record("later", number * BATCH + place)))
            .collect();
        changes.sort_unstable();
        changes.dedup_by(|a, b| a.0 == b.0);
        let (all_begun, own_begun) = (time_of_all()?, own_time()?);
        parent = import(backend, &parent, &changes)?;
        if number >= WARMUP {
            own.push((own_time()? - own_begun) / changes.len() as u128);
            all.push((time_of_all()? - all_begun) / changes.len() as u128);
        }
    }
    Ok((Statistics::of(own), Statistics::of(all)))
}

/// A number with separators, as rustfmt leaves it.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).expect("digits"))
        .collect();
    groups.join("_")
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: chainflix-database-weights ACCOUNTS MACHINE";
    let accounts: usize = arguments.next().ok_or(usage)?.parse()?;
    let machine = arguments.next().ok_or(usage)?;

    let folder = std::env::temp_dir().join(format!("database-weights-{}", std::process::id()));
    let backend = open(&folder)?;
    let first = genesis(&backend, accounts)?;
    // What is still to be written is written now, and nothing is in a cache.
    drop(backend);
    let backend = open(&folder)?;
    let read = reads(&backend, first.hash(), accounts)?;
    let (write, all_threads) = writes(&backend, first, accounts)?;
    drop(backend);
    std::fs::remove_dir_all(&folder)?;

    println!(
        "//! The weights of a read and a write of the state, measured. Made by a program: `docs/weights.md` says how to make
//! it again.
//!
//! * Command: `scripts/weights.sh database`; method: `node/database-weights/src/main.rs`
//! * Machine: {machine}; ParityDB, {} accounts, trie cache of 1 GiB
//! * Read, ns of processor time: average {}, median {}, 95th percentile {}
//! * Write, ns of processor time of the thread that imports: average {}, median {}, 95th percentile {}; of all threads: average {}
//! * Weight: the average

use frame_support::{{parameter_types, weights::{{RuntimeDbWeight, constants::WEIGHT_REF_TIME_PER_NANOS}}}};

parameter_types! {{
    /// What a read and a write of the state weigh.
    pub const Database: RuntimeDbWeight = RuntimeDbWeight {{
        read: {} * WEIGHT_REF_TIME_PER_NANOS,
        write: {} * WEIGHT_REF_TIME_PER_NANOS,
    }};
}}",
        grouped(accounts as u128),
        grouped(read.average),
        grouped(read.median),
        grouped(read.p95),
        grouped(write.average),
        grouped(write.median),
        grouped(write.p95),
        grouped(all_threads.average),
        grouped(read.average),
        grouped(write.average),
    );
    Ok(())
}
