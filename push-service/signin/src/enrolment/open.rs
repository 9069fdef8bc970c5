//! Who may enrol, and the code on the page.

use super::{Enrolment, Permission, Phase, TypedCodes, cancel};
use crate::decision::{Change, Decision};
use crate::device::{Device, DeviceState};
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::session::{Level, Means, Session, SessionKey, UnderWay, is_live};
use crate::user::User;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::EnrolmentId;
use authenticator_protocol::time::Millis;

/// Opens an enrolment.
#[derive(Clone, Debug)]
pub struct OpenEnrolment {
    /// By which session; an earlier enrolment of it is cancelled.
    pub session: SessionKey,
    /// Its id, from which the code was derived.
    pub id: EnrolmentId,
    /// HMAC of the link's code.
    pub code: Hash,
    /// HMACs of the typed code.
    pub typed: TypedCodes,
    /// Whether the request came from a trusted network.
    pub trusted_network: bool,
    /// For the audit trail.
    pub address: String,
}

/// Why no enrolment was opened (property 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPermitted {
    /// No session, or it ended.
    NoSession,
    /// The password alone is not enough.
    MoreNeeded,
}

/// Who wants to enrol, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Applicant<'a> {
    /// The session that asks.
    pub session: &'a Session,
    /// Its user.
    pub user: &'a User,
    /// The user's devices, those that have ended among them.
    pub devices: &'a [Device],
    /// What the session has under way: an unfinished enrolment is cancelled.
    pub under_way: &'a UnderWay,
}

impl Applicant<'_> {
    /// What permits it. A pass serves for one phone: once that one has counted, whatever became of it, the session of
    /// the pass is worth its password.
    pub fn permitted(&self, trusted_network: bool, policy: &Policy) -> Result<Permission, NotPermitted> {
        let Self { session, user, devices, .. } = *self;
        let has_active_device = devices.iter().any(|device| device.state == DeviceState::Active);
        let served = devices.iter().any(|device| device.confirmed.is_some_and(|at| at > session.created));
        let proved = match session.proved() {
            (_, Some(Means::Pass)) if served => (Level::Password, None),
            proved => proved,
        };
        permit(user, has_active_device, proved, trusted_network, policy)
    }
}

/// What permits an enrolment beside the password (property 12): a method that the user has, a pass, a trusted network, or
/// where the organisation accepts it nothing, for the very first one.
///
/// Whoever has a device uses it (N10): neither a trusted network nor the first time helps somebody who has one and
/// proved the password alone. *First* means that no method was ever confirmed; removing one never clears that.
fn permit(
    user: &User,
    has_active_device: bool,
    (level, means): (Level, Option<Means>),
    trusted_network: bool,
    policy: &Policy,
) -> Result<Permission, NotPermitted> {
    let first = user.first_confirmed.is_none() && policy.first_by_password;
    match (level, has_active_device) {
        (Level::Approved, _) if means == Some(Means::Pass) => Ok(Permission::Pass),
        (Level::Approved, _) => Ok(Permission::ExistingMethod),
        (Level::Password, true) => Err(NotPermitted::MoreNeeded),
        (Level::Password, false) if trusted_network => Ok(Permission::TrustedNetwork),
        (Level::Password, false) if first => Ok(Permission::FirstByPassword),
        (Level::Password, false) => Err(NotPermitted::MoreNeeded),
    }
}

/// Opens an enrolment if the rules permit it; the session's earlier one is cancelled, with its device and its test.
pub fn open(
    open: &OpenEnrolment,
    applicant: &Applicant<'_>,
    policy: &Policy,
    now: Millis,
) -> Decision<Result<(), NotPermitted>> {
    let Applicant { session, user, under_way, .. } = *applicant;
    if !is_live(session, user, policy, now) {
        return Decision::nothing(Err(NotPermitted::NoSession));
    }
    let fact = |kind| Fact { user: Some(user.id), address: Some(open.address.clone()), ..Fact::new(kind) };
    let permitted = match applicant.permitted(open.trusted_network, policy) {
        Ok(permitted) => permitted,
        Err(why) => {
            let mut decision = Decision::nothing(Err(why));
            decision.record(fact(FactKind::EnrolmentRefused));
            return decision;
        }
    };
    let mut decision = Decision::nothing(Ok(()));
    if let Some(earlier) = under_way.enrolment.as_ref().filter(|earlier| earlier.session == session.key) {
        decision.absorb(cancel(earlier, under_way.test_of(earlier), now));
    }
    decision.write(Change::AddEnrolment(Box::new(Enrolment {
        id: open.id,
        user: user.id,
        session: session.key,
        permitted,
        code: open.code,
        typed: open.typed,
        opened: now,
        expires: now.seconds().millis().plus_seconds(policy.enrolment_lifetime),
        phase: Phase::Open,
        other_phone: None,
    })));
    decision.write(Change::SetSessionEnrolment(session.key, Some(open.id)));
    decision.record(Fact {
        enrolment: Some(open.id),
        detail: Some(permitted.as_str().to_owned()),
        ..fact(FactKind::EnrolmentOpened)
    });
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Notice;
    use crate::device::DeviceState;
    use crate::enrolment::Failure;
    use crate::world::{Phone, World, hash};

    /// Property 12, every case: level, has a device, trusted network, confirmed before, first by password.
    #[test]
    fn who_may_enrol() {
        use NotPermitted::MoreNeeded;
        use Permission::{ExistingMethod, FirstByPassword, TrustedNetwork};
        let (approved, password) = (Level::Approved, Level::Password);
        let mut cases = 0;
        for proved in [(password, None), (approved, Some(Means::Device)), (approved, Some(Means::Pass))] {
            for bits in 0..16 {
                let [device, trusted, confirmed, first] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
                let mut world = World::new();
                world.user.first_confirmed = confirmed.then_some(world.now);
                world.policy.first_by_password = first;
                let expected = match (proved.0, device, trusted, confirmed, first) {
                    (Level::Approved, ..) if proved.1 == Some(Means::Pass) => Ok(Permission::Pass),
                    (Level::Approved, _, _, _, _) => Ok(ExistingMethod),
                    (Level::Password, true, _, _, _) => Err(MoreNeeded),
                    (Level::Password, false, true, _, _) => Ok(TrustedNetwork),
                    (Level::Password, false, false, false, true) => Ok(FirstByPassword),
                    (Level::Password, false, false, true, true) => Err(MoreNeeded),
                    (Level::Password, false, false, _, false) => Err(MoreNeeded),
                };
                let permitted = permit(&world.user, device, proved, trusted, &world.policy);
                assert_eq!(permitted, expected, "{proved:?} {device} {trusted} {confirmed} {first}");
                cases += 1;
            }
        }
        assert_eq!(cases, 48);
        assert_eq!(
            permit(&World::new().user, false, (Level::Password, None), false, &Policy::default()),
            Err(MoreNeeded),
            "a password alone never enrols by default"
        );
    }

    #[test]
    fn a_pass_serves_for_one_phone_whatever_becomes_of_it() {
        let mut world = World::new();
        world.policy.first_by_password = true;
        world.add_device(1, DeviceState::Active);
        world.user.first_confirmed = Some(world.now);
        let pass = world.sessions.iter_mut().find(|session| session.key == hash(1)).unwrap();
        (pass.level, pass.means) = (Level::Approved, Some(Means::Pass));
        assert!(world.open_enrolment(hash(1), false, 1).is_ok(), "the lost phone of before does not count");
        world.now = world.now.plus_seconds(60);
        for state in [DeviceState::Unconfirmed, DeviceState::Active, DeviceState::Ended] {
            world.devices.truncate(1);
            world.add_device(2, state);
            let again = world.open_enrolment(hash(1), false, 2).is_ok();
            assert_eq!(again, state == DeviceState::Unconfirmed, "{state:?}");
        }
    }

    #[test]
    fn a_code_lives_ten_minutes() {
        let mut world = World::new();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        let enrolment = world.enrolment(id);
        assert_eq!((enrolment.opened, enrolment.expires), (world.now, Millis(1_000_600_000)));
        assert_eq!((&enrolment.phase, enrolment.permitted), (&Phase::Open, Permission::TrustedNetwork));
        assert_eq!(world.session(hash(1)).enrolment, Some(id));
        let fact = &world.facts[0];
        assert_eq!((fact.kind, fact.enrolment), (FactKind::EnrolmentOpened, Some(id)));
        assert_eq!(
            (fact.detail.as_deref(), fact.address.as_deref()),
            (Some("trusted_network"), Some("192.0.2.7"))
        );
    }

    #[test]
    fn a_refusal_is_on_record() {
        let mut world = World::new();
        assert_eq!(world.open_enrolment(hash(1), false, 1), Err(NotPermitted::MoreNeeded));
        assert_eq!((world.count(FactKind::EnrolmentRefused), world.enrolments.len()), (1, 0));
        world.sessions[0].ended = Some(world.now);
        assert_eq!(world.open_enrolment(hash(1), true, 1), Err(NotPermitted::NoSession));
    }

    #[test]
    fn a_newer_code_cancels_the_older_with_its_device_and_its_test() {
        let mut world = World::new();
        let (older, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        let newer = world.open_enrolment(hash(1), true, 2).unwrap();
        assert_eq!(world.enrolment(older).phase, Phase::Failed(Failure::Cancelled));
        assert_eq!(world.device(device).state, DeviceState::Ended);
        assert_eq!(world.request(test).ended.unwrap().end, authenticator_protocol::answer::End::Cancelled);
        for notice in [Notice::Enrolment(older), Notice::Request(test), Notice::DeviceEnded(device)] {
            assert!(world.told(notice), "{notice:?}");
        }
        assert_eq!(world.enrolment(newer).phase, Phase::Open);
        assert_eq!(world.count(FactKind::EnrolmentFailed), 1);
    }

    #[test]
    fn a_finished_enrolment_is_left_alone() {
        let mut world = World::new();
        let (done, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        world.approve(device, test).unwrap();
        world.sessions[0].level = Level::Approved;
        world.open_enrolment(hash(1), false, 2).unwrap();
        assert!(matches!(world.enrolment(done).phase, Phase::Done { .. }));
        assert_eq!(world.device(device).state, DeviceState::Active);
    }
}
