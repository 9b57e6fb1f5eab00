//! What happens while a video plays, and what was counted.

use std::ffi::c_char;
use std::sync::PoisonError;
use std::time::Duration;

use chainflix_client::playback::PlaybackEvent;
use tokio::sync::broadcast::error::RecvError;

use crate::guard::{Failure, guarded};
use crate::handles::{borrow, chainflix_playback, put};
use crate::status::chainflix_status::{self, CHAINFLIX_CANCELLED, CHAINFLIX_TIMEOUT};

/// Bytes of the words of an event, the closing zero included.
pub const CHAINFLIX_WORDS: usize = 256;

/// What an event is about.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)] // the names of C
pub enum chainflix_event_kind {
    /// A minute is being proved.
    CHAINFLIX_MINING_STARTED = 0,
    /// A verifier accepted a minute.
    CHAINFLIX_VIEW_ACCEPTED = 1,
    /// A minute earns nothing; `words` say why.
    CHAINFLIX_VIEW_REFUSED = 2,
    /// No verifier can be reached; it is tried again.
    CHAINFLIX_WAITING_FOR_VERIFIER = 3,
    /// A source was given up; `words` say why.
    CHAINFLIX_SOURCE_DROPPED = 4,
    /// Something does not work at the moment and is tried again; `words` say what.
    CHAINFLIX_TROUBLE = 5,
}

use chainflix_event_kind::*;

/// Something that a viewer may want to see.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_event {
    /// What it is about.
    pub kind: chainflix_event_kind,
    /// Which minute; of a source, for which it was asked.
    pub cell: u16,
    /// Which source, by its index on chain; 0 of a minute.
    pub provider: u32,
    /// Whether that source sent something else than was published: 1, or 0.
    pub lied: u8,
    /// One sentence in UTF-8, cut where it is too long; empty when there is nothing to say.
    pub words: [c_char; CHAINFLIX_WORDS],
}

/// What a playback counted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_counts {
    /// Minutes that verifiers accepted.
    pub accepted: u32,
    /// Minutes that earn nothing.
    pub refused: u32,
    /// Storage nodes that delivered, or were given up.
    pub sources: u32,
    /// How often one of them was given up.
    pub dropped: u32,
    /// Groups that were not what was published.
    pub bad_groups: u32,
    /// How often playing stopped because what comes next was not there, by what was reported.
    pub stalls: u32,
    /// How long it stood in all, in ms.
    pub stalled_ms: u64,
    /// From chainflix_open() to the first report that it plays, in ms; 0 before that.
    pub first_frame_ms: u64,
    /// Bytes from storage nodes, by their receipts.
    pub bytes: u64,
    /// Of what came from storage nodes, bytes that came through a relay.
    pub bytes_relayed: u64,
    /// What the line carries, in bits per second; 0 until it is known.
    pub line_bits_per_second: u64,
}

/// The words of an event, cut between two characters.
fn words(text: &str) -> [c_char; CHAINFLIX_WORDS] {
    let most = CHAINFLIX_WORDS.saturating_sub(1);
    let end = text.floor_char_boundary(most);
    let mut words = [0; CHAINFLIX_WORDS];
    let bytes = text.bytes().take(end).take_while(|byte| *byte != 0);
    for (place, byte) in words.iter_mut().zip(bytes) {
        *place = c_char::from_ne_bytes([byte]);
    }
    words
}

fn event_of(event: &PlaybackEvent) -> chainflix_event {
    let (kind, cell, provider, said) = match event {
        PlaybackEvent::MiningStarted { cell } => (CHAINFLIX_MINING_STARTED, *cell, 0, ""),
        PlaybackEvent::ViewAccepted { cell } => (CHAINFLIX_VIEW_ACCEPTED, *cell, 0, ""),
        PlaybackEvent::ViewRefused { cell, words, .. } => {
            (CHAINFLIX_VIEW_REFUSED, *cell, 0, *words)
        }
        PlaybackEvent::WaitingForVerifier { cell } => {
            (CHAINFLIX_WAITING_FOR_VERIFIER, *cell, 0, "")
        }
        PlaybackEvent::SourceDropped {
            cell,
            provider,
            why,
            ..
        } => (CHAINFLIX_SOURCE_DROPPED, *cell, *provider, why.as_str()),
        PlaybackEvent::Trouble { cell, why } => (CHAINFLIX_TROUBLE, *cell, 0, why.as_str()),
    };
    let lied = matches!(event, PlaybackEvent::SourceDropped { lied: true, .. });
    chainflix_event {
        kind,
        cell,
        provider,
        lied: lied.into(),
        words: words(said),
    }
}

/// The next event. Waits for at most `timeout_ms`, then answers CHAINFLIX_TIMEOUT. Of several threads that wait one gets
/// it. A program that is more than a thousand events behind loses the oldest.
///
/// # Safety
/// `playback` is not freed, `event` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_next_event(
    playback: *const chainflix_playback,
    timeout_ms: u32,
    event: *mut chainflix_event,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        let playback = unsafe { borrow(playback)? };
        let limit = Duration::from_millis(u64::from(timeout_ms));
        let waiting = tokio::time::Instant::now().checked_add(limit);
        let mut events = playback
            .events
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let next = async {
            loop {
                match events.recv().await {
                    Ok(event) => return Some(event),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        };
        let next = async {
            match waiting {
                Some(until) => tokio::time::timeout_at(until, next).await.ok(),
                None => Some(next.await),
            }
        };
        let timeout = || Failure::new(CHAINFLIX_TIMEOUT, "nothing happened");
        let ended = || Failure::new(CHAINFLIX_CANCELLED, "the playback has ended");
        let next = playback
            .wait(next)?
            .ok_or_else(timeout)?
            .ok_or_else(ended)?;
        unsafe { put(event, event_of(&next)) }
    })
}

/// Waits until every minute that was played through is accepted or refused, for at most `timeout_ms`, then answers
/// CHAINFLIX_TIMEOUT.
///
/// # Safety
/// `playback` is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_wait_until_mined(
    playback: *const chainflix_playback,
    timeout_ms: u32,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise.
        let playback = unsafe { borrow(playback)? };
        let limit = Duration::from_millis(u64::from(timeout_ms));
        let mined = async { tokio::time::timeout(limit, playback.playback.mined()).await };
        playback
            .wait(mined)?
            .map_err(|_| Failure::new(CHAINFLIX_TIMEOUT, "a minute is still being proved"))
    })
}

/// What was counted so far.
///
/// # Safety
/// `playback` is not freed, `counts` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_counts_of(
    playback: *const chainflix_playback,
    counts: *mut chainflix_counts,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        let stats = unsafe { borrow(playback)? }.playback.stats();
        let sum = |counts: &mut dyn Iterator<Item = u32>| counts.fold(0, u32::saturating_add);
        let found = chainflix_counts {
            accepted: stats.accepted,
            refused: sum(&mut stats.refused.values().copied()),
            sources: u32::try_from(stats.sources.len()).unwrap_or(u32::MAX),
            dropped: sum(&mut stats.sources.values().map(|source| source.dropped)),
            bad_groups: stats.bad_groups,
            stalls: stats.screen.stalls,
            stalled_ms: stats.screen.stalled_ms,
            first_frame_ms: stats.screen.first_frame_ms.unwrap_or(0),
            bytes: stats.p2p_bytes,
            bytes_relayed: stats.relayed_bytes,
            line_bits_per_second: stats.line_bits_per_second,
        };
        unsafe { put(counts, found) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_about_a_source_says_for_which_minute_it_was_asked_and_whether_it_lied() {
        let dropped = |lied| {
            event_of(&PlaybackEvent::SourceDropped {
                cell: 4,
                provider: 7,
                why: "group 3 was not what was published".to_owned(),
                lied,
            })
        };
        let (liar, slow) = (dropped(true), dropped(false));
        assert_eq!((liar.cell, liar.provider, liar.lied), (4, 7, 1));
        assert_eq!(slow.lied, 0);
    }

    #[test]
    fn words_that_are_too_long_end_between_two_characters_and_always_with_a_zero() {
        let long = "ä".repeat(200);
        let cut = words(&long);
        let length = cut.iter().position(|byte| *byte == 0);
        assert_eq!(length, Some(254));
        assert_eq!(words("")[0], 0);
        assert_eq!(words("a\0b")[1], 0);
        assert_eq!(words("a\0b")[2], 0);
    }
}
