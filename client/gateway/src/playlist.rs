//! HLS playlists (RFC 8216) out of a manifest: to a player it is an ordinary video in two-second segments.
//!
//! ```text
//! master.m3u8                             each rendition, its sounds, the texts
//! 0/playlist.m3u8                         rendition 0: picture and sound, or the picture alone when sounds are several
//! sound/1/playlist.m3u8                   second sound, in whichever rendition is shown
//! texts/0/playlist.m3u8                   first text, a minute at a time
//! layers/7/playlist.m3u8                  enhancement 7 of layer 2: a dub among the sounds, or subtitles among the texts
//! ```

use std::fmt::Write;

use chainflix_client::chain::EnhancementKind;
use chainflix_client::playback::LayerInfo;
use chainflix_client::player::fragments;
use chainflix_content::tracks::{Label, Tracks};
use chainflix_primitives::manifest::{Manifest, Rendition};

/// The group of sounds.
const SOUNDS: &str = "sounds";
/// The group of texts.
const TEXTS: &str = "texts";

/// Something of layer 2 that is offered with a video.
#[derive(Clone, Copy, Debug)]
pub struct LayerEntry<'a> {
    /// Which.
    pub info: &'a LayerInfo,
    /// Its title, as whoever made it says.
    pub title: &'a str,
}

/// Whether picture and sounds of a video are served apart: when there are several sounds, or a dub may take the place of
/// the one that there is.
#[must_use]
pub fn comes_apart(tracks: &Tracks, has_dub: bool) -> bool {
    tracks.come_apart() || (has_dub && !tracks.sounds.is_empty())
}

/// The master playlist: one variant for each rendition, first the one to begin with; and what of layer 2 can be shown with
/// it, which no player turns on by itself.
#[must_use]
pub fn master(manifest: &Manifest, first: u8, layers: &[LayerEntry<'_>]) -> String {
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let mut variants: Vec<(usize, &Rendition)> = manifest.renditions.iter().enumerate().collect();
    // Stable: the others stay in the manifest's order.
    variants.sort_by_key(|(number, _)| *number != usize::from(first));
    // All renditions have the same sounds and texts, in the same order.
    let tracks = manifest
        .renditions
        .first()
        .map(|r| Tracks::of_init(&r.init_segment));
    let tracks = tracks.unwrap_or_default();
    let sounds: Vec<&Label> = tracks.sounds.iter().map(|sound| &sound.label).collect();
    let of_kind = |kind| layers.iter().filter(move |layer| layer.info.kind == kind);
    let has_dub = of_kind(EnhancementKind::Dub).next().is_some();
    let has_texts = of_kind(EnhancementKind::Subtitles).next().is_some();
    let apart = comes_apart(&tracks, has_dub);
    // Writing to a String never fails.
    for (number, label) in sounds.iter().enumerate().filter(|_| apart) {
        let is_first = if number == 0 { "YES" } else { "NO" };
        let name = name_of("Sound", number, &sounds);
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{SOUNDS}\",NAME=\"{name}\"{},DEFAULT={is_first},\
             AUTOSELECT=YES,URI=\"sound/{number}/playlist.m3u8\"",
            language(label)
        );
    }
    for layer in of_kind(EnhancementKind::Dub) {
        layer_line(&mut text, "AUDIO", SOUNDS, "", layer);
    }
    let texts: Vec<&Label> = tracks.texts.iter().collect();
    for (number, label) in texts.iter().enumerate() {
        let name = name_of("Subtitles", number, &texts);
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"{TEXTS}\",NAME=\"{name}\"{},DEFAULT=NO,AUTOSELECT=YES,\
             FORCED=NO,URI=\"{TEXTS}/{number}/playlist.m3u8\"",
            language(label)
        );
    }
    for layer in of_kind(EnhancementKind::Subtitles) {
        layer_line(&mut text, "SUBTITLES", TEXTS, ",FORCED=NO", layer);
    }
    for (number, rendition) in variants {
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
        if apart || has_dub {
            let _ = write!(attributes, ",AUDIO=\"{SOUNDS}\"");
        }
        if !texts.is_empty() || has_texts {
            let _ = write!(attributes, ",SUBTITLES=\"{TEXTS}\"");
        }
        // Without a picture, what plays unless another is chosen is the first sound.
        let address = match tracks.picture {
            None if apart => "sound/0".to_owned(),
            _ => number.to_string(),
        };
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:{attributes}\n{address}/playlist.m3u8\n"
        );
    }
    text
}

/// One enhancement in the master playlist. Its id makes its name one that no other track has.
fn layer_line(text: &mut String, kind: &str, group: &str, more: &str, layer: &LayerEntry<'_>) {
    let LayerInfo { id, language, .. } = layer.info;
    let title = Label::new("", layer.title);
    let name = match title.name() {
        "" => language.as_str(),
        name => name,
    };
    // Writing to a String never fails.
    let _ = writeln!(
        text,
        "#EXT-X-MEDIA:TYPE={kind},GROUP-ID=\"{group}\",NAME=\"{name} · No. {id}\",LANGUAGE=\"{language}\",DEFAULT=NO,\
         AUTOSELECT=NO{more},URI=\"layers/{id}/playlist.m3u8\""
    );
}

/// Minutes of a month, in which the days of breaks are counted.
const MONTH: u16 = 31 * 1_440;

/// Breaks before some minutes of what is open as `id`, in which the player asks what to show. The breaks are at points in
/// time, so the playlist gets a time for its beginning: any will do.
#[must_use]
pub fn breaks(id: &str, before: &[u16]) -> String {
    if before.is_empty() {
        return String::new();
    }
    let mut text = String::from("#EXT-X-PROGRAM-DATE-TIME:2001-01-01T00:00:00.000Z\n");
    for minute in before.iter().filter(|minute| **minute < MONTH) {
        // Nothing is jumped over or kept from being jumped over; what follows the break begins where it was.
        let _ = writeln!(
            text,
            "#EXT-X-DATERANGE:ID=\"ad-{minute}\",CLASS=\"com.apple.hls.interstitial\",\
             START-DATE=\"2001-01-{:02}T{:02}:{:02}:00.000Z\",X-ASSET-LIST=\"/media/{id}/ads/{minute}\",\
             X-RESUME-OFFSET=0,CUE=\"ONCE\"",
            (minute / 1_440).saturating_add(1),
            minute / 60 % 24,
            minute % 60
        );
    }
    text
}

/// The playlist of one rendition or one of its tracks: its initialisation segment, then every fragment of every cell, with
/// the [`breaks`] that are offered.
#[must_use]
pub fn media(rendition: &Rendition, breaks: &str) -> String {
    let durations = rendition
        .cells
        .iter()
        .flat_map(|cell| cell.fragments.iter().map(|fragment| fragment.duration_ms));
    let mut text = head(durations.max().unwrap_or(0));
    text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n");
    text.push_str(breaks);
    for (index, cell) in rendition.cells.iter().enumerate() {
        for (number, (_, duration_ms)) in fragments(cell).enumerate() {
            segment(&mut text, duration_ms, format_args!("{index}/{number}.m4s"));
        }
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

/// The playlist of a text: a WebVTT file for each minute.
#[must_use]
pub fn texts(rendition: &Rendition) -> String {
    let playtimes = rendition.cells.iter().map(|cell| cell.entry.playtime_ms);
    let mut text = head(playtimes.clone().max().unwrap_or(0));
    for (index, playtime_ms) in playtimes.enumerate() {
        segment(&mut text, playtime_ms, format_args!("{index}.vtt"));
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

fn head(longest_ms: u32) -> String {
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:0\n",
        longest_ms.div_ceil(1_000).max(1)
    )
}

fn segment(text: &mut String, duration_ms: u32, address: std::fmt::Arguments<'_>) {
    // Writing to a String never fails.
    let _ = write!(
        text,
        "#EXTINF:{}.{:03},\n{address}\n",
        duration_ms / 1_000,
        duration_ms % 1_000
    );
}

/// A name that no other track of the group has, as the standard wants it. Labels hold neither quotes nor line breaks.
fn name_of(kind: &str, number: usize, all: &[&Label]) -> String {
    let shown = all.get(number).map_or("", |label| {
        if label.name().is_empty() {
            label.language().unwrap_or(kind)
        } else {
            label.name()
        }
    });
    let is_taken = all
        .iter()
        .enumerate()
        .any(|(other, label)| other != number && (label.shown() == shown || shown == kind));
    if is_taken {
        format!("{shown} {}", number.saturating_add(1))
    } else {
        shown.to_owned()
    }
}

fn language(label: &Label) -> String {
    label
        .language()
        .map_or_else(String::new, |code| format!(",LANGUAGE=\"{code}\""))
}

/// A quoted string of RFC 8216: it can't hold quotes or line breaks, so neither can what is quoted.
pub(crate) fn quoted(text: &str) -> Option<String> {
    let clean = !text.is_empty() && text.chars().all(|c| !c.is_control() && c != '"');
    clean.then(|| format!("\"{text}\""))
}

#[cfg(test)]
mod tests;
