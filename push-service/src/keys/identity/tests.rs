use super::*;
use crate::keys::Keys;
use std::fs;

const NOW: Seconds = Seconds(1_800_000_000);

/// A keys folder, and the next key at a safe place beside it.
struct Place {
    outer: tempfile::TempDir,
    folder: PathBuf,
    next: PathBuf,
}

fn place() -> Place {
    let outer = tempfile::tempdir().unwrap();
    let (folder, next) = (outer.path().join("keys"), outer.path().join("safe.pk8"));
    Keys::create(&folder, NOW).unwrap();
    fs::rename(folder.join(next_file(1)), &next).unwrap();
    Place { outer, folder, next }
}

impl Place {
    /// Moves the next key to its safe place and rotates with it.
    fn rotate(&mut self) -> Rotated {
        let number = Chain::load(&self.folder).unwrap().pin.number + 1;
        let made = self.folder.join(next_file(number));
        if made.exists() {
            self.next = self.outer.path().join(format!("safe-{number}.pk8"));
            fs::rename(made, &self.next).unwrap();
        }
        rotate(&self.folder, &self.next, NOW).unwrap()
    }

    fn pin(&self) -> Pin {
        Identity::load(&self.folder).unwrap().pin()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn phones_can_follow_from_any_key_to_the_newest() {
    let mut place = place();
    let mut pins = vec![place.pin()];
    for number in 1..=20 {
        assert_eq!(place.rotate().number, number);
        pins.push(place.pin());
    }
    let identity = Identity::load(&place.folder).unwrap();
    let mut pin = pins[0];
    for taken in [16, 4, 0] {
        let statements = identity.statements_after(pin.number);
        assert_eq!(statements.len(), taken);
        for statement in statements {
            pin = pin.follow(&statement, &RingVerify).unwrap();
            assert_eq!(pin, pins[usize::try_from(pin.number).unwrap()]);
        }
    }
    assert_eq!(pin, identity.pin());
    assert!(identity.statements_after(u32::MAX).is_empty(), "a phone that is ahead is told nothing");
    let names = file::names(&place.folder).unwrap();
    let keys: Vec<_> = names.iter().filter(|name| name.contains("identity")).collect();
    assert_eq!(keys, ["identity-20.pk8", "next-identity-21.pk8"], "no old key is left");
}

/// Every state that a crash can leave is loaded, and the same command finishes from there.
#[test]
fn a_crash_anywhere_loses_nothing() {
    for inside in [false, true] {
        let mut place = place();
        place.rotate();
        place.rotate();
        let before = place.pin();
        if inside {
            // The operator has left the next key where it was made.
            place.next = place.folder.join(next_file(3));
        } else {
            place.next = place.outer.path().join("safe-3.pk8");
            fs::rename(place.folder.join(next_file(3)), &place.next).unwrap();
        }
        let (planned, changes) = plan(&place.folder, &place.next, NOW).unwrap();
        assert_eq!((planned.number, planned.already), (3, false));
        let committed = changes
            .iter()
            .position(|change| matches!(change, Change::Write(name, _) if name.ends_with("3.jws")))
            .unwrap();
        for done in 0..=changes.len() {
            for torn in [false, true] {
                let folder = place.outer.path().join(format!("crash-{done}-{torn}"));
                copy(&place.folder, &folder);
                let next = if inside { folder.join(next_file(3)) } else { place.next.clone() };
                for change in &changes[..done] {
                    change.apply(&folder).unwrap();
                }
                if let (true, Some(Change::Write(name, content))) = (torn, changes.get(done)) {
                    let torn = folder.join(name).with_extension("unfinished");
                    fs::write(torn, &content[..content.len() / 2]).unwrap();
                }
                let after = Identity::load(&folder).unwrap_or_else(|error| panic!("{done}: {error}")).pin();
                assert_eq!(after.number, if done > committed { 3 } else { 2 }, "{done}");
                let offline = if next.exists() { next } else { folder.join(identity_file(3)) };
                let rotated = rotate(&folder, &offline, NOW).unwrap();
                assert_eq!((rotated.number, rotated.already), (3, done > committed), "{done}");
                let finished = Identity::load(&folder).unwrap();
                before.follow(&finished.statements_after(2)[0], &RingVerify).unwrap();
                assert!(!folder.join(identity_file(2)).exists(), "{done}: the old key is left");
                let made = fs::read(folder.join(next_file(4))).unwrap();
                let made = PrivateKey::from_pkcs8(&made, &folder).unwrap();
                assert_eq!(made.public_key().thumbprint(), finished.pin().next, "{done}");
            }
        }
    }
}

#[test]
fn only_the_announced_key_takes_over() {
    let place = place();
    let old = place.outer.path().join("stolen.pk8");
    fs::copy(place.folder.join(identity_file(0)), &old).unwrap();
    let before = place.pin();
    let (_, pkcs8) = PrivateKey::generate().unwrap();
    let foreign = place.outer.path().join("foreign.pk8");
    file::write_new(&foreign, &pkcs8).unwrap();
    let refused = rotate(&place.folder, &foreign, NOW);
    assert!(
        matches!(refused, Err(KeysError::NotNext { expected, .. }) if expected == before.next),
        "{refused:?}"
    );
    let same = rotate(&place.folder, &old, NOW).unwrap();
    assert!(same.already, "the key that signs already");
    assert_eq!(place.pin(), before);
    file::write_new(&place.outer.path().join("noise"), b"noise").unwrap();
    assert!(matches!(
        rotate(&place.folder, &place.outer.path().join("noise"), NOW),
        Err(KeysError::Content(_))
    ));
}

#[test]
fn a_lost_identity_key_needs_only_the_next_one() {
    let mut place = place();
    place.rotate();
    fs::remove_file(place.folder.join(identity_file(1))).unwrap();
    assert!(
        matches!(Identity::load(&place.folder), Err(KeysError::File(path, _)) if path.ends_with("identity-1.pk8"))
    );
    let mut again = place.folder.clone();
    assert_eq!(place.rotate().number, 2);
    assert_eq!(place.pin().number, 2);
    // Or it is put back from the copy that was kept offline.
    fs::remove_file(place.folder.join(identity_file(2))).unwrap();
    assert_eq!(rotate(&again, &place.next, NOW).unwrap().number, 2);
    again.push(identity_file(2));
    assert!(again.exists() && place.pin().number == 2);
}

#[test]
fn a_chain_that_does_not_hold_is_not_loaded() {
    let mut place = place();
    for _ in 0..3 {
        place.rotate();
    }
    let statements = |folder: &Path| folder.join(STATEMENTS);
    type Spoil = fn(&Path);
    let spoilt: [(&str, Spoil); 6] = [
        ("missing", |at| fs::remove_file(at.join("2.jws")).unwrap()),
        ("the last one missing, so that the key does not fit", |at| {
            fs::remove_file(at.join("3.jws")).unwrap();
        }),
        ("out of order", |at| {
            fs::rename(at.join("2.jws"), at.join("x")).unwrap();
            fs::rename(at.join("1.jws"), at.join("2.jws")).unwrap();
            fs::rename(at.join("x"), at.join("1.jws")).unwrap();
        }),
        ("another key in the place of the one that signs", |at| {
            let keys = at.parent().unwrap();
            fs::copy(keys.join(next_file(4)), keys.join(identity_file(3))).unwrap();
        }),
        ("cut", |at| fs::write(at.join("3.jws"), b"eyJ").unwrap()),
        ("another beginning", |at| {
            let text = fs::read_to_string(at.join("0.json")).unwrap();
            let mut first: serde_json::Value = serde_json::from_str(&text).unwrap();
            first["next_identity_key"] = "A".repeat(43).into();
            fs::write(at.join("0.json"), first.to_string()).unwrap();
        }),
    ];
    for (what, spoil) in spoilt {
        let folder = place.outer.path().join(what);
        copy(&place.folder, &folder);
        spoil(&statements(&folder));
        assert!(Identity::load(&folder).is_err(), "{what}");
    }
    Identity::load(&place.folder).unwrap();
}

/// Who has the old key can write a statement, but not one that follows.
#[test]
fn the_thief_of_the_old_key_writes_no_statement() {
    let place = place();
    let identity = Identity::load(&place.folder).unwrap();
    let (_, other) = PrivateKey::generate().map(|(key, _)| ((), key.public_key().thumbprint())).unwrap();
    let forged = identity.pin().succeed(&identity, other, NOW);
    file::write_new(&place.folder.join(statement_file(1)), forged.as_bytes()).unwrap();
    assert!(matches!(Identity::load(&place.folder), Err(KeysError::Statement(..))));
}
