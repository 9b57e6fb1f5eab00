//! Random changes against a model that remembers everything.

use crate::{
    Pallet,
    mock::{Now, RECORD_ROUNDS, RuntimeOrigin, Test, Videos, draft, producer, run},
};
use chainflix_primitives::{
    Magnet, Round,
    registry::{VideoRegistry, VideoState},
};
use frame_support::assert_ok;
use proptest::prelude::*;

const MAGNET: Magnet = Magnet([1; 32]);

/// What is tried, and how many rounds pass before it.
fn steps() -> impl Strategy<Value = Vec<(u32, VideoState)>> {
    let state = prop_oneof![
        9 => Just(VideoState::Restricted),
        9 => Just(VideoState::Active),
        1 => Just(VideoState::Withdrawn),
    ];
    prop::collection::vec((0u32..40, state), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_round_of_the_kept_past_answers_as_if_nothing_were_ever_forgotten(steps in steps()) {
        run(|| {
            assert_ok!(draft(1).publish(producer()));
            let mut history: Vec<(Round, VideoState)> = vec![(1_002, VideoState::Active)];
            let mut now = 1_000;
            for (wait, wanted) in steps {
                now += wait;
                Now::set(now);
                let done = match wanted {
                    VideoState::Restricted => <Pallet<Test> as VideoRegistry>::restrict(&MAGNET).is_ok(),
                    VideoState::Active => <Pallet<Test> as VideoRegistry>::reinstate(&MAGNET).is_ok(),
                    VideoState::Withdrawn => {
                        Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET).is_ok()
                    }
                };
                if done {
                    history.push((now + 2, wanted));
                }
                let first = now.saturating_sub(RECORD_ROUNDS).max(1_000);
                for round in first..now + 5 {
                    let expected =
                        history.iter().rev().find(|(from, _)| *from <= round).map(|(_, state)| *state);
                    assert_eq!(Videos::video_state(MAGNET, round), expected, "round {round} in {now}");
                }
            }
            // After each change the next took effect two rounds later at the earliest.
            assert!(history.windows(2).all(|pair| pair[0].0 + 2 <= pair[1].0));
        });
    }
}
