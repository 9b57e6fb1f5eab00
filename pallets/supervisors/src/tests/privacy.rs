//! What a person's data could be written into: nothing.

use crate::mock::{
    Balances, CFX, Registered, RuntimeOrigin, Supervisors, agency, library, producer, run, stranger,
};
use crate::{
    AppealVerdict, Call, Decision, HoldReason, RefusalReason, ReinstatementReason,
    RestrictionReason, SupervisorProfile, mock::Test,
};
use chainflix_primitives::{Magnet, registry::VideoState};
use codec::MaxEncodedLen;
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
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

/// What everybody has, free and held together.
fn funds() -> [u128; 4] {
    [producer(), stranger(), library(), agency()].map(|account| Balances::total_balance(&account))
}

#[test]
fn u1_no_call_of_a_supervisor_moves_anybodys_funds() {
    run(|| {
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
        assert_eq!(funds(), before);
        assert_ok!(Supervisors::revoke_approval(
            by_library(),
            producer(),
            RefusalReason::ConditionsNotMet
        ));
        assert_eq!(funds(), before);
        assert_ok!(Supervisors::remove_approval(by_library(), producer()));
        assert_eq!(funds(), before);
        assert_eq!(
            Balances::balance(&producer()),
            1_000 * CFX,
            "and all deposits came back"
        );
    });
}

#[test]
fn u1_restricting_confirming_and_reinstating_move_no_funds_and_the_appeals_deposit_comes_back() {
    run(|| {
        let video = Magnet([1; 32]);
        Registered::mutate(|videos| videos.insert(video, VideoState::Active));
        let before = funds();
        let (by_agency, by_library) = (
            || RuntimeOrigin::signed(agency()),
            || RuntimeOrigin::signed(library()),
        );
        let reason = RestrictionReason::Deception;
        // One that did not approve the producer restricts, the one that did confirms it.
        assert_ok!(Supervisors::restrict(by_agency(), video, reason, [2; 32]));
        assert_eq!(funds(), before);
        assert_ok!(Supervisors::confirm_restriction(by_library(), video));
        assert_eq!(funds(), before);
        let by_producer = RuntimeOrigin::signed(producer());
        assert_ok!(Supervisors::appeal(by_producer, video, [4; 32]));
        let held = || Balances::balance_on_hold(&HoldReason::Appeal.into(), &producer());
        assert!(held() > 0, "the appeal holds a deposit");
        assert_eq!(funds(), before);
        // The one that approved the producer ends the appeal by lifting the restriction.
        assert_ok!(Supervisors::reinstate(
            by_library(),
            video,
            ReinstatementReason::RightsShown,
            [5; 32]
        ));
        assert_eq!(funds(), before);
        assert_eq!(held(), 0, "it went to nobody else");
        assert_eq!(Balances::balance(&producer()), 1_000 * CFX);
        // Once more, without an appeal.
        assert_ok!(Supervisors::restrict(by_library(), video, reason, [2; 32]));
        assert_eq!(funds(), before);
    });
}
