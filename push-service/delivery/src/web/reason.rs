//! What a push service says, and what it means (RFC 8030, sections 5 to 7; UnifiedPush, "Push server").
//!
//! Push services are chosen by the receivers, so nothing that one says is about others: a refusal makes the address
//! suspect, and never stops the sender.

use crate::answer::{Outcome, Reason};
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use std::time::{Duration, SystemTime};

/// Reads an answer.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Outcome {
    match status.as_u16() {
        200..=299 => {
            let id = headers.get(LOCATION).and_then(|at| at.to_str().ok()).map(Reason::new);
            Outcome::Accepted { id }
        }
        404 | 410 => Outcome::Gone { since: None },
        // A redirect leads where nobody has looked.
        300..=399 | 401 | 403 => Outcome::Suspect,
        429 => Outcome::Busy { wait: retry_after(headers, now) },
        500..=599 => Outcome::TheirSide,
        _ => Outcome::Unknown,
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). At most a day.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(wait.min(Duration::from_secs(86_400)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn row(status: u16, headers: &[(&'static str, &'static str)]) -> Outcome {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        read(StatusCode::from_u16(status).unwrap(), &headers.collect(), UNIX_EPOCH)
    }

    #[test]
    fn created_is_accepted_with_its_address() {
        let id = Some(Reason::new("/message/1"));
        assert_eq!(row(201, &[("location", "/message/1")]), Outcome::Accepted { id });
        assert_eq!(row(200, &[]), Outcome::Accepted { id: None });
    }

    #[test]
    fn not_found_and_gone_are_gone() {
        assert_eq!(row(404, &[]), Outcome::Gone { since: None });
        assert_eq!(row(410, &[]), Outcome::Gone { since: None });
    }

    #[test]
    fn a_refusal_or_a_redirect_is_suspect() {
        for status in [301, 302, 307, 308, 401, 403] {
            assert_eq!(row(status, &[("location", "http://169.254.169.254/")]), Outcome::Suspect, "{status}");
        }
    }

    #[test]
    fn too_many_says_until_when() {
        let busy = |seconds| Outcome::Busy { wait: Some(Duration::from_secs(seconds)) };
        assert_eq!(row(429, &[("retry-after", "7")]), busy(7));
        assert_eq!(row(429, &[("retry-after", "Thu, 01 Jan 1970 00:02:00 GMT")]), busy(120));
        assert_eq!(row(429, &[("retry-after", "99999999999")]), busy(86_400));
        assert_eq!(row(429, &[("retry-after", "soon")]), Outcome::Busy { wait: None });
        assert_eq!(row(429, &[]), Outcome::Busy { wait: None });
    }

    #[test]
    fn a_failure_is_theirs() {
        assert_eq!(row(500, &[]), Outcome::TheirSide);
        assert_eq!(row(503, &[]), Outcome::TheirSide);
    }

    #[test]
    fn anything_else_is_unknown() {
        for status in [100, 400, 413, 418] {
            assert_eq!(row(status, &[]), Outcome::Unknown, "{status}");
        }
    }
}
