//! Publishing: a resumable job from a source file to encrypted cells, outboards and a manifest in a working directory.
//!
//! ```text
//! <work>/journal      one JSON record a line: the job, then each rendition and cell as it becomes durable
//! <work>/cells/0-7    at-rest ciphertext of cell 7 of rendition 0      <work>/cells/0-7.outboard    its group hashes
//! <work>/texts/0-deu.vtt   subtitles of the source, as a file for an enhancement of layer 2
//! <work>/manifest     the SCALE-encoded manifest, last
//! ```
//!
//! A job that is called again with the same request goes on where it stopped, at the last whole cell; its upload id, and
//! so its keys, are the same. Neither plaintext of picture and sound nor keys are written.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chainflix_primitives::manifest::{MAX_TITLE_BYTES, Manifest, ManifestError};
use chainflix_primitives::{AccountId, Magnet, Sha256, ids::UploadId};

use crate::envelope::ContentKey;
use crate::isobmff::FormatError;
use crate::packager::CutError;
use crate::probe::{self, Source, SourceError};
use crate::process::ToolError;
use crate::rendition::{self, RenditionSpec};
use crate::tracks;

mod journal;
mod layer;
mod run;
mod seal;
mod texts;

pub use layer::{LayerKind, LayerRequest, publish_layer};
pub use seal::least_bytes;
pub use texts::TextCandidate;

/// Most content keys that are asked for at once; a verifier gives no more.
const KEYS_AT_ONCE: u16 = chainflix_primitives::api::MAX_UPLOAD_KEYS_PER_REQUEST;

/// What a verifier gave for a new publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Id under which the content keys are derived; used once.
    pub id: UploadId,
    /// Key epoch from which they are derived; to be registered with the video.
    pub key_epoch: u32,
}

/// Why a verifier gave no upload id or keys.
pub type KeysError = Box<dyn std::error::Error + Send + Sync>;

/// Where content keys come from: a verifier, asked in the producer's session.
pub trait ContentKeys: Send + Sync {
    /// A fresh upload id. Asked once for a publication, however often it is resumed.
    fn begin_upload(&self) -> impl Future<Output = Result<Upload, KeysError>> + Send;

    /// Content keys of cells `first .. first + count` of a rendition, in order.
    fn content_keys(
        &self,
        upload: UploadId,
        rendition: u8,
        first: u16,
        count: u16,
    ) -> impl Future<Output = Result<Vec<ContentKey>, KeysError>> + Send;
}

/// What to publish, and where to work.
#[derive(Clone, Debug)]
pub struct PublishRequest {
    /// The video file.
    pub source: PathBuf,
    /// Working directory; created if it is missing. A directory belongs to one publication.
    pub work: PathBuf,
    /// Title, at most 128 bytes of UTF-8.
    pub title: String,
    /// The account that publishes.
    pub producer: AccountId,
    /// Renditions wanted; those larger than the source are left out. Empty: those of [`rendition::LADDER`].
    pub renditions: Vec<RenditionSpec>,
    /// Renditions that are made at once. Each takes an ffmpeg with four threads, and memory for two cells.
    pub at_once: usize,
    /// ffmpeg is stopped after so long for each second of the source, and ten minutes.
    pub time_limit_per_second: Duration,
}

impl PublishRequest {
    /// With the usual renditions, as many at once as there are pairs of cores, and a minute of work for each second of
    /// the source at most.
    pub fn new(
        source: impl Into<PathBuf>,
        work: impl Into<PathBuf>,
        title: impl Into<String>,
        producer: AccountId,
    ) -> Self {
        Self {
            source: source.into(),
            work: work.into(),
            title: title.into(),
            producer,
            renditions: Vec::new(),
            at_once: std::thread::available_parallelism().map_or(1, |cores| {
                (cores.get() / 2).clamp(1, rendition::LADDER.len())
            }),
            time_limit_per_second: Duration::from_secs(60),
        }
    }
}

/// How far a publication is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The source is a video; this is what it becomes.
    Probed {
        /// Playtime in ms.
        duration_ms: u32,
        /// Renditions that will be made.
        renditions: u8,
        /// Cells that a run before this one has left.
        cells_before: u32,
    },
    /// Something of the source is not published.
    LeftOut(
        /// What, and why, in one sentence.
        String,
    ),
    /// A rendition is being encoded.
    Encoding {
        /// Which.
        rendition: u8,
        /// Encoded so far, in ms of playtime of all renditions.
        done_ms: u64,
        /// Playtime of all renditions in ms.
        total_ms: u64,
    },
    /// A cell is encrypted and durable.
    Sealed {
        /// Its rendition.
        rendition: u8,
        /// Its index.
        cell: u16,
        /// Its length in bytes.
        bytes: u32,
    },
}

/// A complete publication in its working directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The manifest.
    pub manifest: Manifest,
    /// Its hash.
    pub magnet: Magnet,
    /// Key epoch to register with the video.
    pub key_epoch: u32,
    /// Subtitles of the source, to be proposed as enhancements of layer 2.
    pub texts: Vec<TextCandidate>,
    /// The working directory.
    pub work: PathBuf,
}

impl Publication {
    /// File with the at-rest ciphertext of a cell.
    #[must_use]
    pub fn cell_path(&self, rendition: u8, cell: u16) -> PathBuf {
        cell_path(&self.work, rendition, cell)
    }

    /// File with the outboard of a cell, see [`crate::trees::read_outboard`].
    #[must_use]
    pub fn outboard_path(&self, rendition: u8, cell: u16) -> PathBuf {
        outboard_path(&self.work, rendition, cell)
    }
}

fn cell_path(work: &Path, rendition: u8, cell: u16) -> PathBuf {
    work.join("cells").join(format!("{rendition}-{cell}"))
}

fn outboard_path(work: &Path, rendition: u8, cell: u16) -> PathBuf {
    work.join("cells")
        .join(format!("{rendition}-{cell}.outboard"))
}

/// Why a publication failed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The title is empty or too long.
    #[error("a title has 1 to {MAX_TITLE_BYTES} bytes; this one has {0}")]
    Title(usize),
    /// The source can't be published.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A dub goes on after the video that it is for.
    #[error("{path} plays for {seconds} s longer than the video; it is for another cut of it")]
    LongerThanVideo {
        /// The file.
        path: PathBuf,
        /// By how much.
        seconds: u32,
    },
    /// The working directory belongs to another publication.
    #[error("{work} holds another publication ({what} differs); give another directory")]
    OtherPublication {
        /// The directory.
        work: PathBuf,
        /// What differs.
        what: &'static str,
    },
    /// Another process is publishing in this directory.
    #[error("{0} is in use by another publication that is running; wait for it")]
    InUse(PathBuf),
    /// The working directory can't be written or read.
    #[error("{path} can't be written or read; check free space and permissions")]
    Work {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: std::io::Error,
    },
    /// The journal is not one of ours.
    #[error("{0} is damaged; delete the directory and publish again")]
    Journal(PathBuf),
    /// ffmpeg did not work.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// ffmpeg made something that can't be used.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// ffmpeg's output can't be cut.
    #[error(transparent)]
    Cut(#[from] CutError),
    /// No verifier gave keys.
    #[error("no content keys: {0}")]
    Keys(#[source] KeysError),
    /// A verifier gave another number of keys than asked for.
    #[error("the verifier gave {got} content keys for {wanted} cells")]
    KeyCount {
        /// Keys given.
        got: usize,
        /// Keys wanted.
        wanted: u16,
    },
    /// The source plays differently in two renditions: it was changed meanwhile.
    #[error("{0} changed while it was being published; start again in another directory")]
    SourceChanged(PathBuf),
    /// The manifest breaks a rule; a defect of this program.
    #[error("the manifest made from it breaks a rule ({0:?}); please report this")]
    Manifest(ManifestError),
}

/// Publishes `request.source` into `request.work`, or goes on where an earlier call stopped.
///
/// Dropping the future stops ffmpeg; what is durable stays for the next call. `progress` is called often and must
/// return quickly.
///
/// # Errors
/// One sentence each, see [`PublishError`].
pub async fn publish<K: ContentKeys>(
    request: &PublishRequest,
    keys: &K,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Publication, PublishError> {
    check_title(request)?;
    let source = probe::probe(&request.source).await?;
    cut(request, &source, keys, progress).await
}

fn check_title(request: &PublishRequest) -> Result<(), PublishError> {
    if request.title.is_empty() || request.title.len() > MAX_TITLE_BYTES {
        return Err(PublishError::Title(request.title.len()));
    }
    Ok(())
}

/// Makes the renditions of a source, or what is missing of them.
async fn cut<K: ContentKeys>(
    request: &PublishRequest,
    source: &Source,
    keys: &K,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Publication, PublishError> {
    let specs = chosen(request, source);
    let job = journal::Journal::open(request, source, &specs, keys).await?;
    progress(Progress::Probed {
        duration_ms: source.duration_ms,
        renditions: u8::try_from(specs.len()).unwrap_or(u8::MAX),
        cells_before: job.sealed_cells(),
    });
    let texts = texts::read(source, &request.work).await?;
    for sentence in source.left_out.iter().chain(&texts.left_out) {
        progress(Progress::LeftOut(sentence.clone()));
    }
    let work = run::Work {
        request,
        source,
        text_list: tracks::text_list(&texts.labels).ok_or(CutError::TooLarge)?,
        texts: texts.cues.into(),
        done_ms: specs.iter().map(|_| 0.into()).collect(),
        job: Mutex::new(job),
        keys,
        progress,
    };
    work.renditions(&specs).await?;
    let job = work.job.into_inner();
    let job = job.unwrap_or_else(PoisonError::into_inner);
    finished(request, &job, texts.candidates)
}

/// Writes the manifest of a job whose renditions are complete.
fn finished(
    request: &PublishRequest,
    job: &journal::Journal,
    texts: Vec<TextCandidate>,
) -> Result<Publication, PublishError> {
    let manifest = job.manifest(request)?;
    manifest.validate().map_err(PublishError::Manifest)?;
    job.write_manifest(&manifest)?;
    Ok(Publication {
        magnet: manifest.magnet::<Sha256>(),
        manifest,
        key_epoch: job.upload().key_epoch,
        texts,
        work: request.work.clone(),
    })
}

fn chosen(request: &PublishRequest, source: &Source) -> Vec<RenditionSpec> {
    let wanted = if request.renditions.is_empty() {
        rendition::LADDER.as_slice()
    } else {
        request.renditions.as_slice()
    };
    let mut specs = rendition::worthwhile(wanted, source);
    specs.truncate(usize::from(chainflix_primitives::manifest::MAX_RENDITIONS));
    specs
}
