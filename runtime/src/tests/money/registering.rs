//! Steps of the registries, on the chain and in the model.

use super::{costly, steps::Step, world::World};
use crate::{
    presets::accounts,
    tests::verifiers::{keys_of, possession},
};
use chainflix_primitives::registry::ProviderClass;
use pallet_authorities::VerifierProfile;

/// Takes one of these steps.
pub(super) fn take(world: &mut World, step: Step) {
    use pallet_authorities::Call as Authorities;
    use pallet_storage_providers::Call as Providers;
    use pallet_supervisors::Call as Supervisors;
    match step {
        Step::Apply(by) => {
            let call = Supervisors::apply {
                supervisor: accounts::supervisor(),
                dossier_hash: [2; 32],
            };
            world.call(by, call, costly(|model| model.apply(by)));
        }
        Step::WithdrawApplication(by) => {
            let call = Supervisors::withdraw_application {};
            world.call(by, call, costly(|model| model.withdraw_application(by)));
        }
        Step::RemoveApproval { by, producer } => {
            let call = Supervisors::remove_approval {
                producer: world.account(producer),
            };
            world.call(
                by,
                call,
                costly(|model| model.remove_approval(by, producer)),
            );
        }
        Step::Register { by, key } => {
            let call = Providers::register {
                peer_key: [key.wrapping_add(1); 32],
                exchange_key: [7; 32],
                class: ProviderClass::Home,
                region: *b"KR",
                space_bytes: 1,
            };
            world.call(by, call, costly(|model| model.register(by, key)));
        }
        Step::Exit { by, id } => {
            let call = Providers::exit { index: id };
            world.call(by, call, costly(|model| model.exit(by, id as usize)));
        }
        Step::Remove { by, id } => {
            let call = Providers::remove { index: id };
            world.call(by, call, costly(|model| model.remove(by, id as usize)));
        }
        Step::SetKeys { by, other } => {
            let seed = format!("//{by}//{other}");
            let call = pallet_session::Call::set_keys {
                keys: keys_of(&seed),
                proof: possession(&seed, &world.account(by)),
            };
            world.call(by, call, costly(|model| model.set_keys(by)));
        }
        Step::ForgetKeys(by) => {
            let call = Authorities::forget_session_keys {};
            world.call(by, call, costly(|model| model.forget_keys(by)));
        }
        Step::Stand(by) => {
            let call = Authorities::apply { profile: profile() };
            world.call(by, call, costly(|model| model.stand(by)));
        }
        Step::StandDown(by) => {
            let call = Authorities::withdraw_application {};
            world.call(by, call, costly(|model| model.stand_down(by)));
        }
        step => super::deciding::take(world, step),
    }
}

fn profile() -> VerifierProfile {
    VerifierProfile {
        endpoint: b"wss://new.example".to_vec().try_into().expect("short"),
        region: *b"IS",
        exchange_key: [4; 32],
        hardware_score: 1_000,
        bandwidth_kbps: 100_000,
    }
}
