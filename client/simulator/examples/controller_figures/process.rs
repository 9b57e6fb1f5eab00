//! What this process has taken, as the kernel counts it.

use crate::Failure;

/// CPU time of this process so far, in s, to a hundredth.
pub(crate) fn cpu_seconds() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = text.rsplit_once(')').ok_or("no stat")?;
    let fields = rest.split_whitespace().skip(11).take(2);
    let ticks: f64 = fields.map(|field| field.parse().unwrap_or(0.0)).sum();
    Ok(ticks / 100.0)
}

/// Resident memory in bytes.
pub(crate) fn resident() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = text.split_whitespace().nth(1).ok_or("no statm")?.parse()?;
    Ok(pages * 4_096.0)
}

/// The highest mark of resident memory, in bytes.
pub(crate) fn most_resident() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = line
        .ok_or("no mark")?
        .trim()
        .trim_end_matches(" kB")
        .parse()?;
    Ok(kilobytes * 1_024.0)
}
