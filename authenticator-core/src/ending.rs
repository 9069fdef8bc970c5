//! How things end, in words: of a request, of an attempt.

use crate::effect::KeyFailure;
use crate::network::Ask;
use crate::screen::Mood;
use crate::state::Unreadable;
use crate::text::Text;
use authenticator_protocol::answer::{Denial, DenialReason, End};
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::problem::Code;

/// The content of a result screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) mood: Mood,
    pub(crate) title: Text,
    pub(crate) text: Text,
    /// Small, for IT support.
    pub(crate) code: Option<String>,
    /// "Try again" makes sense.
    pub(crate) retry: bool,
    /// A new request does not take its place: the user has to see it.
    pub(crate) keep: bool,
}

impl Ending {
    pub(crate) fn new(mood: Mood, title: &str, text: &str) -> Self {
        Self {
            mood,
            title: Text::plain(title),
            text: Text::plain(text),
            code: None,
            retry: false,
            keep: false,
        }
    }

    pub(crate) fn error(text: &str) -> Self {
        Self { keep: true, ..Self::new(Mood::Bad, "phone-error-title", text) }
    }

    pub(crate) fn with_code(self, code: &str) -> Self {
        Self { code: Some(code.to_owned()), ..self }
    }

    pub(crate) fn with_retry(self) -> Self {
        Self { retry: true, ..self }
    }

    /// What was saved cannot be used.
    pub(crate) fn unreadable(why: Unreadable) -> Self {
        match why {
            Unreadable::Foreign => Self::error("phone-error-state").with_code("state_foreign"),
            Unreadable::Newer => Self::error("phone-error-state-newer").with_code("state_newer"),
        }
    }

    /// The organisation has removed or blocked this phone.
    pub(crate) fn account_ended(organisation: &str) -> Self {
        Self {
            text: Text::with("phone-account-ended-text", &[("organisation", organisation)]),
            keep: true,
            ..Self::new(Mood::Bad, "phone-account-ended-title", "")
        }
        .with_code(Code::DeviceEnded.as_str())
    }

    /// `organisation` has asked in the name of another one on this phone.
    pub(crate) fn name_taken(organisation: &str) -> Self {
        let text = Text::with("phone-error-name-taken", &[("organisation", organisation)]);
        Self { text, ..Self::error("") }.with_code("name_taken")
    }

    /// The time is out, and nobody has said whether the answer arrived.
    pub(crate) fn unheard(answer: &Ask) -> Self {
        let text = match answer {
            Ask::Denial(Denial { reason: DenialReason::NotMe, .. }) => "phone-unheard-report-text",
            _ => "phone-unheard-text",
        };
        Self::new(Mood::Bad, "phone-unheard-title", text)
    }

    /// The new account counts.
    pub(crate) fn ready(organisation: &str) -> Self {
        Self {
            text: Text::with("phone-approved-test-text", &[("organisation", organisation)]),
            ..Self::new(Mood::Good, "phone-approved-title", "")
        }
    }

    /// What became of `challenge`; `here` when this phone's answer was the one that counted.
    pub(crate) fn of_request(end: End, here: bool, challenge: &Challenge) -> Self {
        let named = |mood, name: &str| Self::new(mood, &format!("{name}-title"), &format!("{name}-text"));
        match (end, here) {
            (End::Approved, true) => approved(challenge),
            (End::Reported, true) => {
                let text = Text::with("phone-reported-text", &[("organisation", &challenge.organisation)]);
                Self { text, keep: true, ..named(Mood::Neutral, "phone-reported") }
            }
            (End::WrongNumber, true) => named(Mood::Bad, "phone-wrong-number"),
            (End::Denied, true) | (End::Cancelled, _) => named(Mood::Neutral, "phone-cancelled"),
            (End::Approved | End::Reported | End::WrongNumber | End::Denied, false) => {
                named(Mood::Neutral, "phone-ended-elsewhere")
            }
            (End::Expired, _) => named(Mood::Neutral, "phone-expired"),
            (End::Superseded, _) => named(Mood::Neutral, "phone-superseded"),
            (End::Failed, _) => named(Mood::Bad, "phone-ended-failed"),
        }
    }
}

fn approved(challenge: &Challenge) -> Ending {
    let text = match (&challenge.purpose, &challenge.browser, &challenge.system) {
        (Purpose::ConfirmTest, ..) => return Ending::ready(&challenge.organisation),
        (Purpose::SignIn, Some(browser), Some(system)) => Text::with(
            "phone-approved-text",
            &[("application", &challenge.application), ("browser", browser), ("system", system)],
        ),
        (Purpose::SignIn, ..) => {
            Text::with("phone-approved-unknown-browser-text", &[("application", &challenge.application)])
        }
        _ => Text::plain("phone-approved-other-text"),
    };
    Ending { text, ..Ending::new(Mood::Good, "phone-approved-title", "") }
}

/// Why a request to the service came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No answer arrived.
    Offline,
    /// Nothing was signed.
    Key(KeyFailure),
    /// The service refused.
    Refused(Code),
    /// The service, or what stands before it, is out of order.
    Garbled,
    /// Something else has answered in the service's place, such as a network that wants to be signed in to.
    Stranger,
}

impl Failure {
    /// As a screen of its own.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self::Offline => Ending::new(Mood::Bad, "phone-offline-title", "phone-offline-text").with_retry(),
            Self::Key(KeyFailure::Cancelled) => Ending::error("phone-error-key-cancelled").with_retry(),
            Self::Key(KeyFailure::LockedOut) => Ending::error("phone-error-key-locked").with_retry(),
            Self::Key(KeyFailure::Invalidated) => Ending::error("phone-error-key-gone"),
            Self::Key(KeyFailure::NoScreenLock) => Ending::error("phone-error-no-screen-lock"),
            Self::Key(KeyFailure::Failed) => Ending::error("phone-error-key-use"),
            Self::Refused(code) => refused(code).with_code(code.as_str()),
            Self::Garbled => Ending::error("phone-error-server").with_retry().with_code("garbled"),
            Self::Stranger => Ending::new(Mood::Bad, "phone-offline-title", "phone-error-stranger")
                .with_retry()
                .with_code("stranger"),
        }
    }
}

fn refused(code: Code) -> Ending {
    match code {
        Code::Unsupported => Ending::error("phone-error-update"),
        Code::AppTooOld => Ending::error("phone-error-app-too-old"),
        Code::Clock => Ending::error("phone-error-clock").with_retry(),
        Code::CodeExpired => Ending::error("phone-error-code-expired"),
        Code::CodeUsed => Ending::error("phone-error-code-used"),
        Code::KeyKnown => Ending::error("phone-error-key"),
        Code::TooMany | Code::TooSlow | Code::Internal | Code::Unavailable => {
            Ending::error("phone-error-server").with_retry()
        }
        Code::UnknownChallenge | Code::ChallengeMismatch => {
            Ending::new(Mood::Bad, "phone-ended-failed-title", "phone-ended-failed-text")
        }
        Code::Malformed
        | Code::Signature
        | Code::WrongAddress
        | Code::Replayed
        | Code::DeviceEnded
        | Code::OfferMismatch
        | Code::TooLarge
        | Code::NotFound
        | Code::Method => Ending::error("phone-error-server"),
    }
}
