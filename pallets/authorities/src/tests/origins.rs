//! Every call and every origin: a new call has to be entered here.

use super::{apply, profile, rotate};
use crate::{
    Call,
    mock::{
        AccountId, Admission, Readmission, Removal, RuntimeCall, RuntimeOrigin, Slot, Test, run,
        verifier,
    },
};
use chainflix_primitives::{Signature64, duty::SetSecretDuty, registry::VerifierAnnouncement};
use frame_support::traits::{GetCallName, UnfilteredDispatchable};
use sp_runtime::DispatchError;

/// Who may make a call at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    /// Nobody: it has to be authorized.
    Nobody,
    /// Any account, for itself.
    Accounts,
    /// One origin.
    Only(u8),
}

const ADMISSION: u8 = 0xf1;
const REMOVAL: u8 = 0xf2;
const READMISSION: u8 = 0xf3;

fn calls() -> Vec<(Call<Test>, May)> {
    let verifier = verifier(1);
    let announcement = VerifierAnnouncement {
        endpoint: b"ws://verifier".to_vec().try_into().expect("short"),
        network_key: [1; 32],
        exchange_key: [2; 32],
        service_key: [3; 32],
    };
    vec![
        (
            Call::announce {
                announcement,
                verifier: verifier.clone(),
                sequence: 0,
                signature: Signature64([0; 64]),
            },
            May::Nobody,
        ),
        (
            Call::set_secret {
                verifier: verifier.clone(),
                duty: SetSecretDuty::Commit {
                    epoch: 0,
                    commitment: [1; 32],
                },
                signature: Signature64([0; 64]),
            },
            May::Nobody,
        ),
        (Call::apply { profile: profile() }, May::Accounts),
        (Call::withdraw_application {}, May::Accounts),
        (Call::update_profile { profile: profile() }, May::Accounts),
        (
            Call::admit {
                candidate: AccountId::new([7; 32]),
            },
            May::Only(ADMISSION),
        ),
        (
            Call::remove {
                verifier: verifier.clone(),
            },
            May::Only(REMOVAL),
        ),
        (
            Call::suspend {
                verifier: verifier.clone(),
            },
            May::Only(REMOVAL),
        ),
        (Call::readmit { verifier }, May::Only(READMISSION)),
        (Call::exit {}, May::Accounts),
        (Call::top_up_bond { amount: 1 }, May::Accounts),
        (Call::withdraw_bond {}, May::Accounts),
        (Call::forget_session_keys {}, May::Accounts),
        (
            super::aura_equivocation::report(2, Slot::get()),
            May::Accounts,
        ),
    ]
}

#[test]
fn every_call_of_the_pallet_is_in_the_table() {
    run(|| {
        rotate(1);
        let listed: Vec<&str> = calls()
            .iter()
            .map(|(call, _)| call.get_call_name())
            .collect();
        assert_eq!(listed, Call::<Test>::get_call_names());
    });
}

#[test]
fn each_call_takes_its_own_origins_and_no_other() {
    let table = {
        let mut found = Vec::new();
        run(|| {
            rotate(1);
            found = calls();
        });
        found
    };
    for (call, may) in table {
        let name = call.get_call_name();
        let made = |origin: RuntimeOrigin| {
            let mut refused = None;
            run(|| {
                rotate(1);
                apply(7);
                let call = RuntimeCall::from(call.clone());
                refused = Some(
                    call.dispatch_bypass_filter(origin)
                        .map(|_| ())
                        .map_err(|error| error.error),
                );
            });
            refused.expect("it was tried")
        };
        let is_closed = |origin| made(origin) == Err(DispatchError::BadOrigin);
        let account = |number: u8| RuntimeOrigin::signed(AccountId::new([number; 32]));
        assert!(is_closed(RuntimeOrigin::none()), "{name}: nobody's");
        assert!(is_closed(RuntimeOrigin::root()), "{name}: root's");
        for number in [7, ADMISSION, REMOVAL, READMISSION] {
            let is_open = match may {
                May::Nobody => false,
                May::Accounts => true,
                May::Only(only) => only == number,
            };
            assert_eq!(!is_closed(account(number)), is_open, "{name}: {number:#x}");
        }
    }
    assert_eq!(
        [Admission::get(), Removal::get(), Readmission::get()],
        [ADMISSION, REMOVAL, READMISSION].map(|number| AccountId::new([number; 32]))
    );
}
