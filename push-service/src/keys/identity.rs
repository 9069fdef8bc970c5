//! The identity key, and how one follows the other.
//!
//! | file in the keys folder | what it is |
//! |---|---|
//! | `identity-N.pk8` | the private key that signs, number N |
//! | `next-identity-N+1.pk8` | the one that follows: only until it is moved away |
//! | `statements/0.json` | the first key's public half, and the thumbprint of the second |
//! | `statements/N.jws` | the statement by which key N took over; writing it is what makes it so |
//!
//! N is the number of statements. What has a higher number than that was left by a rotation that did not finish.

use super::private::{PrivateKey, RingVerify};
use super::{KeysError, file};
use authenticator_protocol::jws::Unverified;
use authenticator_protocol::keys::{PublicKey, Sign, Signature, Thumbprint};
use authenticator_protocol::statement::{KeyStatement, MAX_STATEMENTS, Pin};
use authenticator_protocol::time::Seconds;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub(super) const STATEMENTS: &str = "statements";

pub(super) fn identity_file(number: u32) -> String {
    format!("identity-{number}.pk8")
}

pub(super) fn next_file(number: u32) -> String {
    format!("next-identity-{number}.pk8")
}

fn statement_file(number: u32) -> String {
    format!("{STATEMENTS}/{number}.jws")
}

fn first_file(folder: &Path) -> PathBuf {
    folder.join(STATEMENTS).join("0.json")
}

/// The number in a file name, between `before` and `after`.
pub(super) fn number(name: &str, before: &str, after: &str) -> Option<u32> {
    let number = name.strip_prefix(before)?.strip_suffix(after)?.parse().ok()?;
    (name == format!("{before}{number}{after}")).then_some(number)
}

/// How it began: no statement leads to the first key.
#[derive(Serialize, Deserialize)]
struct First {
    identity_key: PublicKey,
    next_identity_key: Thumbprint,
    iat: Seconds,
}

/// All identity keys so far, without any private half.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The key that signs now, its number, and the thumbprint of the one that follows: what phones pin.
    pub pin: Pin,
    /// The statement of each key after the first, in order.
    pub(super) statements: Vec<String>,
    /// Thumbprint of each key so far, and when it was made.
    pub keys: Vec<(Thumbprint, Seconds)>,
}

impl Chain {
    /// Reads and checks it, statement by statement, as a phone does.
    pub fn load(folder: &Path) -> Result<Self, KeysError> {
        let path = first_file(folder);
        let first: First =
            serde_json::from_slice(&file::read(&path)?).map_err(|_| KeysError::Content(path))?;
        let mut chain = Self {
            pin: Pin { key: first.identity_key, number: 0, next: first.next_identity_key },
            statements: Vec::new(),
            keys: vec![(first.identity_key.thumbprint(), first.iat)],
        };
        let names = file::names(&folder.join(STATEMENTS))?;
        for _ in names.iter().filter(|name| number(name, "", ".jws").is_some()) {
            let path = folder.join(statement_file(chain.pin.number + 1));
            let text = String::from_utf8(file::read(&path)?.to_vec());
            let statement = text.map_err(|_| KeysError::Content(path.clone()))?;
            chain.pin = chain
                .pin
                .follow(&statement, &RingVerify)
                .map_err(|error| KeysError::Statement(path.clone(), error))?;
            let read = Unverified::<KeyStatement>::parse(&statement)
                .and_then(|statement| statement.verify(&chain.pin.key, &RingVerify))
                .map_err(|_| KeysError::Content(path))?;
            chain.keys.push((chain.pin.key.thumbprint(), read.payload.iat));
            chain.statements.push(statement);
        }
        Ok(chain)
    }
}

/// A file to write or to remove, by its name in the keys folder.
#[derive(Clone)]
pub(super) enum Change {
    Write(String, Zeroizing<Vec<u8>>),
    Remove(String),
}

impl Change {
    pub(super) fn apply(&self, folder: &Path) -> Result<(), KeysError> {
        match self {
            Self::Write(name, content) => file::write(&folder.join(name), content),
            Self::Remove(name) => file::remove(&folder.join(name)),
        }
    }
}

/// Makes the first key and its successor in `folder`.
pub(super) fn create(folder: &Path, now: Seconds) -> Result<(), KeysError> {
    file::make_folder(&folder.join(STATEMENTS))?;
    let ((identity, pkcs8), (next, next_pkcs8)) = (PrivateKey::generate()?, PrivateKey::generate()?);
    let first = First {
        identity_key: identity.public_key(),
        next_identity_key: next.public_key().thumbprint(),
        iat: now,
    };
    let first = serde_json::to_vec(&first).map_err(|_| KeysError::Content(first_file(folder)))?;
    file::write_new(&folder.join(next_file(1)), &next_pkcs8)?;
    file::write_new(&folder.join(identity_file(0)), &pkcs8)?;
    file::write_new(&first_file(folder), &first)
}

/// What came of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The number of the key that signs from now on.
    pub number: u32,
    /// Where the key after it lies, to be moved away.
    pub next: PathBuf,
    /// This key had taken over before; at most something was finished.
    pub already: bool,
}

/// Lets the key in the file `next` take over. Needs no other private key, so it helps when the identity key is lost.
/// Run again after a crash, with the same file, it finishes.
pub fn rotate(folder: &Path, next: &Path, now: Seconds) -> Result<Rotated, KeysError> {
    let (rotated, changes) = plan(folder, next, now)?;
    for change in changes {
        change.apply(folder)?;
    }
    Ok(rotated)
}

/// What is to be done, in an order in which it may stop anywhere.
fn plan(folder: &Path, next: &Path, now: Seconds) -> Result<(Rotated, Vec<Change>), KeysError> {
    let chain = Chain::load(folder)?;
    let pkcs8 = file::read(next)?;
    let successor = PrivateKey::from_pkcs8(&pkcs8, next)?;
    let names = file::names(folder)?;
    let already = successor.public_key() == chain.pin.key;
    let number = if already { Some(chain.pin.number) } else { chain.pin.number.checked_add(1) };
    let number = number.ok_or(KeysError::Content(folder.into()))?;
    let changes = if already {
        put_back(number, pkcs8, &names)
    } else if successor.public_key().thumbprint() == chain.pin.next {
        let (after, after_pkcs8) = PrivateKey::generate()?;
        let statement = chain.pin.succeed(&successor, after.public_key().thumbprint(), now);
        take_over(number, pkcs8, after_pkcs8, statement, &names)
    } else {
        let found = successor.public_key().thumbprint();
        return Err(KeysError::NotNext { file: next.into(), found, expected: chain.pin.next });
    };
    let next = folder.join(next_file(number.saturating_add(1)));
    Ok((Rotated { number, next, already }, changes))
}

/// The new keys are there before the statement, and the old ones until after it.
fn take_over(
    number: u32,
    identity: Zeroizing<Vec<u8>>,
    next: Zeroizing<Vec<u8>>,
    statement: String,
    names: &[String],
) -> Vec<Change> {
    let mut changes = vec![
        Change::Write(identity_file(number), identity),
        Change::Write(next_file(number.saturating_add(1)), next),
        Change::Write(statement_file(number), Zeroizing::new(statement.into_bytes())),
    ];
    changes.extend(others(number, names));
    changes
}

/// The key signs already: its file is put back if it was lost, and what is left over goes.
fn put_back(number: u32, identity: Zeroizing<Vec<u8>>, names: &[String]) -> Vec<Change> {
    let mut changes = vec![Change::Write(identity_file(number), identity)];
    changes.extend(others(number, names));
    changes
}

/// Key files of other numbers than the key that signs and the one that follows it.
fn others(current: u32, names: &[String]) -> impl Iterator<Item = Change> {
    let other = move |name: &&String| {
        number(name, "identity-", ".pk8").is_some_and(|number| number != current)
            || number(name, "next-identity-", ".pk8")
                .is_some_and(|number| Some(number) != current.checked_add(1))
    };
    names.iter().filter(other).cloned().map(Change::Remove)
}

/// The identity key with what phones that pinned an earlier one need.
#[derive(Debug)]
pub struct Identity {
    key: PrivateKey,
    chain: Chain,
}

impl Identity {
    /// Reads the key that signs now.
    pub fn load(folder: &Path) -> Result<Self, KeysError> {
        let chain = Chain::load(folder)?;
        let path = folder.join(identity_file(chain.pin.number));
        let key = PrivateKey::from_pkcs8(&file::read(&path)?, &path)?;
        if key.public_key() == chain.pin.key {
            Ok(Self { key, chain })
        } else {
            Err(KeysError::Content(path))
        }
    }

    /// What a phone pins that enrols now.
    pub fn pin(&self) -> Pin {
        self.chain.pin
    }

    /// The statements that a phone with this number has missed, as many as go into one reply.
    pub fn statements_after(&self, number: u32) -> Vec<String> {
        let missed = usize::try_from(number).unwrap_or(usize::MAX);
        self.chain.statements.iter().skip(missed).take(MAX_STATEMENTS).cloned().collect()
    }
}

impl Sign for Identity {
    fn sign(&self, message: &[u8]) -> Signature {
        self.key.sign(message)
    }

    fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }
}

#[cfg(test)]
mod tests;
