//! Who follows what happens here, and is told: accounts their views, everybody the rounds.
//!
//! Nothing of what is told waits here without bound. What happens to views is read from the store, as it stands when the
//! one who follows is ready for it; what the store does not have by account, refusals, waits in a short queue, and so do
//! rounds. Who falls so far behind that the queue is over is sent away.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chainflix_primitives::{AccountId, Magnet, refusal::Refusal};
use tokio::sync::{broadcast, watch};

pub(crate) mod rounds;
pub(crate) mod views;

use self::rounds::RoundNews;

/// What waits for one who follows views.
const VIEW_QUEUE: usize = 64;
/// What waits for one who follows rounds: more than three blocks of them.
const ROUND_QUEUE: usize = 64;

/// What an account is told of at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A view was accepted: it is in the store.
    Accepted,
    /// Play Data was refused.
    Refused {
        video: Magnet,
        minute: u16,
        refusal: Refusal,
    },
}

/// All who follow.
pub(crate) struct Following {
    accounts: Mutex<HashMap<AccountId, broadcast::Sender<Told>>>,
    /// Changes when views were put into a block, or decided.
    moved: watch::Sender<u64>,
    rounds: broadcast::Sender<Arc<RoundNews>>,
}

impl Default for Following {
    fn default() -> Self {
        Self {
            accounts: Mutex::default(),
            moved: watch::Sender::new(0),
            rounds: broadcast::Sender::new(ROUND_QUEUE),
        }
    }
}

impl Following {
    /// Follows an account, until what is returned is dropped.
    pub(crate) fn account(self: &Arc<Self>, account: AccountId) -> Follower {
        let mut accounts = self.lock();
        let sender = accounts
            .entry(account)
            .or_insert_with(|| broadcast::Sender::new(VIEW_QUEUE));
        Follower {
            told: Some(sender.subscribe()),
            moved: self.moved.subscribe(),
            account,
            following: Arc::clone(self),
        }
    }

    /// Follows rounds.
    pub(crate) fn rounds(&self) -> broadcast::Receiver<Arc<RoundNews>> {
        self.rounds.subscribe()
    }

    /// Tells whoever follows an account.
    pub(crate) fn tell(&self, account: &AccountId, told: Told) {
        if let Some(sender) = self.lock().get(account) {
            // Who has just gone is told nothing.
            let _ = sender.send(told);
        }
    }

    /// Has all who follow views look where they stand.
    pub(crate) fn moved(&self) {
        self.moved
            .send_modify(|times| *times = times.wrapping_add(1));
    }

    fn tell_round(&self, news: RoundNews) {
        // Nobody may be there.
        let _ = self.rounds.send(Arc::new(news));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, broadcast::Sender<Told>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who follows an account.
pub(crate) struct Follower {
    /// Always there until it is dropped.
    told: Option<broadcast::Receiver<Told>>,
    moved: watch::Receiver<u64>,
    account: AccountId,
    following: Arc<Following>,
}

/// Why nothing more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// More was to be told than waits.
    Behind,
    /// The service ends.
    Ended,
}

impl Follower {
    /// Waits until something may have happened; the refusal, if it was one.
    pub(crate) async fn next(&mut self) -> Result<Option<Told>, Over> {
        let told = self.told.as_mut().ok_or(Over::Ended)?;
        tokio::select! {
            told = told.recv() => match told {
                Ok(told) => Ok(Some(told)),
                Err(broadcast::error::RecvError::Lagged(_)) => Err(Over::Behind),
                Err(broadcast::error::RecvError::Closed) => Err(Over::Ended),
            },
            moved = self.moved.changed() => moved.map(|()| None).map_err(|_| Over::Ended),
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.told = None;
        let mut accounts = self.following.lock();
        let is_last = |sender: &broadcast::Sender<Told>| sender.receiver_count() == 0;
        if accounts.get(&self.account).is_some_and(is_last) {
            accounts.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Told = Told::Refused {
        video: Magnet([1; 32]),
        minute: 2,
        refusal: Refusal::TooEarly,
    };

    #[tokio::test]
    async fn an_account_that_nobody_follows_any_more_leaves_nothing() {
        let following = Arc::new(Following::default());
        let account = AccountId([1; 32]);
        let first = following.account(account);
        let second = following.account(account);
        drop(first);
        assert_eq!(following.lock().len(), 1);
        drop(second);
        assert!(following.lock().is_empty());
        following.tell(&account, Told::Accepted);
    }

    #[tokio::test]
    async fn who_follows_an_account_is_told_of_that_one_only_and_of_everything_that_moves() {
        let following = Arc::new(Following::default());
        let mut follower = following.account(AccountId([1; 32]));
        following.tell(&AccountId([2; 32]), Told::Accepted);
        following.tell(&AccountId([1; 32]), REFUSED);
        assert_eq!(follower.next().await, Ok(Some(REFUSED)));
        following.moved();
        assert_eq!(follower.next().await, Ok(None));
    }

    #[tokio::test]
    async fn q3_who_does_not_listen_holds_a_bounded_queue_and_is_told_that_it_missed_something() {
        let following = Arc::new(Following::default());
        let account = AccountId([1; 32]);
        let mut follower = following.account(account);
        for _ in 0..=VIEW_QUEUE {
            following.tell(&account, REFUSED);
        }
        assert_eq!(follower.next().await, Err(Over::Behind));
    }
}
