//! What is published to be shown with a video, as layers and creatives are: whether it is the registered one, and which
//! publications are meant for nothing else.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chainflix_content::playable::{self, Unplayable};
use chainflix_controller::protocol::VideoStatus;
use chainflix_primitives::manifest::Manifest;
use chainflix_primitives::registry::{VideoState, VideoTerms};
use chainflix_primitives::{AccountId, Magnet, Round, Sha256};

use crate::chain::{Chain, ChainError};
use crate::client::Client;
use crate::error::ClientError;

/// Most enhancements and campaigns that are looked through, of each.
const MOST: usize = 2_000;
/// What was read of them is good for so long.
const KEPT: Duration = Duration::from_secs(60);

/// Why something can't be shown with a video.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// The chain does not know it.
    #[error("the chain knows no video {0}: it was never published")]
    NotPublished(Magnet),
    /// It may not be watched.
    #[error("its content is restricted or withdrawn")]
    NotActive,
    /// What controllers have is something else.
    #[error("its manifest is not the registered one")]
    OtherManifest,
    /// It can't be played.
    #[error(transparent)]
    Unplayable(#[from] Unplayable),
    /// The chain can't be asked.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// No controller gives its manifest.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Whether the chain has the video registered with this manifest.
pub(crate) fn is_registered(manifest: &Manifest, terms: &VideoTerms) -> bool {
    terms.manifest_root == manifest.root::<Sha256>()
        && terms.total_playtime_ms == manifest.total_playtime_ms
}

/// What is meant for nothing but to be shown with videos: its producer, and its magnet.
pub(crate) type Beside = BTreeSet<(AccountId, Magnet)>;

/// What was read of that last, and when.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Option<(Instant, Beside)>>);

impl Known {
    /// What is known and not too old.
    fn get(&self) -> Option<Beside> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, beside) = known.as_ref()?;
        (read.elapsed() < KEPT).then(|| beside.clone())
    }

    fn set(&self, beside: Beside) {
        let now = Instant::now();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, beside));
    }
}

/// Videos to watch: without what its own producer proposed as an enhancement of another, or pays for as an advertisement. Nobody
/// takes another's video out of the list by proposing it.
fn to_watch(videos: Vec<VideoStatus>, beside: &Beside) -> Vec<VideoStatus> {
    let is_film = |one: &VideoStatus| !beside.contains(&(one.producer, one.video));
    videos.into_iter().filter(is_film).collect()
}

impl Client {
    /// The manifest of something that is published, registered and active in `round`.
    pub(crate) async fn shown_with(
        &self,
        content: &Magnet,
        round: Round,
    ) -> Result<Manifest, NotShown> {
        let (terms, state, manifest) = tokio::join!(
            self.chain().video(content),
            self.chain().video_state(content, round),
            self.manifest(content),
        );
        let terms = terms?.ok_or(NotShown::NotPublished(*content))?;
        if state? != Some(VideoState::Active) {
            return Err(NotShown::NotActive);
        }
        let manifest = manifest?;
        if !is_registered(&manifest, &terms) {
            return Err(NotShown::OtherManifest);
        }
        playable::check(&manifest)?;
        Ok(manifest)
    }

    /// Those of `videos` that are there to be watched by themselves. All of them while the chain can't be asked.
    pub(crate) async fn films(&self, videos: Vec<VideoStatus>, known: &Known) -> Vec<VideoStatus> {
        let beside = match known.get() {
            Some(beside) => beside,
            None => match beside(self.chain()).await {
                Ok(beside) => {
                    known.set(beside.clone());
                    beside
                }
                Err(error) => {
                    tracing::info!(%error, "layers stand among the videos: the chain can't be asked which they are");
                    return videos;
                }
            },
        };
        to_watch(videos, &beside)
    }
}

/// What accounts published and meant for nothing but to be shown with videos.
async fn beside(chain: &Chain) -> Result<Beside, ChainError> {
    let (proposed, campaigns) =
        tokio::try_join!(chain.proposed_contents(MOST), chain.campaigns(MOST))?;
    let creatives = campaigns
        .into_iter()
        .map(|one| (one.terms.advertiser, one.terms.creative));
    Ok(proposed.into_iter().chain(creatives).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENHANCER: AccountId = AccountId([1; 32]);
    const STUDIO: AccountId = AccountId([2; 32]);

    fn video(number: u8, producer: AccountId) -> VideoStatus {
        VideoStatus {
            video: Magnet([number; 32]),
            title: format!("No. {number}"),
            producer,
            total_playtime_ms: 60_000,
            bytes: 1,
            throttle_bytes_per_second: 1,
            cells: 1,
            copies: 1,
            registered: true,
        }
    }

    #[test]
    fn layers_and_creatives_stand_not_among_films_and_nobody_hides_the_film_of_another() {
        let (film, layer) = (Magnet([7; 32]), Magnet([8; 32]));
        let all = vec![video(7, STUDIO), video(8, ENHANCER)];
        let proposed = [(ENHANCER, layer), (ENHANCER, film)];
        let listed = to_watch(all.clone(), &proposed.into());
        assert_eq!(listed, [video(7, STUDIO)]);
        assert_eq!(to_watch(all.clone(), &Beside::new()), all);
    }

    #[test]
    fn what_was_read_a_moment_ago_is_not_read_again() {
        let known = Known::default();
        assert!(known.get().is_none());
        known.set([(STUDIO, Magnet([7; 32]))].into());
        assert!(known.get().is_some_and(|beside| beside.len() == 1));
        *known.0.lock().unwrap() = Instant::now()
            .checked_sub(KEPT)
            .map(|then| (then, Beside::new()));
        assert!(known.get().is_none());
    }
}
