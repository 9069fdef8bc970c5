//! What the fakes have in common: TLS, HTTP/2, and a script.

use super::certificate::TestCertificate;
use super::frames::{Frames, Limit};
use crate::clock::Clock;
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason as Code, RecvStream};
use http::{HeaderMap, Request, Response};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// Longer than anything takes that works.
const MINUTE: Duration = Duration::from_secs(60);

/// What a fake does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// What its own rules say.
    Judge,
    /// Takes it, whatever it is.
    Accept,
    /// Answers so, with these headers.
    Answer(u16, String, Vec<(&'static str, String)>),
    /// Resets the stream.
    Reset,
    /// Says that it looked at nothing (REFUSED_STREAM).
    Refuse,
    /// Says GOAWAY, and answers after that.
    GoAway(Box<Act>),
    /// Says GOAWAY and closes, without an answer.
    Shutdown,
    /// Never answers.
    Hang,
    /// Answers when so much time has passed on its clock.
    Slow(Duration, Box<Act>),
    /// 200 with a body that is no JSON.
    WrongJson,
}

impl Act {
    /// An answer with a status and a body.
    pub fn answer(status: u16, body: &str) -> Self {
        Self::Answer(status, body.to_owned(), Vec::new())
    }

    /// An answer of APNs: a status and a reason.
    pub fn reason(status: u16, reason: &str) -> Self {
        Self::answer(status, &format!(r#"{{"reason":"{reason}"}}"#))
    }
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// Counts connections from 0.
    pub connection: u64,
    /// `/3/device/…`.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Received {
    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What a fake does with its next requests, and what it has received.
#[derive(Clone, Default)]
pub struct Script(Arc<Inner>);

#[derive(Default)]
struct Inner {
    acts: Mutex<VecDeque<Act>>,
    always: Mutex<Option<Act>>,
    received: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
    connections: AtomicU64,
    open: AtomicUsize,
    over_limit: Arc<AtomicUsize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Script {
    /// Then does this with the next request that nothing was said about.
    pub fn then(&self, act: Act) -> &Self {
        lock(&self.0.acts).push_back(act);
        self
    }

    /// Does this with each request for which nothing else was said; `None`: what the rules say.
    pub fn always(&self, act: Option<Act>) {
        *lock(&self.0.always) = act;
    }

    /// What came in so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.0.received).clone()
    }

    /// Ends when so many requests have come in.
    ///
    /// # Panics
    ///
    /// When they do not come within a minute.
    pub async fn until_received(&self, count: usize) {
        let mut seen = self.0.count.subscribe();
        // This object holds the sender.
        let came = tokio::time::timeout(MINUTE, seen.wait_for(|seen| *seen >= count)).await;
        assert!(came.is_ok(), "{count} requests were expected, {} came", self.received().len());
    }

    /// How many requests have come in, as it grows.
    pub fn arrivals(&self) -> watch::Receiver<usize> {
        self.0.count.subscribe()
    }

    /// Connections that were ever made.
    pub fn connections(&self) -> u64 {
        self.0.connections.load(Ordering::SeqCst)
    }

    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.0.open.load(Ordering::SeqCst)
    }

    /// Requests beyond the limit of streams that their connection had been told.
    pub fn over_limit(&self) -> usize {
        self.0.over_limit.load(Ordering::SeqCst)
    }

    fn next(&self) -> Act {
        lock(&self.0.acts).pop_front().or_else(|| lock(&self.0.always).clone()).unwrap_or(Act::Judge)
    }

    fn note(&self, received: Received) {
        let mut all = lock(&self.0.received);
        all.push(received);
        self.0.count.send_replace(all.len());
    }
}

/// A provider's own rules. One object for each connection.
pub(super) trait Rules: Send + Sync + 'static {
    /// What they say to a request.
    fn judge(&self, request: &Received) -> Response<String>;
    /// What stands in a good answer.
    fn accept(&self, request: &Received) -> Response<String>;
    /// How many streams a connection may have before and after the first that was answered with 200.
    fn streams(&self) -> (u32, u32) {
        (1000, 1000)
    }
    /// Which script a request belongs to.
    fn script<'a>(&'a self, _: &Received, of_server: &'a Script) -> &'a Script {
        of_server
    }
}

/// A server on a free port of 127.0.0.1.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    task: AbortHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start<R: Rules>(
        certificate: &TestCertificate,
        clock: Arc<dyn Clock>,
        script: Script,
        rules: impl Fn() -> R + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let tls = TlsAcceptor::from(certificate.server());
        let task = tokio::spawn(async move {
            // Dropped with this task, and all of them with it.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = script.0.connections.fetch_add(1, Ordering::SeqCst);
                let connection = Connection {
                    number,
                    clock: Arc::clone(&clock),
                    script: script.clone(),
                    rules: Arc::new(rules()),
                };
                connections.spawn(connection.serve(stream, tls.clone()));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, task: task.abort_handle() }
    }
}

struct Connection<R> {
    number: u64,
    clock: Arc<dyn Clock>,
    script: Script,
    rules: Arc<R>,
}

enum Command {
    GoAway,
    Close,
}

/// Counts what is open.
struct Open(Script);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl<R: Rules> Connection<R> {
    async fn serve(self, stream: TcpStream, tls: TlsAcceptor) {
        // A sender that is slow shall not be able to blame us for it.
        let _ = stream.set_nodelay(true);
        let Ok(stream) = tls.accept(stream).await else { return };
        self.script.0.open.fetch_add(1, Ordering::SeqCst);
        let _open = Open(self.script.clone());
        let limit = Limit::new(self.rules.streams().0, Arc::clone(&self.script.0.over_limit));
        let _ = self.speak(Frames::new(stream, limit.clone()), limit).await;
    }

    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin, limit: Limit) -> Result<(), h2::Error> {
        let mut connection = h2::server::handshake(stream).await?;
        let (commands, mut commanded) = mpsc::channel(16);
        let this = Arc::new(self);
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                request = connection.accept() => {
                    let Some(request) = request else { return Ok(()) };
                    let (request, respond) = request?;
                    let (this, limit, commands) = (Arc::clone(&this), limit.clone(), commands.clone());
                    tasks.spawn(this.handle(request, respond, commands, limit));
                }
                command = commanded.recv() => match command {
                    Some(Command::GoAway) => connection.graceful_shutdown(),
                    Some(Command::Close) => connection.abrupt_shutdown(Code::NO_ERROR),
                    None => {}
                },
            }
        }
    }

    async fn handle(
        self: Arc<Self>,
        request: Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
        commands: mpsc::Sender<Command>,
        limit: Limit,
    ) {
        let (head, mut stream) = request.into_parts();
        let mut body = Vec::new();
        while let Some(Ok(chunk)) = stream.data().await {
            let _ = stream.flow_control().release_capacity(chunk.len());
            body.extend_from_slice(&chunk);
        }
        let path = head.uri.path_and_query().map_or_else(String::new, ToString::to_string);
        let received = Received { connection: self.number, path, headers: head.headers, body: body.into() };
        let script = self.rules.script(&received, &self.script);
        let act = script.next();
        script.note(received.clone());
        self.act(act, &received, &mut respond, &commands, &limit).await;
    }

    async fn act(
        &self,
        mut act: Act,
        received: &Received,
        respond: &mut SendResponse<Bytes>,
        commands: &mpsc::Sender<Command>,
        limit: &Limit,
    ) {
        let response = loop {
            match act {
                Act::Judge => break self.rules.judge(received),
                Act::Accept => break self.rules.accept(received),
                Act::Answer(status, body, headers) => {
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    break response.body(body).expect("a test knows what a header is");
                }
                Act::WrongJson => break Response::new("<html>{".to_owned()),
                Act::Reset => return respond.send_reset(Code::INTERNAL_ERROR),
                Act::Refuse => return respond.send_reset(Code::REFUSED_STREAM),
                Act::Hang => return std::future::pending().await,
                Act::Shutdown => {
                    let _ = commands.send(Command::Close).await;
                    return std::future::pending().await;
                }
                Act::GoAway(after) => {
                    let _ = commands.send(Command::GoAway).await;
                    act = *after;
                }
                Act::Slow(duration, after) => {
                    self.clock.sleep(duration).await;
                    act = *after;
                }
            }
        };
        if response.status().is_success() {
            limit.set(self.rules.streams().1);
        }
        let (head, body) = response.into_parts();
        if let Ok(mut stream) = respond.send_response(Response::from_parts(head, ()), body.is_empty())
            && !body.is_empty()
        {
            let _ = stream.send_data(body.into(), true);
        }
    }
}
