//! What one end writes, the other reads as the same; and what has one spelling is written as it was read.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod made;

use authenticator_protocol::answer::{AnswerReply, Approval, Denial, End};
use authenticator_protocol::challenge::Challenge;
use authenticator_protocol::channels::{Channels, ChannelsReply};
use authenticator_protocol::code::{CROCKFORD, crockford, decode, decode_array, encode};
use authenticator_protocol::enrolment::{ApprovalKey, Characters, Claim, Offer, Registration};
use authenticator_protocol::fetch::{Ended, Fetch, FetchReply, Leave};
use authenticator_protocol::ids::{DeviceId, EnrolmentId, WakeId};
use authenticator_protocol::jws::{Header, JwsError, Message, Typ, Unsigned, Unverified};
use authenticator_protocol::keys::{PublicKey, Sign, Signature, Verify};
use authenticator_protocol::link::{EnrolmentLink, ServerAddress};
use authenticator_protocol::number::Number;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::socket::{Greeting, SocketOpening};
use authenticator_protocol::statement::KeyStatement;
use authenticator_protocol::text::{is_visible, visible};
use authenticator_protocol::typed::TypedCode;
use authenticator_protocol::wake::Wake;
use made::*;
use proptest::option::of as maybe;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::fmt::Debug;

/// Nobody's signature: the message's hash, twice. What is signed is another test's matter.
struct Toy;

impl Sign for Toy {
    fn sign(&self, message: &[u8]) -> Signature {
        [<[u8; 32]>::from(Sha256::digest(message)); 2].concat().try_into().unwrap()
    }

    fn public_key(&self) -> PublicKey {
        PublicKey([0; 64])
    }
}

impl Verify for Toy {
    fn verify(&self, _: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        self.sign(message) == *signature
    }
}

macro_rules! messages {
    ($($name:ident: $message:ident = $strategy:expr;)+) => {
        const LISTED: &[Typ] = &[$($message::TYP),+];

        /// Which types of message take this text.
        fn taken(text: &str) -> Vec<Typ> {
            [$(Unverified::<$message>::parse(text).is_ok().then_some($message::TYP)),+].into_iter().flatten().collect()
        }

        mod message {
            use super::*;
            proptest! {
                $(#[test]
                fn $name(header in header(), payload in $strategy) {
                    there_and_back::<$message>(header, &payload);
                })+
            }
        }
    };
}
messages! {
    a_claim: Claim = claim();
    an_offer: Offer = offer();
    a_registration: Registration = registration();
    an_approval_key: ApprovalKey = approval_key();
    a_fetch: Fetch = fetch();
    a_challenge: Challenge = challenge();
    an_approval: Approval = approval();
    a_denial: Denial = denial();
    an_opening: SocketOpening = opening();
    a_list_of_channels: Channels = channels();
    a_leave: Leave = Just(Leave {});
    a_key_statement: KeyStatement = key_statement();
}

#[test]
fn every_message_is_here() {
    assert_eq!(Typ::ALL.map(|typ| LISTED.contains(&typ)), [true; Typ::ALL.len()]);
}

fn there_and_back<M: Message + PartialEq + Debug>(mut header: Header, payload: &M) {
    if M::TYP != Typ::Challenge {
        header.show.clear();
    }
    let unsigned = Unsigned::new(header, payload);
    let written = unsigned.sign(&Toy);
    assert_eq!(taken(&written), [M::TYP], "valid as what it is, and as nothing else");
    let read = Unverified::<M>::parse(&written).and_then(|it| it.verify(&Toy.public_key(), &Toy)).unwrap();
    assert_eq!(read.payload, *payload);
    assert_eq!(read.hash, unsigned.hash());
    assert_eq!(Unsigned::new(read.header, &read.payload), unsigned, "one spelling");
    assert_eq!(Unsigned::from_stored(unsigned.as_str().to_owned()), unsigned);
    let tampered = unsigned.attach(&[7; 64]);
    let refused = Unverified::<M>::parse(&tampered).and_then(|it| it.verify(&Toy.public_key(), &Toy));
    assert_eq!(refused.err(), Some(JwsError::Signature));
}

/// Read as it was, and written the same once more.
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let written = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&written).unwrap();
    assert_eq!(read, *value);
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
    written
}

proptest! {
    #[test]
    fn replies_and_errors(
        now in seconds(),
        challenges in proptest::collection::vec(text(), 0..4),
        ended in proptest::collection::vec((challenge_id(), end(), any::<bool>()), 0..4),
        counted in any::<bool>(),
        code in proptest::sample::select(Code::ALL.to_vec()),
        texts in [text(), text()],
        optional in [maybe(text()), maybe(text())],
        nonce in bytes(),
        push in maybe(push()),
        taken in proptest::collection::vec(taken_channel(), 0..5),
    ) {
        let ended: Vec<_> =
            ended.into_iter().map(|(challenge, end, here)| Ended { challenge, end, here }).collect();
        for Ended { end, .. } in &ended {
            let word = json(&AnswerReply { end: *end, counted });
            prop_assert!(word.contains(end.as_str()));
            prop_assert_eq!(End::from_word(end.as_str()), Some(*end));
        }
        let key_statements = challenges.clone();
        json(&FetchReply { now, challenges, ended, confirmed: counted, key_statements, push, renew: counted });
        json(&ChannelsReply { channels: taken });
        json(&Greeting { nonce });
        let ([kind, title], [detail, instance]) = (texts, optional);
        let now = counted.then_some(now);
        let problem = json(&Problem { kind, code, title, status: code.status(), detail, instance, now });
        prop_assert!(problem.contains(code.as_str()));
    }

    #[test]
    fn ids_hashes_and_secrets(id in any::<[u8; 16]>(), hash in bytes::<32>(), secret in secret::<32>()) {
        for text in [DeviceId::from_bytes(id).to_string(), EnrolmentId::from_bytes(id).to_string()] {
            prop_assert_eq!(text.len(), 22);
            prop_assert_eq!(text.parse(), Ok(WakeId::from_bytes(id)), "one spelling for all");
        }
        json(&DeviceId::from_bytes(id));
        prop_assert_eq!(json(&hash), format!("\"{hash}\""));
        prop_assert_eq!(decode_array(&hash.to_string()), Some(hash.0));
        json(&secret);
    }

    #[test]
    fn typed_codes(code in typed_code(), other in "[0-9A-Za-z -]{0,14}") {
        prop_assert_eq!(json(&code), format!("\"{}\"", code.as_str()));
        prop_assert_eq!(TypedCode::typed(&code.grouped()), Ok(code));
        if let Ok(read) = TypedCode::typed(&other) {
            prop_assert_eq!(TypedCode::typed(read.as_str()), Ok(read));
        }
    }

    #[test]
    fn base64url_has_one_spelling(data in proptest::collection::vec(any::<u8>(), 0..50), text in "[A-Za-z0-9_=-]{0,30}") {
        prop_assert_eq!(decode(&encode(&data)), Some(data));
        if let Some(bytes) = decode(&text) {
            prop_assert_eq!(encode(&bytes), text);
        }
    }

    #[test]
    fn keys(key in key()) {
        let written = json(&key);
        prop_assert_eq!(PublicKey::from_sec1(&key.to_sec1()), Some(key));
        prop_assert_eq!(<[u8; 32]>::from(Sha256::digest(written)), key.thumbprint().0, "RFC 7638");
    }

    #[test]
    fn numbers(number in number(), digits in digits(), text in "[0-9a-z +-]{0,10}") {
        prop_assert_eq!(json(&number), format!("\"{}\"", number.as_str()));
        json(&digits);
        if let Ok(read) = text.parse::<Number>() {
            prop_assert_eq!(read.as_str(), text);
        }
    }

    #[test]
    fn characters_are_understood_however_they_are_typed(
        shown in proptest::collection::vec(proptest::sample::select(CROCKFORD.to_vec()), 4),
        between in proptest::collection::vec("[ \t-]{0,2}", 4),
        lower in any::<[bool; 4]>(),
        alike in any::<[bool; 4]>(),
    ) {
        let shown = String::from_utf8(shown).unwrap();
        let mut typed = String::new();
        for (index, meant) in shown.chars().enumerate() {
            let written = match meant {
                '0' if alike[index] => 'O',
                '1' if alike[index] => 'L',
                other => other,
            };
            typed += &between[index];
            typed.push(if lower[index] { written.to_ascii_lowercase() } else { written });
            prop_assert_eq!(crockford(meant), Some(meant));
        }
        let read = Characters::typed(&typed).unwrap();
        prop_assert_eq!(read.as_str(), shown);
    }

    #[test]
    fn links(
        link in "[a-z][a-z0-9]{0,8}\\.example",
        server in "[a-z][a-z0-9]{0,8}\\.example",
        port in maybe(1_u16..),
        own in any::<bool>(),
        code in secret(),
        identity in bytes(),
    ) {
        let link = ServerAddress::parse(&format!("https://{link}")).unwrap();
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let other = ServerAddress::parse(&format!("https://{server}{port}")).unwrap();
        let server = if own { link.clone() } else { other };
        let link = EnrolmentLink { link, server, code, identity };
        let written = link.to_string();
        let read = EnrolmentLink::parse(&written);
        prop_assert_eq!(read.as_ref(), Ok(&link));
        prop_assert_eq!(EnrolmentLink::parse(&format!(" {written}\n")), read);
        prop_assert_eq!(ServerAddress::parse(&link.server.to_string()), Ok(link.server));
    }

    #[test]
    fn wakes(id in any::<[u8; 16]>(), secret in secret::<32>(), other in secret::<32>()) {
        let wake = Wake::new(WakeId::from_bytes(id), &secret);
        prop_assert_eq!(Wake::from_bytes(&wake.to_bytes()), Some(wake));
        prop_assert_eq!((wake.is_for(&secret), wake.is_for(&other)), (true, secret == other));
    }

    #[test]
    fn what_is_shown_is_shown_the_same_again(text in ".*", max in 0_usize..60) {
        let shown = visible(&text, max);
        prop_assert!(shown.chars().count() <= max && is_visible(&shown, max));
    }
}
