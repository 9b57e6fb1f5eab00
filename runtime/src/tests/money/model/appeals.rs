//! Videos that the supervisor restricts, and what producers put down to appeal.

use super::{Model, Refusal, Who, deposit};
use std::collections::BTreeMap;

/// An appeal.
const APPEAL: u128 = deposit(1, 168);
/// States of a video that are remembered. Room for two is kept for a restriction, for three for a reinstatement.
const MOST_STATES: u32 = 16;

/// Restrictions and appeals by video.
#[derive(Clone, Default)]
pub(in super::super) struct Appeals {
    /// Whether the restriction was appealed against.
    pub(in super::super) restrictions: BTreeMap<u8, bool>,
    /// Whose appeal is open.
    pub(in super::super) open: BTreeMap<u8, Who>,
}

impl Model {
    /// Gives a video another state two rounds later.
    fn switch(&mut self, video: u8, restricted: bool) -> Result<(), Refusal> {
        let now = self.round;
        let video = self.videos.get_mut(&video).ok_or("UnknownVideo")?;
        if video.restricted == restricted {
            let wrong = if restricted {
                "VideoNotActive"
            } else {
                "NotRestricted"
            };
            return Err(wrong);
        }
        if video.since > now {
            return Err("ChangePending");
        }
        let room = if restricted { 2 } else { 3 };
        if MOST_STATES - video.states < room {
            return Err("HistoryFull");
        }
        video.restricted = restricted;
        video.since = now + 2;
        video.states += 1;
        Ok(())
    }

    /// The supervisor that approved its producer restricts a video.
    pub(in super::super) fn restrict(&mut self, video: u8) -> Result<(), Refusal> {
        self.switch(video, true)?;
        self.appeals.restrictions.insert(video, false);
        Ok(())
    }

    /// The supervisor lifts that again; an appeal against it is over, and its deposit goes back.
    pub(in super::super) fn reinstate(&mut self, video: u8) -> Result<(), Refusal> {
        if !self.appeals.restrictions.contains_key(&video) {
            return Err("NotRestricted");
        }
        self.switch(video, false)?;
        self.appeals.restrictions.remove(&video);
        self.end_appeal(video);
        Ok(())
    }

    fn end_appeal(&mut self, video: u8) {
        if let Some(producer) = self.appeals.open.remove(&video) {
            self.release(producer, APPEAL);
        }
    }

    /// The producer appeals, once a restriction.
    pub(in super::super) fn appeal(&mut self, by: Who, video: u8) -> Result<(), Refusal> {
        let known = self.videos.get(&video).ok_or("UnknownVideo")?;
        if known.producer != by {
            return Err("NotProducer");
        }
        let appealed = self.appeals.restrictions.get(&video);
        if *appealed.ok_or("NotRestricted")? {
            return Err("AlreadyAppealed");
        }
        self.hold(by, APPEAL)?;
        self.appeals.restrictions.insert(video, true);
        self.appeals.open.insert(video, by);
        Ok(())
    }

    /// The verifiers decide an appeal.
    pub(in super::super) fn judge(&mut self, video: u8, granted: bool) -> Result<(), Refusal> {
        if !self.appeals.open.contains_key(&video) {
            return Err("NoAppeal");
        }
        if granted {
            return self.reinstate(video);
        }
        self.end_appeal(video);
        Ok(())
    }

    /// The producer takes its appeal back. No sequence lasts the two weeks after which anybody may close it.
    pub(in super::super) fn close_appeal(&mut self, by: Who, video: u8) -> Result<(), Refusal> {
        let producer = self.appeals.open.get(&video).ok_or("NoAppeal")?;
        if *producer != by {
            return Err("AppealOpen");
        }
        self.end_appeal(video);
        Ok(())
    }
}
