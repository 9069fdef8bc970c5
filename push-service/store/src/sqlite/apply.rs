//! Writes what a rule has decided.

use super::{
    Tx, channels, devices, enrolments, passes, relying_parties, requests, retention, sessions, users,
};
use crate::store::Outcome;
use signin::Change;

/// Writes one change. A change that does not find the state that its rule was told fails, and its job with it.
pub(super) fn apply(tx: &mut Tx<'_>, change: &Change) -> Outcome<()> {
    let db = tx.at.db;
    match change {
        Change::AddRequest(request, challenges) => {
            requests::add(db, tx.at.vault, &mut *tx.random, request, challenges)
        }
        Change::EndRequest(id, ended) => requests::end(db, *id, *ended),
        Change::UseRequest(id) => requests::use_up(db, *id),
        Change::AddDelivery(id) => relying_parties::add_delivery(db, *id, tx.at.now),
        Change::EndDelivery(id) => relying_parties::end_delivery(db, *id),
        Change::PutOffDelivery(id, until) => relying_parties::put_off(db, *id, *until),
        Change::AddRelyingParty(party) => relying_parties::add(db, party),
        Change::EndRelyingParty(id, when) => relying_parties::end(db, *id, *when),
        Change::AddApiKey(party, key) => relying_parties::add_key(db, *party, key),
        Change::EndApiKey(id, when) => relying_parties::end_key(db, *id, *when),
        Change::KeepReply(challenge, to, reply) => requests::keep_reply(db, *challenge, *to, *reply),
        Change::SetFailures(user, failures) => users::set_failures(db, *user, *failures),
        Change::SetAppLocked(user, locked) => users::set_app_locked(db, *user, *locked),
        Change::SetDisabled(user, disabled) => users::set_disabled(db, *user, *disabled),
        Change::SetPassword(user, hash) => users::set_password(db, *user, hash),
        Change::EraseUser(user) => retention::erase(db, *user),
        Change::SetFirstConfirmed(user, when) => users::set_first_confirmed(db, *user, *when),
        Change::AddSession(session) => sessions::add(db, session),
        Change::SetSessionRequest(key, request) => sessions::set_request(db, *key, *request),
        Change::SetSessionDestination(key, to) => sessions::set_destination(db, *key, to),
        Change::EnterSession(key, when) => sessions::enter(db, *key, *when),
        Change::SetSessionEnrolment(key, enrolment) => sessions::set_enrolment(db, *key, *enrolment),
        Change::TouchSession(key, when) => sessions::touch(db, *key, *when),
        Change::EndSession(key, when) => sessions::end(db, *key, *when),
        Change::RecogniseBrowser(user, browser, when) => users::recognise(db, *user, *browser, *when),
        Change::AddPass(pass) => passes::add(db, pass),
        Change::CountWrongPass(user) => passes::count_wrong(db, *user),
        Change::EndPass(user) => passes::end(db, *user),
        Change::AddEnrolment(enrolment) => enrolments::add(db, enrolment),
        Change::SetPhase(id, phase) => enrolments::set_phase(db, *id, phase),
        Change::SetOtherPhone(id, model) => enrolments::set_other_phone(db, *id, model),
        Change::AddDevice(device) => devices::add(db, device),
        Change::ConfirmDevice(id, when) => devices::confirm(db, *id, *when),
        Change::UseDevice(id, when) => devices::used(db, *id, *when),
        Change::ReachDevice(id, when, app) => devices::reached(db, *id, *when, app),
        Change::EndDevice(id, when) => {
            devices::end(db, *id, *when)?;
            channels::end_of_device(db, *id, *when)
        }
        Change::AddChannel(channel, said) => channels::add(db, tx.at.vault, &mut *tx.random, channel, said),
        Change::SetChannel(id, state, reason, when) => {
            channels::set(db, *id, *state, reason.as_deref(), *when)
        }
        Change::NoteChannel(id, noted, when) => channels::note(db, *id, *noted, *when),
        Change::HoldChannels(provider, held, when) => channels::hold(db, *provider, *held, *when),
        Change::KeepChannelList(device, list) => channels::keep_list(db, *device, *list),
    }
}
