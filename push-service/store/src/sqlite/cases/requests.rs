//! Sign-in requests.

use super::super::{Reading, Sqlite, Tx, devices, enrolments, relying_parties, requests, users};
use super::sessions::{known, under_way};
use crate::store::{
    Answer, Ask, Committed, NotAsked, NotOpened, NotTaken, OpenRequest, Outcome, Placed, RequestView, Says,
    StoreError,
};
use authenticator_protocol::answer::AnswerReply;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::RequestId;
use authenticator_protocol::number::Number;
use signin::device::DeviceState;
use signin::request::{self, Asking, Opener, Questioned};
use signin::session::SessionKey;

pub(super) fn open(tx: &mut Tx<'_>, mut open: OpenRequest) -> Outcome<Result<RequestId, NotOpened>> {
    let at = tx.at;
    let Some((session, user)) = known(at, open.session)? else { return Ok(Err(NotOpened::NoSession)) };
    open.origin.recognised = users::recognises(at, user.id, session.browser)?;
    let recent = requests::recent_numbers(at, user.id)?;
    let opener = Opener {
        session: &session,
        user: &user,
        devices: &devices::of_user(at, user.id)?,
        pending: &requests::pending(at, user.id)?,
        taken: &|number| is_among(at, &user.id, number, recent.iter().map(|(_, tag)| tag)),
        strangers: &requests::strangers(at, user.id)?,
    };
    let decision = request::open(&open, &opener, at.policy, at.now, &mut *tx.random);
    tx.carry_out(decision)
}

/// Opens one for a relying party.
pub(super) fn ask(tx: &mut Tx<'_>, ask: &Ask) -> Outcome<Result<Placed, NotAsked>> {
    let at = tx.at;
    if relying_parties::find(at, ask.relying_party)?.is_none() {
        return Ok(Err(NotAsked::NoRelyingParty));
    }
    let found = users::by_name(at, &ask.user)?;
    let user = found.as_ref().ok_or_else(|| at.vault.nobody(&ask.user));
    let id = user.map_or_else(|unknown| unknown, |user| user.id);
    let recent = requests::recent_numbers(at, id)?;
    let earlier = match ask.repeat {
        Some(repeat) => requests::repeated(at, ask.relying_party, repeat)?,
        None => None,
    };
    let asking = Asking {
        user,
        devices: &devices::of_user(at, id)?,
        pending: &requests::pending(at, id)?,
        taken: &|number| is_among(at, &id, number, recent.iter().map(|(_, tag)| tag)),
        recent: requests::recently_asked(at, id, ask.relying_party)?,
        full: requests::is_full(at, ask.relying_party)?,
        earlier: earlier.as_ref(),
    };
    let decision = request::ask_for(ask, &asking, at.policy, at.now, &mut *tx.random);
    tx.carry_out(decision)
}

/// Whether a number's tag is one of these.
pub(super) fn is_among<'a>(
    at: Reading<'_>,
    user: &authenticator_protocol::ids::UserId,
    number: &Number,
    mut tags: impl Iterator<Item = &'a Hash>,
) -> bool {
    let tag = at.vault.number_tag(*user, number);
    tags.any(|other| *other == tag)
}

pub(super) fn answer(tx: &mut Tx<'_>, answer: &Answer) -> Outcome<Result<AnswerReply, NotTaken>> {
    let at = tx.at;
    let unknown = Ok(Err(NotTaken::Unknown));
    let Some(challenge) = requests::challenge(at, answer.challenge)? else { return unknown };
    let Some(device) = devices::find(at, answer.device)? else { return unknown };
    let lost = StoreError::Corrupt("a challenge without its request");
    let asked = requests::asked(at, challenge.request)?.ok_or(lost)?;
    let user =
        users::find(at, asked.request.user)?.ok_or(StoreError::Corrupt("a request without its user"))?;
    // Others are looked for only when the number is not this request's: hardly ever.
    let differs =
        matches!((&answer.says, &asked.request.number), (Says::Yes(typed), Some(own)) if typed != own);
    let recent = if differs { requests::recent_numbers(at, user.id)? } else { Vec::new() };
    let others = || recent.iter().filter(|(id, _)| *id != asked.request.id).map(|(_, tag)| tag);
    let has_active_device = asked.enrolment.is_some()
        && devices::of_user(at, user.id)?.iter().any(|other| other.state == DeviceState::Active);
    let read = Questioned {
        challenge: &challenge,
        asked: &asked,
        user: &user,
        device: &device,
        has_active_device,
        of_another: &|number| is_among(at, &user.id, number, others()),
    };
    tx.carry_out(request::answer(answer, &read, at.policy, at.now))
}

pub(super) fn cancel(tx: &mut Tx<'_>, session: SessionKey) -> Outcome<bool> {
    let Some((session, _)) = known(tx.at, session)? else { return Ok(false) };
    match under_way(tx.at, &session)?.request {
        Some(asked) if asked.request.asker.session() == Some(session.key) => {
            tx.carry_out(request::cancel(&asked, tx.at.now))
        }
        _ => Ok(false),
    }
}

fn look(at: Reading<'_>, id: RequestId) -> Outcome<Option<RequestView>> {
    let Some(request) = requests::find(at, id)? else { return Ok(None) };
    Ok(Some(RequestView { request, asked: requests::models(at, id)?, now: at.now }))
}

/// Reads; ends the request first when its time is over.
pub(super) async fn view(store: &Sqlite, id: RequestId) -> Outcome<Option<Committed<RequestView>>> {
    let Some(view) = store.look(move |at| look(at, id)).await? else { return Ok(None) };
    if view.request.ended.is_some() || view.request.is_pending(view.now) {
        return Ok(Some(Committed { at: view.now, value: view, notices: Vec::new(), facts: Vec::new() }));
    }
    let ended = store
        .commit(move |tx| {
            expire(tx, id)?;
            look(tx.at, id)
        })
        .await?;
    let Committed { value, notices, facts, at } = ended;
    Ok(value.map(|value| Committed { value, notices, facts, at }))
}

fn expire(tx: &mut Tx<'_>, id: RequestId) -> Outcome<()> {
    match requests::asked(tx.at, id)? {
        Some(asked) => tx.carry_out(request::expire(&asked, tx.at.now)).map(drop),
        None => Ok(()),
    }
}

/// How many of each are ended before it is looked again whether there are more.
const ROUND: u32 = 256;

/// Ends what is due. Each is a job of its own, so that one that cannot be read does not keep the others alive;
/// they are committed together all the same.
pub(super) async fn expire_all(store: &Sqlite) -> Outcome<Committed<()>> {
    let mut all =
        Committed { value: (), notices: Vec::new(), facts: Vec::new(), at: store.shared.time.now() };
    loop {
        let (tests, due, old) = store
            .read(|at| {
                Ok((enrolments::due(at, ROUND)?, requests::due(at, ROUND)?, requests::has_old_numbers(at)?))
            })
            .await?;
        let found = tests.len().max(due.len());
        let mut jobs = Vec::new();
        // Enrolments first: they take their tests with them.
        for id in tests {
            jobs.push(store.submit(move |tx| super::enrolments::expire(tx, id))?);
        }
        for id in due {
            jobs.push(store.submit(move |tx| expire(tx, id))?);
        }
        if old {
            jobs.push(store.submit(|tx| requests::forget_numbers(tx.at.db, tx.at.now).map(drop))?);
        }
        let mut failed = None;
        for job in jobs {
            match job.wait().await {
                Ok(done) => {
                    all.notices.extend(done.notices);
                    all.facts.extend(done.facts);
                    all.at = all.at.max(done.at);
                }
                Err(error) => {
                    tracing::error!(%error, "something whose time is over cannot be ended");
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) if all.notices.is_empty() => return Err(error),
            // Notices of what went well must not be lost.
            Some(_) => return Ok(all),
            None if found < ROUND as usize => return Ok(all),
            None => {}
        }
    }
}
