//! A phone claims the code, and gets the offer (property 11).

use super::{Claimed, Enrolment, Phase, expire};
use crate::decision::{Change, Decision, Notice};
use crate::device::Device;
use crate::fact::{Fact, FactKind};
use crate::policy::Policy;
use crate::user::User;
use authenticator_protocol::code::{Bytes, Hash};
use authenticator_protocol::enrolment::{Offer, Organisation, Policy as PhonePolicy};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::jws::{Header, Unsigned};
use authenticator_protocol::keys::{PublicKey, Thumbprint};
use authenticator_protocol::random::{Random, bytes};
use authenticator_protocol::text::visible;
use authenticator_protocol::time::Millis;

/// A claim whose signature was verified.
#[derive(Clone, Debug)]
pub struct ClaimCode {
    /// HMAC of the code, of the link's or of the typed one.
    pub code: Hash,
    /// The key that signed.
    pub device_key: PublicKey,
    /// The key that will approve.
    pub approval_key: Thumbprint,
    /// The phone's commitment.
    pub commitment: Hash,
    /// Hash of the claim.
    pub claim: Hash,
    /// What the phone is: "Pixel 9".
    pub model: String,
    /// Its system: "Android 16".
    pub system: String,
    /// What the offer says of the organisation.
    pub organisation: Organisation,
    /// The identity key, for the offer's header.
    pub identity_key: PublicKey,
    /// How many identity keys came before it.
    pub key_number: u32,
    /// The key that follows it.
    pub next_identity_key: Thumbprint,
}

/// Why a claim was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotClaimed {
    /// No such code, or over.
    Expired,
    /// Another phone claimed it.
    Used,
    /// The two keys are one, or one of them was enrolled before.
    KeyKnown,
    /// This phone has claimed too often.
    TooMany,
}

/// Claims of one code at most: each is a fresh chance on the characters.
const CLAIMS: u32 = 5;

/// The longest model or system, in characters.
const LONGEST: usize = 64;

/// A claim of this enrolment's code; answered by the signing input of a fresh offer.
///
/// `known` are the devices, ended ones too, that have one of the two keys, as whichever key.
pub fn claim(
    claim: &ClaimCode,
    enrolment: &Enrolment,
    user: &User,
    known: &[Device],
    policy: &Policy,
    now: Millis,
    random: &mut dyn Random,
) -> Decision<Result<String, NotClaimed>> {
    if now >= enrolment.expires && matches!(enrolment.phase, Phase::Open | Phase::Claimed(_)) {
        return expire(enrolment, None, now).map(|_| Err(NotClaimed::Expired));
    }
    let Some(login) = enrolment.login(claim.code, user) else {
        return Decision::nothing(Err(NotClaimed::Expired));
    };
    if now >= enrolment.expires || user.disabled {
        return Decision::nothing(Err(NotClaimed::Expired));
    }
    let keys_known = claim.device_key.thumbprint() == claim.approval_key || !known.is_empty();
    match &enrolment.phase {
        Phase::Failed(_) => Decision::nothing(Err(NotClaimed::Expired)),
        Phase::Open if keys_known => Decision::nothing(Err(NotClaimed::KeyKnown)),
        Phase::Open => {
            let mut decision = offer(claim, enrolment, (user, login), None, policy, random);
            decision.record(Fact {
                detail: Some(visible(&claim.model, LONGEST)),
                ..enrolment.fact(FactKind::EnrolmentClaimed)
            });
            decision.tell(Notice::Enrolment(enrolment.id));
            decision.map(Ok)
        }
        Phase::Claimed(before) if !is_same_phone(claim, before) => other_phone(claim, enrolment),
        Phase::Claimed(_) if keys_known => Decision::nothing(Err(NotClaimed::KeyKnown)),
        Phase::Claimed(before) if before.claims >= CLAIMS => Decision::nothing(Err(NotClaimed::TooMany)),
        Phase::Claimed(before) => {
            offer(claim, enrolment, (user, login), Some(before), policy, random).map(Ok)
        }
        // The phone that registered finds its keys enrolled; everybody else is another phone.
        Phase::Registered { claimed: Claimed { device, .. }, .. }
        | Phase::Testing { device, .. }
        | Phase::Done { device, .. } => {
            if known.iter().any(|known| known.id == *device) {
                Decision::nothing(Err(NotClaimed::KeyKnown))
            } else {
                other_phone(claim, enrolment)
            }
        }
    }
}

fn is_same_phone(claim: &ClaimCode, before: &Claimed) -> bool {
    claim.device_key == before.device_key
        && claim.approval_key == before.approval_key
        && claim.commitment == before.commitment
}

/// A second phone is refused, and the page says so.
fn other_phone(claim: &ClaimCode, enrolment: &Enrolment) -> Decision<Result<String, NotClaimed>> {
    let model = visible(&claim.model, LONGEST);
    let mut decision = Decision::nothing(Err(NotClaimed::Used));
    // Once is loud enough; whoever saw the code must not fill the audit trail with it.
    if enrolment.other_phone.is_some() {
        return decision;
    }
    decision.write(Change::SetOtherPhone(enrolment.id, model.clone()));
    decision.record(Fact { detail: Some(model), ..enrolment.fact(FactKind::EnrolmentOtherPhone) });
    decision.tell(Notice::Enrolment(enrolment.id));
    decision
}

/// An offer with a nonce that nobody has seen: whoever claimed cannot have chosen their half to fit it.
fn offer(
    claim: &ClaimCode,
    enrolment: &Enrolment,
    (user, login): (&User, &str),
    before: Option<&Claimed>,
    policy: &Policy,
    random: &mut dyn Random,
) -> Decision<String> {
    let offer = Offer {
        enrolment: enrolment.id,
        device: before.map_or_else(|| DeviceId::random(random), |before| before.device),
        claim: claim.claim,
        organisation: claim.organisation.clone(),
        // A phone accepts no name that hides something.
        user: visible(&user.name, LONGEST),
        login: login.to_owned(),
        policy: PhonePolicy { digits: policy.digits, unlock: policy.unlock },
        nonce: Bytes(bytes(random)),
        key_number: claim.key_number,
        next_identity_key: claim.next_identity_key,
        exp: enrolment.expires.seconds(),
    };
    let unsigned = Unsigned::new(Header::default().with_key(claim.identity_key), &offer);
    let input = unsigned.as_str().to_owned();
    let mut decision = Decision::nothing(input.clone());
    decision.write(Change::SetPhase(
        enrolment.id,
        Box::new(Phase::Claimed(Claimed {
            device: offer.device,
            device_key: claim.device_key,
            approval_key: claim.approval_key,
            commitment: claim.commitment,
            claim: claim.claim,
            nonce: offer.nonce,
            offer_input: input,
            offer: unsigned.hash(),
            model: visible(&claim.model, LONGEST),
            system: visible(&claim.system, LONGEST),
            claims: before.map_or(0, |before| before.claims) + 1,
        })),
    ));
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceState;
    use crate::enrolment::Failure;
    use crate::world::{Phone, World, hash, key};
    use authenticator_protocol::code::{decode, encode};
    use authenticator_protocol::ids::EnrolmentId;
    use authenticator_protocol::jws::Unverified;
    use authenticator_protocol::time::Seconds;

    fn opened() -> (World, EnrolmentId) {
        let mut world = World::new();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        (world, id)
    }
    fn claimed(world: &World, id: EnrolmentId) -> Claimed {
        match &world.enrolment(id).phase {
            Phase::Claimed(claimed) => claimed.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_offer_says_who_to_whom_and_until_when() {
        let (mut world, id) = opened();
        let input = world.claim(id, &Phone(5).claim()).unwrap();
        let read = Unverified::<Offer>::parse(&format!("{input}.{}", encode(&[0; 64]))).unwrap();
        assert_eq!(read.header().jwk, Some(key(201)));
        let payload = decode(input.split_once('.').unwrap().1).unwrap();
        let offer: Offer = serde_json::from_slice(&payload).unwrap();
        let claimed = claimed(&world, id);
        assert_eq!((offer.enrolment, offer.device, offer.claim), (id, claimed.device, hash(105)));
        assert_eq!((offer.user.as_str(), offer.login.as_str()), ("Anna Andersson", "anna@x.example"));
        assert_eq!((offer.policy.digits, offer.policy.unlock), (world.policy.digits, world.policy.unlock));
        assert_eq!((offer.nonce, offer.next_identity_key), (claimed.nonce, hash(202)));
        assert_eq!(offer.exp, Seconds(1_000_600));
        assert_eq!((claimed.offer, &claimed.offer_input), (read.hash(), &input));
        assert_eq!((claimed.model.as_str(), claimed.claims), ("Phone 5", 1));
        assert!(world.told(Notice::Enrolment(id)));
        assert_eq!(world.count(FactKind::EnrolmentClaimed), 1);
    }

    #[test]
    fn a_lost_claim_is_repeated_with_a_fresh_nonce_but_not_for_ever() {
        let (mut world, id) = opened();
        let mut nonces = Vec::new();
        let mut device = None;
        for _ in 0..CLAIMS {
            world.claim(id, &Phone(5).claim()).unwrap();
            let now = claimed(&world, id);
            assert_eq!(*device.get_or_insert(now.device), now.device);
            assert!(!nonces.contains(&(now.nonce, now.offer)));
            nonces.push((now.nonce, now.offer));
        }
        assert_eq!(world.claim(id, &Phone(5).claim()), Err(NotClaimed::TooMany));
        assert_eq!(claimed(&world, id).claims, CLAIMS);
        assert_eq!(world.count(FactKind::EnrolmentClaimed), 1);
    }

    #[test]
    fn a_second_phone_is_refused_and_the_page_says_so() {
        let same = Phone(5).claim();
        for other in [
            Phone(6).claim(),
            ClaimCode { device_key: key(99), ..same.clone() },
            ClaimCode { approval_key: hash(99), ..same.clone() },
            ClaimCode { commitment: hash(99), ..same.clone() },
        ] {
            let (mut world, id) = opened();
            world.claim(id, &same).unwrap();
            let before = claimed(&world, id);
            assert_eq!(
                world.claim(id, &ClaimCode { model: "Thi\u{202E}ef".into(), ..other }),
                Err(NotClaimed::Used)
            );
            assert_eq!(claimed(&world, id), before);
            assert_eq!(world.enrolment(id).other_phone.as_deref(), Some("Thief"));
            assert_eq!(world.notices, [Notice::Enrolment(id)]);
            assert_eq!(world.count(FactKind::EnrolmentOtherPhone), 1);
        }
    }

    #[test]
    fn the_two_keys_differ_and_are_new() {
        let (mut world, id) = opened();
        world.add_device(7, DeviceState::Ended);
        let fresh = Phone(5).claim();
        for known in [
            ClaimCode { approval_key: fresh.device_key.thumbprint(), ..fresh.clone() },
            ClaimCode { device_key: key(14), ..fresh.clone() },
            ClaimCode { device_key: key(15), ..fresh.clone() },
            ClaimCode { approval_key: key(14).thumbprint(), ..fresh.clone() },
            ClaimCode { approval_key: key(15).thumbprint(), ..fresh.clone() },
        ] {
            assert_eq!(world.claim(id, &known), Err(NotClaimed::KeyKnown));
            assert_eq!(world.enrolment(id).phase, Phase::Open, "the code is not burnt");
        }
        assert!(world.claim(id, &fresh).is_ok());
        world.add_device(5, DeviceState::Active);
        assert_eq!(world.claim(id, &fresh), Err(NotClaimed::KeyKnown), "enrolled elsewhere meanwhile");
    }

    #[test]
    fn a_typed_code_claims_like_the_link_and_brings_the_name_that_was_typed() {
        let login = |code| {
            let (mut world, id) = opened();
            world.user.email = Some("anna.andersson@x.example".into());
            let offer = world.claim(id, &ClaimCode { code, ..Phone(5).claim() }).ok()?;
            assert_eq!(
                world.claim(id, &ClaimCode { code: hash(200), ..Phone(6).claim() }),
                Err(NotClaimed::Used)
            );
            let (_, payload) = offer.split_once('.').unwrap();
            let payload = decode(payload).unwrap();
            Some(serde_json::from_slice::<Offer>(&payload).unwrap().login)
        };
        let upn = World::new().user.upn;
        assert_eq!(login(hash(210)), Some(upn));
        assert_eq!(login(hash(211)).as_deref(), Some("anna.andersson@x.example"));
        assert_eq!(login(hash(200)).as_deref(), Some("anna.andersson@x.example"));
        assert_eq!(login(hash(212)), None);
    }

    #[test]
    fn nothing_is_claimed_once_a_phone_has_registered() {
        for test in [false, true] {
            let mut world = World::new();
            let id = if test {
                world.enrol_to_test(hash(1), Phone(5), 1).0
            } else {
                let id = world.open_enrolment(hash(1), true, 1).unwrap();
                world.claim(id, &Phone(5).claim()).unwrap();
                world.register(&world.registration(id, Phone(5))).unwrap();
                id
            };
            let before = world.enrolment(id).phase.clone();
            assert_eq!(world.claim(id, &Phone(5).claim()), Err(NotClaimed::KeyKnown));
            assert_eq!(world.enrolment(id).other_phone, None);
            assert_eq!(world.claim(id, &Phone(6).claim()), Err(NotClaimed::Used));
            assert_eq!(world.enrolment(id).other_phone.as_deref(), Some("Phone 6"));
            assert_eq!(world.enrolment(id).phase, before);
        }
    }

    #[test]
    fn what_is_over_cannot_be_claimed() {
        let (mut world, id) = opened();
        world.user.disabled = true;
        assert_eq!(world.claim(id, &Phone(5).claim()), Err(NotClaimed::Expired));
        world.user.disabled = false;
        assert_eq!(
            world.claim(id, &ClaimCode { code: hash(0), ..Phone(5).claim() }),
            Err(NotClaimed::Expired)
        );
        world.now = world.enrolment(id).expires;
        assert_eq!(world.claim(id, &Phone(5).claim()), Err(NotClaimed::Expired));
        assert_eq!(world.enrolment(id).phase, Phase::Failed(Failure::Expired));
        world.now = Millis(1_000_000_500);
        assert_eq!(world.claim(id, &Phone(5).claim()), Err(NotClaimed::Expired));
    }
}
