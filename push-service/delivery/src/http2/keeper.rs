//! Keeps one connection up: connects, watches over it, and begins again.

use super::pool::Shared;
use crate::answer::{Reason, with_causes};
use crate::clock::left;
use crate::endpoint::Endpoint;
use crate::pause::pause;
use bytes::Bytes;
use h2::client::{Connection, SendRequest};
use h2::{Ping, PingPong};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// For TCP, TLS and the first frames together.
const CONNECTING: Duration = Duration::from_secs(5);
/// Without an answer for this long, a PING finds out whether the path is still there.
const IDLE: Duration = Duration::from_secs(30);
/// For the answer to a PING.
const PONG: Duration = Duration::from_secs(5);
/// A connection that ends within this time, without any answer, has failed.
const SHORT: Duration = Duration::from_secs(1);
/// Between two tries to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What senders tell the keeper of their connection.
#[derive(Default)]
pub(super) struct Signals {
    /// It takes nothing more: replace it. Its last streams end by themselves.
    pub(super) leave: Notify,
    /// A request went unanswered: send a PING now.
    pub(super) look: Notify,
    answered: AtomicBool,
    useful: AtomicBool,
    renewed: AtomicBool,
}

impl Signals {
    /// It is to be replaced although it is fine.
    pub(super) fn renew(&self) {
        self.renewed.store(true, Ordering::Relaxed);
        self.leave.notify_one();
    }

    pub(super) fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
        self.useful.store(true, Ordering::Relaxed);
    }
}

type Stream = TlsStream<TcpStream>;

/// Runs until it is aborted.
pub(super) async fn keep(shared: Arc<Shared>, slot: usize) {
    let mut failures = 0;
    loop {
        match connect(&shared).await {
            Err(reason) => {
                shared.failed(slot, reason);
                failures += 1;
            }
            Ok((sender, connection)) => {
                let began = shared.clock.now();
                let signals = Arc::new(Signals::default());
                watch(&shared, slot, sender, connection, &signals).await;
                // A peer that closes what it has just accepted is not asked again at once.
                let was_short = !left(began + SHORT, shared.clock.now()).is_zero();
                let was_good =
                    signals.useful.load(Ordering::Relaxed) || signals.renewed.load(Ordering::Relaxed);
                failures = if was_short && !was_good { failures + 1 } else { 0 };
            }
        }
        if failures > 0 {
            shared.clock.sleep(pause(failures, FIRST_PAUSE, LONGEST_PAUSE)).await;
        }
    }
}

async fn connect(shared: &Shared) -> Result<(SendRequest<Bytes>, Connection<Stream, Bytes>), Reason> {
    let at = &shared.endpoint;
    let connecting = async {
        let stream = dial(at, &shared.tls).await?;
        let mut builder = h2::client::Builder::new();
        builder.initial_max_send_streams(1).enable_push(false).max_header_list_size(16 * 1024);
        builder.handshake(stream).await.map_err(|error| with_causes(&error))
    };
    let connected = tokio::select! {
        connected = connecting => connected,
        () = shared.clock.sleep(CONNECTING) => Err("no answer within 5 s".to_owned()),
    };
    connected.map_err(|why| Reason::new(&format!("cannot connect to {}: {why}", at.authority)))
}

async fn dial(at: &Endpoint, tls: &Arc<ClientConfig>) -> Result<Stream, String> {
    let stream =
        TcpStream::connect((at.host.as_str(), at.port)).await.map_err(|error| with_causes(&error))?;
    stream.set_nodelay(true).map_err(|error| with_causes(&error))?;
    let name = ServerName::try_from(at.host.clone()).map_err(|error| with_causes(&error))?;
    let tls = TlsConnector::from(Arc::clone(tls));
    let stream = tls.connect(name, stream).await.map_err(|error| with_causes(&error))?;
    if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
        return Err("does not speak HTTP/2".to_owned());
    }
    Ok(stream)
}

/// Until the connection takes nothing more.
async fn watch(
    shared: &Arc<Shared>,
    slot: usize,
    sender: SendRequest<Bytes>,
    mut connection: Connection<Stream, Bytes>,
    signals: &Arc<Signals>,
) {
    let pings = connection.ping_pong().expect("asked for once");
    // By itself: after a GOAWAY its last streams end while the next connection is made.
    let mut driver = tokio::spawn(connection);
    let mut guard = AbortOnDrop(Some(driver.abort_handle()));
    let serial = shared.up(slot, sender, Arc::clone(signals));
    tokio::select! {
        _ = &mut driver => {}
        () = signals.leave.notified() => drop(guard.0.take()),
        // The guard ends the driver, and with it whatever waits for an answer.
        () = lost(shared, serial, pings, signals) => {}
    }
    shared.leaving(slot, serial);
}

/// Ends when a PING stays unanswered.
async fn lost(shared: &Shared, serial: u64, mut pings: PingPong, signals: &Signals) {
    loop {
        tokio::select! {
            () = shared.clock.sleep(IDLE) => {
                if signals.answered.swap(false, Ordering::Relaxed) {
                    continue;
                }
            }
            () = signals.look.notified() => {}
        }
        tokio::select! {
            pong = pings.ping(Ping::opaque()) => match pong {
                Ok(_) => shared.answers(serial),
                // The driver ends with the same error.
                Err(_) => std::future::pending().await,
            },
            () = shared.clock.sleep(PONG) => return,
        }
    }
}

struct AbortOnDrop(Option<AbortHandle>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::fake::FakeApns;
    use crate::trust::Trust;

    /// A lone push is two segments, and the second would wait for the peer's delayed ACK: 40 ms for each push.
    #[tokio::test]
    async fn nagles_algorithm_is_off() {
        let fake = FakeApns::start("example.app", Arc::new(SystemClock)).await;
        let tls = Trust::nobody().and(fake.root().as_bytes()).unwrap().client(&[b"h2"]);
        let stream = dial(&fake.endpoint(), &Arc::new(tls)).await.unwrap();
        assert!(stream.get_ref().0.nodelay().unwrap());
    }
}
