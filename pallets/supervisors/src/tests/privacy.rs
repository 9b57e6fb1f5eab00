//! What a person's data could be written into: nothing.

use crate::mock::{RuntimeOrigin, Supervisors, library, producer, run, stranger};
use crate::{
    AppealVerdict, Call, Decision, RefusalReason, ReinstatementReason, RestrictionReason,
    SupervisorProfile, mock::Test,
};
use chainflix_primitives::Magnet;
use codec::MaxEncodedLen;
use frame_support::{assert_ok, traits::fungible::Inspect};
use scale_info::{TypeDef, TypeInfo, form::MetaForm};

/// Names of all fields of a type, its variants included, that hold text or bytes of free length.
fn free_fields(info: scale_info::Type<MetaForm>) -> Vec<String> {
    let fields: Vec<_> = match info.type_def {
        TypeDef::Composite(composite) => composite.fields,
        TypeDef::Variant(variants) => variants
            .variants
            .into_iter()
            .flat_map(|variant| variant.fields)
            .collect(),
        _ => Vec::new(),
    };
    fields
        .into_iter()
        .filter(|field| {
            let name = field.type_name.unwrap_or_default();
            ["Vec<", "String", "Endpoint", "&str"]
                .iter()
                .any(|free| name.contains(free))
        })
        .map(|field| field.name.unwrap_or_default().to_string())
        .collect()
}

#[test]
fn no_call_but_the_profile_of_an_institution_has_room_for_free_text() {
    assert_eq!(free_fields(Call::<Test>::type_info()), Vec::<String>::new());
    assert_eq!(
        free_fields(SupervisorProfile::type_info()),
        ["name", "endpoint"]
    );
}

#[test]
fn a_decision_and_a_reason_hold_nothing_but_their_choice() {
    assert_eq!(RefusalReason::max_encoded_len(), 1);
    assert_eq!(RestrictionReason::max_encoded_len(), 1);
    assert_eq!(AppealVerdict::max_encoded_len(), 1);
    assert_eq!(ReinstatementReason::max_encoded_len(), 1);
    assert_eq!(Decision::max_encoded_len(), 2);
}

#[test]
fn u1_no_call_of_a_supervisor_moves_anybodys_funds() {
    run(|| {
        use crate::mock::{Balances, CFX};
        let funds =
            || [producer(), stranger(), library()].map(|account| Balances::total_balance(&account));
        let before = funds();
        assert_ok!(Supervisors::apply(
            RuntimeOrigin::signed(producer()),
            library(),
            [1; 32]
        ));
        let by_library = || RuntimeOrigin::signed(library());
        assert_ok!(Supervisors::decide(
            by_library(),
            producer(),
            Decision::Approve
        ));
        assert_ok!(Supervisors::revoke_approval(
            by_library(),
            producer(),
            RefusalReason::ConditionsNotMet
        ));
        assert_ok!(Supervisors::remove_approval(by_library(), producer()));
        assert!(
            Supervisors::restrict(
                by_library(),
                Magnet([1; 32]),
                RestrictionReason::Deception,
                [2; 32]
            )
            .is_err()
        );
        assert_eq!(funds(), before);
        assert_eq!(
            Balances::balance(&producer()),
            1_000 * CFX,
            "and all deposits came back"
        );
    });
}
