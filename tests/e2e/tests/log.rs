//! Property 20: what is in no log and in no database.

use authenticator_protocol::answer::DenialReason;
use authenticator_protocol::code::encode;
use authenticator_protocol::link::EnrolmentLink;
use axum::http::Method;
use demo::organisation::{PASSWORD, USERS};
use e2e::proxy::{holds, opened};
use e2e::relying_party::SIGN_INS;
use e2e::world::{number, other, sign_in};
use e2e::{DIGITS, Error, Key, Outcome, World};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use store::AuditRecord;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// The only subscriber of this process. It listens while the test below lives, to the other tests too.
static LISTENS: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Heard;

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Heard {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        *self
    }
}

/// Something that must not be found, by what it is.
struct Secrets(Vec<(String, Vec<u8>)>);

impl Secrets {
    fn text(&mut self, what: &str, text: &str) {
        self.0.push((what.to_owned(), text.as_bytes().to_vec()));
    }

    /// Bytes in every spelling.
    fn bytes(&mut self, what: &str, bytes: &[u8]) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let list = format!("{bytes:?}");
        self.0.push((what.to_owned(), bytes.to_vec()));
        for text in [hex.to_uppercase(), hex, encode(bytes), list.trim_matches(['[', ']']).to_owned()] {
            self.text(what, &text);
        }
    }

    fn key(&mut self, what: &str, key: &Key) {
        self.bytes(what, &key.secret());
    }

    fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let bytes = opened(bytes);
        self.0.iter().filter(|(_, secret)| holds(&bytes, secret)).map(|(what, _)| what.as_str()).collect()
    }
}

/// Whether four characters stand in `bytes` as a word of their own. Request ids, `7F3K-2Q9D`, are other words.
fn says(bytes: &[u8], word: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).any(|found| found == word)
}

#[tokio::test]
async fn a_whole_life_leaves_no_secret_in_logs_or_database() -> Outcome {
    // The service at the finest level. Libraries that speak through the `log` crate only down to debug: at trace
    // tungstenite prints whole frames, the opening with its channel secret among them.
    let listens = tracing_subscriber::filter::filter_fn(|about| {
        let frames = about.target() == "log" || about.target().starts_with("tungstenite");
        LISTENS.load(Ordering::Relaxed) && (*about.level() <= Level::DEBUG || !frames)
    });
    let log = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Heard).with_filter(listens);
    // As the program does it: what libraries tell the `log` crate is heard too.
    tracing_subscriber::registry().with(log).try_init()?;
    LISTENS.store(true, Ordering::Relaxed);

    let world = World::start(DIGITS).await?;
    let (mut browser, mut phone) = (world.browser(), world.phone());
    let mut secrets = Secrets(Vec::new());
    let mut jar = Vec::new();
    secrets.text("password", PASSWORD);
    secrets.text("another password", "a wrong password 8151");
    browser.sign_in(USERS[0].login(), "a wrong password 8151").await?;
    sign_in(&mut browser).await?;
    jar.extend(["styrk-session", "styrk-browser"].map(|name| browser.cookie(name).map(str::to_owned)));
    let (login, typed) = browser.post("/register/start", &[]).await?.typed().ok_or("no code to type")?;
    assert!(world.phone().claim_typed("nobody@regionx.example", &typed).await?.is_err());
    assert!(world.phone().claim_typed(&login, &typed).await?.is_ok());
    secrets.text("typed code as it is shown", &typed);
    secrets.text("typed code", &typed.replace('-', ""));
    let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
    let offered = phone.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
    phone.register(&offered).await?;
    secrets.bytes("code", &EnrolmentLink::parse(&link)?.code.0);
    let characters = phone.characters(&offered);
    browser.type_characters(&other(&characters)).await?;
    let page = browser.type_characters(&characters).await?;
    let mut numbers = vec![page.number().ok_or("no number")?];
    let (mut socket, channel) = phone.socket(&world.demo.service).await?;
    phone.approve(&numbers[0]).await?;
    browser.get("/register").await?;
    for round in 0..5 {
        jar.extend([browser.cookie("styrk-session").map(str::to_owned)]);
        let right = number(&mut browser).await?;
        socket.next().await?;
        match round {
            0 => drop(phone.approve(&other(&right)).await?),
            1 => drop(phone.deny(DenialReason::NotMe).await?),
            2 => world.demo.clock.advance(90_000),
            3 => drop(phone.answer("garbage".to_owned()).await?),
            _ => drop(phone.approve(&right).await?),
        }
        jar.extend([browser.cookie("styrk-session").map(str::to_owned)]);
        browser.get("/sign-in/number").await?;
        numbers.extend([other(&right), right]);
    }
    browser.get("/security").await?;
    let refused = refused_by_the_api(&world, &mut secrets).await?;
    world.demo.rotate_identity().await?;
    let ends = world.audit().await?;
    let pending = number(&mut browser).await?;
    let page = browser.get("/sign-in/number").await?;
    // The last words of the page, in whatever language.
    let footer = page.body.rsplit("<footer").next().unwrap_or_default();
    let mut words = footer.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let is_reference = |word: &&str| word.len() == 9 && word.as_bytes()[4] == b'-';
    let reference = words.rfind(is_reference).ok_or_else(|| format!("no reference: {footer}"))?;
    let reference = format!("id=\"{reference}\"");
    let (config, folder) = {
        let app = world.app().await?;
        (app.config.clone(), app.config.keys.clone())
    };
    world.restart().await?;
    numbers.push(pending);
    for number in &numbers {
        secrets.text("number", number);
    }
    for cookie in jar.into_iter().flatten() {
        secrets.text("cookie", &cookie);
        secrets.bytes(
            "cookie",
            &authenticator_protocol::code::decode(&cookie).ok_or("a cookie that is no token")?,
        );
    }
    secrets.key("device key", &phone.device_key);
    secrets.key("approval key", &phone.approval_key);
    secrets.bytes("channel secret", &channel.0);
    let result_key = fs::read_dir(folder.join("result-keys"))?.next().ok_or("no result key")??.path();
    for (file, path) in [
        ("identity.pk8", folder.join("identity-1.pk8")),
        ("next-identity.pk8", folder.join("next-identity-2.pk8")),
        ("result-key.pk8", result_key),
        ("vault.key", folder.join("vault.key")),
    ] {
        let bytes = fs::read(path)?;
        // The last bytes of a PKCS#8 file are its public key; the private one stands before it.
        let private = if file.ends_with("pk8") { &bytes[36..68] } else { &bytes };
        secrets.bytes(file, private);
    }

    let stored = database(&config.database, &world).await?;
    assert!(holds(&stored, b"$argon2id$") && holds(&stored, b"Raw 1"), "this is not the database");
    assert_eq!(secrets.found_in(&stored), Vec::<&str>::new(), "in the database");
    for mobile in USERS.iter().filter_map(|user| user.mobile) {
        secrets.text("telephone number", mobile);
    }
    LISTENS.store(false, Ordering::Relaxed);
    let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(holds(&heard, b"refused") && holds(&heard, b"socket open") && holds(&heard, b"TRACE"), "no log");
    one_line_for_each_end(&heard, &ends)?;
    one_line_for_each_refusal(&heard, &refused)?;
    a_line_for_each_other_fact(&heard, &ends);
    let text = String::from_utf8_lossy(&heard);
    let shown = text.lines().find(|line| line.contains("shown on a page") && line.contains(&reference));
    assert!(shown.is_some_and(|line| line.contains("request=")), "{reference} is not in the log");
    assert_eq!(secrets.found_in(&heard), Vec::<&str>::new(), "in the log");
    assert!(!says(&heard, &characters) && !says(&heard, &other(&characters)), "characters in the log");
    Ok(())
}

/// What a relying party sends that cannot be stands in no log. What does: code, field, and the id of who sent it.
async fn refused_by_the_api(
    world: &World,
    secrets: &mut Secrets,
) -> Result<Vec<(&'static str, &'static str, String)>, Error> {
    let backend = world.relying_party().await?;
    let secret = backend.key.rsplit('.').next().unwrap_or_default();
    secrets.text("key of the API", secret);
    secrets.text("value of a field that cannot be", "hemlig-8151");
    let anna = USERS[0].login();
    let mut refused = Vec::new();
    for (field, body) in [
        ("application", json!({ "user": anna, "application": "hemlig-8151" })),
        ("purpose", json!({ "user": anna, "purpose": "hemlig-8151" })),
        ("digits", json!({ "user": anna, "digits": "hemlig-8151" })),
        ("message", json!({ "user": anna, "message": "hemlig-8151\u{202e}" })),
        ("another", json!({ "user": anna, "hemlig-8151": 1 })),
    ] {
        let reply = backend.ask(&body).await?;
        assert_eq!(reply.status, 400, "{body}");
        refused.push(("invalid", field, reply.header("x-request-id").to_owned()));
    }
    let path = format!("{SIGN_INS}/x?wait=hemlig-8151");
    let reply = backend.send(Method::GET, &path, &[], "").await?;
    refused.push(("invalid", "wait", reply.header("x-request-id").to_owned()));
    let again = backend.ask_again(&json!({ "user": anna }), Some(&"hemlig-8151".repeat(30))).await?;
    refused.push(("invalid", "idempotency-key", again.header("x-request-id").to_owned()));
    for refused in &mut refused {
        refused.2.push_str(&format!(" {}", backend.id));
    }
    let stranger = backend.with_key(&format!("{}hemlig-8151", backend.key)).get("x", 0).await?;
    refused.push(("unauthorized", "", format!("{} ", stranger.header("x-request-id"))));
    Ok(refused)
}

/// Who is asked about a refusal finds what it was, from where, and whose.
fn one_line_for_each_refusal(heard: &[u8], refused: &[(&str, &str, String)]) -> Outcome {
    let heard = String::from_utf8_lossy(heard);
    for (code, field, who) in refused {
        let (request, party) = who.split_once(' ').ok_or("no request")?;
        let of = |line: &&str| line.contains("refused") && line.contains(&format!("id=\"{request}\""));
        let lines: Vec<&str> = heard.lines().filter(of).collect();
        assert_eq!(lines.len(), 1, "{code} {field} {who}: {lines:?}");
        let parts = [format!("code=\"{code}\""), "address=127.0.0.1".to_owned()];
        assert!(parts.iter().all(|part| lines[0].contains(part)), "{}", lines[0]);
        let says = |name: &str, value: &str, quote: &str| match value {
            "" => !lines[0].contains(&format!("{name}=")),
            value => lines[0].contains(&format!("{name}={quote}{value}{quote}")),
        };
        assert!(says("field", field, "\"") && says("relying_party", party, ""), "{}", lines[0]);
    }
    Ok(())
}

/// Who looks for a sign-in finds one line: how it ended, after how long, by which HTTP request.
fn one_line_for_each_end(heard: &[u8], audit: &[AuditRecord]) -> Outcome {
    let heard = String::from_utf8_lossy(heard);
    let mut ends = 0;
    for fact in audit.iter().map(|record| &record.fact) {
        let Some(end) = fact.kind.as_str().strip_prefix("request_").filter(|word| *word != "opened") else {
            continue;
        };
        let request = format!("request={}", fact.request.ok_or("no request")?);
        let lines = heard.lines().filter(|line| line.contains("sign-in ended") && line.contains(&request));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), 1, "{request}: {lines:?}");
        let by = if end == "expired" { "" } else { "request{id=\"" };
        for part in [&format!("end=\"{end}\""), "seconds=", "application=\"MyApps\"", by] {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
        ends += 1;
    }
    assert!(ends >= 6, "{ends}");
    Ok(())
}

/// What the trail says, the log says too.
fn a_line_for_each_other_fact(heard: &[u8], audit: &[AuditRecord]) {
    let heard = String::from_utf8_lossy(heard);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for record in audit.iter().filter(|record| !record.fact.kind.as_str().starts_with("request_")) {
        *kinds.entry(record.fact.kind.as_str()).or_default() += 1;
    }
    assert!(kinds.contains_key("password_wrong"), "{kinds:?}");
    for (kind, count) in kinds {
        // Other tests are heard as well, so there may be more.
        let lines = heard.lines().filter(|line| line.contains(&format!("push_service::app: {kind} ")));
        assert!(lines.count() >= count, "{kind}: {count} in the trail");
    }
}

/// Every byte that the database has on disk, while it is open and after it was closed.
async fn database(path: &Path, world: &World) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for closed in [false, true] {
        if closed {
            world.demo.stop_service().await;
        }
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            if let Ok(part) = fs::read(Path::new(&name)) {
                bytes.extend(part);
            }
        }
    }
    Ok(bytes)
}
