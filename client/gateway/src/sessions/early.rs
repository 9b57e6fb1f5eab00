//! The video of the printed address, opened when its page is asked for: the browser reads the page meanwhile.
//!
//! The page comes before its token, so anybody on this machine may ask for it. That opens nothing but this video, and once
//! only until the token was shown again; nobody gets anything of it without the token; what nobody asks for is closed soon.

use std::time::Duration;

use chainflix_primitives::Magnet;
use tokio::task::JoinHandle;

/// What was opened early waits so long for the page.
pub(super) const KEPT: Duration = Duration::from_secs(10);

/// What is opened early, and what may be.
pub(super) struct Early<T> {
    /// The video of the address that was printed last.
    video: Option<Magnet>,
    /// Whether somebody with the token opened a video since it was last opened early.
    allowed: bool,
    opening: Option<Opening<T>>,
    /// Openings so far.
    count: u64,
}

struct Opening<T> {
    magnet: Magnet,
    task: JoinHandle<T>,
}

impl<T> Default for Early<T> {
    fn default() -> Self {
        Self {
            video: None,
            allowed: true,
            opening: None,
            count: 0,
        }
    }
}

impl<T> Early<T> {
    /// The page will open this video.
    pub(super) fn expect(&mut self, video: Magnet) {
        self.video = Some(video);
    }

    /// The video that may be opened now, if any.
    pub(super) fn due(&self) -> Option<Magnet> {
        self.video.filter(|_| self.allowed)
    }

    /// It is being opened. The number of the opening.
    pub(super) fn began(&mut self, magnet: Magnet, task: JoinHandle<T>) -> u64 {
        self.allowed = false;
        self.opening = Some(Opening { magnet, task });
        self.count = self.count.saturating_add(1);
        self.count
    }

    /// Somebody with the token opens a video. What was opened early: of the same video, or to be closed.
    pub(super) fn take(&mut self, magnet: Magnet) -> Option<Result<JoinHandle<T>, JoinHandle<T>>> {
        self.allowed = true;
        let Opening {
            magnet: early,
            task,
        } = self.opening.take()?;
        Some(if early == magnet { Ok(task) } else { Err(task) })
    }

    /// The opening with this number, when nobody took it.
    pub(super) fn abandoned(&mut self, number: u64) -> Option<JoinHandle<T>> {
        let opening = self.opening.take_if(|_| self.count == number)?;
        Some(opening.task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIDEO: Magnet = Magnet([7; 32]);
    const OTHER: Magnet = Magnet([8; 32]);

    fn opening() -> JoinHandle<u8> {
        tokio::spawn(async { 7 })
    }

    #[tokio::test]
    async fn who_has_no_token_has_the_printed_video_opened_once_and_no_other() {
        let mut early = Early::default();
        assert_eq!(early.due(), None, "no address with a video was printed");
        early.expect(VIDEO);
        assert_eq!(early.due(), Some(VIDEO));
        let number = early.began(VIDEO, opening());
        assert_eq!(early.due(), None, "not again");
        assert!(early.abandoned(number).is_some());
        assert_eq!(early.due(), None, "nor when nobody came for it");
        early.take(OTHER);
        assert_eq!(early.due(), Some(VIDEO), "the token was shown");
    }

    #[tokio::test]
    async fn what_was_opened_early_goes_to_whoever_opens_that_video_and_to_nobody_twice() {
        let mut early = Early::default();
        early.expect(VIDEO);
        let first = early.began(VIDEO, opening());
        let taken = early.take(VIDEO).and_then(Result::ok).expect("it is his");
        assert_eq!(taken.await.ok(), Some(7));
        assert!(early.take(VIDEO).is_none());
        let second = early.began(VIDEO, opening());
        assert!(early.abandoned(first).is_none(), "that one was taken");
        assert!(
            matches!(early.take(OTHER), Some(Err(_))),
            "it is closed when another video is opened"
        );
        assert!(early.abandoned(second).is_none());
    }
}
