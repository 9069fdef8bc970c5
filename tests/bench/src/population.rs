//! Databases full of enrolled users. The phones that take part have real keys; the others' are random bytes, which
//! nobody ever verifies with, so that a million of them are made in seconds.

use crate::phone::Phone;
use crate::{Error, clock};
use authenticator_protocol::ids::{DeviceId, RelyingPartyId, UserId};
use authenticator_protocol::keys::{PublicKey, Sign as _};
use authenticator_protocol::random::bytes;
use push_service::http::api::caller::fresh_key;
use push_service::keys::Keys;
use signin::device::{Device, DeviceState};
use signin::relying_party::{RelyingParty, Scope};
use signin::user::{Failures, User};
use std::path::Path;
use std::sync::Arc;
use store::sqlite::seed::{Enrolled, seed};
use store::{NewUser, SystemRandom, Vault};

/// The password of everybody, and so one hash for all: making a million would take eight hours.
pub(crate) const PASSWORD: &str = "a password for measuring";

/// A database that was filled.
pub(crate) struct Filled {
    /// Those that have real keys.
    pub(crate) phones: Vec<Arc<Phone>>,
    /// The relying party's key.
    pub(crate) key: String,
}

/// Fills `database`, for the keys in `keys`, with `size` users; those of the phones that are answered are spread evenly.
pub(crate) fn fill(database: &Path, keys: &Path, size: usize, taking_part: usize) -> Result<Filled, Error> {
    let now = clock::seconds();
    let vault = Vault::new(*Keys::load(keys, now)?.vault);
    let hash = push_service::directory::hash_password(PASSWORD, &[7; 16]).ok_or("no hash")?;
    let (mut phones, mut random) = (Vec::with_capacity(taking_part), SystemRandom::new());
    let apart = (size / taking_part.max(1)).max(1);
    let people = (0..size).map(|number| {
        let login = format!("user{number}@bench.example");
        let mut key = || PublicKey(bytes(&mut random));
        let (mut device_key, mut approval_key) = (key(), key());
        let (user, device) = (UserId::random(&mut random), DeviceId::random(&mut random));
        if number.is_multiple_of(apart) && phones.len() < taking_part {
            let phone = Phone::new(phones.len(), login.clone(), device);
            (device_key, approval_key) = (phone.device_key.public_key(), phone.approval_key.public_key());
            phones.push(Arc::new(phone));
        }
        let added = now.millis();
        Enrolled {
            user: NewUser {
                user: User {
                    id: user,
                    upn: login,
                    email: None,
                    name: format!("User {number}"),
                    mobile: None,
                    disabled: false,
                    first_confirmed: Some(added),
                    failures: Failures::default(),
                    app_locked: false,
                },
                password_hash: hash.clone(),
            },
            device: Device {
                id: device,
                user,
                model: "Pixel 9".into(),
                system: "Android 16".into(),
                app: "1.0.0".into(),
                device_key,
                approval_key,
                state: DeviceState::Active,
                added,
                confirmed: Some(added),
                last_used: None,
                last_reached: None,
                ended: None,
            },
        }
    });
    let party = RelyingParty {
        id: RelyingPartyId::random(&mut SystemRandom::new()),
        name: "Bench".into(),
        applications: vec!["Bench".into()],
        webhook: None,
        added: now.millis(),
    };
    let (stored, key) = fresh_key(Scope::ALL.to_vec(), now.millis());
    seed(database, &vault, (&party, &stored), people)?;
    Ok(Filled { phones, key })
}
