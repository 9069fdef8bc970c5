//! What APNs says, and what it means: "Handling notification responses from APNs" in Apple's documentation.

use crate::answer::{Alarm, Outcome, Reason};
use crate::http2::Unanswered;
use http::StatusCode;
use serde::Deserialize;
use std::time::{Duration, UNIX_EPOCH};

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
    /// The same once more, on another connection.
    Elsewhere,
    /// Once more with a token made now.
    NewToken,
    /// Once more on connections that have seen no other key.
    NewConnections,
}

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    reason: String,
    /// Milliseconds since 1970.
    timestamp: Option<u64>,
}

/// Reads an answer other than 200.
pub(super) fn read(status: StatusCode, body: &[u8]) -> Reading {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let since = body.timestamp.map(|millis| UNIX_EPOCH + Duration::from_millis(millis));
    let (outcome, alarm, next) = match (body.reason.as_str(), since) {
        ("Unregistered" | "ExpiredToken", Some(since)) => {
            (Outcome::Gone { since: Some(since) }, None, Next::Done)
        }
        // Without a time nobody knows whether the address was registered again since.
        ("Unregistered" | "ExpiredToken" | "BadDeviceToken", _) => (Outcome::Suspect, None, Next::Done),
        (
            "DeviceTokenNotForTopic"
            | "BadTopic"
            | "MissingTopic"
            | "TopicDisallowed"
            | "BadEnvironmentKeyIdInToken"
            | "BadCertificateEnvironment",
            _,
        ) => (Outcome::Misconfigured, Some(Alarm::Configuration), Next::Done),
        ("ExpiredProviderToken", _) => (Outcome::Misconfigured, Some(Alarm::Clock), Next::NewToken),
        ("UnrelatedKeyIdInToken", _) => {
            (Outcome::Misconfigured, Some(Alarm::Credentials), Next::NewConnections)
        }
        ("InvalidProviderToken" | "MissingProviderToken" | "BadCertificate" | "Forbidden", _) => {
            (Outcome::Misconfigured, Some(Alarm::Credentials), Next::Done)
        }
        ("TooManyProviderTokenUpdates" | "TooManyRequests", _) => {
            (Outcome::Busy { wait: None }, None, Next::Done)
        }
        (
            "BadCollapseId" | "BadExpirationDate" | "BadMessageId" | "BadPriority" | "BadPath"
            | "DuplicateHeaders" | "InvalidPushType" | "MethodNotAllowed" | "MissingDeviceToken"
            | "PayloadEmpty" | "PayloadTooLarge",
            _,
        ) => (Outcome::Misconfigured, Some(Alarm::Request), Next::Done),
        ("IdleTimeout" | "InternalServerError" | "ServiceUnavailable" | "Shutdown", _) => {
            (Outcome::TheirSide, None, Next::Elsewhere)
        }
        _ if status.is_server_error() => (Outcome::TheirSide, None, Next::Elsewhere),
        _ => (Outcome::Unknown, None, Next::Done),
    };
    let text = if body.reason.is_empty() { status.as_str() } else { &body.reason };
    Reading { outcome, reason: Reason::new(text), alarm, next }
}

/// What there is to read when no answer came.
pub(super) fn nothing(why: Unanswered) -> Reading {
    let next = if why.elsewhere { Next::Elsewhere } else { Next::Done };
    Reading { outcome: why.outcome, reason: why.reason, alarm: None, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: u16, body: &str) -> (Outcome, Option<Alarm>, Next) {
        let reading = read(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        (reading.outcome, reading.alarm, reading.next)
    }

    fn reason(status: u16, reason: &str) -> (Outcome, Option<Alarm>, Next) {
        row(status, &format!(r#"{{"reason":"{reason}"}}"#))
    }

    #[test]
    fn unregistered_is_gone_since_then() {
        let since = UNIX_EPOCH + Duration::from_millis(1_454_402_113_000);
        for name in ["Unregistered", "ExpiredToken"] {
            let body = format!(r#"{{"reason":"{name}","timestamp":1454402113000}}"#);
            assert_eq!(row(410, &body), (Outcome::Gone { since: Some(since) }, None, Next::Done));
        }
    }

    #[test]
    fn unregistered_without_a_time_is_suspect() {
        assert_eq!(reason(410, "Unregistered"), (Outcome::Suspect, None, Next::Done));
    }

    #[test]
    fn a_bad_device_token_is_suspect() {
        assert_eq!(reason(400, "BadDeviceToken"), (Outcome::Suspect, None, Next::Done));
    }

    #[test]
    fn another_topic_or_environment_is_our_configuration() {
        for name in ["DeviceTokenNotForTopic", "BadTopic", "TopicDisallowed", "BadEnvironmentKeyIdInToken"] {
            let expected = (Outcome::Misconfigured, Some(Alarm::Configuration), Next::Done);
            assert_eq!(reason(403, name), expected, "{name}");
        }
    }

    #[test]
    fn an_expired_token_is_made_anew_once_and_the_clock_looked_at() {
        let expected = (Outcome::Misconfigured, Some(Alarm::Clock), Next::NewToken);
        assert_eq!(reason(403, "ExpiredProviderToken"), expected);
    }

    #[test]
    fn a_token_that_is_not_accepted_is_our_key() {
        for name in ["InvalidProviderToken", "MissingProviderToken"] {
            let expected = (Outcome::Misconfigured, Some(Alarm::Credentials), Next::Done);
            assert_eq!(reason(403, name), expected, "{name}");
        }
    }

    #[test]
    fn a_new_key_wants_new_connections() {
        let expected = (Outcome::Misconfigured, Some(Alarm::Credentials), Next::NewConnections);
        assert_eq!(reason(403, "UnrelatedKeyIdInToken"), expected);
    }

    #[test]
    fn too_many_is_not_tried_again() {
        for name in ["TooManyProviderTokenUpdates", "TooManyRequests"] {
            assert_eq!(reason(429, name), (Outcome::Busy { wait: None }, None, Next::Done), "{name}");
        }
    }

    #[test]
    fn their_failures_are_tried_elsewhere() {
        let expected = (Outcome::TheirSide, None, Next::Elsewhere);
        for (status, name) in [(500, "InternalServerError"), (503, "ServiceUnavailable"), (503, "Shutdown")] {
            assert_eq!(reason(status, name), expected, "{name}");
        }
        assert_eq!(row(502, "<html>"), expected);
        assert_eq!(reason(500, "SomethingNew"), expected);
    }

    #[test]
    fn a_wrong_request_is_ours() {
        for name in ["PayloadTooLarge", "BadCollapseId", "BadPriority", "InvalidPushType"] {
            let expected = (Outcome::Misconfigured, Some(Alarm::Request), Next::Done);
            assert_eq!(reason(400, name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_unknown_keeps_its_text_and_kills_nothing() {
        for (status, body, text) in [
            (400, r#"{"reason":"BrandNew"}"#, "BrandNew"),
            (410, "", "410"),
            (410, "not JSON", "410"),
            (404, r#"{"reason":7}"#, "404"),
            (302, "{}", "302"),
        ] {
            let reading = read(StatusCode::from_u16(status).unwrap(), body.as_bytes());
            assert_eq!((reading.outcome, reading.next), (Outcome::Unknown, Next::Done), "{body}");
            assert_eq!(reading.reason.as_str(), text);
        }
    }
}
