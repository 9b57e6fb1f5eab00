//! Active, restricted, withdrawn: from which round on.

use crate::{
    Error, Event, Pallet, Videos as Records,
    mock::{
        Now, RECORD_ROUNDS, RuntimeEvent, RuntimeOrigin, System, Test, Videos, draft, producer,
        run, stranger,
    },
    types::MAX_STATES,
};
use chainflix_primitives::{
    Magnet, Round,
    registry::{RegistryError, VideoRegistry, VideoState},
};
use frame_support::{assert_noop, assert_ok};

const MAGNET: Magnet = Magnet([1; 32]);

fn state(round: Round) -> Option<VideoState> {
    Videos::video_state(MAGNET, round)
}

fn restrict() -> Result<(), RegistryError> {
    <Pallet<Test> as VideoRegistry>::restrict(&MAGNET)
}

fn reinstate() -> Result<(), RegistryError> {
    <Pallet<Test> as VideoRegistry>::reinstate(&MAGNET)
}

fn withdraw() -> sp_runtime::DispatchResult {
    Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET)
}

/// Runs on a video that is active since round 1,002, in round 1,010.
fn run_on_active(test: impl FnOnce()) {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        Now::set(1_010);
        test();
    });
}

#[test]
fn a_video_has_no_state_before_its_first_round_and_none_when_it_is_unknown() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        assert_eq!(state(1_001), None);
        assert_eq!(state(1_002), Some(VideoState::Active));
        assert_eq!(Videos::video_state(Magnet([2; 32]), 1_002), None);
    });
}

#[test]
fn g4_a_restriction_holds_from_two_rounds_later_and_leaves_past_rounds_as_they_were() {
    run_on_active(|| {
        assert_eq!(restrict(), Ok(()));
        assert_eq!(state(1_010), Some(VideoState::Active));
        assert_eq!(state(1_011), Some(VideoState::Active));
        assert_eq!(state(1_012), Some(VideoState::Restricted));
        Now::set(1_050);
        assert_eq!(state(1_011), Some(VideoState::Active));
        assert_eq!(state(1_050), Some(VideoState::Restricted));
        System::assert_last_event(RuntimeEvent::Videos(Event::VideoRestricted {
            magnet: MAGNET,
            from_round: 1_012,
        }));
    });
}

#[test]
fn a_reinstated_video_is_active_again_and_its_restriction_stays_in_the_past() {
    run_on_active(|| {
        assert_eq!(restrict(), Ok(()));
        Now::set(1_020);
        assert_eq!(reinstate(), Ok(()));
        assert_eq!(state(1_015), Some(VideoState::Restricted));
        assert_eq!(state(1_021), Some(VideoState::Restricted));
        assert_eq!(state(1_022), Some(VideoState::Active));
    });
}

#[test]
fn a_change_waits_until_the_one_before_has_taken_effect() {
    run_on_active(|| {
        assert_eq!(restrict(), Ok(()));
        assert_eq!(reinstate(), Err(RegistryError::ChangePending));
        assert_noop!(withdraw(), Error::<Test>::ChangePending);
        Now::set(1_011);
        assert_eq!(reinstate(), Err(RegistryError::ChangePending));
        Now::set(1_012);
        assert_eq!(reinstate(), Ok(()));
    });
}

#[test]
fn only_an_active_video_is_restricted_and_only_a_restricted_one_reinstated() {
    run_on_active(|| {
        assert_eq!(reinstate(), Err(RegistryError::WrongState));
        assert_eq!(restrict(), Ok(()));
        Now::set(1_020);
        assert_eq!(restrict(), Err(RegistryError::WrongState));
        let unknown = Magnet([2; 32]);
        assert_eq!(
            <Pallet<Test> as VideoRegistry>::restrict(&unknown),
            Err(RegistryError::Unknown)
        );
        assert_eq!(
            <Pallet<Test> as VideoRegistry>::reinstate(&unknown),
            Err(RegistryError::Unknown)
        );
    });
}

#[test]
fn withdrawing_is_for_the_producer_and_for_good() {
    run_on_active(|| {
        let by_stranger = Videos::withdraw(RuntimeOrigin::signed(stranger()), MAGNET);
        assert_noop!(by_stranger, Error::<Test>::NotProducer);
        assert_noop!(
            Videos::withdraw(RuntimeOrigin::signed(producer()), Magnet([2; 32])),
            Error::<Test>::UnknownVideo
        );
        assert_ok!(withdraw());
        assert_eq!(state(1_011), Some(VideoState::Active));
        assert_eq!(state(1_012), Some(VideoState::Withdrawn));
        Now::set(1_020);
        assert_noop!(withdraw(), Error::<Test>::AlreadyWithdrawn);
        assert_eq!(restrict(), Err(RegistryError::WrongState));
        assert_eq!(reinstate(), Err(RegistryError::WrongState));
    });
}

#[test]
fn a_restricted_video_can_be_withdrawn() {
    run_on_active(|| {
        assert_eq!(restrict(), Ok(()));
        Now::set(1_012);
        assert_ok!(withdraw());
        assert_eq!(state(1_014), Some(VideoState::Withdrawn));
    });
}

#[test]
fn a_supervisor_that_switches_to_and_fro_never_takes_the_room_for_a_restriction_and_a_withdrawal() {
    run_on_active(|| {
        let mut round = 1_010;
        let refused = loop {
            assert_eq!(restrict(), Ok(()), "a restriction always has room");
            round += 2;
            Now::set(round);
            if let Err(error) = reinstate() {
                break error;
            }
            round += 2;
            Now::set(round);
        };
        assert_eq!(refused, RegistryError::HistoryFull);
        assert_ok!(withdraw());
        let record = Records::<Test>::get(MAGNET).expect("it is registered");
        assert!(record.states.len() <= MAX_STATES as usize);
    });
}

#[test]
fn states_that_ended_long_ago_are_forgotten_but_the_one_that_held_at_the_horizon_stays() {
    run_on_active(|| {
        assert_eq!(restrict(), Ok(()));
        Now::set(1_020);
        assert_eq!(reinstate(), Ok(()));
        let later = 1_012 + RECORD_ROUNDS;
        Now::set(later);
        assert_eq!(restrict(), Ok(()));
        assert_eq!(state(1_011), None, "ended before the horizon");
        assert_eq!(
            state(1_012),
            Some(VideoState::Restricted),
            "held at the horizon"
        );
        assert_eq!(state(1_022), Some(VideoState::Active));
        assert_eq!(state(later + 2), Some(VideoState::Restricted));
    });
}
