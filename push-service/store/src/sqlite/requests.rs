//! Sign-in requests and their challenges.

use super::rows::{Columns, all, ms, one, write, write_one};
use super::{Reading, enrolments};
use crate::store::{Outcome, StoreError};
use crate::vault::Vault;
use authenticator_protocol::answer::{AnswerReply, End};
use authenticator_protocol::code::Hash;
use authenticator_protocol::fetch;
use authenticator_protocol::ids::{ChallengeId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, UserId};
use authenticator_protocol::number::Digits;
use authenticator_protocol::random::Random;
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::device::Device;
use signin::request::{
    Asked, Asker, ChallengeRecord, Commission, Ended, FLOOD_WINDOW, NUMBER_MEMORY, Origin, REPORT_WINDOW,
    SignInRequest, Strangers,
};

macro_rules! columns {
    () => {
        "id, user, session, browser, purpose, enrolment, application, origin_address, origin_browser,
         origin_system, origin_place, recognised, digits, sealed_number, opened, expires, end, ended_at, ended_by,
         used, message, silent, relying_party, asked, nonce, result, repeat, delivered"
    };
}

fn read(columns: &mut Columns<'_>, vault: &Vault) -> Outcome<SignInRequest> {
    let id: RequestId = columns.take()?;
    let user = columns.take()?;
    let (key, browser) = (columns.take()?, columns.take()?);
    Ok(SignInRequest {
        id,
        user,
        purpose: columns.word(|purpose| serde_json::from_str(purpose).ok())?,
        enrolment: columns.maybe()?,
        application: columns.take()?,
        origin: Origin {
            address: columns.take()?,
            browser: columns.maybe()?,
            system: columns.maybe()?,
            place: columns.maybe()?,
            recognised: columns.take()?,
        },
        digits: Digits::new(columns.take()?).ok_or(StoreError::Corrupt("digits"))?,
        number: columns
            .maybe::<Vec<u8>>()?
            .map(|sealed| vault.open_number(id, &sealed).map_err(|_| StoreError::Corrupt("a sealed number")))
            .transpose()?,
        opened: columns.take()?,
        expires: columns.take()?,
        ended: {
            let (end, at, by) = (columns.maybe_word(End::from_word)?, columns.maybe()?, columns.maybe()?);
            end.zip(at).map(|(end, at)| Ended { end, at, by })
        },
        used: columns.take()?,
        message: columns.maybe()?,
        silent: columns.take()?,
        asker: match columns.maybe()? {
            None => Asker::Session { key, browser },
            Some(relying_party) => Asker::RelyingParty(Box::new(Commission {
                relying_party,
                place: browser,
                asked: columns.take()?,
                nonce: columns.maybe()?,
                result: columns.take()?,
                repeat: columns.maybe()?,
                delivered: columns.take()?,
            })),
        },
    })
}

pub(super) fn find(at: Reading<'_>, id: RequestId) -> Outcome<Option<SignInRequest>> {
    let sql = concat!("SELECT ", columns!(), " FROM requests WHERE id = ?1");
    one(at.db, sql, [id.as_bytes()], |columns| read(columns, at.vault))
}

/// A request with all that its end touches.
pub(super) fn asked(at: Reading<'_>, id: RequestId) -> Outcome<Option<Asked>> {
    find(at, id)?.map(|request| with_all(at, request)).transpose()
}

fn with_all(at: Reading<'_>, request: SignInRequest) -> Outcome<Asked> {
    let sql = "SELECT device FROM challenges WHERE request = ?1";
    let devices = all(at.db, sql, [request.id.as_bytes()], |columns| columns.take())?;
    let enrolment = match request.enrolment {
        Some(id) => enrolments::find(at, id)?,
        None => None,
    };
    Ok(Asked { request, devices, enrolment })
}

/// The pending requests of a user, of all browsers.
pub(super) fn pending(at: Reading<'_>, user: UserId) -> Outcome<Vec<Asked>> {
    let sql =
        concat!("SELECT ", columns!(), " FROM requests WHERE user = ?1 AND ended_at IS NULL ORDER BY opened");
    let found = all(at.db, sql, [user.as_bytes()], |columns| read(columns, at.vault))?;
    found.into_iter().map(|request| with_all(at, request)).collect()
}

/// The pending requests of everybody, also of whoever is unknown.
pub(super) fn all_pending(at: Reading<'_>) -> Outcome<Vec<Asked>> {
    let sql = concat!("SELECT ", columns!(), " FROM requests WHERE ended_at IS NULL AND expires > 0");
    let found = all(at.db, sql, [], |columns| read(columns, at.vault))?;
    found.into_iter().map(|request| with_all(at, request)).collect()
}

/// What a relying party opened with this `Idempotency-Key`.
pub(super) fn repeated(
    at: Reading<'_>,
    relying_party: RelyingPartyId,
    repeat: Hash,
) -> Outcome<Option<SignInRequest>> {
    let sql = concat!("SELECT ", columns!(), " FROM requests WHERE relying_party = ?1 AND repeat = ?2");
    one(at.db, sql, params![relying_party.as_bytes(), repeat.0], |columns| read(columns, at.vault))
}

/// What a relying party waits for.
pub(super) fn pending_for(at: Reading<'_>, relying_party: RelyingPartyId) -> Outcome<Vec<Asked>> {
    let sql = concat!("SELECT ", columns!(), " FROM requests WHERE ended_at IS NULL AND relying_party = ?1");
    let found = all(at.db, sql, [relying_party.as_bytes()], |columns| read(columns, at.vault))?;
    found.into_iter().map(|request| with_all(at, request)).collect()
}

/// Whether a relying party has as many requests pending as it may, and whether as many of its results have not been
/// delivered.
pub(super) fn is_full(at: Reading<'_>, relying_party: RelyingPartyId) -> Outcome<(bool, bool)> {
    let (party, policy) = (relying_party.as_bytes(), at.policy);
    let pending = "SELECT 1 FROM requests
        WHERE ended_at IS NULL AND relying_party = ?1 AND expires > ?2 LIMIT 1 OFFSET ?3";
    let pending =
        one(at.db, pending, params![party, ms(at.now), policy.pending_of_party.saturating_sub(1)], |_| {
            Ok(())
        })?;
    let undelivered = "SELECT 1 FROM deliveries WHERE relying_party = ?1 LIMIT 1 OFFSET ?2";
    let undelivered =
        one(at.db, undelivered, params![party, policy.undelivered_of_party.saturating_sub(1)], |_| Ok(()))?;
    Ok((pending.is_some(), undelivered.is_some()))
}

/// Pending requests whose time is over, at most `limit`.
pub(super) fn due(at: Reading<'_>, limit: u32) -> Outcome<Vec<RequestId>> {
    let sql = "SELECT id FROM requests WHERE ended_at IS NULL AND expires <= ?1 ORDER BY expires LIMIT ?2";
    all(at.db, sql, params![ms(at.now), limit], |columns| columns.take())
}

/// The models of the devices that were asked.
pub(super) fn models(at: Reading<'_>, id: RequestId) -> Outcome<Vec<String>> {
    let sql = "SELECT d.model FROM challenges c JOIN devices d ON d.id = c.device WHERE c.request = ?1
        ORDER BY d.added";
    all(at.db, sql, [id.as_bytes()], |columns| columns.take())
}

/// Tags of the numbers that are this user's now, or were within five minutes, each with its request.
pub(super) fn recent_numbers(at: Reading<'_>, user: UserId) -> Outcome<Vec<(RequestId, Hash)>> {
    let read = |columns: &mut Columns<'_>| Ok((columns.take()?, columns.take()?));
    let sql =
        "SELECT id, number_tag FROM requests WHERE user = ?1 AND ended_at IS NULL AND number_tag IS NOT NULL
        UNION ALL
        SELECT id, number_tag FROM requests WHERE user = ?1 AND ended_at >= ?2 AND number_tag IS NOT NULL";
    all(at.db, sql, params![user.as_bytes(), ms(at.now.minus_seconds(NUMBER_MEMORY))], read)
}

/// How many requests of a user a relying party has opened that are pending or ended within five minutes; and all of them.
pub(super) fn recently_asked(
    at: Reading<'_>,
    user: UserId,
    party: RelyingPartyId,
) -> Outcome<(usize, usize)> {
    let sql = "SELECT relying_party FROM requests
            WHERE user = ?1 AND ended_at IS NULL AND relying_party IS NOT NULL
        UNION ALL
        SELECT relying_party FROM requests
            WHERE user = ?1 AND ended_at >= ?2 AND relying_party IS NOT NULL";
    let since = ms(at.now.minus_seconds(NUMBER_MEMORY));
    let asked: Vec<RelyingPartyId> =
        all(at.db, sql, params![user.as_bytes(), since], |columns| columns.take())?;
    Ok((asked.iter().filter(|other| **other == party).count(), asked.len()))
}

/// What browsers that a user has not signed in with have asked of them lately.
pub(super) fn strangers(at: Reading<'_>, user: UserId) -> Outcome<Strangers> {
    let sql = "SELECT end, ended_at, origin_address FROM requests
        WHERE user = ?1 AND ended_at > ?2 AND end <> 'approved'
            AND relying_party IS NULL AND NOT recognised AND enrolment IS NULL";
    let params = params![user.as_bytes(), ms(at.now.minus_seconds(REPORT_WINDOW))];
    let mut strangers = Strangers::default();
    let ended: Vec<(End, Millis, String)> = all(at.db, sql, params, |columns| {
        Ok((columns.word(End::from_word)?, columns.take()?, columns.take()?))
    })?;
    for (end, when, address) in ended {
        if end == End::Reported {
            strangers.reported.push(address);
        }
        strangers.unanswered += usize::from(at.now < when.plus_seconds(FLOOD_WINDOW));
    }
    let sql = "SELECT 1 FROM requests WHERE user = ?1 AND ended_at IS NULL
            AND relying_party IS NULL AND NOT recognised AND enrolment IS NULL
        UNION ALL
        SELECT 1 FROM requests WHERE user = ?1 AND ended_at >= ?2
            AND relying_party IS NULL AND NOT recognised AND enrolment IS NULL";
    let params = params![user.as_bytes(), ms(at.now.minus_seconds(NUMBER_MEMORY))];
    strangers.numbers = all(at.db, sql, params, |_| Ok(()))?.len();
    Ok(strangers)
}

pub(super) fn add(
    db: &Connection,
    vault: &Vault,
    random: &mut dyn Random,
    request: &SignInRequest,
    challenges: &[ChallengeRecord],
) -> Outcome<()> {
    let sql = concat!(
        "INSERT INTO requests (",
        columns!(),
        ", number_tag) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
         NULL, NULL, NULL, FALSE, ?18, ?25, ?19, ?20, ?21, ?22, ?23, ?24, ?17)"
    );
    let place = request.asker.place();
    let commission = request.asker.commission();
    let unreadable = |_| StoreError::Corrupt("a purpose");
    let number = request.number.as_ref();
    let params = params![
        request.id.as_bytes(),
        request.user.as_bytes(),
        request.asker.session().unwrap_or(place).0,
        place.0,
        serde_json::to_string(&request.purpose).map_err(unreadable)?,
        request.enrolment.as_ref().map(EnrolmentId::as_bytes),
        request.application,
        request.origin.address,
        request.origin.browser,
        request.origin.system,
        request.origin.place,
        request.origin.recognised,
        request.digits.get(),
        number.map(|number| vault.seal_number(request.id, number, random)),
        ms(request.opened),
        ms(request.expires),
        number.map(|number| vault.number_tag(request.user, number).0),
        request.message,
        commission.map(|of| of.relying_party.as_bytes()),
        commission.map(|of| of.asked.0),
        commission.and_then(|of| of.nonce.as_deref()),
        commission.map(|of| of.result.as_bytes()),
        commission.and_then(|of| of.repeat).map(|hash| hash.0),
        commission.map(|of| of.delivered),
        request.silent,
    ];
    write_one(db, "a new request", sql, params)?;
    for challenge in challenges {
        let sql =
            "INSERT INTO challenges (id, request, device, signing_input, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
        let params = params![
            challenge.id.as_bytes(),
            challenge.request.as_bytes(),
            challenge.device.as_bytes(),
            challenge.signing_input,
            challenge.hash.0,
        ];
        write_one(db, "a new challenge", sql, params)?;
    }
    Ok(())
}

/// Ends a pending request, or fails: no request ends twice (property 4). The number goes with it.
pub(super) fn end(db: &Connection, id: RequestId, ended: Ended) -> Outcome<()> {
    let sql = "UPDATE requests SET end = ?2, ended_at = ?3, ended_by = ?4, sealed_number = NULL
        WHERE id = ?1 AND ended_at IS NULL";
    let by = ended.by.as_ref().map(DeviceId::as_bytes);
    write_one(db, "a request's end", sql, params![id.as_bytes(), ended.end.as_str(), ms(ended.at), by])
}

/// An approval serves once.
pub(super) fn use_up(db: &Connection, id: RequestId) -> Outcome<()> {
    let sql = "UPDATE requests SET used = TRUE WHERE id = ?1 AND end = 'approved' AND used = FALSE";
    write_one(db, "an approval's use", sql, [id.as_bytes()])
}

/// Forgets the tags of numbers that may come again.
pub(super) fn forget_numbers(db: &Connection, now: Millis) -> Outcome<usize> {
    let sql = "UPDATE requests SET number_tag = NULL
        WHERE number_tag IS NOT NULL AND ended_at IS NOT NULL AND ended_at < ?1";
    write(db, sql, [ms(now.minus_seconds(NUMBER_MEMORY))])
}

/// Whether there is something for [`forget_numbers`].
pub(super) fn has_old_numbers(at: Reading<'_>) -> Outcome<bool> {
    let sql = "SELECT 1 FROM requests
        WHERE number_tag IS NOT NULL AND ended_at IS NOT NULL AND ended_at < ?1 LIMIT 1";
    Ok(one(at.db, sql, [ms(at.now.minus_seconds(NUMBER_MEMORY))], |_| Ok(()))?.is_some())
}

pub(super) fn challenge(at: Reading<'_>, id: ChallengeId) -> Outcome<Option<ChallengeRecord>> {
    let sql = "SELECT id, request, device, signing_input, hash, reply_to, reply_end, reply_counted
        FROM challenges WHERE id = ?1";
    one(at.db, sql, [id.as_bytes()], |columns| {
        Ok(ChallengeRecord {
            id: columns.take()?,
            request: columns.take()?,
            device: columns.take()?,
            signing_input: columns.take()?,
            hash: columns.take()?,
            reply: {
                let (to, end, counted): (Option<Hash>, _, Option<bool>) =
                    (columns.maybe()?, columns.maybe_word(End::from_word)?, columns.maybe()?);
                to.zip(end.zip(counted)).map(|(to, (end, counted))| (to, AnswerReply { end, counted }))
            },
        })
    })
}

pub(super) fn keep_reply(db: &Connection, id: ChallengeId, to: Hash, reply: AnswerReply) -> Outcome<()> {
    let sql = "UPDATE challenges SET reply_to = ?2, reply_end = ?3, reply_counted = ?4
        WHERE id = ?1 AND reply_to IS NULL";
    write_one(db, "a reply", sql, params![id.as_bytes(), to.0, reply.end.as_str(), reply.counted])
}

/// Signing inputs of what waits for a device, oldest first. So many at most that a phone can read them; those from
/// browsers that the user has signed in with before cannot be crowded out (property 14).
pub(super) fn waiting_on(at: Reading<'_>, device: &Device) -> Outcome<Vec<String>> {
    let sql = "SELECT r.opened, r.rowid, c.signing_input
        FROM requests r JOIN challenges c ON c.request = r.id AND c.device = ?2
        WHERE r.user = ?1 AND r.ended_at IS NULL AND r.expires > ?3
        ORDER BY r.recognised DESC, r.opened DESC LIMIT 30";
    let params = params![device.user.as_bytes(), device.id.as_bytes(), ms(at.now)];
    let mut found: Vec<(u64, u64, String)> =
        all(at.db, sql, params, |columns| Ok((columns.take()?, columns.take()?, columns.take()?)))?;
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, _, input)| input).collect())
}

/// How long a device is told of what has ended, in seconds.
const TOLD: u64 = 600;

/// What a device was asked and what has ended within ten minutes, newest first, at most a hundred.
pub(super) fn ended_on(at: Reading<'_>, device: &Device) -> Outcome<Vec<fetch::Ended>> {
    let sql = "SELECT c.id, r.end, r.ended_by FROM requests r
        JOIN challenges c ON c.request = r.id AND c.device = ?2
        WHERE r.user = ?1 AND r.ended_at > ?3 ORDER BY r.ended_at DESC LIMIT 100";
    let since = at.now.minus_seconds(TOLD);
    all(at.db, sql, params![device.user.as_bytes(), device.id.as_bytes(), ms(since)], |columns| {
        Ok(fetch::Ended {
            challenge: columns.take()?,
            end: columns.word(End::from_word)?,
            here: columns.maybe()? == Some(device.id),
        })
    })
}
