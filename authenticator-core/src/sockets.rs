//! One socket for each account while the app is in front (property 23). It only wakes: what waits is fetched.

use crate::Core;
use crate::effect::{EffectKind, Key, Outcome};
use crate::event::Frame;
use crate::network::{JOSE, Party, Pending, signature};
use crate::push::Registering;
use crate::state::Account;
use crate::text::Text;
use authenticator_protocol::code::Secret;
use authenticator_protocol::json;
use authenticator_protocol::jws::Unsigned;
use authenticator_protocol::problem::Problem;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::{CLOSE_ENDED, Greeting, SocketOpening};
use authenticator_protocol::time::Millis;
use authenticator_protocol::wake::Wake;

/// How long sockets stay open after the app went to the back, in milliseconds.
const GRACE: u64 = 30_000;
/// The first wait before a socket is opened again, in milliseconds; it doubles up to the last.
const FIRST_WAIT: u64 = 1_000;
const LAST_WAIT: u64 = 60_000;
/// A socket that stayed open this long was a good one: the next wait is the first again.
const GOOD: u64 = 30_000;
/// A receipt is worth little waiting.
const RECEIPT_TIMEOUT: u64 = 10_000;
/// Receipts of one account that are under way at most: a service that wakes without end gets no more of this phone.
const RECEIPTS: usize = 8;

/// What is under way between this phone and the service of one account.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// A fetch is on its way.
    pub(crate) fetching: bool,
    /// Another one is wanted after it.
    pub(crate) again: bool,
    /// Why the last fetch came to nothing.
    pub(crate) trouble: Option<Text>,
    /// What came last as a request was not signed by the key that is pinned.
    pub(crate) unproven: bool,
    link: Link,
    /// How often in a row a socket has failed.
    failed: u32,
    pub(crate) registering: Registering,
}

/// The socket.
#[derive(Debug, Default)]
enum Link {
    #[default]
    Closed,
    /// To be opened again when the timer fires.
    Pausing { timer: u64 },
    /// Asked for; the service greets first.
    Opening { socket: u64 },
    /// Greeted; the opening is being signed.
    Signing { socket: u64 },
    /// Open, as far as this phone knows: `settled` once the service has woken it or refused the opening. Wakes carry a tag
    /// made with the secret.
    Open { socket: u64, secret: Secret<32>, since: Millis, settled: bool },
}

impl Link {
    fn socket(&self) -> Option<u64> {
        match self {
            Self::Closed | Self::Pausing { .. } => None,
            Self::Opening { socket } | Self::Signing { socket } | Self::Open { socket, .. } => Some(*socket),
        }
    }
}

impl Core {
    /// The app is in front: sockets open, or stay open.
    pub(crate) fn came_to_front(&mut self) {
        self.front = true;
        if let Some(timer) = self.grace.take() {
            self.queue.push(EffectKind::CancelTimer { timer });
        }
        self.take_back_notification();
        for id in self.book.live() {
            self.connect(&id);
        }
    }

    /// The app is at the back: sockets close after a while, for people who only look something up.
    pub(crate) fn went_to_back(&mut self) {
        self.front = false;
        if self.grace.is_none() {
            self.grace = Some(self.queue.timer(GRACE));
        }
    }

    /// Opens the socket of `id`, unless it is open; does not wait any longer if it was waiting.
    pub(crate) fn connect(&mut self, id: &str) {
        let Some(account) = self.book.get(id).filter(|account| account.is_live() && self.front) else {
            return;
        };
        let line = self.lines.entry(id.to_owned()).or_default();
        match line.link {
            Link::Closed => {}
            Link::Pausing { timer } => {
                self.queue.push(EffectKind::CancelTimer { timer });
            }
            Link::Opening { .. } | Link::Signing { .. } | Link::Open { .. } => return,
        }
        let socket = self.queue.number();
        line.link = Link::Opening { socket };
        self.queue.push(EffectKind::OpenSocket { socket, url: account.server.socket_url(paths::SOCKET) });
    }

    /// The same over a network that has changed: whatever was open is no longer to be trusted to bring anything.
    pub(crate) fn connect_anew(&mut self, id: &str) {
        self.disconnect(id);
        self.connect(id);
    }

    /// Closes the socket of `id`, and does not open it again.
    pub(crate) fn disconnect(&mut self, id: &str) {
        let Some(line) = self.lines.get_mut(id) else { return };
        match std::mem::take(&mut line.link) {
            Link::Closed => {}
            Link::Pausing { timer } => {
                self.queue.push(EffectKind::CancelTimer { timer });
            }
            Link::Opening { socket } | Link::Signing { socket } | Link::Open { socket, .. } => {
                self.queue.push(EffectKind::CloseSocket { socket });
            }
        }
    }

    /// A frame arrived.
    pub(crate) fn socket_message(&mut self, socket: u64, frame: Frame) {
        let Some((id, line)) = self.lines.iter_mut().find(|(_, line)| line.link.socket() == Some(socket))
        else {
            self.ignored += 1;
            return;
        };
        let id = id.clone();
        match (&mut line.link, frame) {
            (Link::Opening { .. }, Frame::Text(text)) => match json::read(text.as_bytes()) {
                Some(greeting) => {
                    line.link = Link::Signing { socket };
                    self.greeted(&id, socket, greeting);
                }
                None => self.ignored += 1,
            },
            // The opening is refused. A fetch learns why, and what to do about it.
            (Link::Open { settled: settled @ false, .. }, Frame::Text(text))
                if json::read::<Problem>(text.as_bytes()).is_some() =>
            {
                *settled = true;
                self.fetch(&id);
            }
            (Link::Open { secret, settled, .. }, Frame::Binary(bytes)) => match Wake::from_bytes(&bytes) {
                Some(wake) if wake.is_for(secret) => {
                    *settled = true;
                    self.woken(&id, &wake);
                }
                _ => self.ignored += 1,
            },
            _ => self.ignored += 1,
        }
    }

    fn greeted(&mut self, id: &str, socket: u64, greeting: Greeting) {
        let Some(account) = self.book.get(id) else { return };
        let party = Party::from(account);
        let secret: Secret<32> = Secret(bytes(&mut self.random));
        let header = party.header(self, "GET", paths::SOCKET);
        let unsigned =
            Unsigned::new(header, &SocketOpening { nonce: greeting.nonce, secret: secret.clone() });
        let effect = self.queue.push(EffectKind::Sign {
            account: id.to_owned(),
            key: Key::Device,
            message: unsigned.as_str().as_bytes().to_vec(),
            reason: None,
        });
        self.pending.insert(effect, Pending::Opening { account: id.to_owned(), socket, secret, unsigned });
    }

    /// The opening was signed, or not.
    pub(crate) fn opened(
        &mut self,
        id: &str,
        socket: u64,
        secret: Secret<32>,
        unsigned: &Unsigned,
        outcome: Outcome,
    ) {
        let Some(account) = self.book.get(id) else { return };
        let key = account.device_key;
        let since = self.now;
        let Some(line) = self.lines.get_mut(id).filter(|line| line.link.socket() == Some(socket)) else {
            return;
        };
        match signature(&key, unsigned, outcome) {
            Ok(text) => {
                line.link = Link::Open { socket, secret, since, settled: false };
                self.queue.push(EffectKind::SendSocket { socket, text });
            }
            Err(_) => {
                self.queue.push(EffectKind::CloseSocket { socket });
                self.pause(id);
            }
        }
    }

    /// A push brought a wake. A channel's secret shows whose it is; when none fits, all are asked.
    pub(crate) fn wake_arrived(&mut self, bytes: &[u8]) {
        let Some(wake) = Wake::from_bytes(bytes) else {
            self.ignored += 1;
            return;
        };
        let by_socket = self.lines.iter().find_map(|(id, line)| match &line.link {
            Link::Open { secret, .. } if wake.is_for(secret) => Some(id.clone()),
            _ => None,
        });
        let now = self.now;
        let fits = |account: &&Account| account.registered.secrets(now).any(|secret| wake.is_for(secret));
        let by_push = || self.book.accounts.iter().find(fits).map(|account| account.id.clone());
        match by_socket.or_else(by_push) {
            Some(id) => self.woken(&id, &wake),
            None => self.fetch_all(),
        }
    }

    fn woken(&mut self, id: &str, wake: &Wake) {
        let under_way = |pending: &&Pending| matches!(pending, Pending::Receipt(account) if account == id);
        let receipts = self.pending.values().filter(under_way).count();
        if receipts < RECEIPTS {
            self.acknowledge(id, wake);
        }
        self.fetch(id);
    }

    fn acknowledge(&mut self, id: &str, wake: &Wake) {
        let Some(account) = self.book.get(id) else { return };
        let effect = self.queue.push(EffectKind::Post {
            url: account.server.url(&format!("{}/{}", paths::RECEIPTS, wake.id)),
            content_type: JOSE.to_owned(),
            body: Vec::new(),
            timeout: RECEIPT_TIMEOUT,
        });
        self.pending.insert(effect, Pending::Receipt(id.to_owned()));
    }

    /// A socket has ended.
    pub(crate) fn socket_closed(&mut self, socket: u64, code: Option<u16>) {
        let Some((id, line)) = self.lines.iter_mut().find(|(_, line)| line.link.socket() == Some(socket))
        else {
            self.ignored += 1;
            return;
        };
        let id = id.clone();
        if matches!(line.link, Link::Open { since, .. } if self.now.since(since) >= GOOD) {
            line.failed = 0;
        }
        self.pause(&id);
        if code == Some(CLOSE_ENDED) {
            self.fetch(&id);
        }
    }

    /// Waits before the next attempt, longer each time, and not all phones equally long.
    fn pause(&mut self, id: &str) {
        let front = self.front;
        let Some(line) = self.lines.get_mut(id) else { return };
        line.link = Link::Closed;
        if front {
            let wait = self.random.wait(FIRST_WAIT, LAST_WAIT, line.failed);
            line.failed = line.failed.saturating_add(1);
            line.link = Link::Pausing { timer: self.queue.timer(wait) };
        }
    }

    /// A timer of this room has run out.
    pub(crate) fn line_timer(&mut self, fired: u64) {
        if self.push_timer(fired) {
            return;
        }
        if self.grace == Some(fired) {
            self.grace = None;
            let ids: Vec<String> = self.lines.keys().cloned().collect();
            for id in ids {
                self.disconnect(&id);
            }
            return;
        }
        let whose = self
            .lines
            .iter_mut()
            .find(|(_, line)| matches!(line.link, Link::Pausing { timer } if timer == fired));
        match whose {
            Some((id, line)) => {
                line.link = Link::Closed;
                let id = id.clone();
                self.connect(&id);
            }
            None => self.ignored += 1,
        }
    }
}
