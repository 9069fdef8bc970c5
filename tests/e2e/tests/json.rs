//! What JSON can be made to hold: deep, double, unknown, of another type, no text. Signed correctly, all of it.

use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::fetch::Leave;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use e2e::world::number;
use e2e::{DIGITS, Error, Key, Outcome, World, forge};
use serde_json::Value;

/// Header and payload as text, to be changed by hand.
fn texts(jws: &str) -> Result<(String, String), Error> {
    let (header, payload) = forge::open(jws)?;
    Ok((header.to_string(), payload.to_string()))
}

fn seal(header: &str, payload: &str, key: &Key) -> String {
    forge::seal_bytes(header.as_bytes(), payload.as_bytes(), key)
}

/// `object` with one more member in front.
fn with(object: &str, member: &str) -> String {
    let rest = object.strip_prefix('{').unwrap_or(object);
    if rest == "}" { format!("{{{member}}}") } else { format!("{{{member},{rest}") }
}

/// One of each message that a phone posts, with the key that signs it, and a world that each of them would change.
struct Said {
    world: World,
    all: Vec<(&'static str, String, Key)>,
    before: usize,
}

impl Said {
    async fn new() -> Result<Self, Error> {
        let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
        let mut fresh = world.phone();
        let link = browser.post("/register/start", &[]).await?.link().ok_or("no link")?;
        let claim = fresh.signed(paths::CLAIM, &fresh.claim_of(&link)?, &fresh.device_key);
        let offered = fresh.claim(&link).await?.map_err(|problem| format!("{problem:?}"))?;
        let registration = fresh.registration(&offered);
        let right = number(&mut world.browser()).await?;
        let challenge = phone.challenge().await?;
        number(&mut world.browser()).await?;
        let unwanted = phone.challenge().await?;
        let all = vec![
            (
                paths::REGISTRATION,
                fresh.signed(paths::REGISTRATION, &registration, &fresh.device_key),
                fresh.device_key.clone(),
            ),
            (paths::CLAIM, claim, fresh.device_key.clone()),
            (
                paths::FETCH,
                phone.signed(paths::FETCH, &phone.fetch_message(), &phone.device_key),
                phone.device_key.clone(),
            ),
            (paths::ANSWER, phone.approval(&challenge, &right)?, phone.approval_key.clone()),
            (paths::ANSWER, phone.denial(&unwanted, DenialReason::Cancelled), phone.device_key.clone()),
            (
                paths::LEAVE,
                phone.signed(paths::LEAVE, &Leave {}, &phone.device_key),
                phone.device_key.clone(),
            ),
        ];
        let before = world.audit().await?.len();
        Ok(Self { world, all, before })
    }

    async fn refused(&self, path: &str, jws: String) -> Result<(Code, String), Error> {
        let reply = self.world.web.jose(path, jws).await?;
        Ok((reply.refused()?, reply.problem()?.detail.unwrap_or_default()))
    }

    /// Nothing came of what was refused, and nothing is lost: each message counts as it was.
    async fn all_count(self) -> Outcome {
        assert_eq!(self.world.audit().await?.len(), self.before, "nothing came of any of it");
        for (path, jws, _) in self.all {
            let says_yes = forge::open(&jws)?.1.get("number").is_some();
            let reply = self.world.web.jose(path, jws).await?;
            // The registration came first, so its keys are known.
            if path == paths::CLAIM {
                assert_eq!(reply.refused()?, Code::KeyKnown);
            } else {
                assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            }
            if path == paths::ANSWER {
                let reply: AnswerReply = reply.json()?;
                let end = if says_yes { End::Approved } else { End::Denied };
                assert_eq!(reply, AnswerReply { end, counted: true });
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_named_member_twice_is_refused() -> Outcome {
    let said = Said::new().await?;
    for (path, jws, key) in &said.all {
        let (header, payload) = texts(jws)?;
        let members = |text: &str| -> Result<Vec<String>, Error> {
            let object: serde_json::Map<String, Value> = serde_json::from_str(text)?;
            Ok(object.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect())
        };
        for member in members(&header)? {
            let (code, detail) = said.refused(path, seal(&with(&header, &member), &payload, key)).await?;
            assert_eq!((code, detail.starts_with("header")), (Code::Malformed, true), "{member}: {detail}");
        }
        for member in members(&payload)? {
            let (code, detail) = said.refused(path, seal(&header, &with(&payload, &member), key)).await?;
            assert_eq!((code, detail.starts_with("payload")), (Code::Malformed, true), "{member}: {detail}");
        }
        // Of a key too: its own x in front of another.
        if let Some((before, after)) = header.split_once("\"jwk\":{") {
            let twice = format!("{before}\"jwk\":{{\"x\":\"{}\",{after}", "A".repeat(43));
            assert_eq!(said.refused(path, seal(&twice, &payload, key)).await?.0, Code::Malformed, "{path}");
        }
    }
    said.all_count().await
}

#[tokio::test]
async fn unknown_members_are_ignored() -> Outcome {
    let mut said = Said::new().await?;
    for (_, jws, key) in &mut said.all {
        let (header, payload) = texts(jws)?;
        let later = "\"later\":{\"a\":[1,null,\"\\u202e\"]},\"later\":2";
        let header = header.replace("\"jwk\":{", "\"jwk\":{\"use\":\"enc\",\"d\":\"AAAA\",");
        *jws = seal(&with(&header, later), &with(&payload, later), key);
    }
    said.all_count().await
}

#[tokio::test]
async fn deep_json_stops_nobody() -> Outcome {
    let said = Said::new().await?;
    for (path, jws, key) in &said.all {
        let (header, payload) = texts(jws)?;
        let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(2_000), close.repeat(2_000));
        for value in [deep("[", "]"), "[".repeat(4_000), deep("{\"a\":", "}")] {
            let member = format!("\"later\":{value}");
            let (code, detail) = said.refused(path, seal(&with(&header, &member), &payload, key)).await?;
            assert!(matches!(code, Code::Malformed | Code::TooLarge), "{path}: {code:?}: {detail}");
        }
        for payload in [deep("[", "]"), "[".repeat(4_000), deep("{\"code\":", "}")] {
            let (code, detail) = said.refused(path, seal(&header, &payload, key)).await?;
            assert!(matches!(code, Code::Malformed | Code::TooLarge), "{path}: {code:?}: {detail}");
        }
        let named = payload.split('"').nth(1).unwrap_or("later").to_owned();
        let member = format!("\"{named}\":{}", deep("[", "]"));
        let (code, _) = said.refused(path, seal(&header, &with("{}", &member), key)).await?;
        assert_eq!(code, Code::Malformed, "{path}: {named}");
    }
    said.all_count().await
}

#[tokio::test]
async fn values_of_another_type_are_refused() -> Outcome {
    let said = Said::new().await?;
    let others = ["null", "true", "7", "-1", "1.5", "1e400", "[]", "{}", "\"\"", "[\"x\"]", "\"\\u0000\""];
    for (path, jws, key) in &said.all {
        let (header, payload) = forge::open(jws)?;
        for (in_header, object) in [(true, &header), (false, &payload)] {
            for (name, right) in object.as_object().into_iter().flatten() {
                for other in others {
                    let takes_text = right.is_string() && other.starts_with('"');
                    let is_free = ["model", "system", "app"].contains(&name.as_str());
                    if takes_text && (is_free || ["alg", "typ", "htm", "url"].contains(&name.as_str())) {
                        // Text, though another: said elsewhere what becomes of it.
                        continue;
                    }
                    if (name.as_str(), other) == ("key_number", "7") {
                        // Another number that is as good.
                        continue;
                    }
                    let mut rest = object.clone();
                    rest.as_object_mut().and_then(|members| members.remove(name));
                    let changed = with(&rest.to_string(), &format!("\"{name}\":{other}"));
                    let jws = if in_header {
                        seal(&changed, &payload.to_string(), key)
                    } else {
                        seal(&header.to_string(), &changed, key)
                    };
                    let (code, detail) = said.refused(path, jws).await?;
                    let expected = match (name.as_str(), other) {
                        // A number, but of no time and no version that there is.
                        ("iat", "7") => Code::Clock,
                        ("v", "7") => Code::Unsupported,
                        _ => Code::Malformed,
                    };
                    assert_eq!(code, expected, "{name}: {other} at {path}: {detail}");
                }
            }
        }
    }
    said.all_count().await
}

#[tokio::test]
async fn what_is_no_text_is_refused() -> Outcome {
    let said = Said::new().await?;
    for (path, jws, key) in &said.all {
        let (header, payload) = texts(jws)?;
        let parts: [(&str, Vec<u8>, Vec<u8>); 9] = [
            ("a header that is not UTF-8", b"{\"alg\":\"\xff\xfe\"}".to_vec(), payload.clone().into()),
            ("a payload that is not UTF-8", header.clone().into(), b"{\"code\":\"\xff\xfe\"}".to_vec()),
            ("a mark of byte order", header.clone().into(), ["\u{feff}", &payload].concat().into()),
            ("UTF-16", header.clone().into(), payload.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("half a pair", header.clone().into(), b"{\"\\ud800\":1}".to_vec()),
            ("NUL after it", header.clone().into(), [payload.as_bytes(), b"\0"].concat()),
            ("something after it", header.clone().into(), [payload.as_bytes(), b"{}"].concat()),
            ("a bare word", header.clone().into(), b"hello".to_vec()),
            ("nothing", header.clone().into(), Vec::new()),
        ];
        for (what, header, payload) in parts {
            let (code, detail) = said.refused(path, forge::seal_bytes(&header, &payload, key)).await?;
            assert_eq!(code, Code::Malformed, "{what} at {path}: {detail}");
        }
        // The message itself, on its way.
        for (what, body) in [
            ("NUL", format!("{jws}\0").into_bytes()),
            ("a line's end", format!("{jws}\n").into_bytes()),
            ("a mark of byte order", format!("\u{feff}{jws}").into_bytes()),
            ("not UTF-8", [jws.as_bytes(), b"\xff"].concat()),
            ("a letter that looks alike", jws.replacen('e', "е", 1).into_bytes()),
        ] {
            let reply = said.world.web.jose(path, body).await?;
            assert_eq!(reply.refused()?, Code::Malformed, "{what} at {path}");
        }
    }
    said.all_count().await
}
