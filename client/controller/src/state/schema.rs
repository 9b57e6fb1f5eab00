//! The tables, as they came to be. A migration is never changed: a new one is added.

use super::sql::Migration;

/// From the empty database on.
pub(super) const MIGRATIONS: &[Migration] =
    &[ONE_CONTROLLER, SEVERAL_CONTROLLERS, PACKED_INVENTORIES];

const ONE_CONTROLLER: Migration = &[
    "CREATE TABLE chain (id BIGINT PRIMARY KEY, genesis BYTEA NOT NULL)",
    "CREATE TABLE version (number BIGINT NOT NULL)",
    "INSERT INTO version (number) VALUES (0)",
    "CREATE TABLE videos (magnet BYTEA PRIMARY KEY, manifest BYTEA NOT NULL, registration BIGINT NOT NULL, \
     changed_by BYTEA NOT NULL, version BIGINT NOT NULL)",
    "CREATE TABLE nodes (provider BIGINT PRIMARY KEY, record BYTEA NOT NULL, offer TEXT NOT NULL, \
     changed_by BYTEA NOT NULL, version BIGINT NOT NULL)",
    "CREATE TABLE holdings (provider BIGINT NOT NULL REFERENCES nodes (provider) ON DELETE CASCADE, \
     video BYTEA NOT NULL, rendition BIGINT NOT NULL, cells BYTEA NOT NULL, \
     changed_by BYTEA NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (provider, video, rendition))",
];

const SEVERAL_CONTROLLERS: Migration = &[
    "CREATE INDEX videos_by_version ON videos (version)",
    "CREATE INDEX nodes_by_version ON nodes (version)",
    "CREATE INDEX holdings_by_version ON holdings (version)",
    "CREATE TABLE controllers (id BYTEA PRIMARY KEY, beat BIGINT NOT NULL, bulletin TEXT NOT NULL)",
    "CREATE TABLE orders (target BYTEA NOT NULL, command TEXT NOT NULL)",
    "CREATE INDEX orders_by_target ON orders (target)",
];

/// Rows of `holdings` from before stay: they are changes since an inventory that was never written as a whole.
const PACKED_INVENTORIES: Migration = &[
    "CREATE TABLE inventories (provider BIGINT PRIMARY KEY REFERENCES nodes (provider) ON DELETE CASCADE, \
     packed BYTEA NOT NULL, changed_by BYTEA NOT NULL, version BIGINT NOT NULL)",
    "CREATE INDEX inventories_by_version ON inventories (version)",
    "ALTER TABLE chain ADD COLUMN followed BIGINT NOT NULL DEFAULT 0",
];
