//! The committed vectors: every hashed or signed format with its inputs and what comes out.
//!
//! With `CHAINFLIX_WRITE_VECTORS=1` in the environment they are written anew.

pub(crate) mod messages;
pub(crate) mod money;
mod proofs;
mod trees;

use std::{collections::BTreeSet, fs, path::PathBuf};

use codec::Encode;
use serde_json::Value;

/// File name and content of every set of vectors.
fn files() -> Vec<(&'static str, Value)> {
    vec![
        ("merkle", trees::merkle()),
        ("possession", trees::possession()),
        ("manifest", trees::manifest()),
        ("draws", trees::draws()),
        ("delegation", messages::delegation()),
        ("ticket", messages::ticket()),
        ("receipt", messages::receipt()),
        ("view", messages::view()),
        ("report", messages::report_vectors()),
        ("controller", messages::controller()),
        ("verifier", messages::verifier()),
        ("refusals", messages::refusals()),
        ("fault", proofs::fault()),
        ("missing", proofs::missing()),
        ("emission", money::emission()),
        ("split", money::split()),
        ("settlement", money::settlement()),
        ("earnings", money::earnings()),
        ("earnings_with_ads", money::earnings_with_ads()),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

#[test]
fn every_committed_vector_comes_out() {
    let writes = std::env::var_os("CHAINFLIX_WRITE_VECTORS").is_some();
    for (name, computed) in files() {
        let file = folder().join(name).with_extension("json");
        if writes {
            let text = serde_json::to_string_pretty(&computed).expect("JSON");
            fs::write(&file, text + "\n").expect("a writable folder");
        }
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let committed: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(committed, computed, "{name}.json");
    }
}

#[test]
fn no_vector_file_is_left_untested() {
    let committed: BTreeSet<String> = fs::read_dir(folder())
        .expect("the folder of vectors")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    let tested = files().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(committed, tested);
}

/// Bytes as they stand in a vector file.
fn hex(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(hex::encode(bytes))
}

/// The SCALE encoding as it stands in a vector file.
fn scale(value: &impl Encode) -> Value {
    hex(value.encode())
}

/// Numbers that may exceed 53 bits stand as decimal strings.
fn number(value: impl Into<u128>) -> Value {
    Value::String(value.into().to_string())
}
