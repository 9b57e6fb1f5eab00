//! A coverage-guided fuzzer of the whole runtime, or with `--cfg network` of what peers of the content network send: bytes that take a branch which none took before, or take one more often, are
//! kept and changed further. `scripts/fuzz.sh` compiles and starts it; `chainflix_runtime::simulation::fuzz` and
//! `chainflix_p2p::fuzz` say what bytes mean.
//!
//! ```text
//! fuzz CORPUS CRASHES SECONDS    grows the corpus; ends with 1 at the first panic, whose bytes it keeps
//! fuzz FILE                      runs those bytes once
//! ```

use std::{
    collections::HashMap,
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{self, AssertUnwindSafe},
    path::Path,
    process::exit,
    slice,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, Instant},
};

#[cfg(network)]
use chainflix_p2p::fuzz::run;
#[cfg(not(network))]
use chainflix_runtime::simulation::fuzz::run;

/// Where the counters of branches are.
static FIRST: AtomicUsize = AtomicUsize::new(0);
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Called before `main` by what the compiler put into every instrumented crate, each time with all counters.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_8bit_counters_init(first: *mut u8, end: *mut u8) {
    FIRST.store(first as usize, Relaxed);
    LENGTH.store(end as usize - first as usize, Relaxed);
}

/// The counters of all branches.
fn counters() -> &'static mut [u8] {
    // SAFETY: the linker lays the counters of all crates out in one section, from the first to the end, for the life of the
    // program. Nothing else runs while they are looked at.
    unsafe { slice::from_raw_parts_mut(FIRST.load(Relaxed) as *mut u8, LENGTH.load(Relaxed)) }
}

/// Longest input.
const LONGEST: usize = 4_096;

/// Numbers that look random (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() % end.max(1)
    }
}

/// What was taken how often so far, in powers of two.
struct Coverage(HashMap<usize, u8>);

impl Coverage {
    /// Runs an input. Whether it did anything new; none when it panicked.
    fn look(&mut self, input: &[u8]) -> Option<bool> {
        counters().fill(0);
        panic::catch_unwind(AssertUnwindSafe(|| run(input))).ok()?;
        let mut new = false;
        for (place, count) in counters().iter().enumerate() {
            if *count == 0 {
                continue;
            }
            let bucket = 1u8 << (7 - count.leading_zeros().min(7));
            let seen = self.0.entry(place).or_default();
            new |= *seen & bucket == 0;
            *seen |= bucket;
        }
        Some(new)
    }
}

/// A changed copy of one input, perhaps with parts of another.
fn changed(numbers: &mut Numbers, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(6) {
        let place = numbers.below(input.len() + 1);
        match numbers.below(7) {
            0 => input.insert(place, numbers.next() as u8),
            1 if place < input.len() => {
                input.remove(place);
            }
            2 if place < input.len() => input[place] ^= 1 << numbers.below(8),
            3 | 4 if place < input.len() => input[place] = numbers.next() as u8,
            5 => {
                let more: Vec<u8> = (0..numbers.below(24))
                    .map(|_| numbers.next() as u8)
                    .collect();
                input.splice(place..place, more);
            }
            _ => {
                let other = &corpus[numbers.below(corpus.len())];
                let from = numbers.below(other.len());
                let to = (from + numbers.below(64)).min(other.len());
                let part: Vec<u8> = other[from..to].to_vec();
                input.splice(place..place, part);
            }
        }
    }
    input.truncate(LONGEST);
    input
}

fn name_of(input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn grow(corpus: &Path, crashes: &Path, seconds: u64) -> std::io::Result<bool> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut coverage = Coverage(HashMap::new());
    let mut inputs: Vec<Vec<u8>> = vec![Vec::new()];
    for entry in fs::read_dir(corpus)? {
        inputs.push(fs::read(entry?.path())?);
    }
    let seed = std::time::UNIX_EPOCH
        .elapsed()
        .map_or(1, |since| since.as_nanos() as u64);
    let mut numbers = Numbers(seed | 1);
    // Something to begin with.
    while inputs.len() < 8 {
        let length = numbers.below(256);
        inputs.push((0..length).map(|_| numbers.next() as u8).collect());
    }
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let (mut runs, mut said) = (0u64, Instant::now());
    let mut queue = inputs;
    while Instant::now() < end {
        let input = match queue.pop() {
            Some(input) => input,
            None => changed(&mut numbers, &kept),
        };
        runs += 1;
        match coverage.look(&input) {
            Some(true) => {
                fs::write(corpus.join(name_of(&input)), &input)?;
                kept.push(input);
            }
            Some(false) if kept.is_empty() => kept.push(input),
            Some(false) => {}
            None => {
                let file = crashes.join(name_of(&input));
                fs::write(&file, &input)?;
                println!("an input panicked: {}", file.display());
                return Ok(false);
            }
        }
        if said.elapsed() > Duration::from_secs(30) {
            said = Instant::now();
            println!(
                "{runs} inputs, {} kept, {} branches",
                kept.len(),
                coverage.0.len()
            );
        }
    }
    let (all, taken) = (counters().len(), coverage.0.len());
    println!(
        "{runs} inputs, {} kept, {taken} of {all} branches taken, no panic",
        kept.len()
    );
    Ok(true)
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [file] => {
            let input = fs::read(file).expect("the file is read");
            println!("{:?}", run(&input));
        }
        [corpus, crashes, seconds] => {
            let seconds = seconds.parse().expect("a number of seconds");
            let sound = grow(Path::new(corpus), Path::new(crashes), seconds);
            exit(if sound.expect("the corpus is written") {
                0
            } else {
                1
            });
        }
        _ => {
            eprintln!("usage: fuzz CORPUS CRASHES SECONDS | fuzz FILE");
            exit(2);
        }
    }
}
