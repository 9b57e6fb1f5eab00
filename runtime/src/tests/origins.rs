//! Who may make which call: every call of the runtime with every kind of origin.
//!
//! The calls come from the runtime itself, the expectations from [`table`]: a call that is in one and not in the other fails
//! the test. Arguments are zeros, so that what is refused is refused for its origin; what passes that check may still be
//! refused for its arguments.

mod table;

use super::enactment::local;
use crate::{
    AccountId, AllPalletsWithSystem, RuntimeCall, RuntimeOrigin, VerifierCollective,
    configs::Enactable,
    presets::accounts::{DevelopmentVerifier, supervisor},
};
use codec::Decode;
use frame_support::{
    storage::{TransactionOutcome, with_transaction},
    traits::{Contains, GetCallMetadata, PalletsInfoAccess},
};
use frame_system::RawOrigin;
use sp_runtime::{
    DispatchError,
    traits::{Dispatchable, TrailingZeroInput},
};
use std::collections::{BTreeMap, BTreeSet};
use table::TABLE;

/// A kind of origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// No signature: what block authors put in.
    Nobody,
    /// Somebody without any role.
    Stranger,
    /// A verifier.
    Verifier,
    /// A supervisor.
    Supervisor,
    /// Root: an enacted motion.
    Root,
    /// A motion of more than 51 %, below two thirds.
    MoreThanHalf,
    /// A motion of two thirds.
    TwoThirds,
    /// A call that was let in by its own check.
    Authorized,
}

use By::*;

const ALL: [By; 8] = [
    Nobody,
    Stranger,
    Verifier,
    Supervisor,
    Root,
    MoreThanHalf,
    TwoThirds,
    Authorized,
];

impl By {
    fn origin(self) -> RuntimeOrigin {
        let members = |yes, of| {
            pallet_collective::RawOrigin::<AccountId, VerifierCollective>::Members(yes, of)
        };
        match self {
            Nobody => RawOrigin::None.into(),
            Stranger => RuntimeOrigin::signed(AccountId::new([0x5a; 32])),
            Verifier => RuntimeOrigin::signed(DevelopmentVerifier::Alice.account()),
            Supervisor => RuntimeOrigin::signed(supervisor()),
            Root => RuntimeOrigin::root(),
            MoreThanHalf => members(4, 7).into(),
            TwoThirds => members(5, 7).into(),
            Authorized => RawOrigin::Authorized.into(),
        }
    }

    fn signs(self) -> bool {
        matches!(self, Stranger | Verifier | Supervisor)
    }
}

/// Every call with arguments of zeros, by `Pallet.call`.
pub(super) fn calls() -> BTreeMap<String, RuntimeCall> {
    let mut calls = BTreeMap::new();
    for pallet in AllPalletsWithSystem::infos() {
        for index in 0..=u8::MAX {
            let start = [pallet.index as u8, index];
            if let Ok(call) = RuntimeCall::decode(&mut TrailingZeroInput::new(&start)) {
                let name = call.get_call_metadata();
                calls.insert(format!("{}.{}", name.pallet_name, name.function_name), call);
            }
        }
    }
    calls
}

/// What becomes of a call; nothing that it did remains.
fn outcome(call: RuntimeCall, by: By) -> Result<(), DispatchError> {
    with_transaction(|| {
        let result = call
            .dispatch(by.origin())
            .map(|_| ())
            .map_err(|failed| failed.error);
        TransactionOutcome::Rollback(Ok::<_, DispatchError>(result))
    })
    .expect("the layer of storage opens")
}

#[test]
fn the_table_names_every_call_once_and_no_other() {
    let made: BTreeSet<String> = calls().into_keys().collect();
    let mut named = BTreeSet::new();
    for (pallet, call, _) in TABLE {
        assert!(
            named.insert(format!("{pallet}.{call}")),
            "{pallet}.{call} twice"
        );
    }
    assert_eq!(
        named, made,
        "each call needs its line in runtime/src/tests/origins/table.rs"
    );

    // And whatever the runtime calls a call can be made.
    let mut known = BTreeSet::new();
    for pallet in RuntimeCall::get_module_names() {
        for call in RuntimeCall::get_call_names(pallet) {
            known.insert(format!("{pallet}.{call}"));
        }
    }
    assert_eq!(known, made);
}

#[test]
fn every_call_takes_the_origins_of_the_table_and_no_other() {
    let calls = calls();
    let mut wrong = Vec::new();
    local().execute_with(|| {
        for (pallet, name, allowed) in TABLE {
            let call = &calls[&format!("{pallet}.{name}")];
            let filtered = frame_system::Error::<crate::Runtime>::CallFiltered.into();
            let closed = [Err(DispatchError::BadOrigin), Err(filtered)];
            let of_stranger = outcome(call.clone(), Stranger);
            for by in ALL {
                let result = outcome(call.clone(), by);
                let right = match (allowed.contains(&by), by.signs()) {
                    // What a role may do is refused to others for another reason than to the role.
                    (true, true) if !allowed.contains(&Stranger) => {
                        !closed.contains(&result) && result != of_stranger
                    }
                    (true, _) => !closed.contains(&result),
                    (false, true) => result.is_err(),
                    (false, false) => closed.contains(&result),
                };
                if !right {
                    wrong.push(format!("{pallet}.{name} by {by:?}: {result:?}"));
                }
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn motions_can_enact_these_calls_and_no_other() {
    let enactable: Vec<String> = calls()
        .into_iter()
        .filter(|(_, call)| Enactable::contains(call))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        enactable,
        [
            "Authorities.admit",
            "Funds.pay",
            "Grandpa.note_stalled",
            "System.authorize_upgrade"
        ]
    );
    // Each of them is for root: whatever else may be decided needs no detour.
    for name in &enactable {
        let (_, _, allowed) = TABLE
            .iter()
            .find(|(pallet, call, _)| format!("{pallet}.{call}") == *name)
            .expect("it is in the table");
        assert_eq!(*allowed, [Root], "{name}");
    }
}
