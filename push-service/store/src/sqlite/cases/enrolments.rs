//! Enrolments.

use super::super::{Reading, Sqlite, Tx, devices, enrolments, requests, users};
use super::requests::is_among;
use super::sessions::{known, test_of, under_way};
use crate::store::{
    ClaimCode, Committed, NotClaimed, NotPermitted, NotRegistered, OpenEnrolment, Outcome, Register,
    StoreError, TypeCharacters, Typed,
};
use authenticator_protocol::ids::{DeviceId, EnrolmentId};
use authenticator_protocol::time::Millis;
use signin::enrolment::{self, Applicant, Enrolment, Phase, Typing};
use signin::session::{self, SessionKey, UnderWay};

pub(super) fn open(tx: &mut Tx<'_>, open: &OpenEnrolment) -> Outcome<Result<(), NotPermitted>> {
    let at = tx.at;
    let Some((session, user)) = known(at, open.session)? else { return Ok(Err(NotPermitted::NoSession)) };
    let applicant = Applicant {
        session: &session,
        user: &user,
        devices: &devices::of_user(at, user.id)?,
        under_way: &under_way(at, &session)?,
    };
    tx.carry_out(enrolment::open(open, &applicant, at.policy, at.now))
}

pub(super) fn may(
    at: Reading<'_>,
    session: SessionKey,
    trusted_network: bool,
) -> Outcome<Result<(), NotPermitted>> {
    match known(at, session)? {
        Some((session, user)) if session::is_live(&session, &user, at.policy, at.now) => {
            let applicant = Applicant {
                session: &session,
                user: &user,
                devices: &devices::of_user(at, user.id)?,
                under_way: &UnderWay::default(),
            };
            Ok(applicant.permitted(trusted_network, at.policy).map(drop))
        }
        _ => Ok(Err(NotPermitted::NoSession)),
    }
}

fn is_due(enrolment: &Enrolment, now: Millis) -> bool {
    enrolment.is_unfinished() && now >= enrolment.expires
}

/// Reads; ends the enrolment first when its time is over.
pub(super) async fn view(store: &Sqlite, id: EnrolmentId) -> Outcome<Option<Committed<Enrolment>>> {
    let found = store.look(move |at| Ok((enrolments::find(at, id)?, at.now))).await?;
    let (Some(enrolment), at) = found else { return Ok(None) };
    if !is_due(&enrolment, at) {
        return Ok(Some(Committed { value: enrolment, notices: Vec::new(), facts: Vec::new(), at }));
    }
    let ended = store
        .commit(move |tx| {
            expire(tx, id)?;
            enrolments::find(tx.at, id)
        })
        .await?;
    let Committed { value, notices, facts, at } = ended;
    Ok(value.map(|value| Committed { value, notices, facts, at }))
}

pub(super) fn expire(tx: &mut Tx<'_>, id: EnrolmentId) -> Outcome<()> {
    let Some(enrolment) = enrolments::find(tx.at, id)? else { return Ok(()) };
    let test = test_of(tx.at, &enrolment)?;
    tx.carry_out(enrolment::expire(&enrolment, test.as_ref(), tx.at.now)).map(drop)
}

pub(super) fn cancel(tx: &mut Tx<'_>, session: SessionKey) -> Outcome<()> {
    let Some((session, _)) = known(tx.at, session)? else { return Ok(()) };
    match under_way(tx.at, &session)?.enrolment {
        Some(enrolment) if enrolment.session == session.key => {
            let test = test_of(tx.at, &enrolment)?;
            tx.carry_out(enrolment::cancel(&enrolment, test.as_ref(), tx.at.now)).map(drop)
        }
        _ => Ok(()),
    }
}

pub(super) fn claim(tx: &mut Tx<'_>, claim: &ClaimCode) -> Outcome<Result<String, NotClaimed>> {
    let at = tx.at;
    let Some(enrolment) = enrolments::by_code(at, claim.code)? else { return Ok(Err(NotClaimed::Expired)) };
    let user =
        users::find(at, enrolment.user)?.ok_or(StoreError::Corrupt("an enrolment without its user"))?;
    let known = devices::with_keys(at, claim.device_key.thumbprint(), claim.approval_key)?;
    let decision = enrolment::claim(claim, &enrolment, &user, &known, at.policy, at.now, &mut *tx.random);
    tx.carry_out(decision)
}

pub(super) fn register(tx: &mut Tx<'_>, register: &Register) -> Outcome<Result<DeviceId, NotRegistered>> {
    let at = tx.at;
    let Some(enrolment) = enrolments::find(at, register.enrolment)? else {
        return Ok(Err(NotRegistered::Expired));
    };
    let (device_key, approval_key) = (register.device_key.thumbprint(), register.approval_key.thumbprint());
    let known = devices::with_keys(at, device_key, approval_key)?;
    tx.carry_out(enrolment::register(register, &enrolment, &known, at.now))
}

pub(super) fn type_characters(tx: &mut Tx<'_>, mut typed: TypeCharacters) -> Outcome<Typed> {
    let at = tx.at;
    let Some((session, user)) = known(at, typed.session)? else { return Ok(Typed::NothingToType) };
    let Some(enrolment) = under_way(at, &session)?.enrolment else { return Ok(Typed::NothingToType) };
    typed.origin.recognised = users::recognises(at, user.id, session.browser)?;
    let device = match &enrolment.phase {
        Phase::Registered { claimed, .. } => devices::find(at, claimed.device)?,
        _ => None,
    };
    let recent = requests::recent_numbers(at, user.id)?;
    let typing = Typing {
        session: &session,
        user: &user,
        enrolment: &enrolment,
        device: device.as_ref(),
        pending: &requests::pending(at, user.id)?,
        taken: &|number| is_among(at, &user.id, number, recent.iter().map(|(_, tag)| tag)),
    };
    let decision = enrolment::type_characters(&typed, &typing, at.policy, at.now, &mut *tx.random);
    tx.carry_out(decision)
}
