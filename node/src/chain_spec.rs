//! The chains that the node knows by name.

use chainflix_runtime::{
    constants::{
        SS58_PREFIX,
        currency::{TOKEN_DECIMALS, TOKEN_SYMBOL},
    },
    wasm::WASM_BINARY,
};
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// A chain specification. Its genesis is a preset of the runtime in it.
pub(crate) type ChainSpec = sc_service::GenericChainSpec;

/// Names the chain in protocols that do not carry its genesis hash.
const PROTOCOL_ID: &str = "cfx";

/// `--chain dev`: one verifier, Alice.
///
/// # Errors
/// When the node was built without the runtime.
pub(crate) fn development() -> Result<ChainSpec, String> {
    Ok(ChainSpec::builder(runtime_code()?, None)
        .with_name("Chainflix Development")
        .with_id("chainflix_dev")
        .with_chain_type(ChainType::Development)
        .with_protocol_id(PROTOCOL_ID)
        .with_genesis_config_preset_name(DEV_RUNTIME_PRESET)
        .with_properties(properties())
        .build())
}

/// `--chain local`: four verifiers, Alice, Bob, Charlie and Dave.
///
/// # Errors
/// When the node was built without the runtime.
pub(crate) fn local() -> Result<ChainSpec, String> {
    Ok(ChainSpec::builder(runtime_code()?, None)
        .with_name("Chainflix Local")
        .with_id("chainflix_local")
        .with_chain_type(ChainType::Local)
        .with_protocol_id(PROTOCOL_ID)
        .with_genesis_config_preset_name(LOCAL_TESTNET_RUNTIME_PRESET)
        .with_properties(properties())
        .build())
}

fn runtime_code() -> Result<&'static [u8], String> {
    WASM_BINARY.ok_or_else(|| {
        "this node was built without its runtime: build it again without SKIP_WASM_BUILD".into()
    })
}

/// How wallets show amounts and addresses.
fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_runtime::BuildStorage;

    #[test]
    fn the_genesis_of_every_named_chain_builds_in_the_compiled_runtime() {
        for spec in [development(), local()] {
            let spec = spec.expect("the runtime is part of the test");
            assert!(!spec.build_storage().expect("genesis builds").top.is_empty());
        }
    }

    #[test]
    fn wallets_learn_symbol_decimals_and_prefix_from_every_named_chain() {
        for spec in [development(), local()] {
            let properties = spec.expect("the runtime is part of the test").properties();
            assert_eq!(properties["tokenSymbol"], "CFX");
            assert_eq!(properties["tokenDecimals"], 12);
            assert_eq!(properties["ss58Format"], SS58_PREFIX);
        }
    }
}
