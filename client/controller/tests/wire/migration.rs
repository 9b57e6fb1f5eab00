//! Databases of older versions are brought up to date with all that they hold.

use chainflix_controller::registry::Registration;
use chainflix_controller::state::{Bulletin, Change, Database, SavedNode, State, StateError};
use codec::Encode;

use crate::state::{file, holding, node, postgres, video};
use crate::world::GENESIS;

/// A database as the first version left it: its tables, never to be changed here.
const LAYOUT_ONE: &[&str] = &[
    "CREATE TABLE layout (number BIGINT NOT NULL)",
    "INSERT INTO layout (number) VALUES (1)",
    "CREATE TABLE chain (id BIGINT PRIMARY KEY, genesis BYTEA NOT NULL)",
    "CREATE TABLE version (number BIGINT NOT NULL)",
    "CREATE TABLE videos (magnet BYTEA PRIMARY KEY, manifest BYTEA NOT NULL, registration BIGINT NOT NULL, \
     changed_by BYTEA NOT NULL, version BIGINT NOT NULL)",
    "CREATE TABLE nodes (provider BIGINT PRIMARY KEY, record BYTEA NOT NULL, offer TEXT NOT NULL, \
     changed_by BYTEA NOT NULL, version BIGINT NOT NULL)",
    "CREATE TABLE holdings (provider BIGINT NOT NULL REFERENCES nodes (provider) ON DELETE CASCADE, \
     video BYTEA NOT NULL, rendition BIGINT NOT NULL, cells BYTEA NOT NULL, \
     changed_by BYTEA NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (provider, video, rendition))",
    "INSERT INTO version (number) VALUES (41)",
];

/// The rows that stand in a database of the first version, with the bytes as each database writes them.
fn first_rows(bytes: impl Fn(&str) -> String) -> String {
    let id = bytes(&"05".repeat(32));
    let (manifest, by, cells) = (bytes("010203"), bytes("ff"), bytes("05"));
    let SavedNode { registered, offer } = node(1);
    let record = bytes(&hex::encode(registered.record.encode()));
    // Nobody shared in those days.
    let mut offer = serde_json::to_value(&offer).unwrap();
    assert_eq!(
        offer.as_object_mut().unwrap().remove("shares"),
        Some(false.into())
    );
    format!(
        "INSERT INTO videos VALUES ({id}, {manifest}, 1, {by}, 41); \
         INSERT INTO nodes VALUES (1, {record}, '{offer}', {by}, 40); \
         INSERT INTO holdings VALUES (1, {id}, 1, {cells}, {by}, 41)"
    )
}

async fn opens_with_the_first_rows(database: &Database) {
    for _ in 0..2 {
        let state = State::open(database, &GENESIS).await.unwrap();
        let (found, version) = state.load().await.unwrap();
        let kept = [
            video(Registration::Active),
            Change::Node(Box::new(node(1))),
            holding(1, &[0b101]),
        ];
        assert_eq!((found, version), (kept.to_vec(), 41));
        state.exchange(&Bulletin::default()).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_of_the_first_version_is_migrated_with_all_that_it_holds_and_a_newer_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = file(folder.path());
    let path = folder.path().join("controller.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    for statement in LAYOUT_ONE {
        let statement = statement.replace("BYTEA", "BLOB");
        connection.execute_batch(&statement).unwrap();
    }
    let row = first_rows(|hex| format!("x'{hex}'"));
    connection.execute_batch(&row).unwrap();
    drop(connection);
    opens_with_the_first_rows(&database).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    let newer = "UPDATE layout SET number = 1000";
    connection.execute_batch(newer).unwrap();
    drop(connection);
    let refused = State::open(&database, &GENESIS).await.map(drop);
    let is_newer = matches!(refused, Err(StateError::Newer { found: 1_000, .. }));
    assert!(is_newer, "{refused:?}");
}

#[tokio::test]
async fn a_postgresql_database_of_the_first_version_is_migrated_with_all_that_it_holds() {
    let Some(database) = postgres().await else {
        return;
    };
    let Database::Postgres(url) = &database else {
        panic!("{database:?}");
    };
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    for statement in LAYOUT_ONE {
        client.batch_execute(statement).await.unwrap();
    }
    let row = first_rows(|hex| format!("'\\x{hex}'"));
    client.batch_execute(&row).await.unwrap();
    opens_with_the_first_rows(&database).await;
}
