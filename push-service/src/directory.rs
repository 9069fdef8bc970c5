//! Who the users are, and whether a password is right.
//!
//! [`Directory`] is where LDAP will fit; [`Embedded`] keeps users and argon2id hashes in the service's own store.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use authenticator_protocol::code;
use signin::user::User;
use std::sync::Arc;
use store::{Store, StoreError};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// What a directory says about a login and a password.
#[derive(Debug)]
pub enum Checked {
    /// The password is right, and the user may sign in. What stands for the password, if it can change meanwhile.
    Right(Box<User>, Option<code::Hash>),
    /// Unknown user, wrong password or disabled user: nobody is told which. The user, if there is one, for the
    /// audit trail alone.
    Wrong(Option<Box<User>>),
    /// Too many checks at once: try again in a moment.
    Busy,
}

/// A source of users.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Checks a password. Takes as long for an unknown user as for a known one.
    async fn check(&self, login: &str, password: &str) -> Result<Checked, StoreError>;
}

/// Users in the service's own store.
pub struct Embedded {
    store: Arc<dyn Store>,
    hashers: Hashers,
    nobody: String,
}

/// A password longer than this is not hashed.
const MAX_PASSWORD: usize = 1024;

impl Embedded {
    /// At most `parallel` checks run at once, and sixteen times as many wait.
    pub fn new(store: Arc<dyn Store>, parallel: usize) -> Self {
        let nobody = hash_password("a password that nobody has", &[0; 16]).unwrap_or_default();
        Self { store, hashers: Hashers::start(parallel), nobody }
    }
}

#[async_trait]
impl Directory for Embedded {
    async fn check(&self, login: &str, password: &str) -> Result<Checked, StoreError> {
        let found = self.store.user_by_login(login).await?;
        let (user, hash) = match found {
            Some((user, hash)) => (Some(user), hash),
            None => (None, self.nobody.clone()),
        };
        if password.len() > MAX_PASSWORD {
            return Ok(Checked::Wrong(user.map(Box::new)));
        }
        let stamp = store::stamp(&hash);
        // Somebody who has no password takes as long, and never has the right one.
        let (has_one, hash) = if hash.is_empty() { (false, self.nobody.clone()) } else { (true, hash) };
        let Some(right) = self.hashers.verify(password, hash).await else { return Ok(Checked::Busy) };
        Ok(match user {
            Some(user) if right && has_one && !user.disabled => Checked::Right(Box::new(user), Some(stamp)),
            user => Checked::Wrong(user.map(Box::new)),
        })
    }
}

/// Threads that check passwords. Each needs 19 MiB and a core for a while; a fixed number of them keeps both bounded,
/// where a pool that grows would keep the memory of every thread that it ever had.
struct Hashers {
    queue: flume::Sender<Check>,
}

struct Check {
    password: Zeroizing<String>,
    hash: String,
    answer: oneshot::Sender<bool>,
}

impl Hashers {
    fn start(parallel: usize) -> Self {
        let (queue, checks) = flume::bounded::<Check>(parallel * 16);
        for number in 0..parallel {
            let checks = checks.clone();
            let work = move || {
                for Check { password, hash, answer } in checks {
                    // Nobody waits any more: the browser has gone.
                    let _ = answer.send(verify_password(&password, &hash));
                }
            };
            let started = std::thread::Builder::new().name(format!("passwords-{number}")).spawn(work);
            if let Err(error) = started {
                tracing::error!(%error, "a thread for passwords does not start");
            }
        }
        Self { queue }
    }

    /// `None` when too many wait already.
    async fn verify(&self, password: &str, hash: String) -> Option<bool> {
        let (answer, answered) = oneshot::channel();
        let check = Check { password: Zeroizing::new(password.to_owned()), hash, answer };
        self.queue.try_send(check).ok()?;
        answered.await.ok()
    }
}

/// argon2id with OWASP's parameters: 19 MiB, two passes, one lane.
fn argon2id() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("OWASP's parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of `password` with a fresh random `salt`.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Option<String> {
    argon2id().hash_password_with_salt(password.as_bytes(), salt).ok().map(|hash| hash.to_string())
}

/// Memory in KiB, and passes, that a check of an imported hash may take.
const MAX_MEMORY: u32 = 64 * 1024;
const MAX_PASSES: u32 = 10;

/// Refuses what is not the PHC string of an argon2id hash, or one whose check would take too long.
pub fn check_hash(hash: &str) -> Result<(), &'static str> {
    let hash = PasswordHash::new(hash).map_err(|_| "not a PHC string ($argon2id$v=19$…)")?;
    if hash.algorithm.as_str() != "argon2id" {
        return Err("not argon2id: set a password instead, or leave it empty");
    }
    let params = Params::try_from(&hash).map_err(|_| "parameters that argon2id does not have")?;
    if params.m_cost() > MAX_MEMORY || params.t_cost() > MAX_PASSES {
        return Err("takes more than 64 MiB or 10 passes");
    }
    Ok(())
}

fn verify_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, ManualClock};
    use authenticator_protocol::time::Millis;
    use signin::user::Order;
    use store::{Entry, Import, Operate as _, Options, Place, Sqlite, SystemRandom, Vault};

    /// With nobody who checks, each who is checked is told to wait: so nobody is answered without the work of a check.
    #[tokio::test]
    async fn whoever_does_not_get_in_costs_a_check_like_anybody() {
        let clock = ManualClock::standing(Millis(1_000_000));
        let options = Options {
            clock: Arc::new(move || clock.now()),
            random: Box::new(SystemRandom::new()),
            policy: Default::default(),
            vault: Arc::new(Vault::new([7; 32])),
            readers: 1,
        };
        let store = Sqlite::open(&Place::Memory, options).unwrap();
        let entry = |upn: &str, password: Option<&str>| Entry {
            upn: upn.to_owned(),
            email: None,
            name: upn.to_owned(),
            mobile: None,
            password_hash: password.and_then(|password| hash_password(password, &[7; 16])),
        };
        let entries = vec![entry("anna", Some("right")), entry("bo", None), entry("cia", Some("right"))];
        store.import(entries, Import::Add).await.unwrap().value.unwrap();
        let (cia, _) = store.user_by_login("cia").await.unwrap().unwrap();
        store.order(cia.id, Order::Disable).await.unwrap();
        let nobody = Embedded::new(Arc::clone(&store) as Arc<dyn Store>, 0);
        let one = Embedded::new(store, 1);
        assert_eq!(
            nobody.nobody.split('$').nth(3),
            Some("m=19456,t=2,p=1"),
            "the same work as for a password"
        );
        for login in ["anna", "bo", "cia", "nobody at all"] {
            assert!(matches!(nobody.check(login, "right").await, Ok(Checked::Busy)), "{login}");
            let gets_in = matches!(one.check(login, "right").await, Ok(Checked::Right(..)));
            assert_eq!(gets_in, login == "anna", "{login}");
        }
        // A phrase that nobody has opens nothing either, least of all for whoever has no password.
        assert!(matches!(one.check("bo", "a password that nobody has").await, Ok(Checked::Wrong(_))));
    }

    #[test]
    fn only_the_right_password_fits() {
        let hash = hash_password("rätt häst", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("rätt häst", &hash));
        assert!(!verify_password("fel häst", &hash));
        assert!(!verify_password("rätt häst", "nonsense"));
        assert_eq!(check_hash(&hash), Ok(()));
        for wrong in
            ["nonsense", "$2b$12$abc", &hash.replace("argon2id", "argon2i"), &hash.replace("19456", "999999")]
        {
            assert!(check_hash(wrong).is_err(), "{wrong}");
        }
    }
}
