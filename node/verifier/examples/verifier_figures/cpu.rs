//! CPU time as the kernel counts it: what figures per core are made of, on a machine that does other things too.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    time::{Duration, Instant},
};

/// Length of a tick of `/proc/self/stat`: 100 a second on Linux, whatever the kernel's own rate is.
const TICK: Duration = Duration::from_millis(10);
/// Bytes of a page of `/proc/self/statm`.
const PAGE: u64 = 4_096;

/// What something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// By the clock on the wall.
    pub(crate) wall: Duration,
    /// On all cores together.
    pub(crate) cpu: Duration,
}

/// A measurement under way.
pub(crate) struct Span {
    wall: Instant,
    cpu: Duration,
}

impl Span {
    pub(crate) fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: of_process(),
        }
    }

    pub(crate) fn end(&self) -> Cost {
        Cost {
            wall: self.wall.elapsed(),
            cpu: of_process().saturating_sub(self.cpu),
        }
    }
}

impl Cost {
    /// Microseconds of CPU for each of `count`.
    pub(crate) fn cpu_us_each(&self, count: usize) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / count as f64
    }

    /// `count` per second of CPU.
    pub(crate) fn per_core(&self, count: usize) -> f64 {
        count as f64 / self.cpu.as_secs_f64()
    }

    /// `count` per second by the clock on the wall.
    pub(crate) fn per_second(&self, count: usize) -> f64 {
        count as f64 / self.wall.as_secs_f64()
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            cpu: self.cpu + other.cpu,
        }
    }

    pub(crate) fn without(self, cpu: Duration) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(cpu),
            ..self
        }
    }
}

/// CPU time of this process, user and system, those of its threads that have ended too.
pub(crate) fn of_process() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    // Fields 14 and 15; the name in the second may hold anything but ends with the last parenthesis.
    let (_, fields) = stat.rsplit_once(") ").expect("a name");
    let ticks: u32 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u32>().expect("a number"))
        .sum();
    TICK * ticks
}

thread_local! {
    /// Opened once by each thread: opening costs more than what is measured by it.
    static OF_THREAD: File = File::open("/proc/thread-self/schedstat").expect("Linux");
}

/// CPU time of this thread.
pub(crate) fn of_thread() -> Duration {
    let mut stat = [0; 64];
    let length = OF_THREAD.with(|file| file.read_at(&mut stat, 0).expect("Linux"));
    let first = stat[..length].split(|byte| *byte == b' ').next();
    let first = std::str::from_utf8(first.expect("a field")).expect("digits");
    Duration::from_nanos(first.parse().expect("a number"))
}

/// Memory of this process that is resident, in bytes.
pub(crate) fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split(' ').nth(1).expect("a field");
    pages.parse::<u64>().expect("a number") * PAGE
}
