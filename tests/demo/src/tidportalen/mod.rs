//! Tidportalen: a small web application of the organisation, in a process of its own. It has no passwords; whoever
//! says who they are gets in when their phone approves. It knows the service's address, its own id and its key, no more.

mod approvals;
mod pages;
mod sessions;

use crate::Error;
use crate::application::Introduction;
use approvals::{Approvals, Trouble, Wish};
use authenticator_protocol::code::encode;
use axum::extract::{ConnectInfo, Form, Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY,
    SET_COOKIE, USER_AGENT, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use pages::Words;
use ring::rand::SystemRandom;
use serde::Deserialize;
use serde_json::json;
use sessions::{Session, Sessions, Stage};
use std::collections::VecDeque;
use std::io::{BufRead as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Seconds that a page waits for the answer before it asks again.
const WAIT: u64 = 25;

/// Ports that are tried, from the first one.
const PORTS: u16 = 20;

/// The longest address that a user types.
const LONGEST: usize = 200;

struct Site {
    approvals: Approvals,
    sessions: Sessions,
    host: String,
}

/// Serves until whoever started it lets go of the input.
pub async fn run() -> Result<(), Error> {
    let mut introduction = String::new();
    std::io::stdin().lock().read_line(&mut introduction)?;
    let Introduction { service, id, key, port } = serde_json::from_str(&introduction)?;
    // Ctrl-C in a terminal reaches this process too; the end comes through the input.
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    let listener = listen(port).await?;
    let host = listener.local_addr()?.to_string();
    say(&format!("http://{host}"))?;
    let clock = Clock::default();
    let over = clock.follow();
    let approvals = Approvals::new(service, id, key, clock);
    let site = Arc::new(Site { approvals, sessions: Sessions::default(), host });
    let router = router(site).into_make_service_with_connect_info::<SocketAddr>();
    tokio::select! {
        served = axum::serve(listener, router) => Ok(served?),
        _ = over => Ok(()),
    }
}

/// This address and not `localhost`: cookies know no ports, and the service's are none of our business.
async fn listen(port: u16) -> Result<TcpListener, Error> {
    let last = if port == 0 { 0 } else { port.saturating_add(PORTS) };
    let mut failed = None;
    for port in port..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = Some(error),
        }
    }
    Err(format!("no port from {port} to {last} is free: {failed:?}").into())
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// The demo's time, which it tells when asked: a line out, and the seconds as a line in.
#[derive(Clone, Default)]
struct Clock(Arc<Mutex<VecDeque<oneshot::Sender<u64>>>>);

impl Clock {
    async fn now(&self) -> Result<u64, Error> {
        let told = {
            let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (tell, told) = oneshot::channel();
            say("now")?;
            asked.push_back(tell);
            told
        };
        Ok(told.await?)
    }

    /// Reads what the demo tells. Ends with the demo, however that ended.
    fn follow(&self) -> oneshot::Receiver<()> {
        let (clock, (end, over)) = (self.clone(), oneshot::channel());
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                let asked = clock.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                if let (Some(asked), Ok(seconds)) = (asked, line.parse()) {
                    // Whoever asked may have left.
                    let _ = asked.send(seconds);
                }
            }
            drop(end);
        });
        over
    }
}

/// 128 random bits.
fn random() -> String {
    let random = ring::rand::generate::<[u8; 16]>(&SystemRandom::new());
    encode(&random.expect("the system has random numbers").expose())
}

fn router(site: Arc<Site>) -> Router {
    let file =
        |kind: &'static str, text: &'static str| get(move || async move { ([(CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/", get(index))
        .route("/wait", get(wait))
        .route("/sign-in", post(sign_in))
        .route("/cancel", post(cancel))
        .route("/sign-out", post(sign_out))
        .route("/page.css", file("text/css", include_str!("page.css")))
        .route("/page.js", file("text/javascript", include_str!("page.js")))
        .route("/icon.svg", file("image/svg+xml", include_str!("icon.svg")))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard))
        .with_state(site)
}

const HEADERS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
    (VARY, "accept-language, cookie"),
];

/// Forms come from our own pages, and every answer has its headers.
async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let own = format!("http://{}", site.host);
    let here = text(request.headers(), &HOST) == site.host;
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let ours = reads || text(request.headers(), &ORIGIN) == own;
    let mut response = if !here {
        Redirect::temporary(&own).into_response()
    } else if !ours {
        StatusCode::FORBIDDEN.into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Site {
    /// The session, after a look at how its request stands, which may take so many seconds.
    async fn look(&self, id: &str, wait: u64) -> Result<Option<Session>, Trouble> {
        if let Some(Session { stage: Stage::Asked(opened), .. }) = self.sessions.get(id) {
            let end = match self.approvals.end(&opened, wait).await {
                Ok(None) => return Ok(self.sessions.get(id)),
                Ok(Some(end)) if end == "approved" => Stage::SignedIn,
                Ok(Some(end)) => Stage::Ended(end),
                Err(Trouble::Failed) => Stage::Ended("failed".to_owned()),
                Err(trouble) => return Err(trouble),
            };
            self.sessions.conclude(id, &opened, end);
        }
        Ok(self.sessions.get(id))
    }
}

async fn index(State(site): State<Arc<Site>>, headers: HeaderMap, uri: Uri) -> Html<String> {
    let words = Words::preferred(text(&headers, &ACCEPT_LANGUAGE));
    let id = sessions::cookie(&headers);
    // Without an answer the page stands as it was, and waits on.
    let session = site.look(id, 0).await.unwrap_or_else(|_| site.sessions.get(id));
    Html(match session {
        None => words.form(uri.query() == Some("signed-out")),
        Some(Session { user, stage: Stage::Asked(opened), .. }) => words.number(&opened, &user),
        Some(Session { user, stage: Stage::Ended(end), .. }) => words.ended(&end, &user),
        Some(Session { user, stage: Stage::SignedIn, .. }) => words.signed_in(&user),
    })
}

async fn wait(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    match site.look(sessions::cookie(&headers), WAIT).await {
        Ok(session) => {
            let waits = matches!(session, Some(Session { stage: Stage::Asked(_), .. }));
            Json(json!({ "changed": !waits })).into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
}

async fn sign_in(
    State(site): State<Arc<Site>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let user = form.email.trim().to_owned();
    if user.is_empty() || user.len() > LONGEST {
        return Redirect::to("/").into_response();
    }
    // A newer question of the same browser supersedes the older one.
    let before = site.sessions.remove(sessions::cookie(&headers));
    let asking = before.map_or_else(random, |session| session.asking);
    let (browser, system) = agent(text(&headers, &USER_AGENT));
    let address = from.ip().to_string();
    let wish = Wish { user: user.clone(), session: asking.clone(), address, browser, system };
    let stage = match site.approvals.ask(&wish).await {
        Ok(opened) => Stage::Asked(opened),
        Err(Trouble::Busy) => Stage::Ended("busy".to_owned()),
        Err(Trouble::Unreachable) => Stage::Ended("unreachable".to_owned()),
        Err(Trouble::Failed) => Stage::Ended("failed".to_owned()),
    };
    // Always a fresh one: nobody can have put it there.
    let id = site.sessions.add(Session { asking, user, stage });
    ([(SET_COOKIE, sessions::set_cookie(&id))], Redirect::to("/")).into_response()
}

async fn cancel(State(site): State<Arc<Site>>, headers: HeaderMap) -> Redirect {
    let session = site.sessions.get(sessions::cookie(&headers));
    if let Some(Session { stage: Stage::Asked(opened), .. }) = session {
        // If that fails, the page goes on waiting, and says so.
        let _ = site.approvals.cancel(&opened).await;
    }
    Redirect::to("/")
}

async fn sign_out(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.sessions.remove(sessions::cookie(&headers));
    ([(SET_COOKIE, sessions::no_cookie())], Redirect::to("/?signed-out")).into_response()
}

/// What the browser calls itself. Edge says Chrome too, and everybody says Safari.
fn agent(text: &str) -> (Option<&'static str>, Option<&'static str>) {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
    };
    let browsers = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    (first(&browsers), first(&systems))
}
