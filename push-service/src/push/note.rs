//! What a provider's answer leaves behind: a note on its channel, a judgement, an alarm.

use crate::app::App;
use crate::remembered::Remembered;
use authenticator_protocol::time::{Millis, Seconds};
use delivery::{Alarm, Answer, Outcome};
use signin::channel::{Channel, Noted, Provider, Said, Step, step};
use signin::fact::{Fact, FactKind};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds between two alarms of one kind.
const ALARM_EVERY: u64 = 3_600;

/// Alarms that were raised lately, so that each is one line an hour and not one a push.
#[derive(Default)]
pub(super) struct Alarms(Mutex<Remembered<(Provider, Alarm), Seconds>>);

impl Alarms {
    fn is_new(&self, provider: Provider, alarm: Alarm, now: Seconds) -> bool {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raised.is_first((provider, alarm), ALARM_EVERY, now)
    }
}

/// As the rules name it.
fn said(outcome: &Outcome) -> Said {
    match outcome {
        Outcome::Accepted { .. } => Said::Accepted,
        Outcome::Gone { since } => Said::Gone { since: since.map(millis) },
        Outcome::Suspect => Said::Suspect,
        Outcome::Misconfigured => Said::Misconfigured,
        Outcome::Busy { .. } => Said::Busy,
        Outcome::TheirSide | Outcome::Unknown => Said::TheirSide,
    }
}

const fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Gone { .. } => "gone",
        Outcome::Suspect => "suspect",
        Outcome::Misconfigured => "misconfigured",
        Outcome::Busy { .. } => "busy",
        Outcome::TheirSide => "their_side",
        Outcome::Unknown => "unknown",
    }
}

fn millis(at: SystemTime) -> Millis {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

const fn word(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::Configuration => "configuration",
        Alarm::Credentials => "credentials",
        Alarm::Clock => "clock",
        Alarm::Request => "request",
    }
}

/// What the provider said of a wake for `channel`.
pub(super) async fn note(app: &App, channel: &Channel, answer: &Answer) {
    let (provider, reason) = (channel.provider.as_str(), answer.reason.as_str());
    tracing::debug!(provider, reason, tries = answer.tries, "wake handed over");
    app.metrics.pushed(provider, outcome(&answer.outcome));
    if let Some(alarm) = answer.alarm {
        raise(app, channel.provider, alarm, reason).await;
    }
    let (said, now) = (said(&answer.outcome), app.store.now());
    let noted = if step(said, channel, now) != Step::Keep {
        app.store.judge_channel(channel.id, said, reason.to_owned()).await.map(|judged| app.tell(judged))
    } else if said == Said::Accepted && channel.is_worth_noting(Noted::Accepted, now) {
        app.store.note_channel(channel.id, Noted::Accepted).await
    } else {
        Ok(())
    };
    if let Err(error) = noted {
        tracing::warn!(%error, provider, "what a provider said is not noted");
    }
}

async fn raise(app: &App, provider: Provider, alarm: Alarm, reason: &str) {
    if !app.pushes.alarms.is_new(provider, alarm, app.clock.now().seconds()) {
        return;
    }
    let (name, alarm) = (provider.as_str(), word(alarm));
    tracing::error!(provider = name, alarm, reason, "a provider of pushes refuses");
    let fact = Fact { detail: Some(format!("{name}: {alarm}: {reason}")), ..Fact::new(FactKind::PushAlarm) };
    match app.store.record(fact).await {
        Ok(recorded) => app.tell(recorded),
        Err(error) => tracing::warn!(%error, provider = name, "what a provider said is not noted"),
    }
}
