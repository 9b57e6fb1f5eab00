//! Which nodes take in a cell, and which gives one up.
//!
//! The first copies, those that are always kept, go by free space, with different operators and regions and one always on.
//! Copies beyond are for viewers: they go where upload capacity is idle.

use chainflix_primitives::{AccountId, registry::ProviderClass};
use serde::{Deserialize, Serialize};

use crate::protocol::scale_hex;

/// A node that could take in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Index on chain.
    pub provider: u32,
    /// Its operator.
    pub owner: AccountId,
    /// Its region.
    pub region: [u8; 2],
    /// How available it is.
    #[serde(with = "scale_hex")]
    pub class: ProviderClass,
    /// Free space less what is promised already, in bytes.
    pub free_bytes: u64,
    /// Load in thousandths of its upload capacity, with what its cells are expected to bring.
    pub load: u64,
}

/// The nodes that shall hold a cell of `bytes` besides those of `holders`, so that there are `copies` in all; fewer when
/// there are not enough with space.
///
/// In turn each is the one that adds most: the first always-on node, then a new operator, then a new region; then up to
/// `floor` copies most free space, beyond them least load.
#[must_use]
pub fn place(
    sites: &[Site],
    holders: &[Site],
    bytes: u64,
    floor: usize,
    copies: usize,
) -> Vec<u32> {
    let mut held: Vec<&Site> = holders.iter().collect();
    let mut chosen = Vec::new();
    while held.len() < copies {
        let anchored = held.iter().any(|other| is_always_on(other));
        let for_viewers = held.len() >= floor;
        let best = sites
            .iter()
            .filter(|site| site.free_bytes >= bytes)
            .filter(|site| held.iter().all(|other| other.provider != site.provider))
            .max_by_key(|site| {
                (
                    !anchored && is_always_on(site),
                    for_viewers || held.iter().all(|other| other.owner != site.owner),
                    for_viewers || held.iter().all(|other| other.region != site.region),
                    std::cmp::Reverse(if for_viewers { site.load } else { 0 }),
                    site.free_bytes,
                    std::cmp::Reverse(site.provider),
                )
            });
        let Some(best) = best else { break };
        held.push(best);
        chosen.push(best.provider);
    }
    chosen
}

/// Which of `holders` gives its copy up so that `copies` remain at least; none when there are no more.
///
/// It is the one that is missed least: not the only always-on node, then an operator that holds another copy, then a
/// region that does, then least free space.
#[must_use]
pub fn surplus(holders: &[Site], copies: usize) -> Option<u32> {
    if holders.len() <= copies {
        return None;
    }
    let shared =
        |same: &dyn Fn(&Site) -> bool| holders.iter().filter(|other| same(other)).count() > 1;
    holders
        .iter()
        .max_by_key(|site| {
            (
                !is_always_on(site) || shared(&is_always_on),
                shared(&|other| other.owner == site.owner),
                shared(&|other| other.region == site.region),
                std::cmp::Reverse(site.free_bytes),
                site.provider,
            )
        })
        .map(|site| site.provider)
}

pub(crate) fn is_always_on(site: &Site) -> bool {
    site.class == ProviderClass::AlwaysOn
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn site(provider: u32, owner: u8, region: &[u8; 2], class: ProviderClass, free: u64) -> Site {
        Site {
            provider,
            owner: AccountId([owner; 32]),
            region: *region,
            class,
            free_bytes: free,
            load: 0,
        }
    }

    #[test]
    fn one_copy_goes_to_an_always_on_node_even_when_homes_have_more_space() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::Home, 900),
            site(1, 2, b"KR", ProviderClass::Home, 800),
            site(2, 3, b"KR", ProviderClass::AlwaysOn, 100),
        ];
        assert_eq!(place(&sites, &[], 50, 2, 2), [2, 0]);
    }

    #[test]
    fn another_operator_comes_before_more_space_and_another_region_too() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::AlwaysOn, 900),
            site(1, 1, b"DE", ProviderClass::AlwaysOn, 800),
            site(2, 2, b"KR", ProviderClass::AlwaysOn, 700),
            site(3, 3, b"DE", ProviderClass::AlwaysOn, 100),
        ];
        assert_eq!(place(&sites, &[], 50, 3, 3), [0, 3, 2]);
    }

    #[test]
    fn holders_count_towards_the_copies_and_are_not_named_again() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::AlwaysOn, 900),
            site(1, 2, b"KR", ProviderClass::Home, 900),
        ];
        assert_eq!(place(&sites, &sites[..1], 50, 2, 2), [1]);
        assert_eq!(place(&sites, &sites, 50, 2, 2), Vec::<u32>::new());
    }

    #[test]
    fn copies_beyond_the_floor_go_where_upload_capacity_is_idle() {
        let mut sites = [
            site(0, 1, b"KR", ProviderClass::AlwaysOn, 900),
            site(1, 2, b"DE", ProviderClass::Home, 800),
            site(2, 1, b"KR", ProviderClass::Home, 100),
        ];
        sites[1].load = 700;
        assert_eq!(place(&sites, &sites[..1], 50, 1, 2), [2]);
    }

    #[test]
    fn the_copy_that_goes_is_neither_the_only_always_on_one_nor_one_too_many() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::AlwaysOn, 10),
            site(1, 2, b"DE", ProviderClass::Home, 800),
            site(2, 2, b"KR", ProviderClass::Home, 900),
        ];
        assert_eq!(surplus(&sites, 3), None);
        assert_eq!(
            surplus(&sites, 2),
            Some(2),
            "operator and region have another one"
        );
        assert_eq!(surplus(&sites[..2], 1), Some(1));
    }

    proptest! {
        #[test]
        fn nobody_is_named_without_space_or_twice(
            frees in proptest::collection::vec(0u64..100, 0..30), bytes in 1u64..100, copies in 0usize..8,
        ) {
            let sites: Vec<Site> = frees
                .iter()
                .enumerate()
                .map(|(i, free)| site(i as u32, i as u8 % 5, b"KR", ProviderClass::Home, *free))
                .collect();
            let chosen = place(&sites, &[], bytes, copies, copies);
            let able = frees.iter().filter(|free| **free >= bytes).count();
            prop_assert_eq!(chosen.len(), copies.min(able));
            prop_assert!(chosen.iter().all(|p| frees[*p as usize] >= bytes));
            let distinct: std::collections::BTreeSet<_> = chosen.iter().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
        }
    }
}
