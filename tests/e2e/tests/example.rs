//! The examples of `docs/relying-parties.md`, as they are, in three languages: what they let in and what they do not.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::code::encode;
use authenticator_protocol::keys::Sign as _;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use demo::organisation::USERS;
use demo::{Demo, Options};
use e2e::world::sign_in;
use e2e::{Error, Key, Outcome, Web, World};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

const LANGUAGES: [(&str, &str); 3] =
    [("bash", "approve.sh"), ("python3", "approve.py"), ("node", "approve.mjs")];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_page_shows_the_examples_as_they_are() {
    let page = std::fs::read_to_string(root().join("docs/relying-parties.md")).unwrap();
    for (_, file) in LANGUAGES {
        let text = std::fs::read_to_string(root().join("examples/relying-party").join(file)).unwrap();
        assert!(text.lines().count() < 30, "{file}");
        let shown = page.split(&format!("<!-- examples/relying-party/{file} -->\n```")).nth(1).unwrap();
        let shown = shown.split_once('\n').unwrap().1.split_once("```").unwrap().0;
        assert_eq!(shown, text, "{file}");
    }
}

/// A process that has asked.
struct Example {
    child: Child,
    number: String,
}

impl Example {
    async fn start((program, file): (&str, &str), [url, key, id]: [&str; 3]) -> Result<Self, Error> {
        let mut command = Command::new(program);
        command.arg(root().join("examples/relying-party").join(file)).arg(USERS[0].login());
        command.env("STYRK_URL", url).env("STYRK_KEY", key).env("STYRK_ID", id);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        spawn_blocking(move || {
            let mut child = command.spawn()?;
            let mut line = String::new();
            BufReader::new(child.stdout.as_mut().ok_or("no output")?).read_line(&mut line)?;
            match line.trim().strip_prefix("Number: ") {
                Some(number) => Ok(Self { number: number.to_owned(), child }),
                None => Err(format!("{line}{:?}", child.wait_with_output()?).into()),
            }
        })
        .await?
    }

    /// Whether it succeeded, and all that it said.
    async fn end(mut self) -> Result<(bool, String), Error> {
        spawn_blocking(move || {
            let mut said = String::new();
            self.child.stdout.take().ok_or("no output")?.read_to_string(&mut said)?;
            self.child.stderr.take().ok_or("no errors")?.read_to_string(&mut said)?;
            Ok((self.child.wait()?.success(), said))
        })
        .await?
    }
}

#[tokio::test]
async fn each_language_lets_in_who_is_approved_and_nobody_else() -> Outcome {
    // The examples look at the machine's clock.
    let demo = Demo::start(Options::default()).await?;
    demo.clock.advance(6_000);
    let world = World { web: Web::new(&demo.service), demo };
    let (mut browser, mut phone) = (world.browser(), world.phone());
    sign_in(&mut browser).await?;
    phone.enrol(&mut browser).await?;
    let backend = world.relying_party().await?;
    let (id, anna) = (backend.id.to_string(), world.anna().await?.id.to_string());
    for language in LANGUAGES {
        let at = [world.demo.service.as_str(), &backend.key, &id];
        let asks = Example::start(language, at).await?;
        phone.approve(&asks.number).await?;
        let (success, said) = asks.end().await?;
        assert!(success && said.contains(&format!("Approved: {anna}\n")), "{language:?}: {said}");

        let asks = Example::start(language, at).await?;
        phone.deny(DenialReason::NotMe).await?;
        let (success, said) = asks.end().await?;
        assert!(!success && said.contains("not approved: reported"), "{language:?}: {said}");

        let wrong = Example::start(language, [at[0], "styrk.x.y", at[2]]).await;
        let said = wrong.err().ok_or("a wrong key is good enough")?.to_string();
        assert!(said.contains("401"), "{language:?}: {said}");
    }
    Ok(())
}

/// A service that says "approved" whatever happens, in one way that is not right.
struct Forger {
    url: String,
    published: Key,
    other: Key,
    wrong: (&'static str, &'static str, Value),
    body: Mutex<Bytes>,
}

impl Forger {
    async fn start(wrong: (&'static str, &'static str, Value)) -> Result<String, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (published, other) = (Key::fresh(), Key::fresh());
        let forger = Self { url: url.clone(), published, other, wrong, body: Mutex::default() };
        let router = Router::new()
            .route("/api/v1/sign-ins", post(asked))
            .route("/api/v1/sign-ins/r1", get(ended))
            .route("/.well-known/jwks.json", get(keys))
            .with_state(Arc::new(forger));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(url)
    }

    fn result(&self) -> String {
        let body = self.body.lock().expect("whole").clone();
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut said = json!({
            "header": { "alg": "ES256", "typ": "styrk-result+jwt", "kid": "k1" },
            "claims": {
                "iss": self.url, "aud": "own", "sub": "anna", "request": "r1", "nonce": asked["nonce"],
                "asked": encode(&Sha256::digest(&body)), "end": "approved", "exp": 4_000_000_000_u64,
            },
            "key": "published", "signed": null,
        });
        let (part, name, value) = &self.wrong;
        match *name {
            "" => said[*part] = value.clone(),
            name => said[*part][name] = value.clone(),
        }
        let part = |name: &str| encode(said[name].to_string().as_bytes());
        let input = format!("{}.{}", part("header"), part("claims"));
        let key = if said["key"] == "published" { &self.published } else { &self.other };
        format!("{input}.{}", encode(&key.sign(input.as_bytes())))
    }
}

async fn asked(State(forger): State<Arc<Forger>>, body: Bytes) -> Json<Value> {
    *forger.body.lock().expect("whole") = body;
    Json(json!({ "id": "r1", "status": "pending", "number": "42", "expires": 4_000_000_000_u64 }))
}

async fn ended(State(forger): State<Arc<Forger>>) -> Json<Value> {
    Json(json!({ "id": "r1", "status": "ended", "end": "approved", "result": forger.result() }))
}

async fn keys(State(forger): State<Arc<Forger>>) -> Json<Value> {
    let mut key = serde_json::to_value(forger.published.public_key()).unwrap_or_default();
    key["kid"] = json!("k1");
    Json(json!({ "keys": [key] }))
}

#[tokio::test]
async fn none_believes_what_is_signed_for_others_or_was_not_asked() -> Outcome {
    for (part, name, value) in [
        ("claims", "sub", json!("anna")),
        ("key", "", json!("another")),
        ("header", "alg", json!("none")),
        ("header", "typ", json!("JWT")),
        ("header", "kid", json!("k2")),
        ("claims", "iss", json!("https://mfa.example")),
        ("claims", "aud", json!("another")),
        ("claims", "exp", json!(1_700_000_000)),
        ("claims", "nonce", json!("another")),
        ("claims", "nonce", json!(null)),
        ("claims", "request", json!("r2")),
        ("claims", "asked", json!(encode(&Sha256::digest("{}")))),
        ("claims", "end", json!("denied")),
    ] {
        let right = (part, name) == ("claims", "sub");
        let url = Forger::start((part, name, value.clone())).await?;
        let mut under_way = Vec::new();
        for language in LANGUAGES {
            under_way.push((language, Example::start(language, [&url, "styrk.a.b", "own"]).await?));
        }
        for (language, example) in under_way {
            let (success, said) = example.end().await?;
            let approved = success || said.contains("Approved");
            assert_eq!(approved, right, "{language:?} {part}.{name} = {value}: {said}");
            assert_eq!(success, right, "{language:?} {part}.{name} = {value}: {said}");
        }
    }
    Ok(())
}
