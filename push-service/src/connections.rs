//! Connections: taken in, given a place, and ended when they wait too long.

use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::http::{self, frame};
use crate::places::{Place, Places};
use crate::tls::Tls;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, TryFutureExt as _};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use signin::network::{Network, neighbourhood};
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use texts::{Language, Texts};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

/// What connections may take. Times are milliseconds.
#[derive(Clone)]
pub struct Bounds {
    /// What the times are measured by: the machine's clock, since that is what a network lives on.
    pub clock: Arc<dyn Clock>,
    /// Connections in all, sockets of phones among them.
    pub connections: usize,
    /// Those of one network, /24 or /56. The machine itself and proxies are not bound by it.
    pub from_one_network: usize,
    /// From the start of a connection to the end of its first header, the TLS handshake included.
    pub first_header: u64,
    /// From the end of an answer to the end of the next header.
    pub next_header: u64,
}

/// File descriptors that are left for the database, the log and the listener.
const OTHER_FILES: usize = 128;

/// A request line and its header, in bytes. Browsers send one or two thousand.
const MAX_HEADER: usize = 32 * 1024;

/// Milliseconds to rest when no connection can be taken in, because files or memory are used up.
const REST: u64 = 1_000;

impl Default for Bounds {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            // At most about 1 GiB, when each has sent all of a header and all of a body.
            connections: 16_384,
            // An eighth: a network that fills its share leaves seven to others.
            from_one_network: 2_048,
            // A phone gives up after 15 s.
            first_header: 10_000,
            // Longer than the 60 s after which a proxy ends an idle connection: whoever ends first loses nothing.
            next_header: 75_000,
        }
    }
}

impl Bounds {
    /// So many connections, in a process that may have so many files open.
    #[must_use]
    pub fn within(connections: usize, files: u64) -> Self {
        let all = Self::default();
        let room = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(OTHER_FILES);
        let connections = connections.min(room);
        Self { connections, from_one_network: connections / 8, ..all }
    }
}

/// The place of the connection that a request came over: whoever goes on using the connection keeps it.
#[derive(Clone)]
pub struct Connection(pub Arc<Place>);

/// Says in the extensions of an answer that its body goes on for so many milliseconds at most. The connection keeps its
/// place until the body is over.
#[derive(Clone, Copy)]
pub struct Lasting(pub u64);

/// What a connection does.
#[derive(Clone, Copy)]
enum Work {
    /// It waits for a request.
    Waits,
    /// A request is being answered.
    Answers,
    /// The answer's body goes on, for so many milliseconds at most.
    Lasts(u64),
}

/// Keeps the place of a connection whose answer lasts.
struct Kept {
    place: Connection,
    work: watch::Sender<Work>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.place.0.idle();
        self.work.send_replace(Work::Waits);
    }
}

/// The same answer, which keeps the place until its body is over.
fn lasting(answer: Response<Body>, kept: Kept) -> Response<Body> {
    answer.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |part| {
            let _kept = &kept;
            part
        }))
    })
}

/// Takes connections of browsers and phones in until the service stops, and lets those that are open finish.
pub async fn serve(app: Arc<App>, listener: TcpListener, bounds: Bounds) {
    let (router, tls) = (http::router(Arc::clone(&app)), app.tls.is_some());
    take_in(app, listener, bounds, router, tls).await;
}

/// The same for whoever reads the metrics: a few, and without TLS.
pub async fn serve_metrics(app: Arc<App>, listener: TcpListener) {
    let bounds = Bounds { connections: 16, from_one_network: 16, ..Bounds::default() };
    let router = http::health::metrics(Arc::clone(&app));
    take_in(app, listener, bounds, router, false).await;
}

async fn take_in(app: Arc<App>, listener: TcpListener, bounds: Bounds, router: Router, tls: bool) {
    let places = Places::new(bounds.connections, bounds.from_one_network);
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = app.stop.begun() => break,
            Some(_) = open.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = places.take(network(peer.ip(), &app.config.proxies)) else {
                    tracing::debug!("no place for another connection");
                    continue;
                };
                let place = Connection(Arc::new(place));
                let (app, bounds, router) = (Arc::clone(&app), bounds.clone(), router.clone());
                open.spawn(talk(Line { app, bounds, peer, place, router, tls }, stream));
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::error!(%error, "taking in a connection");
                bounds.clock.sleep(REST).await;
            }
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

/// The network that a connection is counted under.
fn network(peer: IpAddr, proxies: &[Network]) -> Option<Network> {
    let peer = peer.to_canonical();
    let is_ours = peer.is_loopback() || proxies.iter().any(|network| network.contains(peer));
    (!is_ours).then(|| neighbourhood(peer))
}

/// It went away before it was taken in.
fn is_the_peers(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}

/// What a connection is for as long as it lives.
struct Line {
    app: Arc<App>,
    bounds: Bounds,
    peer: SocketAddr,
    place: Connection,
    router: Router,
    tls: bool,
}

async fn talk(line: Line, stream: TcpStream) {
    // A waiting page should not wait for a delayed acknowledgement as well.
    let _ = stream.set_nodelay(true);
    let patience = line.bounds.clock.sleep(line.bounds.first_header);
    let Some(tls) = line.app.tls.as_ref().filter(|_| line.tls) else {
        return line.serve(stream, patience).await;
    };
    // Whoever only shakes hands is idle: the place may be taken, and the time is that of the first header.
    let mut patience = patience;
    let handshake = tokio::select! {
        handshake = shake_hands(tls, stream) => handshake,
        () = line.place.0.lost() => return tracing::debug!("a handshake made room for another connection"),
        () = &mut patience => return tracing::debug!("a handshake took too long"),
        () = line.app.stop.begun() => return,
    };
    match handshake {
        Ok(stream) => line.serve(stream, patience).await,
        Err(error) => tracing::debug!(%error, "no TLS"),
    }
}

/// The first byte of a TLS record that opens a connection (RFC 8446 section 5.1).
const HANDSHAKE: u8 = 22;

async fn shake_hands(tls: &Tls, mut stream: TcpStream) -> Result<TlsStream<TcpStream>, Error> {
    let mut first = [HANDSHAKE];
    stream.peek(&mut first).await?;
    if first[0].is_ascii_alphabetic() {
        // Somebody who has left out the s should read why nothing comes.
        stream.write_all(plain_http().as_bytes()).await?;
        stream.shutdown().await?;
        return Err(Error::other("plain HTTP"));
    }
    tls.acceptor.accept(stream).await
}

/// In every language, since the request that would say which one is not read.
fn plain_http() -> String {
    let body = Language::ALL.map(|language| Texts::new(language).page_plain_http()).join("\n");
    let mut headers = HeaderMap::new();
    frame::harden(&mut headers);
    let lines =
        headers.iter().filter_map(|(name, value)| Some(format!("{name}: {}\r\n", value.to_str().ok()?)));
    format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\n{}\r\n{body}",
        body.len(),
        lines.collect::<String>()
    )
}

impl Line {
    async fn serve<S>(self, stream: S, mut patience: BoxFuture<'static, ()>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Self { app, bounds, peer, place, router, .. } = self;
        let (working, mut work) = watch::channel(Work::Waits);
        let service = service_fn(|mut request: Request<Incoming>| {
            working.send_replace(Work::Answers);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(place.clone());
            router.clone().oneshot(request).map_ok(|answer| {
                if let Some(Lasting(millis)) = answer.extensions().get().copied() {
                    working.send_replace(Work::Lasts(millis));
                    return lasting(answer, Kept { place: place.clone(), work: working.clone() });
                }
                // A socket of a phone takes the connection over, and its place.
                if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
                    place.0.idle();
                }
                working.send_replace(Work::Waits);
                answer
            })
        });
        let connection = http1::Builder::new()
            .max_buf_size(MAX_HEADER)
            .max_header_size(MAX_HEADER)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let (mut stopping, mut stop) = (false, pin!(app.stop.begun()));
        loop {
            tokio::select! {
                // Broken off, or done.
                _ = &mut connection => return,
                () = place.0.lost() => return tracing::debug!("a connection made room for another"),
                () = &mut patience => return tracing::debug!("a connection waited too long for a request"),
                () = &mut stop, if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                // The sender lives in the service of this connection.
                _ = work.changed() => {
                    patience = match *work.borrow_and_update() {
                        Work::Answers => std::future::pending().boxed(),
                        Work::Waits => bounds.clock.sleep(bounds.next_header),
                        // Whoever does not read it is not waited for without an end.
                        Work::Lasts(millis) => bounds.clock.sleep(millis.saturating_add(bounds.next_header)),
                    };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_connections_are_counted_together() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let counted =
            |address: &str| network(address.parse().unwrap(), &proxies).map(|network| network.to_string());
        assert_eq!(counted("192.0.2.7").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(counted("::ffff:192.0.2.7").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(counted("2001:db8:1:2ff::9").as_deref(), Some("2001:db8:1:200::/56"));
        for ours in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"] {
            assert_eq!(counted(ours), None, "{ours}");
        }
    }

    #[test]
    fn files_are_left_for_the_database() {
        assert_eq!(Bounds::within(16_384, 1_024).connections, 896);
        assert_eq!(Bounds::within(16_384, u64::MAX).connections, 16_384);
        assert_eq!(Bounds::within(16_384, 0).connections, 0);
        assert_eq!(Bounds::within(40_000, u64::MAX).from_one_network, 5_000, "an eighth of what is set");
    }
}
