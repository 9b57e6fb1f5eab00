//! Where the pallets keep what they know.

use crate::{AllPalletsWithSystem, RuntimeCall};
use frame_support::traits::StorageInfoTrait;
use std::collections::BTreeMap;

#[test]
fn no_two_items_share_a_prefix_in_storage() {
    let mut seen = BTreeMap::new();
    for info in AllPalletsWithSystem::storage_info() {
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let item = format!("{}.{}", name(&info.pallet_name), name(&info.storage_name));
        let other = seen.insert(info.prefix, item.clone());
        assert_eq!(other, None, "{item} has the same prefix");
    }
    assert!(seen.len() > 100, "only {} items were looked at", seen.len());
}

#[test]
fn a_call_is_small_in_memory_because_large_arguments_are_boxed() {
    let bytes = core::mem::size_of::<RuntimeCall>();
    assert!(bytes <= 320, "{bytes} bytes: box the largest argument");
}
