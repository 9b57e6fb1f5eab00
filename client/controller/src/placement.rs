//! Which nodes take in a cell: by free space, with different operators and regions, one always on.

use chainflix_primitives::{AccountId, registry::ProviderClass};

/// A node that could take in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Index on chain.
    pub provider: u32,
    /// Its operator.
    pub owner: AccountId,
    /// Its region.
    pub region: [u8; 2],
    /// How available it is.
    pub class: ProviderClass,
    /// Free space less what is promised already, in bytes.
    pub free_bytes: u64,
}

/// The nodes that shall hold a cell of `bytes` besides those of `holders`, so that there are `copies` in all; fewer when
/// there are not enough with space.
///
/// In turn each is the one that adds most: the first always-on node, then a new operator, then a new region, then most
/// free space.
#[must_use]
pub fn place(sites: &[Site], holders: &[Site], bytes: u64, copies: usize) -> Vec<u32> {
    let mut held: Vec<&Site> = holders.iter().collect();
    let mut chosen = Vec::new();
    while held.len() < copies {
        let best = sites
            .iter()
            .filter(|site| site.free_bytes >= bytes)
            .filter(|site| held.iter().all(|other| other.provider != site.provider))
            .max_by_key(|site| {
                let anchored = held.iter().any(|other| is_always_on(other));
                (
                    !anchored && is_always_on(site),
                    held.iter().all(|other| other.owner != site.owner),
                    held.iter().all(|other| other.region != site.region),
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

fn is_always_on(site: &Site) -> bool {
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
        }
    }

    #[test]
    fn one_copy_goes_to_an_always_on_node_even_when_homes_have_more_space() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::Home, 900),
            site(1, 2, b"KR", ProviderClass::Home, 800),
            site(2, 3, b"KR", ProviderClass::AlwaysOn, 100),
        ];
        assert_eq!(place(&sites, &[], 50, 2), [2, 0]);
    }

    #[test]
    fn another_operator_comes_before_more_space_and_another_region_too() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::AlwaysOn, 900),
            site(1, 1, b"DE", ProviderClass::AlwaysOn, 800),
            site(2, 2, b"KR", ProviderClass::AlwaysOn, 700),
            site(3, 3, b"DE", ProviderClass::AlwaysOn, 100),
        ];
        assert_eq!(place(&sites, &[], 50, 3), [0, 3, 2]);
    }

    #[test]
    fn holders_count_towards_the_copies_and_are_not_named_again() {
        let sites = [
            site(0, 1, b"KR", ProviderClass::AlwaysOn, 900),
            site(1, 2, b"KR", ProviderClass::Home, 900),
        ];
        assert_eq!(place(&sites, &sites[..1], 50, 2), [1]);
        assert_eq!(place(&sites, &sites, 50, 2), Vec::<u32>::new());
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
            let chosen = place(&sites, &[], bytes, copies);
            let able = frees.iter().filter(|free| **free >= bytes).count();
            prop_assert_eq!(chosen.len(), copies.min(able));
            prop_assert!(chosen.iter().all(|p| frees[*p as usize] >= bytes));
            let distinct: std::collections::BTreeSet<_> = chosen.iter().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
        }
    }
}
