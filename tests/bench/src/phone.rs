//! A phone of the load: it speaks the protocol with two keys of its own, and has nothing of the app.

use crate::clock;
use crate::connection::{Address, Client, Connection};
use crate::key::Key;
use crate::{Error, Outcome};
use authenticator_protocol::answer::{AnswerReply, Approval, End};
use authenticator_protocol::challenge::Challenge;
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::fetch::{Fetch, FetchReply};
use authenticator_protocol::ids::{DeviceId, RequestNonce, WakeId};
use authenticator_protocol::jws::{Message, Unsigned, Unverified};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::problem::{Code, Problem};
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::{header, paths};
use authenticator_protocol::socket::SocketOpening;
use authenticator_protocol::time::Seconds;
use push_service::keys::RingVerify;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use store::SystemRandom;
use tokio::sync::watch;

const JOSE: &[(&str, &str)] = &[("content-type", "application/jose")];

/// A phone that is enrolled.
pub(crate) struct Phone {
    pub(crate) number: usize,
    /// What its user signs in with.
    pub(crate) login: String,
    pub(crate) device: DeviceId,
    pub(crate) device_key: Key,
    pub(crate) approval_key: Key,
    /// When it was last woken, by which wake.
    pub(crate) woken: watch::Sender<Option<(Instant, WakeId)>>,
    /// The machine that it is, with its own memory of TLS sessions.
    client: OnceLock<Client>,
}

/// What the phones of one service know of it.
pub(crate) struct Server {
    pub(crate) address: Address,
    /// The key that signs challenges.
    pub(crate) identity: PublicKey,
    /// Nothing is signed with an earlier time: a service that has just started takes no fetch from before.
    earliest: AtomicU64,
}

impl Server {
    pub(crate) fn new(address: Address, identity: PublicKey) -> Self {
        Self { address, identity, earliest: AtomicU64::new(0) }
    }

    fn now(&self) -> Seconds {
        Seconds(clock::seconds().0.max(self.earliest.load(Ordering::Relaxed)))
    }

    /// From now on phones sign with at least the time that one of them was told. Whether it was told one.
    pub(crate) fn told(&self, problem: &Problem) -> bool {
        let told = problem.now.filter(|_| problem.code == Code::Clock);
        told.is_some_and(|now| {
            self.earliest.fetch_max(now.0, Ordering::Relaxed);
            true
        })
    }
}

/// Tries of a fetch or of a socket's opening: one more after having been told the time.
pub(crate) const TRIES: usize = 2;

/// One challenge in so many is checked as the app checks all of them.
pub(crate) const CHECKED: usize = 16;

impl Phone {
    pub(crate) fn new(number: usize, login: String, device: DeviceId) -> Self {
        let (device_key, approval_key) = (Key::fresh(), Key::fresh());
        Self {
            number,
            login,
            device,
            device_key,
            approval_key,
            woken: watch::Sender::new(None),
            client: OnceLock::new(),
        }
    }

    fn signed<M: Message>(
        &self,
        server: &Server,
        method: &str,
        path: &str,
        message: &M,
        key: &Key,
    ) -> String {
        let nonce = RequestNonce::random(&mut SystemRandom::new());
        let url = format!("{}{path}", server.address.url);
        Unsigned::new(header(method, url, server.now(), nonce, Some(self.device)), message).sign(key)
    }

    /// What opens its socket, and the secret in it.
    pub(crate) fn opening(&self, server: &Server, nonce: Bytes<16>) -> (String, Secret<32>) {
        let secret = Secret(bytes(&mut SystemRandom::new()));
        let opening = SocketOpening { nonce, secret: secret.clone() };
        (self.signed(server, "GET", paths::SOCKET, &opening, &self.device_key), secret)
    }

    /// What waits.
    pub(crate) async fn fetch(
        &self,
        server: &Server,
        connection: &mut Connection,
    ) -> Result<FetchReply, Error> {
        let fetch = Fetch { app: "1.0.0".into(), key_number: 0 };
        for _ in 0..TRIES {
            let jws = self.signed(server, "POST", paths::FETCH, &fetch, &self.device_key);
            let reply = connection.send("POST", paths::FETCH, JOSE, jws.as_bytes()).await?;
            if reply.status == 200 {
                return reply.json();
            }
            let problem: Problem = serde_json::from_slice(&reply.body)?;
            if !server.told(&problem) {
                return Err(format!("a fetch was refused: {problem:?}").into());
            }
        }
        Err("a fetch was refused with the time that was told".into())
    }

    /// Tells that a wake has arrived.
    pub(crate) async fn receipt(&self, wake: WakeId, connection: &mut Connection) -> Outcome {
        let reply = connection.send("POST", &format!("{}/{wake}", paths::RECEIPTS), &[], &[]).await?;
        if reply.status == 204 {
            Ok(())
        } else {
            Err(format!("a receipt was answered by {}", reply.status).into())
        }
    }

    /// Approves what waits with the number; answers when it was signed and sent.
    pub(crate) async fn approve(
        &self,
        server: &Server,
        challenge: &str,
        number: &str,
        connection: &mut Connection,
    ) -> Result<Instant, Error> {
        let asked =
            Unverified::<Challenge>::parse(challenge)?.verify(&server.identity, &Trusting(self.number))?;
        let approval = Approval { challenge: asked.payload.id, hash: asked.hash, number: number.parse()? };
        let jws = self.signed(server, "POST", paths::ANSWER, &approval, &self.approval_key);
        let sent = clock::now();
        let reply: AnswerReply =
            connection.send("POST", paths::ANSWER, JOSE, jws.as_bytes()).await?.json()?;
        let wanted = AnswerReply { end: End::Approved, counted: true };
        if reply == wanted { Ok(sent) } else { Err(format!("not approved: {reply:?}").into()) }
    }

    pub(crate) fn client(&self, server: &Server) -> &Client {
        self.client.get_or_init(|| Client::new(&server.address, self.number))
    }
}

/// Checks signatures for one phone in [`CHECKED`], and takes the others' as they are: what a phone spends on them is
/// not the service's, and would be spent on its machine here.
struct Trusting(usize);

impl authenticator_protocol::keys::Verify for Trusting {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
        !self.0.is_multiple_of(CHECKED) || RingVerify.verify(key, message, signature)
    }
}
