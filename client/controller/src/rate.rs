//! Requests per address group: a token bucket each, in a table of bounded size.

use std::collections::HashMap;

/// Most groups that are remembered at once; beyond, the fullest buckets are forgotten, which costs nobody anything.
const MAX_GROUPS: usize = 65_536;

/// How many requests a group may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// At once.
    pub burst: u32,
    /// Per second in the long run.
    pub per_second: u32,
}

/// What is left of a group's burst.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In thousandths of a request.
    left: u64,
    at_ms: u64,
}

/// The buckets of all groups.
#[derive(Debug)]
pub struct RateLimiter {
    limit: RateLimit,
    buckets: HashMap<[u8; 8], Bucket>,
}

impl RateLimiter {
    /// A limiter with no history.
    #[must_use]
    pub fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            buckets: HashMap::new(),
        }
    }

    /// Takes one request of `group` at `now_ms` (monotonic). False when it has none left.
    pub fn take(&mut self, group: [u8; 8], now_ms: u64) -> bool {
        let full = u64::from(self.limit.burst).saturating_mul(1_000);
        let per_second = u64::from(self.limit.per_second);
        let refilled = |bucket: &Bucket| {
            let passed = now_ms.saturating_sub(bucket.at_ms);
            // Thousandths per millisecond are requests per second.
            bucket
                .left
                .saturating_add(passed.saturating_mul(per_second))
                .min(full)
        };
        if self.buckets.len() >= MAX_GROUPS && !self.buckets.contains_key(&group) {
            self.buckets.retain(|_, bucket| refilled(bucket) < full);
            if self.buckets.len() >= MAX_GROUPS {
                return false;
            }
        }
        let left = self.buckets.get(&group).map_or(full, refilled);
        let allowed = left >= 1_000;
        self.buckets.insert(
            group,
            Bucket {
                left: if allowed {
                    left.saturating_sub(1_000)
                } else {
                    left
                },
                at_ms: now_ms,
            },
        );
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_gets_its_burst_and_then_its_rate_and_others_are_not_touched() {
        let mut limiter = RateLimiter::new(RateLimit {
            burst: 3,
            per_second: 2,
        });
        let (one, other) = ([1; 8], [2; 8]);
        assert_eq!((0..5).filter(|_| limiter.take(one, 0)).count(), 3);
        assert!(limiter.take(other, 0));
        assert!(!limiter.take(one, 499));
        assert!(limiter.take(one, 500));
        assert!(!limiter.take(one, 500));
        assert_eq!((0..9).filter(|_| limiter.take(one, 1_000_000)).count(), 3);
    }
}
