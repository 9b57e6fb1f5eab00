//! `chainflix storage status`.

use std::path::PathBuf;

use anyhow::bail;
use chainflix_client::account;
use chainflix_client::chain::Chain;
use chainflix_primitives::heartbeat::{last_round, period_of};
use chainflix_primitives::registry::ProviderClass;
use clap::Args;
use serde_json::json;

use super::registered_keys;
use crate::options::ChainOptions;

/// Options of `chainflix storage status`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage status --folder /srv/chainflix\n  \
    chainflix storage status --provider 7 --json\n\n\
    A node that runs shows itself to every verifier in each period of ten rounds. What they found is on chain in the \
    period after, so that a node that has just started is seen after two periods at most. Of a node that was absent in \
    three periods anybody may have `always-on` taken back.")]
pub(super) struct Status {
    /// The node's folder.
    #[arg(long, value_name = "DIR", required_unless_present = "provider")]
    folder: Option<PathBuf>,

    /// A node by its index on chain, instead of one by its folder.
    #[arg(long, value_name = "INDEX", conflicts_with = "folder")]
    provider: Option<u32>,

    #[command(flatten)]
    chain: ChainOptions,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let peer_key = match &self.folder {
            Some(folder) => Some(registered_keys(folder)?.peer().public()),
            None => None,
        };
        let chain = Chain::connect(&self.chain.chain).await?;
        let found = match (peer_key, self.provider) {
            (Some(key), _) => chain.provider_with(&key).await?,
            (None, Some(index)) => chain.provider(index).await?.map(|record| (index, record)),
            (None, None) => None,
        };
        let Some((index, record)) = found else {
            bail!(
                "there is no such provider on this chain; `chainflix storage register` makes one"
            );
        };
        let liveness = chain.provider_liveness(index).await?;
        let round = chain.standing().await?.round;
        let owner = account::address(&record.owner);
        let class = match record.class {
            ProviderClass::AlwaysOn => "always-on",
            ProviderClass::Home => "home",
            ProviderClass::SharingViewer => "sharing-viewer",
        };
        let region = String::from_utf8_lossy(&record.region).into_owned();
        if self.json {
            return Ok(json!({
                "provider": index,
                "owner": owner,
                "class": class,
                "region": region,
                "space_bytes": record.space_bytes,
                "from_round": record.from_round,
                "exit_round": liveness.exit_round,
                "round": round,
                "last_seen_round": liveness.last_seen,
                "absent": liveness.is_absent,
            })
            .to_string());
        }
        let alive = match liveness.last_seen {
            _ if liveness.is_absent => "absent in the last three periods that verifiers attested",
            Some(seen) if is_recent(seen, round) => "found alive by the verifiers",
            Some(_) => "not found alive in the last period",
            None => "not found alive yet",
        };
        let seen = liveness.last_seen.map_or_else(String::new, |seen| {
            format!(", last in the period up to round {seen}")
        });
        let exit = liveness.exit_round.map_or_else(String::new, |exit| {
            format!("\n  it leaves: its receipts count until round {exit}")
        });
        Ok(format!(
            "provider {index} of {owner}, {class}, {} bytes in {region}\n  {alive}{seen}; now is round {round}\n  \
             its receipts count from round {}{exit}",
            record.space_bytes, record.from_round
        ))
    }
}

/// Whether a provider that was last seen in the period up to round `seen` was seen in the last one that can be attested
/// by now: the one before the last, at its earliest.
fn is_recent(seen: u32, now: u32) -> bool {
    let oldest = period_of(now).checked_sub(2).and_then(last_round);
    oldest.is_none_or(|oldest| seen >= oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_alive_while_the_last_period_may_still_be_attested() {
        // Rounds 50 to 59 attest the period of rounds 40 to 49.
        assert!(is_recent(49, 50) && is_recent(39, 50) && is_recent(39, 59));
        assert!(!is_recent(29, 50) && !is_recent(39, 60));
        assert!(is_recent(9, 12));
    }
}
