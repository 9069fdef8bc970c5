//! What the page may send: touches of the app, and the controls beside the phone.

use crate::phone::{Phone, Reception, UnlockAnswer};
use crate::push::Way;
use authenticator_core::event::{ByHand, Event};
use serde::Deserialize;

/// A touch: the events that a person can cause. What the system and the network cause is not among them.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", content = "value", rename_all = "snake_case")]
pub(super) enum Touch {
    Foregrounded,
    Backgrounded,
    Refresh,
    AddAccount,
    ChooseScan,
    ChooseLink,
    ChooseTyped,
    CodeTyped { login: String, code: String, server: String },
    CameraRefused,
    LinkOpened(String),
    Confirmed,
    NumberEntered(String),
    Approve,
    CancelSignIn,
    NotMe,
    OpenRequest(String),
    OpenAccount(String),
    RemoveAccount,
    RemoveConfirmed,
    OpenSettings,
    ChooseLanguage(Option<String>),
    Retry,
    Done,
    Back,
}

impl From<Touch> for Event {
    fn from(touch: Touch) -> Self {
        match touch {
            Touch::Foregrounded => Self::Foregrounded,
            Touch::Backgrounded => Self::Backgrounded,
            Touch::Refresh => Self::Refresh,
            Touch::AddAccount => Self::AddAccount,
            Touch::ChooseScan => Self::ChooseScan,
            Touch::ChooseLink => Self::ChooseLink,
            Touch::ChooseTyped => Self::ChooseTyped,
            Touch::CodeTyped { login, code, server } => Self::CodeTyped(ByHand { login, code, server }),
            Touch::CameraRefused => Self::CameraRefused,
            Touch::LinkOpened(link) => Self::LinkOpened(link),
            Touch::Confirmed => Self::Confirmed,
            Touch::NumberEntered(number) => Self::NumberEntered(number),
            Touch::Approve => Self::Approve,
            Touch::CancelSignIn => Self::CancelSignIn,
            Touch::NotMe => Self::NotMe,
            Touch::OpenRequest(request) => Self::OpenRequest(request),
            Touch::OpenAccount(account) => Self::OpenAccount(account),
            Touch::RemoveAccount => Self::RemoveAccount,
            Touch::RemoveConfirmed => Self::RemoveConfirmed,
            Touch::OpenSettings => Self::OpenSettings,
            Touch::ChooseLanguage(language) => Self::ChooseLanguage(language),
            Touch::Retry => Self::Retry,
            Touch::Done => Self::Done,
            Touch::Back => Self::Back,
        }
    }
}

/// A control beside the phone.
#[derive(Debug, Deserialize)]
#[serde(tag = "control", content = "value", rename_all = "snake_case")]
pub(super) enum Control {
    Network(Net),
    /// The app's version.
    App(String),
    /// Milliseconds.
    Clock(i64),
    Unlock(Answer),
    Prompt(Answer),
    /// Breaks a way by which it is woken, or mends it.
    Way {
        way: Road,
        works: bool,
    },
    Restart,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Road {
    Socket,
    Apns,
    Fcm,
    WebPush,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Unlock,
    Cancel,
    LockedOut,
    Invalidated,
    NoScreenLock,
    Ask,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Net {
    On,
    Portal,
    Off,
}

impl Control {
    pub(super) async fn apply(self, phone: &Phone) {
        match self {
            Self::Network(network) => phone.set_network(network.into()).await,
            Self::App(version) => phone.set_app(&version).await,
            Self::Clock(ms) => phone.set_clock_offset(ms).await,
            Self::Unlock(answer) => phone.set_unlock(answer.into()).await,
            Self::Prompt(answer) => phone.answer_prompt(answer.into()).await,
            Self::Way { way, works } => phone.set_way(way.into(), works).await,
            Self::Restart => phone.restart().await,
        }
    }
}

impl From<Answer> for UnlockAnswer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Unlock => Self::Unlock,
            Answer::Cancel => Self::Cancel,
            Answer::LockedOut => Self::LockedOut,
            Answer::Invalidated => Self::Invalidated,
            Answer::NoScreenLock => Self::NoScreenLock,
            Answer::Ask => Self::Ask,
        }
    }
}

impl From<Net> for Reception {
    fn from(network: Net) -> Self {
        match network {
            Net::On => Self::Online,
            Net::Portal => Self::CaptivePortal,
            Net::Off => Self::Offline,
        }
    }
}

impl From<Road> for Way {
    fn from(way: Road) -> Self {
        match way {
            Road::Socket => Self::Socket,
            Road::Apns => Self::Apns,
            Road::Fcm => Self::Fcm,
            Road::WebPush => Self::WebPush,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touches_are_read() {
        for (json, event) in [
            (r#"{"event":"add_account"}"#, Event::AddAccount),
            (r#"{"event":"number_entered","value":"07"}"#, Event::NumberEntered("07".into())),
            (
                r#"{"event":"code_typed","value":{"login":"a@b.example","code":"K8","server":""}}"#,
                Event::CodeTyped(ByHand {
                    login: "a@b.example".into(),
                    code: "K8".into(),
                    server: String::new(),
                }),
            ),
            (r#"{"event":"choose_language","value":null}"#, Event::ChooseLanguage(None)),
            (r#"{"event":"choose_language","value":"sv"}"#, Event::ChooseLanguage(Some("sv".into()))),
        ] {
            assert_eq!(Event::from(serde_json::from_str::<Touch>(json).unwrap()), event, "{json}");
        }
        for json in [r#"{"event":"wake_arrived","value":[]}"#, r#"{"event":"launched"}"#, "{}"] {
            assert!(serde_json::from_str::<Touch>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn controls_are_read() {
        let read = |json| format!("{:?}", serde_json::from_str::<Control>(json).unwrap());
        assert_eq!(read(r#"{"control":"network","value":"portal"}"#), "Network(Portal)");
        assert_eq!(read(r#"{"control":"clock","value":-600000}"#), "Clock(-600000)");
        assert_eq!(read(r#"{"control":"unlock","value":"ask"}"#), "Unlock(Ask)");
        assert_eq!(read(r#"{"control":"prompt","value":"locked_out"}"#), "Prompt(LockedOut)");
        assert_eq!(read(r#"{"control":"app","value":"0.1"}"#), "App(\"0.1\")");
        let way = r#"{"control":"way","value":{"way":"web_push","works":false}}"#;
        assert_eq!(read(way), "Way { way: WebPush, works: false }");
        assert_eq!(read(r#"{"control":"restart"}"#), "Restart");
    }
}
