//! Public reasons: one number, one name, one sentence each.

use std::collections::BTreeSet;

use chainflix_primitives::{
    api::ViewFate,
    earnings::Exclusion,
    fault::FaultKind,
    reason::{self, Explained},
    refusal::Refusal,
    report::RejectReason,
    view::LeafError,
};

#[test]
fn every_reason_has_a_number_and_a_name_of_its_own_and_speaks_in_a_sentence() {
    let all = reason::all();
    let codes: BTreeSet<u16> = all.iter().map(|reason| reason.code).collect();
    let names: BTreeSet<&str> = all.iter().map(|reason| reason.name).collect();
    assert_eq!(codes.len(), all.len());
    assert_eq!(names.len(), all.len());
    assert!(all.is_sorted(), "by number");
    for reason in &all {
        assert!(reason.words.ends_with('.'), "{}", reason.name);
    }
}

#[test]
fn numbers_of_reasons_never_change() {
    let fate = |fate: ViewFate| reason::of_fate(&fate).map(|reason| reason.code);
    let found = [
        Refusal::TooEarly.reason().code,
        RejectReason::Signature.reason().code,
        RejectReason::Ad.reason().code,
        RejectReason::Enhancement.reason().code,
        RejectReason::Leaf(LeafError::OutsideWindow).reason().code,
        RejectReason::Leaf(LeafError::EnhancementsNotInOrder)
            .reason()
            .code,
        FaultKind::WrongNonce.reason().code,
        FaultKind::WrongPossession.reason().code,
        FaultKind::EnhancementInactive.reason().code,
        Exclusion::SameMinute.reason().code,
        Exclusion::AccountTooYoung.reason().code,
    ];
    assert_eq!(
        found,
        [12, 101, 110, 111, 121, 126, 140, 147, 148, 160, 164]
    );
    assert_eq!(fate(ViewFate::Expired), Some(180));
    assert_eq!(fate(ViewFate::Voided), Some(181));
    let reason = Exclusion::Overlap;
    assert_eq!(fate(ViewFate::Excluded { reason }), Some(161));
    assert_eq!(fate(ViewFate::Pending), None);
    assert!(reason::all().contains(&LeafError::WrongNonce.reason()));
}
