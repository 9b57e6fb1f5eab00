//! Rate limits, by address group and by account.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::address::AddressGroup;
use crate::config::{Limits, Rate};

/// What one use takes out of a bucket.
const ONE: u64 = 1_000_000;
/// Groups that are remembered.
const GROUPS: usize = 65_536;

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// Millionths of uses.
    level: u64,
    at_ms: u64,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn full(rate: Rate, now_ms: u64) -> Self {
        Self {
            level: capacity(rate),
            at_ms: now_ms,
        }
    }

    /// Takes one use out, if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now_ms: u64) -> bool {
        self.refill(rate, now_ms);
        match self.level.checked_sub(ONE) {
            Some(rest) => {
                self.level = rest;
                true
            }
            None => false,
        }
    }

    fn refill(&mut self, rate: Rate, now_ms: u64) {
        let passed = now_ms.saturating_sub(self.at_ms);
        let added = passed.saturating_mul(u64::from(rate.per_kilosecond));
        self.level = self.level.saturating_add(added).min(capacity(rate));
        self.at_ms = self.at_ms.max(now_ms);
    }

    fn is_full(&mut self, rate: Rate, now_ms: u64) -> bool {
        self.refill(rate, now_ms);
        self.level == capacity(rate)
    }
}

fn capacity(rate: Rate) -> u64 {
    u64::from(rate.burst).saturating_mul(ONE)
}

struct Group {
    calls: Bucket,
    opens: Bucket,
    connections: usize,
    subscriptions: usize,
}

/// Limits by address group.
pub(crate) struct GroupLimits {
    limits: Limits,
    groups: Mutex<HashMap<AddressGroup, Group>>,
}

/// A connection's place among those of its group; given back when dropped.
pub(crate) struct ConnectionPlace {
    limits: Arc<GroupLimits>,
    group: AddressGroup,
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        if let Some(group) = self.limits.lock().get_mut(&self.group) {
            group.connections = group.connections.saturating_sub(1);
        }
    }
}

/// A subscription's place among those of its group; given back when dropped.
pub(crate) struct SubscriptionPlace {
    limits: Arc<GroupLimits>,
    group: AddressGroup,
}

impl Drop for SubscriptionPlace {
    fn drop(&mut self) {
        if let Some(group) = self.limits.lock().get_mut(&self.group) {
            group.subscriptions = group.subscriptions.saturating_sub(1);
        }
    }
}

impl GroupLimits {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            groups: Mutex::default(),
        }
    }

    /// A place for one more connection of the group, if it may have one.
    pub(crate) fn connect(
        self: &Arc<Self>,
        group: AddressGroup,
        now_ms: u64,
    ) -> Option<ConnectionPlace> {
        let most = self.limits.connections_per_group;
        let connected = self.with(group, now_ms, |state| {
            let free = state.connections < most;
            if free {
                state.connections = state.connections.saturating_add(1);
            }
            free
        });
        connected.then(|| ConnectionPlace {
            limits: Arc::clone(self),
            group,
        })
    }

    /// A place for one more subscription of the group, if it may have one.
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        group: AddressGroup,
        now_ms: u64,
    ) -> Option<SubscriptionPlace> {
        let most = self.limits.subscriptions_per_group;
        let subscribed = self.with(group, now_ms, |state| {
            let free = state.subscriptions < most;
            if free {
                state.subscriptions = state.subscriptions.saturating_add(1);
            }
            free
        });
        subscribed.then(|| SubscriptionPlace {
            limits: Arc::clone(self),
            group,
        })
    }

    /// Whether the group may make one more call now.
    pub(crate) fn may_call(&self, group: AddressGroup, now_ms: u64) -> bool {
        let rate = self.limits.calls;
        self.with(group, now_ms, |state| state.calls.take(rate, now_ms))
    }

    /// Whether the group may open one more session now.
    pub(crate) fn may_open(&self, group: AddressGroup, now_ms: u64) -> bool {
        let rate = self.limits.opens;
        self.with(group, now_ms, |state| state.opens.take(rate, now_ms))
    }

    /// Runs `act` on the group's state. False when there is no room for one more group.
    fn with(&self, group: AddressGroup, now_ms: u64, act: impl FnOnce(&mut Group) -> bool) -> bool {
        let Limits { calls, opens, .. } = self.limits;
        let mut groups = self.lock();
        if !groups.contains_key(&group) && groups.len() >= GROUPS {
            // A group with full buckets and no connection is as good as new.
            groups.retain(|_, state| {
                state.connections > 0
                    || state.subscriptions > 0
                    || !state.calls.is_full(calls, now_ms)
                    || !state.opens.is_full(opens, now_ms)
            });
            if groups.len() >= GROUPS {
                return false;
            }
        }
        act(groups.entry(group).or_insert_with(|| Group {
            calls: Bucket::full(calls, now_ms),
            opens: Bucket::full(opens, now_ms),
            connections: 0,
            subscriptions: 0,
        }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AddressGroup, Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        burst: 3,
        per_kilosecond: 500,
    };

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_use_every_two_seconds() {
        let mut bucket = Bucket::full(RATE, 0);
        assert!((0..3).all(|_| bucket.take(RATE, 0)));
        assert!(!bucket.take(RATE, 1_999));
        assert!(bucket.take(RATE, 2_000));
        assert!(!bucket.take(RATE, 2_001));
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst_and_does_not_mind_a_clock_that_stands() {
        let mut bucket = Bucket::full(RATE, 0);
        let later = 1_000_000_000;
        assert!((0..3).all(|_| bucket.take(RATE, later)));
        assert!(!bucket.take(RATE, later));
        assert!(!bucket.take(RATE, 0));
    }

    #[test]
    fn y2_one_group_that_uses_up_its_calls_leaves_others_theirs() {
        let limits = GroupLimits::new(Limits {
            calls: RATE,
            ..Limits::default()
        });
        let group = |text: &str| AddressGroup::of(text.parse().expect("an address"));
        let (one, other) = (group("2001:db8::1"), group("2001:db8:0:1::1"));
        assert!((0..3).all(|_| limits.may_call(one, 0)));
        assert!(!limits.may_call(group("2001:db8::2"), 0));
        assert!(limits.may_call(other, 0));
    }

    #[test]
    fn a_connection_gives_its_place_back() {
        let limits = Arc::new(GroupLimits::new(Limits {
            connections_per_group: 1,
            ..Limits::default()
        }));
        let group = AddressGroup::of("192.0.2.1".parse().expect("an address"));
        let place = limits.connect(group, 0).expect("the first has a place");
        assert!(limits.connect(group, 0).is_none());
        drop(place);
        assert!(limits.connect(group, 0).is_some());
    }

    #[test]
    fn y2_a_group_has_its_subscriptions_and_gets_the_place_of_one_that_ended() {
        let limits = Arc::new(GroupLimits::new(Limits {
            subscriptions_per_group: 2,
            ..Limits::default()
        }));
        let group = |text: &str| AddressGroup::of(text.parse().expect("an address"));
        let (one, other) = (group("2001:db8::1"), group("2001:db8:0:1::1"));
        let first = limits.subscribe(one, 0).expect("a place");
        let _second = limits.subscribe(one, 0).expect("a place");
        assert!(limits.subscribe(group("2001:db8::9"), 0).is_none());
        assert!(limits.subscribe(other, 0).is_some());
        drop(first);
        assert!(limits.subscribe(one, 0).is_some());
    }
}
