//! The phone registers, and shows the characters (property 11).

use super::{Claimed, Enrolment, Phase, expire};
use crate::decision::{Change, Decision, Notice};
use crate::device::{Device, DeviceState};
use crate::fact::{Fact, FactKind};
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::enrolment::{characters, commitment};
use authenticator_protocol::ids::{DeviceId, EnrolmentId};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::text::visible;
use authenticator_protocol::time::Millis;

/// A registration whose two signatures were verified.
#[derive(Clone, Debug)]
pub struct Register {
    /// Which enrolment.
    pub enrolment: EnrolmentId,
    /// The key that signed.
    pub device_key: PublicKey,
    /// The key that signed the inner part.
    pub approval_key: PublicKey,
    /// Hash of the offer, the same in both parts.
    pub offer: Hash,
    /// Opens the commitment.
    pub nonce: Bytes<32>,
    /// The app's version.
    pub app: String,
}

/// Why a registration was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRegistered {
    /// No such enrolment, or over.
    Expired,
    /// Not the keys that claimed, not the newest offer, or the nonce does not open the commitment.
    Mismatch,
    /// One of the keys was enrolled before.
    KeyKnown,
}

/// The longest version of an app, in characters.
const LONGEST: usize = 32;

/// A registration: the device is there, but does not count yet. The same one again is told the same.
///
/// `known` are the devices, ended ones too, that have one of the two keys, as whichever key.
pub fn register(
    register: &Register,
    enrolment: &Enrolment,
    known: &[Device],
    now: Millis,
) -> Decision<Result<DeviceId, NotRegistered>> {
    let refused = |why| Decision::nothing(Err(why));
    if register.enrolment != enrolment.id {
        return refused(NotRegistered::Expired);
    }
    match &enrolment.phase {
        Phase::Claimed(_) if now >= enrolment.expires => {
            expire(enrolment, None, now).map(|_| Err(NotRegistered::Expired))
        }
        Phase::Claimed(claimed) if !fits(register, claimed) => refused(NotRegistered::Mismatch),
        Phase::Claimed(_) if !known.is_empty() => refused(NotRegistered::KeyKnown),
        Phase::Claimed(claimed) => registered(register, enrolment, claimed, now),
        Phase::Registered { claimed, .. } if fits(register, claimed) => Decision::nothing(Ok(claimed.device)),
        Phase::Testing { device, .. } | Phase::Done { device, .. }
            if known.iter().any(|known| known.id == *device && is_of(register, known)) =>
        {
            Decision::nothing(Ok(*device))
        }
        Phase::Registered { .. } | Phase::Testing { .. } | Phase::Done { .. } => {
            refused(NotRegistered::Mismatch)
        }
        Phase::Open => refused(NotRegistered::Mismatch),
        Phase::Failed(_) => refused(NotRegistered::Expired),
    }
}

/// The keys that claimed, the newest offer, and the nonce that was committed to.
fn fits(register: &Register, claimed: &Claimed) -> bool {
    let approval_key = register.approval_key.thumbprint();
    register.device_key == claimed.device_key
        && approval_key == claimed.approval_key
        && register.offer == claimed.offer
        && commitment(&register.nonce, &register.device_key.thumbprint(), &approval_key) == claimed.commitment
}

fn is_of(register: &Register, device: &Device) -> bool {
    register.device_key == device.device_key && register.approval_key == device.approval_key
}

fn registered(
    register: &Register,
    enrolment: &Enrolment,
    claimed: &Claimed,
    now: Millis,
) -> Decision<Result<DeviceId, NotRegistered>> {
    let characters = characters(
        &claimed.claim,
        &claimed.offer,
        &register.nonce,
        &register.device_key.thumbprint(),
        &claimed.approval_key,
    );
    let mut decision = Decision::nothing(Ok(claimed.device));
    decision.write(Change::AddDevice(Box::new(Device {
        id: claimed.device,
        user: enrolment.user,
        model: claimed.model.clone(),
        system: claimed.system.clone(),
        app: visible(&register.app, LONGEST),
        device_key: register.device_key,
        approval_key: register.approval_key,
        state: DeviceState::Unconfirmed,
        added: now,
        confirmed: None,
        last_used: None,
        last_reached: None,
        ended: None,
    })));
    let phase = Phase::Registered { claimed: claimed.clone(), characters, wrong: 0 };
    decision.write(Change::SetPhase(enrolment.id, Box::new(phase)));
    decision.record(Fact {
        device: Some(claimed.device),
        detail: Some(claimed.model.clone()),
        ..enrolment.fact(FactKind::EnrolmentRegistered)
    });
    decision.tell(Notice::Enrolment(enrolment.id));
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrolment::Failure;
    use crate::world::{Phone, World, hash, key};

    fn claimed() -> (World, EnrolmentId) {
        let mut world = World::new();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        world.claim(id, &Phone(5).claim()).unwrap();
        (world, id)
    }

    #[test]
    fn the_device_is_there_but_does_not_count() {
        let (mut world, id) = claimed();
        let registration = Register { app: "1.0\u{0}.0".into(), ..world.registration(id, Phone(5)) };
        let device = world.register(&registration).unwrap();
        let added = world.device(device);
        assert_eq!(
            (added.state, added.user, added.app.as_str()),
            (DeviceState::Unconfirmed, world.user.id, "1.0.0")
        );
        assert_eq!((added.device_key, added.approval_key), (key(10), key(11)));
        assert_eq!((added.model.as_str(), added.confirmed), ("Phone 5", None));
        assert_eq!(world.user.first_confirmed, None);
        let Phase::Registered { claimed, characters, wrong: 0 } = &world.enrolment(id).phase else {
            panic!()
        };
        let shown = authenticator_protocol::enrolment::characters(
            &hash(105),
            &claimed.offer,
            &hash(5),
            &key(10).thumbprint(),
            &key(11).thumbprint(),
        );
        assert_eq!(characters, &shown);
        assert_eq!(world.notices, [Notice::Enrolment(id)]);
        assert_eq!(world.count(FactKind::EnrolmentRegistered), 1);
    }

    #[test]
    fn the_same_registration_again_is_told_the_same() {
        let (mut world, id) = claimed();
        let registration = world.registration(id, Phone(5));
        let device = world.register(&registration).unwrap();
        let facts = world.facts.len();
        let told_again = |world: &mut World| {
            assert_eq!(world.register(&registration), Ok(device));
            for other in [
                world.registration(id, Phone(6)),
                Register { device_key: key(98), ..registration.clone() },
                Register { approval_key: key(98), ..registration.clone() },
            ] {
                assert_eq!(world.register(&other), Err(NotRegistered::Mismatch));
            }
        };
        told_again(&mut world);
        world.type_characters(hash(1), world.shown(id));
        told_again(&mut world);
        assert_eq!(world.devices.len(), 1);
        assert_eq!(world.facts.len(), facts + 2, "characters and test only");
        let test = world.requests[0].id;
        world.approve(device, test).unwrap();
        told_again(&mut world);
    }

    #[test]
    fn only_the_phone_that_claimed_with_the_newest_offer() {
        let (mut world, id) = claimed();
        let older = world.registration(id, Phone(5));
        world.claim(id, &Phone(5).claim()).unwrap();
        let fits = world.registration(id, Phone(5));
        for registration in [
            older,
            world.registration(id, Phone(6)),
            Register { device_key: key(98), ..fits.clone() },
            Register { approval_key: key(98), ..fits.clone() },
            Register { nonce: hash(98), ..fits.clone() },
        ] {
            assert_eq!(world.register(&registration), Err(NotRegistered::Mismatch));
        }
        assert!(world.devices.is_empty());
        assert!(world.register(&fits).is_ok());
    }

    #[test]
    fn keys_that_were_enrolled_meanwhile() {
        let (mut world, id) = claimed();
        world.add_device(5, DeviceState::Ended);
        assert_eq!(world.register(&world.registration(id, Phone(5))), Err(NotRegistered::KeyKnown));
    }

    #[test]
    fn neither_too_early_nor_too_late() {
        let mut world = World::new();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        assert_eq!(world.register(&world.registration(id, Phone(5))), Err(NotRegistered::Mismatch));
        let (mut world, id) = claimed();
        let fits = world.registration(id, Phone(5));
        world.now = world.enrolment(id).expires;
        assert_eq!(world.register(&fits), Err(NotRegistered::Expired));
        assert_eq!(world.enrolment(id).phase, Phase::Failed(Failure::Expired));
        assert_eq!(world.register(&fits), Err(NotRegistered::Expired));
        assert!(world.devices.is_empty());
    }
}
