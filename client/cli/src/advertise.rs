//! `chainflix advertise`: campaigns of layer 3.

use anyhow::Context;
use chainflix_client::account;
use chainflix_client::chain::{Campaign, CampaignAct, NewCampaign};
use chainflix_client::units::format_cfx;
use chainflix_content::MagnetLink;
use chainflix_primitives::{AccountId, Round};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::options::{ActingOptions, ChainOptions, address, amount};
use crate::progress::Progress;

/// Options of `chainflix advertise`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix advertise open 5a… --budget 100 --per-play 0.05 --per-click 0.2 --limit 5 --wallet advertiser.key\n  \
    chainflix advertise list cf…\n  \
    chainflix advertise pause 3 --wallet advertiser.key\n\n\
    The advertisement is a published video of at most a minute and at least 5 s; anybody's. Its campaign's budget is held \
    until it is paid or, after closing, refunded. What never changes of a campaign is said at its opening: another price is \
    another campaign.")]
pub(crate) struct Advertise {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Open a campaign; its views count from two rounds later on.
    Open(Box<Open>),
    /// Show the campaigns of an advertiser.
    List {
        /// Whose.
        #[arg(value_name = "ACCOUNT", value_parser = address)]
        advertiser: AccountId,
        #[command(flatten)]
        chain: ChainOptions,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add to a campaign's budget; one that was spent has to be resumed after.
    TopUp {
        #[command(flatten)]
        one: One,
        /// How much, in CFX.
        #[arg(long, value_name = "CFX", value_parser = amount)]
        amount: u128,
    },
    /// Pause a campaign; from two rounds later its views don't count.
    Pause(One),
    /// Resume a campaign that is paused or spent.
    Resume(One),
    /// Close a campaign for good; what was shown before is paid.
    Close(One),
    /// Take back what is left of a closed campaign's budget, once nothing is in flight.
    Refund(One),
    /// Remove the record of a closed campaign that nobody needs any more, and take back its deposit.
    Remove(One),
}

/// One campaign, and who acts.
#[derive(Debug, Args)]
struct One {
    /// The campaign's number.
    #[arg(value_name = "NUMBER")]
    id: u32,
    #[command(flatten)]
    acting: ActingOptions,
}

#[derive(Debug, Args)]
struct Open {
    /// The advertisement: the link of a published video of at most a minute, or its id in hex.
    #[arg(value_name = "MAGNET")]
    creative: MagnetLink,
    /// What the campaign may cost in all, in CFX.
    #[arg(long, value_name = "CFX", value_parser = amount)]
    budget: u128,
    /// What an accepted play costs, in CFX.
    #[arg(long, value_name = "CFX", value_parser = amount)]
    per_play: u128,
    /// What a click costs on top, in CFX.
    #[arg(long, value_name = "CFX", value_parser = amount, default_value = "0")]
    per_click: u128,
    /// Most that is paid in one round of 43.2 s, in CFX; the price of a play with its click at least.
    #[arg(long, value_name = "CFX", value_parser = amount)]
    limit: u128,
    /// Views of one viewer that are paid in a day of 2,000 rounds.
    #[arg(long, value_name = "N", default_value_t = 3)]
    views_per_day: u16,
    /// Rounds for which a viewer must have been earning by watching.
    #[arg(long, value_name = "ROUNDS", default_value_t = 0)]
    least_age: Round,
    /// Subjects of videos in which it should run, separated by commas: words of their titles, in small letters; all videos if
    /// not given.
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    tags: Vec<String>,
    #[command(flatten)]
    acting: ActingOptions,
}

impl Advertise {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let progress = Progress::new();
        match &self.action {
            Action::Open(open) => open.run(&progress).await,
            Action::List {
                advertiser,
                chain,
                json,
            } => list(advertiser, chain, *json).await,
            Action::TopUp {
                one: One { id, acting },
                amount,
            } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("adding to the budget on chain");
                let done = chain.top_up_campaign(&wallet, *id, *amount).await?;
                let amount = format_cfx(*amount);
                let said = format!("has added {amount} CFX to campaign {id}");
                let fields = json!({ "campaign": id, "amount": amount });
                Ok(acting.done(&wallet, &done, fields, &said))
            }
            Action::Pause(one) => one.change(CampaignAct::Pause, "paused", &progress).await,
            Action::Resume(one) => one.change(CampaignAct::Resume, "resumed", &progress).await,
            Action::Close(one) => one.change(CampaignAct::Close, "closed", &progress).await,
            Action::Refund(one) => {
                let said = "taken back what was left of";
                one.change(CampaignAct::Refund, said, &progress).await
            }
            Action::Remove(one) => one.change(CampaignAct::Remove, "removed", &progress).await,
        }
    }
}

impl One {
    async fn change(
        &self,
        act: CampaignAct,
        said: &str,
        progress: &Progress,
    ) -> anyhow::Result<String> {
        let Self { id, acting } = self;
        let (chain, wallet) = acting.connect().await?;
        progress.step("telling the chain");
        let done = chain.change_campaign(&wallet, *id, act).await?;
        let said = format!("has {said} campaign {id}");
        Ok(acting.done(&wallet, &done, json!({ "campaign": id }), &said))
    }
}

impl Open {
    /// The campaign, with its subjects in the order that the chain asks for.
    fn campaign(&self) -> NewCampaign {
        let mut tags = self.tags.clone();
        tags.sort();
        tags.dedup();
        NewCampaign {
            creative: self.creative.magnet,
            price_per_play: self.per_play,
            price_per_click: self.per_click,
            limit_per_round: self.limit,
            views_per_day: self.views_per_day,
            least_account_age: self.least_age,
            tags,
            budget: self.budget,
        }
    }

    async fn run(&self, progress: &Progress) -> anyhow::Result<String> {
        let (chain, wallet) = self.acting.connect().await?;
        progress.step("opening the campaign on chain");
        let opened = chain.open_campaign(&wallet, &self.campaign()).await?;
        let campaign = chain.campaign(opened.id).await?;
        let campaign = campaign.context("the chain does not show the campaign yet; list it")?;
        let from_round = campaign.terms.from_round;
        let fields = json!({ "campaign": opened.id, "from_round": from_round });
        let said = format!(
            "has opened campaign {}: views count from round {from_round} on",
            opened.id
        );
        let acting = &self.acting;
        Ok(acting.done(&wallet, &opened.finalized, fields, &said))
    }
}

async fn list(advertiser: &AccountId, chain: &ChainOptions, json: bool) -> anyhow::Result<String> {
    let chain = chain.open().await?;
    let round = chain.standing().await?.round;
    let all = chain.campaigns_of(advertiser).await?;
    if json {
        return Ok(serde_json::to_string(&all)?);
    }
    if all.is_empty() {
        let advertiser = account::address(advertiser);
        return Ok(format!("{advertiser} has no campaigns"));
    }
    let lines: Vec<String> = all.iter().map(|one| line(one, round)).collect();
    Ok(lines.join("\n"))
}

fn line(one: &Campaign, round: Round) -> String {
    let state = one.state_in(round);
    let state = state.map_or_else(
        || format!("from round {} on", one.terms.from_round),
        |state| format!("{state:?}").to_lowercase(),
    );
    let next = one.states.last().filter(|(from, _)| *from > round);
    let next = next.map_or_else(String::new, |(from, state)| {
        format!(
            ", {} from round {from} on",
            format!("{state:?}").to_lowercase()
        )
    });
    format!(
        "{}: {state}{next}, shows {}, {} CFX a play and {} a click, {} of {} CFX left",
        one.id,
        one.terms.creative,
        format_cfx(one.terms.price_per_play),
        format_cfx(one.terms.price_per_click),
        format_cfx(one.funds.balance),
        format_cfx(one.funds.deposited),
    )
}

#[cfg(test)]
mod tests {
    use chainflix_client::chain::CampaignFunds;
    use chainflix_primitives::Magnet;
    use chainflix_primitives::campaign::{CampaignState, CampaignTerms};
    use chainflix_primitives::emission::CFX;

    use super::*;

    #[test]
    fn a_campaign_is_told_in_one_line() {
        let mut one = Campaign {
            id: 7,
            terms: CampaignTerms {
                advertiser: AccountId([1; 32]),
                creative: Magnet([2; 32]),
                price_per_play: CFX / 20,
                price_per_click: 0,
                limit_per_round: CFX,
                views_per_day: 3,
                least_account_age: 0,
                from_round: 9,
            },
            tags: Vec::new(),
            states: vec![(9, CampaignState::Active)],
            funds: CampaignFunds {
                deposited: 20 * CFX,
                paid: 5 * CFX,
                refunded: 0,
                balance: 15 * CFX,
            },
        };
        let shows = format!("shows {}, 0.05 CFX a play and 0 a click", Magnet([2; 32]));
        let ends = format!("{shows}, 15 of 20 CFX left");
        assert_eq!(line(&one, 9), format!("7: active, {ends}"));
        let begins = line(&one, 8);
        assert!(
            begins.starts_with("7: from round 9 on, active from round 9 on, "),
            "{begins}"
        );
        one.states.push((12, CampaignState::Closed));
        let closes = format!("7: active, closed from round 12 on, {ends}");
        assert_eq!(line(&one, 10), closes);
        assert!(amount("two").is_err());
    }
}
