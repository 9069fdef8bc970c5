//! Keeps others out: the page holds phones that can approve, and every web site can reach a loopback port.
//!
//! Host is checked against DNS rebinding, Origin against other sites' requests (also of the WebSocket, which
//! browsers open to anywhere), and a strict content security policy stands behind the page's own care.

use super::Problem;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// On every answer.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), clipboard-read=(self), microphone=(), geolocation=()",
    ),
];

pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let host = one(headers, header::HOST).ok_or(Problem::Host)?;
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    if !["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        return Err(Problem::Host);
    }
    let reads = [Method::GET, Method::HEAD].contains(method) && uri.path() != "/live";
    let own = one(headers, header::ORIGIN).and_then(|origin| origin.strip_prefix("http://")) == Some(host);
    if reads || own { Ok(()) } else { Err(Problem::Origin) }
}

/// The only header of that name.
fn one(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(method: Method, path: &str, host: &str, origin: Option<&str>) -> Result<(), Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        check(&method, &path.parse().unwrap(), &headers)
    }

    #[test]
    fn only_loopback_names_are_answered_to() {
        for host in ["localhost:7501", "127.0.0.1:7501", "[::1]:7501", "localhost"] {
            assert_eq!(checked(Method::GET, "/", host, None), Ok(()), "{host}");
        }
        for host in ["rebound.example:7501", "localhost.example", "127.0.0.1.example:80", "localhost:x", ""] {
            assert_eq!(checked(Method::GET, "/", host, None), Err(Problem::Host), "{host}");
        }
        assert_eq!(check(&Method::GET, &"/".parse().unwrap(), &HeaderMap::new()), Err(Problem::Host));
    }

    #[test]
    fn only_the_own_page_changes_anything() {
        let host = "127.0.0.1:7501";
        for (method, path) in [
            (Method::POST, "/phones/1/event"),
            (Method::DELETE, "/phones/1"),
            (Method::GET, "/live"),
            (Method::GET, "/live?lang=sv"),
        ] {
            let checked = |origin| checked(method.clone(), path, host, origin);
            assert_eq!(checked(Some("http://127.0.0.1:7501")), Ok(()));
            for other in [
                None,
                Some("null"),
                Some("https://evil.example"),
                Some("http://127.0.0.1:7500"),
                Some("http://localhost:7501"),
                Some("https://127.0.0.1:7501"),
            ] {
                assert_eq!(checked(other), Err(Problem::Origin), "{method} {path} {other:?}");
            }
        }
        assert_eq!(checked(Method::GET, "/e", host, Some("https://elsewhere.example")), Ok(()));
    }
}
