//! What crosses the wire outside the signed messages. What is read must be written back as it was, where it has one
//! spelling, and must mean the same where it has several.

use authenticator_protocol::answer::{AnswerReply, End};
use authenticator_protocol::code::{Bytes, CROCKFORD, Secret, crockford, decode, encode};
use authenticator_protocol::discovery::{self, Discovery};
use authenticator_protocol::enrolment::Characters;
use authenticator_protocol::fetch::FetchReply;
use authenticator_protocol::ids::{ChallengeId, DeviceId, WakeId};
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::keys::{PublicKey, Sign as _};
use authenticator_protocol::link::{EnrolmentLink, MAX_LINK, ServerAddress};
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::problem::Problem;
use authenticator_protocol::socket::Greeting;
use authenticator_protocol::statement::Pin;
use authenticator_protocol::text::{is_visible, visible};
use authenticator_protocol::time::Seconds;
use authenticator_protocol::typed::TypedCode;
use authenticator_protocol::version::{AppVersion, is_new_enough};
use authenticator_protocol::wake::Wake;
use scenarios::keys::{Check, Key};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};
use std::str::FromStr;

pub(crate) fn link(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match EnrolmentLink::parse(&text) {
        Ok(link) => {
            let written = link.to_string();
            assert!(written.len() < MAX_LINK, "{written}");
            assert_eq!(EnrolmentLink::parse(&written), Ok(link), "{written}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(server) = ServerAddress::parse(&text) {
        let written = server.to_string();
        assert_eq!(ServerAddress::parse(&written), Ok(server.clone()), "{written}");
        assert_eq!(server.is_secure(), written.starts_with("https://"));
        assert!(server.url("/x").starts_with(&written) && server.socket_url("/x").starts_with("ws"));
    }
}

pub(crate) fn jwk(data: &[u8]) {
    if let Some(key) = json::<PublicKey>(data) {
        assert_eq!(PublicKey::from_sec1(&key.to_sec1()), Some(key));
        assert_eq!(key.thumbprint().0[..16], key.short_thumbprint().0);
    }
}

pub(crate) fn values(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    one_spelling::<DeviceId>(&text);
    one_spelling::<ChallengeId>(&text);
    if let Some(bytes) = decode(&text) {
        assert_eq!(encode(&bytes), text);
    }
    if let Ok(number) = text.parse::<Number>() {
        assert_eq!(number.as_str(), text);
        assert!(Digits::new(u8::try_from(text.len()).expect("at most 8")).is_some());
    }
    if let Some(characters) = Characters::typed(&text) {
        assert!(characters.as_str().bytes().all(|byte| CROCKFORD.contains(&byte)));
        assert_eq!(characters.as_str().len(), 4);
        assert_eq!(Characters::typed(characters.as_str()), Some(characters));
    }
    for meant in text.chars().filter_map(crockford) {
        assert_eq!(crockford(meant), Some(meant));
    }
    if let Some(end) = End::from_word(&text) {
        assert_eq!(end.as_str(), text);
    }
    json::<Number>(data);
    json::<Digits>(data);
    json::<Bytes<32>>(data);
    json::<Secret<16>>(data);
    json::<DeviceId>(data);
}

fn one_spelling<T: FromStr + Display>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
    }
}

pub(crate) fn text(data: &[u8]) {
    let Some((max, text)) = data.split_first() else { return };
    let (max, text) = (usize::from(*max), String::from_utf8_lossy(text));
    let shown = visible(&text, max);
    assert!(shown.chars().count() <= max);
    assert!(is_visible(&shown, max), "{shown:?}");
    assert!(!shown.contains("  ") && shown.trim() == shown && !shown.chars().any(char::is_control));
}

pub(crate) fn problem(data: &[u8]) {
    if let Some(problem) = json::<Problem>(data) {
        assert!((400..600).contains(&problem.code.status()));
    }
}

pub(crate) fn fetch_reply(data: &[u8]) {
    json::<FetchReply>(data);
}

pub(crate) fn answer_reply(data: &[u8]) {
    json::<AnswerReply>(data);
}

pub(crate) fn greeting(data: &[u8]) {
    json::<Greeting>(data);
}

/// A domain's document, a login, or an address that somebody typed.
pub(crate) fn server(data: &[u8]) {
    if let Some(document) = json::<Discovery>(data) {
        assert_eq!(document.address(), discovery::server_address(&document.server));
    }
    let text = String::from_utf8_lossy(data);
    if let Some(server) = discovery::server_address(&text) {
        let written = server.to_string();
        assert_eq!(discovery::server_address(&written), Some(server.clone()), "{written}");
        assert!(text.to_ascii_lowercase().contains(server.authority()), "what is asked is what was typed");
        assert!(!written.contains("xn--") && written.is_ascii());
    }
    if let Some(url) = discovery::url(&text) {
        let domain = text.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
        assert_eq!(Some(url), domain.map(|domain| format!("https://{domain}{}", discovery::PATH)));
    }
}

pub(crate) fn typed_code(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(code) = TypedCode::typed(&text) {
        assert_eq!(TypedCode::typed(&code.grouped()).as_ref(), Ok(&code));
        assert_eq!(TypedCode::typed(code.as_str()), Ok(code));
    }
    if let Some(code) = json::<TypedCode>(data) {
        assert_eq!(code.as_str().len(), 10, "one spelling on the wire");
    }
    if let Some(bits) = data.first_chunk() {
        let code = TypedCode::from_bits(*bits);
        assert_eq!(TypedCode::typed(code.as_str()), Ok(code));
    }
}

/// Two versions, one a line: what is served stays served when it is written out.
pub(crate) fn version(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (app, oldest) = text.split_once('\n').unwrap_or((&text, "1"));
    let read = app.parse::<AppVersion>();
    if let Ok(version) = read {
        assert_eq!(version.to_string().parse(), Ok(version));
    }
    if let Ok(oldest) = oldest.parse::<AppVersion>() {
        assert_eq!(is_new_enough(app, oldest), read.is_ok_and(|version| version >= oldest));
    }
}

/// The payload of a statement by the key that was announced, and a whole statement by whoever.
pub(crate) fn statement(data: &[u8]) {
    let (pinned, announced) = (Key::new(1), Key::new(2));
    let pin = Pin { key: pinned.public_key(), number: 0, next: announced.public_key().thumbprint() };
    let sound = pin.succeed(&announced, Bytes([9; 32]), Seconds(0));
    assert_eq!(pin.follow(&sound, &Check).map(|next| next.number), Ok(1));
    let header = sound.split('.').next().unwrap_or_default();
    let unsigned = Unsigned::from_stored(format!("{header}.{}", encode(data)));
    for text in [unsigned.sign(&announced), String::from_utf8_lossy(data).into_owned()] {
        if let Ok(next) = pin.follow(&text, &Check) {
            assert_eq!((next.number, next.key), (1, announced.public_key()));
            assert!(![pin.key.thumbprint(), pin.next].contains(&next.next), "nobody follows themselves");
            assert!(next.follow(&text, &Check).is_err(), "there is no way back, and none around");
        }
        // Whoever has the old key alone leads nobody anywhere.
        assert!(pin.follow(&unsigned.sign(&pinned), &Check).is_err());
    }
}

/// What is read means the same after it was written, and is written the same from then on. Read as the product does.
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(data: &[u8]) -> Option<T> {
    let value: T = authenticator_protocol::json::read(data)?;
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = authenticator_protocol::json::read(&written).expect("what was written can be read");
    assert_eq!(again, value);
    assert_eq!(serde_json::to_vec(&again).expect("as before"), written);
    Some(value)
}

pub(crate) fn wake(data: &[u8]) {
    let read = Wake::from_bytes(data);
    assert_eq!(read.is_some(), data.len() == 24);
    let Some(read) = read else { return };
    assert_eq!(read.to_bytes()[..], *data);
    let secret = Secret([data[0]; 32]);
    let made = Wake::new(WakeId::from_bytes(*read.id.as_bytes()), &secret);
    assert!(made.is_for(&secret));
    assert_eq!(read.is_for(&secret), made == read, "only the tag tells");
}
