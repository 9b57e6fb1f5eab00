//! The facade: connect once, then publish, open, earn.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use chainflix_content::playable;
use chainflix_controller::protocol::VideoStatus;
use chainflix_p2p::{Network, NetworkConfig, PeerKey};
use chainflix_primitives::api::{ClaimProof, ViewStatus};
use chainflix_primitives::manifest::Manifest;
use chainflix_primitives::registry::VideoTerms;
use chainflix_primitives::{AccountId, Magnet};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::sync::mpsc;

use crate::acceptances::Acceptances;
use crate::chain::{Chain, ClaimOutcome};
use crate::config::Config;
use crate::controllers::{Controller, Controllers};
use crate::earnings::EarningsSummary;
use crate::error::ClientError;
use crate::playback::{Earners, Facts, Liars, Playback, PlaybackError, Services, Turns};
use crate::publish::{self, PublishOptions, PublishProgress, Published};
use crate::published::{self, Known};
use crate::sharing::{self, FetchedCell, HandOn};
use crate::verifiers::{Identity, LifetimeEarnings, VerifierError, Verifiers};
use crate::views::FollowedViews;
use crate::wallet::Wallet;

/// Latest views of each verifier that are followed.
const FOLLOWED: u16 = 256;

/// What the chain says of a video.
type Terms = Shared<BoxFuture<'static, Result<VideoTerms, PlaybackError>>>;

/// A connected client for one account.
pub struct Client {
    chain: Chain,
    identity: Arc<Identity>,
    verifiers: Arc<Verifiers>,
    /// Found when they are needed, since earning and claiming need none.
    controllers: Controllers,
    network: Network,
    /// Providers that sent something else than was published.
    liars: Arc<Liars>,
    /// What plays side by side.
    earners: Earners,
    /// What is no film although it is published like one.
    beside: Known,
    /// Who keeps what is fetched, if anybody does.
    hand_on: Mutex<Option<HandOn>>,
    /// Its views, once somebody follows them.
    followed: OnceLock<FollowedViews>,
}

impl Client {
    /// Connects to chain and verifiers, and starts a peer of the content network that only dials. The controller is
    /// looked for when something is published or opened.
    ///
    /// # Errors
    /// The first of them that can't be reached, with what to do.
    pub async fn connect(config: Config) -> Result<Self, ClientError> {
        let chain = Chain::connect(&config.chain).await?;
        let identity = Arc::new(Identity::new(config.wallet, &chain).await?);
        let verifiers = Verifiers::find(chain.clone(), identity.clone()).await?;
        let network = Network::start(PeerKey::generate(), NetworkConfig::viewer()).await?;
        let controllers = Controllers::new(config.controller, &chain, network.reachability());
        Ok(Self {
            chain,
            identity,
            verifiers: Arc::new(verifiers),
            controllers,
            network,
            liars: Arc::default(),
            earners: Earners::default(),
            beside: Known::default(),
            hand_on: Mutex::default(),
            followed: OnceLock::new(),
        })
    }

    /// Tells controllers from now on in which region this viewer is, an ISO 3166-1 alpha-2 code: of nodes with the same load
    /// those there are named first. To be said before anything is opened.
    #[must_use]
    pub fn in_region(mut self, region: Option<[u8; 2]>) -> Self {
        self.controllers = self.controllers.in_region(region);
        self
    }

    /// Keeps tickets and acceptances below `folder` from now on: [`crate::acceptances`].
    #[must_use]
    pub fn keeping_acceptances(self, folder: &Path) -> Self {
        let acceptances = Acceptances::below(folder, &self.chain.genesis());
        self.verifiers.keep_acceptances(acceptances);
        self
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.identity.account()
    }

    /// Its wallet.
    #[must_use]
    pub fn wallet(&self) -> &Wallet {
        self.identity.wallet()
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The verifiers.
    #[must_use]
    pub fn verifiers(&self) -> &Verifiers {
        &self.verifiers
    }

    /// The controller: the one that was named, or one that is registered on chain and answered: at first the first of them,
    /// later another when that one does not answer any more.
    ///
    /// # Errors
    /// When none answers; it is looked for again at the next call.
    pub async fn controller(&self) -> Result<Controller, ClientError> {
        self.controllers.current().await
    }

    /// Those of the first hundred videos that a controller knows that are there to be watched by themselves: layers and
    /// advertisements, which their producers publish to be shown with others, are not among them.
    ///
    /// # Errors
    /// When none answers.
    pub async fn videos(&self) -> Result<Vec<VideoStatus>, ClientError> {
        let asked = |controller: Controller| async move { controller.videos().await };
        let videos = self.controllers.ask(asked).await?;
        Ok(self.films(videos, &self.beside).await)
    }

    /// The manifest of a video, from whichever controller has it.
    pub(crate) async fn manifest(&self, magnet: &Magnet) -> Result<Manifest, ClientError> {
        manifest_from(&self.controllers.fork(), *magnet).await
    }

    /// Publishes a video, or goes on where an earlier call stopped. `progress` is called often.
    ///
    /// # Errors
    /// One sentence about what is wrong with the source, or who refused.
    pub async fn publish(
        &self,
        options: &PublishOptions,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<Published, ClientError> {
        let producer = self.producer().await?;
        Ok(producer.publish(options, progress).await?)
    }

    /// The account as one that publishes.
    pub(crate) async fn producer(&self) -> Result<publish::Producer<'_>, ClientError> {
        Ok(publish::Producer {
            chain: &self.chain,
            verifiers: &self.verifiers,
            controller: self.controller().await?,
            network: &self.network,
            wallet: self.wallet(),
        })
    }

    /// Opens a video for playing. Fetching begins at once. The chain takes several round trips to say what is registered, in
    /// which the first groups come already: until then [`Playback::read`] waits, and fails when it is something else.
    ///
    /// Several videos may play side by side. One of them earns at a time, see [`Playback::why_not_earning`].
    ///
    /// # Errors
    /// When there is no such video, it may not be watched, or nobody has its manifest.
    pub async fn open(&self, magnet: Magnet) -> Result<Playback, ClientError> {
        let chain = self.chain.clone();
        let asked = async move {
            let terms = chain.video(&magnet).await?;
            terms.ok_or(PlaybackError::UnknownVideo(magnet))
        };
        let terms = asked.boxed().shared();
        // Asked at once, and not when something is read.
        tokio::spawn(terms.clone());
        match self.begin(magnet, terms.clone()).await {
            Ok(playback) => Ok(playback),
            // What the chain says of the video says most of why it can't be opened.
            Err(error) => Err(terms.await.err().map_or(error, ClientError::from)),
        }
    }

    /// Begins to fetch a video by its manifest, which is the magnet's.
    async fn begin(&self, magnet: Magnet, terms: Terms) -> Result<Playback, ClientError> {
        let asked = Instant::now();
        let controllers = self.controllers.fork();
        let (manifest, opened) = tokio::join!(
            manifest_from(&controllers, magnet),
            self.verifiers.open_video(magnet),
        );
        let opened = opened?;
        let manifest = manifest?;
        playable::check(&manifest)?;
        let registering = manifest.clone();
        let registered = async move {
            published::is_registered(&registering, &terms.await?)
                .then_some(())
                .ok_or(PlaybackError::NotTheRegisteredVideo)
        };
        let services = Services {
            identity: self.identity.clone(),
            verifiers: self.verifiers.clone(),
            controllers,
            network: self.network.clone(),
            liars: self.liars.clone(),
            facts: Arc::new(Facts::new(self.chain.clone())),
            registered: registered.boxed().shared(),
            turns: Turns::default(),
            earner: self.earners.earner(),
            ad: None,
            hand_on: self
                .hand_on
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            opened: asked,
        };
        Ok(Playback::begin(
            magnet,
            manifest,
            services,
            opened.assigned,
            opened.earned,
        ))
    }

    /// Every cell that playbacks opened from now on fetch whole, for whoever keeps and shares them: without a call of this
    /// nothing that was watched is kept. Cells that are not taken out in time are let go.
    #[must_use]
    pub fn fetched_cells(&self) -> mpsc::Receiver<FetchedCell> {
        let (hand_on, fetched) = sharing::channel();
        *self.hand_on.lock().unwrap_or_else(PoisonError::into_inner) = Some(hand_on);
        fetched
    }

    /// The account's views, followed from the first call on: at whichever verifiers it is told to follow, of each the latest
    /// 256 and what is accepted from then on.
    #[must_use]
    pub fn followed_views(&self) -> &FollowedViews {
        self.followed
            .get_or_init(|| FollowedViews::new(self.verifiers.clone(), FOLLOWED))
    }

    /// What became of the account's latest views, newest first, at the verifiers that accepted them.
    ///
    /// # Errors
    /// When none of `verifiers` answers.
    pub async fn views(
        &self,
        verifiers: &[AccountId],
        limit: u16,
    ) -> Result<Vec<ViewStatus>, VerifierError> {
        self.verifiers.views_at(verifiers, limit).await
    }

    /// Lifetime earnings of an account.
    ///
    /// # Errors
    /// When no verifier answers.
    pub async fn earnings(&self, account: &AccountId) -> Result<LifetimeEarnings, VerifierError> {
        self.verifiers.earnings(account).await
    }

    /// What an account has earned, and where it stands.
    ///
    /// # Errors
    /// When no verifier answers, or the chain can't be read.
    pub async fn summary(&self, account: &AccountId) -> Result<EarningsSummary, ClientError> {
        let (earnings, claimed) = tokio::join!(
            self.verifiers.earnings(account),
            self.chain.claimed(account)
        );
        Ok(EarningsSummary::new(&earnings?, claimed?))
    }

    /// The proof for an account's claim.
    ///
    /// # Errors
    /// When there is nothing to claim, or no verifier answers.
    pub async fn claim_proof(&self, account: &AccountId) -> Result<ClaimProof, VerifierError> {
        self.verifiers.claim_proof(account).await
    }

    /// Claims what `account` has earned; anybody may do it for anybody, and the account is paid.
    ///
    /// # Errors
    /// When there is nothing to claim, or the chain refuses.
    pub async fn claim(&self, account: &AccountId) -> Result<ClaimOutcome, ClientError> {
        let proof = self.claim_proof(account).await?;
        Ok(self.chain.claim(&proof, Some(self.wallet())).await?)
    }

    /// Claims what several accounts have earned, many in one transaction. What each was paid, in units; those that have
    /// claimed everything are left out.
    ///
    /// # Errors
    /// When one of them has earned nothing that can be proven, or the chain refuses.
    pub async fn claim_all(
        &self,
        accounts: &[AccountId],
    ) -> Result<Vec<(AccountId, u128)>, ClientError> {
        let mut proofs = Vec::with_capacity(accounts.len());
        for account in accounts {
            proofs.push(self.claim_proof(account).await?);
        }
        Ok(self.chain.claim_batch(proofs, self.wallet()).await?)
    }
}

/// The manifest of a video; `controllers` go on with the one that had it.
async fn manifest_from(controllers: &Controllers, magnet: Magnet) -> Result<Manifest, ClientError> {
    let asked = |controller: Controller| async move { controller.manifest(&magnet).await };
    controllers.ask(asked).await
}
