//! The files of a log: the one that is written, and those before it, which a restart does not erase.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Begins a new file at `path`; what stands there is put aside, and of that only the last `kept` files stay.
pub(super) fn begin(path: &Path, kept: usize) -> io::Result<File> {
    if let Ok(found) = path.metadata() {
        std::fs::rename(path, aside(path, found.modified()?))?;
        let all = files(path)?;
        for old in all.iter().take(all.len().saturating_sub(kept)) {
            std::fs::remove_file(old)?;
        }
    }
    let mut options = OpenOptions::new();
    options.create_new(true).append(true).open(path)
}

/// The files of the log at `path`, oldest first, the one that is written last.
///
/// # Errors
/// When the folder can't be read.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let (stem, end) = parts(path);
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let name = entry?.file_name();
        let date = name.to_str().and_then(|name| {
            name.strip_prefix(&format!("{stem}-"))?
                .strip_suffix(&end)
                .filter(|date| {
                    date.bytes()
                        .all(|byte| byte.is_ascii_digit() || b"TZ.".contains(&byte))
                })
        });
        if date.is_some() {
            found.push(path.with_file_name(name));
        }
    }
    // Dates sort as text.
    found.sort();
    if path.exists() {
        found.push(path.to_path_buf());
    }
    Ok(found)
}

/// What comes before a date in a name, and what after it.
fn parts(path: &Path) -> (String, String) {
    let text =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let end = text(path.extension()).map_or_else(String::new, |end| format!(".{end}"));
    (text(path.file_stem()).unwrap_or_default(), end)
}

/// A name for a file that was last written at `at`, which no file has.
fn aside(path: &Path, at: SystemTime) -> PathBuf {
    let (stem, end) = parts(path);
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = date(since.as_secs());
    (since.subsec_millis()..)
        .map(|ms| path.with_file_name(format!("{stem}-{date}.{ms:04}Z{end}")))
        .find(|name| !name.exists())
        .unwrap_or_else(|| path.with_file_name(format!("{stem}-{date}Z{end}")))
}

/// Date and time of day in UTC, `20261123T160629`.
fn date(unix: u64) -> String {
    let (days, second) = (unix / 86_400, unix % 86_400);
    // Days are counted in years that begin with March, from the year 0 on: the leap day is a year's last.
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!(
        "{year:04}{month:02}{day:02}T{hour:02}{minute:02}{:02}",
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (unix, expected) in [
            (0, "19700101T000000"),
            (951_782_399, "20000228T235959"),
            (951_782_400, "20000229T000000"),
            (1_709_251_199, "20240229T235959"),
            (1_709_251_200, "20240301T000000"),
            (1_795_449_989, "20261123T160629"),
            (4_107_542_400, "21000301T000000"),
        ] {
            assert_eq!(date(unix), expected);
        }
    }

    #[test]
    fn a_restart_puts_the_log_aside_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("choices.jsonl");
        std::fs::write(folder.path().join("choices-of-others.jsonl"), "x").unwrap();
        for start in 0..5u8 {
            begin(&path, 3).unwrap();
            std::fs::write(&path, [start]).unwrap();
        }
        let found: Vec<Vec<u8>> = files(&path)
            .unwrap()
            .iter()
            .map(|file| std::fs::read(file).unwrap())
            .collect();
        assert_eq!(found, [[1], [2], [3], [4]]);
        assert!(folder.path().join("choices-of-others.jsonl").exists());
    }
}
