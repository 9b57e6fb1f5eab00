//! What the service remembers of accounts that watch now: one open ticket each, what they play, what they used up.
//!
//! All of it is in memory: open tickets don't survive a restart. Accounts that did nothing for some minutes are forgotten,
//! so that a million abandoned sessions leave nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, RandomConstant, Round, ids::AddressTag, refusal::Refusal,
    ticket::Ticket,
};

use crate::api::limits::Bucket;
use crate::config::Limits;

/// An account is forgotten when it did nothing for so long, in ms: longer than any ticket can be finished.
const FORGOTTEN_AFTER_MS: u64 = 180_000;
/// Rounds for which views per address group are counted.
const QUOTA_ROUNDS: u32 = 4;

/// A ticket whose Play Data has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenTicket {
    /// The ticket.
    pub(crate) ticket: Ticket,
    /// When it was issued, on the monotonic clock.
    pub(crate) issued_ms: u64,
    /// Playtime of the cell, in ms.
    pub(crate) playtime_ms: u32,
    /// Cycle of its round.
    pub(crate) cycle: Cycle,
}

/// What an account plays without a ticket here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Playing {
    video: Magnet,
    cell: u16,
    playtime_ms: u32,
    /// Since when, on the monotonic clock.
    since_ms: u64,
}

struct Account {
    open: Option<OpenTicket>,
    playing: Option<Playing>,
    /// Until when another verifier's ticket may be open, on the monotonic clock.
    elsewhere_until: Option<u64>,
    /// End of the last interval accepted here, ms since the Unix epoch. `None` before the store was asked.
    last_end_ms: Option<u64>,
    starts: Bucket,
    moves: Bucket,
    used_ms: u64,
}

#[derive(Default)]
struct Inner {
    /// On the heap each: a map has room for up to twice as many as it holds.
    accounts: HashMap<AccountId, Box<Account>>,
    /// Whose open ticket a random constant belongs to.
    constants: HashMap<RandomConstant, AccountId>,
    /// Accepted views by round and address group.
    quotas: BTreeMap<Round, HashMap<AddressTag, u32>>,
}

/// All accounts that watch now.
pub(crate) struct Accounts {
    limits: Limits,
    inner: Mutex<Inner>,
}

/// How a place in a video is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The video.
    pub(crate) video: Magnet,
    /// The cell.
    pub(crate) cell: u16,
    /// Its playtime in ms.
    pub(crate) playtime_ms: u32,
}

/// The next cell's content key is given in so much of the end of a cell, in ms.
const NEXT_KEY_MS: u64 = 15_000;

impl Accounts {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
        }
    }

    /// Runs `act` on an account; `last_end` is asked for when it is not known yet.
    fn with<T>(
        &self,
        account: &AccountId,
        now_ms: u64,
        act: impl FnOnce(&mut Account, &mut HashMap<RandomConstant, AccountId>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        if !inner.accounts.contains_key(account) && inner.accounts.len() >= self.limits.sessions {
            forget(inner, now_ms);
            if inner.accounts.len() >= self.limits.sessions {
                return Err(Refusal::TooManySessions);
            }
        }
        let entry = inner.accounts.entry(*account).or_insert_with(|| {
            Box::new(Account {
                open: None,
                playing: None,
                elsewhere_until: None,
                last_end_ms: None,
                starts: Bucket::full(self.limits.starts, now_ms),
                moves: Bucket::full(self.limits.moves, now_ms),
                used_ms: now_ms,
            })
        });
        entry.used_ms = now_ms;
        act(entry, &mut inner.constants)
    }

    /// End of the last interval that was accepted of an account here, ms since the Unix epoch, if it is remembered.
    pub(crate) fn last_end(&self, account: &AccountId) -> Option<u64> {
        self.lock().accounts.get(account)?.last_end_ms
    }

    /// Whether a cell may be started now, and from when on, given the end of the account's last interval by the store.
    pub(crate) fn may_start(
        &self,
        account: &AccountId,
        now_ms: u64,
        stored_end_ms: u64,
    ) -> Result<u64, Refusal> {
        let rate = self.limits.starts;
        self.with(account, now_ms, |state, _| {
            if state.elsewhere_until.is_some_and(|until| now_ms < until) {
                return Err(Refusal::TicketOpen);
            }
            if !state.starts.take(rate, now_ms) {
                return Err(Refusal::RateLimited);
            }
            let last_end_ms = state.last_end_ms.unwrap_or(0).max(stored_end_ms);
            state.last_end_ms = Some(last_end_ms);
            Ok(last_end_ms)
        })
    }

    /// Opens a ticket; one that was open is given up. False when the time of issue is no longer right, because a view
    /// was accepted meanwhile.
    pub(crate) fn open(&self, open: OpenTicket, place: Place) -> Result<bool, Refusal> {
        let now_ms = open.issued_ms;
        let viewer = open.ticket.viewer;
        self.with(&viewer, now_ms, |state, constants| {
            if state
                .last_end_ms
                .is_some_and(|end| open.ticket.issue_ms < end)
            {
                return Ok(false);
            }
            if let Some(old) = state.open.take() {
                constants.remove(&old.ticket.constant);
            }
            constants.insert(open.ticket.constant, viewer);
            state.playing = Some(Playing {
                video: place.video,
                cell: place.cell,
                playtime_ms: place.playtime_ms,
                since_ms: now_ms,
            });
            state.open = Some(open);
            Ok(true)
        })
    }

    /// The account's open ticket.
    pub(crate) fn open_ticket(&self, account: &AccountId) -> Option<OpenTicket> {
        self.lock().accounts.get(account)?.open.clone()
    }

    /// Whose open ticket has this constant.
    pub(crate) fn holder_of(&self, constant: &RandomConstant) -> Option<AccountId> {
        self.lock().constants.get(constant).copied()
    }

    /// Closes the open ticket with this constant because its view is accepted up to `end_ms`. False when it is no longer
    /// open.
    pub(crate) fn accept(
        &self,
        account: &AccountId,
        constant: &RandomConstant,
        end_ms: u64,
    ) -> bool {
        let mut inner = self.lock();
        let Inner {
            accounts,
            constants,
            ..
        } = &mut *inner;
        let Some(state) = accounts.get_mut(account) else {
            return false;
        };
        let is_open = |open: &mut OpenTicket| open.ticket.constant == *constant;
        if state.open.take_if(is_open).is_none() {
            return false;
        }
        constants.remove(constant);
        state.last_end_ms = state.last_end_ms.max(Some(end_ms));
        true
    }

    /// Gives up the open ticket, here and, as far as is known here, elsewhere.
    pub(crate) fn abandon(&self, account: &AccountId) -> Option<OpenTicket> {
        let mut inner = self.lock();
        let state = inner.accounts.get_mut(account)?;
        state.elsewhere_until = None;
        let old = state.open.take()?;
        inner.constants.remove(&old.ticket.constant);
        Some(old)
    }

    /// Takes note that another verifier issued a ticket that can be finished until `until_ms`. Accounts that are not known
    /// here get at most half of the room for it, so that nobody's tales of viewers keep out those who come.
    pub(crate) fn note_elsewhere(&self, account: &AccountId, now_ms: u64, until_ms: u64) {
        let has_room = {
            let inner = self.lock();
            let half = self.limits.sessions / 2;
            inner.accounts.contains_key(account) || inner.accounts.len() < half
        };
        if !has_room {
            return;
        }
        // Whether there is room for a mere courtesy does not matter.
        let _ = self.with(account, now_ms, |state, _| {
            state.elsewhere_until = Some(until_ms);
            Ok(())
        });
    }

    /// Takes note that the other verifier's ticket is closed.
    pub(crate) fn clear_elsewhere(&self, account: &AccountId) {
        if let Some(state) = self.lock().accounts.get_mut(account) {
            state.elsewhere_until = None;
        }
    }

    /// Whether the content key of `place` may be given now: it is what plays, or what comes next in the last 15 s, or the
    /// account jumps there, which it may do now and then unless a minute of it is open.
    pub(crate) fn may_have_content_key(
        &self,
        account: &AccountId,
        place: Place,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        let rate = self.limits.moves;
        self.with(account, now_ms, |state, _| {
            let Some(playing) = state.playing else {
                state.playing = Some(playing_at(place, now_ms));
                return Ok(());
            };
            let same_video = playing.video == place.video;
            if same_video && playing.cell == place.cell {
                return Ok(());
            }
            let played = now_ms.saturating_sub(playing.since_ms);
            let key_from = u64::from(playing.playtime_ms).saturating_sub(NEXT_KEY_MS);
            let is_next = same_video && playing.cell.checked_add(1) == Some(place.cell);
            if is_next && played >= key_from {
                // Without a ticket the place moves on when the cell has had its time.
                if state.open.is_none() {
                    let end = playing
                        .since_ms
                        .saturating_add(u64::from(playing.playtime_ms));
                    state.playing = Some(playing_at(place, end.max(now_ms)));
                }
                return Ok(());
            }
            let still_open = state.open.as_ref().is_some_and(|open| {
                let elapsed = now_ms.saturating_sub(open.issued_ms);
                elapsed.saturating_mul(2) <= u64::from(open.playtime_ms).saturating_mul(3)
            });
            if still_open {
                return Err(Refusal::TicketOpen);
            }
            if !state.moves.take(rate, now_ms) {
                return Err(Refusal::RateLimited);
            }
            state.playing = Some(playing_at(place, now_ms));
            Ok(())
        })
    }

    /// Whether DownloadKeys and tokens of a cell may be given: up to two cells ahead of what plays, or by a jump.
    pub(crate) fn may_have_tokens(
        &self,
        account: &AccountId,
        video: Magnet,
        cell: u16,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        let rate = self.limits.moves;
        self.with(account, now_ms, |state, _| {
            let ahead = state.playing.is_some_and(|playing| {
                let last = playing.cell.saturating_add(2);
                playing.video == video && (playing.cell..=last).contains(&cell)
            });
            if ahead || state.moves.take(rate, now_ms) {
                Ok(())
            } else {
                Err(Refusal::RateLimited)
            }
        })
    }

    /// Counts one accepted view of an address group, unless it has used up `quota` in that round.
    pub(crate) fn count_in_group(&self, round: Round, tag: AddressTag, quota: u32) -> bool {
        let mut inner = self.lock();
        // Rounds that nobody asks after any more go as a whole: a view costs the same however many groups watch.
        while let Some(oldest) = inner.quotas.first_entry()
            && oldest.key().saturating_add(QUOTA_ROUNDS) <= round
        {
            oldest.remove();
        }
        let used = inner
            .quotas
            .entry(round)
            .or_default()
            .entry(tag)
            .or_default();
        if *used >= quota {
            return false;
        }
        *used = used.saturating_add(1);
        true
    }

    /// Forgets accounts that did nothing for some minutes.
    pub(crate) fn sweep(&self, now_ms: u64) {
        forget(&mut self.lock(), now_ms);
    }

    /// Number of accounts that are remembered.
    pub(crate) fn len(&self) -> usize {
        self.lock().accounts.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn playing_at(place: Place, since_ms: u64) -> Playing {
    Playing {
        video: place.video,
        cell: place.cell,
        playtime_ms: place.playtime_ms,
        since_ms,
    }
}

fn forget(inner: &mut Inner, now_ms: u64) {
    let Inner {
        accounts,
        constants,
        ..
    } = inner;
    accounts.retain(|_, state| {
        let keep = state.used_ms.saturating_add(FORGOTTEN_AFTER_MS) > now_ms;
        if let (false, Some(open)) = (keep, &state.open) {
            constants.remove(&open.ticket.constant);
        }
        keep
    });
}

#[cfg(test)]
mod tests;
