//! How fast this machine is, for an application.

use std::hint::black_box;
use std::time::{Duration, Instant};

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};

/// What is hashed at a time.
const CHUNK: usize = 64 * 1024;
/// How long one run lasts.
const RUN: Duration = Duration::from_millis(500);
/// Runs; the best counts, since others may use the machine meanwhile.
const RUNS: u32 = 3;

/// BLAKE2b-256 hashing by one core, in MiB/s.
pub(super) fn hashing_mib_per_second() -> u32 {
    (0..RUNS).map(|_| one_run()).max().unwrap_or(0)
}

fn one_run() -> u32 {
    let data = vec![0x5a_u8; CHUNK];
    let begin = Instant::now();
    let mut hashed: u128 = 0;
    let mut taken = begin.elapsed();
    while taken < RUN {
        black_box(Blake2b::<U32>::digest(black_box(&data)));
        hashed = hashed.saturating_add(CHUNK as u128);
        taken = begin.elapsed();
    }
    let per_second = hashed.saturating_mul(1_000) / taken.as_millis().max(1) / (1024 * 1024);
    u32::try_from(per_second).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_machine_that_runs_this_hashes_more_than_nothing() {
        assert!(super::one_run() > 0);
    }
}
