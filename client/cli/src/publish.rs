//! `chainflix publish`: a video file becomes encrypted cells on storage nodes and a record on chain.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chainflix_client::config::default_work_folder;
use chainflix_client::publish::{PublishOptions, PublishProgress, Published};
use chainflix_content::Progress as ContentProgress;
use chainflix_content::rendition::{LADDER, RenditionSpec};
use chainflix_primitives::ratio::{
    MIN_VIEWER, MiningRatio, PPM, STORAGE_SHARE, SUPERVISOR_SHARE, VERIFIER_SHARE,
};
use clap::Args;
use serde_json::json;

use crate::options::{ClientOptions, state_folder};
use crate::progress::Progress;

/// One percent in parts per million.
const PERCENT: u32 = PPM / 100;

/// Options of `chainflix publish`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix publish holiday.mp4 --wallet producer.key\n  \
    chainflix publish film.mkv --title 'The film' --viewer-share 40 --wallet producer.key --json\n  \
    chainflix publish lecture.webm --renditions 360 --wallet producer.key\n\n\
    All sounds and all subtitles that are text come along; each subtitle is also left as a WebVTT file in the work folder. \
    The account must be a producer that a supervisor approved (`chainflix producer apply`). The same command again goes \
    on where an interrupted one stopped.")]
pub(crate) struct Publish {
    /// The video file; anything that ffmpeg reads and that has a picture or a sound.
    #[arg(value_name = "VIDEO")]
    source: PathBuf,

    #[command(flatten)]
    client: ClientOptions,

    /// Title, for viewers; the file's name if not given.
    #[arg(long)]
    title: Option<String>,

    /// What the viewer gets of each view, in percent; verifiers, storage and supervisor have fixed shares, the rest is
    /// the producer's. Cannot be changed later.
    #[arg(long, value_name = "PERCENT")]
    viewer_share: Option<u32>,

    /// Lines of the renditions to make, separated by commas: any of 360, 720 and 1080. A source is never enlarged: what is
    /// larger than it is left out.
    #[arg(long, value_name = "LINES", value_delimiter = ',', default_value = "360,720,1080", value_parser = rendition)]
    renditions: Vec<RenditionSpec>,

    /// Folder below which each publication has one of its own for its encrypted cells, until as many nodes as the controller
    /// wants hold them; ~/.local/state/chainflix if not given.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Publish {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let ratio = ratio(self.viewer_share)?;
        // Before the network is asked anything: most mistakes are made here.
        let file = std::fs::File::open(&self.source)
            .with_context(|| format!("{} can't be read", self.source.display()))?;
        drop(file);
        let title = match &self.title {
            Some(title) => title.clone(),
            None => name_of(&self.source),
        };
        let client = self.client.connect().await?;
        let state = state_folder(self.state.as_ref())?;
        let chain = client.chain().genesis();
        let made_as = (chain, client.account(), &title, &self.renditions);
        let options = PublishOptions {
            source: self.source.clone(),
            work: default_work_folder(&state, &self.source, &made_as)
                .with_context(|| format!("{} can't be read", self.source.display()))?,
            title,
            renditions: self.renditions.clone(),
            ratio,
        };
        let progress = Progress::new();
        let published = client.publish(&options, &|at| show(&progress, &at)).await?;
        drop(progress);
        Ok(if self.json {
            as_json(&published).to_string()
        } else {
            as_text(&published)
        })
    }
}

/// The mining ratio with a viewer's share in percent; the white paper's if none is given.
fn ratio(viewer_percent: Option<u32>) -> anyhow::Result<MiningRatio> {
    let Some(percent) = viewer_percent else {
        return Ok(MiningRatio::whitepaper());
    };
    let fixed = VERIFIER_SHARE + STORAGE_SHARE + SUPERVISOR_SHARE;
    let viewer = percent.saturating_mul(PERCENT);
    match PPM
        .checked_sub(fixed)
        .and_then(|rest| rest.checked_sub(viewer))
    {
        Some(producer) if viewer >= MIN_VIEWER => Ok(MiningRatio {
            producer,
            viewer,
            enhancers: 0,
            verifier: VERIFIER_SHARE,
            storage: STORAGE_SHARE,
            supervisor: SUPERVISOR_SHARE,
        }),
        _ => bail!(
            "a viewer's share of {percent} % is not possible: choose {} to {}",
            MIN_VIEWER / PERCENT,
            (PPM - fixed) / PERCENT
        ),
    }
}

/// The usual rendition of so many lines.
fn rendition(lines: &str) -> Result<RenditionSpec, String> {
    LADDER
        .into_iter()
        .find(|spec| spec.lines.to_string() == lines.trim())
        .ok_or_else(|| format!("there is no rendition of {lines} lines; choose 360, 720 or 1080"))
}

pub(crate) fn name_of(source: &std::path::Path) -> String {
    let stem = source.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

pub(crate) fn show(progress: &Progress, at: &PublishProgress) {
    match at {
        PublishProgress::Content(ContentProgress::Probed { cells_before, .. })
            if *cells_before > 0 =>
        {
            progress.step(&format!("going on after {cells_before} finished cells"));
        }
        PublishProgress::Content(ContentProgress::Encoding {
            done_ms, total_ms, ..
        }) => progress.played("cutting and encrypting", *done_ms, *total_ms),
        PublishProgress::Content(ContentProgress::LeftOut(sentence)) => {
            progress.note(&format!("not published: {sentence}"));
        }
        PublishProgress::Content(_) => {}
        PublishProgress::Checking { done, total } => {
            progress.moved("checking that it opens", *done, *total);
        }
        PublishProgress::Uploading { done, total } => {
            progress.moved("uploading cells", *done, *total);
        }
        PublishProgress::Registering => progress.step("registering on chain"),
    }
}

fn as_json(published: &Published) -> serde_json::Value {
    json!({
        "magnet": published.magnet.to_string(),
        "link": published.link,
        "title": published.title,
        "total_playtime_ms": published.total_playtime_ms,
        "cells": published.cells,
        "renditions": published.renditions,
        "qualities": published.qualities,
        "subtitles": published.texts.iter().map(|text| json!({
            "language": text.label.language(),
            "name": text.label.name(),
            "file": text.file,
            "sha256": hex::encode(text.sha256),
        })).collect::<Vec<_>>(),
        "bytes": published.bytes,
        "source_sha256": hex::encode(published.plain_sha256),
        "copies": published.copies,
        "copies_wanted": published.copies_wanted,
        "kept": published.kept,
        "from_round": published.from_round,
        "block": hex::encode(published.block),
    })
}

fn as_text(published: &Published) -> String {
    let seconds = published.total_playtime_ms / 1_000;
    let qualities: Vec<String> = published
        .qualities
        .iter()
        .map(|quality| match (quality.width, quality.height) {
            (0, _) | (_, 0) => "sound".to_owned(),
            (width, height) => format!("{width}×{height}"),
        })
        .collect();
    let subtitles: String = published
        .texts
        .iter()
        .map(|text| format!("\n  subtitles: {}", text.file.display()))
        .collect();
    let from = match published.from_round {
        Some(round) => format!("\n  views count from round {round}"),
        None => String::new(),
    };
    format!(
        "published \"{}\"\n  {} cells of one minute, {}:{:02} long, in {}\n  {} bytes, {}{subtitles}{from}\n  {}",
        published.title,
        published.cells,
        seconds / 60,
        seconds % 60,
        qualities.join(", "),
        published.bytes,
        copies(published),
        published.link,
    )
}

/// How many nodes hold it, and what that means when they are fewer than wanted.
pub(crate) fn copies(published: &Published) -> String {
    let Published {
        copies,
        copies_wanted: wanted,
        ..
    } = published;
    let kept = published.kept.as_ref().map_or_else(String::new, |folder| {
        let folder = folder.display();
        format!(
            "\n  the encrypted cells stay in {folder} until the same command finds as many copies as wanted"
        )
    });
    match copies >= wanted {
        true => format!("{copies} copies{kept}"),
        false => format!(
            "held by {copies} of the {wanted} storage nodes that should: the controller has the other copies made as soon as it has \
             nodes with space for them; until then it may be lost with {}{kept}",
            if *copies <= 1 { "one node" } else { "them" }
        ),
    }
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::Magnet;

    use super::*;

    #[test]
    fn renditions_are_named_by_their_lines() {
        assert_eq!(rendition("720"), Ok(LADDER[1]));
        assert_eq!(rendition(" 360"), Ok(LADDER[0]));
        assert!(rendition("480").unwrap_err().contains("choose 360"));
    }

    #[test]
    fn fewer_copies_than_wanted_are_not_told_as_success() {
        let mut published = Published {
            magnet: Magnet([1; 32]),
            link: String::new(),
            title: "Film".to_owned(),
            total_playtime_ms: 9_000,
            cells: 1,
            renditions: 1,
            bytes: 9,
            qualities: Vec::new(),
            texts: Vec::new(),
            plain_sha256: [0; 32],
            copies: 1,
            copies_wanted: 3,
            kept: Some("/videos/film".into()),
            from_round: None,
            block: [0; 32],
        };
        let said = as_text(&published);
        assert!(said.contains("held by 1 of the 3 storage nodes"), "{said}");
        assert!(said.contains("stay in /videos/film"), "{said}");
        assert_eq!(as_json(&published)["copies_wanted"], 3);
        published.copies = 3;
        published.kept = None;
        let said = as_text(&published);
        assert!(said.contains("9 bytes, 3 copies\n"), "{said}");
    }

    #[test]
    fn every_ratio_that_is_offered_holds_by_the_chains_rules() {
        assert_eq!(ratio(None).unwrap(), MiningRatio::whitepaper());
        for percent in [10, 11, 25, 74, 75] {
            let ratio = ratio(Some(percent)).unwrap();
            assert_eq!(ratio.validate(), Ok(()), "{percent}");
            assert_eq!(ratio.viewer, percent * PERCENT);
        }
        for percent in [0, 9, 76, 100, u32::MAX] {
            let error = ratio(Some(percent)).unwrap_err();
            assert!(error.to_string().contains("choose 10 to 75"), "{error}");
        }
    }
}
