//! How each change is written, and how rows are read again.

use chainflix_primitives::{Magnet, registry::ProviderRecord};
use codec::{DecodeAll, Encode};

use super::packed::Packed;
use super::sql::{Row, Statement, Value};
use super::{Change, Holding, Inventory, SavedNode};
use crate::registry::{RegisteredProvider, Registration};

/// What writes `change`, made by the controller `by`.
pub(super) fn statements(change: &Change, by: Value) -> Vec<Statement> {
    let statement = match change {
        Change::Video {
            video,
            encoded,
            registration,
        } => Statement::new(
            "INSERT INTO videos (magnet, manifest, registration, changed_by, version) \
             VALUES ($1, $2, $3, $4, (SELECT number FROM version)) ON CONFLICT (magnet) DO UPDATE SET \
             manifest = excluded.manifest, registration = excluded.registration, \
             changed_by = excluded.changed_by, version = excluded.version",
            [
                Value::Bytes(video.0.to_vec()),
                Value::Bytes(encoded.to_vec()),
                Value::Int(number_of(*registration)),
                by,
            ],
        ),
        Change::Registered(video, registration) => Statement::new(
            "UPDATE videos SET registration = $1, changed_by = $2, version = (SELECT number FROM version) \
             WHERE magnet = $3 AND registration <> $1",
            [
                Value::Int(number_of(*registration)),
                by,
                Value::Bytes(video.0.to_vec()),
            ],
        ),
        Change::VideoGone(video) => Statement::new(
            "DELETE FROM videos WHERE magnet = $1",
            [Value::Bytes(video.0.to_vec())],
        ),
        Change::Node(node) => Statement::new(
            "INSERT INTO nodes (provider, record, offer, changed_by, version) \
             VALUES ($1, $2, $3, $4, (SELECT number FROM version)) ON CONFLICT (provider) DO UPDATE SET \
             record = excluded.record, offer = excluded.offer, \
             changed_by = excluded.changed_by, version = excluded.version",
            [
                Value::Int(node.registered.index.into()),
                Value::Bytes(node.registered.record.encode()),
                Value::Text(serde_json::to_string(&node.offer).unwrap_or_default()),
                by,
            ],
        ),
        Change::NodeGone(provider) => Statement::new(
            "DELETE FROM nodes WHERE provider = $1",
            [Value::Int((*provider).into())],
        ),
        Change::Inventory(inventory) => {
            let provider = || Value::Int(inventory.provider.into());
            return vec![
                Statement::new(
                    "INSERT INTO inventories (provider, packed, changed_by, version) \
                     VALUES ($1, $2, $3, (SELECT number FROM version)) ON CONFLICT (provider) DO UPDATE SET \
                     packed = excluded.packed, changed_by = excluded.changed_by, version = excluded.version",
                    [
                        provider(),
                        Value::Bytes(inventory.packed.bytes().to_vec()),
                        by,
                    ],
                ),
                Statement::new("DELETE FROM holdings WHERE provider = $1", [provider()]),
            ];
        }
        Change::Holding(holding) => Statement::new(
            "INSERT INTO holdings (provider, video, rendition, cells, changed_by, version) \
             VALUES ($1, $2, $3, $4, $5, (SELECT number FROM version)) \
             ON CONFLICT (provider, video, rendition) DO UPDATE SET \
             cells = excluded.cells, changed_by = excluded.changed_by, version = excluded.version",
            [
                Value::Int(holding.provider.into()),
                Value::Bytes(holding.video.0.to_vec()),
                Value::Int(holding.rendition.into()),
                Value::Bytes(holding.cells.clone()),
                by,
            ],
        ),
    };
    vec![statement]
}

fn number_of(registration: Registration) -> i64 {
    match registration {
        Registration::Unknown => 0,
        Registration::Active => 1,
        Registration::Inactive => 2,
    }
}

pub(super) fn read_video(row: &Row) -> Option<Change> {
    let [magnet, manifest, registration] = row.as_slice() else {
        return None;
    };
    Some(Change::Video {
        video: Magnet(magnet.bytes()?.try_into().ok()?),
        encoded: manifest.bytes()?.into(),
        registration: match registration.int()? {
            0 => Registration::Unknown,
            1 => Registration::Active,
            2 => Registration::Inactive,
            _ => return None,
        },
    })
}

pub(super) fn read_node(row: &Row) -> Option<Change> {
    let [provider, record, offer] = row.as_slice() else {
        return None;
    };
    Some(Change::Node(Box::new(SavedNode {
        registered: RegisteredProvider {
            index: provider.int()?.try_into().ok()?,
            record: ProviderRecord::decode_all(&mut record.bytes()?).ok()?,
        },
        offer: serde_json::from_str(offer.text()?).ok()?,
    })))
}

pub(super) fn read_holding(row: &Row) -> Option<Change> {
    let [provider, video, rendition, cells] = row.as_slice() else {
        return None;
    };
    Some(Change::Holding(Holding {
        provider: provider.int()?.try_into().ok()?,
        video: Magnet(video.bytes()?.try_into().ok()?),
        rendition: rendition.int()?.try_into().ok()?,
        cells: cells.bytes()?.to_vec(),
    }))
}

pub(super) fn read_inventory(row: &Row) -> Option<Change> {
    let [provider, packed] = row.as_slice() else {
        return None;
    };
    Some(Change::Inventory(Inventory {
        provider: provider.int()?.try_into().ok()?,
        packed: Packed::from_bytes(packed.bytes()?),
    }))
}
