//! The envelope holds: nothing altered, mistyped or misplaced is read (property 6).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod key;

use authenticator_protocol::answer::{Approval, Denial, DenialReason};
use authenticator_protocol::challenge::{Challenge, ChallengeError, Purpose, check};
use authenticator_protocol::code::{Bytes, decode, encode};
use authenticator_protocol::enrolment::{ApprovalKey, Claim, Offer, Registration};
use authenticator_protocol::fetch::{Fetch, Leave};
use authenticator_protocol::ids::{ChallengeId, DeviceId};
use authenticator_protocol::jws::{Header, JwsError, Message, Unsigned, Unverified};
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::number::Digits;
use authenticator_protocol::socket::SocketOpening;
use authenticator_protocol::time::Seconds;
use key::{Key, P256};
use proptest::prelude::*;

fn challenge() -> Challenge {
    Challenge {
        id: ChallengeId::from_bytes([1; 16]),
        device: DeviceId::from_bytes([2; 16]),
        organisation: "Region X".into(),
        purpose: Purpose::SignIn,
        application: "MyApps".into(),
        browser: Some("Firefox".into()),
        system: None,
        address: Some("192.0.2.7".into()),
        place: None,
        message: None,
        recognised: false,
        digits: Digits::DEFAULT,
        iat: Seconds(1000),
        exp: Seconds(1090),
    }
}

fn denial() -> String {
    let denial = Denial {
        challenge: ChallengeId::from_bytes([1; 16]),
        hash: Bytes([3; 32]),
        reason: DenialReason::NotMe,
    };
    Unsigned::new(Header::default(), &denial).sign(&Key::new(7))
}

/// A denial with a header of the caller's choice, signed correctly.
fn with_header(header: &str) -> String {
    let text = denial();
    let payload = text.split('.').nth(1).unwrap();
    let input = format!("{}.{payload}", encode(header.as_bytes()));
    Unsigned::from_stored(input).sign(&Key::new(7))
}

fn read<M: Message>(text: &str) -> Result<(), JwsError> {
    Unverified::<M>::parse(text)?.verify(&Key::new(7).public_key(), &P256).map(|_| ())
}

#[test]
fn a_message_is_read_as_what_it_is_and_as_nothing_else() {
    let text = denial();
    assert_eq!(read::<Denial>(&text), Ok(()));
    for result in [
        read::<Claim>(&text),
        read::<Offer>(&text),
        read::<Registration>(&text),
        read::<ApprovalKey>(&text),
        read::<Fetch>(&text),
        read::<Challenge>(&text),
        read::<Approval>(&text),
        read::<SocketOpening>(&text),
        read::<Leave>(&text),
    ] {
        assert_eq!(result, Err(JwsError::Typ));
    }
}

#[test]
fn another_key_does_not_fit() {
    let read = Unverified::<Denial>::parse(&denial()).unwrap().verify(&Key::new(8).public_key(), &P256);
    assert_eq!(read.map(|_| ()), Err(JwsError::Signature));
}

#[test]
fn unknown_algorithms_versions_and_extensions_are_refused() {
    for (header, error) in [
        (r#"{"alg":"none","typ":"styrk-denial+jws","v":1}"#, JwsError::Alg),
        (r#"{"alg":"HS256","typ":"styrk-denial+jws","v":1}"#, JwsError::Alg),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws","v":2}"#, JwsError::Version),
        (r#"{"alg":"ES256","typ":"JWT","v":1}"#, JwsError::Typ),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws"}"#, JwsError::Header),
        (r#"{"alg":"ES256","alg":"ES256","typ":"styrk-denial+jws","v":1}"#, JwsError::Header),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws","v":1,"crit":["b64"],"b64":false}"#, JwsError::Crit),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws","v":1,"crit":[]}"#, JwsError::Crit),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws","v":1,"crit":["show"]}"#, JwsError::Crit),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws","v":1,"crit":"show","show":["x"]}"#, JwsError::Crit),
        (r#"{"alg":"ES256","typ":"styrk-denial+jws","v":1,"show":["x"]}"#, JwsError::Crit),
        ("[]", JwsError::Header),
        ("{", JwsError::Header),
    ] {
        assert_eq!(read::<Denial>(&with_header(header)), Err(error), "{header}");
    }
    // What nobody declares critical may be there (RFC 7515 section 4).
    let extended = r#"{"alg":"ES256","typ":"styrk-denial+jws","v":1,"later":true}"#;
    assert_eq!(read::<Denial>(&with_header(extended)), Ok(()));
}

#[test]
fn only_one_form_of_each_text() {
    let text = denial();
    for other in [
        String::new(),
        "..".to_owned(),
        text.replace('.', ""),
        format!("{text}="),
        format!("{text}."),
        format!("{text}.{text}"),
        format!(" {text}"),
        text.replacen('.', "=.", 1),
    ] {
        assert_eq!(read::<Denial>(&other), Err(JwsError::Form), "{other}");
    }
    assert_eq!(read::<Denial>(&"a".repeat(16 * 1024 + 1)), Err(JwsError::TooLong));
}

#[test]
fn what_is_ignored_must_be_json_as_well() {
    let text = denial();
    let (header, payload) = (text.split('.').next().unwrap(), r#"{"challenge":"AQEBAQEBAQEBAQEBAQEBAQ","#);
    let rest = format!(r#""hash":"{}","reason":"not_me"}}"#, Bytes([3; 32]));
    let said = |member: &[u8]| {
        let payload = [payload.as_bytes(), b"\"later\":", member, b",", rest.as_bytes()].concat();
        Unsigned::from_stored(format!("{header}.{}", encode(&payload))).sign(&Key::new(7))
    };
    assert_eq!(read::<Denial>(&said(b"1")), Ok(()));
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
    assert_eq!(read::<Denial>(&said(&deep(126))), Ok(()));
    assert_eq!(read::<Denial>(&said(&deep(5_000))), Err(JwsError::Payload));
    assert_eq!(read::<Denial>(&said(br#""\ud800""#)), Err(JwsError::Payload), "half a character");
    assert_eq!(read::<Denial>(&said(b"\"\xff\"")), Err(JwsError::Payload));
    assert_eq!(read::<Denial>(&said(b"[")), Err(JwsError::Payload));
}

#[test]
fn the_other_signature_that_fits_is_the_same_message() {
    let text = denial();
    let (input, signature) = text.rsplit_once('.').unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&decode(signature).unwrap()).unwrap();
    let (r, s) = signature.split_scalars();
    let twin = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap();
    let twin = format!("{input}.{}", encode(&twin.to_bytes()));
    assert_ne!(twin, text);
    assert_eq!(read::<Denial>(&twin), Ok(()));
    let hash = |text: &str| Unverified::<Denial>::parse(text).unwrap().hash();
    assert_eq!(hash(&twin), hash(&text));
}

#[test]
fn a_challenge_is_shown_only_by_whom_it_is_for_while_it_lasts() {
    let verified = |challenge: &Challenge| {
        let text = challenge.unsigned().sign(&Key::new(7));
        Unverified::<Challenge>::parse(&text).unwrap().verify(&Key::new(7).public_key(), &P256).unwrap()
    };
    let good = verified(&challenge());
    let device = challenge().device;
    assert_eq!(good.payload, challenge());
    assert_eq!(check(&good, device, Seconds(1089)), Ok(()));
    assert_eq!(check(&good, device, Seconds(1090)), Err(ChallengeError::Expired));
    assert_eq!(check(&good, DeviceId::from_bytes([9; 16]), Seconds(1000)), Err(ChallengeError::Device));
    let hidden = verified(&Challenge { application: "My\u{202e}Apps".into(), ..challenge() });
    assert_eq!(check(&hidden, device, Seconds(1000)), Err(ChallengeError::Text));
    for model in ["a\u{200b}", ""] {
        let purpose = Purpose::AddDevice { model: model.into() };
        let model = verified(&Challenge { purpose, ..challenge() });
        assert_eq!(check(&model, device, Seconds(1000)), Err(ChallengeError::Text));
    }
    let nothing = verified(&Challenge { browser: Some(String::new()), ..challenge() });
    assert_eq!(check(&nothing, device, Seconds(1000)), Err(ChallengeError::Text));
}

#[test]
fn a_member_that_this_version_cannot_show_is_refused() {
    let show = vec!["organisation".to_owned(), "amount".to_owned()];
    let text = Unsigned::new(Header::showing(show), &challenge()).sign(&Key::new(7));
    let read =
        Unverified::<Challenge>::parse(&text).unwrap().verify(&Key::new(7).public_key(), &P256).unwrap();
    assert_eq!(check(&read, challenge().device, Seconds(1000)), Err(ChallengeError::Unknown));
}

#[test]
fn every_member_that_is_there_is_named_as_to_be_shown() {
    let text = challenge().unsigned().sign(&Key::new(7));
    let header = Unverified::<Challenge>::parse(&text).unwrap().header().clone();
    let payload = serde_json::to_value(challenge()).unwrap();
    for name in payload.as_object().unwrap().keys() {
        let silent = ["id", "device", "digits", "exp"].contains(&name.as_str());
        assert_eq!(header.show.contains(name), !silent, "{name}");
    }
}

proptest! {
    #[test]
    fn one_changed_character_is_noticed(at in 0usize..400, to in "[A-Za-z0-9_-]") {
        let text = denial();
        let at = at % text.len();
        let mut changed = text.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != text);
        prop_assert!(read::<Denial>(&changed).is_err());
    }

    #[test]
    fn no_text_at_all_stops_the_reader(text in ".*") {
        prop_assert!(read::<Denial>(&text).is_err());
    }
}
