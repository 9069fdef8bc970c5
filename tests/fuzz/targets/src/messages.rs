//! The envelope, around every message. An input is `w` and a whole message, or `s` (signed by the fixed key) or `o`
//! (by another) and two lines: header and payload.

use authenticator_protocol::answer::{Approval, Denial};
use authenticator_protocol::challenge::{Challenge, check};
use authenticator_protocol::channels::Channels;
use authenticator_protocol::code::{Bytes, decode_array, encode};
use authenticator_protocol::enrolment::{ApprovalKey, Claim, Offer, Registration};
use authenticator_protocol::fetch::{Fetch, Leave};
use authenticator_protocol::jws::{JwsError, Message, Typ, Unsigned, Unverified, Verified};
use authenticator_protocol::keys::{Sign as _, Signature};
use authenticator_protocol::request;
use authenticator_protocol::socket::SocketOpening;
use authenticator_protocol::statement::KeyStatement;
use authenticator_protocol::time::Seconds;
use scenarios::keys::{Check, Key};
use sha2::{Digest as _, Sha256};
use std::fmt::Debug;
use std::sync::LazyLock;

macro_rules! every_message {
    ($($message:ident),+ $(,)?) => {
        /// How many types of message take this text.
        fn taken(text: &str) -> usize {
            const LISTED: &[Typ] = &[$($message::TYP),+];
            assert!(Typ::ALL.iter().all(|typ| LISTED.contains(typ)), "a message is missing in this list");
            [$(holds::<$message>(text)),+].into_iter().filter(|taken| *taken).count()
        }
    };
}
every_message!(
    Claim,
    Offer,
    Registration,
    ApprovalKey,
    Fetch,
    Challenge,
    Approval,
    Denial,
    SocketOpening,
    Channels,
    Leave,
    KeyStatement,
);

pub(crate) fn message(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.chars();
    let how = parts.next();
    let rest = parts.as_str();
    let whole = match how {
        Some('w') => rest.to_owned(),
        Some(how @ ('s' | 'o')) => {
            let (header, payload) = rest.split_once('\n').unwrap_or((rest, ""));
            let unsigned = Unsigned::from_stored(format!(
                "{}.{}",
                encode(header.as_bytes()),
                encode(payload.as_bytes())
            ));
            if taken(&unsigned.attach(&[0; 64])) == 0 {
                return;
            }
            unsigned.sign(if how == 's' { &*FIXED } else { &*OTHER })
        }
        _ => return,
    };
    assert!(taken(&whole) <= 1, "one message is valid in the place of another");
}

/// Whether `text` is an `M`, as far as can be said before its signature is checked.
fn holds<M: Message + PartialEq + Debug>(text: &str) -> bool {
    let Ok(parsed) = Unverified::<M>::parse(text) else { return false };
    let (input, signature) = text.rsplit_once('.').expect("it has three parts");
    assert_eq!(parsed.hash(), Bytes(Sha256::digest(input).into()));
    let signature: Signature = decode_array(signature).expect("64 bytes");
    assert_eq!(Unsigned::from_stored(input.to_owned()).attach(&signature), text, "one spelling");
    _ = request::check(parsed.header(), "POST", "https://mfa.regionx.example/x", Seconds(1_800_000_000));

    let by_other = Unverified::<M>::parse(text).and_then(|it| it.verify(&OTHER.public_key(), &Check));
    match parsed.verify(&FIXED.public_key(), &Check) {
        Ok(verified) => {
            assert_eq!(by_other.err(), Some(JwsError::Signature));
            same_when_written_again(verified);
        }
        Err(error) => assert!(matches!(error, JwsError::Signature | JwsError::Payload)),
    }
    true
}

fn same_when_written_again<M: Message + PartialEq + Debug>(first: Verified<M>) {
    let unsigned = Unsigned::new(first.header.clone(), &first.payload);
    let text = unsigned.sign(&*FIXED);
    let second = Unverified::<M>::parse(&text).and_then(|it| it.verify(&FIXED.public_key(), &Check));
    let second = second.expect("what was written can be read");
    assert_eq!((&second.header, &second.payload), (&first.header, &first.payload));
    assert_eq!(second.hash, unsigned.hash());
    assert_eq!(Unsigned::new(second.header, &second.payload), unsigned);
    if M::TYP == Typ::Challenge {
        let challenge =
            Unverified::<Challenge>::parse(&text).and_then(|it| it.verify(&FIXED.public_key(), &Check));
        let challenge = challenge.expect("it is a challenge");
        let (device, asked) = (challenge.payload.device, challenge.payload.iat);
        _ = check(&challenge, device, asked);
        // What we write ourselves can always be shown, whatever the texts.
        let own = challenge.payload.unsigned().sign(&*FIXED);
        let own = Unverified::<Challenge>::parse(&own).and_then(|it| it.verify(&FIXED.public_key(), &Check));
        let own = own.expect("our own challenge");
        assert_ne!(
            check(&own, device, asked),
            Err(authenticator_protocol::challenge::ChallengeError::Unknown)
        );
    }
}

static FIXED: LazyLock<Key> = LazyLock::new(|| Key::new(1));
static OTHER: LazyLock<Key> = LazyLock::new(|| Key::new(2));
