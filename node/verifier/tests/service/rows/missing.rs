//! An acceptance whose view stands in no block: what another verifier shows of it, and to whom.

use chainflix_primitives::{
    AccountId, Round, Sha256, Signature64,
    missing::{
        ABSENCES_VERSION, Absence, Absences, AbsencesRequest, MissingView, ServiceCertificate,
    },
    report::Header,
    ticket::{Acceptance, SignedTicket},
    view::ViewLeaf,
};
use codec::{Decode, Encode};
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
};

use crate::chain::{GENESIS, pov_pair};
use crate::net::Net;
use crate::video::Video;
use crate::viewer::Viewer;
use crate::villain::Villain;

/// The issuer's announcement with the signature of its `pov` session key.
fn certificate(net: &Net, issuer: AccountId) -> ServiceCertificate {
    let announcement = net
        .chain
        .read(|state| state.announcements.get(&issuer).cloned());
    let mut certificate = ServiceCertificate {
        announcement: announcement.expect("announced"),
        sequence: 0,
        round: 0,
        signature: Signature64([0; 64]),
    };
    let payload = certificate.signing_payload(&GENESIS, &issuer);
    let signature = pov_pair(&issuer).sign_simple(b"substrate", &payload);
    certificate.signature = Signature64(signature.to_bytes());
    certificate
}

fn request(net: &Net, ticket: &SignedTicket, acceptance: &Acceptance) -> AbsencesRequest {
    AbsencesRequest {
        version: ABSENCES_VERSION,
        ticket: ticket.ticket.clone(),
        acceptance: acceptance.clone(),
        certificate: certificate(net, acceptance.issuer),
    }
}

/// What a node shows; or code and name of its error.
pub(super) async fn ask(
    net: &Net,
    node: usize,
    request: &AbsencesRequest,
) -> Result<Absences, (i32, String)> {
    let client = net.client(node).await;
    let params = rpc_params![hex::encode(request.encode())];
    let answer: Result<String, ClientError> = client.request("verifier_absences", params).await;
    match answer {
        Ok(text) => {
            let bytes = hex::decode(text).expect("hex");
            Ok(Absences::decode(&mut bytes.as_slice()).expect("SCALE"))
        }
        Err(ClientError::Call(error)) => {
            let why = error.data().map(|data| data.get().trim_matches('"'));
            Err((error.code(), why.unwrap_or_default().to_owned()))
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// The issuer's headers in the rounds whose blocks can hold a view.
fn blocks(net: &Net, issuer: AccountId, accepted: Round) -> Vec<(Round, Option<Header>)> {
    net.chain.read(|state| {
        let rounds = state.counted.iter().filter(|round| **round >= accepted);
        let header = |round: &Round| {
            let report = state.reports.get(&(*round, issuer));
            (*round, report.map(|report| report.header.clone()))
        };
        rounds.take(21).map(header).collect()
    })
}

/// A view that was played in full, as its issuer may put it into a block.
struct Play {
    viewer: Viewer,
    ticket: SignedTicket,
    data: chainflix_primitives::play_data::PlayData,
}

impl Play {
    fn leaf(&self) -> ViewLeaf {
        ViewLeaf {
            claim: self.data.claim.clone(),
            signature: self.data.signature,
            elapsed_ms: 60_000,
            ticket_index: self.ticket.ticket.index,
            address_tag: Default::default(),
        }
    }
}

/// Whole plays of some viewers at one node at the same time, by ascending account.
async fn played(net: &mut Net, video: &Video, node: usize, viewers: usize) -> Vec<Play> {
    let of_node = |viewer: &Viewer| viewer.assigned(net).contains(&node);
    let mut found: Vec<Viewer> = (9..)
        .map(Viewer::new)
        .filter(of_node)
        .take(viewers)
        .collect();
    found.sort_by_key(Viewer::account);
    let mut plays = Vec::new();
    for viewer in found {
        let mut session = viewer.open(net, node).await;
        let receipts = session.receipts(net, video, 0).await;
        let ticket = session.start(video, 0).await;
        let data = viewer.play(net, video, &ticket, receipts);
        plays.push(Play {
            viewer,
            ticket,
            data,
        });
    }
    net.pass(60_000).await;
    plays
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_view_that_its_issuer_left_out_is_proven_missing_by_what_another_verifier_shows()
 {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let node = 3;
    let mut plays = played(&mut net, &video, node, 3).await;
    let left_out = plays.remove(1);
    let mut session = left_out.viewer.open(&net, node).await;
    let acceptance = session
        .finish(left_out.data.clone())
        .await
        .expect("an honest view");
    let asked = request(&net, &left_out.ticket, &acceptance);

    let villain = Villain::take_over(&mut net, node).await;
    for play in plays.iter().chain([&left_out]) {
        villain.show_ticket(&play.ticket);
    }
    for play in &plays {
        villain.show_view(&play.leaf(), &play.viewer.delegation, &play.data);
    }
    let leaves: Vec<ViewLeaf> = plays.iter().map(Play::leaf).collect();
    let reported = villain.report(&mut net, leaves).await;
    assert!(reported >= acceptance.round);

    let early = ask(&net, 0, &asked).await.expect_err("too early");
    assert_eq!(early, (907, "MayStillCome".to_owned()));
    net.pass_rounds(26).await;

    let blocks = blocks(&net, villain.account, acceptance.round);
    assert_eq!(blocks.len(), 21);
    let header = |of: Round| {
        let found = blocks.iter().find(|(round, _)| *round == of);
        found
            .and_then(|(_, header)| header.clone())
            .expect("reported")
    };
    for helper in 0..3 {
        let shown = ask(&net, helper, &asked).await.expect("it is missing");
        assert_eq!(
            (shown.stands, shown.lacking.len()),
            (None, 0),
            "node {helper}"
        );
        let [absence] = shown.absences.as_slice() else {
            panic!("one block has leaves: {:?}", shown.absences);
        };
        assert_eq!(absence.round, reported);
        assert!(absence.before.is_some() && absence.after.is_some());
        let proof = |absences: Vec<Absence>| MissingView {
            ticket: asked.ticket.clone(),
            acceptance: acceptance.clone(),
            certificate: asked.certificate.clone(),
            first: blocks[0].0,
            absences: absences.try_into().expect("few"),
        };
        // The chain's own words for it.
        let holds = proof(vec![absence.clone()]);
        assert!(holds.is_of_one_view::<Sha256>());
        assert!(holds.is_absent_from::<Sha256>(blocks.clone()));
        let mut of_another_round = absence.clone();
        of_another_round.round += 1;
        let mut without_a_neighbour = absence.clone();
        without_a_neighbour.after = None;
        for wrong in [vec![], vec![of_another_round], vec![without_a_neighbour]] {
            assert!(!proof(wrong).is_absent_from::<Sha256>(blocks.clone()));
        }
        // Of a view that stands there no neighbours prove anything.
        assert!(absence.proves::<Sha256>(&asked.ticket, &header(reported)));
        for play in &plays {
            assert!(!absence.proves::<Sha256>(&play.ticket.ticket, &header(reported)));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_of_a_view_are_shown_to_nobody_without_its_issuers_word_or_when_it_stands_in_a_block()
 {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let mut plays = played(&mut net, &video, 3, 2).await;
    let mut acceptances = Vec::new();
    for play in &plays {
        let mut session = play.viewer.open(&net, 3).await;
        let accepted = session.finish(play.data.clone()).await;
        acceptances.push(accepted.expect("an honest view"));
    }
    net.pass_rounds(26).await;
    let (play, acceptance) = (plays.remove(0), acceptances.remove(0));
    let honest = request(&net, &play.ticket, &acceptance);
    let blocks = blocks(&net, acceptance.issuer, acceptance.round);
    for node in 0..4 {
        let shown = ask(&net, node, &honest).await.expect("accepted");
        assert_eq!((shown.absences.len(), shown.lacking.len()), (0, 0));
        let stands = shown.stands.expect("it stands in a block");
        let header = blocks.iter().find(|(round, _)| *round == stands.round);
        let header = header.and_then(|(_, header)| header.clone());
        assert!(stands.proves::<Sha256>(&honest.ticket, &header.expect("reported")));
    }

    let changes: [fn(&mut AbsencesRequest, &SignedTicket); 7] = [
        |asked, _| asked.ticket.issue_ms += 1,
        |asked, other| asked.ticket = other.ticket.clone(),
        |asked, other| {
            // Another's ticket under one's own acceptance.
            asked.ticket = other.ticket.clone();
            asked.acceptance.ticket = other.ticket.leaf_hash::<Sha256>();
        },
        |asked, _| asked.acceptance.round += 1,
        |asked, _| asked.certificate.announcement.service_key = [7; 32],
        |asked, _| asked.certificate.sequence += 1,
        |asked, _| asked.certificate.signature.0[9] ^= 1,
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut asked = honest.clone();
        change(&mut asked, &plays[0].ticket);
        let refused = ask(&net, 0, &asked).await.expect_err("not accepted");
        assert_eq!(refused, (907, "NotAccepted".to_owned()), "change {place}");
    }
    // A service key of one's own, vouched for by nobody.
    let own = ed25519_zebra::SigningKey::from([0xee; 32]);
    let mut forged = honest.clone();
    forged.ticket.viewer = AccountId([0x80; 32]);
    forged.acceptance.ticket = forged.ticket.leaf_hash::<Sha256>();
    let payload = Acceptance::signing_payload(
        &GENESIS,
        &forged.acceptance.issuer,
        &forged.acceptance.ticket,
        forged.acceptance.round,
    );
    forged.acceptance.signature = Signature64(own.sign(&payload).to_bytes());
    forged.certificate.announcement.service_key =
        ed25519_zebra::VerificationKeyBytes::from(&own).into();
    let refused = ask(&net, 0, &forged).await.expect_err("not accepted");
    assert_eq!(refused, (907, "NotAccepted".to_owned()));

    let mut later_version = honest;
    later_version.version += 1;
    let (code, _) = ask(&net, 0, &later_version).await.expect_err("unknown");
    assert_eq!(code, 1_000, "a version that it does not know is malformed");
}

/// What the description's test asks: about a view that was accepted and can come no more.
pub(super) async fn an_asked_one(net: &mut Net, video: &Video, node: usize) -> AbsencesRequest {
    let play = played(net, video, node, 1).await.remove(0);
    let mut session = play.viewer.open(net, node).await;
    let accepted = session.finish(play.data.clone()).await;
    let acceptance = accepted.expect("an honest view");
    net.pass_rounds(26).await;
    request(net, &play.ticket, &acceptance)
}
