//! The handle of a phone: what its user, its system and a test do with it.

use crate::inbox::{Command, Envelope};
use crate::installation;
use crate::options::PhoneOptions;
use crate::push::{Push, Way};
use authenticator_core::effect::Outcome;
use authenticator_core::event::Event;
use authenticator_core::screen::ScreenModel;
use authenticator_core::text::Text;
use authenticator_protocol::time::Millis;
use std::io;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// One installation of the app. Clones are the same phone; it ends when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Phone {
    options: Arc<PhoneOptions>,
    inbox: mpsc::Sender<Envelope>,
    state: watch::Receiver<PhoneState>,
}

/// What can be seen of a phone from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneState {
    /// Grows with each change.
    pub version: u64,
    /// What the app shows.
    pub screen: ScreenModel,
    /// The app is at the front.
    pub foreground: bool,
    /// What its network is good for.
    pub network: Reception,
    /// The app's version.
    pub app: String,
    /// How wrong the phone's clock is, in milliseconds.
    pub clock_offset: i64,
    /// How unlock prompts are answered.
    pub unlock: UnlockAnswer,
    /// What the open unlock prompt says; only with [`UnlockAnswer::Ask`].
    pub prompt: Option<Text>,
    /// The notification that is shown.
    pub notification: Option<Text>,
    /// The way that the last wake came.
    pub woken: Option<Way>,
    /// The ways that bring nothing for now.
    pub broken: Vec<Way>,
}

/// What a phone's network is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// Everything is reached.
    Online,
    /// Whatever is asked, a page that wants somebody to accept its terms answers.
    CaptivePortal,
    /// Nothing is reached.
    Offline,
}

impl Reception {
    /// What a request gets instead of its answer.
    pub(crate) fn instead(self) -> Option<Outcome> {
        match self {
            Self::Online => None,
            Self::CaptivePortal => Some(Outcome::Http { status: 200, body: PORTAL.to_vec() }),
            Self::Offline => Some(Outcome::NoNetwork),
        }
    }
}

const PORTAL: &[u8] = b"<!doctype html><title>Guest network</title><p>Accept the terms to go on.";

/// How the prompt for the approval key is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlockAnswer {
    /// At once with a finger that fits.
    Unlock,
    /// The user closes it.
    Cancel,
    /// Too many failed attempts.
    LockedOut,
    /// A finger was added, and the key died of it.
    Invalidated,
    /// The screen lock was turned off, and the keys died of it; none can be made.
    NoScreenLock,
    /// It stays open until [`Phone::answer_prompt`].
    Ask,
}

/// The screen that was waited for did not come.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{model}: waited {waited} ms for another screen than this: {screen:#?}")]
pub struct StillWaiting {
    /// Which phone.
    pub model: String,
    /// How long, in milliseconds of real time; 0 when the phone has stopped.
    pub waited: u128,
    /// What it shows instead.
    pub screen: Box<ScreenModel>,
}

impl Phone {
    /// Installs the app, or opens it again with what its folder holds, and starts it.
    ///
    /// Must be called inside a Tokio runtime. The error says which file of the folder cannot be read.
    pub fn start(options: PhoneOptions) -> io::Result<Self> {
        let options = Arc::new(options);
        let (inbox, state) = installation::start(Arc::clone(&options))?;
        Ok(Self { options, inbox, state })
    }

    /// What it was made with.
    pub fn options(&self) -> &PhoneOptions {
        &self.options
    }

    /// Something happened. Comes back when the core has dealt with it and with what it could do at once; what
    /// goes over the network or waits for somebody is still on its way.
    pub async fn event(&self, event: Event) {
        self.tell(Command::Event(event)).await;
    }

    /// What the app shows now.
    pub fn screen(&self) -> ScreenModel {
        self.state.borrow().screen.clone()
    }

    /// Everything that can be seen now.
    pub fn state(&self) -> PhoneState {
        self.state.borrow().clone()
    }

    /// What time the phone believes it is.
    pub fn now(&self) -> Millis {
        let offset = self.state.borrow().clock_offset;
        installation::shifted(self.options.clock.now(), offset)
    }

    /// Changes as they come; `borrow().version` tells them apart.
    pub fn subscribe(&self) -> watch::Receiver<PhoneState> {
        self.state.clone()
    }

    /// Waits, in real time, for a screen that is wanted; at once when it is there.
    pub async fn wait_for(&self, wanted: impl Fn(&ScreenModel) -> bool) -> Result<ScreenModel, StillWaiting> {
        self.wait_for_state(|state| wanted(&state.screen)).await.map(|state| state.screen)
    }

    /// As [`Self::wait_for`], for whatever can be seen: a notification, a prompt.
    pub async fn wait_for_state(
        &self,
        wanted: impl Fn(&PhoneState) -> bool,
    ) -> Result<PhoneState, StillWaiting> {
        let mut state = self.state.clone();
        let patience = self.options.patience;
        let waited = match tokio::time::timeout(patience, state.wait_for(&wanted)).await {
            Ok(Ok(state)) => return Ok(state.clone()),
            Ok(Err(_)) => 0,
            Err(_) => patience.as_millis(),
        };
        Err(StillWaiting { model: self.options.model.clone(), waited, screen: Box::new(self.screen()) })
    }

    /// Takes the network away, with everything that is on its way, or brings it back.
    pub async fn set_network(&self, network: Reception) {
        self.tell(Command::Network(network)).await;
    }

    /// Sets the phone's clock wrong by this many milliseconds. Timers keep their length.
    pub async fn set_clock_offset(&self, ms: i64) {
        self.tell(Command::ClockOffset(ms)).await;
    }

    /// How unlock prompts are answered from now on, the open one included.
    pub async fn set_unlock(&self, answer: UnlockAnswer) {
        self.tell(Command::Unlock(answer)).await;
    }

    /// Answers the open unlock prompt; [`UnlockAnswer::Ask`] leaves it open.
    pub async fn answer_prompt(&self, answer: UnlockAnswer) {
        self.tell(Command::AnswerPrompt(answer)).await;
    }

    /// A push has come to the phone.
    pub async fn pushed(&self, push: Push) {
        self.tell(Command::Pushed(push)).await;
    }

    /// Breaks a way by which the app is woken, or mends it.
    pub async fn set_way(&self, way: Way, works: bool) {
        self.tell(Command::Way(way, works)).await;
    }

    /// Kills the app and opens it again: nothing is left but the saved state and the keys.
    pub async fn restart(&self) {
        self.tell(Command::Restart).await;
    }

    /// Installs another version of the app over this one, which starts it again.
    pub async fn set_app(&self, version: &str) {
        self.tell(Command::App(version.to_owned())).await;
    }

    async fn tell(&self, command: Command) {
        let (done, ended) = oneshot::channel();
        if self.inbox.send(Envelope::Command(command, done)).await.is_err() || ended.await.is_err() {
            tracing::error!(phone = self.options.name, "the phone has stopped");
        }
    }
}
