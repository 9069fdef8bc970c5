//! Fills a new database with users who are enrolled already, for benchmarks: by the SQL of every other write, without
//! its commits. Nothing here asks a rule, so it is no way in for a service.

use super::file::{self, OpenError};
use super::{devices, migrate, relying_parties, users};
use crate::store::{NewUser, StoreError};
use crate::vault::Vault;
use rusqlite::Connection;
use signin::device::Device;
use signin::relying_party::{ApiKey, RelyingParty};
use std::fs::File;
use std::path::Path;

/// One user with one device that counts.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The user.
    pub user: NewUser,
    /// The device; its keys are nobody else's.
    pub device: Device,
}

/// Why a database was not filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file cannot be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A row was refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for SeedError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Open(error.into())
    }
}

/// Makes the database `path`, which must not exist yet, of the newest schema, with `party` and `people` in it.
pub fn seed(
    path: &Path,
    vault: &Vault,
    party: (&RelyingParty, &ApiKey),
    people: impl IntoIterator<Item = Enrolled>,
) -> Result<(), SeedError> {
    let _lock = file::take(path)?;
    let mut connection = file::writer(Some(path))?;
    migrate::migrate(&mut connection, Some(path), migrate::STEPS)?;
    migrate::check_key(&connection, vault)?;
    // Whoever is interrupted here throws the file away, and what refers to what is not looked up a million times.
    connection.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576; BEGIN IMMEDIATE;",
    )?;
    relying_parties::add(&connection, party.0)?;
    relying_parties::add_key(&connection, party.0.id, party.1)?;
    for person in people {
        add(&connection, &person)?;
    }
    connection
        .execute_batch("COMMIT; PRAGMA optimize; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL;")?;
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| OpenError::File(path.to_owned(), error))?;
    Ok(())
}

fn add(connection: &Connection, person: &Enrolled) -> Result<(), StoreError> {
    let id = users::put(connection, &person.user)?;
    if let Some(when) = person.user.user.first_confirmed {
        users::set_first_confirmed(connection, id, when)?;
    }
    devices::add(connection, &person.device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Seeded;
    use crate::{Options, Place, Sqlite, Store as _};
    use authenticator_protocol::code::Bytes;
    use authenticator_protocol::ids::{ApiKeyId, DeviceId, RelyingPartyId, UserId};
    use authenticator_protocol::keys::PublicKey;
    use authenticator_protocol::time::Millis;
    use signin::device::DeviceState;
    use signin::policy::Policy;
    use signin::relying_party::Proof;
    use signin::user::{Failures, User};
    use std::sync::Arc;

    fn person(number: u8) -> Enrolled {
        let user = User {
            id: UserId::from_bytes([number; 16]),
            upn: format!("user{number}@regionx.example"),
            email: None,
            name: format!("User {number}"),
            mobile: None,
            disabled: false,
            first_confirmed: Some(Millis(5)),
            failures: Failures::default(),
            app_locked: false,
        };
        let device = Device {
            id: DeviceId::from_bytes([number; 16]),
            user: user.id,
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            app: "1.0.0".into(),
            device_key: PublicKey([number; 64]),
            approval_key: PublicKey([number + 100; 64]),
            state: DeviceState::Active,
            added: Millis(4),
            confirmed: Some(Millis(5)),
            last_used: None,
            last_reached: None,
            ended: None,
        };
        Enrolled { user: NewUser { user, password_hash: "-".into() }, device }
    }

    fn party() -> (RelyingParty, ApiKey) {
        let (id, name) = (RelyingPartyId::from_bytes([9; 16]), "Journalen".to_owned());
        let party =
            RelyingParty { id, applications: vec![name.clone()], name, webhook: None, added: Millis(3) };
        let key = ApiKey {
            id: ApiKeyId::from_bytes([8; 16]),
            proof: Proof::Secret(Bytes([7; 32])),
            scopes: Vec::new(),
            added: Millis(3),
        };
        (party, key)
    }

    #[tokio::test]
    async fn a_seeded_database_is_one_that_the_service_opens() {
        let folder = tempfile::tempdir().unwrap();
        let (path, vault) = (folder.path().join("styrk.db"), Vault::new([1; 32]));
        let (party, key) = party();
        seed(&path, &vault, (&party, &key), (1..=3).map(person)).unwrap();
        let store = Sqlite::open(
            &Place::File(path),
            Options {
                policy: Policy::default(),
                clock: Arc::new(|| Millis(10)),
                vault: Arc::new(vault),
                random: Box::new(Seeded(1)),
                readers: 1,
            },
        )
        .unwrap();
        let (found, _) = store.user_by_login("User2@regionx.example").await.unwrap().unwrap();
        assert_eq!(found, person(2).user.user);
        assert_eq!(store.device(DeviceId::from_bytes([2; 16])).await.unwrap(), Some(person(2).device));
        let found = store.relying_party_by_key(key.id).await.unwrap();
        assert_eq!(found, Some((party, key)));
        store.close().await;
    }

    #[test]
    fn no_key_is_two_devices() {
        let folder = tempfile::tempdir().unwrap();
        let mut twin = person(2);
        twin.device.approval_key = person(1).device.device_key;
        let path = folder.path().join("styrk.db");
        let (party, key) = party();
        assert!(seed(&path, &Vault::new([1; 32]), (&party, &key), [person(1), twin]).is_err());
    }
}
