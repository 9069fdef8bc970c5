//! A fake of FCM HTTP v1, and of the place where Google gives out tokens.

use super::certificate::TestCertificate;
use super::server::{Act, Received, Rules, Script, Server};
use crate::clock::{Clock, unix};
use crate::endpoint::Endpoint;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Response;
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

const PROJECT: &str = "regionx-styrk";
const EMAIL: &str = "push@regionx-styrk.iam.gserviceaccount.com";

/// Seconds that a token counts.
const LIFE: u64 = 3600;

/// FCM on loopback, for the service account in [`FakeFcm::account`]. It takes messages with a token that it gave out
/// within the hour.
pub struct FakeFcm {
    server: Server,
    /// What it does with messages, and which ones it has received.
    pub script: Script,
    /// The same for requests for tokens.
    pub tokens: Script,
    given: Given,
    certificate: TestCertificate,
}

type Given = Arc<Mutex<Vec<(String, u64)>>>;

impl FakeFcm {
    /// Starts one.
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let (script, tokens, certificate) = (Script::default(), Script::default(), TestCertificate::valid());
        let given = Given::default();
        let judge = Judge { clock: Arc::clone(&clock), given: Arc::clone(&given), tokens: tokens.clone() };
        let server = Server::start(&certificate, clock, script.clone(), move || judge.clone()).await;
        Self { server, script, tokens, given, certificate }
    }

    /// Where it is.
    ///
    /// # Panics
    /// Never: it is an address.
    pub fn endpoint(&self) -> Endpoint {
        self.url("").parse().expect("an address")
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.server.address.port())
    }

    /// What its certificate leads to, in PEM.
    pub fn root(&self) -> &str {
        self.certificate.pem()
    }

    /// The JSON file of a service account that it knows.
    pub fn account(&self) -> String {
        let account = json!({
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "0123abcd",
            "private_key": super::TEST_ACCOUNT_KEY,
            "client_email": EMAIL,
            "token_uri": self.url("/token"),
        });
        account.to_string()
    }

    /// Forgets all tokens that it gave out.
    pub fn forget_tokens(&self) {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[derive(Clone)]
struct Judge {
    clock: Arc<dyn Clock>,
    given: Given,
    tokens: Script,
}

impl Judge {
    /// Whose request for a token this is.
    fn grant(&self, request: &Received) -> Result<String, &'static str> {
        let body = std::str::from_utf8(&request.body).map_err(|_| "not a form")?;
        let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
        let assertion = body.strip_prefix(grant).ok_or("not a form")?;
        let claims = verify(assertion).ok_or("Invalid JWT Signature.")?;
        let now = unix(self.clock.now());
        let (issued, ends) = (claims["iat"].as_u64().unwrap_or(0), claims["exp"].as_u64().unwrap_or(0));
        if issued > now + 300 || ends < now || ends > issued + 3600 {
            return Err(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
                        Check your iat and exp values in the JWT claim.",
            );
        }
        if claims["iss"] != EMAIL || !claims["aud"].as_str().is_some_and(|to| to.ends_with("/token")) {
            return Err("Invalid JWT: iss or aud");
        }
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let token = format!("ya29.{}-{now}", given.len());
        given.push((token.clone(), now + LIFE));
        Ok(token)
    }

    fn token(&self, request: &Received) -> Response<String> {
        match self.grant(request) {
            Ok(token) => {
                let body = json!({ "access_token": token, "expires_in": LIFE, "token_type": "Bearer" });
                answer(200, body)
            }
            Err(why) => answer(400, json!({ "error": "invalid_grant", "error_description": why })),
        }
    }

    fn message(&self, request: &Received) -> Response<String> {
        let now = unix(self.clock.now());
        let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if !given.iter().any(|(known, ends)| known == token && now < *ends) {
            return error(401, "UNAUTHENTICATED", None, None);
        }
        if request.path != format!("/v1/projects/{PROJECT}/messages:send") {
            return error(403, "PERMISSION_DENIED", None, None);
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let message = &body["message"];
        let field = match () {
            () if !message["token"].is_string() && !message["topic"].is_string() => Some("message"),
            () if message["token"].as_str().is_some_and(|token| token.len() < 8) => Some("message.token"),
            () if !message["data"].as_object().is_none_or(|data| data.values().all(Value::is_string)) => {
                Some("message.data")
            }
            () if request.body.len() > 4096 + 512 => Some("message.data"),
            () => None,
        };
        match field {
            Some(field) => error(400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT"), Some(field)),
            None => self.accept(request),
        }
    }
}

fn verify(assertion: &str) -> Option<Value> {
    let (text, signature) = assertion.rsplit_once('.')?;
    let key = PrivatePkcs8KeyDer::from_pem_slice(super::TEST_ACCOUNT_KEY.as_bytes()).ok()?;
    let pair = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).ok()?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    key.verify(text.as_bytes(), &BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(text.split_once('.')?.1).ok()?;
    serde_json::from_slice(&claims).ok()
}

fn answer(status: u16, body: Value) -> Response<String> {
    Response::builder().status(status).body(body.to_string()).expect("a status")
}

/// As FCM writes it.
fn error(status: u16, name: &str, code: Option<&str>, field: Option<&str>) -> Response<String> {
    let mut details = Vec::new();
    if let Some(code) = code {
        let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
        details.push(json!({ "@type": kind, "errorCode": code }));
    }
    if let Some(field) = field {
        let kind = "type.googleapis.com/google.rpc.BadRequest";
        details.push(json!({ "@type": kind, "fieldViolations": [{ "field": field, "description": "…" }] }));
    }
    answer(status, json!({ "error": { "code": status, "message": "…", "status": name, "details": details } }))
}

impl Act {
    /// An answer of FCM: a status, its name, and the code of FCM.
    pub fn fcm(status: u16, name: &str, code: &str) -> Self {
        Self::answer(status, &error(status, name, Some(code), None).into_body())
    }
}

impl Rules for Judge {
    fn judge(&self, request: &Received) -> Response<String> {
        if request.path == "/token" { self.token(request) } else { self.message(request) }
    }

    fn accept(&self, request: &Received) -> Response<String> {
        if request.path == "/token" {
            return self.token(request);
        }
        answer(200, json!({ "name": format!("projects/{PROJECT}/messages/0:1") }))
    }

    fn script<'a>(&'a self, request: &Received, of_server: &'a Script) -> &'a Script {
        if request.path == "/token" { &self.tokens } else { of_server }
    }
}
