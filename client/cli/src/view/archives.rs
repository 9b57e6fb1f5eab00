//! Archives of settled rounds, checked and told of.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chainflix_client::archives;
use chainflix_client::chain::Chain;
use chainflix_primitives::archive::ArchiveSummary;
use serde_json::{Value, json};

/// What the chain says of the settled round in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has the same.
    Same,
    /// It has no such round: it was dropped, or never settled.
    Unknown,
    /// Nobody was asked.
    NotAsked,
}

/// Checks files one after the other, and tells of each.
pub(super) async fn verify(
    chain: Option<&Chain>,
    files: &[PathBuf],
    is_json: bool,
) -> anyhow::Result<String> {
    let mut told: Vec<(Value, String)> = Vec::with_capacity(files.len());
    for file in files {
        let (summary, standing) = one(chain, file)
            .await
            .with_context(|| format!("{} does not hold", file.display()))?;
        told.push((
            shown_json(file, &summary, standing),
            shown(file, &summary, standing),
        ));
    }
    if is_json {
        let all: Vec<Value> = told.into_iter().map(|(json, _)| json).collect();
        return Ok(Value::from(all).to_string());
    }
    let all: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
    Ok(all.join("\n"))
}

async fn one(chain: Option<&Chain>, file: &Path) -> anyhow::Result<(ArchiveSummary, Standing)> {
    let summary = archives::check(File::open(file)?)?;
    let Some(chain) = chain else {
        return Ok((summary, Standing::NotAsked));
    };
    if summary.genesis != chain.genesis() {
        bail!("it is of another chain; name a node of its chain with --chain");
    }
    let round = summary.settled.round;
    match chain.settled(round).await? {
        Some(settled) if settled == summary.settled => Ok((summary, Standing::Same)),
        Some(_) => bail!("the chain settled round {round} otherwise"),
        None => Ok((summary, Standing::Unknown)),
    }
}

fn shown(file: &Path, summary: &ArchiveSummary, standing: Standing) -> String {
    let standing = match standing {
        Standing::Same => "the chain settled it so",
        Standing::Unknown => {
            "the chain does not have this round any more: that it settled it so is not known"
        }
        Standing::NotAsked => "no node was asked whether the chain settled it so",
    };
    let without = match summary.without_delegation {
        0 => String::new(),
        some => format!(", {some} of them without their delegation"),
    };
    format!(
        "{}: round {}, {} of {} view blocks, {} views{without}; {standing}",
        file.display(),
        summary.settled.round,
        summary.held,
        summary.settled.blocks.len(),
        summary.views,
    )
}

fn shown_json(file: &Path, summary: &ArchiveSummary, standing: Standing) -> Value {
    let blocks = summary.settled.blocks.iter().map(|block| {
        json!({
            "issuer": chainflix_client::account::address(&block.issuer),
            "root": hex::encode(block.root),
            "views": block.count,
            "approved": block.approved,
            "voided": block.voided,
        })
    });
    json!({
        "file": file.display().to_string(),
        "genesis": hex::encode(summary.genesis),
        "round": summary.settled.round,
        "blocks": Value::from_iter(blocks),
        "blocks_held": summary.held,
        "views": summary.views,
        "views_without_delegation": summary.without_delegation,
        "settled_by_chain": match standing {
            Standing::Same => Value::Bool(true),
            Standing::Unknown | Standing::NotAsked => Value::Null,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_no_archive_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("round-0000000007.cfa");
        std::fs::write(&file, "something else").unwrap();
        let files = [file];
        let error = verify(None, &files, false).await.unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("round-0000000007.cfa"), "{error}");
        assert!(error.contains("no archive"), "{error}");
    }
}
