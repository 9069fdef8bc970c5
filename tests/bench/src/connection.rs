//! Connections to the service, plain or TLS, and as much of HTTP/1.1 as it answers with. Kept small, because the load
//! runs on the machine that is measured.

use crate::Error;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, HandshakeKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

/// Bytes in both directions.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// What was connected so far.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    connections: AtomicU64,
    full: AtomicU64,
    resumed: AtomicU64,
}

/// The same at one moment, or between two.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) connections: u64,
    pub(crate) full: u64,
    pub(crate) resumed: u64,
}

impl Counts {
    pub(crate) fn now(&self) -> Counted {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counted { connections: read(&self.connections), full: read(&self.full), resumed: read(&self.resumed) }
    }
}

impl Counted {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            connections: self.connections - before.connections,
            full: self.full - before.full,
            resumed: self.resumed - before.resumed,
        }
    }
}

/// Where the service is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// `https://localhost:PORT`
    pub(crate) url: String,
    pub(crate) authority: String,
    pub(crate) socket: SocketAddr,
    /// For clients; each takes its own copy, so that each has its own tickets.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) counts: Arc<Counts>,
}

/// One client machine: its address, its memory of TLS sessions.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    from: Ipv4Addr,
    tls: Option<TlsConnectorOf>,
}

#[derive(Clone)]
struct TlsConnectorOf(TlsConnector);

impl std::fmt::Debug for TlsConnectorOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsConnector")
    }
}

/// Sessions that a client remembers.
const SESSIONS: usize = 4;

impl Client {
    pub(crate) fn new(address: &Address, number: usize) -> Self {
        let tls = address.tls.as_ref().map(|config| {
            let mut own = ClientConfig::clone(config);
            own.resumption = rustls::client::Resumption::in_memory_sessions(SESSIONS);
            TlsConnectorOf(TlsConnector::from(Arc::new(own)))
        });
        // Many addresses, so that closed connections do not use up the ports of one.
        let last = u8::try_from(number % 200).unwrap_or(0) + 2;
        Self { from: Ipv4Addr::new(127, 0, 0, last), tls }
    }

    /// Connects, with TLS where the service has it.
    pub(crate) async fn connect(&self, address: &Address) -> Result<Box<dyn Wire>, Error> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.from, 0).into())?;
        let stream = socket.connect(address.socket).await?;
        stream.set_nodelay(true)?;
        address.counts.connections.fetch_add(1, Ordering::Relaxed);
        let Some(TlsConnectorOf(connector)) = &self.tls else { return Ok(Box::new(stream)) };
        let name = ServerName::try_from("localhost")?;
        let stream = connector.connect(name, stream).await?;
        let kind = match stream.get_ref().1.handshake_kind() {
            Some(HandshakeKind::Resumed) => &address.counts.resumed,
            _ => &address.counts.full,
        };
        kind.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(stream))
    }
}

/// An open connection that requests go over, one after the other.
pub(crate) struct Connection {
    wire: Box<dyn Wire>,
    authority: String,
    read: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Every value of a header, by its name in lower case.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        if !(200..300).contains(&self.status) {
            return Err(format!("{}: {}", self.status, String::from_utf8_lossy(&self.body)).into());
        }
        Ok(serde_json::from_slice(&self.body)?)
    }
}

impl Connection {
    pub(crate) async fn open(client: &Client, address: &Address) -> Result<Self, Error> {
        let wire = client.connect(address).await?;
        Ok(Self { wire, authority: address.authority.clone(), read: Vec::with_capacity(2048) })
    }

    /// One request and its answer.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, Error> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.authority);
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        if method != "GET" {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(body);
        self.wire.write_all(&request).await?;
        self.wire.flush().await?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<Reply, Error> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            self.more().await?;
        };
        let head = String::from_utf8(self.read.drain(..end + 4).take(end).collect())?;
        let status = head.get(9..12).ok_or("no status")?.parse()?;
        let mut reply = Reply { status, head, body: Vec::new() };
        let length: usize = match reply.values("content-length").next() {
            Some(length) => length.parse()?,
            None if status == 204 => 0,
            None => return Err(format!("an answer without a length: {}", reply.head).into()),
        };
        while self.read.len() < length {
            self.more().await?;
        }
        reply.body = self.read.drain(..length).collect();
        Ok(reply)
    }

    async fn more(&mut self) -> Result<(), Error> {
        match self.wire.read_buf(&mut self.read).await? {
            0 => Err("the service closed the connection".into()),
            _ => Ok(()),
        }
    }

    /// Says goodbye, as a client does that is done.
    pub(crate) async fn close(mut self) {
        // Whether the other side still listens does not matter.
        let _ = self.wire.shutdown().await;
    }
}
