//! What a device is shown of a request.

use super::{Asker, ChallengeRecord, Origin, SignInRequest};
use crate::device::Device;
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::ids::ChallengeId;
use authenticator_protocol::random::Random;
use authenticator_protocol::text::visible;
use authenticator_protocol::time::Millis;

/// The longest text in a challenge, in characters; phones accept 200.
pub(super) const LONGEST: usize = 80;

/// The longest message of a relying party.
pub(super) const LONGEST_MESSAGE: usize = 200;

fn shown(text: &str) -> Option<String> {
    Some(visible(text, LONGEST)).filter(|text| !text.is_empty())
}

pub(super) fn shown_origin(origin: &Origin) -> Origin {
    let optional = |text: &Option<String>| text.as_deref().and_then(shown);
    Origin {
        address: visible(&origin.address, LONGEST),
        browser: optional(&origin.browser),
        system: optional(&origin.system),
        place: optional(&origin.place),
        recognised: origin.recognised,
    }
}

pub(super) fn shown_purpose(purpose: &Purpose) -> Purpose {
    match purpose {
        Purpose::AddDevice { model } => Purpose::AddDevice { model: visible(model, LONGEST) },
        Purpose::SignIn
        | Purpose::ConfirmTest
        | Purpose::OpenSecurity
        | Purpose::TrustBrowser { .. }
        | Purpose::EnablePhoneSignIn
        | Purpose::ResetPassword => purpose.clone(),
    }
}

/// What a relying party says, with what it reports of the browser: its word, not ours (property 22). What does not fit
/// is left out whole.
fn reported(request: &SignInRequest) -> Option<String> {
    let Origin { browser, system, address, .. } = &request.origin;
    let address = Some(address).filter(|address| !address.is_empty());
    let seen: Vec<&str> =
        [browser.as_ref(), system.as_ref(), address].into_iter().flatten().map(String::as_str).collect();
    let seen = seen.join(", ");
    let both = match &request.message {
        Some(message) if seen.is_empty() => message.clone(),
        Some(message) => format!("{message} ({seen})"),
        None => seen,
    };
    if both.chars().count() <= LONGEST_MESSAGE { Some(both) } else { request.message.clone() }
}

/// The challenge to one device; the number is not in it (property 1).
pub(super) fn challenge(
    request: &SignInRequest,
    device: &Device,
    organisation: &str,
    now: Millis,
    random: &mut dyn Random,
) -> ChallengeRecord {
    let (origin, message) = match request.asker {
        Asker::Session { .. } => (request.origin.clone(), request.message.clone()),
        Asker::RelyingParty(_) => (Origin::default(), reported(request)),
    };
    let challenge = Challenge {
        id: ChallengeId::random(random),
        device: device.id,
        organisation: organisation.to_owned(),
        purpose: request.purpose.clone(),
        application: request.application.clone(),
        browser: origin.browser.clone(),
        system: origin.system.clone(),
        address: origin.known_address(),
        place: origin.place.clone(),
        message: message.filter(|message| !message.is_empty()),
        recognised: origin.recognised,
        digits: request.digits,
        iat: now.seconds(),
        exp: request.expires.seconds(),
    };
    let unsigned = challenge.unsigned();
    ChallengeRecord {
        id: challenge.id,
        request: request.id,
        device: device.id,
        signing_input: unsigned.as_str().to_owned(),
        hash: unsigned.hash(),
        reply: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceState;
    use crate::request::Strangers;
    use crate::request::{OpenRequest, Opener, open};
    use crate::world::{Seeded, World, hash, key};
    use crate::{Change, Decision};
    use authenticator_protocol::challenge::check;
    use authenticator_protocol::code::{decode, encode};
    use authenticator_protocol::jws::Unverified;
    use authenticator_protocol::keys::{PublicKey, Signature, Verify};
    use authenticator_protocol::number::Number;
    use authenticator_protocol::time::Seconds;

    struct Believe;
    impl Verify for Believe {
        fn verify(&self, _: &PublicKey, _: &[u8], _: &Signature) -> bool {
            true
        }
    }

    #[test]
    fn the_phone_can_show_the_challenge_and_finds_no_number_in_it() {
        let mut world = World::new();
        let device = world.add_device(1, DeviceState::Active);
        let wanted = OpenRequest {
            session: hash(1),
            purpose: Purpose::AddDevice { model: "Pi\u{202E}xel".into() },
            application: "My\u{200B}Apps\n".into(),
            origin: Origin {
                address: String::new(),
                browser: Some("\u{202E}Firefox".into()),
                system: Some("\u{200B}".into()),
                place: Some("G".repeat(300)),
                recognised: true,
            },
            organisation: "Region\u{7} X".into(),
            to: None,
        };
        let decide = |random: u64, number: &str| {
            let only = |it: &Number| it.as_str() != number;
            let opener = Opener {
                session: world.session(hash(1)),
                user: &world.user,
                devices: &world.devices,
                pending: &[],
                taken: &only,
                strangers: &Strangers::default(),
            };
            open(&wanted, &opener, &world.policy, world.now, &mut Seeded(random))
        };
        let decision = decide(1, "47");
        let Change::AddRequest(request, challenges) = &decision.changes[0] else { panic!() };
        assert_eq!(request.number.as_ref().unwrap().as_str(), "47");
        let text = format!("{}.{}", challenges[0].signing_input, encode(&[0; 64]));
        let read = Unverified::<Challenge>::parse(&text).unwrap();
        assert_eq!(read.hash(), challenges[0].hash);
        let read = read.verify(&key(1), &Believe).unwrap();
        assert_eq!(check(&read, device, Seconds(1_000_000)), Ok(()));
        let body = &read.payload;
        assert_eq!(body.application, "MyApps");
        assert_eq!(body.organisation, "Region X");
        assert_eq!(body.purpose, Purpose::AddDevice { model: "Pixel".into() });
        assert_eq!((body.browser.as_deref(), body.system.as_deref()), (Some("Firefox"), None));
        assert_eq!((body.address.as_deref(), body.place.as_ref().unwrap().len()), (None, 80));
        assert_eq!((body.recognised, body.digits, body.exp), (true, world.policy.digits, Seconds(1_000_090)));
        // Two numbers, all else alike: if the number reached the phone in any form, the bytes would differ.
        let payload = |decision: &Decision<_>| match &decision.changes[0] {
            Change::AddRequest(_, challenges) => {
                let payload = challenges[0].signing_input.split_once('.').unwrap().1;
                let mut json: serde_json::Value = serde_json::from_slice(&decode(payload).unwrap()).unwrap();
                json.as_object_mut().unwrap().remove("id");
                json
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(payload(&decision), payload(&decide(1, "48")));
    }
}
