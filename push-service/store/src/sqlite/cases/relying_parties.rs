//! Relying parties, and what is delivered to them.

use super::super::{Reading, Tx, relying_parties, requests};
use crate::store::{Delivery, NotAdded, Outcome};
use authenticator_protocol::ids::{RelyingPartyId, RequestId};
use signin::relying_party::{self, ApiKey, RelyingParty};
use signin::request;

pub(super) fn add(tx: &mut Tx<'_>, party: RelyingParty, key: ApiKey) -> Outcome<Result<(), NotAdded>> {
    if relying_parties::has_name(tx.at, &party.name)? {
        return Ok(Err(NotAdded::NameTaken));
    }
    tx.carry_out(relying_party::add(party, key)).map(Ok)
}

pub(super) fn list(at: Reading<'_>) -> Outcome<Vec<(RelyingParty, Vec<ApiKey>)>> {
    let mut all = Vec::new();
    for party in relying_parties::list(at)? {
        let keys = relying_parties::keys(at, party.id)?;
        all.push((party, keys));
    }
    Ok(all)
}

pub(super) fn with_keys(at: Reading<'_>, id: RelyingPartyId) -> Outcome<Option<(RelyingParty, Vec<ApiKey>)>> {
    let Some(party) = relying_parties::find(at, id)? else { return Ok(None) };
    Ok(Some((party, relying_parties::keys(at, id)?)))
}

/// What is due, so many for each at most: one that does not answer keeps nothing from the others.
pub(super) fn due(at: Reading<'_>, each: u32) -> Outcome<Vec<Delivery>> {
    let mut all = Vec::new();
    for party in relying_parties::list(at)? {
        all.extend(relying_parties::due(at, &party, each)?);
    }
    Ok(all)
}

pub(super) fn rotate(tx: &mut Tx<'_>, id: RelyingPartyId, key: ApiKey) -> Outcome<bool> {
    let Some(party) = relying_parties::find(tx.at, id)? else { return Ok(false) };
    let keys = relying_parties::keys(tx.at, id)?;
    tx.carry_out(relying_party::rotate(&party, &keys, key, tx.at.now))?;
    Ok(true)
}

pub(super) fn retire(tx: &mut Tx<'_>, id: RelyingPartyId) -> Outcome<Option<usize>> {
    if relying_parties::find(tx.at, id)?.is_none() {
        return Ok(None);
    }
    let keys = relying_parties::keys(tx.at, id)?;
    tx.carry_out(relying_party::retire(id, &keys, tx.at.now)).map(Some)
}

pub(super) fn remove(tx: &mut Tx<'_>, id: RelyingPartyId) -> Outcome<bool> {
    let Some(party) = relying_parties::find(tx.at, id)? else { return Ok(false) };
    let (keys, pending) = (relying_parties::keys(tx.at, id)?, requests::pending_for(tx.at, id)?);
    tx.carry_out(relying_party::remove(&party, &keys, &pending, tx.at.now))?;
    Ok(true)
}

/// Ends one of its pending requests. `None` when it is not its own.
pub(super) fn cancel(tx: &mut Tx<'_>, party: RelyingPartyId, id: RequestId) -> Outcome<Option<bool>> {
    match requests::asked(tx.at, id)? {
        Some(asked) if asked.request.asker.commission().is_some_and(|of| of.relying_party == party) => {
            tx.carry_out(request::cancel(&asked, tx.at.now)).map(Some)
        }
        _ => Ok(None),
    }
}

/// It has arrived, or nobody waits for it any more.
pub(super) fn delivered(tx: &mut Tx<'_>, id: RequestId) -> Outcome<()> {
    match relying_parties::tries(tx.at, id)? {
        Some(_) => relying_parties::end_delivery(tx.at.db, id),
        None => Ok(()),
    }
}

/// It was tried once more and has not arrived.
pub(super) fn not_delivered(tx: &mut Tx<'_>, id: RequestId) -> Outcome<()> {
    let (Some(tries), Some(request)) = (relying_parties::tries(tx.at, id)?, requests::find(tx.at, id)?)
    else {
        return Ok(());
    };
    tx.carry_out(relying_party::not_delivered(&request, tries + 1, tx.at.now))
}
