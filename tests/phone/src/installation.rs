//! The one task that owns the core of a phone, and runs what the core asks for.
//!
//! Everything reaches it as a message. It never waits for a task of its own, so nothing can lock up: keys and
//! saved state are dealt with on the spot; HTTP, sockets, timers and prompts are tasks that report back.

mod prompt;
mod pushes;

use crate::inbox::{Command, Envelope, Report, report};
use crate::network::{self, Network};
use crate::options::PhoneOptions;
use crate::phone::{PhoneState, Reception, UnlockAnswer};
use crate::push::{Subscription, Way};
use crate::random::Random;
use crate::storage::Kept;
use authenticator_core::effect::{Effect, EffectKind, Key, KeyFailure, Outcome};
use authenticator_core::event::{Event, Frame};
use authenticator_core::text::Text;
use authenticator_core::{Config, Core};
use authenticator_protocol::time::Millis;
use prompt::Prompt;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument as _;

struct Installation {
    options: Arc<PhoneOptions>,
    core: Core,
    kept: Kept,
    random: Random,
    network: Network,
    /// Counts the starts of the app: what an earlier one began means nothing to this one.
    run: u64,
    tasks: JoinSet<()>,
    asked: HashMap<u64, AbortHandle>,
    timers: HashMap<u64, AbortHandle>,
    sockets: HashMap<u64, Socket>,
    prompt: Option<Prompt>,
    /// Of Web Push, by account: the distributor keeps them when the app is killed.
    subscriptions: BTreeMap<String, Subscription>,
    notifications: u64,
    seen: watch::Sender<PhoneState>,
    /// Weak, so that the phone ends with its last handle.
    inbox: mpsc::WeakSender<Envelope>,
    due: VecDeque<Report>,
}

struct Socket {
    outgoing: mpsc::UnboundedSender<String>,
    task: AbortHandle,
}

pub(crate) fn start(
    options: Arc<PhoneOptions>,
) -> io::Result<(mpsc::Sender<Envelope>, watch::Receiver<PhoneState>)> {
    let kept = Kept::open(&options.storage)?;
    let mut random = Random::new(options.seed);
    let core = open(&options, &options.version, &kept, &mut random);
    let (inbox, messages) = mpsc::channel(64);
    let (seen, state) = watch::channel(PhoneState {
        version: 0,
        screen: core.view(),
        foreground: true,
        network: Reception::Online,
        app: options.version.clone(),
        clock_offset: 0,
        unlock: options.unlock,
        prompt: None,
        notification: None,
        woken: None,
        broken: Vec::new(),
    });
    let span = tracing::info_span!("phone", name = options.name);
    let mut phone = Installation {
        core,
        kept,
        random,
        network: Network::new(&options.resolve),
        run: 0,
        tasks: JoinSet::new(),
        asked: HashMap::new(),
        timers: HashMap::new(),
        sockets: HashMap::new(),
        prompt: None,
        subscriptions: BTreeMap::new(),
        notifications: 0,
        seen,
        inbox: inbox.downgrade(),
        due: VecDeque::new(),
        options,
    };
    phone.dispatch(Event::Launched);
    phone.tell_addresses();
    tokio::spawn(phone.live(messages).instrument(span));
    Ok((inbox, state))
}

/// `now` on a clock that is wrong by `offset` milliseconds.
pub(crate) fn shifted(now: Millis, offset: i64) -> Millis {
    Millis(now.0.saturating_add_signed(offset))
}

fn open(options: &PhoneOptions, version: &str, kept: &Kept, random: &mut Random) -> Core {
    let config = Config {
        app: version.to_owned(),
        model: options.model.clone(),
        system: options.system.clone(),
        allow_loopback_http: options.allow_loopback_http,
    };
    Core::open(config, kept.state(), random.next())
}

impl Installation {
    async fn live(mut self, mut messages: mpsc::Receiver<Envelope>) {
        while let Some(message) = messages.recv().await {
            match message {
                Envelope::Command(command, done) => {
                    self.obey(command);
                    // Whoever asked may have stopped listening.
                    let _ = done.send(());
                }
                Envelope::Report(run, report) if run == self.run => {
                    self.hear(report);
                    self.settle();
                }
                Envelope::Report(..) => {}
            }
            while self.tasks.try_join_next().is_some() {}
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Event(event) => self.dispatch(event),
            Command::Network(network) => self.set_network(network),
            Command::App(version) => {
                self.show(|state| state.app = version);
                self.restart();
            }
            Command::ClockOffset(ms) => self.show(|state| state.clock_offset = ms),
            Command::Unlock(answer) => {
                self.show(|state| state.unlock = answer);
                self.answer_prompt(answer);
            }
            Command::AnswerPrompt(answer) => self.answer_prompt(answer),
            Command::Pushed(push) => self.pushed(push),
            Command::Way(way, works) => self.set_way(way, works),
            Command::Restart => self.restart(),
        }
        self.settle();
    }

    fn hear(&mut self, report: Report) {
        match report {
            Report::Event(event) => {
                let wanted = match &event {
                    Event::TimerFired(timer) => self.timers.remove(timer).is_some(),
                    Event::SocketMessage { socket, .. } => self.sockets.contains_key(socket),
                    Event::SocketClosed { socket, .. } => self.sockets.remove(socket).is_some(),
                    _ => true,
                };
                if wanted {
                    if let Event::SocketMessage { frame: Frame::Binary(_), .. } = &event {
                        self.show(|state| state.woken = Some(Way::Socket));
                    }
                    self.dispatch(event);
                }
            }
            Report::Outcome(id, outcome) => {
                self.asked.remove(&id);
                let effects = self.core.resolve(self.now(), id, outcome);
                self.run_all(effects);
            }
            Report::NotificationOver(number) if number == self.notifications => {
                self.show(|state| state.notification = None);
            }
            Report::NotificationOver(_) => {}
        }
    }

    /// Deals with what ended on the spot, and shows where it led.
    fn settle(&mut self) {
        while let Some(report) = self.due.pop_front() {
            self.hear(report);
        }
        let screen = self.core.view();
        self.show(|state| state.screen = screen);
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Launched | Event::Foregrounded => self.show(|state| state.foreground = true),
            Event::Backgrounded => self.show(|state| state.foreground = false),
            _ => {}
        }
        let effects = self.core.dispatch(self.now(), event);
        self.run_all(effects);
    }

    fn run_all(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.run_one(effect);
        }
    }

    fn run_one(&mut self, Effect { id, kind }: Effect) {
        match kind {
            EffectKind::CreateKeys { account, unlock: _ } => {
                let random = &mut self.random;
                let outcome = match self.seen.borrow().unlock {
                    UnlockAnswer::NoScreenLock => Outcome::KeyFailed(KeyFailure::NoScreenLock),
                    _ => self.kept.change_keys(|keys| keys.create(&account, random)),
                };
                self.due.push_back(Report::Outcome(id, outcome));
            }
            EffectKind::Sign { account, key: Key::Approval, message, reason } => {
                self.ask_user(Prompt { id, account, message }, reason);
            }
            EffectKind::Sign { account, key: Key::Device, message, reason: _ } => {
                let outcome = self.kept.keys().sign(&account, Key::Device, &message);
                self.due.push_back(Report::Outcome(id, outcome));
            }
            EffectKind::DeleteKeys { account } => self.kept.change_keys(|keys| keys.delete(&account)),
            EffectKind::Post { url, content_type, body, timeout } => {
                let network = self.network.clone();
                self.over_network(id, timeout, async move { network.post(&url, &content_type, body).await });
            }
            EffectKind::Get { url, timeout } => {
                let network = self.network.clone();
                self.over_network(id, timeout, async move { network.get(&url).await });
            }
            EffectKind::OpenSocket { socket, url } => self.open_socket(socket, url),
            EffectKind::SendSocket { socket, text } => {
                if let Some(socket) = self.sockets.get(&socket) {
                    // It may have ended a moment ago; that is reported already.
                    let _ = socket.outgoing.send(text);
                }
            }
            EffectKind::CloseSocket { socket } => drop(self.sockets.remove(&socket)),
            EffectKind::StartTimer { timer, after } => {
                let sleep = self.options.clock.sleep(after);
                let task = self.spawn("timer", async move {
                    sleep.await;
                    Report::Event(Event::TimerFired(timer))
                });
                if let Some(old) = self.timers.insert(timer, task) {
                    old.abort();
                }
            }
            EffectKind::CancelTimer { timer } => {
                if let Some(task) = self.timers.remove(&timer) {
                    task.abort();
                }
            }
            EffectKind::Save { state } => self.kept.save(state),
            EffectKind::Notify { text, until } => self.notify(text, until),
            EffectKind::Subscribe { account, key } => self.subscribe(account, key),
            EffectKind::Unsubscribe { account } => drop(self.subscriptions.remove(&account)),
            EffectKind::TakeBackNotification => self.show(|state| state.notification = None),
            // The screen is shown anyway once everything that is due has been dealt with.
            EffectKind::Render => {}
        }
    }

    fn over_network(
        &mut self,
        id: u64,
        timeout: u64,
        answer: impl Future<Output = Outcome> + Send + 'static,
    ) {
        let network = self.seen.borrow().network;
        if let Some(outcome) = network.instead() {
            self.due.push_back(Report::Outcome(id, outcome));
            return;
        }
        let too_late = self.options.clock.sleep(timeout);
        let task = self.spawn("asks", async move {
            let outcome = tokio::select! {
                outcome = answer => outcome,
                () = too_late => Outcome::NoNetwork,
            };
            Report::Outcome(id, outcome)
        });
        self.asked.insert(id, task);
    }

    fn open_socket(&mut self, socket: u64, url: String) {
        let (outgoing, to_send) = mpsc::unbounded_channel();
        let online = {
            let seen = self.seen.borrow();
            seen.network == Reception::Online && !seen.broken.contains(&Way::Socket)
        };
        let (inbox, run) = (self.inbox.clone(), self.run);
        let task = if online {
            let report = move |event| report(inbox.clone(), run, Report::Event(event));
            let span = tracing::debug_span!("socket", socket);
            self.tasks.spawn(network::socket(socket, url, to_send, report).instrument(span))
        } else {
            self.spawn("no socket", async move { Report::Event(Event::SocketClosed { socket, code: None }) })
        };
        self.sockets.insert(socket, Socket { outgoing, task });
    }

    fn notify(&mut self, text: Text, until: Millis) {
        self.notifications += 1;
        let number = self.notifications;
        let sleep = self.options.clock.sleep(until.since(self.now()));
        self.spawn("notification", async move {
            sleep.await;
            Report::NotificationOver(number)
        });
        self.show(|state| state.notification = Some(text));
    }

    fn set_network(&mut self, network: Reception) {
        let was = self.seen.borrow().network;
        self.show(|state| state.network = network);
        // A phone believes in a captive portal's network until it has tried.
        if network != Reception::Offline && was != network {
            self.dispatch(Event::NetworkBack);
        }
        if network != Reception::Online {
            for (id, task) in self.asked.drain() {
                task.abort();
                self.due.push_back(Report::Outcome(id, Outcome::NoNetwork));
            }
            self.end_sockets();
        }
    }

    fn end_sockets(&mut self) {
        for (&socket, open) in &self.sockets {
            open.task.abort();
            self.due.push_back(Report::Event(Event::SocketClosed { socket, code: None }));
        }
    }

    fn restart(&mut self) {
        self.tasks.abort_all();
        self.run += 1;
        self.asked.clear();
        self.timers.clear();
        self.sockets.clear();
        self.due.clear();
        self.prompt = None;
        self.show(|state| {
            state.prompt = None;
            state.notification = None;
        });
        let version = self.seen.borrow().app.clone();
        self.core = open(&self.options, &version, &self.kept, &mut self.random);
        self.dispatch(Event::Launched);
        self.tell_addresses();
    }

    fn now(&self) -> Millis {
        shifted(self.options.clock.now(), self.seen.borrow().clock_offset)
    }

    /// Changes what can be seen; wakes whoever waits only when something is different.
    fn show(&self, change: impl FnOnce(&mut PhoneState)) {
        self.seen.send_if_modified(|state| {
            let before = state.clone();
            change(state);
            let changed = *state != before;
            state.version += u64::from(changed);
            changed
        });
    }

    fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = Report> + Send + 'static,
    ) -> AbortHandle {
        let (inbox, run) = (self.inbox.clone(), self.run);
        let named = async move { report(inbox, run, task.await).await };
        self.tasks.spawn(named.instrument(tracing::debug_span!("effect", name)))
    }
}
