//! Who may send on which connection.

use super::exchange::{self, Failure, Response, Unanswered};
use super::keeper;
use crate::answer::Reason;
use crate::clock::Clock;
use crate::endpoint::Endpoint;
use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use rustls::ClientConfig;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Streams of one connection at the same time, whatever the peer would allow: beyond that, all of them wait for each
/// other.
const MOST_STREAMS: usize = 200;

/// Between two times that a caller may have all connections replaced: providers take quick ones for an attack.
const RENEWALS: Duration = Duration::from_secs(60);

/// How often a request is sent again because the peer has not looked at it.
const MOST_UNSEEN: u32 = 4;

/// How a provider wants to be connected to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Connections that are kept.
    pub(crate) connections: usize,
    /// Senders that may wait for a place; more are turned away.
    pub(crate) most_waiting: usize,
    /// One stream at a time until the first request has succeeded.
    pub(crate) prove_first: bool,
}

/// The connections to one provider. Dropping it ends them.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    keepers: Vec<AbortHandle>,
}

pub(super) struct Shared {
    pub(super) endpoint: Endpoint,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) clock: Arc<dyn Clock>,
    style: Style,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    slots: Vec<Slot>,
    next_serial: u64,
    waiting: usize,
    renewed: Option<SystemTime>,
}

enum Slot {
    Connecting,
    Live(Live),
    Failed(Reason),
}

struct Live {
    serial: u64,
    sender: SendRequest<Bytes>,
    in_flight: usize,
    proven: bool,
    /// A request went unanswered: a PING is on its way to find out.
    doubted: bool,
    keeper: Arc<keeper::Signals>,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unavailable {
    /// Nobody answers there.
    Down(Reason),
    /// Too many wait already.
    Full,
}

/// The right to one stream.
pub(super) struct Place {
    shared: Arc<Shared>,
    /// Names the connection, to ask for another one.
    serial: u64,
    pub(super) sender: SendRequest<Bytes>,
}

impl Pool {
    /// Connects, and goes on doing so.
    pub(crate) fn start(
        endpoint: Endpoint,
        tls: Arc<ClientConfig>,
        clock: Arc<dyn Clock>,
        style: Style,
    ) -> Self {
        let slots = (0..style.connections).map(|_| Slot::Connecting).collect();
        let state = State { slots, next_serial: 0, waiting: 0, renewed: None };
        let shared = Arc::new(Shared {
            endpoint,
            tls,
            clock,
            style,
            state: Mutex::new(state),
            changed: Notify::new(),
        });
        let keep = |slot| tokio::spawn(keeper::keep(Arc::clone(&shared), slot)).abort_handle();
        let keepers = (0..style.connections).map(keep).collect();
        Self { shared, keepers }
    }

    /// One request on a connection other than `except`, if there is another one, within `patience`, waiting for a place
    /// included; and which connection it was.
    pub(crate) async fn ask(
        &self,
        request: Request<()>,
        body: Bytes,
        except: Option<u64>,
        patience: Duration,
    ) -> (Result<Response, Unanswered>, Option<u64>) {
        let asked = tokio::select! {
            asked = self.exchange(request, body, except) => asked,
            () = self.shared.clock.sleep(patience) => {
                let why = format!("no answer within {} s", patience.as_secs());
                Err((Failure::Broken(Reason::new(&why)), None))
            }
        };
        match asked {
            Ok((response, serial)) => (Ok(response), Some(serial)),
            Err((failure, serial)) => (Err(failure.means()), serial),
        }
    }

    async fn exchange(
        &self,
        request: Request<()>,
        body: Bytes,
        except: Option<u64>,
    ) -> Result<(Response, u64), (Failure, Option<u64>)> {
        let mut unseen = 0;
        loop {
            let place = self.place(except).await.map_err(|why| (Failure::Unavailable(why), None))?;
            let serial = place.serial;
            match exchange::on(&place, request.clone(), body.clone()).await {
                Ok(response) => return Ok((response, serial)),
                // The peer has seen nothing of it: this is not a try.
                Err(Failure::NotSent) if unseen < MOST_UNSEEN => unseen += 1,
                Err(failure) => return Err((failure, Some(serial))),
            }
        }
    }

    /// A place on a connection other than `except`, if there is another one.
    async fn place(&self, except: Option<u64>) -> Result<Place, Unavailable> {
        let mut waits = None;
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // From here on nothing is missed.
            changed.as_mut().enable();
            match self.shared.take(except) {
                Some(Ok(place)) => {
                    // There may be room for one more, who was not told.
                    self.shared.changed.notify_one();
                    return Ok(place);
                }
                Some(Err(reason)) => return Err(Unavailable::Down(reason)),
                None if waits.is_none() => waits = Some(self.shared.wait()?),
                None => {}
            }
            changed.await;
        }
    }

    /// Replaces all connections, if that has not just been done: a new key wants new ones.
    pub(crate) fn renew(&self) -> bool {
        let now = self.shared.clock.now();
        let mut state = self.shared.state();
        let recent = |at: SystemTime| now.duration_since(at).is_ok_and(|since| since < RENEWALS);
        if state.renewed.is_some_and(recent) {
            return false;
        }
        state.renewed = Some(now);
        for slot in &mut state.slots {
            if let Slot::Live(live) = slot {
                live.keeper.renew();
                *slot = Slot::Connecting;
            }
        }
        true
    }

    /// How many connections are up.
    pub(crate) fn live(&self) -> usize {
        self.shared.state().slots.iter().filter(|slot| matches!(slot, Slot::Live(_))).count()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.keepers.iter().for_each(AbortHandle::abort);
    }
}

impl Live {
    fn has_room(&self, style: Style) -> bool {
        let limit = if style.prove_first && !self.proven { 1 } else { MOST_STREAMS };
        !self.doubted && self.in_flight < limit.min(self.sender.current_max_send_streams())
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, or why there will be none soon; `None`: wait.
    fn take(self: &Arc<Self>, except: Option<u64>) -> Option<Result<Place, Reason>> {
        let mut state = self.state();
        let others_are_down = state.slots.iter().all(|slot| match slot {
            Slot::Live(live) => Some(live.serial) == except,
            Slot::Failed(_) => true,
            Slot::Connecting => false,
        });
        let fits =
            |live: &Live| live.has_room(self.style) && (others_are_down || Some(live.serial) != except);
        let free = state.slots.iter_mut().filter_map(|slot| match slot {
            Slot::Live(live) if fits(live) => Some(live),
            _ => None,
        });
        if let Some(live) = free.min_by_key(|live| live.in_flight) {
            live.in_flight += 1;
            let (serial, sender) = (live.serial, live.sender.clone());
            return Some(Ok(Place { shared: Arc::clone(self), serial, sender }));
        }
        let mut reasons = Vec::new();
        for slot in &state.slots {
            match slot {
                Slot::Failed(reason) => reasons.push(reason),
                Slot::Connecting | Slot::Live(_) => return None,
            }
        }
        reasons.first().map(|reason| Err((*reason).clone()))
    }

    fn wait(self: &Arc<Self>) -> Result<Waits, Unavailable> {
        let mut state = self.state();
        if state.waiting >= self.style.most_waiting {
            return Err(Unavailable::Full);
        }
        state.waiting += 1;
        Ok(Waits(Arc::clone(self)))
    }

    /// A connection is up; its name.
    pub(super) fn up(&self, slot: usize, sender: SendRequest<Bytes>, keeper: Arc<keeper::Signals>) -> u64 {
        let mut state = self.state();
        let serial = state.next_serial;
        state.next_serial += 1;
        state.slots[slot] =
            Slot::Live(Live { serial, sender, in_flight: 0, proven: false, doubted: false, keeper });
        drop(state);
        self.changed.notify_waiters();
        serial
    }

    /// A connection takes nothing more. Whether any request on it was answered.
    pub(super) fn leaving(&self, slot: usize, serial: u64) {
        let mut state = self.state();
        if matches!(&state.slots[slot], Slot::Live(live) if live.serial == serial) {
            state.slots[slot] = Slot::Connecting;
        }
    }

    /// There is no connection, and why.
    pub(super) fn failed(&self, slot: usize, reason: Reason) {
        self.state().slots[slot] = Slot::Failed(reason);
        self.changed.notify_waiters();
    }

    /// The connection has answered a PING.
    pub(super) fn answers(&self, serial: u64) {
        self.with(serial, |live| live.doubted = false);
        self.changed.notify_waiters();
    }

    fn with(&self, serial: u64, change: impl FnOnce(&mut Live)) {
        let mut state = self.state();
        let live = state.slots.iter_mut().find_map(|slot| match slot {
            Slot::Live(live) if live.serial == serial => Some(live),
            _ => None,
        });
        if let Some(live) = live {
            change(live);
        }
    }
}

impl Place {
    /// The peer has answered, and `well`: it may get more streams now.
    pub(super) fn answered(&self, well: bool) {
        let mut first = false;
        self.shared.with(self.serial, |live| {
            live.keeper.answered();
            live.doubted = false;
            first = well && !live.proven;
            live.proven |= well;
        });
        if first {
            self.shared.changed.notify_waiters();
        }
    }

    /// The connection takes nothing more.
    pub(super) fn leave(&self) {
        let mut state = self.shared.state();
        for slot in &mut state.slots {
            if let Slot::Live(live) = slot
                && live.serial == self.serial
            {
                live.keeper.leave.notify_one();
                *slot = Slot::Connecting;
            }
        }
    }

    /// The time of a request ran out: nothing more is sent here until a PING is answered.
    fn doubt(&self) {
        self.shared.with(self.serial, |live| {
            live.doubted = true;
            live.keeper.look.notify_one();
        });
    }
}

/// While this holds a place, nobody has answered there.
pub(super) struct Open<'a>(pub(super) Option<&'a Place>);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.doubt();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.with(self.serial, |live| live.in_flight -= 1);
        self.shared.changed.notify_one();
    }
}

struct Waits(Arc<Shared>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}
