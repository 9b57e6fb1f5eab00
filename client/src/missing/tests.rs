use chainflix_primitives::api::ViewPlace;
use chainflix_primitives::fault::PlacedLeaf;
use chainflix_primitives::missing::StandsIn;
use chainflix_primitives::registry::VerifierAnnouncement;
use chainflix_primitives::report::TicketsRoot;
use chainflix_primitives::view::{Delivery, VIEW_VERSION, ViewClaim, ViewLeaf};
use chainflix_primitives::{Magnet, Signature64, merkle, play_data};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};

use super::*;
use crate::wallet::Wallet;

const GENESIS: Hash32 = [4; 32];
const ISSUER: AccountId = AccountId([1; 32]);
const ACCEPTED: Round = 40;

fn leaf(viewer: u8) -> ViewLeaf {
    ViewLeaf {
        claim: ViewClaim {
            version: VIEW_VERSION,
            viewer: AccountId([viewer; 32]),
            delegation: [3; 32],
            video: Magnet([5; 32]),
            minute: 2,
            rendition: 0,
            issue_ms: 1_000_000,
            constant: Default::default(),
            play_code: Default::default(),
            acc: [6; 32],
            nonce: 7,
            deliveries: vec![Delivery {
                provider: 0,
                bytes: 9,
            }]
            .try_into()
            .unwrap(),
            enhancements: Default::default(),
            ad: None,
        },
        signature: Signature64([8; 64]),
        elapsed_ms: 60_000,
        ticket_index: 1,
        address_tag: Default::default(),
    }
}

/// A view block, and its leaves with their places.
fn block(viewers: &[u8]) -> (Header, Vec<PlacedLeaf>) {
    let leaves: Vec<ViewLeaf> = viewers.iter().map(|viewer| leaf(*viewer)).collect();
    let hashes: Vec<Hash32> = leaves.iter().map(ViewLeaf::leaf_hash::<Sha256>).collect();
    let placed = leaves
        .into_iter()
        .enumerate()
        .map(|(index, leaf)| PlacedLeaf {
            index: u32::try_from(index).unwrap(),
            leaf,
            path: merkle::proof::<Sha256>(&hashes, index)
                .and_then(play_data::path)
                .unwrap(),
        });
    let header = Header {
        root: merkle::root::<Sha256>(&hashes),
        count: u32::try_from(hashes.len()).unwrap(),
        playtime_ms: 60_000 * hashes.len() as u64,
        debits: Default::default(),
        tickets: TicketsRoot {
            root: merkle::root::<Sha256>(&[]),
            count: 0,
        },
        late_tickets: Default::default(),
    };
    (header, placed.collect())
}

/// An acceptance of the view of viewer 5, its certificate, and a chain on which the issuer has two blocks with leaves: of
/// viewers 2, 4, 6, 8 in round 40, and of 7 in round 44.
fn left_out() -> (KeptAcceptance, ServiceCertificate, MissingFacts) {
    let service = SigningKey::from([9; 32]);
    let pov = Wallet::from_uri("//Pov").unwrap();
    let ticket = leaf(5).ticket(ISSUER, 38);
    let hash = ticket.leaf_hash::<Sha256>();
    let payload = Acceptance::signing_payload(&GENESIS, &ISSUER, &hash, ACCEPTED);
    let announcement = VerifierAnnouncement {
        endpoint: b"ws://127.0.0.1:1".to_vec().try_into().unwrap(),
        network_key: [1; 32],
        exchange_key: [2; 32],
        service_key: VerificationKeyBytes::from(&service).into(),
    };
    let kept = KeptAcceptance {
        ticket,
        acceptance: Acceptance {
            issuer: ISSUER,
            ticket: hash,
            round: ACCEPTED,
            signature: Signature64(service.sign(&payload).to_bytes()),
        },
        announcement: announcement.clone(),
    };
    let mut certificate = ServiceCertificate {
        announcement,
        sequence: 3,
        round: 0,
        signature: Signature64([0; 64]),
    };
    let signed = pov.sign(&certificate.signing_payload(&GENESIS, &ISSUER));
    let WalletSignature::Sr25519(signature) = signed else {
        panic!("wallets sign by sr25519");
    };
    certificate.signature = signature;
    let header = |round: Round| match round {
        40 => Some(block(&[2, 4, 6, 8]).0),
        41 => None,
        44 => Some(block(&[7]).0),
        _ => Some(block(&[]).0),
    };
    let facts = MissingFacts {
        genesis: GENESIS,
        now: 70,
        claimable_for: 10_000,
        paid: false,
        blocks: (40..61).map(|round| (round, header(round))).collect(),
        settled: Some(66),
        was_in_force: true,
        keys: vec![(50, [7; 32]), (20, pov.account().0)],
    };
    (kept, certificate, facts)
}

/// What an honest verifier shows that has both bodies.
fn honest() -> Absences {
    let (_, first) = block(&[2, 4, 6, 8]);
    let (_, second) = block(&[7]);
    let absences = vec![
        Absence {
            round: 40,
            before: Some(first[1].clone()),
            after: Some(first[2].clone()),
        },
        Absence {
            round: 44,
            before: None,
            after: Some(second[0].clone()),
        },
    ];
    Absences {
        absences: absences.try_into().unwrap(),
        ..Absences::default()
    }
}

fn only(absences: &[Absence]) -> Absences {
    Absences {
        absences: absences.to_vec().try_into().unwrap(),
        ..Absences::default()
    }
}

#[test]
fn an_accepted_view_that_stands_in_no_block_is_claimed_by_what_any_verifiers_show() {
    let (kept, certificate, facts) = left_out();
    standing(&kept, &facts).unwrap();
    let certificate = certified(certificate, &ISSUER, &facts).unwrap();
    assert_eq!(certificate.round, 20, "a round in which its key signed");
    // One verifier has one of the bodies, another one the other.
    let mut neighbours = Neighbours::of(&kept.ticket, &facts);
    assert_eq!(neighbours.lacking(), [40, 44]);
    let all = honest().absences;
    assert_eq!(neighbours.take(only(&all[1..])), Shown::Neighbours(1));
    assert_eq!(neighbours.lacking(), [40]);
    assert_eq!(neighbours.take(honest()), Shown::Neighbours(1));
    assert_eq!(neighbours.lacking(), Vec::<Round>::new());
    let proof = neighbours.proof(&kept, certificate).unwrap();
    assert_eq!(check(&proof, &facts), Ok(()));
    assert_eq!(proof.first, 40);
}

#[test]
fn neighbours_that_a_lying_verifier_shows_are_refused_before_anything_is_submitted() {
    let (kept, certificate, facts) = left_out();
    let (_, placed) = block(&[2, 4, 6, 8]);
    let between = |before: usize, after: usize| Absence {
        round: 40,
        before: Some(placed[before].clone()),
        after: Some(placed[after].clone()),
    };
    let mut elsewhere = between(1, 2);
    elsewhere.round = 41;
    let mut not_reported = between(1, 2);
    not_reported.round = 80;
    let mut moved = between(1, 2);
    if let Some(after) = &mut moved.after {
        after.index = 3;
    }
    let mut changed = between(1, 2);
    if let Some(before) = &mut changed.before {
        before.leaf.claim.nonce += 1;
    }
    let nothing = Absence {
        round: 40,
        before: None,
        after: None,
    };
    let lies = [
        between(0, 2),
        between(1, 3),
        between(2, 3),
        between(2, 1),
        elsewhere,
        not_reported,
        moved,
        changed,
        nothing,
    ];
    let mut neighbours = Neighbours::of(&kept.ticket, &facts);
    for (place, lie) in lies.iter().enumerate() {
        let shown = neighbours.take(only(std::slice::from_ref(lie)));
        assert_eq!(shown, Shown::Nothing(lie.round), "lie {place}");
    }
    assert_eq!(neighbours.lacking(), [40, 44], "nothing of it was taken in");
    // That it stands there after all is believed against the root on chain only.
    for viewer in [4, 5] {
        let mut other = placed[1].clone();
        other.leaf = leaf(viewer);
        let stands = StandsIn {
            round: 40,
            placed: other,
        };
        let shown = Absences {
            stands: Some(stands),
            ..Absences::default()
        };
        assert_eq!(
            neighbours.take(shown),
            Shown::Nothing(40),
            "viewer {viewer}"
        );
    }
    // A proof that was put together in spite of it is no proof by the chain's own rule.
    let certificate = certified(certificate, &ISSUER, &facts).unwrap();
    let all = honest().absences.into_inner();
    for wrong in [
        vec![],
        vec![all[0].clone()],
        vec![lies[0].clone(), all[1].clone()],
    ] {
        let proof = MissingView {
            ticket: kept.ticket.clone(),
            acceptance: kept.acceptance.clone(),
            certificate: certificate.clone(),
            first: 40,
            absences: wrong.try_into().unwrap(),
        };
        assert_eq!(check(&proof, &facts), Err(NotOwed::NotMissing));
    }
}

#[test]
fn a_view_that_stands_in_a_block_is_believed_to_by_its_path_under_the_root_on_chain() {
    let (mut kept, _, facts) = left_out();
    kept.ticket = leaf(6).ticket(ISSUER, 38);
    let (_, placed) = block(&[2, 4, 6, 8]);
    let stands = StandsIn {
        round: 40,
        placed: placed[2].clone(),
    };
    let shown = Absences {
        stands: Some(stands),
        ..Absences::default()
    };
    let mut neighbours = Neighbours::of(&kept.ticket, &facts);
    assert_eq!(neighbours.take(shown), Shown::Stands(40));
    let place = ViewPlace::Nowhere(placed[2].leaf.clone());
    assert_eq!(place.leaf().ticket(ISSUER, 38), kept.ticket);
}

#[test]
fn too_early_too_late_paid_and_not_owed_are_told_before_anybody_is_asked() {
    let (kept, certificate, facts) = left_out();
    let told = |change: &dyn Fn(&mut MissingFacts)| {
        let mut facts = facts.clone();
        change(&mut facts);
        standing(&kept, &facts)
    };
    let early = told(&|facts| facts.blocks.truncate(5)).unwrap_err();
    assert_eq!(early, NotOwed::MayStillCome { over: 5 });
    assert!(early.to_string().contains("5 of the 21"), "{early}");
    let unsettled = told(&|facts| facts.settled = Some(59));
    assert_eq!(unsettled, Err(NotOwed::MayStillCome { over: 21 }));
    let none = told(&|facts| facts.blocks.clear());
    assert_eq!(none, Err(NotOwed::MayStillCome { over: 0 }));
    assert_eq!(told(&|facts| facts.now = 10_041), Err(NotOwed::TooLate));
    assert_eq!(told(&|facts| facts.paid = true), Err(NotOwed::PaidAlready));
    let left = told(&|facts| facts.was_in_force = false);
    assert_eq!(left, Err(NotOwed::NothingOwed));
    let other_chain = told(&|facts| facts.genesis = [5; 32]);
    assert_eq!(other_chain, Err(NotOwed::NotSigned));
    let mut another = kept.clone();
    another.ticket.index += 1;
    assert_eq!(standing(&another, &facts), Err(NotOwed::NotSigned));

    // Keys that did not sign the announcement vouch for nothing.
    let mut forgotten = facts.clone();
    forgotten.keys.pop();
    assert_eq!(certified(certificate.clone(), &ISSUER, &forgotten), None);
    let mut neighbours = Neighbours::of(&kept.ticket, &facts);
    neighbours.take(honest());
    let mut of_another_round = certificate;
    of_another_round.round = 50;
    let proof = neighbours.proof(&kept, of_another_round).unwrap();
    assert_eq!(check(&proof, &facts), Err(NotOwed::NotCertified));
}
