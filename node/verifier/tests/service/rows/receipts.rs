//! J: receipts, and K3: views without a provider's signature.

use chainflix_primitives::{
    Signature64, api::Reply, play_data::PlayData, receipt::Receipt, refusal::Refusal,
    view::Delivery,
};

use crate::net::Net;
use crate::video::Video;
use crate::viewer::{Session, Viewer};

struct Played {
    net: Net,
    video: Video,
    viewer: Viewer,
    session: Session,
    ticket: chainflix_primitives::ticket::SignedTicket,
    receipts: Vec<Receipt>,
}

impl Played {
    async fn new() -> Self {
        let mut net = Net::start(1).await;
        let video = net.publish(1, 120_000);
        let viewer = Viewer::new(9);
        let mut session = viewer.open(&net, 0).await;
        let receipts = session.receipts(&net, &video, 0).await;
        let ticket = session.start(&video, 0).await;
        net.pass(60_000).await;
        Self {
            net,
            video,
            viewer,
            session,
            ticket,
            receipts,
        }
    }

    fn data(&self, receipts: Vec<Receipt>) -> PlayData {
        self.viewer
            .play(&self.net, &self.video, &self.ticket, receipts)
    }

    async fn result(&mut self, data: PlayData) -> Result<(), Refusal> {
        self.session.finish(data).await.map(|_| ())
    }

    /// The receipt of provider `index`, over `bytes`.
    fn receipt(&self, index: usize, bytes: u64) -> Receipt {
        self.net.providers[index].receipt(self.receipts[index].token.clone(), bytes)
    }

    fn cell_bytes(&self) -> u64 {
        self.video.entry(0).bytes.into()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn j1_a_provider_that_dies_mid_cell_costs_the_honest_viewer_nothing() {
    let mut played = Played::new().await;
    let bytes = played.cell_bytes();
    let dead = played.receipt(0, bytes / 3);
    let other = played.receipt(1, bytes - bytes / 3);
    let data = played.data(vec![dead, other]);
    assert_eq!(played.result(data).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn j1_receipts_suffice_from_nine_tenths_of_the_cell_on() {
    let mut played = Played::new().await;
    let nine_tenths = (played.cell_bytes() * 9).div_ceil(10);
    let too_few = played.receipt(0, nine_tenths - 1);
    let data = played.data(vec![too_few]);
    assert_eq!(played.result(data).await, Err(Refusal::ReceiptsMissing));
    let data = played.data(Vec::new());
    assert_eq!(played.result(data).await, Err(Refusal::ReceiptsMissing));
    let enough = played.receipt(0, nine_tenths);
    let data = played.data(vec![enough]);
    assert_eq!(played.result(data).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn j2_a_viewer_that_lists_another_provider_is_refused() {
    let mut played = Played::new().await;
    let bytes = played.cell_bytes();
    // The other provider in the claim, under this one's receipt.
    let mut data = played.data(vec![played.receipt(0, bytes)]);
    data.claim.deliveries[0].provider = 1;
    played.viewer.mine_and_sign(&played.net, &mut data);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    // This provider's token under the other's signature.
    let token = played.receipts[0].token.clone();
    let forged = played.net.providers[1].receipt(token, bytes);
    let data = played.data(vec![forged]);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    // One provider twice, so that it is paid twice.
    let half = played.receipt(0, bytes.div_ceil(2));
    let data = played.data(vec![half.clone(), half]);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    // More in the claim than was received.
    let mut data = played.data(vec![played.receipt(0, bytes * 9 / 10 + 1)]);
    data.claim.deliveries[0].bytes = u32::try_from(bytes).expect("small");
    played.viewer.mine_and_sign(&played.net, &mut data);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    // More on the receipt than the token allows.
    let data = played.data(vec![played.receipt(0, bytes + bytes.div_ceil(4) + 1)]);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    // A cell that came whole from one of two listed providers is an honest view.
    let data = played.data(vec![played.receipt(1, bytes)]);
    assert_eq!(played.result(data).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn j2_a_receipt_of_an_unregistered_provider_is_refused() {
    let mut played = Played::new().await;
    let bytes = played.cell_bytes();
    let mut data = played.data(vec![played.receipt(0, bytes)]);
    data.claim.deliveries = vec![Delivery {
        provider: 77,
        bytes: u32::try_from(bytes).expect("small"),
    }]
    .try_into()
    .expect("one");
    data.receipts[0].token.terms.provider = 77;
    played.viewer.mine_and_sign(&played.net, &mut data);
    assert_eq!(played.result(data).await, Err(Refusal::UnknownProvider));
}

#[tokio::test(flavor = "multi_thread")]
async fn j4_a_receipt_is_good_for_tickets_within_twenty_rounds_and_no_longer() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let old = session.receipts(&net, &video, 0).await;
    let issued = old[0].token.terms.round;
    let round = net.chain.read(|state| state.round);
    assert!(round.abs_diff(issued) <= 1);
    net.pass_rounds(21 - (round - issued)).await;
    let ticket = session.start(&video, 0).await;
    assert!(ticket.ticket.round >= issued + 21);
    net.pass(60_000).await;
    let data = viewer.play(&net, &video, &ticket, old);
    assert_eq!(session.finish(data).await, Err(Refusal::TokenTooOld));
    let fresh = session.receipts(&net, &video, 0).await;
    let data = viewer.play(&net, &video, &ticket, fresh);
    session
        .finish(data)
        .await
        .expect("the cell was fetched again");
}

#[tokio::test(flavor = "multi_thread")]
async fn j4_a_receipt_for_another_viewer_cell_or_token_is_refused() {
    let mut played = Played::new().await;
    let bytes = played.cell_bytes();
    let other = Viewer::new(10);
    let mut session = other.open(&played.net, 0).await;
    let others = session.receipts(&played.net, &played.video, 0).await;
    let data = played.data(others);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    let next_cell = played.session.receipts(&played.net, &played.video, 1).await;
    let data = played.data(next_cell);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    // A token that no verifier sealed.
    let mut token = played.receipts[0].token.clone();
    token.terms.max_bytes += 1;
    let forged = played.net.providers[0].receipt(token, bytes);
    let data = played.data(vec![forged]);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
}

#[tokio::test(flavor = "multi_thread")]
async fn k3_a_receipt_without_the_providers_signature_is_refused() {
    let mut played = Played::new().await;
    let bytes = played.cell_bytes();
    let mut unsigned = played.receipt(0, bytes);
    unsigned.provider_signature = Signature64([0; 64]);
    let data = played.data(vec![unsigned]);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
    let mut session_signed = played.receipt(0, bytes);
    session_signed.provider_signature = played.viewer.sign(b"anything");
    let data = played.data(vec![session_signed]);
    assert_eq!(played.result(data).await, Err(Refusal::BadReceipt));
}

#[tokio::test(flavor = "multi_thread")]
async fn k3_tokens_are_issued_only_for_what_a_registered_controller_signed_and_not_expired() {
    use crate::provider::wanted;
    use chainflix_primitives::api::Request;
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let honest = wanted(&net, &video, 0, 2);
    let ask = |wanted| Request::CellKeys {
        cells: vec![wanted].try_into().expect("one"),
    };

    let mut chosen_by_viewer = honest.clone();
    chosen_by_viewer.sources.sources.providers = vec![1].try_into().expect("one");
    assert_eq!(
        session.refusal(ask(chosen_by_viewer)).await,
        Refusal::UnknownSources
    );

    let stranger = ed25519_zebra::SigningKey::from([0x77; 32]);
    let mut signed_by_stranger = honest.clone();
    let sources = &mut signed_by_stranger.sources;
    sources.sources.controller = ed25519_zebra::VerificationKeyBytes::from(&stranger).into();
    let payload = sources.sources.signing_payload();
    sources.signature = Signature64(stranger.sign(&payload).to_bytes());
    assert_eq!(
        session.refusal(ask(signed_by_stranger)).await,
        Refusal::UnknownSources
    );

    assert!(matches!(
        session.ask(ask(honest.clone())).await,
        Reply::CellKeys(_)
    ));
    net.pass(300_000).await;
    assert_eq!(session.refusal(ask(honest)).await, Refusal::UnknownSources);
}
