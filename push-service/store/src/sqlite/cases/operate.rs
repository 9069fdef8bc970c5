//! What operators do.

use super::super::{
    Reading, Sqlite, Tx, audit, devices, enrolments, passes, relying_parties, requests, retention, sessions,
    users,
};
use super::devices::Touched;
use super::passes as cases_passes;
use crate::operate::{Entry, Import, Imported, NotImported, Operate, Trail};
use crate::store::{AuditRecord, Committed, NotCreated, Outcome};
use async_trait::async_trait;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::{DeviceId, RelyingPartyId, UserId};
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::Millis;
use signin::channel::Provider;
use signin::enrolment::Enrolment;
use signin::fact::{Fact, FactKind};
use signin::pass::{self, Pass};
use signin::request::Asked;
use signin::session::Session;
use signin::user::{self, Failures, Order, User, Whole};
use signin::{Decision, device};
use std::collections::HashMap;

#[async_trait]
impl Operate for Sqlite {
    async fn users(&self, after: &str, limit: u32) -> Outcome<Vec<User>> {
        let after = after.to_lowercase();
        self.read(move |at| users::list(at, &after, limit)).await
    }

    async fn user(&self, id: UserId) -> Outcome<Option<User>> {
        self.read(move |at| users::find(at, id)).await
    }

    async fn import(
        &self,
        entries: Vec<Entry>,
        how: Import,
    ) -> Outcome<Committed<Result<Imported, NotImported>>> {
        self.commit(move |tx| import(tx, &entries, how)).await
    }

    async fn order(&self, user: UserId, order: Order) -> Outcome<Committed<Option<bool>>> {
        self.commit(move |tx| {
            let Some(user) = users::find(tx.at, user)? else { return Ok(None) };
            let open = Open::of(tx.at, user.id)?;
            tx.carry_out(user::obey(order, &open.whole(&user), tx.at.now)).map(Some)
        })
        .await
    }

    async fn release_channels(&self, provider: Provider) -> Outcome<Committed<bool>> {
        self.commit(move |tx| super::channels::release(tx, provider)).await
    }

    async fn create_pass(
        &self,
        user: UserId,
        mac: Hash,
        seconds: u64,
    ) -> Outcome<Committed<Option<Result<Millis, NotCreated>>>> {
        cases_passes::create(self, user, mac, seconds).await
    }

    async fn end_pass(&self, user: UserId) -> Outcome<Committed<bool>> {
        cases_passes::end(self, user).await
    }

    async fn pass(&self, user: UserId) -> Outcome<Option<Pass>> {
        cases_passes::valid(self, user).await
    }

    async fn withdraw(&self, device: DeviceId) -> Outcome<Committed<Option<bool>>> {
        self.commit(move |tx| {
            let Some(device) = devices::find(tx.at, device)? else { return Ok(None) };
            let touched = Touched::by(tx.at, &device)?;
            tx.carry_out(device::withdraw(&touched.leaving(&device), tx.at.now)).map(Some)
        })
        .await
    }

    async fn name_of_party(&self, id: RelyingPartyId) -> Outcome<Option<String>> {
        self.look(move |at| relying_parties::name(at, id)).await
    }

    async fn trail(&self, trail: Trail) -> Outcome<Vec<AuditRecord>> {
        self.read(move |at| audit::trail(at, &trail)).await
    }

    async fn forget(&self) -> Outcome<u64> {
        if !self.read(retention::is_due).await? {
            return Ok(0);
        }
        Ok(self.commit(|tx| retention::forget(tx.at)).await?.value)
    }

    async fn begin_anew(&self, detail: String) -> Outcome<Committed<()>> {
        self.commit(move |tx| {
            let fact = Fact { detail: Some(detail), ..Fact::new(FactKind::Restored) };
            tx.carry_out(Decision { facts: vec![fact], ..Decision::nothing(()) })?;
            let mut after = String::new();
            loop {
                let users = users::list(tx.at, &after, 1000)?;
                let Some(last) = users.last() else { break };
                after.clone_from(&last.upn);
                for user in users {
                    let Open { pending, enrolments, sessions, .. } = Open::of(tx.at, user.id)?;
                    tx.carry_out(user::close(&pending, &enrolments, &sessions, "restored", tx.at.now))?;
                }
            }
            for pass in passes::every(tx.at)? {
                tx.carry_out(pass::end(&pass, "restored"))?;
            }
            // Those of users whom we do not know.
            let pending = requests::all_pending(tx.at)?;
            tx.carry_out(user::close(&pending, &[], &[], "restored", tx.at.now))
        })
        .await
    }
}

/// What is open of a user.
pub(super) struct Open {
    pending: Vec<Asked>,
    sessions: Vec<Session>,
    enrolments: Vec<Enrolment>,
    devices: Vec<device::Device>,
    pass: Option<Pass>,
}

impl Open {
    pub(super) fn of(at: Reading<'_>, user: UserId) -> Outcome<Self> {
        Ok(Self {
            pending: requests::pending(at, user)?,
            sessions: sessions::open(at, user)?,
            enrolments: enrolments::unfinished(at, user)?,
            devices: devices::of_user(at, user)?,
            pass: passes::find(at, user)?,
        })
    }

    pub(super) fn whole<'a>(&'a self, user: &'a User) -> Whole<'a> {
        Whole {
            user,
            pending: &self.pending,
            sessions: &self.sessions,
            enrolments: &self.enrolments,
            devices: &self.devices,
            pass: self.pass.as_ref(),
        }
    }
}

/// First looks at all, then writes.
fn import(tx: &mut Tx<'_>, entries: &[Entry], how: Import) -> Outcome<Result<Imported, NotImported>> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut known = Vec::with_capacity(entries.len());
    for (entry, new) in entries.iter().enumerate() {
        let refused = |column, problem: String| Ok(Err(NotImported { entry, column, problem }));
        let found = users::by_upn(tx.at, &new.upn)?;
        if found.is_some() && how == Import::Add {
            return refused("upn", format!("{} exists already", new.upn));
        }
        let names = [("upn", Some(&new.upn)), ("email", new.email.as_ref())];
        for (column, name) in names.into_iter().filter_map(|(column, name)| Some((column, name?))) {
            let name = name.to_lowercase();
            if taken.insert(name.clone(), entry).is_some_and(|other| other != entry) {
                return refused(column, format!("{name} stands there twice"));
            }
            // Two users with one name: neither could sign in with it.
            let others = users::with_name(tx.at, &name)?;
            if let Some(other) = others.iter().find(|other| other.upn != new.upn.to_lowercase()) {
                return refused(column, format!("{name} belongs to {} already", other.upn));
            }
        }
        known.push(found);
    }
    let mut imported = Imported::default();
    for (new, found) in entries.iter().zip(known) {
        let email = new.email.as_deref().map(str::to_lowercase);
        let mut has_other_password = false;
        let (kind, id) = match found {
            None => {
                imported.added += 1;
                (FactKind::UserAdded, UserId::from_bytes(bytes(&mut *tx.random)))
            }
            Some((user, hash)) => {
                has_other_password = new.password_hash.as_ref().is_some_and(|new| *new != hash);
                let same = user.email == email
                    && user.name == new.name
                    && user.mobile == new.mobile
                    && !has_other_password;
                if same {
                    imported.same += 1;
                    continue;
                }
                imported.changed += 1;
                (FactKind::UserChanged, user.id)
            }
        };
        if how == Import::DryRun {
            continue;
        }
        let user = User {
            id,
            upn: new.upn.to_lowercase(),
            email,
            name: new.name.clone(),
            mobile: new.mobile.clone(),
            disabled: false,
            first_confirmed: None,
            failures: Failures::default(),
            app_locked: false,
        };
        users::import(tx.at.db, &user, new.password_hash.as_deref())?;
        let fact = Fact { user: Some(id), ..Fact::new(kind) };
        tx.carry_out(Decision { facts: vec![fact], ..Decision::nothing(()) })?;
        if let (Some(hash), true) = (&new.password_hash, has_other_password) {
            let open = Open::of(tx.at, id)?;
            tx.carry_out(user::obey(Order::SetPassword(hash.clone()), &open.whole(&user), tx.at.now))?;
        }
    }
    Ok(Ok(imported))
}
