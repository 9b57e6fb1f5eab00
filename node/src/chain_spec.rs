//! The chains that the node knows by name.

use chainflix_runtime::{
    constants::{
        SS58_PREFIX,
        currency::{TOKEN_DECIMALS, TOKEN_SYMBOL},
    },
    presets::production::ProductionAccounts,
    wasm::WASM_BINARY,
};
use sc_network::config::MultiaddrWithPeerId;
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use std::{fs, path::Path};

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

/// The chain that is made from a file of accounts.
pub(crate) const PRODUCTION: &str = "production";

/// What to do instead of running it by its name.
pub(crate) const PRODUCTION_NEEDS_A_FILE: &str = "the production chain is made from a file of accounts: \
    `chainflix-node export-chain-spec --chain production --accounts FILE --raw --output chainflix.json`, \
    then use `--chain chainflix.json`";

/// `export-chain-spec --chain production --accounts FILE`: the pots of the white paper, with the accounts and keys of the file.
///
/// # Errors
/// When the file can't be read or can't be right, and when the node was built without the runtime.
pub(crate) fn production(accounts: &Path) -> Result<ChainSpec, String> {
    let file = accounts.display();
    let text = fs::read_to_string(accounts).map_err(|error| format!("{file}: {error}"))?;
    let accounts: ProductionAccounts =
        serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
    let genesis = accounts
        .genesis()
        .map_err(|error| format!("{file}: {error}"))?;
    let boot_nodes = accounts
        .boot_nodes
        .iter()
        .map(|address| {
            address
                .parse::<MultiaddrWithPeerId>()
                .map_err(|error| format!("{file}: boot node {address}: {error}"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ChainSpec::builder(runtime_code()?, None)
        .with_name("Chainflix")
        .with_id("chainflix")
        .with_chain_type(ChainType::Live)
        .with_protocol_id(PROTOCOL_ID)
        .with_boot_nodes(boot_nodes)
        .with_genesis_config_patch(genesis)
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

    /// The example of the documentation.
    const EXAMPLE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/production-accounts.example.json"
    );

    #[test]
    fn the_genesis_of_a_production_chain_builds_in_the_compiled_runtime() {
        let spec = production(Path::new(EXAMPLE)).expect("the example is right");
        assert_eq!(sc_service::ChainSpec::chain_type(&spec), ChainType::Live);
        assert!(!spec.build_storage().expect("genesis builds").top.is_empty());
    }

    #[test]
    fn a_file_that_is_not_there_or_not_right_is_named_in_the_error() {
        let missing = production(Path::new("no-such-file.json"))
            .err()
            .expect("there is none");
        assert!(missing.starts_with("no-such-file.json: "), "{missing}");
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let wrong = production(Path::new(manifest))
            .err()
            .expect("it is no JSON");
        assert!(wrong.starts_with(manifest), "{wrong}");
    }

    #[test]
    fn the_compressed_runtime_is_below_a_mebibyte() {
        let code = runtime_code().expect("the runtime is part of the test");
        assert!(code.len() < 1 << 20, "{} bytes", code.len());
    }

    #[test]
    fn wallets_learn_symbol_decimals_and_prefix_from_every_named_chain() {
        for spec in [development(), local(), production(Path::new(EXAMPLE))] {
            let properties = spec.expect("the runtime is part of the test").properties();
            assert_eq!(properties["tokenSymbol"], "CFX");
            assert_eq!(properties["tokenDecimals"], 12);
            assert_eq!(properties["ss58Format"], SS58_PREFIX);
        }
    }
}
