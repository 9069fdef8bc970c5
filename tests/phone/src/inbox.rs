//! What reaches the task that owns a phone's core.

use crate::phone::{Reception, UnlockAnswer};
use crate::push::{Push, Way};
use authenticator_core::effect::Outcome;
use authenticator_core::event::Event;
use tokio::sync::{mpsc, oneshot};

/// A message to the task.
pub(crate) enum Envelope {
    /// From the handle, which hears when it is done.
    Command(Command, oneshot::Sender<()>),
    /// From a task of the app that ran as `run`.
    Report(u64, Report),
}

pub(crate) enum Command {
    Event(Event),
    Network(Reception),
    App(String),
    ClockOffset(i64),
    Unlock(UnlockAnswer),
    AnswerPrompt(UnlockAnswer),
    Pushed(Push),
    Way(Way, bool),
    Restart,
}

/// What a task has to tell.
pub(crate) enum Report {
    Event(Event),
    Outcome(u64, Outcome),
    NotificationOver(u64),
}

/// Tells the phone, if it is still there.
pub(crate) async fn report(inbox: mpsc::WeakSender<Envelope>, run: u64, report: Report) {
    if let Some(inbox) = inbox.upgrade() {
        // Fails only when the phone has just ended.
        let _ = inbox.send(Envelope::Report(run, report)).await;
    }
}
