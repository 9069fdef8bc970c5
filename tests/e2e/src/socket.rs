//! The phone's socket by hand.

use crate::{Error, RawPhone};
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::{Greeting, SocketOpening};
use futures_util::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use store::SystemRandom;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A socket that the service has greeted.
pub struct RawSocket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// To be signed.
    pub nonce: Bytes<16>,
}

/// What a socket brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Brought {
    /// A frame of text.
    Text(String),
    /// A frame of bytes.
    Binary(Vec<u8>),
    /// The end, with its code.
    Closed(Option<u16>),
}

impl RawSocket {
    /// Connects and takes the greeting.
    pub async fn connect(service: &str) -> Result<Self, Error> {
        let url = format!("{}{}", service.replacen("http", "ws", 1), paths::SOCKET);
        let (stream, _) = connect_async(url).await?;
        let mut socket = Self { stream, nonce: Bytes([0; 16]) };
        match socket.next().await? {
            Brought::Text(text) => socket.nonce = serde_json::from_str::<Greeting>(&text)?.nonce,
            other => return Err(format!("no greeting but {other:?}").into()),
        }
        Ok(socket)
    }

    /// Says something.
    pub async fn say(&mut self, text: &str) -> Result<(), Error> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// What comes next, within ten seconds.
    pub async fn next(&mut self) -> Result<Brought, Error> {
        self.within(Duration::from_secs(10)).await
    }

    /// What comes next, within a time of the machine's.
    pub async fn within(&mut self, patience: Duration) -> Result<Brought, Error> {
        let frame = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return Brought::Text(text.to_string()),
                    Some(Ok(Message::Binary(bytes))) => return Brought::Binary(bytes.to_vec()),
                    Some(Ok(Message::Close(frame))) => {
                        return Brought::Closed(frame.map(|it| it.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Brought::Closed(None),
                }
            }
        };
        Ok(tokio::time::timeout(patience, frame).await?)
    }

    /// The end; what comes before it is thrown away.
    pub async fn closed(&mut self) -> Result<Option<u16>, Error> {
        loop {
            if let Brought::Closed(code) = self.next().await? {
                return Ok(code);
            }
        }
    }
}

impl RawPhone {
    /// The opening that answers this greeting, with the secret of the channel.
    pub fn opening(&self, nonce: Bytes<16>) -> (String, Secret<32>) {
        let secret = Secret(bytes(&mut SystemRandom::new()));
        let opening = SocketOpening { nonce, secret: secret.clone() };
        (Unsigned::new(self.header("GET", paths::SOCKET), &opening).sign(&self.device_key), secret)
    }

    /// An open socket: its first wake has come.
    pub async fn socket(&self, service: &str) -> Result<(RawSocket, Secret<32>), Error> {
        let (mut socket, secret) = self.try_socket(service).await?;
        match socket.next().await? {
            Brought::Binary(_) => Ok((socket, secret)),
            other => Err(format!("no wake but {other:?}").into()),
        }
    }

    /// A socket that may be refused.
    pub async fn try_socket(&self, service: &str) -> Result<(RawSocket, Secret<32>), Error> {
        let mut socket = RawSocket::connect(service).await?;
        let (opening, secret) = self.opening(socket.nonce);
        socket.say(&opening).await?;
        Ok((socket, secret))
    }
}
