//! The relying-party API for machines (OpenAPI 3.1), from the types of its handlers: `docs/openapi.json`, which is
//! written by `cargo xtask openapi`.

use super::problem::Code;
use super::{sign_ins, wait};
use crate::http::problem::{Body, ErrorCode};
use crate::http::well_known::jwks;
use authenticator_protocol::answer::End;
use authenticator_protocol::problem::Code as Common;
use std::collections::BTreeMap;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Styrk, relying-party API",
        version = "1",
        description = "Asking for approvals and acting on them. `docs/relying-parties.md` says the same for people."
    ),
    paths(sign_ins::post, wait::get, wait::events, sign_ins::cancel, jwks::get),
    components(schemas(Body, KeySet, Key)),
    modifiers(&OfAll)
)]
struct Api;

/// The keys that sign results (RFC 7517), as they are published.
#[derive(ToSchema)]
#[schema(as = Keys)]
#[expect(dead_code, reason = "describes what `keys::results` publishes")]
pub struct KeySet {
    keys: Vec<Key>,
}

/// A public key of P-256 (RFC 7517).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `keys::results` publishes")]
struct Key {
    /// Names it, as the header of a result does.
    kid: String,
    /// `EC`.
    kty: String,
    /// `P-256`.
    crv: String,
    /// base64url.
    x: String,
    /// base64url.
    y: String,
    /// `ES256`.
    alg: String,
    /// `sig`.
    r#use: String,
}

/// What every operation has: problems, headers and the key.
struct OfAll;

/// What any API may refuse.
const OF_ALL: [Common; 7] = [
    Common::TooMany,
    Common::TooLarge,
    Common::TooSlow,
    Common::NotFound,
    Common::Method,
    Common::Internal,
    Common::Unavailable,
];

/// What only asking may be refused for.
const OF_ASKING: [Code; 6] =
    [Code::UnknownUser, Code::NoDevice, Code::AppLocked, Code::Waiting, Code::Backlog, Code::OtherBody];

fn one_of(words: impl Iterator<Item = &'static str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words))
}

/// How a request ends.
pub fn ends() -> utoipa::openapi::schema::Object {
    one_of(End::ALL.into_iter().map(End::as_str)).build()
}

/// Every code that this API has.
pub fn codes() -> utoipa::openapi::schema::Object {
    one_of(Code::ALL.into_iter().map(Code::word).chain(OF_ALL.into_iter().map(Common::word))).build()
}

impl Modify for OfAll {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        api.components.get_or_insert_default().add_security_scheme("key", bearer);
        for item in api.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                // The keys are for everybody.
                let has_key = operation.security.is_some();
                if has_key {
                    refuse(operation);
                }
                for (status, response) in &mut operation.responses.responses {
                    if let RefOr::T(response) = response {
                        response.headers.extend(headers(status, has_key));
                    }
                }
            }
        }
    }
}

/// The headers of an answer with this status.
fn headers(status: &str, has_key: bool) -> Vec<(String, Header)> {
    let header = |name: &str, kind, description: &str| {
        let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build();
        (name.to_owned(), HeaderBuilder::new().schema(schema).description(Some(description)).build())
    };
    let mut all = vec![header("X-Request-Id", Type::String, "The id of this HTTP request, as in the log")];
    if !has_key {
        all.push(header("Cache-Control", Type::String, "For how long the keys may be kept"));
        return all;
    }
    let left = "Of a call with a valid key: what is left (draft-ietf-httpapi-ratelimit-headers)";
    all.push(header("RateLimit", Type::String, left));
    let policy = "Of a call with a valid key: how many there are (draft-ietf-httpapi-ratelimit-headers)";
    all.push(header("RateLimit-Policy", Type::String, policy));
    match status {
        "201" => all.push(header("Location", Type::String, "The path of the request")),
        "401" => all.push(header("WWW-Authenticate", Type::String, "`Bearer`")),
        "429" | "503" => all.push(header("Retry-After", Type::Integer, "Seconds after which to try again")),
        _ => {}
    }
    all
}

/// Adds what the operation may be refused with, by status.
fn refuse(operation: &mut Operation) {
    let asks = operation.operation_id.as_deref() == Some("ask");
    let own = Code::ALL
        .into_iter()
        .filter(|code| if asks { *code != Code::UnknownRequest } else { !OF_ASKING.contains(code) });
    let own = own.map(|code| (code.status(), code.word()));
    let of_all = OF_ALL.into_iter().map(|code| (ErrorCode::status(code), code.word()));
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for (status, word) in own.chain(of_all) {
        by_status.entry(status).or_default().push(format!("`{word}`"));
    }
    for (status, words) in by_status {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(words.join(", ")).content("application/problem+json", problem);
        operation.responses.responses.insert(status.to_string(), response.build().into());
    }
}

/// `docs/openapi.json`.
pub fn text() -> String {
    Api::openapi().to_pretty_json().expect("a description becomes JSON") + "\n"
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_description_is_what_would_be_written_now() {
        let written = include_str!("../../../../docs/openapi.json");
        assert_eq!(written, super::text(), "run `cargo xtask openapi`");
    }
}
