//! Relying parties, their keys, and what is to be delivered to them.

use super::Reading;
use super::rows::{Columns, all, ms, one, write, write_one};
use crate::store::{Delivery, Outcome, StoreError};
use authenticator_protocol::ids::{ApiKeyId, RelyingPartyId, RequestId};
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::relying_party::{ApiKey, Proof, RelyingParty, Scope};

macro_rules! columns {
    () => {
        "p.id, p.name, p.applications, p.webhook, p.added"
    };
}

macro_rules! key_columns {
    () => {
        "k.id, k.hash, k.public_key, k.scopes, k.added"
    };
}

fn read(columns: &mut Columns<'_>) -> Outcome<RelyingParty> {
    Ok(RelyingParty {
        id: columns.take()?,
        name: columns.take()?,
        applications: columns.word(|list| serde_json::from_str(list).ok())?,
        webhook: columns.maybe()?,
        added: columns.take()?,
    })
}

fn read_key(columns: &mut Columns<'_>) -> Outcome<ApiKey> {
    Ok(ApiKey {
        id: columns.take()?,
        proof: match (columns.maybe()?, columns.maybe()?) {
            (Some(hash), None) => Proof::Secret(hash),
            (None, Some(key)) => Proof::Signature(key),
            _ => return Err(StoreError::Corrupt("a key")),
        },
        scopes: columns.word(|words| words.split_whitespace().map(Scope::from_word).collect())?,
        added: columns.take()?,
    })
}

/// One that has not ended.
pub(super) fn find(at: Reading<'_>, id: RelyingPartyId) -> Outcome<Option<RelyingParty>> {
    let sql = concat!("SELECT ", columns!(), " FROM relying_parties p WHERE p.id = ?1 AND p.ended IS NULL");
    one(at.db, sql, [id.as_bytes()], read)
}

/// All that have not ended, by name.
pub(super) fn list(at: Reading<'_>) -> Outcome<Vec<RelyingParty>> {
    let sql = concat!("SELECT ", columns!(), " FROM relying_parties p WHERE p.ended IS NULL ORDER BY p.name");
    all(at.db, sql, [], read)
}

/// The valid keys of one, oldest first.
pub(super) fn keys(at: Reading<'_>, id: RelyingPartyId) -> Outcome<Vec<ApiKey>> {
    let sql = concat!(
        "SELECT ",
        key_columns!(),
        " FROM api_keys k WHERE k.relying_party = ?1 AND k.ended IS NULL ORDER BY k.added, k.rowid"
    );
    all(at.db, sql, [id.as_bytes()], read_key)
}

/// Whose key this is, if it is valid.
pub(super) fn by_key(at: Reading<'_>, id: ApiKeyId) -> Outcome<Option<(RelyingParty, ApiKey)>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", ",
        key_columns!(),
        " FROM api_keys k JOIN relying_parties p ON p.id = k.relying_party
          WHERE k.id = ?1 AND k.ended IS NULL AND p.ended IS NULL"
    );
    one(at.db, sql, [id.as_bytes()], |columns| Ok((read(columns)?, read_key(columns)?)))
}

/// The name of one, ended or not.
pub(super) fn name(at: Reading<'_>, id: RelyingPartyId) -> Outcome<Option<String>> {
    one(at.db, "SELECT name FROM relying_parties WHERE id = ?1", [id.as_bytes()], |columns| columns.take())
}

/// Whether a relying party has this name.
pub(super) fn has_name(at: Reading<'_>, name: &str) -> Outcome<bool> {
    let sql = "SELECT 1 FROM relying_parties WHERE name = ?1 AND ended IS NULL";
    Ok(one(at.db, sql, [name], |_| Ok(()))?.is_some())
}

pub(super) fn add(db: &Connection, party: &RelyingParty) -> Outcome<()> {
    let sql = "INSERT INTO relying_parties (id, name, applications, webhook, added)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let applications =
        serde_json::to_string(&party.applications).map_err(|_| StoreError::Corrupt("applications"))?;
    let params = params![party.id.as_bytes(), party.name, applications, party.webhook, ms(party.added),];
    write_one(db, "a new relying party", sql, params)
}

pub(super) fn end(db: &Connection, id: RelyingPartyId, when: Millis) -> Outcome<()> {
    write(db, "DELETE FROM deliveries WHERE relying_party = ?1", [id.as_bytes()])?;
    let sql = "UPDATE relying_parties SET ended = ?2 WHERE id = ?1 AND ended IS NULL";
    write_one(db, "a relying party's end", sql, params![id.as_bytes(), ms(when)])
}

pub(super) fn add_key(db: &Connection, party: RelyingPartyId, key: &ApiKey) -> Outcome<()> {
    let sql = "INSERT INTO api_keys (id, relying_party, hash, public_key, scopes, added)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (hash, public) = match key.proof {
        Proof::Secret(hash) => (Some(hash.0), None),
        Proof::Signature(public) => (None, Some(public.0)),
    };
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let params = params![key.id.as_bytes(), party.as_bytes(), hash, public, scopes.join(" "), ms(key.added)];
    write_one(db, "a new key", sql, params)
}

pub(super) fn end_key(db: &Connection, id: ApiKeyId, when: Millis) -> Outcome<()> {
    let sql = "UPDATE api_keys SET ended = ?2 WHERE id = ?1 AND ended IS NULL";
    write_one(db, "a key's end", sql, params![id.as_bytes(), ms(when)])
}

pub(super) fn add_delivery(db: &Connection, request: RequestId, now: Millis) -> Outcome<()> {
    let sql = "INSERT INTO deliveries (request, relying_party, due, tries)
        SELECT id, relying_party, ?2, 0 FROM requests WHERE id = ?1";
    write_one(db, "a new delivery", sql, params![request.as_bytes(), ms(now)])
}

pub(super) fn end_delivery(db: &Connection, request: RequestId) -> Outcome<()> {
    let sql = "DELETE FROM deliveries WHERE request = ?1";
    write_one(db, "a delivery's end", sql, [request.as_bytes()])
}

pub(super) fn put_off(db: &Connection, request: RequestId, until: Millis) -> Outcome<()> {
    let sql = "UPDATE deliveries SET due = ?2, tries = tries + 1 WHERE request = ?1";
    write_one(db, "a delivery's next try", sql, params![request.as_bytes(), ms(until)])
}

/// What is due for one, longest due first.
pub(super) fn due(at: Reading<'_>, party: &RelyingParty, limit: u32) -> Outcome<Vec<Delivery>> {
    let Some(webhook) = &party.webhook else { return Ok(Vec::new()) };
    let sql = "SELECT request FROM deliveries WHERE relying_party = ?1 AND due <= ?2 ORDER BY due LIMIT ?3";
    all(at.db, sql, params![party.id.as_bytes(), ms(at.now), limit], |columns| {
        Ok(Delivery { request: columns.take()?, relying_party: party.id, webhook: webhook.clone() })
    })
}

/// How often a delivery was tried; `None` when it is over.
pub(super) fn tries(at: Reading<'_>, request: RequestId) -> Outcome<Option<u32>> {
    one(at.db, "SELECT tries FROM deliveries WHERE request = ?1", [request.as_bytes()], |columns| {
        columns.take()
    })
}
