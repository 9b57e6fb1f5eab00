//! Chains before their first block.

use crate::{RuntimeGenesisConfig, presets};
use frame_support::genesis_builder_helper::{build_state, get_preset};
use serde_json::Value;
use sp_genesis_builder::PresetId;
use sp_io::TestExternalities;

/// The whole genesis of a preset as JSON: the defaults with the preset laid over them, as a chain
/// spec does it.
///
/// # Panics
/// When there is no preset of that name.
#[must_use]
pub fn genesis_json(preset: &str) -> Value {
    let patch = presets::get_preset(&PresetId::from(preset)).expect("the preset exists");
    laid_over_default(serde_json::from_slice(&patch).expect("the preset is JSON"))
}

/// The default genesis with a patch laid over it.
///
/// # Panics
/// Never: there is a default.
#[must_use]
pub fn laid_over_default(patch: Value) -> Value {
    let whole = get_preset::<RuntimeGenesisConfig>(&None, |_| None).expect("there is a default");
    let mut whole: Value = serde_json::from_slice(&whole).expect("the default is JSON");
    overlay(&mut whole, patch);
    whole
}

/// A chain of the preset, before its first block.
///
/// # Panics
/// When there is no preset of that name.
#[must_use]
pub fn chain(preset: &str) -> TestExternalities {
    chain_of(&genesis_json(preset))
}

/// A chain with this genesis, before its first block.
///
/// # Panics
/// When it is none that the runtime would start with.
pub fn chain_of(genesis: &Value) -> TestExternalities {
    let json = serde_json::to_vec(genesis).expect("JSON is written");
    let mut chain = TestExternalities::default();
    chain
        .execute_with(|| build_state::<RuntimeGenesisConfig>(json))
        .expect("genesis builds");
    chain
}

/// Lays one JSON over another: objects are merged, everything else is replaced.
pub fn overlay(base: &mut Value, patch: Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                overlay(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch,
    }
}
