//! Subtitles of a source: read as text once, before the renditions are made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chainflix_primitives::{Hash32, Hasher, Sha256};

use super::PublishError;
use super::journal::write_durably;
use crate::encode;
use crate::probe::{Source, Subtitles};
use crate::process::{self, ToolError};
use crate::tracks::Label;
use crate::webvtt::{self, Cue};

/// Longest subtitles that are read, in bytes.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;
/// ffmpeg is stopped after so long: it reads the whole source.
const LIMIT: Duration = Duration::from_secs(1_800);

/// Subtitles of a publication, as a file that an enhancement of layer 2 can be proposed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextCandidate {
    /// Language and name.
    pub label: Label,
    /// The WebVTT file in the working directory.
    pub file: PathBuf,
    /// SHA-256 of the file, by which the chain knows an enhancement.
    pub sha256: Hash32,
}

/// The texts of a source: what goes into cells, and what can be proposed.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) labels: Vec<Label>,
    pub(super) cues: Vec<Vec<Cue>>,
    pub(super) candidates: Vec<TextCandidate>,
    /// What could not be read, a sentence each.
    pub(super) left_out: Vec<String>,
}

/// Reads the subtitles of `source`, and writes each as a file into `work`. Subtitles that can't be read are left out: a
/// film is worth publishing without them.
pub(super) async fn read(source: &Source, work: &Path) -> Result<Texts, PublishError> {
    let mut texts = Texts::default();
    let fails = |path: &Path, source| PublishError::Work {
        path: path.to_owned(),
        source,
    };
    for subtitles in &source.subtitles {
        let label = subtitles.label.clone();
        let cues = match cues(source, subtitles).await {
            Ok(cues) => cues,
            Err(
                error @ (PublishError::Work { .. }
                | PublishError::Tool(ToolError::Missing { .. } | ToolError::Io { .. })),
            ) => return Err(error),
            Err(error) => {
                let name = label.shown();
                texts
                    .left_out
                    .push(format!("the subtitles “{name}”: {error}"));
                continue;
            }
        };
        if cues.is_empty() {
            continue;
        }
        let content = webvtt::file(&cues);
        let folder = work.join("texts");
        std::fs::create_dir_all(&folder).map_err(|error| fails(&folder, error))?;
        let file = folder.join(format!("{}-{}.vtt", texts.cues.len(), label.code()));
        write_durably(&file, content.as_bytes())?;
        texts.candidates.push(TextCandidate {
            label: label.clone(),
            file,
            sha256: Sha256::sha256(content.as_bytes()),
        });
        texts.labels.push(label);
        texts.cues.push(cues);
    }
    Ok(texts)
}

/// What some subtitles of `source` say.
pub(super) async fn cues(source: &Source, subtitles: &Subtitles) -> Result<Vec<Cue>, PublishError> {
    let arguments =
        encode::subtitle_arguments(source, subtitles).map_err(|error| PublishError::Work {
            path: source.path.clone(),
            source: error,
        })?;
    let file = process::output("ffmpeg", &arguments, MAX_TEXT_BYTES, LIMIT).await?;
    Ok(webvtt::parse(&String::from_utf8_lossy(&file)))
}
