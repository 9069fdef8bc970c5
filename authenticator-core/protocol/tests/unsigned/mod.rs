//! What no key signs: problems, replies, the greeting of a socket, and where a server is.

use crate::{text, vectors};
use authenticator_protocol::answer::AnswerReply;
use authenticator_protocol::discovery::{self, Discovery};
use authenticator_protocol::fetch::{FetchReply, Leave};
use authenticator_protocol::json;
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::socket::Greeting;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[test]
fn problems_have_their_codes() {
    for vector in vectors("problems.json") {
        let Ok(code) = serde_json::from_value::<Code>(vector["code"].clone()) else { continue };
        let problem: Problem = json::read(text(&vector, "body").as_bytes()).unwrap();
        assert_eq!((problem.code, u64::from(code.status())), (code, vector["status"].as_u64().unwrap()));
        assert_eq!(problem.now.map(|now| now.0), vector.get("now").and_then(Value::as_u64));
    }
    for vector in vectors("problems.json").iter().filter(|vector| text(vector, "outcome") == "garbled") {
        let is_problem = text(vector, "content_type") == "application/problem+json";
        let body = text(vector, "body").as_bytes();
        assert!(!is_problem || json::read::<Problem>(body).is_none(), "{}", vector["name"]);
    }
    let there: Vec<Value> = vectors("problems.json").iter().map(|vector| vector["code"].clone()).collect();
    for code in Code::ALL {
        assert!(there.contains(&Value::from(code.as_str())), "{}", code.as_str());
    }
}

#[test]
fn replies_are_read_or_somebody_elses() {
    for vector in vectors("fetch_replies.json") {
        let reply = json::read::<FetchReply>(text(&vector, "body").as_bytes());
        assert_eq!(reply.is_some(), text(&vector, "outcome") == "accept", "{}", vector["name"]);
        if let Some(reply) = reply {
            assert_eq!(reply, serde_json::from_value(vector["read"].clone()).unwrap(), "{}", vector["name"]);
        }
    }
}

/// What a short reply says, as its vector has it.
fn short<T: DeserializeOwned + Serialize>(body: &str) -> Option<Value> {
    json::read::<T>(body.as_bytes()).map(|reply| serde_json::to_value(reply).unwrap())
}

#[test]
fn short_replies_are_read_or_somebody_elses() {
    for vector in vectors("replies.json") {
        let body = text(&vector, "body");
        let found = match text(&vector, "kind") {
            "answer" => short::<AnswerReply>(body),
            "greeting" => short::<Greeting>(body),
            "done" => short::<Leave>(body),
            other => panic!("{other}: no short reply"),
        };
        assert_eq!(found.is_some(), text(&vector, "outcome") == "accept", "{}", vector["name"]);
        assert_eq!(found.as_ref(), vector.get("read"), "{}", vector["name"]);
    }
}

#[test]
fn servers_are_found_or_not() {
    for vector in vectors("discovery.json") {
        let (given, development) = (text(&vector, "given"), vector["development"].as_bool().unwrap());
        let allowed = |server: &ServerAddress| development || server.is_secure();
        let found = match text(&vector, "kind") {
            "login" => discovery::url(given),
            "document" => json::read::<Discovery>(given.as_bytes())
                .and_then(|document| document.address())
                .filter(allowed)
                .map(|server| server.to_string()),
            "typed" => discovery::server_address(given).filter(allowed).map(|server| server.to_string()),
            other => panic!("{other}: no way to a server"),
        };
        assert_eq!(found.as_deref(), vector.get("found").and_then(Value::as_str), "{}", vector["name"]);
        assert_eq!(found.is_some(), text(&vector, "outcome") == "accept", "{}", vector["name"]);
    }
}
