//! What is longer than it may be is no call at all: nothing of it is looked at, and no pool takes it.

use crate::{RuntimeCall, configs::Enactable};
use codec::{Decode, Encode};
use frame_support::traits::{Contains, GetCallMetadata};

/// The call that these bytes are, by name; none when they are no call.
fn read(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes;
    let call = RuntimeCall::decode(&mut rest).ok()?;
    assert!(!Enactable::contains(&call) && rest.is_empty(), "{call:?}");
    let name = call.get_call_metadata();
    Some(format!("{}.{}", name.pallet_name, name.function_name))
}

/// Whether a call is one with as much as may be, and none with one more. `bytes` of a call with so much.
fn is_bounded(name: &str, most: usize, bytes: impl Fn(usize) -> Vec<u8>) {
    assert_eq!(read(&bytes(most)).as_deref(), Some(name));
    assert_eq!(read(&bytes(most + 1)), None, "{name}");
}

fn supervisor(name: usize, endpoint: usize) -> Vec<u8> {
    let profile = (vec![b'a'; name], vec![b'a'; endpoint], [5u8; 32]);
    (20u8, 0u8, [8u8; 32], profile).encode()
}

fn campaign(tags: usize, tag: usize) -> Vec<u8> {
    let prices = (1u128, 1u128, 1u128);
    let tags = vec![vec![b'a'; tag]; tags];
    (25u8, 0u8, [7u8; 32], prices, 1u16, 0u32, tags, 5u128).encode()
}

fn verifier(endpoint: usize) -> Vec<u8> {
    let profile = (vec![b'a'; endpoint], *b"DE", [5u8; 32], 1u32, 1u32);
    (19u8, 2u8, profile).encode()
}

#[test]
fn q1_names_endpoints_and_tags_one_over_their_bound_are_no_call() {
    let most = |bound: u32| bound as usize;
    let name = most(pallet_supervisors::types::MAX_NAME_BYTES);
    let endpoint = most(chainflix_primitives::registry::MAX_ENDPOINT_BYTES);
    is_bounded("Supervisors.add_supervisor", name, |name| {
        supervisor(name, 0)
    });
    is_bounded("Supervisors.add_supervisor", endpoint, |endpoint| {
        supervisor(1, endpoint)
    });
    is_bounded("Authorities.apply", endpoint, verifier);
    let (tags, tag) = (
        most(pallet_ads::types::MAX_TAGS),
        most(pallet_ads::types::MAX_TAG_BYTES),
    );
    is_bounded("Ads.open", tags, |tags| campaign(tags, tag));
    is_bounded("Ads.open", tag, |tag| campaign(tags, tag));
}
