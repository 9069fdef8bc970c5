//! A browser without a window: cookies, redirects, forms. For tests that do not need a real one.

use crate::Error;
use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE, USER_AGENT};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// One browser, with its own cookies.
pub struct Visitor {
    client: Client<HttpConnector, Full<Bytes>>,
    service: String,
    cookies: BTreeMap<String, String>,
    agent: &'static str,
}

/// What came back, after redirects.
#[derive(Debug)]
pub struct Answer {
    /// The status of the last answer.
    pub status: StatusCode,
    /// Where it came from: the path.
    pub path: String,
    /// The page.
    pub body: String,
}

impl Visitor {
    /// A Firefox on Windows that visits `service`.
    pub fn new(service: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            service: service.to_owned(),
            cookies: BTreeMap::new(),
            agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
        }
    }

    /// The same, from this address of this machine.
    pub fn from(service: &str, address: IpAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address));
        Self { client: Client::builder(TokioExecutor::new()).build(connector), ..Self::new(service) }
    }

    /// Goes to this address of this machine: a laptop that is carried elsewhere.
    pub fn moves_to(&mut self, address: IpAddr) {
        self.client = Self::from(&self.service, address).client;
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Sets a cookie, as a thief or a restored browser would.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// GET, following redirects.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Error> {
        self.go(Method::GET, path, None, &[]).await
    }

    /// A form of our own page, following redirects.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Result<Answer, Error> {
        let origin = self.service.clone();
        self.go(Method::POST, path, Some(encode(form)), &[(ORIGIN.as_str(), &origin)]).await
    }

    /// A form with headers of the caller's choice, following redirects.
    pub async fn post_with(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<Answer, Error> {
        self.go(Method::POST, path, Some(encode(form)), headers).await
    }

    /// Signs in with a password; lands on the number, or in registration.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Result<Answer, Error> {
        self.post("/sign-in", &[("login", login), ("password", password), ("to", "/apps")]).await
    }

    /// Types these characters into the page of a registration, as it stands now.
    pub async fn type_characters(&mut self, typed: &str) -> Result<Answer, Error> {
        let enrolment = self.get("/register").await?.enrolment().unwrap_or_default();
        self.post("/register/characters", &[("enrolment", &enrolment), ("characters", typed)]).await
    }

    async fn go(
        &mut self,
        mut method: Method,
        path: &str,
        mut form: Option<String>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, Error> {
        let mut path = path.to_owned();
        for _ in 0..10 {
            let mut request =
                Request::builder().method(method.clone()).uri(format!("{}{path}", self.service));
            request = request.header(USER_AGENT, self.agent).header("accept-language", "en");
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if !cookies.is_empty() {
                request = request.header(COOKIE, cookies.join("; "));
            }
            if form.is_some() {
                request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
            }
            let body = Full::new(Bytes::from(form.take().unwrap_or_default()));
            let response = self.client.request(request.body(body)?).await?;
            for cookie in response.headers().get_all(SET_COOKIE) {
                self.keep(cookie.to_str()?);
            }
            let (status, location) = (response.status(), response.headers().get(LOCATION).cloned());
            let body = String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec())?;
            match location {
                Some(to) if status.is_redirection() => {
                    let to = to.to_str()?;
                    if !to.starts_with('/') || to.starts_with("//") {
                        return Err(format!("a redirect to elsewhere: {to}").into());
                    }
                    path = to.to_owned();
                    method = Method::GET;
                }
                _ => return Ok(Answer { status, path, body }),
            }
        }
        Err("more than ten redirects".into())
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// The number that the page shows.
    pub fn number(&self) -> Option<String> {
        let after = self.body.split_once("id=\"number\">")?.1.split_once("</span>")?.1;
        let digits = after.split_once('<')?.0.trim();
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.to_owned())
    }

    /// The enrolment link that the page shows.
    pub fn link(&self) -> Option<String> {
        let after = self.body.split_once("class=\"here\" href=\"")?.1;
        Some(after.split_once('"')?.0.replace("&#38;", "&").replace("&#x2F;", "/"))
    }

    /// The registration that the page's form is for.
    pub fn enrolment(&self) -> Option<String> {
        let after = self.body.split_once("name=\"enrolment\" value=\"")?.1;
        Some(after.split_once('"')?.0.to_owned())
    }

    /// E-mail and code for people who type them.
    pub fn typed(&self) -> Option<(String, String)> {
        let list = self.body.split_once("<dl class=\"by-hand\">")?.1;
        let login = list.split_once("<dd class=\"copy\">")?.1.split_once('<')?.0;
        let code = list.split_once("aria-hidden=\"true\">")?.1.split_once('<')?.0;
        Some((login.to_owned(), code.to_owned()))
    }

    /// Where the page waits.
    pub fn wait(&self) -> Option<String> {
        let after = self.body.split_once("data-wait=\"")?.1;
        Some(after.split_once('"')?.0.replace("&#38;", "&").replace("&amp;", "&"))
    }

    /// The code that stands small beneath.
    pub fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

fn encode(form: &[(&str, &str)]) -> String {
    let part = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    form.iter().map(|(name, value)| format!("{}={}", part(name), part(value))).collect::<Vec<_>>().join("&")
}
