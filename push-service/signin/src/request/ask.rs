//! Opening a request for a relying party.

use super::open::{Question, ask};
use super::{Asked, Asker, Commission, Origin, SignInRequest, Strangers};
use crate::decision::Decision;
use crate::device::{Device, DeviceState};
use crate::policy::Policy;
use crate::user::User;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::ids::{RelyingPartyId, ResultId, UserId};
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::random::{Random, bytes};
use authenticator_protocol::time::Millis;

/// Seconds that a relying party's request may live (property 15).
pub const LIFETIME: std::ops::RangeInclusive<u64> = 30..=600;

/// Requests of one user that one relying party may have pending.
const PENDING: usize = 3;

/// All relying parties together may ask a user so many times as often as one of them. With the default that leaves the
/// user's own pages most of the two-digit numbers.
const TOGETHER: usize = 3;

/// What a relying party asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which one.
    pub relying_party: RelyingPartyId,
    /// Of whom: UPN, e-mail or id.
    pub user: String,
    /// What for.
    pub purpose: Purpose,
    /// Where the user is signing in, as it was registered.
    pub application: String,
    /// What it wants to say.
    pub message: Option<String>,
    /// From where, in its own words.
    pub origin: Origin,
    /// The organisation's name, for the challenge.
    pub organisation: String,
    /// More digits than the organisation's.
    pub digits: Option<Digits>,
    /// Seconds, within [`LIFETIME`].
    pub lifetime: Option<u64>,
    /// Hash of its own session: a newer request of the same one supersedes.
    pub place: Option<Hash>,
    /// SHA-256 of the body with which it asks.
    pub asked: Hash,
    /// Repeated in the result.
    pub nonce: Option<String>,
    /// SHA-256 of the `Idempotency-Key`.
    pub repeat: Option<Hash>,
    /// The result is delivered.
    pub delivered: bool,
}

/// Of whom it is asked, as it was read.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The user; or the id that stands for whoever is unknown, always the same for the same name.
    pub user: Result<&'a User, UserId>,
    /// The user's devices.
    pub devices: &'a [Device],
    /// The pending requests of the user, or of that id.
    pub pending: &'a [Asked],
    /// Whether a number is pending or ended within [`super::NUMBER_MEMORY`].
    pub taken: &'a dyn Fn(&Number) -> bool,
    /// How many requests this relying party has opened of the user within [`super::NUMBER_MEMORY`], and all together.
    pub recent: (usize, usize),
    /// Whether this relying party has [`Policy::pending_of_party`] requests pending, of whomever, and whether
    /// [`Policy::undelivered_of_party`] of its results have not been delivered.
    pub full: (bool, bool),
    /// What this relying party opened with the same `Idempotency-Key`.
    pub earlier: Option<&'a SignInRequest>,
}

/// The request that was opened.
#[derive(Clone, Debug)]
pub struct Placed {
    /// As it is now.
    pub request: SignInRequest,
    /// It had been opened before, with the same `Idempotency-Key`.
    pub again: bool,
}

/// Why nothing was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// There is no such relying party, any more.
    NoRelyingParty,
    /// There is no such user. Told only with [`Policy::reveal_users`], as the next two.
    UnknownUser,
    /// The user has no device that counts.
    NoDevice,
    /// The app method is locked after too many wrong numbers.
    AppLocked,
    /// This relying party waits for this user already, as often as it may.
    Waiting,
    /// This relying party has as many requests pending as it may.
    Pending,
    /// As many of its results have not been delivered as may be.
    Undelivered,
    /// Every number of this length was this user's within five minutes.
    TooMany,
    /// The `Idempotency-Key` came with another body before.
    OtherBody,
}

/// Asks all active devices of the user. Nobody is asked of a user who is unknown, disabled, locked or without a
/// device, and nothing else differs: the request expires, as when nobody answers.
pub fn ask_for(
    ask_for: &Ask,
    read: &Asking<'_>,
    policy: &Policy,
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Result<Placed, NotAsked>> {
    let refused = |why| Decision::nothing(Err(why));
    if let Some(earlier) = read.earlier {
        let same = earlier.asker.commission().is_some_and(|commission| commission.asked == ask_for.asked);
        return Decision::nothing(if same {
            Ok(Placed { request: earlier.clone(), again: true })
        } else {
            Err(NotAsked::OtherBody)
        });
    }
    // Of whomever it asks, so that this tells nothing of anybody.
    match read.full {
        (true, _) => return refused(NotAsked::Pending),
        (false, true) => return refused(NotAsked::Undelivered),
        (false, false) => {}
    }
    let active = |device: &&Device| device.state == DeviceState::Active;
    let devices: Result<Vec<&Device>, NotAsked> = match read.user {
        Ok(user) if user.disabled => Err(NotAsked::UnknownUser),
        Ok(user) if user.app_locked => Err(NotAsked::AppLocked),
        Ok(_) => Some(read.devices.iter().filter(active).collect())
            .filter(|active: &Vec<_>| !active.is_empty())
            .ok_or(NotAsked::NoDevice),
        Err(_) => Err(NotAsked::UnknownUser),
    };
    let devices = match devices {
        Err(why) if policy.reveal_users => return refused(why),
        devices => devices.unwrap_or_default(),
    };
    let user = read.user.map_or_else(|unknown| unknown, |user| user.id);
    // Without a session of its own, each request stands for itself.
    let alone = Bytes(bytes(random));
    let commission = Commission {
        relying_party: ask_for.relying_party,
        place: ask_for.place.unwrap_or(alone),
        asked: ask_for.asked,
        nonce: ask_for.nonce.clone(),
        result: ResultId::random(random),
        repeat: ask_for.repeat,
        delivered: ask_for.delivered,
    };
    let own = |asked: &&Asked| {
        let other = asked.request.asker.commission();
        asked.request.is_pending(now)
            && other.is_some_and(|other| {
                other.relying_party == commission.relying_party && other.place != commission.place
            })
    };
    let (of_this, of_all) = read.recent;
    let often = policy.asks_of_user as usize;
    if of_this >= often || of_all >= TOGETHER * often || read.pending.iter().filter(own).count() >= PENDING {
        return refused(NotAsked::Waiting);
    }
    let lifetime = ask_for.lifetime.unwrap_or(policy.lifetime).clamp(*LIFETIME.start(), *LIFETIME.end());
    let question = Question {
        user,
        asker: Asker::RelyingParty(Box::new(commission)),
        purpose: &ask_for.purpose,
        enrolment: None,
        application: &ask_for.application,
        organisation: &ask_for.organisation,
        origin: &ask_for.origin,
        message: ask_for.message.as_deref(),
        devices: &devices,
        pending: read.pending,
        taken: read.taken,
        strangers: &Strangers::default(),
        digits: ask_for.digits.map_or(policy.digits, |digits| digits.max(policy.digits)),
        until: now.seconds().millis().plus_seconds(lifetime),
    };
    ask(question, now, random)
        .map(|request| request.map(|request| Placed { request, again: false }).ok_or(NotAsked::TooMany))
}

#[cfg(test)]
mod tests;
