//! Who is visiting: address, language, cookies; and the sessions that pages require.

use crate::app::App;
use crate::http::pages::sign_in::target;
use crate::http::problem::PageError;
use crate::limits::Place;
use crate::origin;
use crate::pages::{Frame, Page, View};
use authenticator_protocol::code::{Bytes, Hash, Secret, decode_array, encode};
use authenticator_protocol::ids::UserId;
use authenticator_protocol::random::bytes;
use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use sha2::{Digest as _, Sha256};
use signin::device::DeviceState;
use signin::entry::{self, Enough, Verdict};
use signin::request::Origin;
use signin::session::{Level, SessionKey, SessionToken};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use store::{Found, Known, StoreError};
use texts::Language;

/// The id of this request, in its log lines, on its page and in its problem details.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Who is visiting.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The address that counts.
    pub address: IpAddr,
    /// The page's language.
    pub language: Language,
    /// The page's own path and query.
    pub path: String,
    /// This request.
    pub request_id: String,
    /// The cookies.
    pub cookies: CookieJar,
    /// What the phone will be shown of the browser.
    pub origin: Origin,
}

const LANGUAGE: &str = "styrk-language";
const BROWSER: &str = "styrk-browser";
const SESSION: &str = "styrk-session";

impl Visit {
    /// The address that counts, alone.
    pub fn address(app: &App, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        origin::address(peer, headers, &app.config.proxies)
    }

    /// From a request's parts.
    pub fn of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let address = Self::address(app, extensions, headers);
        let cookies = CookieJar::from_headers(headers);
        let chosen = cookies.get(LANGUAGE).and_then(|cookie| Language::from_tag(cookie.value()));
        let asked = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let uri = extensions.get::<OriginalUri>().map(|uri| uri.0.clone()).unwrap_or_default();
        Self {
            address,
            language: chosen.unwrap_or_else(|| Language::negotiate(asked)),
            path: path_and_query(&uri),
            request_id: extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            cookies,
            origin: origin::origin(address, headers),
        }
    }

    /// The session that the cookie names.
    pub fn session_key(&self, app: &App) -> Option<SessionKey> {
        self.cookies
            .get(&name(app, SESSION))
            .and_then(|cookie| decode_array::<32>(cookie.value()))
            .map(|token| key(&token))
    }

    /// The browser that the long-lived cookie names.
    pub fn browser_key(&self, app: &App) -> Option<Hash> {
        self.cookies
            .get(&name(app, BROWSER))
            .and_then(|cookie| decode_array::<32>(cookie.value()))
            .map(|token| key(&token))
    }

    /// Where tries are counted: in this browser, if this user has signed in with it before.
    pub async fn place(&self, app: &App, user: Option<UserId>) -> Result<Place, StoreError> {
        if let (Some(user), Some(browser)) = (user, self.browser_key(app))
            && app.store.recognises(user, browser).await?
        {
            return Ok(Place::Browser(browser));
        }
        Ok(Place::network(self.address))
    }

    /// A fresh session token: the jar that sets it, and its key.
    pub fn fresh_session(&self, app: &App) -> (CookieJar, SessionKey) {
        let token: SessionToken = Secret(bytes(&mut store::SystemRandom::new()));
        (self.cookies.clone().add(cookie(app, SESSION, encode(&token.0))), key(&token.0))
    }

    /// The browser's key, with the cookie that makes it recognisable if it has none.
    pub fn browser(&self, app: &App) -> (CookieJar, Hash) {
        if let Some(key) = self.browser_key(app) {
            return (self.cookies.clone(), key);
        }
        let token: [u8; 32] = bytes(&mut store::SystemRandom::new());
        let mut cookie = cookie(app, BROWSER, encode(&token));
        cookie.make_permanent();
        (self.cookies.clone().add(cookie), key(&token))
    }

    /// The jar that forgets the session.
    pub fn without_session(&self, app: &App) -> CookieJar {
        let mut gone = cookie(app, SESSION, String::new());
        gone.make_removal();
        self.cookies.clone().add(gone)
    }

    /// The jar that remembers a language.
    pub fn with_language(&self, app: &App, language: Language) -> CookieJar {
        let mut cookie = cookie(app, LANGUAGE, language.tag().to_owned());
        cookie.set_name(LANGUAGE);
        cookie.make_permanent();
        self.cookies.clone().add(cookie)
    }

    /// A page for this visit.
    pub fn page(&self, app: &App, user: Option<&str>, view: View) -> Html<String> {
        Html(Page { frame: self.frame(app, user), view }.html())
    }

    fn frame(&self, app: &App, user: Option<&str>) -> Frame {
        let organisation = &app.config.organisation;
        Frame {
            organisation: organisation.name.clone(),
            mark: mark(&organisation.name),
            language: self.language,
            path: self.path.clone(),
            user: user.map(str::to_owned),
            support: organisation.support.clone(),
            request_id: self.request_id.clone(),
            assets: app.assets.clone(),
            script: true,
        }
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self::of(app, &parts.extensions, &parts.headers))
    }
}

/// A visit with at least the password proved.
pub struct Session {
    /// The visit.
    pub visit: Visit,
    /// Session and user.
    pub known: Known,
}

/// Why a page goes elsewhere instead.
pub enum Elsewhere {
    /// There.
    To(String),
    /// A problem.
    Problem(PageError),
}

impl IntoResponse for Elsewhere {
    fn into_response(self) -> Response {
        match self {
            Self::To(path) => Redirect::to(&path).into_response(),
            Self::Problem(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = Elsewhere;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Elsewhere> {
        let visit = Visit::of(app, &parts.extensions, &parts.headers);
        let Some(key) = visit.session_key(app) else { return Err(Elsewhere::To(sign_in(&visit.path, ""))) };
        match app.store.session(key).await.map_err(|error| Elsewhere::Problem(error.into()))? {
            Found::Live(known) => Ok(Self { visit, known: *known }),
            Found::Raised(to) => Err(Elsewhere::To(to)),
            Found::Gone => Err(Elsewhere::To(sign_in(&visit.path, "ended=1&"))),
        }
    }
}

/// A visit to an application that the policy lets in: with a second factor, or from where the password is enough.
pub struct LetIn(pub Session);

impl FromRequestParts<Arc<App>> for LetIn {
    type Rejection = Elsewhere;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Elsewhere> {
        let session = Session::from_request_parts(parts, app).await?;
        let (known, from) = (&session.known.session, session.visit.address);
        let target = target(&session.visit.path);
        match entry::decide(&target, known.level, from, &app.config.policy) {
            Verdict::Enter(Enough::Network(_)) if known.entered.is_none() => {
                let entered = app.store.enter(known.key, target, from).await;
                app.tell(entered.map_err(|error| Elsewhere::Problem(error.into()))?);
                Ok(Self(session))
            }
            Verdict::Enter(_) => Ok(Self(session)),
            Verdict::Ask(_) => Err(ask(app, &session, "").await),
        }
    }
}

/// A visit with a second factor behind it.
pub struct SignedIn(pub Session);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Elsewhere;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Elsewhere> {
        let session = Session::from_request_parts(parts, app).await?;
        if session.known.session.level >= Level::Approved {
            return Ok(Self(session));
        }
        let to = if session.visit.path.starts_with("/security") { "?to=/security" } else { "" };
        Err(ask(app, &session, to).await)
    }
}

/// Where a second factor is asked for.
async fn ask(app: &App, session: &Session, to: &str) -> Elsewhere {
    let devices = match app.store.devices(session.known.user.id).await {
        Ok(devices) => devices,
        Err(error) => return Elsewhere::Problem(error.into()),
    };
    let registered = devices.iter().any(|device| device.state == DeviceState::Active);
    Elsewhere::To(if registered && session.known.session.enrolment.is_none() {
        format!("/sign-in/number{to}")
    } else {
        "/register".to_owned()
    })
}

/// The sign-in page on the way to `path`; a form's address is no place to come back to.
fn sign_in(path: &str, notice: &str) -> String {
    let to = match path.split('?').next().unwrap_or(path) {
        "/apps" | "/security" => path,
        _ => "/apps",
    };
    format!("/sign-in?{notice}to={to}")
}

/// A path of this service that somebody else named, or MyApps: never another origin (open redirect).
pub fn local(path: &str) -> &str {
    let fits = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 512
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if fits { path } else { "/apps" }
}

fn path_and_query(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned())
}

fn key(token: &[u8; 32]) -> Hash {
    Bytes(Sha256::digest(token).into())
}

/// `__Host-` ties a cookie to this host and to TLS; plain http, which only a loopback address may have, cannot.
fn name(app: &App, name: &str) -> String {
    if app.config.public_url.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
}

fn cookie(app: &App, base: &str, value: String) -> Cookie<'static> {
    Cookie::build((name(app, base), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.public_url.is_secure())
        .build()
}

/// The letter in the mark of a name: "Region X" has X.
pub fn mark(name: &str) -> char {
    let word = name.split_whitespace().next_back().unwrap_or_default();
    word.chars().next().and_then(|letter| letter.to_uppercase().next()).unwrap_or('S')
}

/// A page with a status of its own.
pub fn with_status(status: StatusCode, page: impl IntoResponse) -> Response {
    (status, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_service() {
        for path in ["/apps", "/security?x=1", "/a/b"] {
            assert_eq!(local(path), path);
        }
        for path in
            ["", "apps", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/a b", "/å"]
        {
            assert_eq!(local(path), "/apps", "{path}");
        }
    }
}
