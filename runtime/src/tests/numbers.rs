//! No call, error or event of ours changes its number.
//!
//! Motions that wait and proofs that are signed hold the numbers of calls; the pool and wallets tell errors by number, and
//! whoever reads old blocks the events. `runtime/call-numbers.txt` has all of them. A new line is added by
//! `UPDATE_NUMBERS=1`; one that is gone or another is an incompatible change, which `UPDATE_NUMBERS=unreleased` takes only
//! as long as no chain has it.

use super::migrations::ours;
use crate::Runtime;
use scale_info::{TypeDef, form::MetaForm};
use std::{collections::BTreeSet, path::Path};

/// What stands above the numbers in their file.
const HEAD: &str = "\
# Numbers of the calls, errors and events of this project's pallets, with the names of their fields, which are in this order.
# Written by a test (runtime/src/tests/numbers.rs), not by hand.
";

/// Those of this runtime, a line each.
fn numbers() -> Vec<String> {
    let pallets = Runtime::metadata_ir().pallets;
    let mut lines = Vec::new();
    for (name, _) in ours() {
        let found = pallets.iter().find(|pallet| pallet.name == name);
        let pallet = found.expect("a pallet of ours");
        let kinds = [
            ("call", pallet.calls.as_ref().map(|calls| calls.ty)),
            ("error", pallet.error.as_ref().map(|errors| errors.ty)),
            ("event", pallet.event.as_ref().map(|events| events.ty)),
        ];
        for (kind, ty) in kinds {
            let Some(TypeDef::Variant(choice)) = ty.map(|ty| ty.type_info().type_def) else {
                continue;
            };
            for variant in choice.variants {
                let fields: Vec<&str> = variant.fields.iter().map(name_of).collect();
                let (index, variant) = (variant.index, variant.name);
                let fields = fields.join(", ");
                lines.push(format!("{name} {kind} {index} {variant}({fields})"));
            }
        }
    }
    lines
}

fn name_of(field: &scale_info::Field<MetaForm>) -> &'static str {
    field.name.unwrap_or("_")
}

/// The numbers of a file.
fn read(text: &str) -> Vec<String> {
    let lines = text.lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Lines that were there, and are not any more.
fn gone(kept: &[String], now: &[String]) -> Vec<String> {
    let now: BTreeSet<&String> = now.iter().collect();
    kept.iter()
        .filter(|line| !now.contains(line))
        .cloned()
        .collect()
}

#[test]
fn no_call_error_or_event_changes_its_number_name_or_fields() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("call-numbers.txt");
    let now = numbers();
    let kept = read(&std::fs::read_to_string(&path).unwrap_or_default());
    let gone = gone(&kept, &now);
    let asked = std::env::var("UPDATE_NUMBERS").ok();
    let may_write = match asked.as_deref() {
        Some("1") => gone.is_empty(),
        Some("unreleased") => true,
        _ => false,
    };
    if may_write {
        let text = format!("{HEAD}\n{}\n", now.join("\n"));
        std::fs::write(&path, text).expect("the file can be written");
        return;
    }
    assert!(
        gone.is_empty(),
        "these numbers, names or fields are others now: give them back, and new ones a number of their own; what waits or is \
         signed on a chain would be read as something else.\n{}",
        gone.join("\n")
    );
    assert_eq!(
        kept, now,
        "runtime/call-numbers.txt lacks what is new: run this test with UPDATE_NUMBERS=1 and commit the file"
    );
}

#[test]
fn a_renumbered_or_renamed_error_is_noticed_and_a_new_one_is_none_of_those() {
    let now = numbers();
    let errors = now.iter().filter(|line| line.contains(" error "));
    assert!(errors.count() > 150);
    let first = now.iter().position(|line| line.contains(" error 0 "));
    let first = first.expect("numbers begin with 0");
    let mut renumbered = now.clone();
    renumbered[first] = now[first].replace(" error 0 ", " error 200 ");
    assert_eq!(gone(&now, &renumbered), [now[first].clone()]);
    let mut longer = now.clone();
    longer.push("Rewards error 200 SomethingNew()".into());
    assert_eq!(gone(&now, &longer), Vec::<String>::new());
    assert_eq!(gone(&longer, &now).len(), 1);
}
