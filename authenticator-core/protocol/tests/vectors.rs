//! The vectors of `tests/vectors`, whose generator and checker share no code with this crate: all three must agree, and
//! what was once version 1 stays so.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod key;
mod unsigned;

use authenticator_protocol::answer::{Approval, Denial};
use authenticator_protocol::challenge::{Challenge, ChallengeError, check};
use authenticator_protocol::channels::Channels;
use authenticator_protocol::code::encode;
use authenticator_protocol::enrolment::{
    ApprovalKey, Characters, Claim, Offer, Registration, characters, commitment,
};
use authenticator_protocol::fetch::{Fetch, Leave};
use authenticator_protocol::ids::{DeviceId, WakeId};
use authenticator_protocol::jws::{Header, JwsError, Message, Typ, Unsigned, Unverified};
use authenticator_protocol::keys::{PublicKey, Sign as _};
use authenticator_protocol::link::{EnrolmentLink, LinkError, ServerAddress};
use authenticator_protocol::number::Number;
use authenticator_protocol::request::{self, RequestError};
use authenticator_protocol::socket::SocketOpening;
use authenticator_protocol::statement::{KeyStatement, Pin, StatementError};
use authenticator_protocol::text::is_visible;
use authenticator_protocol::time::Seconds;
use authenticator_protocol::typed::{TypedCode, TypedError};
use authenticator_protocol::version::is_new_enough;
use authenticator_protocol::wake::Wake;
use key::{Key, P256};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

fn vectors(file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/v1");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    let vectors = std::mem::take(file["vectors"].as_array_mut().unwrap());
    assert!(!vectors.is_empty());
    vectors
}

/// One member of a vector, read as what it is.
fn read<T: DeserializeOwned>(vector: &Value, member: &str) -> T {
    serde_json::from_value(vector[member].clone())
        .unwrap_or_else(|error| panic!("{member} of {vector}: {error}"))
}

fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
    vector[member].as_str().unwrap_or_else(|| panic!("{member} of {vector}"))
}

fn outcome(error: JwsError) -> &'static str {
    match error {
        JwsError::TooLong | JwsError::Form => "form",
        JwsError::Header => "header",
        JwsError::Alg => "alg",
        JwsError::Typ => "typ",
        JwsError::Version => "version",
        JwsError::Crit => "crit",
        JwsError::Signature => "signature",
        JwsError::Payload => "payload",
    }
}

/// Whether the header has what a message of this type needs, as its readers ask for it.
fn has_its_members(typ: Typ, header: &Header) -> bool {
    let own_key =
        matches!(typ, Typ::Claim | Typ::Registration | Typ::ApprovalKey | Typ::Offer | Typ::KeyStatement);
    let request = !matches!(typ, Typ::ApprovalKey | Typ::Offer | Typ::KeyStatement | Typ::Challenge);
    let device = request && !own_key;
    // Whatever else is wrong for the place and moment, what must be there comes first.
    let bound = || {
        let checked = request::check(header, "nowhere", "nothing", Seconds(u64::MAX));
        !matches!(checked, Err(RequestError::Nonce | RequestError::Time))
    };
    (!own_key || header.jwk.is_some())
        && (!device || header.kid.as_deref().is_some_and(|kid| kid.parse::<DeviceId>().is_ok()))
        && (!request || bound())
}

fn outcome_of<M: Message>(message: &str, known: PublicKey) -> &'static str {
    let unverified = match Unverified::<M>::parse(message) {
        Ok(unverified) => unverified,
        Err(error) => return outcome(error),
    };
    if !has_its_members(M::TYP, unverified.header()) {
        return "members";
    }
    let key = unverified.header().jwk.unwrap_or(known);
    let (input, _) = message.rsplit_once('.').unwrap();
    let hash = Unsigned::from_stored(input.to_owned()).hash();
    match unverified.verify(&key, &P256) {
        Ok(verified) => {
            assert_eq!(verified.hash, hash);
            "accept"
        }
        Err(error) => outcome(error),
    }
}

fn outcome_as(typ: Typ, message: &str, known: PublicKey) -> &'static str {
    match typ {
        Typ::Claim => outcome_of::<Claim>(message, known),
        Typ::Offer => outcome_of::<Offer>(message, known),
        Typ::Registration => outcome_of::<Registration>(message, known),
        Typ::ApprovalKey => outcome_of::<ApprovalKey>(message, known),
        Typ::Fetch => outcome_of::<Fetch>(message, known),
        Typ::Challenge => outcome_of::<Challenge>(message, known),
        Typ::Approval => outcome_of::<Approval>(message, known),
        Typ::Denial => outcome_of::<Denial>(message, known),
        Typ::Socket => outcome_of::<SocketOpening>(message, known),
        Typ::Channels => outcome_of::<Channels>(message, known),
        Typ::Leave => outcome_of::<Leave>(message, known),
        Typ::KeyStatement => outcome_of::<KeyStatement>(message, known),
    }
}

#[test]
fn keys_and_their_thumbprints() {
    for vector in vectors("keys.json") {
        let jwk: PublicKey = read(&vector, "jwk");
        let seed = text(&vector, "private");
        let byte = u8::from_str_radix(&seed[..2], 16).unwrap();
        assert_eq!(Key::new(byte).public_key(), jwk);
        assert_eq!(jwk.thumbprint().to_string(), text(&vector, "thumbprint"));
        assert_eq!(jwk.short_thumbprint().to_string(), text(&vector, "short_thumbprint"));
    }
}

#[test]
fn messages_are_read_as_everybody_reads_them() {
    for vector in vectors("messages.json") {
        let message = text(&vector, "message");
        let key = read(&vector, "public_key");
        for typ in Typ::ALL {
            let found = outcome_as(typ, message, key);
            let name = text(&vector, "name");
            if typ.as_str() == text(&vector, "typ") {
                assert_eq!(found, text(&vector, "outcome"), "{name}");
            } else {
                assert_ne!(found, "accept", "{name} as {}", typ.as_str());
            }
        }
        if let Some(hash) = vector.get("hash") {
            let input = text(&vector, "signing_input").to_owned();
            assert_eq!(Unsigned::from_stored(input).hash().to_string(), hash.as_str().unwrap());
        }
    }
}

fn header_of<M: Message>(message: &str) -> Header {
    Unverified::<M>::parse(message).unwrap().header().clone()
}

#[test]
fn requests_are_bound_to_method_address_and_time() {
    for vector in vectors("requests.json") {
        let message = text(&vector, "message");
        let header = match Typ::ALL.iter().find(|typ| typ.as_str() == text(&vector, "typ")).unwrap() {
            Typ::Claim => header_of::<Claim>(message),
            Typ::Registration => header_of::<Registration>(message),
            Typ::Fetch => header_of::<Fetch>(message),
            Typ::Approval => header_of::<Approval>(message),
            Typ::Denial => header_of::<Denial>(message),
            Typ::Socket => header_of::<SocketOpening>(message),
            Typ::Channels => header_of::<Channels>(message),
            Typ::Leave => header_of::<Leave>(message),
            other => panic!("{other:?} is no request"),
        };
        let now = read(&vector, "now");
        let found = match request::check(&header, text(&vector, "method"), text(&vector, "url"), now) {
            Ok(_) => "accept",
            Err(RequestError::Method | RequestError::Url) => "wrong_address",
            Err(RequestError::Clock) => "clock",
            Err(RequestError::Nonce | RequestError::Time) => "members",
        };
        assert_eq!(found, text(&vector, "outcome"), "{}", vector["name"]);
    }
}

#[test]
fn challenges_are_shown_by_whom_they_are_for() {
    for vector in vectors("challenges.json") {
        let key = read(&vector, "public_key");
        let verified = Unverified::<Challenge>::parse(text(&vector, "message"))
            .and_then(|challenge| challenge.verify(&key, &P256));
        let found = match verified {
            // Signed by the organisation, and not to be understood: a newer version has made it.
            Err(JwsError::Version | JwsError::Crit | JwsError::Payload) => "update",
            Err(_) => "drop",
            Ok(verified) => match check(&verified, read(&vector, "device"), read(&vector, "now")) {
                Ok(()) => {
                    let shown = vector["shown"].as_object().unwrap();
                    let payload = serde_json::to_value(&verified.payload).unwrap();
                    for (name, value) in shown {
                        assert_eq!(&payload[name], value, "{name}");
                    }
                    "show"
                }
                Err(ChallengeError::Unknown) => "update",
                Err(ChallengeError::Device | ChallengeError::Expired | ChallengeError::Text) => "drop",
            },
        };
        assert_eq!(found, text(&vector, "outcome"), "{}", vector["name"]);
    }
}

#[test]
fn both_ends_compute_the_same() {
    for vector in vectors("derived.json") {
        let given = &vector["in"];
        let out = match text(&vector, "kind") {
            "commitment" => {
                commitment(&read(given, "nonce"), &read(given, "device_key"), &read(given, "approval_key"))
                    .to_string()
            }
            "characters" => characters(
                &read(given, "claim"),
                &read(given, "offer"),
                &read(given, "nonce"),
                &read(given, "device_key"),
                &read(given, "approval_key"),
            )
            .as_str()
            .to_owned(),
            "wake" => {
                let wake =
                    Wake::new(text(given, "wake_id").parse::<WakeId>().unwrap(), &read(given, "secret"));
                wake.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
            }
            other => panic!("{other}: nothing that is computed here"),
        };
        assert_eq!(out, text(&vector, "out"), "{}", vector["name"]);
    }
}

#[test]
fn what_people_type_for_the_characters() {
    for vector in vectors("typed.json") {
        let right = Characters::typed(text(&vector, "characters")).unwrap();
        let same = Characters::typed(text(&vector, "typed")).is_some_and(|typed| typed == right);
        assert_eq!(same, text(&vector, "outcome") == "accept", "{}", vector["name"]);
    }
}

#[test]
fn links_are_read_or_told_what_they_are() {
    for vector in vectors("links.json") {
        let development = vector["development"].as_bool().unwrap();
        let allowed = |server: &ServerAddress| development || server.is_secure();
        let found = match EnrolmentLink::parse(text(&vector, "text")) {
            Ok(link) if allowed(&link.link) && allowed(&link.server) => {
                assert_eq!(link.server.to_string(), text(&vector, "service"));
                assert_eq!(encode(&link.code.0), text(&vector, "code"));
                assert_eq!(link.identity.to_string(), text(&vector, "short_thumbprint"));
                "accept"
            }
            Err(LinkError::Version) => "update",
            Err(LinkError::OtherApp) => "other_app",
            Err(LinkError::NotALink) => "neither",
            // An address without anything of a code in it, or a damaged one: both are told to be no code.
            Err(LinkError::OtherLink) if text(&vector, "outcome") == "web" => "web",
            Ok(_) | Err(_) => "refuse",
        };
        assert_eq!(found, text(&vector, "outcome"), "{}: {}", vector["name"], vector["text"]);
    }
}

#[test]
fn texts_and_numbers() {
    for vector in vectors("texts.json") {
        assert_eq!(
            is_visible(text(&vector, "text"), 200),
            text(&vector, "outcome") == "accept",
            "{}",
            vector["name"]
        );
    }
    for vector in vectors("numbers.json") {
        let number = text(&vector, "text").parse::<Number>();
        assert_eq!(number.is_ok(), text(&vector, "outcome") == "accept", "{}", vector["name"]);
    }
}

#[test]
fn statements_lead_from_pin_to_pin() {
    let pin = |vector: &Value| Pin {
        key: read(vector, "key"),
        number: read(vector, "number"),
        next: read(vector, "next"),
    };
    for vector in vectors("statements.json") {
        let found = match pin(&vector["pin"]).follow(text(&vector, "message"), &P256) {
            Ok(followed) => {
                assert_eq!(followed, pin(&vector["new_pin"]), "{}", vector["name"]);
                "accept"
            }
            Err(StatementError::Message(error)) => outcome(error),
            Err(StatementError::Key) => "key",
            Err(StatementError::Number) => "number",
            Err(StatementError::Previous) => "previous",
            Err(StatementError::Next) => "next",
        };
        assert_eq!(found, text(&vector, "outcome"), "{}", vector["name"]);
    }
}

#[test]
fn codes_as_people_type_them() {
    for vector in vectors("typed_codes.json") {
        let typed = TypedCode::typed(text(&vector, "typed"));
        let found = match &typed {
            Ok(code) => {
                assert_eq!(code.as_str(), text(&vector, "characters"), "{}", vector["name"]);
                "accept"
            }
            Err(TypedError::Length) => "length",
            Err(TypedError::Character) => "character",
            Err(TypedError::Check) => "check",
        };
        assert_eq!(found, text(&vector, "outcome"), "{}", vector["name"]);
        if let Some(bits) = vector.get("bits").and_then(Value::as_str) {
            let bits = u64::from_str_radix(bits, 16).unwrap().to_be_bytes();
            assert_eq!(TypedCode::from_bits(bits).as_str(), text(&vector, "characters"));
        }
    }
}

#[test]
fn apps_that_are_new_enough() {
    for vector in vectors("versions.json") {
        let oldest = text(&vector, "oldest").parse().unwrap();
        let served = is_new_enough(text(&vector, "app"), oldest);
        assert_eq!(served, text(&vector, "outcome") == "accept", "{}", vector["name"]);
    }
}
