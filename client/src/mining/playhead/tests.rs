use super::*;
use proptest::prelude::*;

fn at(position_ms: u64, state: PlayState) -> Snapshot {
    Snapshot::new(position_ms, state, NORMAL_RATE)
}

/// Plays from `from` to `to` with a report each 250 ms, beginning at `now`.
fn play(playhead: &mut Playhead, from: u64, to: u64, now: &mut u64) -> Vec<CellEvent> {
    let mut events = Vec::new();
    let mut position = from;
    loop {
        events.extend(playhead.report(at(position, PlayState::Playing), *now));
        if position >= to {
            return events;
        }
        let step = (to - position).min(250);
        position += step;
        *now += step;
    }
}

const ENTERED: fn(u16) -> CellEvent = |cell| CellEvent::Entered { cell };
const SHOWN: fn(u16) -> CellEvent = |cell| CellEvent::Shown { cell };

#[test]
fn a_video_played_from_start_to_end_shows_every_minute_once() {
    let mut playhead = Playhead::new(130_000, 60_000);
    let mut now = 5;
    let mut events = play(&mut playhead, 0, 130_000, &mut now);
    events.extend(playhead.report(at(130_000, PlayState::Ended), now));
    let expected = [
        ENTERED(0),
        SHOWN(0),
        ENTERED(1),
        SHOWN(1),
        ENTERED(2),
        SHOWN(2),
    ];
    assert_eq!(events, expected);
}

#[test]
fn a_pause_breaks_the_minute_and_it_begins_again_only_from_its_start() {
    let mut playhead = Playhead::new(120_000, 60_000);
    let mut now = 0;
    play(&mut playhead, 0, 30_000, &mut now);
    let why = Break::Paused;
    let events = playhead.report(at(30_000, PlayState::Paused), now);
    assert_eq!(events, [CellEvent::Broken { cell: 0, why }]);
    let why = Break::NotFromStart;
    let events = play(&mut playhead, 30_000, 61_000, &mut now);
    assert_eq!(events, [CellEvent::Broken { cell: 0, why }, ENTERED(1)]);
}

#[test]
fn a_stall_is_not_a_pause() {
    let mut playhead = Playhead::new(60_000, 60_000);
    let mut now = 0;
    play(&mut playhead, 0, 20_000, &mut now);
    for _ in 0..20 {
        now += 500;
        assert_eq!(playhead.report(at(20_000, PlayState::Stalled), now), []);
    }
    play(&mut playhead, 20_000, 60_000, &mut now);
    assert_eq!(
        playhead.report(at(60_000, PlayState::Ended), now),
        [SHOWN(0)]
    );
}

#[test]
fn a_player_that_tells_late_that_it_plays_began_where_it_waited() {
    let begun = |waited_at, plays_at, later_ms| {
        let mut playhead = Playhead::new(120_000, 60_000);
        assert_eq!(playhead.report(at(waited_at, PlayState::Stalled), 0), []);
        playhead.report(at(plays_at, PlayState::Playing), later_ms)
    };
    let why = Break::NotFromStart;
    assert_eq!(begun(0, 3_000, 3_100), [ENTERED(0)]);
    assert_eq!(begun(60_000, 63_000, 4_000), [ENTERED(1)]);
    let jumped = CellEvent::Broken { cell: 0, why };
    assert_eq!(begun(0, 3_000, 2_900), [jumped], "there was no time for it");
    assert_eq!(begun(2_000, 3_000, 2_900), [jumped], "it waited inside");
    let other = CellEvent::Broken { cell: 1, why };
    assert_eq!(begun(0, 63_000, 70_000), [other], "it waited elsewhere");
}

#[test]
fn a_player_that_says_where_it_began_keeps_its_minute_however_late_it_says_so() {
    let begun = |began, position| {
        let mut playhead = Playhead::new(120_000, 60_000);
        let began_ms = Some(began);
        let late = Snapshot {
            began_ms,
            ..at(position, PlayState::Playing)
        };
        playhead.report(late, 0)
    };
    let why = Break::NotFromStart;
    assert_eq!(begun(0, 8_000), [ENTERED(0)]);
    assert_eq!(begun(60_000, 64_000), [ENTERED(1)]);
    let inside = CellEvent::Broken { cell: 0, why };
    assert_eq!(begun(0, 10_001), [inside], "too late");
    assert_eq!(begun(2_000, 3_000), [inside]);
    assert_eq!(begun(5_000, 3_000), [inside], "nonsense");
    let next = CellEvent::Broken { cell: 1, why };
    assert_eq!(begun(55_000, 63_000), [next], "another minute");
}

#[test]
fn reports_that_take_their_time_on_the_way_are_no_jumps() {
    // Each report is made every 250 ms, and arrives so much later.
    for delays in [
        [2_500, 0, 900, 40],
        [0, 2_500, 0, 2_500],
        [40, 40, 40, 5_000],
    ] {
        for tells in [true, false] {
            let mut playhead = Playhead::new(60_000, 60_000);
            let mut events = Vec::new();
            for (step, delay) in (0..=240).zip(delays.iter().cycle()) {
                let made = 1_000 + step * 250;
                let snapshot = Snapshot {
                    clock_ms: tells.then_some(made),
                    ..at(step * 250, PlayState::Playing)
                };
                events.extend(playhead.report(snapshot, made + delay));
            }
            events.extend(playhead.report(at(60_000, PlayState::Ended), 70_000));
            assert_eq!(events == [ENTERED(0), SHOWN(0)], tells, "{events:?}");
        }
    }
}

#[test]
fn a_jump_is_one_by_the_players_own_clock_too() {
    let mut playhead = Playhead::new(60_000, 60_000);
    let report = |position, clock| Snapshot {
        clock_ms: Some(clock),
        ..at(position, PlayState::Playing)
    };
    assert_eq!(playhead.report(report(0, 500), 1_000), [ENTERED(0)]);
    assert_eq!(playhead.report(report(1_000, 1_500), 5_000), []);
    let why = Break::Sought;
    let jumped = playhead.report(report(5_000, 1_750), 9_000);
    assert_eq!(jumped.first(), Some(&CellEvent::Broken { cell: 0, why }));
}

#[test]
fn a_jump_breaks_the_minute_whether_the_player_says_so_or_not() {
    for said in [true, false] {
        for target in [50_000, 10_000] {
            let mut playhead = Playhead::new(60_000, 60_000);
            let mut now = 0;
            play(&mut playhead, 0, 30_000, &mut now);
            let state = if said {
                PlayState::Seeking
            } else {
                PlayState::Playing
            };
            let events = playhead.report(at(target, state), now + 250);
            let why = Break::Sought;
            assert_eq!(events[0], CellEvent::Broken { cell: 0, why });
            assert!(!events.contains(&SHOWN(0)));
        }
    }
}

#[test]
fn another_speed_breaks_the_minute_and_so_does_one_that_the_player_keeps_to_itself() {
    let mut playhead = Playhead::new(60_000, 60_000);
    let mut now = 0;
    play(&mut playhead, 0, 30_000, &mut now);
    let faster = Snapshot {
        rate: 1_500,
        ..at(30_250, PlayState::Playing)
    };
    let why = Break::Speed;
    let events = playhead.report(faster, now + 250);
    assert_eq!(events, [CellEvent::Broken { cell: 0, why }]);

    let mut playhead = Playhead::new(60_000, 60_000);
    playhead.report(at(0, PlayState::Playing), 0);
    let events = playhead.report(at(20_000, PlayState::Playing), 10_000);
    let why = Break::Sought;
    assert_eq!(events[0], CellEvent::Broken { cell: 0, why });
}

#[test]
fn leaving_within_half_a_second_of_the_end_is_no_loss() {
    for (position, shown) in [(59_499, false), (59_500, true)] {
        let mut playhead = Playhead::new(120_000, 60_000);
        let mut now = 0;
        play(&mut playhead, 0, position, &mut now);
        let events = playhead.report(at(position, PlayState::Paused), now);
        assert_eq!(events.contains(&SHOWN(0)), shown, "{position}");
    }
}

#[test]
fn a_glimpse_of_a_short_last_minute_is_not_the_minute() {
    let mut playhead = Playhead::new(61_200, 60_000);
    let events = playhead.report(at(60_900, PlayState::Playing), 0);
    let why = Break::NotFromStart;
    assert_eq!(events, [CellEvent::Broken { cell: 1, why }]);
}

proptest! {
    /// Whatever a player reports, a minute is shown only after so much time as it lasts, less the tolerances.
    #[test]
    fn no_reports_show_a_minute_faster_than_it_plays(
        reports in proptest::collection::vec((0u64..200_000, 0u8..6, 0u64..30_000, 1u32..3), 1..60),
    ) {
        let mut playhead = Playhead::new(180_000, 60_000);
        let mut now = 0;
        let mut entered = std::collections::HashMap::new();
        for (position, state, wait, rate) in reports {
            now += wait;
            let state = [
                PlayState::Playing, PlayState::Stalled, PlayState::Paused, PlayState::Seeking, PlayState::Ended,
                PlayState::Hidden,
            ][state as usize];
            let snapshot = Snapshot::new(position, state, rate * 1_000);
            // Minutes entered and shown within one report began, at the earliest, with the report before.
            let before = now - wait;
            for event in playhead.report(snapshot, now) {
                match event {
                    CellEvent::Entered { cell } => { entered.insert(cell, before); }
                    CellEvent::Broken { cell, .. } => { entered.remove(&cell); }
                    CellEvent::Shown { cell } => {
                        let since = entered.remove(&cell).expect("entered before it is shown");
                        prop_assert!(now - since + 2_500 >= 60_000, "minute {cell} in {} ms", now - since);
                    }
                }
            }
        }
    }
}

#[test]
fn the_minute_in_which_the_machine_slept_does_not_count_and_the_next_one_does() {
    let mut playhead = Playhead::new(180_000, 60_000);
    let mut now = 0;
    play(&mut playhead, 0, 70_000, &mut now);
    let why = Break::Suspended;
    assert_eq!(playhead.suspended(), [CellEvent::Broken { cell: 1, why }]);
    // The video goes on where it stood, by the clock that stood still too, and no later report takes the reason away.
    let events = play(&mut playhead, 70_250, 180_000, &mut now);
    assert_eq!(events, [ENTERED(2)]);
    assert_eq!(
        playhead.report(at(180_000, PlayState::Ended), now),
        [SHOWN(2)]
    );
}

#[test]
fn a_minute_that_plays_out_of_sight_does_not_count_and_the_next_one_in_sight_does() {
    let mut playhead = Playhead::new(240_000, 60_000);
    let mut now = 0;
    play(&mut playhead, 0, 70_000, &mut now);
    let why = Break::Hidden;
    let out_of_sight = |playhead: &mut Playhead, position| {
        playhead.report(at(position, PlayState::Hidden), position)
    };
    assert_eq!(
        out_of_sight(&mut playhead, 70_250),
        [CellEvent::Broken { cell: 1, why }]
    );
    // A border that is crossed out of sight begins nothing, and coming back inside a minute does not either.
    assert_eq!(out_of_sight(&mut playhead, 125_000), []);
    now = 130_000;
    let why = Break::NotFromStart;
    assert_eq!(
        play(&mut playhead, 130_000, 240_000, &mut now),
        [CellEvent::Broken { cell: 2, why }, ENTERED(3)]
    );
    assert_eq!(
        playhead.report(at(240_000, PlayState::Ended), now),
        [SHOWN(3)]
    );
}

#[test]
fn a_machine_that_sleeps_while_nothing_plays_breaks_nothing() {
    let mut playhead = Playhead::new(60_000, 60_000);
    assert_eq!(playhead.suspended(), []);
    playhead.report(at(0, PlayState::Paused), 0);
    assert_eq!(playhead.suspended(), []);
}
