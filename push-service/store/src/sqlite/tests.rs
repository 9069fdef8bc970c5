//! What is SQLite's own; the rest is in the suite.

use super::*;
use crate::conformance::{Engine, Given, Seeded, World};
use crate::{Store, SystemRandom};
use async_trait::async_trait;
use authenticator_protocol::answer::End;
use signin::fact::FactKind;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("styrk-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file in a folder; a kill copies it and its log away from under the running store, closing the file alone.
struct OnDisk {
    folder: Folder,
    ends: Mutex<u32>,
    open: Mutex<Option<Arc<Sqlite>>>,
}

impl OnDisk {
    fn new() -> Self {
        Self { folder: Folder::new(), ends: Mutex::new(0), open: Mutex::new(None) }
    }

    fn path(&self) -> PathBuf {
        self.folder.file(&format!("{}.db", self.ends.lock().unwrap()))
    }

    /// To a copy of these files.
    fn move_on(&self, suffixes: &[&str]) {
        let before = self.path();
        *self.ends.lock().unwrap() += 1;
        for suffix in suffixes {
            let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            std::fs::copy(with(&before), with(&self.path())).unwrap();
        }
    }
}

#[async_trait]
impl Engine for OnDisk {
    async fn open(&self, given: Given) -> Arc<dyn Store> {
        let store = Sqlite::open(&Place::File(self.path()), options(given)).unwrap();
        *self.open.lock().unwrap() = Some(Arc::clone(&store));
        store
    }

    async fn close(&self) {
        let open = self.open.lock().unwrap().take();
        open.unwrap().close().await;
        self.move_on(&[""]);
    }

    async fn kill(&self) {
        self.move_on(&["", "-wal"]);
    }
}

fn options(given: Given) -> Options {
    Options { policy: given.policy, clock: given.clock, vault: given.vault, random: given.random, readers: 2 }
}

fn given() -> Options {
    Options {
        policy: Policy::default(),
        clock: Arc::new(|| Millis(1_800_000_000_000)),
        vault: Arc::new(Vault::new([7; 32])),
        random: Box::new(SystemRandom::new()),
        readers: 2,
    }
}

crate::every_case!(OnDisk::new());

mod in_memory {
    use super::*;

    struct InMemory;

    #[async_trait]
    impl Engine for InMemory {
        async fn open(&self, given: Given) -> Arc<dyn Store> {
            Sqlite::open(&Place::Memory, options(given)).unwrap()
        }

        async fn kill(&self) {
            panic!("nothing is left of it");
        }

        async fn close(&self) {
            panic!("nothing is left of it");
        }
    }

    crate::every_case! { InMemory => enrolment_and_sign_in one_answer_counts the_audit_trail_has_no_gaps }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_lies_nowhere_in_the_open() {
    let disk = OnDisk::new();
    let folder = disk.folder.0.clone();
    let digits = authenticator_protocol::number::Digits::new(8).unwrap();
    let world = World::new(Box::new(disk), Policy { digits, ..Policy::default() }).await;
    let numbers = world.some_sign_ins(20).await;
    let connection = Connection::open(folder.join("0.db")).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert!(count("SELECT count(*) FROM requests WHERE ended_at IS NOT NULL") >= 20);
    assert_eq!(
        count("SELECT count(*) FROM requests WHERE ended_at IS NOT NULL AND sealed_number IS NOT NULL"),
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM requests WHERE ended_at IS NULL AND sealed_number IS NOT NULL"),
        1
    );
    for file in ["0.db", "0.db-wal"] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        for number in &numbers {
            let found = bytes.windows(8).any(|window| window == number.as_bytes());
            assert!(!found, "a number stands in {file}");
        }
    }
    world.forget_numbers().await;
    assert_eq!(count("SELECT count(*) FROM requests WHERE number_tag IS NOT NULL"), 0);
}

#[tokio::test]
async fn an_address_lies_nowhere_in_the_open() {
    let disk = OnDisk::new();
    let folder = disk.folder.0.clone();
    let world = World::new(Box::new(disk), Policy::default()).await;
    let device = world.some_channels().await;
    let connection = Connection::open(folder.join("0.db")).unwrap();
    let sealed = || -> i64 {
        let sql = "SELECT count(*) FROM channels WHERE sealed IS NOT NULL";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(sealed(), 1, "that of the older list is erased");
    for file in ["0.db", "0.db-wal"] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        for part in [&b"a-token-that-is-found"[..], &[2; 32], b"AgICAgICAgICAgICAgICAg"] {
            assert!(
                !bytes.windows(part.len()).any(|window| window == part),
                "an address or a secret stands in {file}"
            );
        }
    }
    world.leave(device).await;
    assert_eq!(sealed(), 0);
}

#[tokio::test]
async fn the_audit_trail_cannot_be_changed() {
    let folder = Folder::new();
    let path = folder.file("styrk.db");
    let store = Sqlite::open(&Place::File(path.clone()), given()).unwrap();
    store.record(Fact::new(FactKind::PasswordWrong)).await.unwrap();
    store.close().await;
    let connection = Connection::open(&path).unwrap();
    for sql in ["UPDATE audit SET kind = 'signed_in'", "DELETE FROM audit"] {
        assert!(connection.execute(sql, []).unwrap_err().to_string().contains("only appended"), "{sql}");
    }
}

#[tokio::test]
async fn one_process_at_a_time_and_one_whole_file_after_closing() {
    let folder = Folder::new();
    let place = Place::File(folder.file("styrk.db"));
    let store = Sqlite::open(&place, given()).unwrap();
    assert!(matches!(Sqlite::open(&place, given()), Err(OpenError::InUse(_))));
    #[cfg(unix)]
    for name in ["styrk.db", "styrk.db-wal", "styrk.db.lock"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.file(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    store.close().await;
    assert!(!folder.file("styrk.db-wal").exists());
    let refused = store.record(Fact::new(FactKind::SignedIn)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable)));
    assert!(matches!(store.audit(0, 1).await, Err(StoreError::Unavailable)));
    drop(store);
    drop(Sqlite::open(&place, given()).unwrap());
}

#[tokio::test]
async fn what_cannot_be_opened_is_said() {
    let folder = Folder::new();
    let place = Place::File(folder.file("styrk.db"));
    drop(Sqlite::open(&place, given()).unwrap());
    let other = Options { vault: Arc::new(Vault::new([8; 32])), ..given() };
    assert!(matches!(Sqlite::open(&place, other), Err(OpenError::WrongKey)));
    Connection::open(folder.file("styrk.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let newer = Sqlite::open(&place, given()).unwrap_err();
    let known = format!("schema 99, this version knows up to {}", migrate::STEPS.len());
    assert!(newer.to_string().contains(&known), "{newer}");
    let foreign = folder.file("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert!(matches!(Sqlite::open(&Place::File(foreign), given()), Err(OpenError::Foreign(_))));
    let policy = Policy { lifetime: 1, ..Policy::default() };
    let refused = Sqlite::open(&place, Options { policy, ..given() }).unwrap_err();
    assert!(refused.to_string().contains("policy.lifetime"));
}

#[test]
fn a_copy_is_kept_before_migrating() {
    let folder = Folder::new();
    let path = folder.file("styrk.db");
    file::private(&path).unwrap();
    let mut connection = file::writer(Some(&path)).unwrap();
    let first = migrate::STEPS[0];
    migrate::migrate(&mut connection, Some(&path), &[first]).unwrap();
    assert!(!folder.file("styrk.db.schema-1").exists(), "nothing was there before");
    let broken = migrate::migrate(
        &mut connection,
        Some(&path),
        &[first, "CREATE TABLE next (a); CREATE TABLE next (a)"],
    );
    assert!(broken.is_err());
    migrate::migrate(&mut connection, Some(&path), &[first, "CREATE TABLE next (a) STRICT"]).unwrap_err();
    migrate::migrate(&mut connection, Some(&path), &[first, "CREATE TABLE next (a ANY) STRICT"]).unwrap();
    let copy = Connection::open(folder.file("styrk.db.schema-1")).unwrap();
    let version: u32 = copy.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    assert!(!folder.file("styrk.db.schema-1.partial").exists());
}

#[test]
fn a_public_key_from_before_is_a_key_of_its_own() {
    let mut connection = file::writer(None).unwrap();
    migrate::migrate(&mut connection, None, &migrate::STEPS[..4]).unwrap();
    connection
        .execute_batch(
            "INSERT INTO relying_parties VALUES (x'01010101010101010101010101010101', 'Journalen', '[]', NULL,
                zeroblob(64), 5, NULL), (x'02020202020202020202020202020202', 'Tidportalen', '[]', NULL, NULL, 5, NULL);
            INSERT INTO api_keys VALUES (x'03030303030303030303030303030303', x'01010101010101010101010101010101',
                zeroblob(32), 'read', 7, NULL)",
        )
        .unwrap();
    migrate::migrate(&mut connection, None, migrate::STEPS).unwrap();
    let keys =
        "SELECT group_concat((hash IS NULL) || ' ' || (public_key IS NULL) || ' ' || scopes || ' ' || added)
        FROM (SELECT * FROM api_keys ORDER BY rowid)";
    let keys: String = connection.query_row(keys, [], |row| row.get(0)).unwrap();
    assert_eq!(keys, "0 1 read 7,1 0 ask read 5");
}

/// What was written under an older schema is all there, and hangs together.
#[test]
fn a_table_that_takes_anothers_place_keeps_its_rows() {
    let mut connection = file::writer(None).unwrap();
    migrate::migrate(&mut connection, None, &migrate::STEPS[..2]).unwrap();
    let rows = "INSERT INTO users VALUES (x'01', 'anna', NULL, 'Anna', NULL, 'h', 0, NULL, 0, 0, 0, 0);
        INSERT INTO sessions VALUES (x'02', x'01', 'password', x'03', '/', NULL, NULL, NULL, 5, 5, NULL);
        INSERT INTO devices VALUES (x'04', x'01', 'm', 's', 'a', x'05', x'06', 'active', 5, 5, NULL, NULL, NULL);
        INSERT INTO requests VALUES (x'07', x'01', x'02', x'03', '{}', NULL, 'MyApps', '', NULL, NULL, NULL, 0, 2,
            x'08', x'09', 5, 95, NULL, NULL, NULL, 0);
        INSERT INTO challenges (id, request, device, signing_input, hash) VALUES (x'0a', x'07', x'04', 'i', x'0b');";
    connection.execute_batch(rows).unwrap();
    migrate::migrate(&mut connection, None, migrate::STEPS).unwrap();
    let read = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(read("SELECT hex(session) || hex(sealed_number) || expires || used FROM requests"), "0208950");
    let held = "SELECT hex(c.id) FROM challenges c JOIN requests r ON r.id = c.request";
    assert_eq!(read(held), "0A");
    connection.execute("DELETE FROM requests", []).unwrap_err();
    let broken =
        migrate::migrate(&mut connection, None, &[migrate::STEPS, &["DELETE FROM requests"]].concat());
    assert!(broken.unwrap_err().to_string().contains("1 rows refer to nothing"));
}

/// A statement that is run often reads by an index, however many rows there are.
#[test]
fn hot_statements_use_indexes() {
    let mut connection = file::writer(None).unwrap();
    migrate::migrate(&mut connection, None, migrate::STEPS).unwrap();
    let mut checked = 0;
    for source in [
        include_str!("users.rs"),
        include_str!("sessions.rs"),
        include_str!("requests.rs"),
        include_str!("enrolments.rs"),
        include_str!("devices.rs"),
        include_str!("relying_parties.rs"),
    ] {
        let literals = source.split('"').skip(1).step_by(2);
        // A list of all that there is reads all that there is.
        let hot =
            |text: &&str| text.contains("WHERE") && !text.starts_with(')') && !text.contains("BY p.name");
        for sql in literals.filter(hot) {
            // The end of a `concat!` lacks its beginning.
            let cut = sql.starts_with(',') || sql.trim_start().starts_with("FROM");
            let sql = format!("{}{sql}", if cut { "SELECT 1" } else { "" });
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let parameters = vec![rusqlite::types::Null; statement.parameter_count()];
            let plan: Vec<String> = statement
                .query_map(rusqlite::params_from_iter(parameters), |row| row.get(3))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{sql}\n{plan:#?}");
            checked += 1;
        }
    }
    assert!(checked > 30, "only {checked} statements were found");
}

/// Belt and braces for property 4: whatever a rule says, no request ends twice.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_ends_twice() {
    let disk = OnDisk::new();
    let path = disk.path();
    let world = World::new(Box::new(disk), Policy::default()).await;
    world.some_sign_ins(0).await;
    let connection = file::writer(Some(&path)).unwrap();
    let pending = "SELECT id FROM requests WHERE ended_at IS NULL";
    let id = rows::one(&connection, pending, [], |columns| columns.take()).unwrap().unwrap();
    let ended = |end| signin::request::Ended { end, at: Millis(1), by: None };
    requests::end(&connection, id, ended(End::Denied)).unwrap();
    let again = requests::end(&connection, id, ended(End::Approved)).unwrap_err();
    assert!(again.to_string().contains("0 rows instead of one"), "{again}");
    let used = requests::use_up(&connection, id).unwrap_err();
    assert!(used.to_string().contains("an approval's use"), "only an approval is used");
}

#[test]
fn a_seed_gives_the_same_bytes() {
    let draw = || authenticator_protocol::random::bytes::<8>(&mut Seeded(5));
    assert_eq!(draw(), draw());
}

/// Whoever hangs up while it is committed keeps it from nobody who waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_hears_is_told_to_others() {
    let folder = Folder::new();
    let store = Sqlite::open(&Place::File(folder.file("styrk.db")), given()).unwrap();
    let unheard = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&unheard);
    store.when_unheard(Box::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    }));
    let mut heard = 0;
    for round in 0..300 {
        let mut record = Box::pin(store.record(Fact::new(FactKind::PasswordWrong)));
        // Dropped before it is committed, while it is, and after that.
        for _ in 0..=round {
            tokio::select! {
                biased;
                committed = &mut record => {
                    committed.unwrap();
                    heard += 1;
                    break;
                }
                () = tokio::task::yield_now() => {}
            }
        }
    }
    let written = store.audit(0, 1_000).await.unwrap().len();
    store.close().await;
    let unheard = unheard.load(Ordering::SeqCst);
    assert!(unheard > 0, "nobody hung up in time");
    assert_eq!(heard + unheard, 300);
    assert!(written <= 300);
}
