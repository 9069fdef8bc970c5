//! What follows from a device's answer.

use super::end::close;
use super::{Asked, ChallengeRecord};
use crate::decision::{Change, Decision};
use crate::device::{Device, DeviceState};
use crate::enrolment::{self, Enrolment, Phase};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::user::{Failures, User};
use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{ChallengeId, DeviceId};
use authenticator_protocol::number::Number;
use authenticator_protocol::time::Millis;

/// An answer whose signature was verified: by the approval key for a yes, by the device key for a no (property 9).
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who answers.
    pub device: DeviceId,
    /// Which challenge.
    pub challenge: ChallengeId,
    /// The challenge's hash, as the phone saw it.
    pub hash: Hash,
    /// Hash of the answer itself.
    pub message: Hash,
    /// What it says.
    pub says: Says,
}

/// What an answer says.
#[derive(Clone, Debug)]
pub enum Says {
    /// Yes, under the approval key.
    Yes(Number),
    /// No, under the device key.
    No(DenialReason),
}

/// Why an answer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// No such challenge for this device.
    Unknown,
    /// The hash is not the one of the challenge that was sent.
    Mismatch,
    /// The device has ended.
    DeviceEnded,
}

/// What an answer is about, as it was read.
#[derive(Clone, Copy)]
pub struct Questioned<'a> {
    /// The challenge that the answer names.
    pub challenge: &'a ChallengeRecord,
    /// Its request.
    pub asked: &'a Asked,
    /// The request's user.
    pub user: &'a User,
    /// The device that answers.
    pub device: &'a Device,
    /// Whether the user has a device that counts.
    pub has_active_device: bool,
    /// Whether a number is that of *another* request of this user, pending or ended within
    /// [`super::NUMBER_MEMORY`].
    pub of_another: &'a dyn Fn(&Number) -> bool,
}

/// Takes an answer: the first valid one ends the request (properties 3, 4, 15).
pub fn answer(
    answer: &Answer,
    read: &Questioned<'_>,
    policy: &Policy,
    now: Millis,
) -> Decision<Result<AnswerReply, NotTaken>> {
    let Questioned { challenge, asked, device, .. } = *read;
    if answer.device != device.id || challenge.device != device.id || challenge.request != asked.request.id {
        return Decision::nothing(Err(NotTaken::Unknown));
    }
    if let Some((message, reply)) = challenge.reply
        && message == answer.message
    {
        return Decision::nothing(Ok(reply));
    }
    match (device.state, &asked.request.purpose) {
        (DeviceState::Ended, _) => return Decision::nothing(Err(NotTaken::DeviceEnded)),
        (DeviceState::Active, _) | (DeviceState::Unconfirmed, Purpose::ConfirmTest) => {}
        (DeviceState::Unconfirmed, _) => return Decision::nothing(Err(NotTaken::Unknown)),
    }
    if challenge.hash != answer.hash {
        return Decision::nothing(Err(NotTaken::Mismatch));
    }
    if let Some(ended) = asked.request.ended {
        return Decision::nothing(Ok(AnswerReply { end: ended.end, counted: false }));
    }
    if now >= asked.request.expires {
        return close(asked, End::Expired, None, now)
            .map(|_| Ok(AnswerReply { end: End::Expired, counted: false }));
    }

    let mut decision = match verdict(&answer.says, read) {
        Verdict::Approved => approved(read, now),
        Verdict::Test(enrolment) => {
            let mut decision = approved(read, now);
            decision.absorb(enrolment::confirm(enrolment, read.user, device, now));
            decision
        }
        Verdict::Wrong => {
            let mut decision = close(asked, End::WrongNumber, Some(device.id), now);
            decision.absorb(count(read, policy, now));
            decision
        }
        Verdict::MixedUp => close(asked, End::WrongNumber, Some(device.id), now),
        Verdict::No(DenialReason::Cancelled) => close(asked, End::Denied, Some(device.id), now),
        Verdict::No(DenialReason::NotMe) => close(asked, End::Reported, Some(device.id), now),
        Verdict::CannotCount => {
            return close(asked, End::Failed, None, now)
                .map(|_| Ok(AnswerReply { end: End::Failed, counted: false }));
        }
    };
    let end = decision.value.unwrap_or(End::Failed);
    let reply = AnswerReply { end, counted: true };
    decision.write(Change::KeepReply(challenge.id, answer.message, reply));
    decision.map(|_| Ok(reply))
}

/// What an answer to a pending request amounts to.
enum Verdict<'a> {
    /// The right number.
    Approved,
    /// The right number, in the test of this enrolment.
    Test(&'a Enrolment),
    /// A wrong number; it is counted.
    Wrong,
    /// The number of another request of the same user; it is not counted.
    MixedUp,
    /// No.
    No(DenialReason),
    /// A yes that no longer helps: the user was disabled or locked meanwhile, or the enrolment is over.
    CannotCount,
}

fn verdict<'a>(says: &Says, read: &Questioned<'a>) -> Verdict<'a> {
    let request = &read.asked.request;
    let typed = match says {
        Says::No(reason) => return Verdict::No(*reason),
        Says::Yes(typed) => typed,
    };
    let tested = match (&request.purpose, &read.asked.enrolment) {
        (Purpose::ConfirmTest, Some(enrolment)) if in_test(enrolment, read) => Some(enrolment),
        (Purpose::ConfirmTest, _) => return Verdict::CannotCount,
        _ => None,
    };
    let locked = read.user.app_locked && tested.is_none();
    match &request.number {
        _ if read.user.disabled || locked => Verdict::CannotCount,
        _ if tested.is_some_and(|enrolment| enrolment.is_outdated(read.user, read.has_active_device)) => {
            Verdict::CannotCount
        }
        None => Verdict::CannotCount,
        Some(number) if number == typed => tested.map_or(Verdict::Approved, Verdict::Test),
        Some(_) if (read.of_another)(typed) => Verdict::MixedUp,
        Some(_) => Verdict::Wrong,
    }
}

/// Whether the request is the test of this device in this enrolment.
fn in_test(enrolment: &Enrolment, read: &Questioned<'_>) -> bool {
    matches!(enrolment.phase, Phase::Testing { device, request, .. }
        if device == read.device.id && request == read.asked.request.id)
}

fn approved(read: &Questioned<'_>, now: Millis) -> Decision<Option<End>> {
    let mut decision = close(read.asked, End::Approved, Some(read.device.id), now);
    decision.write(Change::UseDevice(read.device.id, now));
    let failures = read.user.failures;
    if failures.in_row > 0 {
        decision.write(Change::SetFailures(read.user.id, Failures { in_row: 0, ..failures }));
    }
    decision
}

/// Counts a wrong number, and locks the app method at either limit (property 3).
fn count(read: &Questioned<'_>, policy: &Policy, now: Millis) -> Decision<()> {
    let user = read.user;
    let failures = user.failures.and_one_more(now);
    let mut decision = Decision::nothing(());
    decision.write(Change::SetFailures(user.id, failures));
    let locks = failures.in_row >= policy.wrong_in_row || failures.today >= policy.wrong_in_day;
    if locks && !user.app_locked {
        decision.write(Change::SetAppLocked(user.id, true));
        decision.record(Fact {
            user: Some(user.id),
            device: Some(read.device.id),
            request: Some(read.asked.request.id),
            enrolment: read.asked.request.enrolment,
            relying_party: read.asked.request.relying_party(),
            address: read.asked.request.seen_address(),
            ..Fact::new(FactKind::AppLocked)
        });
    }
    decision
}

#[cfg(test)]
mod tests;
