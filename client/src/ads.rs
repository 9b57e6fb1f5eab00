//! Advertisements of layer 3: where in a video one may play, which one, and opening it.
//!
//! A break lies where a minute of the video ends, never before its first picture, and holds one advertisement. Which one is
//! chosen by finalized state: campaigns that pay, are meant for such a video, and were not shown yet come first, and of
//! those the one that pays most. One that can't be had is passed over.

use std::collections::BTreeMap;

use chainflix_primitives::window::{CELL_MS, MIN_EARNING_MS};
use chainflix_primitives::{Magnet, Round};

use crate::chain::{Campaign, ChainError};
use crate::client::Client;
use crate::playback::{AdPlace, Playback};
use crate::published::NotShown;

/// The first break is after so many minutes of the video.
const FIRST_BREAK: u16 = 1;
/// Between two breaks lie so many.
const BREAK_EVERY: u16 = 5;
/// Most campaigns that are looked at.
const MAX_CAMPAIGNS: usize = 256;

/// Minutes of a video of `total_ms` before which an advertisement may play.
#[must_use]
pub fn breaks(total_ms: u32) -> Vec<u16> {
    let goes_on = |cell: &u16| {
        let at_ms = u32::from(*cell).saturating_mul(CELL_MS);
        at_ms.saturating_add(MIN_EARNING_MS) <= total_ms
    };
    (FIRST_BREAK..u16::MAX)
        .step_by(usize::from(BREAK_EVERY))
        .take_while(goes_on)
        .collect()
}

/// Why an advertisement can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum NoAd {
    /// Its creative can't be shown.
    #[error("its creative can't be shown: {0}")]
    NotShown(#[from] NotShown),
    /// Its creative has several minutes.
    #[error("its creative has more than one minute")]
    TooLong,
    /// The chain can't be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl Client {
    /// Campaigns that may be shown within a video now, in the order in which they should be tried. `shown` says how often
    /// each was shown already.
    ///
    /// # Errors
    /// When the chain can't be asked.
    pub async fn campaigns_for(
        &self,
        host: &Playback,
        shown: &BTreeMap<u32, u32>,
    ) -> Result<Vec<Campaign>, ChainError> {
        let chain = self.chain();
        let (campaigns, standing) =
            tokio::try_join!(chain.campaigns(MAX_CAMPAIGNS), chain.standing())?;
        let host = Host {
            magnet: host.magnet(),
            title: &host.manifest().title,
        };
        Ok(ordered(campaigns, &host, standing.round, shown))
    }

    /// Opens a campaign's creative within a video that is being played; it is played, reported and proved like any video,
    /// and its view names campaign and video. Fetching begins at once.
    ///
    /// # Errors
    /// When its creative is not published, may not be watched, or is no video of one minute.
    pub async fn open_ad(&self, host: &Playback, campaign: &Campaign) -> Result<Playback, NoAd> {
        let creative = &campaign.terms.creative;
        let round = self.chain().standing().await?.round;
        let manifest = self.shown_with(creative, round).await?;
        if manifest.total_playtime_ms > CELL_MS {
            return Err(NoAd::TooLong);
        }
        let place = AdPlace {
            campaign: campaign.id,
            host_video: host.magnet(),
        };
        Ok(host.ad(place, *creative, manifest))
    }
}

/// The video in which an advertisement would play.
struct Host<'a> {
    magnet: Magnet,
    title: &'a str,
}

impl Host<'_> {
    /// Whether a campaign is meant for it: a subject is a word of the title. Videos have no other subjects on chain.
    fn is_about(&self, tags: &[String]) -> bool {
        let title = self.title.to_lowercase();
        let mut words = title.split(|sign: char| !sign.is_alphanumeric() && sign != '-');
        tags.is_empty() || words.any(|word| tags.iter().any(|tag| tag == word))
    }
}

fn ordered(
    mut campaigns: Vec<Campaign>,
    host: &Host<'_>,
    round: Round,
    shown: &BTreeMap<u32, u32>,
) -> Vec<Campaign> {
    campaigns.retain(|one| {
        one.pays_in(round) && one.terms.creative != host.magnet && host.is_about(&one.tags)
    });
    campaigns.sort_by_key(|one| {
        let times = shown.get(&one.id).copied().unwrap_or(0);
        (times, std::cmp::Reverse(one.terms.price_per_play), one.id)
    });
    campaigns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::campaign;
    use chainflix_primitives::campaign::CampaignState;

    const HOST: Host<'static> = Host {
        magnet: Magnet([9; 32]),
        title: "Chess for two: Openings",
    };

    fn numbers(campaigns: Vec<Campaign>, shown: &[(u32, u32)]) -> Vec<u32> {
        let shown = shown.iter().copied().collect();
        let ordered = ordered(campaigns, &HOST, 5, &shown);
        ordered.iter().map(|one| one.id).collect()
    }

    #[test]
    fn breaks_lie_where_minutes_end_and_never_before_the_first_picture_or_at_the_end() {
        assert_eq!(breaks(60_000), Vec::<u16>::new());
        assert_eq!(breaks(64_999), Vec::<u16>::new());
        assert_eq!(breaks(65_000), [1]);
        assert_eq!(breaks(24 * 60_000), [1, 6, 11, 16, 21]);
        assert_eq!(breaks(0), Vec::<u16>::new());
        assert!(breaks(u32::MAX).len() < 20_000);
    }

    #[test]
    fn a3_what_is_spent_or_not_active_is_never_chosen() {
        let mut spent = campaign(1, 10);
        spent.funds.balance = 9;
        let mut paused = campaign(2, 10);
        paused.states.push((5, CampaignState::Paused));
        let mut later = campaign(3, 10);
        later.states = vec![(6, CampaignState::Active)];
        assert_eq!(
            numbers(vec![spent, paused, later, campaign(4, 1)], &[]),
            [4]
        );
    }

    #[test]
    fn what_was_not_shown_yet_comes_first_and_of_that_what_pays_most() {
        let all = || vec![campaign(1, 5), campaign(2, 9), campaign(3, 5)];
        assert_eq!(numbers(all(), &[]), [2, 1, 3]);
        assert_eq!(numbers(all(), &[(2, 1)]), [1, 3, 2]);
        // A creative is not shown within itself.
        assert_eq!(numbers(vec![campaign(9, 5)], &[]), Vec::<u32>::new());
    }

    #[test]
    fn a_campaign_with_subjects_is_shown_where_the_title_names_one() {
        let about = |tags: &[&str]| {
            let mut one = campaign(1, 5);
            one.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            numbers(vec![one], &[])
        };
        assert_eq!(about(&["chess", "football"]), [1]);
        assert_eq!(about(&["opening"]), Vec::<u32>::new());
        assert_eq!(about(&["openings"]), [1]);
    }
}
