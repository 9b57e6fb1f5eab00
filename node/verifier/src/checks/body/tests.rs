//! What other verifiers reject a block for, each with its reason and leaf.

use super::*;

mod block;
mod faults;

use self::block::*;

#[test]
fn an_honest_block_is_approved_and_so_is_an_empty_one() {
    assert_eq!(Block::honest().verdict(), Verdict::Approve);
    let empty = under(|block| {
        block.leaves.clear();
        block.header.count = 0;
        block.header.playtime_ms = 0;
    });
    assert_eq!(empty, Verdict::Approve);
}

#[test]
fn a_leaf_that_breaks_a_rule_by_itself_is_rejected_for_that_rule() {
    let leaf = |error| rejected(RejectReason::Leaf(error), 2);
    let version = agreed(2, |leaf| leaf.claim.version = 9);
    assert_eq!(version, leaf(LeafError::UnknownVersion));
    for elapsed in [59_999, 90_001] {
        let window = changed(2, |leaf| leaf.elapsed_ms = elapsed);
        assert_eq!(window, leaf(LeafError::OutsideWindow));
    }
    let nonce = changed(2, |leaf| {
        let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
        let wrong = (0..).find(|nonce| !input.is_met::<Sha256>(*nonce, 8));
        leaf.claim.nonce = wrong.expect("most are");
    });
    assert_eq!(nonce, leaf(LeafError::WrongNonce));
    let order = agreed(2, |leaf| {
        leaf.claim.deliveries = vec![delivery(3), delivery(0)].try_into().expect("two");
    });
    assert_eq!(order, leaf(LeafError::DeliveriesNotInOrder));
}

#[test]
fn t1_a_leaf_accepted_in_another_time_than_the_headers_is_rejected() {
    let mut early = Block::honest();
    let context = BodyContext {
        round: ROUND - 3,
        ..early.context()
    };
    let verdict = judge(&context, &early.leaves, &early.hashes());
    assert_eq!(
        verdict,
        rejected(RejectReason::Leaf(LeafError::OutsideRound), 0)
    );
    early.header.count = 5;
    let late = BodyContext {
        round: ROUND + 22,
        carried_from: ROUND + 2,
        ..early.context()
    };
    let verdict = judge(&late, &early.leaves, &early.hashes());
    assert_eq!(
        verdict,
        rejected(RejectReason::Leaf(LeafError::OutsideRound), 0)
    );
}

#[test]
fn k1_a_view_whose_ticket_is_not_under_the_reported_root_is_rejected() {
    let unlisted = under(|block| {
        block.tickets.remove(&ISSUED);
    });
    assert_eq!(unlisted, rejected(RejectReason::Ticket, 0));
    let other_place = changed(2, |leaf| leaf.ticket_index += 1);
    assert_eq!(other_place, rejected(RejectReason::Ticket, 2));
    // Signed by the viewer, but no ticket of that time was ever reported.
    let of_another_time = under(|block| {
        block.leaves[2].claim.issue_ms += 1;
        mine_and_sign(&mut block.leaves[2]);
    });
    assert_eq!(of_another_time, rejected(RejectReason::Ticket, 2));
}

#[test]
fn k2_a_view_by_a_verifier_that_was_not_assigned_is_rejected() {
    let verdict = under(|block| {
        for facts in block.rounds.values_mut() {
            let others = (2..40).map(|n| AccountId([n; 32]));
            Arc::make_mut(facts).set = [ISSUER].into_iter().chain(others).collect();
        }
    });
    // Two of 39: that the issuer is among them for all four viewers is next to impossible.
    let Verdict::Reject { reason, .. } = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(reason, RejectReason::NotAssigned);
}

#[test]
fn a_view_of_a_video_that_was_not_active_or_of_no_cell_of_it_is_rejected() {
    let inactive = under(|block| {
        block.videos.remove(&(VIDEO, ISSUED + 1));
    });
    assert_eq!(inactive, rejected(RejectReason::Video, 1));
    let no_minute = agreed(2, |leaf| leaf.claim.minute = 3);
    assert_eq!(no_minute, rejected(RejectReason::Video, 2));
    let no_rendition = agreed(2, |leaf| leaf.claim.rendition = 1);
    assert_eq!(no_rendition, rejected(RejectReason::Video, 2));
}

#[test]
fn what_is_missing_here_makes_a_body_absent_and_not_wrong() {
    let without_facts = under(|block| {
        block.rounds.remove(&ISSUED);
    });
    assert_eq!(without_facts, Verdict::Absent);
    let without_secret = under(|block| block.secrets = Secrets::default());
    assert_eq!(without_secret, Verdict::Absent);
    let without_delegation = under(|block| {
        let hash = block.leaves[2].claim.delegation;
        block.delegations.remove(&hash);
    });
    assert_eq!(without_delegation, Verdict::Absent);
    // Of a round that is still to come nobody has facts; such a ticket is wrong all the same.
    let to_come = agreed(2, |leaf| {
        let next = clock().start_of(ROUND + 1).expect("a time");
        leaf.claim.issue_ms = next + CLOCK_TOLERANCE_MS;
    });
    let outside = RejectReason::Leaf(LeafError::OutsideRound);
    assert_eq!(to_come, rejected(outside, 2));
}

#[test]
fn a_play_code_that_the_set_secret_does_not_give_is_rejected() {
    let verdict = agreed(3, |leaf| leaf.claim.play_code.0[0] ^= 1);
    assert_eq!(verdict, rejected(RejectReason::Derivation, 3));
}

#[test]
fn j3_an_issuer_that_rewrites_the_providers_of_a_view_is_rejected() {
    let verdict = changed(3, |leaf| {
        leaf.claim.deliveries = vec![delivery(1), delivery(2)].try_into().expect("two");
        // The nonce does not cover the providers; the viewer's signature does.
    });
    assert_eq!(verdict, rejected(RejectReason::Signature, 3));
}

#[test]
fn a_view_signed_by_another_or_under_a_delegation_that_does_not_fit_is_rejected() {
    let forged = changed(4, |leaf| leaf.signature.0[0] ^= 1);
    assert_eq!(forged, rejected(RejectReason::Signature, 4));
    let expired = under(|block| {
        for signed in block.delegations.values_mut() {
            signed.delegation.last_round = ISSUED;
        }
    });
    assert_eq!(
        expired,
        rejected(RejectReason::Signature, 1),
        "minute 1 was issued a round later"
    );
    let anothers = under(|block| {
        let hash = block.leaves[2].claim.delegation;
        let granted = block.delegations.get_mut(&hash).expect("known");
        granted.delegation.account = AccountId([99; 32]);
    });
    assert_eq!(anothers, rejected(RejectReason::Signature, 2));
}

#[test]
fn r1_two_leaves_of_one_minute_and_two_that_overlap_are_rejected() {
    let same_minute = under(|block| {
        let secret = block.secrets.of(0).expect("held");
        let leaf = &mut block.leaves[1];
        leaf.claim.minute = 0;
        leaf.claim.play_code = secret.play_code(&VIDEO, 0, &leaf.claim.viewer, 0);
        mine_and_sign(leaf);
        block.list_ticket(1);
    });
    assert_eq!(same_minute, rejected(RejectReason::Duplicate, 1));
    let overlapping = changed(0, |leaf| leaf.elapsed_ms = 60_001);
    assert_eq!(overlapping, rejected(RejectReason::Duplicate, 1));
    let paid_before = under(|block| {
        let hash = block.leaves[3].leaf_hash::<Sha256>();
        block.paid.insert(hash);
    });
    assert_eq!(paid_before, rejected(RejectReason::Duplicate, 3));
}

#[test]
fn a_body_that_is_not_in_order_or_not_what_its_header_says_is_rejected() {
    let swapped = under(|block| block.leaves.swap(2, 3));
    assert_eq!(swapped, rejected(RejectReason::Header, 3));
    let playtime = under(|block| block.header.playtime_ms += 1);
    assert_eq!(playtime, rejected(RejectReason::Header, 0));
    let count = under(|block| block.header.count -= 1);
    assert_eq!(count, rejected(RejectReason::Header, 0));
    let debits = under(|block| {
        let none = Debit {
            campaign: CAMPAIGN,
            amount: 1,
        };
        block.header.debits = vec![none].try_into().expect("one");
    });
    assert_eq!(debits, rejected(RejectReason::Header, 0));
}

/// The verdict when leaf `index` names enhancements, of which 7 and 9 are attached in the first round of issue.
fn enhanced(index: usize, named: &[u32]) -> Verdict {
    under(|block| {
        block.enhance(ISSUED);
        let leaf = &mut block.leaves[index];
        leaf.claim.enhancements = named.to_vec().try_into().expect("at most four");
        mine_and_sign(leaf);
        block.list_ticket(index);
    })
}

#[test]
fn k_a_view_that_names_what_is_not_attached_to_its_video_is_rejected() {
    for right in [&[][..], &[7], &[9], &[7, 9]] {
        assert_eq!(enhanced(2, right), Verdict::Approve);
    }
    for wrong in [&[8][..], &[0, 7], &[7, 8, 9]] {
        assert_eq!(enhanced(2, wrong), rejected(RejectReason::Enhancement, 2));
    }
    let order = RejectReason::Leaf(LeafError::EnhancementsNotInOrder);
    for wrong in [&[9, 7][..], &[7, 7], &[7, 9, 9]] {
        assert_eq!(enhanced(2, wrong), rejected(order, 2));
    }
}

#[test]
fn k_an_issuer_that_adds_an_enhancement_to_what_the_viewer_signed_is_rejected() {
    let verdict = under(|block| {
        block.enhance(ISSUED);
        block.leaves[2].claim.enhancements = vec![7].try_into().expect("one");
    });
    assert_eq!(verdict, rejected(RejectReason::Signature, 2));
}

#[test]
fn g4_what_was_attached_is_judged_by_the_round_of_the_ticket() {
    // Leaf 1 was issued a round later, when nothing was attached any more.
    assert_eq!(enhanced(0, &[7]), Verdict::Approve);
    assert_eq!(enhanced(1, &[7]), rejected(RejectReason::Enhancement, 1));
}

fn ad(clicked: bool) -> AdShown {
    AdShown {
        campaign: CAMPAIGN,
        host_video: VIDEO,
        clicked,
    }
}

/// Turns leaf `index` into an ad view, of which the header knows.
fn advertise(block: &mut Block, index: usize, shown: AdShown) {
    block.leaves[index].claim.ad = Some(shown);
    mine_and_sign(&mut block.leaves[index]);
    block.list_ticket(index);
    let ads = block.leaves.iter().filter_map(|leaf| leaf.claim.ad);
    let debits = ads.map(|ad| Debit {
        campaign: ad.campaign,
        amount: campaign().cost(&ad).expect("a price"),
    });
    block.header.debits = sum_debits(debits).try_into().expect("few");
    block.header.playtime_ms -= 60_000;
}

#[test]
fn an_ad_view_is_debited_by_its_header_and_adds_no_playtime() {
    let honest = under(|block| {
        advertise(block, 2, ad(false));
        advertise(block, 3, ad(true));
        assert_eq!(block.header.debits[0].amount, 11);
    });
    assert_eq!(honest, Verdict::Approve);
    for spoil in [
        |header: &mut Header| header.debits = Default::default(),
        |header: &mut Header| header.debits[0].amount += 1,
        |header: &mut Header| header.debits[0].campaign += 1,
        |header: &mut Header| header.playtime_ms += 60_000,
    ] {
        let spoilt = under(|block| {
            advertise(block, 2, ad(false));
            spoil(&mut block.header);
        });
        assert_eq!(spoilt, rejected(RejectReason::Header, 0));
    }
}

#[test]
fn a2_an_ad_view_of_no_active_campaign_or_of_another_creative_or_host_is_rejected() {
    let refused = |change: fn(&mut Block)| {
        let verdict = under(|block| {
            advertise(block, 2, ad(false));
            change(block);
        });
        assert_eq!(verdict, rejected(RejectReason::Ad, 2));
    };
    refused(|block| {
        block.campaigns.remove(&(CAMPAIGN, ISSUED));
    });
    refused(|block| {
        let terms = block.campaigns.get_mut(&(CAMPAIGN, ISSUED)).expect("known");
        Arc::make_mut(terms).creative = Magnet([8; 32]);
    });
    refused(|block| {
        let elsewhere = AdShown {
            host_video: Magnet([8; 32]),
            ..ad(false)
        };
        block.header.playtime_ms += 60_000;
        advertise(block, 2, elsewhere);
    });
}
