//! `chainflix controller explain` and `replay`: the log of decisions, in words and computed again.

use std::collections::VecDeque;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use chainflix_content::MagnetLink;
use chainflix_controller::choice_log::{self, Entry};
use chainflix_primitives::Magnet;
use clap::Args;
use serde_json::{Value, json};

use super::{CHOICES, folder};

/// Options of `chainflix controller explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix controller explain 5f1c...\n  \
    chainflix controller explain 'magnet:?xt=urn:cfx:5f1c...' --last 100 --state /var/lib/chainflix/controller")]
pub(super) struct Explain {
    /// The video: its magnet link, or the 64 hexadecimal digits of it.
    magnet: MagnetLink,

    /// The controller's folder; below ~/.local/state/chainflix if not given.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// How many decisions at most, the last ones.
    #[arg(long, value_name = "N", default_value_t = 20)]
    last: u16,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Options of `chainflix controller replay`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  chainflix controller replay choices.jsonl\n\n\
    Anybody can: nothing but the file is needed. Each line is checked to continue the one before, and its decision to be what \
    the rules of this version say to the inputs that stand in it."
)]
pub(super) struct Replay {
    /// The log.
    log: PathBuf,
}

impl Explain {
    pub(super) fn run(&self) -> anyhow::Result<String> {
        let magnet = self.magnet.magnet;
        let log = folder(self.state.as_deref())?.join(CHOICES);
        let mut last = VecDeque::new();
        let files = choice_log::files(&log)
            .with_context(|| format!("the folder of {} can't be read", log.display()))?;
        for file in files {
            self.collect(&file, &magnet, &mut last)?;
        }
        if last.is_empty() {
            bail!(
                "nothing was decided about this video that still stands in {}; name the controller's folder with --state",
                log.display()
            );
        }
        if self.json {
            let told = last.iter().map(|entry| {
                json!({ "at_ms": entry.at_ms(), "words": entry.words(), "decision": entry })
            });
            return Ok(Value::from_iter(told).to_string());
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let now_ms = u64::try_from(now).unwrap_or(u64::MAX);
        let lines: Vec<String> = last
            .iter()
            .map(|entry| format!("{}: {}", ago(now_ms, entry.at_ms()), entry.words()))
            .collect();
        Ok(lines.join("\n"))
    }

    fn collect(
        &self,
        file: &Path,
        magnet: &Magnet,
        last: &mut VecDeque<Entry>,
    ) -> anyhow::Result<()> {
        for entry in choice_log::read(open(file)?) {
            let entry = match entry {
                Ok(entry) => entry,
                // A controller that was killed leaves half a line behind; the next file is another one's.
                Err(error) => {
                    eprintln!("warning: {} can't be read on: {error}", file.display());
                    return Ok(());
                }
            };
            if entry.concerns(magnet) {
                last.push_back(entry);
                if last.len() > usize::from(self.last) {
                    last.pop_front();
                }
            }
        }
        Ok(())
    }
}

impl Replay {
    pub(super) fn run(&self) -> anyhow::Result<String> {
        let count = choice_log::replay(open(&self.log)?)
            .with_context(|| format!("{} does not stand up to replay", self.log.display()))?;
        Ok(format!("{count} decisions, all as the rules say"))
    }
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
    let opened = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    Ok(BufReader::new(opened))
}

fn ago(now_ms: u64, at_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(at_ms) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7_200 => format!("{} min ago", seconds / 60),
        7_200..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}
