//! Whom there is room for, and which content keys may be had when.

use super::*;

#[test]
fn q2_viewers_that_another_verifier_makes_up_keep_out_nobody_who_comes() {
    let limits = Limits {
        sessions: 8,
        ..Limits::default()
    };
    let accounts = Accounts::new(limits);
    let start = |byte: u8| accounts.may_start(&AccountId([byte; 32]), 1_000, 0);
    assert!(start(1).is_ok());
    for made_up in 100..200 {
        accounts.note_elsewhere(&AccountId([made_up; 32]), 1_000, 90_000);
    }
    assert_eq!(accounts.len(), 4);
    accounts.note_elsewhere(&AccountId([1; 32]), 1_000, 90_000);
    assert_eq!(start(1), Err(Refusal::TicketOpen), "who is known is noted");
    for viewer in 2..6 {
        assert!(start(viewer).is_ok());
    }
}

const FILM: Magnet = Magnet([1; 32]);
const LAYER: Magnet = Magnet([2; 32]);

/// An account that has begun to play minute 3 of the film, and has a ticket for it.
fn watching() -> (Accounts, AccountId) {
    let accounts = Accounts::new(Limits::default());
    let viewer = AccountId([9; 32]);
    let ticket = Ticket {
        version: 1,
        issuer: AccountId([1; 32]),
        round: 0,
        index: 0,
        viewer,
        delegation: [0; 32],
        video: FILM,
        minute: 3,
        rendition: 0,
        issue_ms: 0,
        constant: RandomConstant([7; 32]),
        play_code: chainflix_primitives::PlayCode([0; 16]),
    };
    let open = OpenTicket {
        ticket,
        issued_ms: 1_000,
        playtime_ms: 60_000,
        cycle: 0,
        ad: None,
    };
    assert_eq!(accounts.open(open, at(FILM, 3)), Ok(true));
    (accounts, viewer)
}

fn at(video: Magnet, cell: u16) -> Place {
    Place {
        video,
        cell,
        playtime_ms: 60_000,
    }
}

#[test]
fn d4_the_key_of_what_is_shown_beside_a_video_is_given_in_step_with_it_and_its_ticket_stays_open() {
    let (accounts, viewer) = watching();
    let key = |video, cell, beside, now_ms| {
        accounts.may_have_content_key(&viewer, at(video, cell), beside, now_ms)
    };
    assert_eq!(accounts.plays(&viewer), Some(FILM));
    assert_eq!(key(LAYER, 3, Some(FILM), 2_000), Ok(()));
    assert_eq!(key(LAYER, 2, Some(FILM), 2_000), Err(Refusal::TicketOpen));
    assert_eq!(key(LAYER, 4, Some(FILM), 45_999), Err(Refusal::TicketOpen));
    assert_eq!(key(LAYER, 4, Some(FILM), 46_000), Ok(()));
    assert_eq!(key(LAYER, 5, Some(FILM), 46_000), Err(Refusal::TicketOpen));
    // What is not attached to what plays is another video.
    assert_eq!(key(LAYER, 3, None, 46_000), Err(Refusal::TicketOpen));
    let elsewhere = Some(Magnet([3; 32]));
    assert_eq!(key(LAYER, 3, elsewhere, 46_000), Err(Refusal::TicketOpen));
    // The film goes on where it was.
    assert!(accounts.open_ticket(&viewer).is_some());
    assert_eq!(accounts.plays(&viewer), Some(FILM));
    assert_eq!(key(FILM, 4, None, 46_000), Ok(()));
}

#[test]
fn d4_keys_of_what_is_shown_beside_a_video_are_as_few_as_jumps() {
    let (accounts, viewer) = watching();
    let moves = Limits::default().moves;
    let given = |now_ms| {
        (0..200)
            .filter(|number| {
                let place = at(Magnet([*number; 32]), 3);
                let key = accounts.may_have_content_key(&viewer, place, Some(FILM), now_ms);
                key.is_ok()
            })
            .count()
    };
    // Magnet 1 is the film itself.
    assert_eq!(given(1_000), moves.burst as usize + 1);
    assert_eq!(given(1_000), 1);
    let minute = moves.per_kilosecond as usize * 60 / 1_000;
    assert_eq!(given(61_000), minute + 1);
    assert!(accounts.open_ticket(&viewer).is_some());
}

#[test]
fn q2_a_million_accounts_that_come_and_go_leave_nothing() {
    let accounts = Accounts::new(Limits::default());
    let (waves, in_a_wave) = (100u64, 10_000usize);
    for wave in 0..waves {
        // Each comes when all before it have been away for long.
        let now_ms = wave * (FORGOTTEN_AFTER_MS + 1);
        accounts.sweep(now_ms);
        assert_eq!(accounts.len(), 0, "wave {wave}");
        for number in 0..in_a_wave as u64 {
            let mut account = [0; 32];
            account[..8].copy_from_slice(&(wave * 1_000_000 + number).to_le_bytes());
            assert!(accounts.may_start(&AccountId(account), now_ms, 0).is_ok());
        }
        assert_eq!(accounts.len(), in_a_wave);
        // Nobody goes whose ticket could still be finished.
        accounts.sweep(now_ms + FORGOTTEN_AFTER_MS - 1);
        assert_eq!(accounts.len(), in_a_wave);
    }
    accounts.sweep(waves * (FORGOTTEN_AFTER_MS + 1));
    assert_eq!(accounts.len(), 0);
}
