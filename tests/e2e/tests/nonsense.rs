//! What is well formed and means nothing, derived from the description of the relying-party API: always refused, with
//! problem details, as described, and nothing is opened. The same for pages and phones, by their paths.

use authenticator_protocol::code::encode;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use axum::http::Method;
use demo::organisation::USERS;
use e2e::relying_party::{Backend, SIGN_INS};
use e2e::{DIGITS, Error, Key, Outcome, Reply, World, forge};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use signin::fact::FactKind;

fn description() -> Value {
    serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("it is JSON")
}

/// Any JSON, but not deep.
fn any() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any_bool(),
        proptest::num::i64::ANY.prop_map(|number| json!(number)),
        proptest::num::f64::NORMAL.prop_map(|number| json!(number)),
        "\\PC{0,300}".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map("\\PC{0,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn drawn<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> Result<S::Value, Error> {
    Ok(strategy.new_tree(runner).map_err(|why| why.to_string())?.current())
}

fn any_bool() -> impl Strategy<Value = Value> {
    proptest::bool::ANY.prop_map(|it| json!(it))
}

/// Whether a field may be so, by the description alone.
fn fits(schema: &Value, value: &Value) -> bool {
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let within = |most: &str, least: &str, is: i128| {
        let bound = |name: &str| schema[name].as_i64().map(i128::from);
        bound(most).is_none_or(|most| is <= most) && bound(least).is_none_or(|least| is >= least)
    };
    types.iter().any(|kind| match (kind.as_str().unwrap_or_default(), value) {
        ("null", Value::Null) => true,
        ("string", Value::String(text)) => {
            within("maxLength", "minLength", text.chars().count().try_into().unwrap_or(i128::MAX))
        }
        ("integer", Value::Number(number)) => {
            number.as_i64().is_some_and(|number| within("maximum", "minimum", number.into()))
        }
        _ => false,
    })
}

/// A body with one field, `name`, that the description does not allow.
fn spoilt(schema: &Value, name: &str, value: Value) -> Option<Value> {
    let property = schema["properties"].get(name);
    // What has a schema of its own is an enumeration of words.
    let allowed = property.is_some_and(|property| match property.get("$ref") {
        Some(_) => ["sign_in", "reset_password"].iter().any(|word| value == *word),
        None => fits(property, &value),
    });
    let mut body = Map::from_iter([("user".to_owned(), json!(USERS[0].login()))]);
    body.insert(name.to_owned(), value);
    (!allowed).then_some(Value::Object(body))
}

async fn refused(backend: &Backend, method: Method, path: &str, body: &str) -> Result<(), Error> {
    let headers = [("content-type", "application/json")];
    let reply = backend.send(method.clone(), path, &headers, body).await?;
    assert!((400..500).contains(&reply.status), "{method} {path} {body}: {reply:?}");
    reply.refusal().map_err(|error| format!("{method} {path} {body}: {error}"))?;
    Ok(())
}

#[tokio::test]
async fn whatever_the_description_does_not_allow_is_refused() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let before = world.count(FactKind::RequestOpened).await?;
    let description = description();
    let schema = &description["components"]["schemas"]["Ask"];
    let mut names: Vec<String> =
        schema["properties"].as_object().into_iter().flatten().map(|it| it.0.clone()).collect();
    assert_eq!(names.len(), 11, "the fields of a request");
    names.push("unheard-of".to_owned());
    let mut runner = TestRunner::default();
    let mut tried = 0;
    for name in &names {
        for _ in 0..40 {
            let value = drawn(&any(), &mut runner)?;
            if let Some(body) = spoilt(schema, name, value) {
                tried += 1;
                refused(&backend, Method::POST, SIGN_INS, &body.to_string()).await?;
            }
            world.demo.clock.advance(50);
        }
    }
    assert!(tried > 300, "{tried}");
    assert_eq!(world.count(FactKind::RequestOpened).await?, before);
    Ok(())
}

#[tokio::test]
async fn no_address_with_nonsense_in_it_makes_the_service_fail() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let before = world.audit().await?.len();
    let mut runner = TestRunner::default();
    let described = description();
    let ours: Vec<&String> = described["paths"].as_object().into_iter().flatten().map(|it| it.0).collect();
    let word =
        "[!-~]{1,40}".prop_map(|text| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>());
    for _ in 0..40 {
        let (id, query) = (drawn(&word, &mut runner)?, drawn(&word, &mut runner)?);
        for path in ours.iter().filter(|path| path.contains("{id}")) {
            let method = if path.ends_with("/cancel") { Method::POST } else { Method::GET };
            refused(&backend, method, &path.replace("{id}", &id), "").await?;
            refused(&backend, Method::PUT, &path.replace("{id}", &id), "").await?;
        }
        world.demo.clock.advance(1_000);
        for path in [
            "/",
            "/apps",
            "/sign-in",
            "/sign-in/number",
            "/sign-in/wait",
            "/sign-in/cancel",
            "/sign-in/again",
            "/sign-in/other",
            "/sign-out",
            "/register",
            "/register/start",
            "/register/characters",
            "/register/cancel",
            "/register/wait",
            "/register/done",
            "/security",
            "/language",
            "/e",
            "/assets",
            "/security/devices",
            "/api/v1/phone/receipts",
            "/.well-known/styrk",
            "/.well-known/jwks.json",
        ] {
            for at in [format!("{path}?{query}={id}"), format!("{path}/{id}"), format!("{path}/{id}/remove")]
            {
                for method in [Method::GET, Method::POST] {
                    let reply = world.web.send(method.clone(), &at, &[], query.clone()).await?;
                    assert!(reply.status < 500, "{method} {at}: {reply:?}");
                    assert!(method == Method::GET || reply.status >= 400, "{method} {at}: {reply:?}");
                }
            }
        }
    }
    assert_eq!(world.audit().await?.len(), before, "nothing has happened");
    Ok(())
}

/// What the description says of an answer; a failure unless it says something.
fn as_described(operation: &Value, reply: &Reply, what: &str) -> Outcome {
    let described = &operation["responses"][reply.status.to_string()];
    let Some(headers) = described["headers"].as_object() else {
        return Err(format!("{what}: {} is not described: {reply:?}", reply.status).into());
    };
    for name in
        ["ratelimit", "ratelimit-policy", "retry-after", "location", "www-authenticate", "x-request-id"]
    {
        let told = !reply.header(name).is_empty();
        let may = headers.keys().any(|header| header.eq_ignore_ascii_case(name));
        assert!(may || !told, "{what}: {name} of {} is not described", reply.status);
    }
    if reply.status >= 400 {
        let code = reply.refusal().map_err(|error| format!("{what}: {error}"))?.0;
        let words = described["description"].as_str().unwrap_or_default();
        assert!(words.contains(&format!("`{code}`")), "{what}: {code} is not described: {words}");
    }
    Ok(())
}

/// The methods, the path and the operation of everything that is described.
fn operations(description: &Value) -> Vec<(Method, String, Value)> {
    let paths = description["paths"].as_object().into_iter().flatten();
    let each = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().filter_map(|(method, operation)| {
            let method = method.to_uppercase().parse().ok()?;
            Some((method, path.clone(), operation.clone()))
        })
    });
    each.collect()
}

#[tokio::test]
async fn every_header_and_query_of_the_description_is_checked_and_every_answer_is_described() -> Outcome {
    let (world, _, _) = World::enrolled(DIGITS).await?;
    let backend = world.relying_party().await?;
    let opened = backend.ask_anna().await?;
    let described = description();
    let operations = operations(&described);
    assert_eq!(operations.len(), 5, "every operation is tried");
    let before = world.count(FactKind::RequestOpened).await?;
    let mut runner = TestRunner::default();
    // What a header may hold (RFC 9110 section 5.5).
    let value = "[ -~]{0,300}";
    let body = json!({ "user": "nobody@regionx.example", "digits": 9 }).to_string();
    let (mut refused, mut seen) = (0, 0);
    for (method, path, operation) in &operations {
        let at = path.replace("{id}", &opened.id);
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for round in 0..12 {
            // Every parameter that is described, and what proxies and browsers add.
            let mut names: Vec<String> = [
                "accept",
                "range",
                "last-event-id",
                "if-none-match",
                "x-forwarded-for",
                "forwarded",
                "cookie",
            ]
            .map(str::to_owned)
            .to_vec();
            let of =
                |place: &'static str| parameters.iter().filter(move |parameter| parameter["in"] == place);
            names.extend(of("header").filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)));
            let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            for name in names {
                headers.push((name, drawn(&value, &mut runner)?));
            }
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let mut queries = vec![String::new()];
            for name in of("query").filter_map(|parameter| parameter["name"].as_str()) {
                let word = drawn(&"[a-zA-Z.-]{1,20}", &mut runner)?;
                let number = drawn(&(61..u64::MAX), &mut runner)?;
                queries.extend([
                    format!("?{name}={word}"),
                    format!("?{name}={number}"),
                    format!("?{name}=-1"),
                ]);
                queries.extend([
                    format!("?{name}"),
                    format!("?{name}=0&{name}=0"),
                    format!("?{name}=0&other=1"),
                ]);
            }
            for (index, query) in queries.iter().enumerate() {
                if path.ends_with("/cancel") || path.ends_with("/events") {
                    // What has no parameters does what it says: of what there is not, here.
                    let at = at.replace(&opened.id, &format!("{round}"));
                    let reply = backend.send(method.clone(), &at, &headers, &body).await?;
                    as_described(operation, &reply, &format!("{method} {at}"))?;
                    refused += usize::from(reply.status >= 400);
                } else {
                    let reply =
                        backend.send(method.clone(), &format!("{at}{query}"), &headers, &body).await?;
                    as_described(operation, &reply, &format!("{method} {at}{query} {headers:?}"))?;
                    assert!(index == 0 || reply.status == 400, "{at}{query}: {reply:?}");
                    refused += usize::from(reply.status >= 400);
                }
                seen += 1;
            }
            let key = drawn(&value, &mut runner)?;
            if path.starts_with("/api/") {
                let reply =
                    world.web.send(method.clone(), &at, &[("authorization", &key)], body.clone()).await?;
                as_described(operation, &reply, &format!("{method} {at} {key}"))?;
                assert!([401, 429].contains(&reply.status), "{key}: {reply:?}");
            }
            for other in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
                let reply = backend.send(other.clone(), &at, &headers, &body).await?;
                assert_eq!(reply.status, 405, "{other} {at}");
            }
            world.demo.clock.advance(5_000);
        }
    }
    assert!(refused > 60 && seen > refused, "{refused} of {seen}");
    assert_eq!(world.count(FactKind::RequestOpened).await?, before, "and nothing is opened");
    Ok(())
}

#[tokio::test]
async fn no_message_of_nonsense_makes_a_phones_address_fail() -> Outcome {
    let (world, _, phone) = World::enrolled(DIGITS).await?;
    let before = world.audit().await?.len();
    let (mut runner, stranger) = (TestRunner::default(), Key::fresh());
    for path in [paths::CLAIM, paths::REGISTRATION, paths::FETCH, paths::ANSWER, paths::LEAVE] {
        let own = forge::open(&phone.signed(path, &phone.fetch_message(), &phone.device_key))?.0;
        for _ in 0..40 {
            let (mut header, payload) = (own.clone(), drawn(&any(), &mut runner)?);
            let names: Vec<String> =
                header.as_object().into_iter().flatten().map(|it| it.0.clone()).collect();
            let name = &names[drawn(&(0..names.len()), &mut runner)?];
            header[name] = drawn(&any(), &mut runner)?;
            let words = drawn(&"\\PC{0,400}", &mut runner)?;
            for text in [
                words.clone(),
                format!("{}.{}.{}", encode(words.as_bytes()), encode(words.as_bytes()), encode(&[7; 64])),
                forge::seal(&drawn(&any(), &mut runner)?, &payload, &phone.device_key),
                forge::seal(&header, &payload, &phone.device_key),
                forge::seal(&own, &payload, &phone.device_key),
                forge::seal(&own, &payload, &phone.approval_key),
                forge::seal(&own, &payload, &stranger),
            ] {
                let reply = world.web.jose(path, text.clone()).await?;
                assert!((400..500).contains(&reply.status), "{path} {text}: {reply:?}");
                reply.refused().map_err(|error| format!("{path} {text}: {error}"))?;
            }
            world.demo.clock.advance(1_000);
        }
    }
    for wake in ["x", "%FF", "%00", "AAAAAAAAAAAAAAAAAAAAA", &"A".repeat(2_000)] {
        let reply = world.web.jose(&format!("{}/{wake}", paths::RECEIPTS), "").await?;
        assert_eq!(reply.refused()?, Code::Malformed, "{wake}");
    }
    for (name, value) in [("upgrade", "websocket"), ("sec-websocket-key", "x"), ("connection", "upgrade")] {
        let reply = world.web.send(Method::GET, paths::SOCKET, &[(name, value)], Vec::new()).await?;
        assert_eq!(reply.refused()?, Code::Malformed, "{name}");
    }
    assert_eq!(world.audit().await?.len(), before, "nothing has happened");
    Ok(())
}
