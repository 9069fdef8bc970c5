//! The commands' end of the socket.

use super::Refused;
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::path::{Path, PathBuf};
use tokio::net::UnixStream;

/// A connection to the running service.
pub struct Client {
    sender: SendRequest<Full<Bytes>>,
}

/// Why a command got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error(
        "the service is not running (nothing answers at {0}). Start it: systemctl start styrk; or, by hand: styrk serve"
    )]
    NotRunning(PathBuf),
    /// The socket is there, and this user may not open it.
    #[error(
        "{0}: permission denied. Run the command as root or as the service's user: sudo -u styrk styrk …"
    )]
    NotAllowed(PathBuf),
    /// The connection broke off.
    #[error("the service did not answer: {0}")]
    Broken(String),
    /// The service said no.
    #[error("{}", .0.error)]
    Refused(Refused),
}

fn broken(error: impl std::fmt::Display) -> ClientError {
    ClientError::Broken(error.to_string())
}

impl Client {
    /// Connects to the service that serves this socket.
    pub async fn connect(path: &Path) -> Result<Self, ClientError> {
        let stream = UnixStream::connect(path).await.map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => ClientError::NotAllowed(path.to_owned()),
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                ClientError::NotRunning(path.to_owned())
            }
            _ => ClientError::Broken(format!("{}: {error}", path.display())),
        })?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Asks; the answer's body is not read yet.
    pub async fn open(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<axum::http::Response<Incoming>, ClientError> {
        let body = body.map(serde_json::to_vec).transpose().map_err(broken)?.unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "styrk")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(broken)?;
        self.sender.ready().await.map_err(broken)?;
        let response = self.sender.send_request(request).await.map_err(broken)?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let status = response.status();
        let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
        Err(match serde_json::from_slice(&body) {
            Ok(refused) => ClientError::Refused(refused),
            Err(_) => ClientError::Broken(format!("{status}: {}", String::from_utf8_lossy(&body))),
        })
    }

    /// Asks with a message.
    pub async fn send<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, ClientError> {
        let response = self.open(method, path, body).await?;
        let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
        serde_json::from_slice(&body).map_err(broken)
    }

    /// Asks for something.
    pub async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ClientError> {
        self.send(Method::GET, path, None::<&()>).await
    }

    /// Asks for something to happen.
    pub async fn post<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ClientError> {
        self.send(Method::POST, path, None::<&()>).await
    }
}

/// A name as a part of a path or a query.
pub fn escaped(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
