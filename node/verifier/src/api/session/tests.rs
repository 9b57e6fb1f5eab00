use std::net::Ipv4Addr;

use zeroize::Zeroizing;

use super::*;

/// A session of account `number`, opened at `now_ms`.
fn session(number: u64, now_ms: u64) -> Session {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&number.to_le_bytes());
    let mut short = [0; 16];
    short[..8].copy_from_slice(&number.to_le_bytes());
    Session {
        id: short,
        delegation: Delegation {
            genesis: [0; 32],
            account: AccountId(id),
            session_key: [0; 32],
            exchange_key: [0; 32],
            first_round: 0,
            last_round: 1,
        },
        delegation_hash: id,
        encapsulated: id,
        keys: SessionKeys {
            to_verifier: Zeroizing::new([0; 32]),
            to_client: Zeroizing::new([0; 32]),
        },
        group: AddressGroup::of(Ipv4Addr::from(u32::try_from(number << 8).expect("small")).into()),
        opened: number,
        state: Mutex::new(State {
            last_number: 0,
            calls: Bucket::full(Limits::default().session_calls, now_ms),
            used_ms: now_ms,
        }),
    }
}

#[test]
fn q2_a_million_sessions_of_as_many_accounts_that_nobody_uses_leave_nothing() {
    let limits = Limits::default();
    let sessions = Sessions::new(limits);
    let (waves, in_a_wave) = (100u64, 10_000usize);
    for wave in 0..waves {
        let now_ms = wave * (limits.session_idle_ms + 1);
        for number in 0..in_a_wave as u64 {
            let session = session(wave * 10_000 + number, now_ms);
            let opened = sessions.lock().insert(session, &limits, now_ms);
            assert_eq!(opened, Ok(()));
        }
        // Those that are used within the time stay.
        sessions.sweep(now_ms + limits.session_idle_ms);
        assert_eq!(sessions.len(), in_a_wave);
        sessions.sweep(now_ms + limits.session_idle_ms + 1);
        assert_eq!(sessions.len(), 0, "wave {wave}");
    }
    let inner = sessions.lock();
    let left = [
        inner.per_group.len(),
        inner.of_account.len(),
        inner.encapsulations.len(),
    ];
    assert_eq!(left, [0, 0, 0]);
}
