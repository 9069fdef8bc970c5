//! A fake of APNs, as strict as Apple's documentation.

use super::certificate::TestCertificate;
use super::server::{Received, Rules, Script, Server};
use crate::clock::{Clock, unix};
use crate::endpoint::Endpoint;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Response;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::elliptic_curve::pkcs8::DecodePrivateKey as _;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds that a provider token counts.
const LIFE: u64 = 3600;
/// Seconds within which a connection takes no other token.
const LEAST: u64 = 20 * 60;

/// APNs on loopback. It takes tokens signed by [`TEST_KEY`](super::TEST_KEY) with the key id and team id that it was
/// given, pushes for one topic, and device tokens of 64 hexadecimal digits that are not all zeros. A connection may
/// have one stream until the first push was taken.
pub struct FakeApns {
    server: Server,
    /// What it does, and what it has received.
    pub script: Script,
    certificate: TestCertificate,
}

impl FakeApns {
    /// Key id `ABCDE12345`, team id `TEAM123456`.
    pub async fn start(topic: &str, clock: Arc<dyn Clock>) -> Self {
        Self::start_with(TestCertificate::valid(), topic, 1000, clock).await
    }

    /// With a certificate of yours, and that many streams for a connection that has shown a valid token.
    pub async fn start_with(
        certificate: TestCertificate,
        topic: &str,
        streams: u32,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let script = Script::default();
        let (topic, time) = (topic.to_owned(), Arc::clone(&clock));
        let rules = move || Judge {
            topic: topic.clone(),
            streams,
            clock: Arc::clone(&time),
            token: Mutex::new(None),
        };
        let server = Server::start(&certificate, clock, script.clone(), rules).await;
        Self { server, script, certificate }
    }

    /// Where it is.
    ///
    /// # Panics
    /// Never: it is an address.
    pub fn endpoint(&self) -> Endpoint {
        format!("https://localhost:{}", self.server.address.port()).parse().expect("an address")
    }

    /// What its certificate leads to, in PEM.
    pub fn root(&self) -> &str {
        self.certificate.pem()
    }
}

struct Judge {
    topic: String,
    streams: u32,
    clock: Arc<dyn Clock>,
    /// The token that this connection has seen, and when it was issued.
    token: Mutex<Option<(String, u64)>>,
}

impl Judge {
    fn verdict(&self, request: &Received) -> Result<(), (u16, &'static str)> {
        let token =
            request.header("authorization").strip_prefix("bearer ").ok_or((403, "MissingProviderToken"))?;
        let issued = verify(token).ok_or((403, "InvalidProviderToken"))?;
        let now = unix(self.clock.now());
        if now.saturating_sub(issued) > LIFE {
            return Err((403, "ExpiredProviderToken"));
        }
        if issued > now + LIFE {
            return Err((403, "InvalidProviderToken"));
        }
        let mut seen = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, at)) = &*seen
            && before != token
            && issued < at + LEAST
        {
            return Err((429, "TooManyProviderTokenUpdates"));
        }
        *seen = Some((token.to_owned(), issued));
        let device = request.path.strip_prefix("/3/device/").ok_or((404, "BadPath"))?;
        for (is_good, reason) in [
            (!request.header("apns-topic").is_empty(), "MissingTopic"),
            (request.header("apns-topic") == self.topic, "TopicDisallowed"),
            (["alert", "background", "voip"].contains(&request.header("apns-push-type")), "InvalidPushType"),
            (["10", "5", "1", ""].contains(&request.header("apns-priority")), "BadPriority"),
            (request.header("apns-collapse-id").len() <= 64, "BadCollapseId"),
            (is_number(request.header("apns-expiration")), "BadExpirationDate"),
            (is_uuid(request.header("apns-id")), "BadMessageId"),
            (!request.body.is_empty(), "PayloadEmpty"),
            (serde_json::from_slice::<Value>(&request.body).is_ok(), "PayloadEmpty"),
            (device.len() == 64 && device.bytes().all(|digit| digit.is_ascii_hexdigit()), "BadDeviceToken"),
            (device.bytes().any(|digit| digit != b'0'), "BadDeviceToken"),
        ] {
            if !is_good {
                return Err((400, reason));
            }
        }
        if request.body.len() > 4096 { Err((413, "PayloadTooLarge")) } else { Ok(()) }
    }
}

fn is_number(text: &str) -> bool {
    text.is_empty() || text.parse::<u64>().is_ok()
}

fn is_uuid(text: &str) -> bool {
    let fits = |(index, letter): (usize, u8)| match index {
        8 | 13 | 18 | 23 => letter == b'-',
        _ => letter.is_ascii_hexdigit() && !letter.is_ascii_uppercase(),
    };
    text.is_empty() || (text.len() == 36 && text.bytes().enumerate().all(fits))
}

/// When a token was issued, if the test key signed it in the form that RFC 7515 asks for.
fn verify(token: &str) -> Option<u64> {
    let (text, signature) = token.rsplit_once('.')?;
    let (header, claims) = text.split_once('.')?;
    let part = |text: &str| -> Option<Value> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    };
    let key: VerifyingKey = *SigningKey::from_pkcs8_pem(super::TEST_KEY).ok()?.verifying_key();
    let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    key.verify(text.as_bytes(), &signature).ok()?;
    let (header, claims) = (part(header)?, part(claims)?);
    let good = header["alg"] == "ES256" && header["kid"] == "ABCDE12345" && claims["iss"] == "TEAM123456";
    if good { claims["iat"].as_u64() } else { None }
}

impl Rules for Judge {
    fn judge(&self, request: &Received) -> Response<String> {
        match self.verdict(request) {
            Ok(()) => self.accept(request),
            Err((status, reason)) => answer(status, request, json!({ "reason": reason }).to_string()),
        }
    }

    fn accept(&self, request: &Received) -> Response<String> {
        answer(200, request, String::new())
    }

    fn streams(&self) -> (u32, u32) {
        (1, self.streams)
    }
}

fn answer(status: u16, request: &Received, body: String) -> Response<String> {
    let id = request.header("apns-id");
    Response::builder().status(status).header("apns-id", id).body(body).expect("a status and an id")
}
