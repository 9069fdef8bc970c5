//! How Tidportalen gets approvals: it asks the service's API, waits there, and believes signed results alone.

use super::Clock;
use crate::Error;
use authenticator_protocol::code::{decode, encode};
use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::json;

/// The service, as Tidportalen knows it.
pub(super) struct Approvals {
    client: Client<HttpConnector, Full<Bytes>>,
    service: String,
    id: String,
    key: String,
    clock: Clock,
}

/// Who wants in, from where.
pub(super) struct Wish {
    pub(super) user: String,
    /// Names the browser's session here; says nothing else.
    pub(super) session: String,
    pub(super) address: String,
    pub(super) browser: Option<&'static str>,
    pub(super) system: Option<&'static str>,
}

/// A request that was opened.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) id: String,
    pub(super) number: String,
    nonce: String,
    asked: String,
}

/// Why nothing was opened, or nothing can be said.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Too many requests wait, or there were too many.
    Busy,
    /// The service does not answer; it may do so later.
    Unreachable,
    /// Its answer is a refusal, or cannot be believed; that stays so.
    Failed,
}

#[derive(Deserialize)]
struct SignIn {
    id: String,
    number: Option<String>,
    result: Option<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: String,
    x: String,
    y: String,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    request: String,
    purpose: String,
    asked: String,
    nonce: Option<String>,
    end: String,
    iat: u64,
    exp: u64,
}

/// Seconds that the service's clock may be ahead of ours.
const AHEAD: u64 = 60;

impl Approvals {
    pub(super) fn new(service: String, id: String, key: String, clock: Clock) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), service, id, key, clock }
    }

    /// Asks the user's phones.
    pub(super) async fn ask(&self, wish: &Wish) -> Result<Opened, Trouble> {
        let nonce = super::random();
        let body = json!({
            "user": wish.user, "session": wish.session, "nonce": nonce,
            "address": wish.address, "browser": wish.browser, "system": wish.system,
        });
        let body = body.to_string();
        let asked = encode(digest(&SHA256, body.as_bytes()).as_ref());
        let opened: SignIn = self.call(Method::POST, "/api/v1/sign-ins", body).await?;
        let number = opened.number.ok_or(Trouble::Failed)?;
        Ok(Opened { id: opened.id, number, nonce, asked })
    }

    /// How the request ended; `None` while nobody has answered within these seconds.
    pub(super) async fn end(&self, opened: &Opened, wait: u64) -> Result<Option<String>, Trouble> {
        let path = format!("/api/v1/sign-ins/{}?wait={wait}", opened.id);
        let seen: SignIn = self.call(Method::GET, &path, String::new()).await?;
        let Some(result) = seen.result else { return Ok(None) };
        // A busier application would keep these keys for an hour.
        let keys: Keys = self.call(Method::GET, "/.well-known/jwks.json", String::new()).await?;
        let now = self.clock.now().await.map_err(|_| Trouble::Unreachable)?;
        match self.verified(&result, &keys, opened, now) {
            Ok(end) => Ok(Some(end)),
            Err(why) => {
                tracing::error!(why, "a result cannot be believed");
                Err(Trouble::Failed)
            }
        }
    }

    /// The user has stopped.
    pub(super) async fn cancel(&self, opened: &Opened) -> Result<(), Trouble> {
        let path = format!("/api/v1/sign-ins/{}/cancel", opened.id);
        self.call::<SignIn>(Method::POST, &path, String::new()).await.map(drop)
    }

    fn verified(&self, result: &str, keys: &Keys, opened: &Opened, now: u64) -> Result<String, &'static str> {
        let (input, signature) = result.rsplit_once('.').ok_or("not a JWS")?;
        let (head, claims) = input.split_once('.').ok_or("not a JWS")?;
        let head: Head = read(head).ok_or("header")?;
        if (head.alg.as_str(), head.typ.as_str()) != ("ES256", "styrk-result+jwt") {
            return Err("alg or typ");
        }
        let key = keys.keys.iter().find(|key| key.kid == head.kid).ok_or("kid")?;
        let coordinate = |text: &str| decode(text).filter(|bytes| bytes.len() == 32).ok_or("key");
        let point = [vec![4], coordinate(&key.x)?, coordinate(&key.y)?].concat();
        let signature = decode(signature).ok_or("signature")?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(input.as_bytes(), &signature)
            .map_err(|_| "signature")?;
        let claims: Claims = read(claims).ok_or("claims")?;
        for (right, name) in [
            (claims.iss == self.service, "iss"),
            (claims.aud == self.id, "aud"),
            (claims.request == opened.id, "request"),
            (claims.purpose == "sign_in", "purpose"),
            (claims.asked == opened.asked, "asked"),
            (claims.nonce.as_ref() == Some(&opened.nonce), "nonce"),
            (claims.iat <= now.saturating_add(AHEAD), "iat"),
            (claims.exp > now, "exp"),
        ] {
            if !right {
                return Err(name);
            }
        }
        Ok(claims.end)
    }

    async fn call<T: for<'a> Deserialize<'a>>(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<T, Trouble> {
        let (status, body) = self.send(method, path, body).await.map_err(|error| {
            tracing::warn!(%error, path, "the service does not answer");
            Trouble::Unreachable
        })?;
        let problem = || String::from_utf8_lossy(&body);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Trouble::Busy);
        }
        if status.is_server_error() {
            tracing::warn!(%status, problem = %problem(), path, "the service cannot answer now");
            return Err(Trouble::Unreachable);
        }
        if !status.is_success() {
            tracing::error!(%status, problem = %problem(), path, "the service refuses");
            return Err(Trouble::Failed);
        }
        serde_json::from_slice(&body).map_err(|error| {
            tracing::error!(%error, path, "the service's answer cannot be read");
            Trouble::Failed
        })
    }

    async fn send(&self, method: Method, path: &str, body: String) -> Result<(StatusCode, Bytes), Error> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.service))
            .header(AUTHORIZATION, format!("Bearer {}", self.key))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let response = self.client.request(request).await?;
        Ok((response.status(), response.into_body().collect().await?.to_bytes()))
    }
}

fn read<T: for<'a> Deserialize<'a>>(part: &str) -> Option<T> {
    serde_json::from_slice(&decode(part)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::Value;

    const NOW: u64 = 1_800_000_000;

    struct Service {
        pair: EcdsaKeyPair,
        head: Value,
        claims: Value,
    }

    impl Service {
        fn new() -> Self {
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &SystemRandom::new()).unwrap();
            Self {
                pair,
                head: json!({ "alg": "ES256", "typ": "styrk-result+jwt", "kid": "k" }),
                claims: json!({
                    "iss": "http://s", "aud": "us", "request": "r", "purpose": "sign_in", "asked": "a",
                    "nonce": "n", "end": "approved", "iat": NOW, "exp": NOW + 60,
                }),
            }
        }

        fn result(&self) -> String {
            let part = |json: &Value| encode(json.to_string().as_bytes());
            let input = format!("{}.{}", part(&self.head), part(&self.claims));
            let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
            format!("{input}.{}", encode(signature.as_ref()))
        }

        fn keys(&self) -> Keys {
            let point = self.pair.public_key().as_ref();
            Keys { keys: vec![Key { kid: "k".into(), x: encode(&point[1..33]), y: encode(&point[33..]) }] }
        }
    }

    fn read_result(result: &str, keys: &Keys, now: u64) -> Result<String, &'static str> {
        let approvals = Approvals::new("http://s".into(), "us".into(), "key".into(), Clock::default());
        let [id, number, nonce, asked] = ["r", "42", "n", "a"].map(str::to_owned);
        approvals.verified(result, keys, &Opened { id, number, nonce, asked }, now)
    }

    #[tokio::test]
    async fn a_result_is_believed_only_if_all_of_it_is_about_this_request() {
        let service = Service::new();
        let (result, keys) = (service.result(), service.keys());
        assert_eq!(read_result(&result, &keys, NOW), Ok("approved".to_owned()));
        assert_eq!(read_result(&result, &keys, NOW + 59), Ok("approved".to_owned()));
        assert_eq!(read_result(&result, &keys, NOW + 60), Err("exp"));
        assert_eq!(read_result(&result, &keys, NOW - AHEAD - 1), Err("iat"));
        assert_eq!(read_result(&result, &Service::new().keys(), NOW), Err("signature"));
        for name in ["iss", "aud", "request", "purpose", "asked", "nonce"] {
            let mut other = Service::new();
            other.claims[name] = json!("other");
            assert_eq!(read_result(&other.result(), &other.keys(), NOW), Err(name));
        }
        for (name, why) in [("alg", "alg or typ"), ("typ", "alg or typ"), ("kid", "kid")] {
            let mut other = Service::new();
            other.head[name] = json!("other");
            assert_eq!(read_result(&other.result(), &other.keys(), NOW), Err(why));
        }
        let (head, rest) = result.split_once('.').unwrap();
        let mut denied = service.claims;
        denied["end"] = json!("denied");
        let changed =
            format!("{head}.{}.{}", encode(denied.to_string().as_bytes()), rest.split_once('.').unwrap().1);
        assert_eq!(read_result(&changed, &keys, NOW), Err("signature"));
    }
}
