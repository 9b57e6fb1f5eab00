//! No format of what our pallets keep changes without its storage version.
//!
//! `runtime/storage-formats.txt` has every item of every pallet of ours as the chain of its storage version has it, and the shape
//! of every type in it. Whoever changes one sees it there, raises the pallet's `STORAGE_VERSION` and brings a migration:
//! `CONTRIBUTING.md` says how.

mod shape;

use super::migrations::ours;
use crate::{AllPalletsWithSystem, Runtime};
use frame_support::traits::StorageInfoTrait;
use scale_info::MetaType;
use shape::Shapes;
use sp_metadata_ir::{StorageEntryMetadataIR, StorageEntryModifierIR, StorageEntryTypeIR};
use std::{collections::BTreeMap, path::Path};

/// What stands above the formats in their file.
const HEAD: &str = "\
# What the pallets of this project keep, and from which storage version on: items, hashers, types down to primitives, and the most
# bytes of an entry with its key. Written by a test (CONTRIBUTING.md, «A change of a storage format»), not by hand.
";

/// What a chain of a storage version keeps for a pallet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Format {
    version: u16,
    lines: Vec<String>,
}

/// Formats by pallet.
type Formats = BTreeMap<String, Format>;

/// Those of this runtime.
fn formats() -> Formats {
    let metadata = Runtime::metadata_ir().pallets.into_iter();
    let stored = metadata.filter_map(|pallet| Some((pallet.name, pallet.storage?)));
    let stored: BTreeMap<_, _> = stored.collect();
    let mut formats = Formats::new();
    for (pallet, version) in ours() {
        let storage = &stored[pallet];
        assert_eq!(storage.prefix, pallet, "the prefix of its items");
        let mut shapes = Shapes::default();
        let mut lines: Vec<String> = storage
            .entries
            .iter()
            .map(|entry| format!("  {}{}", item(entry, &mut shapes), room(pallet, entry.name)))
            .collect();
        lines.extend(shapes.lines());
        let version = version_of(version);
        formats.insert(pallet.into(), Format { version, lines });
    }
    formats
}

/// The number of a version: it can only be compared and encoded.
fn version_of(version: frame_support::traits::StorageVersion) -> u16 {
    let bytes = codec::Encode::encode(&version);
    codec::Decode::decode(&mut &bytes[..]).expect("a version is a number")
}

/// An item as a line.
fn item(entry: &StorageEntryMetadataIR, shapes: &mut Shapes) -> String {
    let absent = match entry.modifier {
        StorageEntryModifierIR::Optional => "or none",
        StorageEntryModifierIR::Default => "or its default",
    };
    let kept = match &entry.ty {
        StorageEntryTypeIR::Plain(value) => shapes.name(value),
        StorageEntryTypeIR::Map {
            hashers,
            key,
            value,
        } => {
            let hashers: Vec<String> = hashers.iter().map(|hasher| format!("{hasher:?}")).collect();
            let (key, value) = (shapes.name(key), shapes.name(value));
            format!("{} of {key} to {value}", hashers.join(", "))
        }
    };
    format!("{}: {kept}, {absent}", entry.name)
}

/// How many bytes an entry may take, and how many entries there may be.
fn room(pallet: &str, item: &str) -> String {
    let all = AllPalletsWithSystem::storage_info();
    let info = all
        .iter()
        .find(|info| info.pallet_name == pallet.as_bytes() && info.storage_name == item.as_bytes())
        .expect("an item of the metadata");
    let bytes = info
        .max_size
        .map(|bytes| format!("; at most {bytes} bytes"));
    let entries = info.max_values.filter(|entries| *entries > 1);
    let entries = entries.map(|entries| format!(", {entries} entries"));
    [bytes, entries].into_iter().flatten().collect()
}

/// The formats of a file.
fn read(text: &str) -> Formats {
    let mut formats = Formats::new();
    let mut last = None;
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if line.starts_with(' ') {
            let format: &mut Format = formats
                .get_mut(last.as_ref().expect("below a pallet"))
                .expect("it was begun");
            format.lines.push(line.into());
            continue;
        }
        let (pallet, version) = line.split_once(' ').expect("a pallet and its version");
        let format = Format {
            version: version.parse().expect("a number"),
            lines: Vec::new(),
        };
        formats.insert(pallet.into(), format);
        last = Some(pallet.to_owned());
    }
    formats
}

/// The file of such formats.
fn write(formats: &Formats) -> String {
    let mut text = HEAD.to_owned();
    for (pallet, format) in formats {
        text += &format!("\n{pallet} {}\n", format.version);
        for line in &format.lines {
            text += &format!("{line}\n");
        }
    }
    text
}

/// Pallets whose format changed while their storage version did not grow, each with the first line that is another.
fn unversioned(kept: &Formats, now: &Formats) -> Vec<String> {
    let changed = now.iter().filter_map(|(pallet, now)| {
        let before = kept.get(pallet)?;
        if before.lines == now.lines || now.version > before.version {
            return None;
        }
        let gone = before.lines.iter().find(|line| !now.lines.contains(line));
        let new = now.lines.iter().find(|line| !before.lines.contains(line));
        Some(format!("{pallet} {}: {gone:?} is now {new:?}", now.version))
    });
    changed.collect()
}

/// Whether the file may be written: `UPDATE_FORMATS=1` when versions grew with formats, `UPDATE_FORMATS=unreleased` also when
/// the version was raised before, and no chain has it yet.
fn may_write(asked: Option<&str>, unversioned: &[String]) -> bool {
    match asked {
        Some("1") => unversioned.is_empty(),
        Some("unreleased") => true,
        _ => false,
    }
}

#[test]
fn no_format_of_a_pallet_changes_without_its_storage_version() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("storage-formats.txt");
    let now = formats();
    let kept = read(&std::fs::read_to_string(&path).unwrap_or_default());
    let unversioned = unversioned(&kept, &now);
    let asked = std::env::var("UPDATE_FORMATS").ok();
    if may_write(asked.as_deref(), &unversioned) {
        std::fs::write(&path, write(&now)).expect("the file can be written");
        return;
    }
    assert!(
        unversioned.is_empty(),
        "what is kept changed, but not its storage version: raise STORAGE_VERSION, write a migration with its test \
         (CONTRIBUTING.md), then run this test with UPDATE_FORMATS=1; with UPDATE_FORMATS=unreleased if the version was \
         raised since the last release.\n{}",
        unversioned.join("\n")
    );
    assert!(
        kept == now,
        "runtime/storage-formats.txt is of an earlier version: run this test with UPDATE_FORMATS=1 and commit the file"
    );
}

/// As a pallet has it.
mod earlier {
    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) enum Standing {
        #[codec(index = 0)]
        Candidate,
        #[codec(index = 1)]
        Member { since: u32 },
    }

    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) struct Record {
        pub(super) standing: Option<Standing>,
        pub(super) bond: u128,
    }
}

/// The same in another place of the code.
mod moved {
    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) enum Standing {
        #[codec(index = 0)]
        Candidate,
        #[codec(index = 1)]
        Member { since: u32 },
    }

    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) struct Record {
        pub(super) standing: Option<Standing>,
        pub(super) bond: u128,
    }
}

/// Another index of the variant that a record has deep inside.
mod other_index {
    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) enum Standing {
        #[codec(index = 0)]
        Candidate,
        #[codec(index = 2)]
        Member { since: u32 },
    }

    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) struct Record {
        pub(super) standing: Option<Standing>,
        pub(super) bond: u128,
    }
}

/// Another type of a field of that variant.
mod other_field {
    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) enum Standing {
        #[codec(index = 0)]
        Candidate,
        #[codec(index = 1)]
        Member { since: u64 },
    }

    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) struct Record {
        pub(super) standing: Option<Standing>,
        pub(super) bond: u128,
    }
}

/// Another order of the fields.
mod other_order {
    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) enum Standing {
        #[codec(index = 0)]
        Candidate,
        #[codec(index = 1)]
        Member { since: u32 },
    }

    #[derive(codec::Encode, codec::Decode, scale_info::TypeInfo)]
    pub(super) struct Record {
        pub(super) bond: u128,
        pub(super) standing: Option<Standing>,
    }
}

/// The shapes behind a type.
fn behind<T: scale_info::TypeInfo + 'static>() -> Vec<String> {
    let mut shapes = Shapes::default();
    let name = shapes.name(&MetaType::new::<T>());
    let mut lines = vec![name];
    lines.extend(shapes.lines());
    lines
}

#[test]
fn a_changed_variant_field_or_order_deep_inside_is_another_format_and_a_moved_type_is_not() {
    let earlier = behind::<[earlier::Record; 2]>();
    assert_eq!(
        earlier,
        [
            "[Record; 2]",
            "  Record is",
            "    standing: Option<Standing>",
            "    bond: u128",
            "  Standing is",
            "    0 Candidate",
            "    1 Member {since: u32}",
        ]
    );
    assert_eq!(behind::<[moved::Record; 2]>(), earlier);
    assert_eq!(behind::<Option<moved::Standing>>()[1..], earlier[4..]);
    for other in [
        behind::<[other_index::Record; 2]>(),
        behind::<[other_field::Record; 2]>(),
        behind::<[other_order::Record; 2]>(),
        behind::<[earlier::Record; 3]>(),
    ] {
        assert_ne!(other, earlier);
    }
    // Two types of one name stay apart.
    let both = behind::<(earlier::Standing, other_index::Standing)>();
    assert_eq!(both[0], "(Standing, Standing')");
}

#[test]
fn a_changed_format_is_only_taken_with_a_new_version_or_before_a_release() {
    let now = formats();
    assert_eq!(read(&write(&now)), now, "what is written is read again");
    assert!(unversioned(&now, &now).is_empty());

    let mut later = now.clone();
    let format = later.get_mut("Ads").expect("a pallet of ours");
    format.lines[0] = "  Something: else".into();
    let found = unversioned(&now, &later);
    assert!(
        found.len() == 1 && found[0].contains("Ads 1") && found[0].contains("Something"),
        "{found:?}"
    );
    assert!(!may_write(None, &found) && !may_write(Some("1"), &found));
    assert!(may_write(Some("unreleased"), &found));

    let format = later.get_mut("Ads").expect("a pallet of ours");
    format.version += 1;
    assert!(unversioned(&now, &later).is_empty());
    assert!(may_write(Some("1"), &[]) && !may_write(None, &[]));
    // A version that went back is no new one.
    assert_eq!(unversioned(&later, &now).len(), 1);
}
