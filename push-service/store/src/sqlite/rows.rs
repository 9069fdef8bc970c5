//! From rows to precise types and back. Everything else in this folder is SQL and nouns.

use super::file::advice;
use crate::store::{Outcome, StoreError};
use authenticator_protocol::code::Bytes;
use authenticator_protocol::ids::{
    ApiKeyId, ChallengeId, ChannelId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, ResultId, UserId,
};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::time::Millis;
use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, Params, Row};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = format!("{error}{}", advice(&error));
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked,
            ) => Self::NotNow(text),
            _ => Self::Database(text),
        }
    }
}

/// A precise type that a column holds.
pub(super) trait Column: Sized {
    type Stored: FromSql;
    fn read(stored: Self::Stored) -> Outcome<Self>;
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Column for $name {
            type Stored = [u8; 16];
            fn read(stored: [u8; 16]) -> Outcome<Self> {
                Ok(Self::from_bytes(stored))
            }
        }
    )+};
}
ids!(ApiKeyId, ChallengeId, ChannelId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, ResultId, UserId);

macro_rules! as_stored {
    ($($name:ty),+) => {$(
        impl Column for $name {
            type Stored = Self;
            fn read(stored: Self) -> Outcome<Self> {
                Ok(stored)
            }
        }
    )+};
}
as_stored!(String, bool, u8, u32, Vec<u8>);

impl<const N: usize> Column for Bytes<N> {
    type Stored = [u8; N];
    fn read(stored: [u8; N]) -> Outcome<Self> {
        Ok(Self(stored))
    }
}

impl Column for PublicKey {
    type Stored = [u8; 64];
    fn read(stored: [u8; 64]) -> Outcome<Self> {
        Ok(Self(stored))
    }
}

impl Column for Millis {
    type Stored = i64;
    fn read(stored: i64) -> Outcome<Self> {
        u64::read(stored).map(Self)
    }
}

impl Column for u64 {
    type Stored = i64;
    fn read(stored: i64) -> Outcome<Self> {
        Self::try_from(stored).map_err(|_| StoreError::Corrupt("a negative number"))
    }
}

/// The columns of a row, taken from left to right.
pub(super) struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl Columns<'_> {
    pub(super) fn take<T: Column>(&mut self) -> Outcome<T> {
        self.maybe()?.ok_or(StoreError::Corrupt("a column is empty"))
    }

    pub(super) fn maybe<T: Column>(&mut self) -> Outcome<Option<T>> {
        let stored: Option<T::Stored> = self.row.get(self.next)?;
        self.next += 1;
        stored.map(T::read).transpose()
    }

    /// Leaves columns out.
    pub(super) fn skip(&mut self, count: usize) -> &mut Self {
        self.next += count;
        self
    }

    /// An enum by its word.
    pub(super) fn word<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Outcome<T> {
        let word: String = self.take()?;
        read(&word).ok_or(StoreError::Corrupt("an unknown word"))
    }

    pub(super) fn maybe_word<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Outcome<Option<T>> {
        let word: Option<String> = self.maybe()?;
        word.map(|word| read(&word).ok_or(StoreError::Corrupt("an unknown word"))).transpose()
    }
}

/// As SQLite stores it.
pub(super) fn ms(time: Millis) -> i64 {
    number(time.0)
}

/// As SQLite stores it; nothing here comes near 2^63.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// All rows.
pub(super) fn all<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&mut Columns<'_>) -> Outcome<T>,
) -> Outcome<Vec<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(read(&mut Columns { row, next: 0 })?);
    }
    Ok(out)
}

/// The first row.
pub(super) fn one<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&mut Columns<'_>) -> Outcome<T>,
) -> Outcome<Option<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(|row| read(&mut Columns { row, next: 0 })).transpose()
}

/// Writes; answers how many rows.
pub(super) fn write(db: &Connection, sql: &str, params: impl Params) -> Outcome<usize> {
    Ok(db.prepare_cached(sql)?.execute(params)?)
}

/// Writes to exactly one row; otherwise the state is not what the rule was told, and the job must not stand.
pub(super) fn write_one(db: &Connection, what: &str, sql: &str, params: impl Params) -> Outcome<()> {
    match write(db, sql, params)? {
        1 => Ok(()),
        rows => Err(StoreError::Database(format!("{what}: {rows} rows instead of one"))),
    }
}
