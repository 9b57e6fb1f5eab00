//! Pages that follow a session: when the last one is gone, it is over.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::shelf::Used;
use super::{Session, lock};

/// A page that follows a session, for as long as this lives.
pub(crate) struct Follower(Weak<Session>);

impl Drop for Follower {
    fn drop(&mut self) {
        if let Some(session) = self.0.upgrade() {
            let mut followers = lock(&session.followers);
            *followers = followers.map(|count| count.saturating_sub(1));
        }
    }
}

impl Session {
    /// A page follows it from now on.
    pub(crate) fn follower(self: &Arc<Self>) -> Follower {
        let mut followers = lock(&self.followers);
        *followers = Some(followers.unwrap_or(0).saturating_add(1));
        Follower(Arc::downgrade(self))
    }
}

impl Used for Session {
    fn id(&self) -> &str {
        &self.id
    }

    fn unused(&self) -> Duration {
        lock(&self.used).elapsed()
    }

    fn unwatched(&self) -> Duration {
        lock(&self.watched).elapsed()
    }

    fn followers(&self) -> Option<usize> {
        *lock(&self.followers)
    }
}
