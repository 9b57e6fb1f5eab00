//! Every call and every hook of our pallets has a weight function of its own, that function was measured, and it is charged: none
//! stands for another one, and none is there for show.

use crate::{Runtime, tests::migrations::ours};
use frame_support::traits::PalletsInfoAccess;
use scale_info::TypeDef;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Why a measured function is charged nowhere by name.
const NOT_CHARGED: [(&str, &str, &str); 4] = [
    ("authorities", "new_session", A_WHOLE_BLOCK),
    ("authorities", "start_session", A_WHOLE_BLOCK),
    ("pov", "change_set", A_WHOLE_BLOCK),
    (
        "authorities",
        "key_owner_by_set",
        "a report is measured with it, and charged for the other way, `key_owner_by_root`, besides",
    ),
];
const A_WHOLE_BLOCK: &str = "the block in which a session ends is charged as a full one";

/// Hooks that cost time on chain, with a function that they charge. Migrations say themselves what they weigh.
const HOOKS: [(&str, &str, &str); 1] = [("pov", "on_initialize", "begin_block")];

/// The folder of a pallet of ours.
fn folder(pallet: &str) -> String {
    let mut folder = String::new();
    for (place, letter) in pallet.chars().enumerate() {
        if place > 0 && letter.is_uppercase() {
            folder.push('-');
        }
        folder.extend(letter.to_lowercase());
    }
    folder
}

fn pallets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../pallets")
}

/// Sources below a folder that are compiled into the runtime of a chain, weights left out.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        if ["tests", "mock", "benchmarking", "weights"].contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            text += &sources(&path);
        } else {
            text += &fs::read_to_string(&path).expect("a source");
        }
    }
    text
}

/// The functions of a file of weights, each with its measured body; and the names that its trait promises.
fn functions(file: &str) -> (BTreeMap<&str, &str>, BTreeSet<&str>) {
    let mut bodies = BTreeMap::new();
    let mut promised = BTreeSet::new();
    for part in file.split("\n    fn ").skip(1) {
        let name = part.split('(').next().expect("a name");
        let (head, body) = part.split_once("-> Weight").expect("of a weight");
        assert!(!head.contains('{'), "{name}");
        if body.starts_with(';') {
            promised.insert(name);
        } else {
            let end = body.find("\n    }").expect("an end");
            bodies.insert(name, &body[..end]);
        }
    }
    (bodies, promised)
}

/// The numbers in `from_parts(N, 0)`, in picoseconds, for a body; and the least time that was seen, in nanoseconds.
fn figures(body: &str) -> (Vec<u64>, u64) {
    let number = |text: &str| -> u64 {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    };
    let parts = body.split("from_parts(").skip(1);
    let parts = parts.map(|part| number(part.split(',').next().unwrap_or(part)));
    let least = body.split_once("Least time: ").expect("it was measured").1;
    let least = least.split_once(" ns").expect("a time").0;
    (parts.collect(), number(least))
}

#[test]
fn every_weight_function_is_what_was_measured_and_none_is_a_placeholder() {
    let mut seen = 0;
    for (pallet, _) in ours() {
        let path = pallets().join(folder(pallet)).join("src/weights.rs");
        let file = fs::read_to_string(path).expect("a file of weights");
        let (bodies, promised) = functions(&file);
        let measured: BTreeSet<&str> = bodies.keys().copied().collect();
        assert_eq!(measured, promised, "{pallet}");
        let mut same = BTreeMap::new();
        for (name, body) in &bodies {
            let (parts, least) = figures(body);
            let picoseconds: u64 = parts.iter().sum();
            // No access of memory or of the database is done in less than a tenth of a microsecond.
            assert!(least >= 100 && picoseconds >= 100_000, "{pallet}.{name}");
            assert!(!body.contains("zero()"), "{pallet}.{name}");
            let copied = same.insert((parts, least), name);
            assert_eq!(copied, None, "{pallet}.{name} has the figures of another");
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} functions were looked at");
}

/// Weight functions of the SDK's pallets that were not measured, each with the one that stands for it. `docs/weights.md` names them.
const STAND_INS: [(&str, &str, &str); 4] = [
    ("collective", "kill", "disapprove_proposal("),
    (
        "equivocation",
        "note_stalled",
        "Measured::<Database>::note_stalled(",
    ),
    (
        "equivocation",
        "report_equivocation",
        "Authorities::report_aura_equivocation(",
    ),
    ("scheduler", "service_task_fetched", "service_task_base("),
];

#[test]
fn of_the_sdks_weights_only_those_that_are_named_stand_for_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/weights");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of weights") {
        let path = entry.expect("an entry").path();
        let file = path.file_stem().expect("a name").to_string_lossy();
        let text = fs::read_to_string(&path).expect("a file of weights");
        for part in text.split("\n    fn ").skip(1) {
            let name = part.split('(').next().expect("a name");
            let body = part.split("\n    }").next().expect("a body");
            if !body.contains("from_parts(") {
                let stand_in = STAND_INS
                    .iter()
                    .find(|(of, function, _)| *of == file && *function == name);
                let (_, _, other) = stand_in.unwrap_or_else(|| panic!("{file}.{name}"));
                assert!(body.contains(other), "{file}.{name}: {body}");
                found.push(format!("{file}.{name}"));
            }
        }
    }
    found.sort();
    let named = STAND_INS.map(|(of, function, _)| format!("{of}.{function}"));
    assert_eq!(found, named);
}

#[test]
fn every_call_in_the_metadata_has_a_weight_function_and_every_function_is_charged() {
    let of_runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let configs = sources(&of_runtime.join("configs"));
    let metadata = Runtime::metadata_ir().pallets;
    for (pallet, _) in ours() {
        let folder = folder(pallet);
        let root = pallets().join(&folder).join("src");
        let file = fs::read_to_string(root.join("weights.rs")).expect("a file of weights");
        let (_, promised) = functions(&file);
        let text = sources(&root) + &configs;

        let calls = metadata.iter().find(|known| known.name == pallet);
        let calls = calls.and_then(|known| known.calls.as_ref()).expect("calls");
        let TypeDef::Variant(calls) = calls.ty.type_info().type_def else {
            panic!("calls are a choice");
        };
        let calls: BTreeSet<&str> = calls.variants.iter().map(|call| call.name).collect();
        // `pallet::call(weight(..))` gives each call the function of its name, unless the call names others.
        let by_name = text.contains("#[pallet::call(weight(<T as Config>::WeightInfo))]");
        for call in &calls {
            let in_parts = super::IN_PARTS.iter().any(|(whole, _)| whole == call);
            assert!(promised.contains(call) || in_parts, "{pallet}.{call}");
        }

        for name in &promised {
            let excused = NOT_CHARGED
                .iter()
                .find(|(of, function, _)| *of == folder && function == name);
            let named = ["WeightInfo::", "WeightInfo>::", "W::", "Ads::", "Rewards::"]
                .iter()
                .any(|of| text.contains(&format!("{of}{name}(")));
            let charged = named || (by_name && calls.contains(name));
            assert_eq!(charged, excused.is_none(), "{pallet}.{name}");
        }

        for hook in ["on_initialize", "on_finalize", "on_idle", "on_poll"] {
            let charged = HOOKS
                .iter()
                .find(|(of, known, _)| *of == folder && *known == hook);
            let there = text.contains(&format!("fn {hook}("));
            assert_eq!(there, charged.is_some(), "{pallet}.{hook} is in the table");
            if let Some((_, _, function)) = charged {
                assert!(promised.contains(function), "{pallet}.{hook}");
            }
        }
    }
}

#[test]
fn a_report_of_an_equivocation_is_measured_with_the_proof_by_a_remembered_set() {
    use pallet_authorities::WeightInfo;
    type Weights = <Runtime as pallet_authorities::Config>::WeightInfo;
    let by_set = Weights::key_owner_by_set();
    for whole in [
        Weights::report_aura_equivocation(),
        Weights::authorize_report_aura_equivocation(),
    ] {
        assert!(whole.all_gte(by_set), "{whole:?}, {by_set:?}");
    }
}

#[test]
fn the_tool_that_measures_is_offered_every_pallet_with_weights() {
    let offered = include_str!("../../benchmarks/offered.rs");
    for pallet in crate::AllPalletsWithSystem::infos() {
        // They have no calls and no weights of their own.
        if ["Aura", "Authorship", "Historical", "Offences"].contains(&pallet.name) {
            continue;
        }
        let module = pallet
            .module_name
            .replace("pallet_collective::Instance1", "pallet_collective");
        assert!(offered.contains(&format!("    [{module}, ")), "{module}");
    }
}
