//! From every schema that there was to today's, with rows in every table. `tests/schemas` has a dump of each, which never
//! changes; `examples/schemas.rs` has made them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use authenticator_protocol::answer::{AnswerReply, End};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::{ApiKeyId, ChallengeId, DeviceId, RequestId, UserId};
use authenticator_protocol::time::Millis;
use rusqlite::Connection;
use signin::policy::Policy;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{
    Answer, Found, OpenError, Operate as _, Options, Place, Says, Sqlite, Store as _, SystemRandom, Vault,
};

const NOW: u64 = 1_800_000_075_000;

fn open(path: &Path) -> Result<Arc<Sqlite>, OpenError> {
    let options = Options {
        policy: Policy::default(),
        clock: Arc::new(|| Millis(NOW)),
        vault: Arc::new(Vault::new([7; 32])),
        random: Box::new(SystemRandom::new()),
        readers: 2,
    };
    Sqlite::open(&Place::File(path.to_owned()), options)
}

fn texts(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn number(db: &Connection, sql: &str) -> u32 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A database of schema `schema`, in a folder of its own.
fn old(schema: u32) -> (tempfile::TempDir, PathBuf) {
    let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/schemas/{schema}.sql"));
    let dump = std::fs::read_to_string(dump).unwrap_or_else(|error| {
        panic!(
            "schema {schema}: {error}; when it was added: cargo run -p store --example schemas -- {schema}"
        )
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("styrk.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF").unwrap();
    db.execute_batch(&dump).unwrap();
    assert_eq!(number(&db, "PRAGMA user_version"), schema);
    (folder, path)
}

fn newest() -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    drop(open(&path).unwrap());
    number(&Connection::open(path).unwrap(), "PRAGMA user_version")
}

/// Everything that makes the schema, in one order.
fn made_of(path: &Path) -> Vec<String> {
    let what = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name";
    texts(&Connection::open(path).unwrap(), what)
}

#[tokio::test]
async fn every_schema_that_there_was_becomes_todays_and_keeps_what_it_holds() {
    for schema in 1..=newest() {
        let (folder, path) = old(schema);
        let before = Connection::open(&path).unwrap();
        for table in texts(&before, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
            let rows = number(&before, &format!("SELECT count(*) FROM {table}"));
            assert!(rows > 0, "schema {schema}: nothing in {table}");
        }
        drop(before);
        let store = open(&path).unwrap();
        it_works(schema, &store).await;
        store.close().await;

        let copy = folder.path().join(format!("styrk.db.schema-{schema}"));
        assert_eq!(copy.exists(), schema < newest(), "a copy of what was there is kept");
        let fresh = folder.path().join("fresh.db");
        open(&fresh).unwrap().close().await;
        assert_eq!(made_of(&path), made_of(&fresh), "schema {schema}");
    }
}

#[tokio::test]
async fn every_row_is_as_it_was() {
    for schema in 1..newest() {
        let (folder, path) = old(schema);
        drop(open(&path).unwrap());
        let db = Connection::open(&path).unwrap();
        assert_eq!(texts(&db, "PRAGMA integrity_check"), ["ok"]);
        assert_eq!(number(&db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
        let copy = folder.path().join(format!("styrk.db.schema-{schema}"));
        db.execute("ATTACH ?1 AS before", [copy.to_string_lossy()]).unwrap();
        assert_eq!(number(&db, "PRAGMA before.user_version"), schema);
        for table in texts(&db, "SELECT name FROM before.sqlite_schema WHERE type = 'table'") {
            // Whether it is in use belongs to the file, not to what it holds; a public key has become a key of its own.
            let moved = |column: &String| {
                column == "in_use" || (table == "relying_parties" && column == "public_key")
            };
            let columns = texts(&db, &format!("SELECT name FROM pragma_table_info('{table}', 'before')"));
            let columns: Vec<String> = columns.into_iter().filter(|column| !moved(column)).collect();
            let columns = columns.join(", ");
            let gone = format!(
                "SELECT count(*) FROM (SELECT {columns} FROM before.{table} EXCEPT SELECT {columns} FROM main.{table})"
            );
            assert_eq!(number(&db, &gone), 0, "schema {schema}: {table} ({columns})");
            let count = |of: &str| number(&db, &format!("SELECT count(*) FROM {of}.{table}"));
            let more = if table == "api_keys" && schema < 5 {
                number(&db, "SELECT count(*) FROM before.relying_parties WHERE public_key IS NOT NULL")
            } else {
                0
            };
            assert_eq!(count("main"), count("before") + more, "schema {schema}: {table}");
        }
    }
}

/// What was under way goes on, and what had happened is told as before.
async fn it_works(schema: u32, store: &Sqlite) {
    let (anna, _) = store.user_by_login("Anna.Andersson@regionx.example").await.unwrap().unwrap();
    assert_eq!((anna.id, anna.failures.in_row), (UserId::from_bytes([1; 16]), 1));
    assert!(store.recognises(anna.id, Bytes([91; 32])).await.unwrap());
    let (bo, _) = store.user_by_login("bo@regionx.example").await.unwrap().unwrap();
    assert!(bo.disabled && bo.app_locked);
    assert!(matches!(store.session(Bytes([12; 32])).await.unwrap(), Found::Live(_)));
    assert!(matches!(store.session(Bytes([11; 32])).await.unwrap(), Found::Raised(_)));
    assert!(matches!(store.session(Bytes([14; 32])).await.unwrap(), Found::Gone), "Bo is disabled");
    let phone = DeviceId::from_bytes([21; 16]);
    assert_eq!(store.devices(anna.id).await.unwrap().len(), 1);
    assert!(store.device(DeviceId::from_bytes([22; 16])).await.unwrap().unwrap().ended.is_some());
    let enrolment = store.enrolment(authenticator_protocol::ids::EnrolmentId::from_bytes([33; 16]));
    assert_eq!(enrolment.await.unwrap().unwrap().value.typed.with_upn.is_some(), schema >= 2);

    let trail = store.audit(0, 100).await.unwrap();
    let (first, last) = (if schema >= 4 { 2 } else { 1 }, if schema >= 6 { 6 } else { 5 });
    assert_eq!(
        trail.iter().map(|record| record.sequence).collect::<Vec<_>>(),
        (first..=last).collect::<Vec<_>>()
    );
    let view =
        async |id| store.request(RequestId::from_bytes([id; 16])).await.unwrap().unwrap().value.request;
    assert_eq!(view(41).await.ended.unwrap().end, End::Approved);
    let key = store.relying_party_by_key(ApiKeyId::from_bytes([63; 16])).await.unwrap();
    assert_eq!(key.is_some(), schema >= 3);
    assert_eq!(store.deliveries(10).await.unwrap().len(), usize::from(schema >= 3));
    if schema >= 3 {
        assert_eq!(view(43).await.message.as_deref(), Some("Sign 3 letters"));
    }

    // The number of before still answers the question of before.
    let number = view(42).await.number.unwrap();
    let waits = store.fetch(phone, "1.0.0".to_owned()).await.unwrap().unwrap();
    assert_eq!(waits.challenges, ["input 2"]);
    let answer = Answer {
        device: phone,
        challenge: ChallengeId::from_bytes([54; 16]),
        hash: Bytes([55; 32]),
        says: Says::Yes(number),
        message: Bytes([99; 32]),
    };
    let reply = store.answer(answer).await.unwrap().value.unwrap();
    assert_eq!(reply, AnswerReply { end: End::Approved, counted: true });
    assert_eq!(store.users("", 10).await.unwrap().len(), 2);
}
