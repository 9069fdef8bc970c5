//! What is well formed and means nothing, derived from the description of the relying-party API: always refused, with
//! problem details, and nothing is opened. The same for pages and phones, by their paths.

use axum::http::Method;
use demo::organisation::USERS;
use e2e::relying_party::{Backend, SIGN_INS};
use e2e::{DIGITS, Error, Outcome, World};
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
