//! Sessions.

use super::super::{Reading, Sqlite, Tx, devices, enrolments, requests, sessions, users};
use crate::store::{BeginSession, Complete, Found, Known, Outcome};
use crate::vault::stamp;
use signin::enrolment::{Enrolment, Phase};
use signin::entry::{self, Target, Verdict, Why};
use signin::request::Asked;
use signin::session::{self, Raising, Session, SessionKey, Standing, UnderWay};
use signin::user::User;
use std::net::IpAddr;

/// A session with its user.
pub(super) fn known(at: Reading<'_>, key: SessionKey) -> Outcome<Option<(Session, User)>> {
    let Some(session) = sessions::find(at, key)? else { return Ok(None) };
    Ok(users::find(at, session.user)?.map(|user| (session, user)))
}

/// What a session has under way.
pub(super) fn under_way(at: Reading<'_>, session: &Session) -> Outcome<UnderWay> {
    Ok(UnderWay {
        request: match session.request {
            Some(id) => requests::asked(at, id)?,
            None => None,
        },
        enrolment: match session.enrolment {
            Some(id) => enrolments::find(at, id)?,
            None => None,
        },
    })
}

/// The test that an enrolment is in.
pub(super) fn test_of(at: Reading<'_>, enrolment: &Enrolment) -> Outcome<Option<Asked>> {
    match enrolment.phase {
        Phase::Testing { request, .. } => requests::asked(at, request),
        _ => Ok(None),
    }
}

pub(super) fn begin(tx: &mut Tx<'_>, begin: &BeginSession) -> Outcome<Option<Verdict>> {
    // A check takes its time, and may have waited.
    let Some((user, hash)) = users::with_hash(tx.at, begin.user)? else { return Ok(None) };
    if user.disabled || begin.checked.is_some_and(|checked| checked != stamp(&hash)) {
        return Ok(None);
    }
    let replaced = match begin.replaces {
        Some(key) => sessions::find(tx.at, key)?,
        None => None,
    };
    let replaced = match replaced {
        Some(session) => {
            let under_way = under_way(tx.at, &session)?;
            Some((session, under_way))
        }
        None => None,
    };
    let replaced = replaced.as_ref().map(|(session, under_way)| (session, under_way));
    tx.carry_out(session::begin(begin, replaced, tx.at.policy, tx.at.now)).map(Some)
}

pub(super) fn enter(tx: &mut Tx<'_>, key: SessionKey, target: &Target, from: IpAddr) -> Outcome<Verdict> {
    match known(tx.at, key)? {
        Some((session, user)) if session::is_live(&session, &user, tx.at.policy, tx.at.now) => {
            tx.carry_out(entry::enter(&session, target, from, tx.at.policy, tx.at.now))
        }
        _ => Ok(Verdict::Ask(Why::Outside)),
    }
}

pub(super) fn end(tx: &mut Tx<'_>, key: SessionKey) -> Outcome<()> {
    let Some(session) = sessions::find(tx.at, key)? else { return Ok(()) };
    let under_way = under_way(tx.at, &session)?;
    tx.carry_out(session::end(&session, &under_way, tx.at.now)).map(drop)
}

pub(super) fn complete(tx: &mut Tx<'_>, complete: &Complete) -> Outcome<Option<Session>> {
    let Some((session, user)) = known(tx.at, complete.session)? else { return Ok(None) };
    let request = match session.request {
        Some(id) => requests::find(tx.at, id)?,
        None => None,
    };
    let approver = match request.as_ref().and_then(|request| request.ended).and_then(|ended| ended.by) {
        Some(id) => devices::find(tx.at, id)?,
        None => None,
    };
    let raising =
        Raising { session: &session, user: &user, request: request.as_ref(), approver: approver.as_ref() };
    tx.carry_out(session::complete(complete, &raising, tx.at.policy, tx.at.now))
}

/// What a look at a session asks to be written.
enum Note {
    Nothing,
    /// Its use.
    Touch,
    /// The time at which it was found too old: a clock stepped back must not revive it (property 15).
    Time,
}

/// Reads; writes only what is due, which is at most once a minute.
pub(super) async fn find(store: &Sqlite, key: SessionKey) -> Outcome<Found> {
    let committed = store.shared.time.committed();
    let (found, note) = store
        .look(move |at| {
            let Some((session, user)) = known(at, key)? else { return Ok((Found::Gone, Note::Nothing)) };
            let request = match session.request {
                Some(id) if session.ended.is_some() => requests::find(at, id)?,
                _ => None,
            };
            Ok(match session::standing(&session, &user, request.as_ref(), at.policy, at.now) {
                Standing::Live => {
                    let due = !session::touch(&session, at.now).changes.is_empty();
                    let note = if due { Note::Touch } else { Note::Nothing };
                    (Found::Live(Box::new(Known { session, user })), note)
                }
                Standing::Raised => (Found::Raised(session.to), Note::Nothing),
                Standing::Gone if session::is_live(&session, &user, at.policy, committed) => {
                    (Found::Gone, Note::Time)
                }
                Standing::Gone => (Found::Gone, Note::Nothing),
            })
        })
        .await?;
    match note {
        Note::Nothing => {}
        // A page can be shown although its use was not noted.
        Note::Touch => super::log(store.commit(move |tx| touch(tx, key)).await),
        Note::Time => drop(store.commit(|tx| tx.keep_time()).await?),
    }
    Ok(found)
}

fn touch(tx: &mut Tx<'_>, key: SessionKey) -> Outcome<()> {
    match known(tx.at, key)? {
        Some((session, user)) if session::is_live(&session, &user, tx.at.policy, tx.at.now) => {
            tx.carry_out(session::touch(&session, tx.at.now))
        }
        _ => Ok(()),
    }
}
