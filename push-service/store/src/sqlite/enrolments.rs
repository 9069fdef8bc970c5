//! Enrolments. A phase is spread over columns; what a phase does not have is NULL.

use super::Reading;
use super::rows::{Columns, all, ms, one, write_one};
use crate::store::{Outcome, StoreError};
use authenticator_protocol::code::Hash;
use authenticator_protocol::enrolment::Characters;
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId, UserId};
use rusqlite::{Connection, params};
use signin::enrolment::{Claimed, Enrolment, Failure, Permission, Phase, TypedCodes};

macro_rules! phase_columns {
    () => {
        "phase, device, model, system, device_key, approval_key, commitment, claim, nonce, offer_input, offer,
         claims, characters, wrong, request, failure"
    };
}

macro_rules! columns {
    () => {
        concat!(
            "id, user, session, permitted, code, typed_upn, typed_email, opened, expires, other_phone, ",
            phase_columns!()
        )
    };
}

fn permission(word: &str) -> Option<Permission> {
    let all = [
        Permission::ExistingMethod,
        Permission::Pass,
        Permission::TrustedNetwork,
        Permission::FirstByPassword,
    ];
    all.into_iter().find(|permission| permission.as_str() == word)
}

fn failure(word: &str) -> Option<Failure> {
    let all = [
        Failure::Expired,
        Failure::Cancelled,
        Failure::WrongCharacters,
        Failure::TestFailed,
        Failure::PhoneLeft,
    ];
    all.into_iter().find(|failure| failure.as_str() == word)
}

fn read(columns: &mut Columns<'_>) -> Outcome<Enrolment> {
    let mut enrolment = Enrolment {
        id: columns.take()?,
        user: columns.take()?,
        session: columns.take()?,
        permitted: columns.word(permission)?,
        code: columns.take()?,
        typed: TypedCodes { with_upn: columns.maybe()?, with_email: columns.maybe()? },
        opened: columns.take()?,
        expires: columns.take()?,
        other_phone: columns.maybe()?,
        phase: Phase::Open,
    };
    enrolment.phase = read_phase(columns)?;
    Ok(enrolment)
}

fn read_phase(columns: &mut Columns<'_>) -> Outcome<Phase> {
    let word: String = columns.take()?;
    Ok(match word.as_str() {
        "open" => Phase::Open,
        "claimed" => Phase::Claimed(read_claimed(columns)?),
        "registered" => Phase::Registered {
            claimed: read_claimed(columns)?,
            characters: columns.word(Characters::typed)?,
            wrong: columns.take()?,
        },
        "testing" => Phase::Testing {
            device: columns.take()?,
            model: columns.take()?,
            request: columns.skip(11).take()?,
        },
        "done" => Phase::Done { device: columns.take()?, model: columns.take()? },
        "failed" => Phase::Failed(columns.skip(14).word(failure)?),
        _ => return Err(StoreError::Corrupt("a phase")),
    })
}

fn read_claimed(columns: &mut Columns<'_>) -> Outcome<Claimed> {
    let device = columns.take()?;
    let model = columns.take()?;
    let system = columns.take()?;
    Ok(Claimed {
        device,
        model,
        system,
        device_key: columns.take()?,
        approval_key: columns.take()?,
        commitment: columns.take()?,
        claim: columns.take()?,
        nonce: columns.take()?,
        offer_input: columns.take()?,
        offer: columns.take()?,
        claims: columns.take()?,
    })
}

pub(super) fn find(at: Reading<'_>, id: EnrolmentId) -> Outcome<Option<Enrolment>> {
    one(at.db, concat!("SELECT ", columns!(), " FROM enrolments WHERE id = ?1"), [id.as_bytes()], read)
}

/// By the HMAC of its link's code, or of its typed code with one of its user's names.
pub(super) fn by_code(at: Reading<'_>, code: Hash) -> Outcome<Option<Enrolment>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM enrolments WHERE code = ?1 OR typed_upn = ?1 OR typed_email = ?1"
    );
    one(at.db, sql, [code.0], read)
}

/// The unfinished enrolment that made a device, while the device does not count.
pub(super) fn making(at: Reading<'_>, device: DeviceId) -> Outcome<Option<Enrolment>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM enrolments WHERE device = ?1 AND phase NOT IN ('done', 'failed')"
    );
    one(at.db, sql, [device.as_bytes()], read)
}

/// The unfinished enrolments of a user.
pub(super) fn unfinished(at: Reading<'_>, user: UserId) -> Outcome<Vec<Enrolment>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM enrolments WHERE user = ?1 AND phase NOT IN ('done', 'failed')"
    );
    all(at.db, sql, [user.as_bytes()], read)
}

/// Unfinished enrolments whose time is over, at most `limit`.
pub(super) fn due(at: Reading<'_>, limit: u32) -> Outcome<Vec<EnrolmentId>> {
    let sql = "SELECT id FROM enrolments WHERE phase NOT IN ('done', 'failed') AND expires <= ?1
        ORDER BY expires LIMIT ?2";
    all(at.db, sql, params![ms(at.now), limit], |columns| columns.take())
}

pub(super) fn add(db: &Connection, enrolment: &Enrolment) -> Outcome<()> {
    let sql = "INSERT INTO enrolments
        (id, user, session, permitted, code, opened, expires, other_phone, typed_upn, typed_email, phase)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open')";
    let params = params![
        enrolment.id.as_bytes(),
        enrolment.user.as_bytes(),
        enrolment.session.0,
        enrolment.permitted.as_str(),
        enrolment.code.0,
        ms(enrolment.opened),
        ms(enrolment.expires),
        enrolment.other_phone,
        enrolment.typed.with_upn.map(|mac| mac.0),
        enrolment.typed.with_email.map(|mac| mac.0),
    ];
    write_one(db, "a new enrolment", sql, params)?;
    if enrolment.phase == Phase::Open { Ok(()) } else { set_phase(db, enrolment.id, &enrolment.phase) }
}

/// The columns of a phase.
#[derive(Default)]
struct Spread<'a> {
    word: &'static str,
    device: Option<DeviceId>,
    model: Option<&'a str>,
    claimed: Option<&'a Claimed>,
    characters: Option<&'a str>,
    wrong: Option<u32>,
    request: Option<RequestId>,
    failure: Option<&'static str>,
}

impl<'a> Spread<'a> {
    fn of(phase: &'a Phase) -> Self {
        match phase {
            Phase::Open => Self { word: "open", ..Self::default() },
            Phase::Claimed(claimed) => Self { word: "claimed", ..Self::claimed(claimed) },
            Phase::Registered { claimed, characters, wrong } => Self {
                word: "registered",
                characters: Some(characters.as_str()),
                wrong: Some(*wrong),
                ..Self::claimed(claimed)
            },
            Phase::Testing { device, model, request } => Self {
                word: "testing",
                device: Some(*device),
                model: Some(model),
                request: Some(*request),
                ..Self::default()
            },
            Phase::Done { device, model } => {
                Self { word: "done", device: Some(*device), model: Some(model), ..Self::default() }
            }
            Phase::Failed(failure) => {
                Self { word: "failed", failure: Some(failure.as_str()), ..Self::default() }
            }
        }
    }

    fn claimed(claimed: &'a Claimed) -> Self {
        Self {
            device: Some(claimed.device),
            model: Some(&claimed.model),
            claimed: Some(claimed),
            ..Self::default()
        }
    }
}

/// An enrolment that is over stays as it is.
pub(super) fn set_phase(db: &Connection, id: EnrolmentId, phase: &Phase) -> Outcome<()> {
    let sql = concat!(
        "UPDATE enrolments SET (",
        phase_columns!(),
        ") = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         WHERE id = ?1 AND phase NOT IN ('done', 'failed')"
    );
    let spread = Spread::of(phase);
    let claimed = spread.claimed;
    let params = params![
        id.as_bytes(),
        spread.word,
        spread.device.as_ref().map(DeviceId::as_bytes),
        spread.model,
        claimed.map(|claimed| &claimed.system),
        claimed.map(|claimed| claimed.device_key.0),
        claimed.map(|claimed| claimed.approval_key.0),
        claimed.map(|claimed| claimed.commitment.0),
        claimed.map(|claimed| claimed.claim.0),
        claimed.map(|claimed| claimed.nonce.0),
        claimed.map(|claimed| &claimed.offer_input),
        claimed.map(|claimed| claimed.offer.0),
        claimed.map(|claimed| claimed.claims),
        spread.characters,
        spread.wrong,
        spread.request.as_ref().map(RequestId::as_bytes),
        spread.failure,
    ];
    write_one(db, "an enrolment's phase", sql, params)
}

/// Also of one that is over: the page still says it.
pub(super) fn set_other_phone(db: &Connection, id: EnrolmentId, model: &str) -> Outcome<()> {
    let sql = "UPDATE enrolments SET other_phone = ?2 WHERE id = ?1";
    write_one(db, "another phone", sql, params![id.as_bytes(), model])
}
