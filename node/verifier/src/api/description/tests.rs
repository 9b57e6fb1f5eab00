use std::{collections::BTreeSet, fs, path::PathBuf};

use super::*;

fn in_docs(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

#[test]
fn the_committed_description_is_the_one_that_is_served() {
    let file = in_docs("verifier-api.json");
    if std::env::var_os("CHAINFLIX_WRITE_API").is_some() {
        let text = serde_json::to_string_pretty(document()).expect("JSON");
        fs::write(&file, text + "\n").expect("a writable folder");
    }
    let text = fs::read_to_string(&file).expect("the committed description");
    let committed: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        &committed,
        document(),
        "the API has changed: CHAINFLIX_WRITE_API=1 cargo nextest run describes it anew"
    );
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    found.insert(to.clone());
                }
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    references(document(), &mut found);
    assert!(found.len() > 20);
    for to in found {
        let pointer = to.trim_start_matches('#');
        assert!(document().pointer(pointer).is_some(), "{to}");
    }
}

#[test]
fn every_type_of_a_message_is_described() {
    let types = document()["x-scale"].as_object().expect("types");
    for name in [
        "OpenSession",
        "Request",
        "Reply",
        "PlayData",
        "ViewLeaf",
        "Refusal",
    ] {
        assert!(types.contains_key(name), "{name}");
    }
    let request = &types["Request"]["variants"];
    assert_eq!(request[5]["name"], "FinishCell");
    assert_eq!(request[5]["fields"][0]["type"], "PlayData");
    assert_eq!(request[9]["fields"][0]["type"], "[u8; 32]");
    for (name, shape) in types {
        let text = shape.to_string();
        assert!(!text.contains("\"type\":\"\""), "{name}: {text}");
    }
}

#[test]
fn the_page_for_people_names_every_method_error_and_reason() {
    let page = fs::read_to_string(in_docs("verifier-api.md")).expect("the page");
    for method in METHODS {
        assert!(
            page.contains(&format!("`{}`", method.name)),
            "{}",
            method.name
        );
    }
    for (name, code, _) in OTHER_ERRORS {
        assert!(page.contains(&format!("| {code} | {name} |")), "{name}");
    }
    for reason in reason::all() {
        let row = format!("| {} | {} | {} |", reason.code, reason.name, reason.words);
        assert!(page.contains(&row), "{row}");
    }
}
