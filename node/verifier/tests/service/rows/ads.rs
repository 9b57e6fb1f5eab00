//! A: advertisements with tickets, from the start of the creative's cell to what its campaign paid.

use chainflix_primitives::{
    AccountId,
    api::{Reply, Request, ViewFate},
    campaign::{AD_RATIO, CampaignState, CampaignTerms, PaidCampaign},
    emission::CFX,
    play_data::PlayData,
    refusal::Refusal,
    registry::VideoState,
    view::AdShown,
};
use jsonrpsee::{core::client::ClientT, rpc_params};

use crate::chain::Campaign;
use crate::net::{Net, PRODUCER};
use crate::video::Video;
use crate::viewer::{Session, Viewer};

const ADVERTISER: AccountId = AccountId([0xad; 32]);
/// Length of the creative, in ms.
const CREATIVE_MS: u32 = 20_000;
const PRICE: u128 = 2 * CFX;
const CLICK: u128 = CFX / 2;

/// A net with a film, and a campaign that is active from the first round on.
struct World {
    net: Net,
    film: Video,
    creative: Video,
}

impl World {
    async fn start(verifiers: u8) -> Self {
        let net = Net::start(verifiers).await;
        let film = net.publish(1, 120_000);
        let creative = net.publish(2, CREATIVE_MS);
        let world = Self {
            net,
            film,
            creative,
        };
        world.open(|_| {});
        world
    }

    /// Opens a campaign of the creative, with what is to be different.
    fn open(&self, different: impl Fn(&mut Campaign)) {
        let mut campaign = Campaign {
            terms: CampaignTerms {
                advertiser: ADVERTISER,
                creative: self.creative.magnet,
                price_per_play: PRICE,
                price_per_click: CLICK,
                limit_per_round: 100 * CFX,
                views_per_day: 2,
                least_account_age: 0,
                from_round: 0,
            },
            states: vec![(0, CampaignState::Active)],
            balance: 1_000 * CFX,
        };
        different(&mut campaign);
        self.net
            .chain
            .change(|state| state.campaigns.push(campaign.clone()));
    }

    /// Plays the creative for `campaign` to its end; what the viewer says of it is made by `shown`.
    async fn play(
        &mut self,
        viewer: &Viewer,
        session: &mut Session,
        campaign: u32,
        shown: impl Fn(AdShown) -> Option<AdShown>,
    ) -> PlayData {
        let receipts = session.receipts(&self.net, &self.creative, 0).await;
        let ticket = session
            .start_ad(campaign, &self.film)
            .await
            .expect("a ticket");
        let mut data = viewer.play(&self.net, &self.creative, &ticket, receipts);
        data.claim.ad = shown(AdShown {
            campaign,
            host_video: self.film.magnet,
            clicked: false,
        });
        viewer.sign_claim(&mut data);
        self.net.pass(u64::from(CREATIVE_MS)).await;
        data
    }
}

fn followed(shown: AdShown) -> Option<AdShown> {
    Some(AdShown {
        clicked: true,
        ..shown
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_an_ad_that_was_played_and_followed_is_debited_in_the_header_and_paid_out_of_the_escrow()
{
    let mut world = World::start(4).await;
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&world.net)[0];
    let mut session = viewer.open(&world.net, node).await;
    let data = world.play(&viewer, &mut session, 0, followed).await;
    session
        .finish(data.clone())
        .await
        .expect("an honest ad view");
    assert_eq!(
        session.finish(data).await,
        Err(Refusal::AlreadyEarned),
        "once"
    );
    world.net.pass_rounds(10).await;
    let (complaints, settled, balance, adopted) = world.net.chain.read(|state| {
        let of = &state.campaigns[0];
        (
            state.complaints.clone(),
            state.settled.clone(),
            of.balance,
            state.adopted,
        )
    });
    assert_eq!(complaints, Vec::<String>::new());
    let paid: Vec<PaidCampaign> = settled
        .iter()
        .flat_map(|round| round.ads.to_vec())
        .collect();
    let whole = PaidCampaign {
        campaign: 0,
        debits: PRICE + CLICK,
        paid: PRICE + CLICK,
    };
    assert_eq!(paid, [whole]);
    assert_eq!(balance, 1_000 * CFX - whole.paid);
    let with_ad = settled.iter().find(|round| !round.ads.is_empty());
    let blocks = with_ad.expect("a round that paid").blocks.to_vec();
    let block = blocks
        .iter()
        .find(|block| block.count > 0)
        .expect("a block");
    assert!(block.approved);
    assert_eq!(
        (block.playtime_ms, block.reward),
        (0, 0),
        "no emission for an advertisement"
    );
    assert_eq!(adopted.expect("adopted earnings").sum, whole.paid);

    let views = match session.ask(Request::Views { limit: 10 }).await {
        Reply::Views(views) => views,
        other => panic!("no views: {other:?}"),
    };
    let part = |share: u32| whole.paid * u128::from(share) / 1_000_000;
    let viewer_part = part(AD_RATIO.viewer);
    let settled = ViewFate::Settled {
        value: whole.paid,
        viewer_part,
    };
    assert_eq!((views.len(), &views[0].fate), (1, &settled));
    assert_eq!(views[0].video, world.creative.magnet);
    let client = world.net.client(node).await;
    for (account, earned) in [
        (viewer.account(), viewer_part),
        (PRODUCER, part(AD_RATIO.producer)),
    ] {
        let proof: chainflix_primitives::api::ClaimProof = client
            .request("verifier_claimProof", rpc_params![account.to_string()])
            .await
            .expect("a proof");
        assert_eq!(proof.total, earned, "{account}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_a_click_or_an_ad_that_is_not_its_tickets_is_refused_and_the_honest_one_still_counts() {
    let mut world = World::start(1).await;
    world.open(|campaign| campaign.terms.price_per_play = 1_000 * CFX);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&world.net, 0).await;
    // An ordinary minute pays nobody for a campaign.
    let (_, mut minute) = world.net.play(&viewer, &mut session, &world.film, 0).await;
    let ad = AdShown {
        campaign: 0,
        host_video: world.film.magnet,
        clicked: true,
    };
    let honest = minute.clone();
    minute.claim.ad = Some(ad);
    viewer.sign_claim(&mut minute);
    assert_eq!(session.finish(minute).await, Err(Refusal::OtherAd));
    session.finish(honest).await.expect("an honest minute");

    let data = world.play(&viewer, &mut session, 0, followed).await;
    let others = [
        None,
        Some(AdShown { campaign: 1, ..ad }),
        Some(AdShown {
            host_video: world.creative.magnet,
            ..ad
        }),
    ];
    for other in others {
        let mut data = data.clone();
        data.claim.ad = other;
        viewer.sign_claim(&mut data);
        assert_eq!(
            session.finish(data).await,
            Err(Refusal::OtherAd),
            "{other:?}"
        );
    }
    // A click that somebody else writes into it is not signed.
    let mut forged = data.clone();
    forged.claim.ad = Some(AdShown {
        clicked: false,
        ..ad
    });
    assert_eq!(session.finish(forged).await, Err(Refusal::BadSignature));
    session.finish(data).await.expect("an honest ad view");
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_a_campaign_that_is_spent_paused_closed_or_not_begun_gets_no_ticket() {
    let mut world = World::start(1).await;
    world.net.pass_rounds(2).await;
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&world.net, 0).await;
    let states = [
        vec![(0, CampaignState::Spent)],
        vec![(0, CampaignState::Active), (1, CampaignState::Paused)],
        vec![(0, CampaignState::Closed)],
        vec![(100, CampaignState::Active)],
    ];
    for states in &states {
        world.open(|campaign| campaign.states.clone_from(states));
    }
    for number in 1..6 {
        let refused = session.start_ad(number, &world.film).await;
        assert_eq!(refused, Err(Refusal::CampaignNotActive), "{number}");
    }
    // Nor within a video that may not be watched, nor with a creative that may not.
    let nowhere = Video::new(7, 60_000, PRODUCER, PRODUCER);
    let refused = session.start_ad(0, &nowhere).await;
    assert_eq!(refused, Err(Refusal::UnknownVideo));
    session.start_ad(0, &world.film).await.expect("a ticket");
    let withdrawn = world.net.publish(3, CREATIVE_MS);
    world.open(|campaign| campaign.terms.creative = withdrawn.magnet);
    world.net.chain.change(|state| {
        let states = state.video_states.get_mut(&withdrawn.magnet);
        states.expect("published").push((0, VideoState::Withdrawn));
    });
    let refused = session.start_ad(5, &world.film).await;
    assert_eq!(refused, Err(Refusal::VideoNotActive));
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_over_the_cap_of_a_day_and_for_accounts_that_are_too_young_there_is_no_ticket() {
    let mut world = World::start(1).await;
    world.open(|campaign| campaign.terms.least_account_age = 3);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&world.net, 0).await;
    for _ in 0..2 {
        let data = world.play(&viewer, &mut session, 0, Some).await;
        session.finish(data).await.expect("within the cap");
    }
    let refused = session.start_ad(0, &world.film).await;
    assert_eq!(refused, Err(Refusal::CampaignCapReached));
    // Having watched advertisements makes nobody older.
    world.net.pass_rounds(8).await;
    let refused = session.start_ad(1, &world.film).await;
    assert_eq!(refused, Err(Refusal::AccountTooYoung));
    let (_, data) = world.net.play(&viewer, &mut session, &world.film, 0).await;
    session.finish(data).await.expect("an honest minute");
    world.net.pass_rounds(10).await;
    session.start_ad(1, &world.film).await.expect("old enough");
    // A verifier that was away asks its store.
    world.net.kill(0).await;
    world.net.revive(0).await;
    assert!(world.net.is_ready(0).await);
    let mut session = viewer.open(&world.net, 0).await;
    let refused = session.start_ad(0, &world.film).await;
    assert_eq!(refused, Err(Refusal::CampaignCapReached));
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_an_ad_and_a_minute_of_its_film_are_never_open_at_once() {
    let mut world = World::start(1).await;
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&world.net, 0).await;
    let receipts = session.receipts(&world.net, &world.film, 0).await;
    let ticket = session.start(&world.film, 0).await;
    let minute = viewer.play(&world.net, &world.film, &ticket, receipts);
    let ad = world.play(&viewer, &mut session, 0, Some).await;
    world.net.pass(40_000).await;
    assert_eq!(session.finish(minute).await, Err(Refusal::UnknownTicket));
    // Its own time is over by now.
    assert_eq!(session.finish(ad).await, Err(Refusal::TooLate));
}
