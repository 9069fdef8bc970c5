//! What holds for every request: its name, its headers, where it may come from, and how errors are written.

use crate::app::App;
use crate::connections::Connection;
use crate::http::api::caller::CalledBy;
use crate::http::problem::{ApiError, PageError};
use crate::http::visit::{RequestId, Visit};
use crate::pages::View;
use crate::pages::assets::CONTENT_SECURITY_POLICY;
use crate::pages::problem::Problem;
use authenticator_protocol::code::CROCKFORD;
use authenticator_protocol::problem::Code;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::paths::RECEIPTS;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tracing::Instrument as _;

/// All of this, around every request. One layer, since a request that passes one copies all that lies within.
pub async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let inner = |app, request| caught(request, |request| whole_body(app, request, next));
    name(request, |request| finish(app, request, inner)).await
}

/// Gives the request a name that people can read out on the telephone: `7F3K-2Q9D`.
async fn name<F: Future<Output = Response>>(
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let random: [u8; 8] = bytes(&mut store::SystemRandom::new());
    let mut id: String = random.iter().map(|byte| char::from(CROCKFORD[usize::from(byte & 31)])).collect();
    id.insert(4, '-');
    request.extensions_mut().insert(RequestId(id.clone()));
    let uri = request.uri().clone();
    request.extensions_mut().insert(OriginalUri(uri));
    // The path alone, since a query may hold what somebody typed; and no wake's id, which would name a phone's wake.
    let path = request.uri().path();
    let path = if path.starts_with(RECEIPTS) { RECEIPTS } else { path };
    let span = tracing::info_span!("request", id, method = %request.method(), path);
    let mut response = next(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Writes the bodies of errors, and the headers that every answer has.
async fn finish<F: Future<Output = Response>>(
    app: Arc<App>,
    request: Request,
    next: impl FnOnce(Arc<App>, Request) -> F,
) -> Response {
    let path = request.uri().path().to_owned();
    let for_programs = path.starts_with("/api/");
    let address = Visit::address(&app, request.extensions(), request.headers());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    // Language, cookies and browser are for whoever may get a page.
    let visit = (!for_programs).then(|| Visit::of(&app, request.extensions(), request.headers()));
    let mut response = next(Arc::clone(&app), request).await;
    let (api, page) =
        (response.extensions().get::<ApiError>().cloned(), response.extensions().get::<PageError>().copied());
    if let Some(error) = api {
        let status = response.status();
        let (code, field, detail) = error.said();
        let caller = response.extensions().get::<CalledBy>().map(|by| tracing::field::display(by.0));
        tracing::info!(
            status = status.as_u16(),
            code,
            field,
            detail,
            %address,
            relying_party = caller,
            "refused"
        );
        // What a layer within has said stays said.
        let said = std::mem::take(response.headers_mut());
        response = (status, axum::Json(error.body(&id))).into_response();
        response.headers_mut().extend(
            said.into_iter()
                .filter_map(|(name, value)| Some((name?, value)))
                .filter(|(name, _)| ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name)),
        );
        set(response.headers_mut(), header::CONTENT_TYPE, "application/problem+json");
        if let Some(value) =
            error.retry_after.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
    } else if let (Some(PageError(problem)), Some(visit)) = (page, &visit) {
        let status = response.status();
        tracing::info!(status = status.as_u16(), ?problem, %address, "refused");
        response = (status, visit.page(&app, None, View::Problem(problem))).into_response();
        if let Problem::TooManyRequests { minutes } = problem {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(minutes * 60));
        }
        if let Problem::Unavailable = problem {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(2));
        }
    } else if let Some(visit) = &visit
        && response.status().is_client_error()
        && response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind != "text/html; charset=utf-8")
    {
        // An extractor of the framework refused: say it on a page of ours.
        let problem = match response.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
            StatusCode::METHOD_NOT_ALLOWED => Problem::MethodNotAllowed,
            StatusCode::NOT_FOUND => Problem::NotFound,
            _ => Problem::FormExpired,
        };
        response = (response.status(), visit.page(&app, None, View::Problem(problem))).into_response();
    }
    harden(response.headers_mut());
    if app.config.public_url.is_secure() {
        set(response.headers_mut(), header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    app.metrics.answered(&path, response.status().as_u16());
    response
}

/// What every answer says, whoever reads it: a browser keeps nothing of it, guesses nothing, runs nothing that is not
/// ours, and shows it in nobody's frame. Only what a handler has called public may be kept.
pub fn harden(headers: &mut HeaderMap) {
    let is_public = |said: &HeaderValue| said.as_bytes().starts_with(b"public");
    if !headers.get(header::CACHE_CONTROL).is_some_and(is_public) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    set(headers, header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(headers, HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// A handler that panics has failed, and nobody else with it. The line of the log is [`crate::logs`]'.
async fn caught<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let uri = request.uri().clone();
    // What a handler leaves half done is either committed whole or not at all, or a count behind a lock.
    let answered = AssertUnwindSafe(next(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| refuse(&uri, Code::Internal, Problem::Internal))
}

/// The largest body, in bytes: a signed message, or a form.
const MAX_BODY: usize = 16 * 1024;

/// Milliseconds for a body to arrive. A phone gives up after 15 s as well.
const BODY: u64 = 15_000;

/// Reads the body before anybody looks at it: it is neither long nor does it take long.
async fn whole_body(app: Arc<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let read = tokio::select! {
        biased;
        read = Limited::new(body, MAX_BODY).collect() => read,
        () = app.clock.sleep(BODY) => return refuse(&parts.uri, Code::TooSlow, Problem::TooSlow),
    };
    let body = match read {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return refuse(&parts.uri, Code::TooLarge, Problem::TooLarge);
        }
        Err(_) => return refuse(&parts.uri, Code::Malformed, Problem::FormExpired),
    };
    // Until here a stranger can make it last, so until here somebody else may have the place.
    if let Some(Connection(place)) = parts.extensions.get() {
        place.busy();
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Whether a browser says that another site's page asks. Phones and programs say nothing (RFC 6455 section 10.2).
pub fn is_foreign(app: &App, headers: &HeaderMap) -> bool {
    let own = app.config.public_url.url("");
    headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes() != own.as_bytes())
}

/// A form counts only when our own page sent it (CSRF): every browser says where a POST comes from.
pub async fn same_site_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        || comes_from(&app.config.public_url.url(""), request.headers())
    {
        next.run(request).await
    } else {
        PageError(Problem::CrossSite).into_response()
    }
}

fn comes_from(origin: &str, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) if site != "same-origin" => false,
        (_, Some(from)) => from == origin,
        (site, None) => site == Some("same-origin"),
    }
}

/// There is no such page.
pub async fn not_found(uri: Uri) -> Response {
    refuse(&uri, Code::NotFound, Problem::NotFound)
}

/// The page takes another method.
pub async fn method_not_allowed(uri: Uri) -> Response {
    refuse(&uri, Code::Method, Problem::MethodNotAllowed)
}

fn refuse(uri: &Uri, code: Code, problem: Problem) -> Response {
    if uri.path().starts_with("/api/") {
        ApiError::plain(code).into_response()
    } else {
        PageError(problem).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Format;
    use crate::logs::{self, Lines, tests::Disk};
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tracing_subscriber::EnvFilter;

    fn from(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        comes_from("https://mfa.example", &headers)
    }

    #[test]
    fn a_form_of_another_site_does_not_count() {
        assert!(from(&[("origin", "https://mfa.example")]));
        assert!(from(&[("sec-fetch-site", "same-origin"), ("origin", "https://mfa.example")]));
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(!from(&[]));
        assert!(!from(&[("origin", "null")]));
        assert!(!from(&[("origin", "https://evil.example")]));
        assert!(!from(&[("origin", "https://mfa.example.evil.example")]));
        assert!(!from(&[("sec-fetch-site", "same-site"), ("origin", "https://mfa.example")]));
        assert!(!from(&[("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("sec-fetch-site", "none")]));
    }

    #[tokio::test]
    #[expect(clippy::panic, reason = "what is to be caught")]
    async fn a_panic_is_a_line_with_the_requests_id_and_an_answer() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(logs::panicked));
        let mut seen = Vec::new();
        for format in [Format::Text, Format::Json] {
            let disk = Disk::default();
            let lines = Lines::to(disk.clone()).unwrap();
            let log = logs::written(lines.clone(), format, EnvFilter::new("info"));
            let _log = tracing::dispatcher::set_default(&log);
            let routes = Router::new()
                .route("/api/v1/fails", get(async || -> &str { panic!("number 47\nforged") }))
                .route("/fails", get(async || -> &str { panic!("a page") }))
                .route("/works", get(async || "yes"))
                .layer(from_fn(|request, next: Next| {
                    name(request, |request| caught(request, |request| next.run(request)))
                }));
            for path in ["/api/v1/fails", "/fails", "/works"] {
                let request = Request::builder().uri(path).body(Body::empty()).unwrap();
                let answer = routes.clone().oneshot(request).await.unwrap();
                let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
                let refused =
                    answer.extensions().get::<ApiError>().is_some_and(|error| error.is(Code::Internal));
                let page =
                    matches!(answer.extensions().get::<PageError>(), Some(PageError(Problem::Internal)));
                seen.push((answer.status().as_u16(), refused, page));
                lines.settled();
                let written = disk.written();
                let line = written.lines().find(|line| line.contains(&id)).map(str::to_owned);
                let Some(line) = line else {
                    assert_eq!(path, "/works", "{written}");
                    continue;
                };
                assert!(line.contains("panicked") && line.contains("frame.rs:"), "{line}");
                if format == Format::Json {
                    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
                    assert_eq!((&line["level"], &line["span"]["id"]), (&"ERROR".into(), &id.as_str().into()));
                }
            }
            assert_eq!(disk.written().lines().count(), 2);
        }
        std::panic::set_hook(hook);
        let once = [(500, true, false), (500, false, true), (200, false, false)];
        assert_eq!(seen, [once, once].concat());
    }
}
