//! The enrolment's use cases, and a phone that enrols.

use super::Seeded;
use super::{World, hash, key};
use crate::device::Device;
use crate::enrolment::{
    self, Applicant, ClaimCode, NotClaimed, NotPermitted, NotRegistered, OpenEnrolment, Phase, Register,
    TypeCharacters, Typed, TypedCodes, Typing,
};
use crate::session::SessionKey;
use authenticator_protocol::enrolment::{Characters, Organisation, commitment};
use authenticator_protocol::ids::{DeviceId, EnrolmentId, RequestId};

/// A phone that enrols: the keys `2n` and `2n + 1`.
#[derive(Clone, Copy)]
pub(crate) struct Phone(pub(crate) u8);

impl Phone {
    pub(crate) fn claim(self) -> ClaimCode {
        let (device, approval) = (key(2 * self.0), key(2 * self.0 + 1).thumbprint());
        ClaimCode {
            code: hash(200),
            device_key: device,
            approval_key: approval,
            commitment: commitment(&hash(self.0), &device.thumbprint(), &approval),
            claim: hash(100 + self.0),
            model: format!("Phone {}", self.0),
            system: "Android 16".into(),
            organisation: Organisation {
                name: "Region X".into(),
                colour: "#123456".into(),
                support: "1234".into(),
            },
            identity_key: key(201),
            key_number: 0,
            next_identity_key: hash(202),
        }
    }
}

impl World {
    pub(crate) fn open_enrolment(
        &mut self,
        session: SessionKey,
        trusted_network: bool,
        n: u8,
    ) -> Result<EnrolmentId, NotPermitted> {
        let id = EnrolmentId::from_bytes([n; 16]);
        let typed = TypedCodes { with_upn: Some(hash(210)), with_email: Some(hash(211)) };
        let address = "192.0.2.7".into();
        let open = OpenEnrolment { session, id, code: hash(200), typed, trusted_network, address };
        let applicant = Applicant {
            session: self.session(session),
            user: &self.user,
            devices: &self.devices,
            under_way: &self.under_way(session),
        };
        let decision = enrolment::open(&open, &applicant, &self.policy, self.now);
        self.commit(decision).map(|()| id)
    }

    pub(crate) fn claim(&mut self, id: EnrolmentId, claim: &ClaimCode) -> Result<String, NotClaimed> {
        let used = |device: &&Device| {
            let keys = [device.device_key.thumbprint(), device.approval_key.thumbprint()];
            keys.contains(&claim.device_key.thumbprint()) || keys.contains(&claim.approval_key)
        };
        let known: Vec<_> = self.devices.iter().filter(used).cloned().collect();
        let (enrolment, policy) = (self.enrolment(id).clone(), self.policy.clone());
        let decision =
            enrolment::claim(claim, &enrolment, &self.user, &known, &policy, self.now, &mut self.random);
        self.commit(decision)
    }

    /// The registration that fits the newest offer.
    pub(crate) fn registration(&self, id: EnrolmentId, phone: Phone) -> Register {
        let offer = match &self.enrolment(id).phase {
            Phase::Claimed(claimed) | Phase::Registered { claimed, .. } => claimed.offer,
            _ => hash(0),
        };
        Register {
            enrolment: id,
            device_key: key(2 * phone.0),
            approval_key: key(2 * phone.0 + 1),
            offer,
            nonce: hash(phone.0),
            app: "1.0.0".into(),
        }
    }

    pub(crate) fn register(&mut self, register: &Register) -> Result<DeviceId, NotRegistered> {
        let keys = [register.device_key, register.approval_key];
        let used =
            |device: &&Device| keys.contains(&device.device_key) || keys.contains(&device.approval_key);
        let known: Vec<_> = self.devices.iter().filter(used).cloned().collect();
        let decision = enrolment::register(register, self.enrolment(register.enrolment), &known, self.now);
        self.commit(decision)
    }

    /// The characters that the phone shows.
    pub(crate) fn shown(&self, id: EnrolmentId) -> Characters {
        match &self.enrolment(id).phase {
            Phase::Registered { characters, .. } => characters.clone(),
            other => panic!("no characters in {other:?}"),
        }
    }

    pub(crate) fn type_characters(&mut self, session: SessionKey, typed: Characters) -> Typed {
        let enrolment = self.session(session).enrolment.unwrap();
        self.type_characters_on(session, enrolment, typed)
    }

    /// On a page that shows this enrolment.
    pub(crate) fn type_characters_on(
        &mut self,
        session: SessionKey,
        enrolment: EnrolmentId,
        typed: Characters,
    ) -> Typed {
        let typed = TypeCharacters {
            session,
            enrolment,
            typed,
            origin: Self::origin(),
            organisation: "Region X".into(),
            application: "Region X".into(),
        };
        let mut random = Seeded(self.now.0 ^ 99);
        let enrolment = self.enrolment(self.session(session).enrolment.unwrap());
        let device = match &enrolment.phase {
            Phase::Registered { claimed, .. } => Some(self.device(claimed.device)),
            _ => None,
        };
        let pending = self.pending();
        let typing = Typing {
            session: self.session(session),
            user: &self.user,
            enrolment,
            device,
            pending: &pending,
            taken: &|number| self.recent(number, None),
        };
        let decision = enrolment::type_characters(&typed, &typing, &self.policy, self.now, &mut random);
        self.commit(decision)
    }

    /// An enrolment of `phone` on the session's page as far as its test.
    pub(crate) fn enrol_to_test(
        &mut self,
        session: SessionKey,
        phone: Phone,
        n: u8,
    ) -> (EnrolmentId, DeviceId, RequestId) {
        let id = self.open_enrolment(session, true, n).unwrap();
        self.claim(id, &phone.claim()).unwrap();
        let device = self.register(&self.registration(id, phone)).unwrap();
        match self.type_characters(session, self.shown(id)) {
            Typed::Right(request) => (id, device, request),
            other => panic!("{other:?}"),
        }
    }
}
