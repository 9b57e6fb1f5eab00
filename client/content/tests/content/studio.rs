//! Makes small videos, publishes them and opens what came out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use chainflix_content::publish::{ContentKeys, KeysError, Upload};
use chainflix_content::rendition::RenditionSpec;
use chainflix_content::{
    ContentKey, Publication, PublishError, PublishRequest, publish, tracks, trees,
};
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::{AccountId, Hasher, Sha256};

pub(crate) const SMALL: RenditionSpec = RenditionSpec {
    lines: 144,
    video_bits_per_second: 400_000,
    audio_bits_per_second: 64_000,
};

pub(crate) struct Studio {
    pub(crate) directory: tempfile::TempDir,
}

impl Studio {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs ffmpeg; `arguments` are separated by blanks, the output's name comes last.
    pub(crate) fn make(&self, name: &str, arguments: &str) -> PathBuf {
        let path = self.path(name);
        let status = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y"])
            .args(arguments.split_whitespace())
            .arg(&path)
            .current_dir(self.directory.path())
            .status()
            .expect("ffmpeg is installed");
        assert!(status.success(), "ffmpeg {arguments}");
        path
    }

    /// Moving picture and tone of `seconds`.
    pub(crate) fn film(&self, name: &str, seconds: &str) -> PathBuf {
        self.make(
            name,
            &format!(
                "-f lavfi -i testsrc2=size=256x144:rate=10 -f lavfi -i sine=frequency=440 -t {seconds} \
                 -c:v libx264 -preset ultrafast -c:a aac"
            ),
        )
    }

    pub(crate) fn request(&self, source: &Path, work: &str) -> PublishRequest {
        let mut request =
            PublishRequest::new(source, self.path(work), "A film", AccountId([7; 32]));
        request.renditions = vec![SMALL];
        request
    }

    pub(crate) async fn publish(&self, source: &Path) -> Result<Publication, PublishError> {
        let name = source.file_name().expect("a file").to_string_lossy();
        let request = self.request(source, &format!("{name}.work"));
        publish(&request, &TestKeys::default(), &|_| {}).await
    }

    /// What a player of one track gets when tracks come apart, as one file.
    pub(crate) fn play_track(&self, publication: &Publication, track: u32) -> PathBuf {
        let rendition = &publication.manifest.renditions[0];
        let mut bytes = tracks::init_of(&rendition.init_segment, track).expect("it is listed");
        for cell in &rendition.cells {
            let content: Bytes = plaintext(publication, 0, cell.entry.index).into();
            for (number, fragment) in cell.fragments.iter().enumerate() {
                let end = cell
                    .fragments
                    .get(number + 1)
                    .map(|next| next.offset as usize);
                let place = fragment.offset as usize..end.unwrap_or(content.len());
                let part = tracks::part_of(&content.slice(place), track);
                bytes.extend(part.expect("every track has a part in every fragment"));
            }
        }
        let path = self.path(&format!("track-{track}.mp4"));
        std::fs::write(&path, bytes).expect("room on the disk");
        path
    }

    /// Writes what a player would get, the init segment and some cells, into one file.
    pub(crate) fn play(&self, publication: &Publication, cells: &[u16]) -> PathBuf {
        let path = self.path(&format!(
            "played-{}",
            Sha256::sha256(format!("{cells:?}").as_bytes())[0]
        ));
        let mut bytes = publication.manifest.renditions[0].init_segment.clone();
        for cell in cells {
            bytes.extend(plaintext(publication, 0, *cell));
        }
        std::fs::write(&path, bytes).expect("room on the disk");
        path
    }
}

/// A published cell, opened, and held against both of the roots that the manifest has of it.
pub(crate) fn plaintext(publication: &Publication, rendition: u8, cell: u16) -> Vec<u8> {
    let mut content =
        std::fs::read(publication.cell_path(rendition, cell)).expect("the cell is there");
    let (found, _) = publication
        .manifest
        .cell(rendition, cell)
        .expect("the manifest lists it");
    let key = key_of(publication.manifest.upload_id, rendition, cell);
    assert_eq!(content.len(), found.entry.bytes as usize);
    assert_eq!(trees::cipher_tree(&content).root(), found.entry.cipher_root);
    key.apply(0, &mut content);
    assert_eq!(trees::plain_tree(&content).root(), found.entry.plain_root);
    content
}

fn key_of(upload: UploadId, rendition: u8, cell: u16) -> ContentKey {
    ContentKey::new(Sha256::sha256_parts(&[
        &upload.0,
        &[rendition],
        &cell.to_le_bytes(),
    ]))
}

/// Stands for a verifier: keys by hash, upload ids by count.
#[derive(Default)]
pub(crate) struct TestKeys {
    pub(crate) uploads: AtomicUsize,
    pub(crate) keys: AtomicUsize,
    pub(crate) fails: bool,
}

impl ContentKeys for TestKeys {
    async fn begin_upload(&self) -> Result<Upload, KeysError> {
        let before = self.uploads.fetch_add(1, Ordering::Relaxed);
        Ok(Upload {
            id: UploadId([before as u8; 16]),
            key_epoch: 3,
        })
    }

    async fn content_keys(
        &self,
        upload: UploadId,
        rendition: u8,
        first: u16,
        count: u16,
    ) -> Result<Vec<ContentKey>, KeysError> {
        if self.fails {
            return Err("the verifier is away".into());
        }
        self.keys.fetch_add(usize::from(count), Ordering::Relaxed);
        Ok((first..first + count)
            .map(|cell| key_of(upload, rendition, cell))
            .collect())
    }
}

/// One line of ffprobe's answer for each thing asked for.
pub(crate) fn ffprobe(path: &Path, arguments: &str) -> Vec<String> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0"])
        .args(arguments.split_whitespace())
        .arg(path)
        .output()
        .expect("ffprobe is installed");
    assert!(output.status.success(), "{}", path.display());
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| line.trim_end_matches(',').to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Presentation times of all frames of a stream, in seconds.
pub(crate) fn times(path: &Path, stream: &str) -> Vec<f64> {
    let arguments = format!("-select_streams {stream} -show_entries packet=pts_time");
    let mut times: Vec<f64> = ffprobe(path, &arguments)
        .iter()
        .map(|line| line.parse().expect("a number"))
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Decodes everything and returns ffmpeg's complaints.
pub(crate) fn decode(path: &Path) -> String {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "warning", "-xerror", "-i"])
        .arg(path)
        .args(["-f", "null", "-"])
        .output()
        .expect("ffmpeg is installed");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
