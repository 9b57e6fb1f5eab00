//! `chainflix enhance`: subtitles and dubs of layer 2, for a video of one's own or of somebody else's.

use std::path::PathBuf;

use anyhow::Context;
use chainflix_client::account;
use chainflix_client::chain::{Enhancement, EnhancementState};
use chainflix_client::config::default_work_folder;
use chainflix_client::layers::{LayerOptions, ProposedLayer};
use chainflix_client::units::format_cfx;
use chainflix_content::{LayerKind, MagnetLink};
use chainflix_primitives::AccountId;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::options::{ActingOptions, ChainOptions, ClientOptions, address, amount, state_folder};
use crate::progress::Progress;
use crate::publish::{copies, name_of, show};

/// Options of `chainflix enhance`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix enhance propose 5a… german.srt --kind subtitles --language de --wallet enhancer.key\n  \
    chainflix enhance list 5a…\n  \
    chainflix enhance accept 7 --wallet producer.key\n  \
    chainflix enhance buy 7 --for-at-most 20 --wallet buyer.key\n\n\
    A layer is published like a video, so its account must be a producer that a supervisor approved. It is offered to \
    viewers from two rounds after the video's producer has accepted it. A minute that is shown with it from start to end \
    names it.")]
pub(crate) struct Enhance {
    #[command(subcommand)]
    action: Action,
}

/// What is added to the video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Text, out of an SRT, ASS or WebVTT file or a video with such.
    Subtitles,
    /// Sound in the place of the video's, out of any file with sound.
    Dub,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Publish subtitles or a dub, and propose them to the video's producer.
    Propose(Box<Propose>),
    /// Show the enhancements of a video, accepted and proposed.
    List {
        /// The video's link, or its id in hex.
        #[arg(value_name = "MAGNET")]
        video: MagnetLink,
        #[command(flatten)]
        chain: ChainOptions,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Accept an enhancement of one's video.
    Accept(One),
    /// End an enhancement that one owns, or of one's video; what was watched before is paid.
    End(One),
    /// Offer one's enhancement for sale, or no longer.
    Price {
        #[command(flatten)]
        one: One,
        /// For how much, in CFX; without it, it is not for sale any more.
        #[arg(long, value_name = "CFX", value_parser = amount)]
        price: Option<u128>,
    },
    /// Buy an enhancement; from two rounds later on its share is the buyer's.
    Buy {
        #[command(flatten)]
        one: One,
        /// The most that it may cost, in CFX.
        #[arg(long, value_name = "CFX", value_parser = amount)]
        for_at_most: u128,
    },
    /// Give one's enhancement to another account.
    Give {
        #[command(flatten)]
        one: One,
        /// To whom.
        #[arg(long, value_name = "ACCOUNT", value_parser = address)]
        to: AccountId,
    },
}

/// One enhancement, and who acts.
#[derive(Debug, Args)]
struct One {
    /// The enhancement's number.
    #[arg(value_name = "NUMBER")]
    id: u32,
    #[command(flatten)]
    acting: ActingOptions,
}

#[derive(Debug, Args)]
struct Propose {
    /// The video's link, or its id in hex.
    #[arg(value_name = "MAGNET")]
    video: MagnetLink,
    /// The file.
    #[arg(value_name = "FILE")]
    source: PathBuf,
    /// What it is.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Its language: a tag such as de or pt-BR.
    #[arg(long, value_name = "TAG")]
    language: String,
    /// What viewers are shown; the file's name if not given.
    #[arg(long)]
    title: Option<String>,
    /// For how much anybody may buy it, in CFX; not for sale if not given.
    #[arg(long, value_name = "CFX", value_parser = amount)]
    price: Option<u128>,
    /// Folder for the encrypted cells until they are uploaded; below ~/.local/state/chainflix if not given.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    #[command(flatten)]
    client: ClientOptions,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Enhance {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let progress = Progress::new();
        match &self.action {
            Action::Propose(propose) => propose.run(&progress).await,
            Action::List { video, chain, json } => list(video, chain, *json).await,
            Action::Accept(One { id, acting }) => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("accepting on chain");
                let done = chain.accept_enhancement(&wallet, *id).await?;
                let said = format!("has accepted enhancement {id}");
                Ok(acting.done(&wallet, &done, json!({ "id": id }), &said))
            }
            Action::End(One { id, acting }) => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("ending it on chain");
                let done = chain.end_enhancement(&wallet, *id).await?;
                let said = format!("has ended enhancement {id}");
                Ok(acting.done(&wallet, &done, json!({ "id": id }), &said))
            }
            Action::Price {
                one: One { id, acting },
                price,
            } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("setting the price on chain");
                let done = chain.price_enhancement(&wallet, *id, *price).await?;
                let price = price.map(format_cfx);
                let said = match &price {
                    Some(price) => format!("offers enhancement {id} for {price} CFX"),
                    None => format!("does not sell enhancement {id}"),
                };
                let fields = json!({ "id": id, "price": price });
                Ok(acting.done(&wallet, &done, fields, &said))
            }
            Action::Buy {
                one: One { id, acting },
                for_at_most,
            } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("buying on chain");
                let done = chain.buy_enhancement(&wallet, *id, *for_at_most).await?;
                let said = format!("has bought enhancement {id}");
                Ok(acting.done(&wallet, &done, json!({ "id": id }), &said))
            }
            Action::Give {
                one: One { id, acting },
                to,
            } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("giving it away on chain");
                let done = chain.give_enhancement(&wallet, *id, to).await?;
                let to = account::address(to);
                let said = format!("has given enhancement {id} to {to}");
                Ok(acting.done(&wallet, &done, json!({ "id": id, "to": to }), &said))
            }
        }
    }
}

impl Propose {
    async fn run(&self, progress: &Progress) -> anyhow::Result<String> {
        // Before the network is asked anything: most mistakes are made here.
        let file = std::fs::File::open(&self.source)
            .with_context(|| format!("{} can't be read", self.source.display()))?;
        drop(file);
        let client = self.client.connect().await?;
        let state = state_folder(self.state.as_ref())?;
        // The same file may be proposed for several videos.
        let state = state.join("layers").join(self.video.magnet.to_string());
        let title = self.title.clone().unwrap_or_else(|| name_of(&self.source));
        let chain = client.chain().genesis();
        let made_as = (chain, client.account(), &title, self.kind == Kind::Dub);
        let options = LayerOptions {
            video: self.video.magnet,
            source: self.source.clone(),
            work: default_work_folder(&state, &self.source, &made_as)
                .with_context(|| format!("{} can't be read", self.source.display()))?,
            title,
            kind: match self.kind {
                Kind::Subtitles => LayerKind::Subtitles,
                Kind::Dub => LayerKind::Dub,
            },
            language: self.language.clone(),
            price: self.price,
        };
        let layer = client
            .publish_layer(&options, &|at| show(progress, &at))
            .await?;
        Ok(self.printed(&layer))
    }

    fn printed(&self, layer: &ProposedLayer) -> String {
        let ProposedLayer {
            published,
            id,
            attached,
        } = layer;
        if self.json {
            return json!({
                "id": id,
                "attached": attached,
                "content": published.magnet.to_string(),
                "cells": published.cells,
                "bytes": published.bytes,
                "copies": published.copies,
                "copies_wanted": published.copies_wanted,
            })
            .to_string();
        }
        let stands = if *attached {
            "viewers are offered it from two rounds later on"
        } else {
            "it waits for the producer of the video to accept it"
        };
        format!(
            "proposed enhancement {id}: {} cells, {} bytes; {stands}\n  {}",
            published.cells,
            published.bytes,
            copies(published)
        )
    }
}

async fn list(video: &MagnetLink, chain: &ChainOptions, json: bool) -> anyhow::Result<String> {
    let chain = chain.open().await?;
    let mut all = chain.enhancements_of(&video.magnet).await?;
    all.extend(chain.enhancement_proposals(&video.magnet).await?);
    if json {
        return Ok(serde_json::to_string(&all)?);
    }
    if all.is_empty() {
        return Ok("the video has no enhancements".to_owned());
    }
    let lines: Vec<String> = all.iter().map(line).collect();
    Ok(lines.join("\n"))
}

fn line(one: &Enhancement) -> String {
    let stands = match one.state {
        EnhancementState::Proposed => "proposed".to_owned(),
        EnhancementState::Attached { from_round } => format!("shown from round {from_round}"),
        EnhancementState::Ended {
            from_round,
            until_round,
        } => format!("shown from round {from_round}, until {until_round}"),
    };
    let owner = one.owner.as_ref().map_or_else(String::new, |owner| {
        format!(", of {}", account::address(owner))
    });
    let price = one.price.map_or_else(String::new, |price| {
        format!(", for sale for {} CFX", format_cfx(price))
    });
    let language = match one.language.as_str() {
        "" => String::new(),
        tag => format!(" in {tag}"),
    };
    format!("{}: {}{language}, {stands}{owner}{price}", one.id, one.kind)
}

#[cfg(test)]
mod tests {
    use chainflix_client::chain::EnhancementKind;
    use chainflix_primitives::Magnet;

    use super::*;

    #[test]
    fn an_enhancement_is_told_in_one_line() {
        let mut one = Enhancement {
            id: 7,
            video: Magnet([1; 32]),
            kind: EnhancementKind::Dub,
            language: "pt-BR".to_owned(),
            content: Magnet([2; 32]),
            price: None,
            owner: None,
            state: EnhancementState::Proposed,
        };
        assert_eq!(line(&one), "7: dub in pt-BR, proposed");
        one.state = EnhancementState::Attached { from_round: 12 };
        one.price = amount("2.5").ok();
        assert_eq!(
            line(&one),
            "7: dub in pt-BR, shown from round 12, for sale for 2.5 CFX"
        );
        assert!(amount("two").is_err());
    }
}
