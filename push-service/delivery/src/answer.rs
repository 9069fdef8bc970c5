//! What became of a push, in words that are the same for all providers.

use std::fmt;
use std::time::{Duration, SystemTime};

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it means for the address.
    pub outcome: Outcome,
    /// The provider's own word, or what happened instead of one.
    pub reason: Reason,
    /// What a person should look at, also when the push was accepted in the end.
    pub alarm: Option<Alarm>,
    /// How often it was sent.
    pub tries: u32,
}

/// What an answer means for the address that was sent to.
///
/// Only [`Outcome::Gone`] says that an address is dead. All others may be the fault of a key, a clock, a setting or the
/// provider, and whoever deletes addresses for them loses every user on the day of such a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has it. Not yet delivered.
    Accepted {
        /// The provider's name for it.
        id: Option<Reason>,
    },
    /// The app is gone from the phone.
    Gone {
        /// An address that was registered after this is alive. `None` where the provider gives no time.
        since: Option<SystemTime>,
    },
    /// The address may be wrong, or be another environment's or project's. Many at once are our own fault.
    Suspect,
    /// Our own key, setting or request is wrong. Says nothing about the address.
    Misconfigured,
    /// Not now: a limit is reached, there or here, or the push's time was over.
    Busy {
        /// Not before this has passed, when it is known.
        wait: Option<Duration>,
    },
    /// The provider is at fault or cannot be reached.
    TheirSide,
    /// An answer that this version does not know: as [`Outcome::TheirSide`].
    Unknown,
}

/// What a person should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alarm {
    /// A topic, an environment or a project does not fit the addresses.
    Configuration,
    /// A key or an account is not accepted.
    Credentials,
    /// This machine's clock differs from the provider's.
    Clock,
    /// The request itself is wrong: a fault of this crate or of its caller.
    Request,
}

/// A provider's text: at most 200 visible characters, so that it can stand in a log and on a page.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reason(String);

impl Reason {
    /// Keeps what can be shown of `text`.
    pub fn new(text: &str) -> Self {
        let visible = |letter: char| if letter.is_control() { ' ' } else { letter };
        Self(text.trim().chars().take(200).map(visible).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// An error and what caused it, in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Some errors print their cause themselves.
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

impl Answer {
    /// An answer without any try.
    pub(crate) fn unsent(outcome: Outcome, reason: &str) -> Self {
        Self { outcome, reason: Reason::new(reason), alarm: None, tries: 0 }
    }

    /// What the breaker says while it is open. Nothing was sent, so another way may be taken at once.
    pub(crate) fn resting(wait: Duration) -> Self {
        let reason = format!("left alone for {} s: it failed too often", wait.as_secs().max(1));
        Self::unsent(Outcome::TheirSide, &reason)
    }

    /// What says that the caller is wrong.
    pub(crate) fn wrong(reason: &str) -> Self {
        Self { alarm: Some(Alarm::Request), ..Self::unsent(Outcome::Misconfigured, reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_visible_line() {
        assert_eq!(Reason::new(" Bad\r\nDevice\u{1b}[0m ").as_str(), "Bad  Device [0m");
        assert_eq!(Reason::new(&"å".repeat(5000)).as_str().chars().count(), 200);
    }
}
