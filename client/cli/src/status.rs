//! `chainflix status` and `chainflix rounds`: what the chain says, for operators and auditors.

use anyhow::{Context, bail};
use chainflix_client::account;
use chainflix_client::chain::Chain;
use chainflix_client::units::format_cfx;
use chainflix_primitives::registry::SettledRound;
use chainflix_primitives::{AccountId, Round};
use clap::Args;
use serde_json::{Value, json};

use crate::options::ChainOptions;
use crate::rounds;

/// Most rounds that are shown at once.
const MAX_ROUNDS: u32 = 1_000;

/// Options of `chainflix status`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  chainflix status\n  chainflix status --chain ws://203.0.113.7:9944 --json"
)]
pub(crate) struct Status {
    #[command(flatten)]
    chain: ChainOptions,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let chain = Chain::connect(&self.chain.chain).await?;
        let finalized = chain.finalized_number().await?;
        let standing = chain.standing().await?;
        let in_force = chain.verifier_set(standing.round).await?;
        let announced = chain.announcements().await?;
        let secret = chain.set_secret(0).await?;
        let secret_in_force = secret.is_some_and(|secret| secret.in_force);
        let endpoint = |account: &AccountId| {
            let found = announced.iter().find(|(announcer, _)| announcer == account);
            found.map(|(_, announcement)| {
                String::from_utf8_lossy(&announcement.endpoint).into_owned()
            })
        };
        let controllers = chain.controllers().await?;
        if self.json {
            let verifiers = in_force.iter().map(|account| {
                json!({ "account": account::address(account), "endpoint": endpoint(account) })
            });
            let controllers = controllers.iter().map(|controller| {
                json!({ "key": hex::encode(controller.key), "endpoint": controller.endpoint })
            });
            return Ok(json!({
                "genesis": hex::encode(chain.genesis()),
                "finalized": finalized,
                "round": standing.round,
                "verifiers": Value::from_iter(verifiers),
                "set_secret_in_force": secret_in_force,
                "controllers": Value::from_iter(controllers),
            })
            .to_string());
        }
        let mut lines = vec![
            format!("genesis 0x{}", hex::encode(chain.genesis())),
            format!("finalized block {finalized}, round {}", standing.round),
            format!(
                "set secret {}",
                if secret_in_force {
                    "in force"
                } else {
                    "not in force yet"
                }
            ),
        ];
        for account in &in_force {
            let endpoint = endpoint(account).unwrap_or_else(|| "not announced yet".to_owned());
            lines.push(format!(
                "verifier {}  {endpoint}",
                account::address(account)
            ));
        }
        for controller in &controllers {
            lines.push(format!(
                "controller {}  {}",
                hex::encode(controller.key),
                controller.endpoint
            ));
        }
        Ok(lines.join("\n"))
    }
}

/// Options of `chainflix rounds`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  chainflix rounds\n  chainflix rounds --after 1200 --limit 100 --json\n  chainflix rounds --refused\n  chainflix rounds --follow\n\nThe oldest that the chain keeps come first; `chainflix status` names the present round, and rounds are settled some rounds later."
)]
pub(crate) struct Rounds {
    #[command(flatten)]
    chain: ChainOptions,

    /// Show rounds after this one; from the first on if not given.
    #[arg(long, value_name = "N")]
    after: Option<Round>,

    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,

    /// Show instead why view blocks were not approved, as reported in the last N blocks of the chain.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "200", conflicts_with_all = ["after", "limit"])]
    refused: Option<u64>,

    /// Follow instead what happens to rounds, as a verifier tells of it: reported, judged, settled; until Ctrl-C. With --after,
    /// first what was settled after that round, of the last 1,000. In JSON each line is one message.
    #[arg(long, conflicts_with_all = ["limit", "refused"])]
    follow: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Rounds {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        if self.limit == 0 || self.limit > MAX_ROUNDS {
            bail!("choose a limit of 1 to {MAX_ROUNDS} rounds");
        }
        let chain = Chain::connect(&self.chain.chain).await?;
        if let Some(blocks) = self.refused {
            let page = chain.refused_headers(blocks).await?;
            return Ok(if self.json {
                rounds::as_json(&page).to_string()
            } else {
                rounds::as_text(&page)
            });
        }
        if self.follow {
            return rounds::following::follow(&chain, self.after, self.json).await;
        }
        let rounds = self.settled(&chain).await?;
        if self.json {
            let rounds: Option<Vec<Value>> = rounds.iter().map(as_json).collect();
            return Ok(Value::from(
                rounds.context("a round was settled for more than its emission")?,
            )
            .to_string());
        }
        if rounds.is_empty() {
            return Ok("no such round is settled yet".to_owned());
        }
        let lines: Vec<String> = rounds.iter().map(as_text).collect();
        Ok(lines.join("\n"))
    }
}

impl Rounds {
    /// The chain gives some at a time.
    async fn settled(&self, chain: &Chain) -> anyhow::Result<Vec<SettledRound>> {
        let mut rounds = Vec::new();
        let mut after = self.after;
        let mut left = self.limit;
        while left > 0 {
            let page = chain.settled_after(after, left).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.round);
            left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
            rounds.extend(page);
        }
        Ok(rounds)
    }
}

/// `None` when the chain settled more than it may.
fn as_json(round: &SettledRound) -> Option<Value> {
    let blocks = round.blocks.iter().map(|block| {
        json!({
            "issuer": account::address(&block.issuer),
            "root": hex::encode(block.root),
            "views": block.count,
            "playtime_ms": block.playtime_ms,
            "approved": block.approved,
            "voided": block.voided,
            "reward_cfx": format_cfx(block.reward),
        })
    });
    let reporters = round.reporters.iter().map(account::address);
    Some(json!({
        "round": round.round,
        "emission_cfx": format_cfx(round.emission),
        "settled_cfx": format_cfx(round.settled),
        "remainder_cfx": format_cfx(round.emission.checked_sub(round.settled)?),
        "blocks": Value::from_iter(blocks),
        "approved": round.blocks.iter().filter(|block| block.approved).count(),
        "views": round.blocks.iter().map(|block| u64::from(block.count)).sum::<u64>(),
        "reporters": Value::from_iter(reporters),
    }))
}

fn as_text(round: &SettledRound) -> String {
    let approved = round.blocks.iter().filter(|block| block.approved).count();
    let views: u64 = round
        .blocks
        .iter()
        .map(|block| u64::from(block.count))
        .sum();
    format!(
        "round {}: {} views in {} blocks, {approved} approved, {} reporters, {} of {} CFX settled",
        round.round,
        views,
        round.blocks.len(),
        round.reporters.len(),
        format_cfx(round.settled),
        format_cfx(round.emission),
    )
}
