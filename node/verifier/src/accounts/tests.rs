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
