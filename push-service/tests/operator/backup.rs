//! `styrk migrate`, `backup` and `restore`, with the program as an operator has it.

use crate::Operator;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn add(operator: &Operator, name: &str) {
    operator.says(&format!("user add {name}@x.example --name {name}"));
}

#[test]
fn what_was_committed_before_a_backup_under_load_is_in_it() {
    let operator = Operator::new();
    let service = operator.serve();
    let (done, stop) = (AtomicU32::new(0), AtomicBool::new(false));
    let before = std::thread::scope(|scope| {
        for thread in 0..2 {
            let (operator, done, stop) = (&operator, &done, &stop);
            scope.spawn(move || {
                let mut number = thread;
                while !stop.load(Ordering::SeqCst) {
                    add(operator, &format!("u{number}"));
                    done.fetch_add(1, Ordering::SeqCst);
                    number += 2;
                }
            });
        }
        while done.load(Ordering::SeqCst) < 5 {
            std::thread::yield_now();
        }
        let before = done.load(Ordering::SeqCst);
        let manifest = operator.json("backup @@load.tar");
        stop.store(true, Ordering::SeqCst);
        assert!(manifest["audit_sequence"].as_u64().unwrap() >= u64::from(before));
        before
    });
    service.stop();
    let mode = fs::metadata(operator.at("load.tar")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!operator.at("load.tar.partial").exists());

    // Elsewhere: another path, nothing there before.
    operator.configure("styrk.toml", "elsewhere.db", "");
    let said = operator.says("restore @@load.tar");
    assert!(said.contains("There was no database before"), "{said}");
    let service = operator.serve();
    let users = operator.json("user list").as_array().unwrap().len();
    assert!(users >= before as usize, "{users} of {before}");
    assert_eq!(operator.kinds().iter().filter(|kind| *kind == "user_added").count(), users, "one state");
    service.stop();
}

#[test]
fn a_restore_says_what_is_undone_and_keeps_what_was_there() {
    let operator = Operator::new();
    let service = operator.serve();
    for name in ["anna", "bo", "cia"] {
        add(&operator, name);
    }
    operator.says("backup @@b.tar");
    assert!(operator.refuses("backup @@b.tar").contains("not overwritten"));
    operator.says("user disable anna@x.example");
    operator.says("user remove bo@x.example --yes");
    let running = operator.refuses("restore @@b.tar");
    assert!(running.contains("is running") && running.contains("systemctl stop styrk"), "{running}");
    assert!(operator.refuses("migrate").contains("is running"));
    service.stop();

    let said = operator.says("restore @@b.tar");
    assert!(said.contains("user_disabled") && said.contains("anna@x.example"), "{said}");
    let removed = said.lines().find(|line| line.contains("user_removed")).unwrap();
    assert!(removed.contains("bo@x.example"), "by name, as the backup has it: {said}");
    let aside: Vec<_> = fs::read_dir(operator.at(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("replaced-") && name.ends_with('Z'))
        .collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    let left = fs::read_dir(operator.at("")).unwrap();
    assert!(
        !left.into_iter().any(|entry| entry.unwrap().file_name().to_string_lossy().contains("restoring"))
    );
    let service = operator.serve();
    let users = operator.json("user list");
    assert_eq!(users.as_array().unwrap().len(), 3);
    assert_eq!(users[0]["disabled"], false, "as the backup had it");
    assert!(operator.kinds().contains(&"restored".to_owned()));
    service.stop();

    // What was there is still a whole database.
    operator.configure("old.toml", &aside[0], "");
    let service = operator.serve_with("serve --config @@old.toml");
    assert_eq!(operator.json("user show anna@x.example --config @@old.toml")["disabled"], true);
    service.stop();
    let again = operator.says("restore @@b.tar");
    assert!(again.contains("No block, removal or registration"), "{again}");
}

#[test]
fn a_backup_is_on_record_once_it_is_on_disk() {
    let operator = Operator::new();
    let service = operator.serve();
    add(&operator, "anna");
    assert!(operator.refuses("backup @@nowhere/b.tar").contains("nowhere/b.tar"));
    assert_eq!(operator.kinds(), ["user_added"], "there is no such backup");
    operator.says("backup @@b.tar");
    assert_eq!(operator.kinds(), ["user_added", "backup_taken"]);
    assert!(operator.refuses("backup --offline @@c.tar").contains("the service is running"));
    service.stop();
}

#[test]
fn a_backup_without_the_service_has_all_that_was_committed() {
    let operator = Operator::new();
    assert!(operator.refuses("backup --offline @@b.tar").contains("there is no database"));
    let service = operator.serve();
    add(&operator, "anna");
    // The newest of it is in the log beside the file.
    service.kill();
    assert!(fs::metadata(operator.at("styrk.db-wal")).unwrap().len() > 0);
    let manifest = operator.json("backup --offline @@b.tar");
    assert_eq!(manifest["audit_sequence"], 1);
    let mode = fs::metadata(operator.at("b.tar")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = fs::read_dir(operator.at("")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("copying")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(operator.refuses("backup --offline @@b.tar").contains("not overwritten"));
    operator.configure("styrk.toml", "elsewhere.db", "");
    operator.says("restore @@b.tar");
    let service = operator.serve();
    assert_eq!(operator.json("user list")[0]["upn"], "anna@x.example");
    service.stop();
}

#[test]
fn a_damaged_database_is_replaced_and_kept() {
    let operator = Operator::new();
    let service = operator.serve();
    add(&operator, "anna");
    operator.says("backup @@b.tar");
    service.stop();
    let whole = fs::read(operator.at("styrk.db")).unwrap();
    let noise = vec![7; whole.len()];
    fs::write(operator.at("styrk.db"), &noise).unwrap();
    fs::write(operator.at("styrk.db-wal"), b"its log").unwrap();
    let said = operator.says("restore @@b.tar");
    assert!(said.contains("cannot be read, so what is lost cannot be said"), "{said}");
    let kept = |name: &str| {
        let mut files = fs::read_dir(operator.at("")).unwrap().map(|entry| entry.unwrap().path());
        let found = files.find(|path| {
            let path = path.to_string_lossy();
            path.contains("replaced-") && path.ends_with(name)
        });
        fs::read(found.unwrap()).unwrap()
    };
    assert_eq!((kept("Z"), kept("Z-wal").as_slice()), (noise, b"its log".as_slice()));
    let service = operator.serve();
    assert_eq!(operator.json("user list").as_array().unwrap().len(), 1);
    service.stop();
}

#[test]
fn time_never_goes_back() {
    let operator = Operator::new();
    let service = operator.serve();
    add(&operator, "anna");
    operator.says("backup @@b.tar");
    service.stop();
    // As if the replaced database had seen a later time than the clock shows.
    let later: i64 = 4_000_000_000_000;
    let open = || rusqlite::Connection::open(operator.at("styrk.db")).unwrap();
    open().execute("UPDATE meta SET time = ?1", [later]).unwrap();
    operator.says("restore @@b.tar");
    let time: i64 = open().query_row("SELECT time FROM meta", [], |row| row.get(0)).unwrap();
    assert!(time >= later, "{time}");
}

#[test]
fn what_is_no_whole_backup_changes_nothing() {
    let operator = Operator::new();
    let service = operator.serve();
    add(&operator, "anna");
    operator.says("backup @@b.tar");
    add(&operator, "bo");
    // A copy of the file alone, while its newest changes are in the log.
    fs::copy(operator.at("styrk.db"), operator.at("alone.db")).unwrap();
    service.stop();
    let whole = fs::read(operator.at("styrk.db")).unwrap();
    let backup = fs::read(operator.at("b.tar")).unwrap();
    let refused = |name: &str, bytes: &[u8], says: &str| {
        fs::write(operator.at(name), bytes).unwrap();
        let said = operator.refuses(&format!("restore @@{name}"));
        assert!(said.contains(says), "{says}: {said}");
        assert_eq!(fs::read(operator.at("styrk.db")).unwrap(), whole, "{name}: nothing was touched");
    };
    let mut page = backup.clone();
    page[512 + 3 * 4096 + 100] ^= 1;
    refused("page.tar", &page, "SHA-256");
    refused("short.tar", &backup[..backup.len() / 2], "not a whole backup");
    refused("cut.tar", &backup[..backup.len() - 2048], "not a whole backup");
    refused("noise.tar", b"noise", "not a whole backup");
    refused("empty.tar", b"", "is empty");
    let alone = fs::read(operator.at("alone.db")).unwrap();
    refused("alone.tar", &alone, "may lack its newest changes");
    assert!(operator.refuses("restore @@nowhere.tar").contains("nowhere.tar"));
    fs::rename(operator.at("keys"), operator.at("keys.old")).unwrap();
    operator.says("init");
    refused("other.tar", &backup, "another master key");
}

#[test]
fn a_newer_schema_is_refused_in_clear_words() {
    let operator = Operator::new();
    let service = operator.serve();
    operator.says("backup @@b.tar");
    service.stop();
    assert!(operator.says("migrate").contains("already"));
    rusqlite::Connection::open(operator.at("styrk.db"))
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    for command in ["migrate", "serve"] {
        let said = operator.refuses(command);
        assert!(said.contains("schema 99") && said.contains("newer version of styrk"), "{command}: {said}");
    }
    // The replaced one cannot be read; the backup is put back all the same, and that is said.
    let said = operator.says("restore @@b.tar");
    assert!(said.contains("kept") || said.contains("replaced-"), "{said}");
}

/// Root by a slip: the service could not open what root makes.
#[test]
fn another_user_than_the_services_touches_no_files() {
    let operator = Operator::new();
    let own = fs::metadata(operator.at("keys")).unwrap().uid();
    if own == 0 {
        std::os::unix::fs::chown(operator.at("keys"), Some(1), None).unwrap();
    } else {
        // Root's, like the keys of a service whose user one is not.
        let text = fs::read_to_string(operator.at("styrk.toml")).unwrap();
        let keys = format!("{:?}", operator.at("keys"));
        fs::write(operator.at("styrk.toml"), text.replace(&keys, "\"/\"")).unwrap();
    }
    for command in ["migrate", "restore @@b.tar"] {
        let said = operator.refuses(command);
        assert!(said.contains("run this command as that user"), "{command}: {said}");
    }
    assert!(!operator.at("styrk.db.lock").exists());
}

#[test]
fn the_first_schema_is_migrated_by_hand() {
    let operator = Operator::new();
    assert!(operator.refuses("migrate").contains("no database yet"));
    let first = include_str!("../../store/src/sqlite/schema/001_first.sql");
    let database = rusqlite::Connection::open(operator.at("styrk.db")).unwrap();
    database.execute_batch(first).unwrap();
    database.pragma_update(None, "application_id", 0x5374_7972).unwrap();
    database.pragma_update(None, "user_version", 1).unwrap();
    drop(database);
    let said = operator.says("migrate");
    assert!(said.contains("from schema 1 to"), "{said}");
    assert!(operator.at("styrk.db.schema-1").exists());
    operator.serve().stop();
}

/// What a killed service has left is whole with its log, and refused without it until the operator decides.
#[test]
fn a_lost_log_is_noticed_and_may_be_gone_on_without() {
    let operator = Operator::new();
    let service = operator.serve();
    for name in ["anna", "bo"] {
        add(&operator, name);
    }
    service.kill();
    assert!(operator.refuses("restore --without-log").contains("nothing is lost"));
    assert!(operator.refuses("restore").contains("--without-log"), "one or the other");
    fs::remove_file(operator.at("styrk.db-wal")).unwrap();
    for command in ["serve", "migrate"] {
        let said = operator.refuses(command);
        assert!(
            said.contains("styrk.db-wal is missing") && said.contains("--without-log"),
            "{command}: {said}"
        );
    }
    let said = operator.says("restore --without-log");
    assert!(said.contains("database without its log") && said.contains("What came after is lost"), "{said}");
    let service = operator.serve();
    assert!(operator.kinds().contains(&"restored".to_owned()));
    service.stop();
}
