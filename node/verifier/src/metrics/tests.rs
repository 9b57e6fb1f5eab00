use std::{collections::BTreeSet, fs, path::PathBuf};

use super::*;

fn in_docs(name: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    fs::read_to_string(file).expect("a page")
}

/// Names of all that is exported; of a time those of its parts.
fn exported() -> BTreeSet<String> {
    let registry = Registry::new();
    let metrics = Metrics::new(Some(&registry));
    // What has labels is exported from its first value on.
    metrics.refused(Refusal::TooEarly);
    metrics.verdict(&Verdict::Absent);
    let families = registry.gather();
    families
        .iter()
        .map(|family| family.get_name().to_owned())
        .collect()
}

/// Words of a text that begin like a metric of ours.
fn named_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_part(c));
    let ours = words.filter(|word| word.starts_with("chainflix_"));
    ours.map(|word| word.trim_end_matches("_bucket").to_owned())
        .collect()
}

#[test]
fn the_dashboard_shows_every_metric_and_none_that_is_not_exported() {
    let dashboard = in_docs("grafana-verifier.json");
    let json: serde_json::Value = serde_json::from_str(&dashboard).expect("JSON");
    let panels = json["panels"].as_array().expect("panels");
    let queries: Vec<&str> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().expect("targets"))
        .map(|target| target["expr"].as_str().expect("a query"))
        .collect();
    assert_eq!(named_in(&queries.join(" ")), exported());
}

#[test]
fn the_operators_page_explains_every_metric_and_no_other() {
    let page = in_docs("verifier.md");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `chainflix_"))
        .collect();
    assert_eq!(named_in(&rows.join(" ")), exported());
}
