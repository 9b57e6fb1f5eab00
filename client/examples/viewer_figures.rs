//! CPU time that a minute of 1080p costs a viewer: verification, both layers of encryption, Proof-of-View.
//!
//! `viewer_figures [MINUTES]` prints a JSON object. The steps are those that the engine takes, on one thread, without
//! network, screen and codec: shares of a core are therefore what watching here costs more than watching elsewhere.

use chainflix_client::mining::proof::{self, HashedCell, ProofInput};
use chainflix_client::playback::CellBuffer;
use chainflix_content::{ContentKey, DownloadKey, trees};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::merkle::range::root_from_range;
use chainflix_primitives::play_data::Path;
use chainflix_primitives::ticket::{TICKET_VERSION, Ticket};
use chainflix_primitives::{AccountId, Hash32, Magnet, PlayCode, RandomConstant, Sha256};
use serde_json::json;

/// A minute of 1080p at 5 Mb/s, in bytes.
const BYTES: u32 = 37_500_000;
const PLAYTIME_MS: u32 = 60_000;
/// Leading zero bits of a nonce, as the network begins with.
const DIFFICULTY: u8 = 16;
/// Groups of one range.
const RUN: usize = 64;
/// Bytes that a player reads at a time: two seconds.
const FRAGMENT: u32 = BYTES / 30;
/// Viewers for whom a helper that has the minute answers.
const ANSWERS: u32 = 200;
/// Length of a tick of `/proc/self/stat`: 100 a second on Linux, whatever the kernel's own rate is.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time of this process so far, in seconds.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat
        .rsplit_once(')')
        .ok_or_else(|| anyhow::anyhow!("no such file as Linux has"))?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

struct Minute {
    entry: CellEntry,
    download_key: DownloadKey,
    content_key: ContentKey,
    /// As it comes over the wire.
    wire: Vec<u8>,
    tree: Tree,
}

fn minute() -> Minute {
    let content_key = ContentKey::new([1; 32]);
    let download_key = DownloadKey::new([2; 32]);
    let plain: Vec<u8> = (0..BYTES).map(|i| (i % 251) as u8).collect();
    let plain_root = trees::plain_tree(&plain).root();
    let mut wire = plain;
    content_key.apply(0, &mut wire);
    let tree = trees::cipher_tree(&wire);
    download_key.apply(0, &mut wire);
    Minute {
        entry: CellEntry {
            rendition: 0,
            index: 0,
            playtime_ms: PLAYTIME_MS,
            bytes: BYTES,
            plain_root,
            cipher_root: tree.root(),
        },
        download_key,
        content_key,
        wire,
        tree,
    }
}

/// Strips the wire layer of every group, verifies it and puts it into the buffer.
fn deliver(minute: &Minute, buffer: &CellBuffer) -> anyhow::Result<()> {
    let leaves = minute.tree.leaves();
    for (run, content) in minute.wire.chunks(RUN * trees::GROUP_BYTES).enumerate() {
        let first = run * RUN;
        let count = content.len().div_ceil(trees::GROUP_BYTES);
        let hashes: Vec<Hash32> = leaves[first..first + count].to_vec();
        let proof = minute.tree.range_proof(first, count).unwrap_or_default();
        let root = root_from_range::<Sha256>(&hashes, first, leaves.len(), &proof);
        anyhow::ensure!(root == Some(minute.entry.cipher_root), "another cell");
        for (index, group) in (first as u32..).zip(content.chunks(trees::GROUP_BYTES)) {
            let mut group = group.to_vec();
            let offset = trees::group_offset(index);
            minute.download_key.apply(offset, &mut group);
            anyhow::ensure!(
                trees::group_hash(&group) == leaves[index as usize],
                "another group"
            );
            anyhow::ensure!(buffer.put(index, &group), "no such group");
        }
    }
    Ok(())
}

fn input(minute: &Minute, number: u32) -> ProofInput {
    ProofInput {
        genesis: [8; 32],
        ticket: Ticket {
            version: TICKET_VERSION,
            issuer: AccountId([1; 32]),
            round: number,
            index: 0,
            viewer: AccountId([2; 32]),
            delegation: [3; 32],
            video: Magnet([4; 32]),
            minute: 0,
            rendition: 0,
            issue_ms: 5,
            constant: RandomConstant([number as u8; 32]),
            play_code: PlayCode([7; 16]),
        },
        cycle: 2,
        difficulty: DIFFICULTY,
        cell: minute.entry.clone(),
        cell_path: Path::default(),
    }
}

/// CPU time in seconds and bytes of one answer by somebody who has the minute and has hashed it.
fn help(minute: &Minute) -> anyhow::Result<(f64, usize)> {
    let buffer = CellBuffer::new(minute.entry.clone());
    deliver(minute, &buffer)?;
    let plain = buffer.plaintext(&minute.content_key);
    let plain = plain.ok_or_else(|| anyhow::anyhow!("not whole"))?;
    let refused = |refusal| anyhow::anyhow!("{refusal:?}");
    let helper = HashedCell::of(&minute.entry, &plain).map_err(refused)?;
    let (began, mut bytes) = (cpu_seconds()?, 0);
    for viewer in 0..ANSWERS {
        let mut input = input(minute, viewer);
        input.ticket.viewer.0[..4].copy_from_slice(&viewer.to_le_bytes());
        bytes = helper.prove(&input).map_err(refused)?.answer_bytes();
    }
    Ok(((cpu_seconds()? - began) / f64::from(ANSWERS), bytes))
}

fn main() -> anyhow::Result<()> {
    let minutes: u32 = std::env::args().nth(1).map_or(Ok(20), |n| n.parse())?;
    let minute = minute();
    let (mut delivering, mut opening, mut proving) = (0.0, 0.0, 0.0);
    for number in 0..minutes {
        let buffer = CellBuffer::new(minute.entry.clone());
        let began = cpu_seconds()?;
        deliver(&minute, &buffer)?;
        let delivered = cpu_seconds()?;
        for from in (0..BYTES).step_by(FRAGMENT as usize) {
            let range = from..from.saturating_add(FRAGMENT).min(BYTES);
            anyhow::ensure!(
                buffer.read(range, &minute.content_key).is_some(),
                "not there"
            );
        }
        let opened = cpu_seconds()?;
        let plain = buffer.plaintext(&minute.content_key);
        let plain = plain.ok_or_else(|| anyhow::anyhow!("not whole"))?;
        proof::prove(&input(&minute, number), &plain)
            .map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        let proved = cpu_seconds()?;
        delivering += delivered - began;
        opening += opened - delivered;
        proving += proved - opened;
    }
    let (helper_seconds, helper_bytes) = help(&minute)?;
    let played = f64::from(minutes) * f64::from(PLAYTIME_MS) / 1_000.0;
    let share = |seconds: f64| (seconds / played * 1e6).round() / 1e6;
    let figures = json!({
        "viewer_cpu_fraction": share(delivering + opening + proving),
        "viewer_cpu_fraction_without_proof": share(delivering + opening),
        "viewer_cpu_fraction_wire_and_verification": share(delivering),
        "viewer_cpu_fraction_content_key": share(opening),
        "viewer_cpu_fraction_proof": share(proving),
        "viewer_minutes": minutes,
        // Row H5: what somebody who has the minute pays to answer for a viewer who has not, and what the viewer is spared.
        "helper_cpu_ms_per_answer": (helper_seconds * 1e6).round() / 1e3,
        "helper_bytes_per_answer": helper_bytes,
        "helper_bytes_spared": BYTES,
    });
    println!("{figures:#}");
    Ok(())
}
