//! Steps of those who decide: the supervisor, motions of the verifiers; and what follows from them.

use super::{costly, model::Model, model::Refusal, steps::Step, world::World, world::magnet};
use crate::{AccountId, RuntimeOrigin, VerifierCollective, presets::accounts};
use pallet_funds::Fund;
use pallet_supervisors::{
    AppealVerdict, Decision, RefusalReason, ReinstatementReason, RestrictionReason,
};
use sp_runtime::MultiAddress;

/// Takes one of these steps.
pub(super) fn take(world: &mut World, step: Step) {
    use pallet_authorities::Call as Authorities;
    use pallet_supervisors::Call as Supervisors;
    match step {
        Step::Appeal { by, video } => {
            let call = Supervisors::appeal {
                video: magnet(video),
                evidence_hash: [6; 32],
            };
            world.call(by, call, costly(|model| model.appeal(by, video)));
        }
        Step::CloseAppeal { by, video } => {
            let call = Supervisors::close_appeal {
                video: magnet(video),
            };
            world.call(by, call, costly(|model| model.close_appeal(by, video)));
        }
        Step::Judge { video, granted } => {
            let call = Supervisors::decide_appeal {
                video: magnet(video),
                verdict: if granted {
                    AppealVerdict::Granted
                } else {
                    AppealVerdict::Dismissed
                },
            };
            world.decision(by_three(), call, |model| model.judge(video, granted));
        }
        Step::Admit(who) => {
            let call = Authorities::admit {
                candidate: world.account(who),
            };
            world.decision(RuntimeOrigin::root(), call, |model| model.admit(who));
        }
        Step::Dismiss(who) => {
            let call = Authorities::remove {
                verifier: world.account(who),
            };
            world.decision(by_three(), call, |model| model.dismiss(who));
        }
        Step::Pay { to, amount } => {
            let call = pallet_funds::Call::pay {
                fund: Fund::Development,
                to: MultiAddress::Id(world.account(to)),
                amount,
                purpose: 1,
            };
            world.decision(RuntimeOrigin::root(), call, |model| model.pay(to, amount));
        }
        step => supervised(world, step),
    }
}

/// Three of the four verifiers.
fn by_three() -> RuntimeOrigin {
    pallet_collective::RawOrigin::<AccountId, VerifierCollective>::Members(3, 4).into()
}

/// What the model says becomes of a call.
type Foretell = Box<dyn FnOnce(&mut Model) -> Result<(), Refusal>>;

/// What the supervisor does.
fn supervised(world: &mut World, step: Step) {
    use pallet_supervisors::Call;
    let (call, foretell): (Call<crate::Runtime>, Foretell) = match step {
        Step::Decide { producer, yes } => (
            Call::decide {
                producer: world.account(producer),
                decision: if yes {
                    Decision::Approve
                } else {
                    Decision::Refuse(RefusalReason::DossierIncomplete)
                },
            },
            Box::new(move |model: &mut Model| model.decide(producer, yes)),
        ),
        Step::Revoke(producer) => (
            Call::revoke_approval {
                producer: world.account(producer),
                reason: RefusalReason::DossierIncomplete,
            },
            Box::new(move |model: &mut Model| model.revoke(producer)),
        ),
        Step::Restrict(video) => (
            Call::restrict {
                video: magnet(video),
                reason: RestrictionReason::Copyright,
                evidence_hash: [4; 32],
            },
            Box::new(move |model: &mut Model| model.restrict(video)),
        ),
        Step::Reinstate(video) => (
            Call::reinstate {
                video: magnet(video),
                reason: ReinstatementReason::FoundLawful,
                evidence_hash: [5; 32],
            },
            Box::new(move |model: &mut Model| model.reinstate(video)),
        ),
        _ => unreachable!("taken elsewhere"),
    };
    let supervisor = RuntimeOrigin::signed(accounts::supervisor());
    world.decision(supervisor, call, foretell);
}
