//! A push service that takes what RFC 8030 and RFC 8292 ask for.

use super::certificate::TestCertificate;
use super::server::{Received, Rules, Script, Server};
use crate::clock::Clock;
use http::Response;
use std::sync::Arc;

/// A push service on loopback. It cannot read what it gets.
pub struct FakeWebPush {
    server: Server,
    /// What it does, and what it has received.
    pub script: Script,
    certificate: TestCertificate,
}

impl FakeWebPush {
    /// Starts one.
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let (script, certificate) = (Script::default(), TestCertificate::valid());
        let server = Server::start(&certificate, clock, script.clone(), || Judge).await;
        Self { server, script, certificate }
    }

    /// An endpoint of a subscription here.
    pub fn endpoint(&self) -> String {
        format!("https://localhost:{}/push/anna", self.server.address.port())
    }

    /// What its certificate leads to, in PEM.
    pub fn root(&self) -> &str {
        self.certificate.pem()
    }
}

struct Judge;

impl Rules for Judge {
    fn judge(&self, request: &Received) -> Response<String> {
        let signed = request.header("authorization");
        let status = match () {
            () if !request.path.starts_with("/push/") => 404,
            () if !(signed.starts_with("vapid t=") && signed.contains(", k=")) => 401,
            () if request.header("ttl").parse::<u32>().is_err() => 400,
            () if request.header("content-encoding") != "aes128gcm" => 415,
            () if request.body.len() > 4096 => 413,
            () => return self.accept(request),
        };
        Response::builder().status(status).body(String::new()).expect("a status")
    }

    fn accept(&self, _: &Received) -> Response<String> {
        Response::builder()
            .status(201)
            .header("location", "/message/1")
            .body(String::new())
            .expect("a status")
    }
}
