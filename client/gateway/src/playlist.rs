//! HLS playlists out of a manifest: to a player it is an ordinary video in two-second segments.

use std::fmt::Write;

use chainflix_client::player::fragments;
use chainflix_primitives::manifest::{Manifest, Rendition};

/// The master playlist: one variant for each rendition.
#[must_use]
pub fn master(manifest: &Manifest) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    for (number, rendition) in manifest.renditions.iter().enumerate() {
        let mut attributes = format!("BANDWIDTH={}", rendition.bandwidth.max(1));
        if let Some(codecs) = quoted(&rendition.codecs) {
            let _ = write!(attributes, ",CODECS={codecs}");
        }
        if rendition.width > 0 && rendition.height > 0 {
            let _ = write!(
                attributes,
                ",RESOLUTION={}x{}",
                rendition.width, rendition.height
            );
        }
        // Writing to a String never fails.
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:{attributes}\n{number}/playlist.m3u8\n"
        );
    }
    text
}

/// The playlist of one rendition: its initialisation segment, then every fragment of every cell.
#[must_use]
pub fn media(rendition: &Rendition) -> String {
    let durations = rendition
        .cells
        .iter()
        .flat_map(|cell| cell.fragments.iter().map(|fragment| fragment.duration_ms));
    let longest_ms = durations.max().unwrap_or(0);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MAP:URI=\"init.mp4\"\n",
        longest_ms.div_ceil(1_000).max(1)
    );
    for (index, cell) in rendition.cells.iter().enumerate() {
        for (number, (_, duration_ms)) in fragments(cell).enumerate() {
            // Writing to a String never fails.
            let _ = write!(
                text,
                "#EXTINF:{}.{:03},\n{index}/{number}.m4s\n",
                duration_ms / 1_000,
                duration_ms % 1_000
            );
        }
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

/// A quoted string of RFC 8216: it can't hold quotes or line breaks, so neither can what is quoted.
fn quoted(text: &str) -> Option<String> {
    let clean = !text.is_empty() && text.chars().all(|c| !c.is_control() && c != '"');
    clean.then(|| format!("\"{text}\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::AccountId;
    use chainflix_primitives::ids::UploadId;
    use chainflix_primitives::manifest::{CellEntry, Fragment, MANIFEST_VERSION, ManifestCell};

    fn manifest() -> Manifest {
        let cell = |index: u16, offsets: &[(u32, u32)]| ManifestCell {
            entry: CellEntry {
                rendition: 0,
                index,
                playtime_ms: 4_000,
                bytes: 900,
                plain_root: [0; 32],
                cipher_root: [0; 32],
            },
            fragments: offsets
                .iter()
                .map(|(offset, duration_ms)| Fragment {
                    offset: *offset,
                    duration_ms: *duration_ms,
                })
                .collect(),
        };
        Manifest {
            version: MANIFEST_VERSION,
            title: "T".into(),
            producer: AccountId([0; 32]),
            upload_id: UploadId([0; 16]),
            total_playtime_ms: 6_040,
            renditions: vec![Rendition {
                width: 640,
                height: 360,
                bandwidth: 700_000,
                codecs: "avc1.42c01e,mp4a.40.2".into(),
                init_segment: vec![1, 2, 3],
                cells: vec![cell(0, &[(0, 2_000), (300, 2_040)]), cell(1, &[(0, 2_000)])],
            }],
        }
    }

    #[test]
    fn a_rendition_is_listed_fragment_by_fragment_after_its_initialisation_segment() {
        let expected = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n\
            #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MAP:URI=\"init.mp4\"\n\
            #EXTINF:2.000,\n0/0.m4s\n#EXTINF:2.040,\n0/1.m4s\n#EXTINF:2.000,\n1/0.m4s\n#EXT-X-ENDLIST\n";
        assert_eq!(media(&manifest().renditions[0]), expected);
    }

    #[test]
    fn the_master_names_codecs_and_size() {
        let text = master(&manifest());
        assert!(text.contains(
            "#EXT-X-STREAM-INF:BANDWIDTH=700000,CODECS=\"avc1.42c01e,mp4a.40.2\",RESOLUTION=640x360\n0/playlist.m3u8\n"
        ), "{text}");
    }

    #[test]
    fn a_producer_writes_no_lines_of_its_own_into_a_playlist() {
        let mut forged = manifest();
        forged.renditions[0].codecs = "avc1\"\nhttps://elsewhere.example/".into();
        let text = master(&forged);
        assert!(
            !text.contains("elsewhere") && !text.contains("CODECS"),
            "{text}"
        );
    }
}
