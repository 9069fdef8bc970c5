//! Requests as they are, answers as they come: no redirects are followed, no cookies kept.

use crate::Error;
use authenticator_protocol::problem::{Code, Problem};
use axum::body::Bytes;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use std::net::IpAddr;

/// A client without habits.
#[derive(Clone)]
pub struct Web {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Every header.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Web {
    /// For the service at `base`.
    pub fn new(base: &str) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), base: base.to_owned() }
    }

    /// The same, from this address of this machine.
    pub fn from(base: &str, address: IpAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address));
        Self { client: Client::builder(TokioExecutor::new()).build(connector), base: base.to_owned() }
    }

    /// Sends exactly this.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Reply, Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Full::new(body.into()))?).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes().to_vec();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// GET with these cookies.
    pub async fn get(&self, path: &str, cookies: &str) -> Result<Reply, Error> {
        self.send(Method::GET, path, &[("cookie", cookies)], Vec::new()).await
    }

    /// A form of our own page, with these cookies.
    pub async fn post(&self, path: &str, cookies: &str, form: &str) -> Result<Reply, Error> {
        let headers = [
            ("cookie", cookies),
            ("origin", self.base.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, path, &headers, form.to_owned()).await
    }

    /// A signed message.
    pub async fn jose(&self, path: &str, jws: impl Into<Bytes>) -> Result<Reply, Error> {
        self.send(Method::POST, path, &[("content-type", "application/jose")], jws).await
    }
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| format!("{} {}: {error}", self.status, self.text()).into())
    }

    /// The body as problem details, which it must be down to its headers.
    pub fn problem(&self) -> Result<Problem, Error> {
        let problem: Problem = self.json()?;
        let right = self.header("content-type") == "application/problem+json"
            && problem.instance.as_deref() == Some(self.header("x-request-id"))
            && problem.kind == format!("urn:styrk:error:{}", problem.code.as_str())
            && problem.status == self.status
            && !problem.title.is_empty();
        if right { Ok(problem) } else { Err(format!("problem details in disorder: {self:?}").into()) }
    }

    /// The code of the problem, whose status is the one that goes with it.
    pub fn refused(&self) -> Result<Code, Error> {
        let problem = self.problem()?;
        if problem.code.status() == self.status {
            Ok(problem.code)
        } else {
            Err(format!("{} with status {}", problem.code.as_str(), self.status).into())
        }
    }

    /// What sets the cookie `name`, attributes and all.
    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get_all(SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        all.into_iter().find(|cookie| cookie.split('=').next() == Some(name))
    }
}
