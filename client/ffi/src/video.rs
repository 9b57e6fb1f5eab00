//! What a video consists of: renditions, cells, fragments.

use std::ffi::c_char;

use chainflix_client::player::fragments;
use chainflix_primitives::manifest::{ManifestCell, Rendition};

use crate::guard::{Failure, guarded};
use crate::handles::{borrow, chainflix_playback, put};
use crate::status::chainflix_status::{self, CHAINFLIX_NO_SUCH_PART};

/// A video.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_video {
    /// Title. It lives as long as the playback.
    pub title: *const c_char,
    /// Length in ms.
    pub duration_ms: u32,
    /// Renditions, counted from 0.
    pub renditions: u8,
    /// The rendition that a player should begin with, which is fetched already.
    pub first_rendition: u8,
}

/// One encoding of a video.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_rendition {
    /// Codecs as in RFC 6381. They live as long as the playback.
    pub codecs: *const c_char,
    /// Width in pixels, 0 without picture.
    pub width: u16,
    /// Height in pixels, 0 without picture.
    pub height: u16,
    /// Peak bits per second.
    pub bandwidth: u32,
    /// Bytes of the CMAF initialisation segment.
    pub init_bytes: u32,
    /// Cells, counted from 0, each a minute or the rest of the video.
    pub cells: u16,
}

/// One cell of a rendition.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_cell {
    /// Length in bytes.
    pub bytes: u32,
    /// Playtime in ms.
    pub playtime_ms: u32,
    /// CMAF fragments, counted from 0.
    pub fragments: u32,
}

/// One CMAF fragment of a cell, which begins with a key frame.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_fragment {
    /// First byte in the cell.
    pub from: u32,
    /// Byte after its last.
    pub to: u32,
    /// Duration in ms.
    pub duration_ms: u32,
}

fn missing() -> Failure {
    Failure::new(CHAINFLIX_NO_SUCH_PART, "the video has no such part")
}

impl chainflix_playback {
    fn rendition(&self, number: u8) -> Result<&Rendition, Failure> {
        let all = &self.playback.manifest().renditions;
        all.get(usize::from(number)).ok_or_else(missing)
    }

    fn cell(&self, rendition: u8, cell: u16) -> Result<&ManifestCell, Failure> {
        let found = self.playback.manifest().cell(rendition, cell);
        found.map(|(cell, _)| cell).ok_or_else(missing)
    }
}

fn counted(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// What a playback plays.
///
/// # Safety
/// `playback` is not freed, `video` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_video_of(
    playback: *const chainflix_playback,
    video: *mut chainflix_video,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        let playback = unsafe { borrow(playback)? };
        let manifest = playback.playback.manifest();
        let found = chainflix_video {
            title: playback.title.as_ptr(),
            duration_ms: manifest.total_playtime_ms,
            renditions: u8::try_from(manifest.renditions.len()).unwrap_or(u8::MAX),
            first_rendition: playback.playback.first_rendition(),
        };
        unsafe { put(video, found) }
    })
}

/// One of its renditions.
///
/// # Safety
/// `playback` is not freed, `found` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_rendition_of(
    playback: *const chainflix_playback,
    rendition: u8,
    found: *mut chainflix_rendition,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        let playback = unsafe { borrow(playback)? };
        let of = playback.rendition(rendition)?;
        let codecs = playback.codecs.get(usize::from(rendition));
        let answer = chainflix_rendition {
            codecs: codecs.ok_or_else(missing)?.as_ptr(),
            width: of.width,
            height: of.height,
            bandwidth: of.bandwidth,
            init_bytes: counted(of.init_segment.len()),
            cells: u16::try_from(of.cells.len()).unwrap_or(u16::MAX),
        };
        unsafe { put(found, answer) }
    })
}

/// Copies a rendition's CMAF initialisation segment into `buffer`, which holds `capacity` bytes.
///
/// # Safety
/// `playback` is not freed; `capacity` bytes may be written at `buffer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_init_segment(
    playback: *const chainflix_playback,
    rendition: u8,
    buffer: *mut u8,
    capacity: usize,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise.
        let playback = unsafe { borrow(playback)? };
        let segment = &playback.rendition(rendition)?.init_segment;
        if buffer.is_null() || capacity < segment.len() {
            return Err(Failure::argument(format!(
                "the initialisation segment needs {} bytes",
                segment.len()
            )));
        }
        // SAFETY: the caller's promise, and the segment fits.
        unsafe { std::ptr::copy_nonoverlapping(segment.as_ptr(), buffer, segment.len()) };
        Ok(())
    })
}

/// One cell of a rendition.
///
/// # Safety
/// `playback` is not freed, `found` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_cell_of(
    playback: *const chainflix_playback,
    rendition: u8,
    cell: u16,
    found: *mut chainflix_cell,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        let of = unsafe { borrow(playback)? }.cell(rendition, cell)?;
        let answer = chainflix_cell {
            bytes: of.entry.bytes,
            playtime_ms: of.entry.playtime_ms,
            fragments: counted(of.fragments.len()),
        };
        unsafe { put(found, answer) }
    })
}

/// One fragment of a cell.
///
/// # Safety
/// `playback` is not freed, `found` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_fragment_of(
    playback: *const chainflix_playback,
    rendition: u8,
    cell: u16,
    fragment: u32,
    found: *mut chainflix_fragment,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        let of = unsafe { borrow(playback)? }.cell(rendition, cell)?;
        let place = usize::try_from(fragment).unwrap_or(usize::MAX);
        let (range, duration_ms) = fragments(of).nth(place).ok_or_else(missing)?;
        let answer = chainflix_fragment {
            from: range.start,
            to: range.end,
            duration_ms,
        };
        unsafe { put(found, answer) }
    })
}
