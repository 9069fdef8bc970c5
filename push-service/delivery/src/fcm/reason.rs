//! What FCM says, and what it means: "ErrorCode" in the reference of FCM HTTP v1.

use crate::answer::{Alarm, Outcome, Reason};
use crate::http2::{Response, Unanswered};
use crate::web::reason::retry_after;
use serde::Deserialize;
use std::time::{Duration, SystemTime};

/// How long a project rests after 429, if FCM does not say.
const REST: Duration = Duration::from_secs(60);

/// What follows from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) outcome: Outcome,
    pub(super) reason: Reason,
    pub(super) alarm: Option<Alarm>,
    pub(super) next: Next,
}

/// What is worth trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    Done,
    /// The same once more, after a moment, on another connection.
    Later,
    /// Once more with another token.
    NewToken,
    /// Nothing, and nothing else of this project for so long.
    Rest(Duration),
}

#[derive(Deserialize)]
struct Accepted {
    name: String,
}

#[derive(Deserialize)]
struct Refused {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    status: String,
    #[serde(default)]
    details: Vec<Detail>,
}

/// `google.firebase.fcm.v1.FcmError` has a code, `google.rpc.BadRequest` fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    error_code: Option<String>,
    #[serde(default)]
    field_violations: Vec<Violation>,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(default)]
    field: String,
}

/// Reads an answer.
pub(super) fn read(response: &Response, now: SystemTime) -> Reading {
    let status = response.status;
    if status.is_success() {
        // Somebody between us and Google answers for it.
        let Ok(accepted) = serde_json::from_slice::<Accepted>(&response.body) else {
            return reading(Outcome::TheirSide, None, Next::Later, "an answer that is no JSON of FCM");
        };
        let id = Some(Reason::new(&accepted.name));
        return reading(Outcome::Accepted { id }, None, Next::Done, status.as_str());
    }
    let body: Option<Refused> = serde_json::from_slice(&response.body).ok();
    let error = body.as_ref().map(|body| &body.error);
    let details = || error.into_iter().flat_map(|error| &error.details);
    let code = details().find_map(|detail| detail.error_code.as_deref());
    let code = code.or(error.map(|error| error.status.as_str())).filter(|code| !code.is_empty());
    let is_the_token = || {
        details()
            .flat_map(|detail| &detail.field_violations)
            .any(|violation| violation.field == "message.token")
    };
    let wait = retry_after(&response.headers, now);
    let (outcome, alarm, next) = match (status.as_u16(), code) {
        (404, Some("UNREGISTERED")) => (Outcome::Gone { since: None }, None, Next::Done),
        (400, Some("INVALID_ARGUMENT")) if is_the_token() => {
            (Outcome::Gone { since: None }, None, Next::Done)
        }
        // One device's, or all devices' when the wrong account is in use: whoever counts them knows.
        (403, Some("SENDER_ID_MISMATCH")) => (Outcome::Suspect, Some(Alarm::Configuration), Next::Done),
        (400 | 413, Some(_)) => (Outcome::Misconfigured, Some(Alarm::Request), Next::Done),
        (401, Some(_)) | (_, Some("THIRD_PARTY_AUTH_ERROR")) => {
            (Outcome::Misconfigured, Some(Alarm::Credentials), Next::NewToken)
        }
        (403, Some(_)) => (Outcome::Misconfigured, Some(Alarm::Credentials), Next::Done),
        (429, _) => {
            let wait = wait.unwrap_or(REST);
            (Outcome::Busy { wait: Some(wait) }, None, Next::Rest(wait))
        }
        (500..=599, _) => (Outcome::TheirSide, None, wait.map_or(Next::Later, Next::Rest)),
        // Not from FCM.
        (_, None) => (Outcome::TheirSide, None, Next::Later),
        (_, Some(_)) => (Outcome::Unknown, None, Next::Done),
    };
    reading(outcome, alarm, next, code.unwrap_or(status.as_str()))
}

/// What there is to read when no answer came.
pub(super) fn nothing(why: Unanswered) -> Reading {
    let next = if why.elsewhere { Next::Later } else { Next::Done };
    Reading { outcome: why.outcome, reason: why.reason, alarm: None, next }
}

fn reading(outcome: Outcome, alarm: Option<Alarm>, next: Next, reason: &str) -> Reading {
    Reading { outcome, reason: Reason::new(reason), alarm, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, StatusCode};
    use serde_json::{Value, json};
    use std::time::UNIX_EPOCH;

    fn answered(status: u16, body: &str, wait: Option<&'static str>) -> Reading {
        let mut headers = HeaderMap::new();
        if let Some(wait) = wait {
            headers.insert("retry-after", wait.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        read(&Response { status, headers, body: body.as_bytes().to_vec() }, UNIX_EPOCH)
    }

    /// As FCM writes it.
    fn error(status: u16, name: &str, code: &str, more: Value) -> Reading {
        let mut details = vec![json!({
            "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code
        })];
        details.extend(more.as_array().cloned().unwrap_or_default());
        let body = json!({ "error": { "code": status, "message": "…", "status": name, "details": details } });
        answered(status, &body.to_string(), None)
    }

    fn what(reading: Reading) -> (Outcome, Option<Alarm>, Next) {
        (reading.outcome, reading.alarm, reading.next)
    }

    #[test]
    fn accepted_has_a_name() {
        let reading = answered(200, r#"{"name":"projects/x/messages/1"}"#, None);
        assert_eq!(reading.outcome, Outcome::Accepted { id: Some(Reason::new("projects/x/messages/1")) });
    }

    #[test]
    fn unregistered_is_gone() {
        let reading = error(404, "NOT_FOUND", "UNREGISTERED", json!([]));
        assert_eq!(reading.reason.as_str(), "UNREGISTERED");
        assert_eq!(what(reading), (Outcome::Gone { since: None }, None, Next::Done));
    }

    #[test]
    fn another_sender_is_suspect_and_an_alarm() {
        let expected = (Outcome::Suspect, Some(Alarm::Configuration), Next::Done);
        assert_eq!(what(error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", json!([]))), expected);
    }

    #[test]
    fn an_invalid_argument_is_the_token_only_if_it_says_so() {
        let violated = |field: &str| {
            let more = json!([{ "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{ "field": field, "description": "Invalid registration token" }] }]);
            what(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", more))
        };
        assert_eq!(violated("message.token"), (Outcome::Gone { since: None }, None, Next::Done));
        let ours = (Outcome::Misconfigured, Some(Alarm::Request), Next::Done);
        assert_eq!(violated("message.android.ttl"), ours);
        assert_eq!(what(error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", json!([]))), ours);
    }

    #[test]
    fn a_refused_token_is_made_anew_once() {
        let expected = (Outcome::Misconfigured, Some(Alarm::Credentials), Next::NewToken);
        assert_eq!(what(error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", json!([]))), expected);
        let body = json!({ "error": { "code": 401, "status": "UNAUTHENTICATED" } }).to_string();
        assert_eq!(what(answered(401, &body, None)), expected);
    }

    #[test]
    fn an_account_without_permission_is_our_credentials() {
        let body = json!({ "error": { "code": 403, "status": "PERMISSION_DENIED" } }).to_string();
        let expected = (Outcome::Misconfigured, Some(Alarm::Credentials), Next::Done);
        assert_eq!(what(answered(403, &body, None)), expected);
    }

    #[test]
    fn a_full_quota_rests_the_project_as_long_as_fcm_says() {
        let rest = |seconds| {
            let wait = Duration::from_secs(seconds);
            (Outcome::Busy { wait: Some(wait) }, None, Next::Rest(wait))
        };
        assert_eq!(what(answered(429, "{}", Some("17"))), rest(17));
        assert_eq!(what(error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", json!([]))), rest(60));
    }

    #[test]
    fn their_failures_are_tried_once_more_unless_they_say_when() {
        let later = (Outcome::TheirSide, None, Next::Later);
        assert_eq!(what(error(500, "INTERNAL", "INTERNAL", json!([]))), later);
        assert_eq!(what(error(503, "UNAVAILABLE", "UNAVAILABLE", json!([]))), later);
        assert_eq!(what(answered(502, "<html>", None)), later);
        let rest = Next::Rest(Duration::from_secs(5));
        assert_eq!(what(answered(503, "{}", Some("5"))), (Outcome::TheirSide, None, rest));
    }

    #[test]
    fn what_is_no_json_is_not_from_fcm() {
        let later = (Outcome::TheirSide, None, Next::Later);
        for status in [200, 302, 400, 403, 404] {
            assert_eq!(what(answered(status, "<html>", None)), later, "{status}");
        }
    }

    #[test]
    fn what_is_unknown_keeps_its_text_and_kills_nothing() {
        let reading = error(404, "NOT_FOUND", "BRAND_NEW", json!([]));
        assert_eq!(reading.reason.as_str(), "BRAND_NEW");
        assert_eq!(what(reading), (Outcome::Unknown, None, Next::Done));
        let project = json!({ "error": { "code": 404, "status": "NOT_FOUND" } }).to_string();
        assert_eq!(what(answered(404, &project, None)).0, Outcome::Unknown);
    }
}
