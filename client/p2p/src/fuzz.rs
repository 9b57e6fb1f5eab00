//! What bytes of others run into: manifests, frames of every protocol, tokens, receipts, range proofs, and what playlists are
//! made of. `fuzz/main.rs` calls it; it is there with the feature `fuzz` only, and in tests.

use bytes::Bytes;
use chainflix_content::tracks::{self, Tracks};
use chainflix_content::{playable, trees};
use chainflix_primitives::manifest::Manifest;
use chainflix_primitives::merkle::range::root_from_range;
use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::receipt::{DeliveryToken, Receipt};
use chainflix_primitives::{Hash32, Sha256};
use codec::{DecodeAll, Encode};
use futures::io::Cursor;

use crate::frame::{self, FrameError};
use crate::wire::{
    FromKeeper, MAX_MANIFEST_MESSAGE, MAX_STORE_MESSAGE, MAX_TO_PROVIDER, MAX_TO_VIEWER,
    ManifestReply, ManifestRequest, ToKeeper, ToProvider, ToViewer,
};

/// Feeds `input` to what its first byte names, and checks what has to hold of everything that is taken. Returns whether
/// anything was.
///
/// # Panics
/// When something that must hold does not, which is what a fuzzer looks for.
#[must_use]
pub fn run(input: &[u8]) -> bool {
    let Some((kind, rest)) = input.split_first() else {
        return false;
    };
    match kind % 12 {
        0 => manifest(rest),
        1 => is_taken::<DeliveryToken>(rest),
        2 => is_taken::<Receipt>(rest),
        3 => is_taken::<SignedGrant>(rest),
        4 => frames::<ToViewer>(rest, MAX_TO_VIEWER),
        5 => frames::<ToProvider>(rest, MAX_TO_PROVIDER),
        6 => frames::<ToKeeper>(rest, MAX_STORE_MESSAGE),
        7 => frames::<FromKeeper>(rest, MAX_STORE_MESSAGE),
        8 => frames::<ManifestRequest>(rest, MAX_MANIFEST_MESSAGE),
        9 => frames::<ManifestReply>(rest, MAX_MANIFEST_MESSAGE),
        10 => range_proof(rest),
        _ => playlist(rest),
    }
}

/// What is read and written again is the same bytes: otherwise two would be one, and signatures cover both.
fn is_taken<T: DecodeAll + Encode>(input: &[u8]) -> bool {
    let taken = T::decode_all(&mut &*input);
    if let Ok(taken) = &taken {
        assert!(taken.encode() == input, "two encodings of one value");
    }
    taken.is_ok()
}

fn manifest(input: &[u8]) -> bool {
    let Ok(manifest) = Manifest::decode_all(&mut &*input) else {
        return false;
    };
    assert!(manifest.encode() == input, "two encodings of one manifest");
    if manifest.validate().is_err() {
        return false;
    }
    for (place, entry) in (0u32..).zip(manifest.entries()) {
        let found = manifest.cell(entry.rendition, entry.index);
        assert!(
            found.is_some_and(|(cell, at)| cell.entry == *entry && at == place),
            "an entry is not where it belongs"
        );
        assert!(entry.groups() == trees::group_count(entry.bytes));
    }
    // Whether it may be played; that it says so without a panic is what matters.
    playable::check(&manifest).is_ok()
}

/// Messages one after the other, until one is refused or the stream ends.
fn frames<T: DecodeAll + Encode>(input: &[u8], most: usize) -> bool {
    let mut from = Cursor::new(input);
    let mut taken = false;
    loop {
        let at = usize::try_from(from.position()).unwrap_or(usize::MAX);
        match futures::executor::block_on(frame::read::<T>(&mut from, most)) {
            Ok(Some(message)) => {
                let frame = frame::encode(&message);
                let end = at.saturating_add(frame.len());
                assert!(
                    input.get(at..end) == Some(&frame),
                    "two encodings of one message"
                );
                taken = true;
            }
            Err(FrameError::TooLarge { bytes, .. }) => {
                assert!(bytes > most, "a message that fits was refused");
                return taken;
            }
            Ok(None) | Err(_) => return taken,
        }
    }
}

/// A range proof: two bytes for where it begins and how long the whole is, a count of leaves, then hashes.
fn range_proof(input: &[u8]) -> bool {
    let [first, total, count, rest @ ..] = input else {
        return false;
    };
    let mut hashes: Vec<Hash32> = rest
        .chunks_exact(32)
        .filter_map(|h| h.try_into().ok())
        .collect();
    let proof = hashes.split_off(hashes.len().min(usize::from(*count)));
    let (first, total) = (usize::from(*first), usize::from(*total));
    let root = root_from_range::<Sha256>(&hashes, first, total, &proof);
    if root.is_some() {
        let inside = first
            .checked_add(hashes.len())
            .is_some_and(|end| end <= total);
        assert!(inside && !hashes.is_empty(), "a range that is not inside");
    }
    root.is_some()
}

/// What playlists and fragments are made from: the tracks that a producer's initialisation segment names.
fn playlist(input: &[u8]) -> bool {
    let named = Tracks::of_init(input);
    for sound in &named.sounds {
        // None when the segment does not hold together.
        let _ = tracks::init_of(input, sound.track);
    }
    let fragment = Bytes::copy_from_slice(input);
    for track in 0..4u8 {
        if let Some(part) = tracks::part_of(&fragment, u32::from(track)) {
            assert!(part.len() <= input.len(), "more came out than went in");
        }
        if let Some(text) = tracks::text_of_minute(input, track) {
            assert!(text.len() <= input.len(), "more came out than went in");
        }
    }
    named.come_apart()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arbitrary_bytes_panic_nowhere(input in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = run(&input);
        }
    }

    #[test]
    fn q1_what_is_well_formed_is_taken_and_one_byte_more_is_not() {
        let message = ToProvider::Range { first: 3, count: 4 };
        let mut input = vec![5];
        input.extend(frame::encode(&message));
        assert!(run(&input));
        let mut longer = vec![5];
        let mut content = message.encode();
        content.push(0);
        longer.extend((content.len() as u32).to_le_bytes());
        longer.extend(content);
        assert!(!run(&longer));
    }
}
