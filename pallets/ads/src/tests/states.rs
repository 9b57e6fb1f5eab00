//! Pausing, resuming, closing, and stopping by itself.

use crate::{
    Error, Event, StateChange,
    mock::{
        Ads, CFX, Draft, Now, RuntimeEvent, RuntimeOrigin, System, Test, advertiser, debit, draft,
        open, run, settle, state_now, stranger,
    },
    types::MAX_STATES,
};
use chainflix_primitives::campaign::CampaignState::{self, Active, Closed, Paused, Spent};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn by() -> RuntimeOrigin {
    RuntimeOrigin::signed(advertiser())
}

fn states(campaign: u32) -> Vec<(u32, CampaignState)> {
    let record = Ads::campaign(campaign).expect("it is on record");
    let pair = |change: &StateChange| (change.from_round, change.state);
    record.states.iter().map(pair).collect()
}

fn pass(rounds: u32) {
    Now::mutate(|now| *now += rounds);
}

#[test]
fn a_change_takes_effect_two_rounds_later_and_past_rounds_keep_their_state() {
    run(|| {
        let campaign = open(draft());
        assert_ok!(Ads::pause(by(), campaign));
        System::assert_last_event(RuntimeEvent::Ads(Event::CampaignStateChanged {
            campaign,
            state: Paused,
            from_round: 1_004,
        }));
        pass(2);
        assert_ok!(Ads::resume(by(), campaign));
        pass(2);
        assert_ok!(Ads::close(by(), campaign));
        let expected = [
            (1_001, None),
            (1_002, Some(Active)),
            (1_003, Some(Active)),
            (1_004, Some(Paused)),
            (1_005, Some(Paused)),
            (1_006, Some(Active)),
            (1_007, Some(Active)),
            (1_008, Some(Closed)),
            (u32::MAX, Some(Closed)),
        ];
        for (round, state) in expected {
            assert_eq!(Ads::campaign_state(campaign, round), state, "round {round}");
        }
    });
}

#[test]
fn a_second_change_waits_until_the_first_has_taken_effect() {
    run(|| {
        let campaign = open(draft());
        assert_ok!(Ads::pause(by(), campaign));
        pass(1);
        assert_noop!(Ads::resume(by(), campaign), Error::<Test>::ChangePending);
        assert_noop!(Ads::close(by(), campaign), Error::<Test>::ChangePending);
        pass(1);
        assert_ok!(Ads::close(by(), campaign));
    });
}

#[test]
fn what_the_state_does_not_allow_is_refused_and_changes_nothing() {
    type Call = fn(RuntimeOrigin, u32) -> DispatchResult;
    let (pause, resume, close): (Call, Call, Call) = (Ads::pause, Ads::resume, Ads::close);
    run(|| {
        let campaign = open(draft());
        let wrong = |call: Call| {
            assert_noop!(call(by(), campaign), Error::<Test>::WrongState);
        };
        wrong(resume);
        wrong(Ads::refund);
        assert_ok!(pause(by(), campaign));
        pass(2);
        wrong(pause);
        assert_ok!(close(by(), campaign));
        pass(2);
        for call in [pause, resume, close] {
            wrong(call);
        }
        assert_noop!(
            Ads::top_up(by(), campaign, CFX * 10),
            Error::<Test>::WrongState
        );
    });
}

#[test]
fn a3_a_spent_campaign_stops_by_itself_and_every_round_after_says_so() {
    run(|| {
        let campaign = open(Draft {
            budget: 8 * CFX,
            ..draft()
        });
        pass(2);
        // 2 CFX are left, and a play costs 3.
        settle(vec![debit(campaign, 6 * CFX)]);
        assert_eq!(
            state_now(campaign),
            Some(Active),
            "views under way are still judged by it"
        );
        pass(1);
        assert_eq!(state_now(campaign), Some(Spent));
        assert_eq!(Ads::campaign_state(campaign, u32::MAX), Some(Spent));
        assert_noop!(Ads::resume(by(), campaign), Error::<Test>::BudgetTooLow);
        assert_ok!(Ads::top_up(by(), campaign, 3 * CFX));
        assert_eq!(
            state_now(campaign),
            Some(Spent),
            "it goes on when its advertiser says so"
        );
        assert_ok!(Ads::resume(by(), campaign));
        pass(2);
        assert_eq!(state_now(campaign), Some(Active));
    });
}

#[test]
fn a_campaign_that_can_still_pay_a_play_goes_on() {
    run(|| {
        let campaign = open(Draft {
            budget: 9 * CFX,
            ..draft()
        });
        pass(2);
        settle(vec![debit(campaign, 6 * CFX)]);
        pass(2);
        assert_eq!(state_now(campaign), Some(Active));
    });
}

#[test]
fn g4_the_chain_stops_a_campaign_without_shortening_the_notice_of_a_change_that_is_pending() {
    run(|| {
        // Paused, resumed, and spent by a late settlement before and after the resumption takes effect.
        for rounds in [0, 1] {
            let campaign = open(Draft {
                budget: 6 * CFX,
                ..draft()
            });
            assert_ok!(Ads::pause(by(), campaign));
            pass(2);
            assert_ok!(Ads::resume(by(), campaign));
            let active_from = Now::get() + 2;
            pass(rounds);
            settle(vec![debit(campaign, 6 * CFX)]);
            let mut expected = vec![(active_from - 4, Active), (active_from - 2, Paused)];
            if rounds > 0 {
                expected.push((active_from, Active));
            }
            expected.push((active_from + rounds, Spent));
            assert_eq!(states(campaign), expected);
            pass(3);
        }
    });
}

#[test]
fn a_paused_or_closed_campaign_that_is_spent_stays_what_it_is() {
    run(|| {
        for close in [false, true] {
            let campaign = open(Draft {
                budget: 6 * CFX,
                ..draft()
            });
            let call = if close { Ads::close } else { Ads::pause };
            assert_ok!(call(by(), campaign));
            settle(vec![debit(campaign, 6 * CFX)]);
            assert_eq!(states(campaign).len(), 2);
            pass(2);
            let expected = if close { Closed } else { Paused };
            assert_eq!(state_now(campaign), Some(expected));
        }
    });
}

#[test]
fn however_often_a_campaign_is_paused_it_can_be_stopped_and_closed() {
    run(|| {
        let campaign = open(Draft {
            budget: 6 * CFX,
            ..draft()
        });
        let mut changes = 0;
        loop {
            let paused = Ads::pause(by(), campaign);
            if paused == Err(Error::<Test>::HistoryFull.into()) {
                break;
            }
            assert_ok!(paused);
            pass(2);
            changes += 1;
            let resumed = Ads::resume(by(), campaign);
            if resumed == Err(Error::<Test>::HistoryFull.into()) {
                break;
            }
            assert_ok!(resumed);
            pass(2);
            assert!(changes < MAX_STATES, "the history is bounded");
        }
        assert_ok!(Ads::close(by(), campaign));
        assert_eq!(states(campaign).last().expect("states").1, Closed);
    });
}

#[test]
fn states_that_nobody_asks_for_any_more_make_room() {
    run(|| {
        let campaign = open(draft());
        for _ in 0..100 {
            assert_ok!(Ads::pause(by(), campaign));
            pass(20);
            assert_ok!(Ads::resume(by(), campaign));
            pass(20);
        }
        assert!(states(campaign).len() <= MAX_STATES as usize);
        assert_eq!(Ads::campaign_state(campaign, 1_002), None, "forgotten");
    });
}

#[test]
fn nobody_but_its_advertiser_changes_a_campaign() {
    run(|| {
        let campaign = open(draft());
        let other = || RuntimeOrigin::signed(stranger());
        let not = Error::<Test>::NotAdvertiser;
        assert_noop!(Ads::top_up(other(), campaign, CFX * 10), not);
        let calls: [fn(RuntimeOrigin, u32) -> DispatchResult; 5] = [
            Ads::pause,
            Ads::resume,
            Ads::close,
            Ads::refund,
            Ads::remove,
        ];
        for call in calls {
            assert_noop!(call(other(), campaign), Error::<Test>::NotAdvertiser);
            assert_noop!(call(other(), campaign + 1), Error::<Test>::UnknownCampaign);
        }
    });
}
