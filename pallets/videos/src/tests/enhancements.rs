//! Subtitles, dubs and effects: proposed, accepted, ended, removed.

use crate::{
    EnhancementKind, EnhancementState, Error, Event, HoldReason, MAX_ENHANCEMENTS_OF_VIDEO, Pallet,
    mock::{
        AccountId, Balances, Now, RECORD_ROUNDS, RuntimeEvent, RuntimeOrigin, System, Test, Videos,
        draft, other_producer, producer, propose, run, stranger,
    },
};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet,
    registry::{EnhancementRegistry, VideoRegistry},
};
use codec::{Decode, Encode};
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::DispatchResult;

const MAGNET: Magnet = Magnet([1; 32]);

/// Runs on a video of [`producer`], in round 1,010.
fn run_on_video(test: impl FnOnce()) {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        Now::set(1_010);
        test();
    });
}

fn accept(by: AccountId, id: u32) -> DispatchResult {
    Videos::accept_enhancement(RuntimeOrigin::signed(by), id)
}

fn end(by: AccountId, id: u32) -> DispatchResult {
    Videos::end_enhancement(RuntimeOrigin::signed(by), id)
}

fn remove(id: u32) -> DispatchResult {
    Videos::remove_enhancement(RuntimeOrigin::signed(other_producer()), id)
}

fn held(by: &AccountId) -> u128 {
    Balances::balance_on_hold(&HoldReason::Enhancement.into(), by)
}

fn owner_in(id: u32, round: u32) -> Option<AccountId> {
    Videos::enhancement_owner_in(id, MAGNET, round)
}

fn offer(kind: EnhancementKind, language: &[u8], hash: [u8; 32]) -> DispatchResult {
    let language = language.to_vec().try_into().expect("a tag that fits");
    let origin = RuntimeOrigin::signed(stranger());
    Videos::propose_enhancement(origin, MAGNET, kind, language, hash, None)
}

#[test]
fn a_proposal_earns_nothing_and_an_accepted_one_from_two_rounds_later_on() {
    run_on_video(|| {
        let id = propose(stranger(), MAGNET);
        assert_eq!(Videos::proposals_of(MAGNET, None, 10), [id]);
        assert_eq!(Videos::enhancements_of(MAGNET), [] as [u32; 0]);
        assert_eq!(owner_in(id, 2_000), None);
        Now::set(1_020);
        assert_ok!(accept(producer(), id));
        assert_eq!(owner_in(id, 1_021), None);
        assert_eq!(owner_in(id, 1_022), Some(stranger()));
        assert_eq!(Videos::proposals_of(MAGNET, None, 10), [] as [u32; 0]);
        assert_eq!(Videos::enhancements_of(MAGNET), [id]);
        System::assert_last_event(RuntimeEvent::Videos(Event::EnhancementAttached {
            id,
            magnet: MAGNET,
            from_round: 1_022,
        }));
    });
}

#[test]
fn other_pallets_read_the_owner_of_a_round_through_the_trait_and_for_its_own_video_only() {
    run_on_video(|| {
        assert_ok!(draft(2).publish(producer()));
        let id = propose(stranger(), MAGNET);
        assert_ok!(accept(producer(), id));
        let owner = |video| <Pallet<Test> as EnhancementRegistry>::owner_in(id, &video, 1_012);
        assert_eq!(owner(MAGNET), Some(RawAccount(stranger().into())));
        assert_eq!(owner(Magnet([2; 32])), None);
        assert_eq!(
            <Pallet<Test> as EnhancementRegistry>::owner_in(id + 1, &MAGNET, 1_012),
            None
        );
    });
}

#[test]
fn whoever_judges_views_reads_all_that_counted_for_a_video_in_a_round_with_their_owners() {
    run_on_video(|| {
        let ids = [0; 3].map(|_| propose(stranger(), MAGNET));
        let counted = |round| Videos::enhancements_counted_in(&MAGNET, round);
        assert_ok!(accept(producer(), ids[1]));
        assert_ok!(accept(producer(), ids[0]));
        assert!(counted(1_011).is_empty());
        Now::set(1_020);
        assert_ok!(end(producer(), ids[1]));
        let give = |to| Videos::transfer_enhancement(RuntimeOrigin::signed(stranger()), ids[0], to);
        assert_ok!(give(other_producer()));
        let found = |round| {
            let all = counted(round).into_iter();
            all.map(|one| {
                let record = Videos::enhancement(one.id).expect("it stays");
                assert_eq!(one.hash, record.hash);
                let owner = owner_in(one.id, round).expect("it counts");
                assert_eq!(one.owner, RawAccount(owner.clone().into()));
                (one.id, owner)
            })
            .collect::<Vec<_>>()
        };
        // In order of acceptance; what only waits is not among them.
        assert_eq!(found(1_021), [(ids[1], stranger()), (ids[0], stranger())]);
        assert_eq!(found(1_022), [(ids[0], other_producer())]);
        assert!(Videos::enhancements_counted_in(&Magnet([9; 32]), 1_022).is_empty());
    });
}

#[test]
fn only_the_producer_of_the_video_accepts_and_only_once() {
    run_on_video(|| {
        let id = propose(stranger(), MAGNET);
        for caller in [stranger(), other_producer()] {
            assert_noop!(accept(caller, id), Error::<Test>::NotProducer);
        }
        assert_noop!(
            accept(producer(), id + 1),
            Error::<Test>::UnknownEnhancement
        );
        assert_ok!(accept(producer(), id));
        assert_noop!(accept(producer(), id), Error::<Test>::NotProposed);
    });
}

#[test]
fn a_producers_own_enhancement_is_attached_at_once() {
    run_on_video(|| {
        let id = propose(producer(), MAGNET);
        assert_eq!(owner_in(id, 1_012), Some(producer()));
        assert_eq!(Videos::enhancements_of(MAGNET), [id]);
    });
}

#[test]
fn a_declined_or_withdrawn_proposal_is_gone_and_its_deposit_back() {
    run_on_video(|| {
        for caller in [producer(), stranger()] {
            let free = Balances::balance(&stranger());
            let id = propose(stranger(), MAGNET);
            assert_eq!(held(&stranger()), Videos::enhancement_deposit());
            assert_noop!(end(other_producer(), id), Error::<Test>::NotOwnerOrProducer);
            assert_ok!(end(caller, id));
            assert_eq!(held(&stranger()), 0);
            assert_eq!(Balances::balance(&stranger()), free);
            assert_eq!(Videos::enhancement(id), None);
            assert_noop!(accept(producer(), id), Error::<Test>::UnknownEnhancement);
        }
    });
}

#[test]
fn g4_an_ended_enhancement_earns_until_two_rounds_later_and_past_rounds_stay_as_they_were() {
    run_on_video(|| {
        let id = propose(stranger(), MAGNET);
        assert_ok!(accept(producer(), id));
        Now::set(1_020);
        assert_noop!(end(other_producer(), id), Error::<Test>::NotOwnerOrProducer);
        assert_ok!(end(producer(), id));
        assert_eq!(owner_in(id, 1_021), Some(stranger()));
        assert_eq!(owner_in(id, 1_022), None);
        Now::set(1_090);
        assert_eq!(owner_in(id, 1_012), Some(stranger()));
        assert_noop!(end(stranger(), id), Error::<Test>::EnhancementEnded);
    });
}

#[test]
fn an_enhancement_ended_in_the_round_of_its_acceptance_never_earns() {
    run_on_video(|| {
        let id = propose(stranger(), MAGNET);
        assert_ok!(accept(producer(), id));
        assert_ok!(end(stranger(), id));
        for round in 1_010..1_020 {
            assert_eq!(owner_in(id, round), None);
        }
    });
}

#[test]
fn an_ended_enhancement_is_removed_by_anybody_once_no_view_with_it_is_judged() {
    run_on_video(|| {
        let id = propose(stranger(), MAGNET);
        assert_noop!(remove(id), Error::<Test>::EnhancementStillNeeded);
        assert_ok!(accept(producer(), id));
        assert_noop!(remove(id), Error::<Test>::EnhancementStillNeeded);
        Now::set(1_020);
        assert_ok!(end(stranger(), id));
        Now::set(1_022 + RECORD_ROUNDS - 1);
        assert_noop!(remove(id), Error::<Test>::EnhancementStillNeeded);
        Now::set(1_022 + RECORD_ROUNDS);
        assert_ok!(remove(id));
        assert_eq!(held(&stranger()), 0);
        assert_eq!(Videos::enhancements_of(MAGNET), [] as [u32; 0]);
        assert_noop!(remove(id), Error::<Test>::UnknownEnhancement);
        assert_eq!(propose(stranger(), MAGNET), id + 1, "ids are not reused");
    });
}

#[test]
fn q1_a_video_has_a_bounded_number_of_enhancements_and_a_flood_of_proposals_takes_no_place() {
    run_on_video(|| {
        for _ in 0..MAX_ENHANCEMENTS_OF_VIDEO {
            let id = propose(stranger(), MAGNET);
            assert_ok!(accept(producer(), id));
        }
        let waits = propose(other_producer(), MAGNET);
        assert_noop!(
            accept(producer(), waits),
            Error::<Test>::TooManyEnhancements
        );
        assert_ok!(end(producer(), 0));
        assert_noop!(
            accept(producer(), waits),
            Error::<Test>::TooManyEnhancements
        );
        Now::set(1_012 + RECORD_ROUNDS);
        assert_ok!(remove(0));
        for _ in 0..100 {
            propose(stranger(), MAGNET);
        }
        assert_ok!(accept(producer(), waits));
    });
}

#[test]
fn proposals_are_read_page_by_page_without_gap_or_repetition() {
    run_on_video(|| {
        let mut all: Vec<u32> = (0..130).map(|_| propose(stranger(), MAGNET)).collect();
        let first = Videos::proposals_of(MAGNET, None, u32::MAX);
        assert_eq!(first.len(), 100);
        let second = Videos::proposals_of(MAGNET, first.last().copied(), 100);
        let mut read = [first, second].concat();
        read.sort_unstable();
        all.sort_unstable();
        assert_eq!(read, all);
    });
}

#[test]
fn a_language_is_a_tag_and_only_effects_do_without() {
    run_on_video(|| {
        let (subtitles, dub, effects) = (
            EnhancementKind::Subtitles,
            EnhancementKind::Dub,
            EnhancementKind::Effects,
        );
        for good in [b"en".as_slice(), b"pt-BR", b"zh-Hant-TW"] {
            assert_ok!(offer(subtitles, good, [1; 32]));
        }
        assert_ok!(offer(effects, b"", [1; 32]));
        for bad in [
            b"".as_slice(),
            b"-",
            b"en-",
            b"de_AT",
            b"abcdefghi",
            b"\xff",
        ] {
            assert_noop!(offer(dub, bad, [1; 32]), Error::<Test>::InvalidLanguage);
        }
        assert_noop!(
            offer(effects, b"-", [1; 32]),
            Error::<Test>::InvalidLanguage
        );
        assert_noop!(offer(dub, b"en", [0; 32]), Error::<Test>::EmptyHash);
    });
}

#[test]
fn q1_a_longer_language_or_policy_is_refused_at_decode() {
    let fits = vec![b'a'; crate::types::MAX_LANGUAGE_BYTES as usize].encode();
    let long = vec![b'a'; crate::types::MAX_LANGUAGE_BYTES as usize + 1].encode();
    assert!(crate::Language::decode(&mut &fits[..]).is_ok());
    assert!(crate::Language::decode(&mut &long[..]).is_err());
    let trusted = |count: u32| {
        let accounts = vec![stranger(); count as usize].encode();
        [vec![1], accounts].concat()
    };
    let most = crate::types::MAX_TRUSTED;
    type Policy = crate::AcceptancePolicy<AccountId>;
    assert!(Policy::decode(&mut &trusted(most)[..]).is_ok());
    assert!(Policy::decode(&mut &trusted(most + 1)[..]).is_err());
}

#[test]
fn nothing_is_proposed_or_accepted_for_a_video_that_is_unknown_or_withdrawn() {
    run_on_video(|| {
        let waits = propose(stranger(), MAGNET);
        assert_ok!(Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET));
        assert_noop!(
            offer(EnhancementKind::Dub, b"en", [1; 32]),
            Error::<Test>::AlreadyWithdrawn
        );
        assert_noop!(accept(producer(), waits), Error::<Test>::AlreadyWithdrawn);
        let language = b"en".to_vec().try_into().expect("short");
        let unknown = Videos::propose_enhancement(
            RuntimeOrigin::signed(stranger()),
            Magnet([7; 32]),
            EnhancementKind::Dub,
            language,
            [1; 32],
            None,
        );
        assert_noop!(unknown, Error::<Test>::UnknownVideo);
    });
}

#[test]
fn a_restricted_video_keeps_its_enhancements() {
    run_on_video(|| {
        let id = propose(stranger(), MAGNET);
        assert_ok!(accept(producer(), id));
        assert_eq!(<Pallet<Test> as VideoRegistry>::restrict(&MAGNET), Ok(()));
        assert_eq!(owner_in(id, 1_030), Some(stranger()));
    });
}

#[test]
fn a_removed_video_takes_its_enhancements_with_it_and_returns_all_deposits() {
    run_on_video(|| {
        let ids = [stranger(), other_producer()].map(|by| propose(by, MAGNET));
        for id in ids {
            assert_ok!(accept(producer(), id));
        }
        assert_ok!(end(producer(), ids[0]));
        let waits = propose(stranger(), MAGNET);
        assert_ok!(Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET));
        Now::set(1_012 + RECORD_ROUNDS);
        assert_ok!(Videos::remove(RuntimeOrigin::signed(producer()), MAGNET));
        assert_eq!(ids.map(Videos::enhancement), [None, None]);
        assert_eq!(held(&other_producer()), 0);
        assert_eq!(held(&stranger()), Videos::enhancement_deposit());
        assert_eq!(
            Videos::enhancement(waits).map(|waiting| waiting.state),
            Some(EnhancementState::Proposed)
        );
        assert_noop!(accept(producer(), waits), Error::<Test>::UnknownVideo);
        assert_ok!(end(stranger(), waits));
        assert_eq!(held(&stranger()), 0);
    });
}

#[test]
fn who_cannot_pay_the_deposit_proposes_nothing() {
    run_on_video(|| {
        let poor = RuntimeOrigin::signed(AccountId::new([77; 32]));
        let language = b"en".to_vec().try_into().expect("short");
        let kind = EnhancementKind::Dub;
        assert!(Videos::propose_enhancement(poor, MAGNET, kind, language, [1; 32], None).is_err());
        assert_eq!(Videos::next_enhancement(), 0);
    });
}

#[test]
fn the_deposit_covers_every_byte_that_an_enhancement_can_take_in_storage() {
    run_on_video(|| {
        use crate::mock::CFX;
        let id = propose(stranger(), MAGNET);
        let mut record = Videos::enhancement(id).expect("proposed");
        record.price = Some(u128::MAX);
        record.language = vec![b'a'; 16].try_into().expect("it fits");
        let first = record.owners[0].clone();
        while record.owners.try_push(first.clone()).is_ok() {}
        record.state = EnhancementState::Ended {
            from_round: 1,
            until_round: 2,
        };
        let keys = crate::Enhancements::<Test>::hashed_key_for(id).len()
            + crate::Proposals::<Test>::hashed_key_for(MAGNET, id).len();
        let least = (record.encoded_size() + keys) as u128 * CFX / 1_000 + 2 * CFX / 10;
        assert!(held(&stranger()) >= least);
    });
}
