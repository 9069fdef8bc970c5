//! The use cases: what each reads, which rule it asks. One module per noun; here, how they are reached.

mod channels;
mod devices;
mod enrolments;
mod operate;
mod passes;
mod relying_parties;
mod requests;
mod sessions;
mod users;

use super::{Sqlite, audit};
use crate::operate::Operate;
use crate::store::{
    Answer, Ask, AuditRecord, BeginSession, ClaimCode, Committed, Complete, Delivery, Fetched, Found,
    NewUser, NotAdded, NotAsked, NotClaimed, NotOpened, NotPermitted, NotRegistered, NotTaken, OpenEnrolment,
    OpenRequest, Outcome, Placed, Reach, Register, RequestView, Store, Target, ToWake, TypeCharacters, Typed,
    UsePass, Verdict,
};
use async_trait::async_trait;
use authenticator_protocol::answer::AnswerReply;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{
    ApiKeyId, ChannelId, DeviceId, EnrolmentId, RelyingPartyId, RequestId, UserId,
};
use authenticator_protocol::time::Millis;
use signin::Decision;
use signin::channel::{self, Channel, Noted, Said};
use signin::device::Device;
use signin::enrolment::Enrolment;
use signin::fact::{Fact, FactKind};
use signin::relying_party::{ApiKey, RelyingParty};
use signin::session::{Session, SessionKey};
use signin::user::User;
use std::net::IpAddr;

/// For what is worth noting but not worth failing for.
fn log(noted: Outcome<Committed<()>>) {
    if let Err(error) = noted {
        tracing::warn!(%error, "a time of last use is not noted");
    }
}

#[async_trait]
impl Store for Sqlite {
    fn now(&self) -> Millis {
        self.shared.time.now()
    }

    async fn put_user(&self, user: NewUser) -> Outcome<Committed<UserId>> {
        self.commit(move |tx| users::put(tx, &user)).await
    }

    async fn user_by_login(&self, login: &str) -> Outcome<Option<(User, String)>> {
        let login = login.to_owned();
        self.look(move |at| super::users::by_login(at, &login)).await
    }

    async fn recognises(&self, user: UserId, browser: Hash) -> Outcome<bool> {
        self.look(move |at| super::users::recognises(at, user, browser)).await
    }

    async fn record(&self, fact: Fact) -> Outcome<Committed<()>> {
        // Not appended by itself: whoever hears of the commit logs what it says.
        self.commit(move |tx| tx.carry_out(Decision { facts: vec![fact], ..Decision::nothing(()) })).await
    }

    async fn begin_session(&self, begin: BeginSession) -> Outcome<Committed<Option<Verdict>>> {
        self.commit(move |tx| sessions::begin(tx, &begin)).await
    }

    async fn enter(&self, session: SessionKey, target: Target, from: IpAddr) -> Outcome<Committed<Verdict>> {
        self.commit(move |tx| sessions::enter(tx, session, &target, from)).await
    }

    async fn session(&self, key: SessionKey) -> Outcome<Found> {
        sessions::find(self, key).await
    }

    async fn end_session(&self, key: SessionKey) -> Outcome<Committed<()>> {
        self.commit(move |tx| sessions::end(tx, key)).await
    }

    async fn complete(&self, complete: Complete) -> Outcome<Committed<Option<Session>>> {
        self.commit(move |tx| sessions::complete(tx, &complete)).await
    }

    async fn use_pass(&self, used: UsePass) -> Outcome<Committed<Option<Session>>> {
        self.commit(move |tx| passes::use_up(tx, &used)).await
    }

    async fn open_request(&self, open: OpenRequest) -> Outcome<Committed<Result<RequestId, NotOpened>>> {
        self.commit(move |tx| requests::open(tx, open)).await
    }

    async fn request(&self, id: RequestId) -> Outcome<Option<Committed<RequestView>>> {
        requests::view(self, id).await
    }

    async fn cancel_request(&self, session: SessionKey) -> Outcome<Committed<bool>> {
        self.commit(move |tx| requests::cancel(tx, session)).await
    }

    async fn expire(&self) -> Outcome<Committed<()>> {
        let expired = requests::expire_all(self).await;
        // What is over must be told although something old cannot be erased.
        if let Err(error) = Operate::forget(self).await {
            tracing::error!(%error, "erasing what has been kept for long enough");
        }
        expired
    }

    async fn device(&self, id: DeviceId) -> Outcome<Option<Device>> {
        self.look(move |at| super::devices::find(at, id)).await
    }

    async fn reach(&self, device: DeviceId) -> Outcome<Reach> {
        self.look(move |at| devices::reach(at, device)).await
    }

    async fn fetch(&self, device: DeviceId, app: String) -> Outcome<Option<Fetched>> {
        devices::fetch(self, device, app).await
    }

    async fn answer(&self, answer: Answer) -> Outcome<Committed<Result<AnswerReply, NotTaken>>> {
        self.commit(move |tx| requests::answer(tx, &answer)).await
    }

    async fn open_enrolment(&self, open: OpenEnrolment) -> Outcome<Committed<Result<(), NotPermitted>>> {
        self.commit(move |tx| enrolments::open(tx, &open)).await
    }

    async fn may_enrol(&self, session: SessionKey, trusted: bool) -> Outcome<Result<(), NotPermitted>> {
        self.look(move |at| enrolments::may(at, session, trusted)).await
    }

    async fn enrolment(&self, id: EnrolmentId) -> Outcome<Option<Committed<Enrolment>>> {
        enrolments::view(self, id).await
    }

    async fn cancel_enrolment(&self, session: SessionKey) -> Outcome<Committed<()>> {
        self.commit(move |tx| enrolments::cancel(tx, session)).await
    }

    async fn claim(&self, claim: ClaimCode) -> Outcome<Committed<Result<String, NotClaimed>>> {
        self.commit(move |tx| enrolments::claim(tx, &claim)).await
    }

    async fn register(&self, register: Register) -> Outcome<Committed<Result<DeviceId, NotRegistered>>> {
        self.commit(move |tx| enrolments::register(tx, &register)).await
    }

    async fn type_characters(&self, typed: TypeCharacters) -> Outcome<Committed<Typed>> {
        self.commit(move |tx| enrolments::type_characters(tx, typed)).await
    }

    async fn devices(&self, user: UserId) -> Outcome<Vec<Device>> {
        self.look(move |at| super::devices::of_user(at, user)).await
    }

    async fn remove_device(
        &self,
        session: SessionKey,
        device: DeviceId,
        address: String,
    ) -> Outcome<Committed<bool>> {
        self.commit(move |tx| devices::remove(tx, session, device, &address)).await
    }

    async fn leave(&self, device: DeviceId) -> Outcome<Committed<()>> {
        self.commit(move |tx| devices::leave(tx, device)).await
    }

    async fn register_channels(
        &self,
        register: channel::Register,
    ) -> Outcome<Committed<Result<(), channel::NotTaken>>> {
        self.commit(move |tx| channels::register(tx, &register)).await
    }

    async fn channels(&self, device: DeviceId) -> Outcome<Vec<Channel>> {
        self.look(move |at| super::channels::of_device(at, device)).await
    }

    async fn to_wake(&self, device: DeviceId) -> Outcome<Option<ToWake>> {
        self.look(move |at| channels::to_wake(at, device)).await
    }

    async fn note_channel(&self, id: ChannelId, noted: Noted) -> Outcome<()> {
        channels::note(self, id, noted).await
    }

    async fn judge_channel(&self, id: ChannelId, said: Said, reason: String) -> Outcome<Committed<()>> {
        self.commit(move |tx| channels::judge(tx, id, said, &reason)).await
    }

    async fn add_relying_party(
        &self,
        party: RelyingParty,
        key: ApiKey,
    ) -> Outcome<Committed<Result<(), NotAdded>>> {
        self.commit(move |tx| relying_parties::add(tx, party, key)).await
    }

    async fn relying_parties(&self) -> Outcome<Vec<(RelyingParty, Vec<ApiKey>)>> {
        self.read(relying_parties::list).await
    }

    async fn relying_party(&self, id: RelyingPartyId) -> Outcome<Option<(RelyingParty, Vec<ApiKey>)>> {
        self.look(move |at| relying_parties::with_keys(at, id)).await
    }

    async fn relying_party_by_key(&self, key: ApiKeyId) -> Outcome<Option<(RelyingParty, ApiKey)>> {
        self.look(move |at| super::relying_parties::by_key(at, key)).await
    }

    async fn rotate_api_key(&self, id: RelyingPartyId, key: ApiKey) -> Outcome<Committed<bool>> {
        self.commit(move |tx| relying_parties::rotate(tx, id, key)).await
    }

    async fn retire_api_keys(&self, id: RelyingPartyId) -> Outcome<Committed<Option<usize>>> {
        self.commit(move |tx| relying_parties::retire(tx, id)).await
    }

    async fn remove_relying_party(&self, id: RelyingPartyId) -> Outcome<Committed<bool>> {
        self.commit(move |tx| relying_parties::remove(tx, id)).await
    }

    async fn ask(&self, ask: Ask) -> Outcome<Committed<Result<Placed, NotAsked>>> {
        self.commit(move |tx| requests::ask(tx, &ask)).await
    }

    async fn cancel_asked(&self, party: RelyingPartyId, id: RequestId) -> Outcome<Committed<Option<bool>>> {
        self.commit(move |tx| relying_parties::cancel(tx, party, id)).await
    }

    async fn deliveries(&self, each: u32) -> Outcome<Vec<Delivery>> {
        self.read(move |at| relying_parties::due(at, each)).await
    }

    async fn delivered(&self, id: RequestId) -> Outcome<Committed<()>> {
        self.commit(move |tx| relying_parties::delivered(tx, id)).await
    }

    async fn not_delivered(&self, id: RequestId) -> Outcome<Committed<()>> {
        self.commit(move |tx| relying_parties::not_delivered(tx, id)).await
    }

    async fn audit(&self, after: u64, limit: u32) -> Outcome<Vec<AuditRecord>> {
        self.read(move |at| audit::after(at, after, limit)).await
    }

    async fn activity(&self, user: UserId, kinds: &[FactKind], limit: u32) -> Outcome<Vec<AuditRecord>> {
        let kinds = kinds.to_vec();
        self.read(move |at| audit::about(at, user, &kinds, limit)).await
    }
}
