//! Enhancements of layer 2 of a video that is being played: which can be shown, and publishing them.

use std::path::PathBuf;

use chainflix_content::{LayerKind, LayerRequest, PublishRequest, publish_layer};
use chainflix_primitives::ratio::MiningRatio;
use chainflix_primitives::{Magnet, Round};
use futures::future::join_all;

use crate::chain::{ChainError, Enhancement, EnhancementKind, EnhancementState, Proposed};
use crate::client::Client;
use crate::error::ClientError;
use crate::playback::{Layer, LayerInfo, Playback};
use crate::publish::{Producer, PublishError, PublishProgress, Published, VerifierKeys};
use crate::published::NotShown;

/// Most layers of a video that are offered, those first that were accepted first.
const MAX_LAYERS: usize = 16;

/// Why an enhancement is not offered.
#[derive(Debug, thiserror::Error)]
enum NotOffered {
    #[error(transparent)]
    NotShown(#[from] NotShown),
    #[error("it is not of its kind, or not as long as the video")]
    DoesNotFit,
}

/// A layer to publish and propose.
#[derive(Clone, Debug)]
pub struct LayerOptions {
    /// The video that it is for.
    pub video: Magnet,
    /// The file: subtitles, or something with sound.
    pub source: PathBuf,
    /// Folder for the encrypted cells until they are uploaded.
    pub work: PathBuf,
    /// What viewers are shown of it.
    pub title: String,
    /// What it is.
    pub kind: LayerKind,
    /// Its language, a tag of BCP 47.
    pub language: String,
    /// For how much it is for sale, in units.
    pub price: Option<u128>,
}

/// A layer that was published and proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedLayer {
    /// Its content.
    pub published: Published,
    /// The enhancement's id.
    pub id: u32,
    /// Whether it is attached to the video; else it waits for the producer's word.
    pub attached: bool,
}

impl Client {
    /// The enhancements of a video that can be shown with it: accepted by its producer by finalized state, published, and
    /// fitting the video. One that is none of this is left out, and keeps nobody from playing.
    ///
    /// # Errors
    /// When the chain can't be asked which there are.
    pub async fn layers(&self, playback: &Playback) -> Result<Vec<Layer>, ClientError> {
        let accepted = self.chain().enhancements_of(&playback.magnet()).await?;
        if accepted.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.chain().standing().await?.round;
        let counting = accepted.iter().filter(|one| one.state.counts_in(now));
        let shown = counting.filter_map(|one| Some((one, LayerInfo::of(one)?)));
        let asked = shown
            .take(MAX_LAYERS)
            .map(|(enhancement, info)| async move {
                let id = info.id;
                self.layer(playback, enhancement, info, now)
                    .await
                    .inspect_err(|why| tracing::debug!(id, %why, "enhancement not offered"))
                    .ok()
            });
        Ok(join_all(asked).await.into_iter().flatten().collect())
    }

    async fn layer(
        &self,
        playback: &Playback,
        enhancement: &Enhancement,
        info: LayerInfo,
        now: Round,
    ) -> Result<Layer, NotOffered> {
        let manifest = self.shown_with(&enhancement.content, now).await?;
        if !info.fits(&manifest, playback.manifest()) {
            return Err(NotOffered::DoesNotFit);
        }
        Ok(playback.layer(info, manifest))
    }

    /// Publishes a layer as cells of its own, and proposes it as an enhancement of its video; or goes on where an earlier call
    /// stopped. `progress` is called often.
    ///
    /// # Errors
    /// One sentence about what is wrong with the source, or who refused.
    pub async fn publish_layer(
        &self,
        options: &LayerOptions,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<ProposedLayer, ClientError> {
        let terms = self.chain().video(&options.video).await?;
        let terms = terms.ok_or(PublishError::UnknownVideo(options.video))?;
        let producer = self.producer().await?;
        let published = producer
            .publish_layer(options, terms.total_playtime_ms, progress)
            .await?;
        let kind = match options.kind {
            LayerKind::Subtitles => EnhancementKind::Subtitles,
            LayerKind::Dub => EnhancementKind::Dub,
        };
        let chain = self.chain();
        if let Some((id, attached)) = self.proposed(&options.video, &published.magnet).await? {
            return Ok(ProposedLayer {
                published,
                id,
                attached,
            });
        }
        let Proposed { id, attached, .. } = chain
            .propose_enhancement(
                self.wallet(),
                &options.video,
                kind,
                &options.language,
                &published.magnet,
                options.price,
            )
            .await?;
        Ok(ProposedLayer {
            published,
            id,
            attached,
        })
    }

    /// Id of this content as an enhancement of a video, and whether it is attached: an earlier run may have come so far.
    async fn proposed(
        &self,
        video: &Magnet,
        content: &Magnet,
    ) -> Result<Option<(u32, bool)>, ChainError> {
        let chain = self.chain();
        let (attached, waiting) = tokio::try_join!(
            chain.enhancements_of(video),
            chain.enhancement_proposals(video)
        )?;
        let own = self.account();
        let is_it = |one: &&Enhancement| {
            let ended = matches!(one.state, EnhancementState::Ended { .. });
            one.content == *content && one.owner == Some(own) && !ended
        };
        let found = attached.iter().find(is_it).map(|one| (one.id, true));
        let waits = || waiting.iter().find(is_it).map(|one| (one.id, false));
        Ok(found.or_else(waits))
    }
}

impl Producer<'_> {
    async fn publish_layer(
        &self,
        options: &LayerOptions,
        playtime_ms: u32,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<Published, PublishError> {
        self.check_eligible().await?;
        let account = self.wallet.account();
        let request = LayerRequest {
            publication: PublishRequest::new(
                &options.source,
                &options.work,
                &options.title,
                account,
            ),
            kind: options.kind,
            playtime_ms,
        };
        let keys = VerifierKeys(self.verifiers);
        let content = |step| progress(PublishProgress::Content(step));
        let publication = publish_layer(&request, &keys, &content).await?;
        // What somebody gets who watches it alone; views of its video name it.
        self.hand_over(publication, MiningRatio::whitepaper(), progress)
            .await
    }
}
