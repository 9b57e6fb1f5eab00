//! Applying, deciding, lapsing.

use crate::{
    ApplicationState, Decision, Error, Event, RefusalReason,
    mock::{
        AccountId, DECISION_ROUNDS, Now, RuntimeEvent, RuntimeOrigin, Supervisors, System, Test,
        agency, library, producer, run, stranger,
    },
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn apply(to: AccountId) -> DispatchResult {
    Supervisors::apply(RuntimeOrigin::signed(producer()), to, [1; 32])
}

fn decide(by: AccountId, decision: Decision) -> DispatchResult {
    Supervisors::decide(RuntimeOrigin::signed(by), producer(), decision)
}

const REFUSE: Decision = Decision::Refuse(RefusalReason::DossierIncomplete);

#[test]
fn an_application_waits_for_the_supervisor_that_it_names() {
    run(|| {
        assert_ok!(apply(library()));
        System::assert_last_event(RuntimeEvent::Supervisors(Event::Applied {
            producer: producer(),
            supervisor: library(),
            dossier_hash: [1; 32],
            lapses: 1_000 + DECISION_ROUNDS,
        }));
        assert!(
            !Supervisors::is_eligible(producer()),
            "applying gives no right"
        );
        assert_noop!(
            decide(agency(), Decision::Approve),
            Error::<Test>::OtherSupervisor
        );
        assert_ok!(decide(library(), Decision::Approve));
        assert!(Supervisors::is_eligible(producer()));
    });
}

#[test]
fn one_applies_to_supervisors_in_office_only() {
    run(|| {
        assert_noop!(apply(stranger()), Error::<Test>::NotSupervisor);
    });
}

#[test]
fn nobody_but_a_supervisor_decides() {
    run(|| {
        assert_ok!(apply(library()));
        for caller in [producer(), stranger()] {
            assert_noop!(
                decide(caller, Decision::Approve),
                Error::<Test>::NotSupervisor
            );
        }
    });
}

#[test]
fn a_producer_has_one_open_application_at_a_time() {
    run(|| {
        assert_ok!(apply(library()));
        assert_noop!(apply(agency()), Error::<Test>::ApplicationOpen);
        assert_ok!(Supervisors::withdraw_application(RuntimeOrigin::signed(
            producer()
        )));
        assert_ok!(apply(agency()));
    });
}

#[test]
fn a_refusal_is_on_record_with_its_reason_until_the_producer_applies_again() {
    run(|| {
        assert_ok!(apply(library()));
        Now::set(1_010);
        assert_ok!(decide(library(), REFUSE));
        let application = Supervisors::application(producer()).expect("kept");
        assert_eq!(
            application.state,
            ApplicationState::Refused {
                reason: RefusalReason::DossierIncomplete,
                round: 1_010
            }
        );
        assert!(!Supervisors::is_eligible(producer()));
        assert_noop!(
            decide(library(), Decision::Approve),
            Error::<Test>::NoApplication
        );
        assert_ok!(apply(library()));
        assert_ok!(decide(library(), Decision::Approve));
        assert_eq!(Supervisors::application(producer()), None);
    });
}

#[test]
fn an_application_that_is_not_decided_in_time_lapses() {
    run(|| {
        assert_ok!(apply(library()));
        Now::set(1_000 + DECISION_ROUNDS);
        assert_noop!(
            decide(library(), Decision::Approve),
            Error::<Test>::ApplicationLapsed
        );
        assert_noop!(decide(library(), REFUSE), Error::<Test>::ApplicationLapsed);
        assert_ok!(apply(agency()));
        Now::set(1_000 + 2 * DECISION_ROUNDS - 1);
        assert_ok!(decide(agency(), Decision::Approve));
    });
}

#[test]
fn without_an_application_there_is_nothing_to_decide_or_withdraw() {
    run(|| {
        assert_noop!(
            decide(library(), Decision::Approve),
            Error::<Test>::NoApplication
        );
        assert_noop!(
            Supervisors::withdraw_application(RuntimeOrigin::signed(producer())),
            Error::<Test>::NoApplication
        );
    });
}

#[test]
fn applying_at_the_end_of_time_is_refused() {
    run(|| {
        Now::set(u32::MAX - 1);
        assert_noop!(apply(library()), Error::<Test>::Overflow);
    });
}

#[test]
fn an_application_without_a_dossier_is_refused() {
    run(|| {
        let bare = Supervisors::apply(RuntimeOrigin::signed(producer()), library(), [0; 32]);
        assert_noop!(bare, Error::<Test>::EmptyHash);
        assert_eq!(Supervisors::application(producer()), None);
    });
}
