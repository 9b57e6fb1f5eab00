//! What is told, unasked, over a WebSocket: to whom, how much, and to whom no more.

use std::time::Duration;

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId, Round,
    api::{Request, ViewFate},
};
use chainflix_verifier::{Judgement, Limits, ViewChange, news_nonce};
use codec::{DecodeAll, Encode};
use jsonrpsee::{
    core::{
        ClientError,
        client::{ClientT, Subscription, SubscriptionClientT},
    },
    rpc_params,
    ws_client::WsClient,
};
use serde_json::{Value, json};

use super::api::refused_with;
use super::description::difference;
use crate::net::{Net, ROUND_MS};
use crate::viewer::{Session, Viewer};

pub(super) const PATIENCE: Duration = Duration::from_secs(20);
pub(super) const MOMENT: Duration = Duration::from_millis(300);

/// The views of a session's account, followed over the session's own connection.
pub(super) struct Followed {
    news: Subscription<Value>,
    number: u32,
    index: u64,
}

impl Followed {
    pub(super) async fn begin(session: &mut Session, limit: u16) -> Result<Self, ClientError> {
        session.number += 1;
        let number = session.number;
        let sealed = hex::encode(session.seal(&Request::Views { limit }.encode()));
        let params = rpc_params![&session.id, number, sealed];
        let (ask, end) = ("verifier_subscribeViews", "verifier_unsubscribeViews");
        Ok(Self {
            news: session.client.subscribe(ask, params, end).await?,
            number: u32::try_from(number).expect("few"),
            index: 0,
        })
    }

    /// The next message. None when nothing comes any more.
    pub(super) async fn next(&mut self, session: &Session) -> Option<Vec<ViewChange>> {
        let next = tokio::time::timeout(PATIENCE, self.news.next());
        let news = next.await.expect("news").map(|news| news.expect("JSON"))?;
        assert_eq!(news["index"], self.index, "none is left out");
        let sealed = news["sealed"].as_str().expect("hex");
        let changes = open_news(session, self.number, self.index, sealed);
        self.index += 1;
        Some(changes)
    }

    /// Whether something comes within a moment.
    async fn is_told(&mut self) -> bool {
        tokio::time::timeout(MOMENT, self.news.next()).await.is_ok()
    }

    /// All changes up to the one that decides a view.
    async fn until_decided(&mut self, session: &Session) -> Vec<ViewChange> {
        let mut all = Vec::new();
        while !matches!(all.last(), Some(ViewChange::Decided { .. })) {
            all.extend(self.next(session).await.expect("more"));
        }
        all
    }
}

/// Opens message `index` of the subscription that message `number` of a session asked for.
fn open_news(session: &Session, number: u32, index: u64, sealed: &str) -> Vec<ViewChange> {
    let id = hex::decode(&session.id).expect("hex");
    let sealed = hex::decode(sealed).expect("hex");
    let plain = ChaCha20Poly1305::new(&session.keys.to_client.into()).decrypt(
        Nonce::from_slice(&news_nonce(number, index)),
        Payload {
            msg: &sealed,
            aad: &id,
        },
    );
    let plain = plain.expect("sealed by the verifier");
    DecodeAll::decode_all(&mut plain.as_slice()).expect("SCALE")
}

pub(super) async fn follow_rounds(
    client: &WsClient,
    after: Option<Round>,
) -> Result<Subscription<Value>, ClientError> {
    let (ask, end) = ("verifier_subscribeRounds", "verifier_unsubscribeRounds");
    client.subscribe(ask, rpc_params![after], end).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_told_what_happens_to_its_views_from_acceptance_to_payment() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let mut session = viewer.open(&net, node).await;
    let mut followed = Followed::begin(&mut session, 10).await.expect("followed");
    assert_eq!(followed.next(&session).await, Some(vec![]), "no views yet");
    let stranger = Viewer::new(10);
    let mut other_session = stranger.open(&net, node).await;
    let other = Followed::begin(&mut other_session, 10).await;
    let mut other = other.expect("followed");
    assert_eq!(other.next(&other_session).await, Some(vec![]));

    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    let mut early = data.clone();
    early.claim.acc[0] ^= 1;
    viewer.sign_claim(&mut early);
    let refusal = session
        .finish(early)
        .await
        .expect_err("another chain of possession");
    let refused = ViewChange::Refused {
        video: video.magnet,
        minute: 0,
        refusal,
    };
    assert_eq!(followed.next(&session).await, Some(vec![refused]));
    session.finish(data).await.expect("an honest view");
    let accepted = followed.next(&session).await.expect("told");
    let [ViewChange::Accepted(status)] = accepted.as_slice() else {
        panic!("{accepted:?}");
    };
    assert_eq!((status.video, status.minute), (video.magnet, 0));
    assert_eq!(status.fate, ViewFate::Pending);

    net.pass_rounds(10).await;
    let view = status.view;
    let told = followed.until_decided(&session).await;
    let [
        ViewChange::InBlock { view: one, round },
        ViewChange::Judged {
            view: two,
            round: judged,
            judgement: Judgement::Approved,
        },
        ViewChange::Decided { view: three, fate },
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert_eq!((one, two, three), (&view, &view, &view));
    assert_eq!(round, judged);
    assert!(matches!(fate, ViewFate::Settled { viewer_part, .. } if *viewer_part > 0));
    assert!(!other.is_told().await, "it is nobody else's view");

    // Whoever comes back is told first how things stand.
    drop((followed, session));
    let mut session = viewer.open(&net, node).await;
    let mut followed = Followed::begin(&mut session, 10).await.expect("followed");
    let standing = followed.next(&session).await.expect("told");
    assert!(
        matches!(&standing[..], [ViewChange::Standing(now)] if now.view == view && now.fate == *fate),
        "{standing:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_a_view_whose_block_is_not_approved_is_told_to_wait_for_the_next() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let mut session = viewer.open(&net, node).await;
    let mut followed = Followed::begin(&mut session, 10).await.expect("followed");
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data).await.expect("an honest view");
    // Two of three others say nothing while its block waits for their verdicts.
    net.is_impaired = true;
    let others = (0..4).filter(|other| *other != node).take(2);
    let silent: Vec<AccountId> = others.map(|other| net.nodes[other].account).collect();
    for account in &silent {
        net.chain.set_mute(*account, true);
    }
    net.pass_rounds(4).await;
    for account in &silent {
        net.chain.set_mute(*account, false);
    }
    net.pass_rounds(9).await;
    let told = followed.until_decided(&session).await;
    let not_approved = |change: &ViewChange| {
        let judgement = Judgement::NotApproved;
        matches!(change, ViewChange::Judged { judgement: j, .. } if *j == judgement)
    };
    let place = told.iter().position(not_approved);
    let place = place.unwrap_or_else(|| panic!("{told:?}"));
    assert!(matches!(told[place + 1], ViewChange::Waits { .. }));
    assert!(matches!(told[place + 2], ViewChange::InBlock { .. }));
    let settled = matches!(
        told.last(),
        Some(ViewChange::Decided {
            fate: ViewFate::Settled { .. },
            ..
        })
    );
    assert!(settled, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_rounds_is_told_what_was_reported_judged_and_settled() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let client = net.client(0).await;
    let document: Value = client
        .request("rpc.discover", rpc_params![])
        .await
        .expect("described");
    let methods = document["methods"].as_array().expect("methods");
    let mut of_rounds = methods
        .iter()
        .filter(|method| method["name"] == "verifier_subscribeRounds");
    let schema = &of_rounds.next().expect("described")["x-subscription"]["result"];
    let mut rounds = follow_rounds(&client, None).await.expect("followed");
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(8).await;
    let issuer = json!(hex::encode(net.nodes[viewer.assigned(&net)[0]].account.0));
    let mut told: Vec<Value> = Vec::new();
    while let Ok(Some(news)) = tokio::time::timeout(MOMENT, rounds.next()).await {
        let news = news.expect("JSON");
        assert_eq!(difference(&document, schema, &news, "news"), None);
        told.push(news);
    }
    let of = |event: &'static str| told.iter().filter(move |news| news["event"] == event);
    let holds = |list: &Value, field: &str, value: Value| {
        let mut list = list.as_array().expect("a list").iter();
        list.any(|one| one["issuer"] == issuer && one[field] == value)
    };
    let reported = of("reported").find(|news| holds(&news["headers"], "views", json!(1)));
    let round = &reported.expect("its block is reported")["round"];
    let judged = of("judged").find(|news| news["round"] == *round);
    if issuer != json!(hex::encode(net.nodes[0].account.0)) {
        let judged = judged.expect("node 0 judged it");
        assert!(holds(&judged["verdicts"], "verdict", json!("approve")));
    }
    let settled = of("settled").find(|news| news["round"] == *round);
    let settled = settled.expect("it is settled");
    assert!(holds(&settled["blocks"], "approved", json!(true)));
    assert_ne!(settled["settled"], "0");
    let numbers: Vec<u64> = of("settled")
        .map(|news| news["round"].as_u64().expect("a round"))
        .collect();
    assert!(numbers.is_sorted() && numbers.len() > 3, "{numbers:?}");

    // Whoever comes back names the last one it knows, and misses none.
    let client = net.client(0).await;
    let round = u32::try_from(round.as_u64().expect("a round")).expect("small");
    let mut again = follow_rounds(&client, Some(round - 1)).await;
    let again = again.as_mut().expect("followed");
    for known in numbers.iter().filter(|known| **known >= u64::from(round)) {
        let next = tokio::time::timeout(PATIENCE, again.next()).await;
        let next = next.expect("told").expect("more").expect("JSON");
        assert_eq!(next["event"], "settled");
        assert_eq!(next["round"], *known);
    }
    net.pass_rounds(2).await;
    let mut later = Vec::new();
    while let Ok(Some(news)) = tokio::time::timeout(MOMENT, again.next()).await {
        let news = news.expect("JSON");
        if news["event"] == "settled" {
            later.push(news["round"].as_u64().expect("a round"));
        }
    }
    let last = numbers.last().expect("many");
    assert!(
        later.len() >= 2 && later[0] > *last,
        "{later:?} {numbers:?}"
    );
}

/// Asks to follow views by a message as it is.
async fn follow_by(
    client: &WsClient,
    id: &str,
    number: u64,
    sealed: String,
) -> Result<Subscription<Value>, (i32, String)> {
    let (ask, end) = ("verifier_subscribeViews", "verifier_unsubscribeViews");
    let params = rpc_params![id, number, sealed];
    let asked = client.subscribe(ask, params, end).await;
    asked.map_err(refused_with)
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_followed_only_in_a_session_by_a_message_that_was_sealed_for_it() {
    let limits = Limits {
        sessions_per_account: 1,
        ..Limits::default()
    };
    let mut net = Net::start_with(1, ROUND_MS, limits).await;
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let mut other = Viewer::new(10).open(&net, 0).await;
    let views = Request::Views { limit: 1 };
    let seal = |session: &mut Session, number: u64, request: &Request| {
        session.number = number;
        hex::encode(session.seal(&request.encode()))
    };
    let foreign = seal(&mut other, 1, &views);
    let another_request = seal(&mut session, 1, &Request::BeginUpload);
    let long_number = seal(&mut session, 1 << 32, &views);
    let (client, id) = (net.client(0).await, session.id.clone());
    let unknown = follow_by(&client, &"00".repeat(16), 1, String::new()).await;
    assert_eq!(unknown.err(), Some((1_001, "UnknownSession".to_owned())));
    for (number, sealed, what) in [
        (1, "00".repeat(40), "not sealed"),
        (1, foreign, "sealed in another session"),
        (1, another_request, "another request"),
        (1 << 32, long_number, "no room for news under its number"),
    ] {
        let refused = follow_by(&client, &id, number, sealed).await;
        assert_eq!(
            refused.err(),
            Some((1_000, "Malformed".to_owned())),
            "{what}"
        );
    }

    // A session whose place another one took is told nothing any more.
    session.number = 5;
    let mut followed = Followed::begin(&mut session, 1).await.expect("followed");
    assert_eq!(followed.next(&session).await, Some(vec![]));
    viewer.open(&net, 0).await;
    net.pass_rounds(2).await;
    assert_eq!(followed.next(&session).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_followed_no_longer_than_the_wallet_has_delegated() {
    let mut net = Net::start(1).await;
    let round = net.chain.read(|state| state.round);
    let viewer = Viewer::with_rounds(9, 0, round + 3);
    let mut session = viewer.open(&net, 0).await;
    let mut followed = Followed::begin(&mut session, 1).await.expect("followed");
    assert_eq!(followed.next(&session).await, Some(vec![]));
    net.pass_rounds(2).await;
    assert!(
        !followed.is_told().await,
        "it goes on, and nothing happened"
    );
    net.pass_rounds(4).await;
    assert_eq!(followed.next(&session).await, None);
}
