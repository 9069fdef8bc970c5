//! Key statements: how a phone that pinned one identity key comes to trust the next.
//!
//! Each offer, and each statement, names the thumbprint of the key that will follow, whose private half is kept offline.
//! The statement is signed by that key, so nobody who holds the old one alone can make it. A phone follows the
//! statements one by one and never goes back.

use crate::jws::{Header, JwsError, Message, Typ, Unsigned, Unverified};
use crate::keys::{PublicKey, Sign, Thumbprint, Verify};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Statements in one fetch reply at most; who missed more fetches again.
pub const MAX_STATEMENTS: usize = 16;

/// Service → phone. Signed by the new identity key, which stands in `jwk`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyStatement {
    /// How many identity keys came before this one.
    pub number: u32,
    /// Thumbprint of the key that it follows.
    pub previous: Thumbprint,
    /// Thumbprint of the key that will follow it.
    pub next_identity_key: Thumbprint,
    /// When it was made.
    pub iat: Seconds,
}

impl Message for KeyStatement {
    const TYP: Typ = Typ::KeyStatement;
}

/// The identity key that a phone pins, and the one that it will accept after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Signs offers and challenges.
    pub key: PublicKey,
    /// How many came before.
    pub number: u32,
    /// Thumbprint of its successor.
    pub next: Thumbprint,
}

/// Why a phone does not follow a statement. Its pin stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementError {
    /// It is no acceptable message.
    Message(JwsError),
    /// `jwk` is missing, or not the key that was announced.
    Key,
    /// `number` is not the one after the pinned key's.
    Number,
    /// `previous` is not the pinned key.
    Previous,
    /// `next_identity_key` is a key that was used before.
    Next,
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Message(error) => return error.fmt(f),
            Self::Key => "jwk: not the key that was announced",
            Self::Number => "number: not the next one",
            Self::Previous => "previous: not the key that is pinned",
            Self::Next => "next_identity_key: a key that was used before",
        })
    }
}

impl std::error::Error for StatementError {}

impl Pin {
    /// The statement by which `successor`, followed by `next`, takes over from this pin.
    pub fn succeed(&self, successor: &dyn Sign, next: Thumbprint, at: Seconds) -> String {
        let statement = KeyStatement {
            number: self.number.saturating_add(1),
            previous: self.key.thumbprint(),
            next_identity_key: next,
            iat: at,
        };
        Unsigned::new(Header::default().with_key(successor.public_key()), &statement).sign(successor)
    }

    /// The pin after `statement`.
    pub fn follow(&self, statement: &str, backend: &dyn Verify) -> Result<Self, StatementError> {
        let unverified = Unverified::<KeyStatement>::parse(statement).map_err(StatementError::Message)?;
        let key = unverified.header().jwk.ok_or(StatementError::Key)?;
        if key.thumbprint() != self.next {
            return Err(StatementError::Key);
        }
        let said = unverified.verify(&key, backend).map_err(StatementError::Message)?.payload;
        if Some(said.number) != self.number.checked_add(1) {
            return Err(StatementError::Number);
        }
        if said.previous != self.key.thumbprint() {
            return Err(StatementError::Previous);
        }
        if said.next_identity_key == said.previous || said.next_identity_key == key.thumbprint() {
            return Err(StatementError::Next);
        }
        Ok(Self { key, number: said.number, next: said.next_identity_key })
    }
}
