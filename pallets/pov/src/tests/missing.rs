//! Missing views: whoever holds an acceptance that stands in no block is paid by the issuer's bond.

use chainflix_primitives::{
    AccountId, Round, Sha256, Signature64,
    emission::CFX,
    fault::PlacedLeaf,
    missing::{Absence, MissingView, ServiceCertificate},
    registry::VerifierAnnouncement,
    ticket::{Acceptance, Ticket},
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use frame_support::{
    assert_noop,
    dispatch::DispatchResultWithPostInfo,
    traits::{OneSessionHandler, fungible::Inspect},
};
use sp_core::Pair as _;
use sp_runtime::AccountId32;

use super::{
    events, genesis_hash,
    network::*,
    viewer::{SHORT, issued_in},
};
use crate::{
    Error, Event, PaidTickets, Pallet,
    mock::{Balances, Bonds, Pov, RuntimeOrigin, Test},
};

/// A change to a proof that makes it wrong.
type Edit<'a> = Box<dyn Fn(&mut Vec<Absence>) + 'a>;

fn service_key() -> SigningKey {
    SigningKey::from([77; 32])
}

fn certificate(node: &Node) -> ServiceCertificate {
    let mut certificate = ServiceCertificate {
        announcement: VerifierAnnouncement {
            endpoint: b"ws://127.0.0.1:1".to_vec().try_into().expect("short"),
            network_key: [1; 32],
            exchange_key: [2; 32],
            service_key: VerificationKeyBytes::from(&service_key()).into(),
        },
        sequence: 3,
        round: 0,
        signature: Signature64([0; 64]),
    };
    let payload = certificate.signing_payload(&genesis_hash(), &node.account);
    let signature = node.pair.sign(&payload);
    let signature: &[u8] = signature.as_ref();
    certificate.signature = Signature64(signature.try_into().expect("64 bytes"));
    certificate
}

fn acceptance(issuer: AccountId, ticket: &Ticket, round: Round) -> Acceptance {
    let ticket = ticket.leaf_hash::<Sha256>();
    let payload = Acceptance::signing_payload(&genesis_hash(), &issuer, &ticket, round);
    Acceptance {
        issuer,
        ticket,
        round,
        signature: Signature64(service_key().sign(&payload).into()),
    }
}

/// The neighbours of a ticket's place in each block of its issuer from `round` on.
fn proof_of(network: &Network, place: usize, ticket: &Ticket, round: Round) -> MissingView {
    let node = &network.nodes[place];
    let rounds = Pallet::<Test>::blocks_of(round);
    let first = rounds.first().copied().unwrap_or(round);
    let absences: Vec<Absence> = rounds
        .into_iter()
        .filter(|round| crate::Headers::<Test>::contains_key(round, node.account))
        .filter(|round| !node.body(*round).is_empty())
        .map(|round| absence(node, ticket, round))
        .collect();
    MissingView {
        ticket: ticket.clone(),
        acceptance: acceptance(node.account, ticket, round),
        certificate: certificate(node),
        first,
        absences: absences.try_into().expect("at most 21"),
    }
}

fn absence(node: &Node, ticket: &Ticket, round: Round) -> Absence {
    let body = node.body(round);
    let key = (ticket.viewer, ticket.issue_ms);
    let first_after = body.partition_point(|leaf| leaf.sort_key() < key);
    let at = |index: usize| {
        body.get(index).map(|leaf| PlacedLeaf {
            index: index as u32,
            leaf: leaf.clone(),
            path: proof(&tree(&body), index as u32),
        })
    };
    Absence {
        round,
        before: first_after.checked_sub(1).and_then(at),
        after: at(first_after),
    }
}

fn claim(proof: &MissingView) -> DispatchResultWithPostInfo {
    Pov::claim_missing(
        RuntimeOrigin::signed(AccountId32::new([0xbb; 32])),
        Box::new(proof.clone()),
    )
}

/// Verifier 0 accepts three views a round for 24 rounds, and leaves out one that it had accepted in round 1. All is settled.
fn with_a_missing_view(test: impl FnOnce(&mut Network, Ticket)) {
    Network::run(4, |network| {
        let mut missing = None;
        for round in 0..24 {
            for viewer in 0..3 {
                network.watch(0, viewer);
            }
            if round == 1 {
                let left_out = network.nodes[0]
                    .bodies
                    .get_mut(&1)
                    .expect("three")
                    .remove(1);
                let issued = issued_in(&left_out);
                missing = Some(left_out.ticket(network.nodes[0].account, issued));
            }
            network.next_round_with_reports();
        }
        network.rounds_with_reports(2);
        test(network, missing.expect("left out"));
    });
}

#[test]
fn an_accepted_view_that_stands_in_no_block_is_paid_once_by_the_issuers_bond() {
    with_a_missing_view(|network, ticket| {
        let issuer = network.nodes[0].account;
        let proof = proof_of(network, 0, &ticket, 1);
        assert_eq!(proof.absences.len(), 21);
        events();
        let paid = claim(&proof).expect("it is missing");
        assert_eq!(paid.pays_fee, frame_support::dispatch::Pays::No);
        assert_eq!(Balances::balance(&AccountId32::new(ticket.viewer.0)), CFX);
        assert_eq!(Bonds::get()[&issuer], BOND - CFX);
        let told = Event::MissingViewPaid {
            round: 1,
            issuer,
            viewer: ticket.viewer,
            ticket: ticket.leaf_hash::<Sha256>(),
            amount: CFX,
        };
        assert!(events().contains(&told));
        assert_noop!(claim(&proof), Error::<Test>::PaidAlready);
    });
}

#[test]
fn a_view_that_stands_in_a_block_is_not_missing_whatever_neighbours_are_shown() {
    with_a_missing_view(|network, _| {
        let issuer = network.nodes[0].account;
        let leaf = network.nodes[0].body(1)[1].clone();
        let ticket = leaf.ticket(issuer, 1);
        let honest = proof_of(network, 0, &ticket, 1);
        assert_noop!(claim(&honest), Error::<Test>::NotMissing);
        // Nor when the block is skipped, the leaf shown as its own neighbour, or the neighbours are not adjacent.
        let body = network.nodes[0].body(1);
        let at = |index: u32| PlacedLeaf {
            index,
            leaf: body[index as usize].clone(),
            path: proof(&tree(&body), index),
        };
        let edits: Vec<Edit> = vec![
            Box::new(|absences| {
                absences.remove(0);
            }),
            Box::new(|absences| absences[0].before = Some(at(1))),
            Box::new(|absences| {
                absences[0].before = Some(at(0));
                absences[0].after = body.get(2).map(|_| at(2));
            }),
            Box::new(|absences| {
                absences[0].before = None;
                absences[0].after = Some(at(0));
            }),
        ];
        for edit in edits {
            let mut proof = honest.clone();
            let mut absences = proof.absences.into_inner();
            edit(&mut absences);
            proof.absences = absences.try_into().expect("21 at most");
            assert_noop!(claim(&proof), Error::<Test>::NotMissing);
        }
    });
}

#[test]
fn an_acceptance_that_the_issuers_keys_did_not_sign_is_worth_nothing() {
    with_a_missing_view(|network, ticket| {
        let honest = proof_of(network, 0, &ticket, 1);
        let edits: [fn(&mut MissingView); 5] = [
            |proof| proof.acceptance.signature.0[0] ^= 1,
            |proof| proof.certificate.sequence += 1,
            |proof| proof.certificate.announcement.service_key[0] ^= 1,
            |proof| proof.certificate.signature.0[0] ^= 1,
            |proof| proof.ticket.index += 1,
        ];
        for edit in edits {
            let mut proof = honest.clone();
            edit(&mut proof);
            assert_noop!(claim(&proof), Error::<Test>::AcceptanceNotSigned);
        }
        // A key that another verifier vouches for.
        let mut foreign = honest;
        foreign.certificate = certificate(&network.nodes[1]);
        assert_noop!(claim(&foreign), Error::<Test>::AcceptanceNotSigned);
    });
}

#[test]
fn as_long_as_the_view_may_be_carried_nothing_is_owed() {
    Network::run(4, |network| {
        network.watch(0, 0);
        let leaf = network.nodes[0]
            .bodies
            .remove(&0)
            .expect("a view")
            .remove(0);
        let ticket = leaf.ticket(network.nodes[0].account, 0);
        network.rounds_with_reports(23);
        let proof = proof_of(network, 0, &ticket, 0);
        assert_noop!(claim(&proof), Error::<Test>::MayStillCome);
        network.rounds_with_reports(1);
        assert!(claim(&proof).is_ok());
        assert_eq!(PaidTickets::<Test>::iter().count(), 1);
    });
}

/// Takes the only view of verifier 0 out of its block of `round`. Its ticket.
fn leave_out(network: &mut Network, round: Round) -> Ticket {
    let node = &mut network.nodes[0];
    let leaf = node.bodies.remove(&round).expect("a view").remove(0);
    leaf.ticket(node.account, issued_in(&leaf))
}

#[test]
fn v6_a_chain_that_stood_still_costs_a_verifier_that_reports_the_view_after_it_nothing() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        network.watch_at(0, 0, SHORT, start_of(2) + 1_000);
        let leaf = network.nodes[0].body(2).remove(0);
        let ticket = leaf.ticket(network.nodes[0].account, 2);
        crate::mock::NowMs::set(start_of(40));
        make_block();
        network.nodes[0].carry(2, 40);
        network.rounds_with_reports(26);
        assert!(approved(40, network.nodes[0].account));
        let proof = proof_of(network, 0, &ticket, 2);
        assert_eq!(proof.first, 40);
        assert_noop!(claim(&proof), Error::<Test>::NotMissing);
    });
}

#[test]
fn v6_a_view_from_before_a_halt_that_no_block_after_it_has_is_missing_once_the_21st_is_settled() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        network.watch(0, 0);
        // Round 2 does not count, nor the 30 after it.
        (0..31).for_each(|_| next_round_uncounted());
        let ticket = leave_out(network, 2);
        let proof = |network: &Network| proof_of(network, 0, &ticket, 2);
        assert_noop!(claim(&proof(network)), Error::<Test>::MayStillCome);
        network.rounds_with_reports(23);
        assert_eq!(proof(network).first, 33);
        assert_noop!(claim(&proof(network)), Error::<Test>::MayStillCome);
        network.rounds_with_reports(1);
        // Neither a round before nor one after the first that counted is taken for it.
        for first in [1, 2, 20, 34, 40] {
            let mut wrong = proof(network);
            wrong.first = first;
            assert_noop!(claim(&wrong), Error::<Test>::MayStillCome);
        }
        assert!(claim(&proof(network)).is_ok());
        assert_noop!(claim(&proof(network)), Error::<Test>::PaidAlready);
    });
}

#[test]
fn nothing_is_owed_for_a_view_by_whom_no_counted_round_has_in_its_set() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        network.watch(0, 0);
        let ticket = leave_out(network, 2);
        let rest = validators(&network.nodes[1..]);
        let rest = || rest.iter().map(|(account, key)| (account, key.clone()));
        Pallet::<Test>::on_new_session(true, rest(), rest());
        (0..3).for_each(|_| next_round_uncounted());
        for _ in 0..26 {
            next_round();
            for place in 1..4 {
                let report = network.report(place);
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
        let proof = proof_of(network, 0, &ticket, 2);
        assert_noop!(claim(&proof), Error::<Test>::NothingOwed);
    });
}

#[test]
fn claims_end_after_a_cycle_and_what_was_paid_is_forgotten_after_two() {
    let genesis = crate::GenesisConfig::<Test> {
        cycle_rounds: 40,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.watch(0, 0);
        network.watch(0, 1);
        let issuer = network.nodes[0].account;
        let tickets: Vec<Ticket> = network.nodes[0]
            .bodies
            .remove(&0)
            .expect("two")
            .iter()
            .map(|leaf| leaf.ticket(issuer, 0))
            .collect();
        network.rounds_with_reports(40);
        assert!(claim(&proof_of(network, 0, &tickets[0], 0)).is_ok());
        network.rounds_with_reports(1);
        let late = proof_of(network, 0, &tickets[1], 0);
        assert_noop!(claim(&late), Error::<Test>::ClaimTooLate);
        network.rounds_with_reports(60);
        assert_eq!(PaidTickets::<Test>::iter().count(), 0);
    });
}

#[test]
fn an_empty_bond_pays_nothing_and_the_claim_stays_open() {
    with_a_missing_view(|network, ticket| {
        let issuer = network.nodes[0].account;
        Bonds::mutate(|bonds| bonds.insert(issuer, 0));
        let proof = proof_of(network, 0, &ticket, 1);
        assert_noop!(claim(&proof), Error::<Test>::BondEmpty);
        Bonds::mutate(|bonds| bonds.insert(issuer, 5 * CFX));
        assert!(claim(&proof).is_ok());
    });
}

#[test]
fn q1_a_proof_over_22_blocks_does_not_decode() {
    use codec::{Decode, Encode};
    with_a_missing_view(|network, ticket| {
        let proof = proof_of(network, 0, &ticket, 1);
        let head = (
            proof.ticket,
            proof.acceptance,
            proof.certificate,
            proof.first,
        )
            .encode();
        let mut absences = proof.absences.into_inner();
        let with = |absences: &Vec<Absence>| [head.clone(), absences.encode()].concat();
        assert!(MissingView::decode(&mut with(&absences).as_slice()).is_ok());
        absences.push(absences[0].clone());
        assert!(MissingView::decode(&mut with(&absences).as_slice()).is_err());
    });
}
