//! What the page draws: the phones, with every text already a sentence in the wanted language.
//!
//! [`ScreenJson`] mirrors [`authenticator_core::screen::Screen`] variant by variant, and adds the labels that the
//! shells of Android and iOS take from their own resources.

use super::palette::Palette;
use super::words::Words;
use crate::phone::{PhoneState, Reception, UnlockAnswer};
use crate::push::Way;
use authenticator_core::screen::{self, Mood, Screen, Value};
use authenticator_protocol::time::Millis;
use serde::Serialize;
use texts::Language;

mod screens;

pub use screens::{AccountJson, FactJson, InputJson, LanguageJson, MoodJson, ScreenJson, WaitingJson};

/// One phone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhoneJson {
    /// Its number in every path.
    pub number: u32,
    /// "Pixel 9".
    pub model: String,
    /// "Android 16".
    pub system: String,
    /// The language that the app speaks, chosen in it or the phone's.
    pub language: &'static str,
    /// What its status bar says: milliseconds, at the start of a minute.
    pub clock: u64,
    /// The app is at the front.
    pub foreground: bool,
    /// `on`, `portal` or `off`.
    pub network: &'static str,
    /// The app's version.
    pub app: String,
    /// The version that it was installed with.
    pub newest_app: String,
    /// How wrong its clock is, in milliseconds.
    pub clock_offset: i64,
    /// `ask`, `unlock`, `cancel`, `locked_out`, `invalidated` or `no_screen_lock`.
    pub unlock: &'static str,
    /// The ways by which it can be woken.
    pub ways: Vec<WayJson>,
    /// What the open unlock prompt says.
    pub prompt: Option<String>,
    /// The notification that is shown.
    pub notification: Option<String>,
    /// No screenshots, nothing in the app switcher.
    pub secure: bool,
    /// What a screen reader says when this screen appears.
    pub announce: Option<String>,
    /// Until the screen changes by itself.
    pub time_left: Option<TimeLeft>,
    /// What the app shows.
    pub screen: ScreenJson,
}

/// A way by which a phone can be woken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayJson {
    /// `socket`, `apns`, `fcm` or `web_push`.
    pub way: &'static str,
    /// It was not broken.
    pub works: bool,
    /// The last wake came so.
    pub woke: bool,
}

impl WayJson {
    fn new(way: Way, state: &PhoneState) -> Self {
        let name = match way {
            Way::Socket => "socket",
            Way::Apns => "apns",
            Way::Fcm => "fcm",
            Way::WebPush => "web_push",
        };
        Self { way: name, works: !state.broken.contains(&way), woke: state.woken == Some(way) }
    }
}

/// Until the screen changes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeLeft {
    /// Whole seconds, rounded up.
    pub seconds: u64,
    /// "45 seconds left".
    pub text: String,
}

/// An organisation as the sender of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SenderJson {
    /// "Region X".
    pub organisation: String,
    /// The letter in its mark.
    pub letter: String,
    /// The user's e-mail or UPN there.
    pub login: String,
    /// Its colour.
    pub palette: Palette,
}

impl SenderJson {
    fn new(sender: &screen::Sender) -> Self {
        // "Region X" and "Region Y" differ in their last word, "Kommun" has only one.
        let word = sender.organisation.split_whitespace().next_back().unwrap_or_default();
        Self {
            organisation: sender.organisation.clone(),
            letter: word.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default(),
            login: sender.login.clone(),
            palette: Palette::of(&sender.colour),
        }
    }
}

impl PhoneJson {
    /// `state` of phone number `number` at `now`; `language` is the phone's, which the app may override.
    pub fn new(
        number: u32,
        options: &crate::PhoneOptions,
        state: &PhoneState,
        language: Language,
        now: Millis,
    ) -> Self {
        let language = state.screen.language.as_deref().and_then(Language::from_tag).unwrap_or(language);
        let words = Words::new(language, now);
        let model = &state.screen;
        Self {
            number,
            model: options.model.clone(),
            system: options.system.clone(),
            language: language.tag(),
            clock: now.0 - now.0 % 60_000,
            foreground: state.foreground,
            network: match state.network {
                Reception::Online => "on",
                Reception::CaptivePortal => "portal",
                Reception::Offline => "off",
            },
            app: state.app.clone(),
            newest_app: options.version.clone(),
            clock_offset: state.clock_offset,
            unlock: match state.unlock {
                UnlockAnswer::Ask => "ask",
                UnlockAnswer::Unlock => "unlock",
                UnlockAnswer::Cancel => "cancel",
                UnlockAnswer::LockedOut => "locked_out",
                UnlockAnswer::Invalidated => "invalidated",
                UnlockAnswer::NoScreenLock => "no_screen_lock",
            },
            ways: options.pushes.ways().into_iter().map(|way| WayJson::new(way, state)).collect(),
            prompt: state.prompt.as_ref().map(|text| words.say(text)),
            notification: state.notification.as_ref().map(|text| words.say(text)),
            secure: model.secure,
            announce: model.announce.as_ref().map(|text| words.say(text)),
            time_left: time_left(words, model),
            screen: ScreenJson::new(words, &model.screen),
        }
    }
}

/// Only where there is something to do in time; elsewhere a countdown would only make people nervous.
fn time_left(words: Words, model: &screen::ScreenModel) -> Option<TimeLeft> {
    let ends = model.changes_at.filter(|_| matches!(model.screen, Screen::Approve { .. }))?;
    let seconds = ends.since(words.now).div_ceil(1000);
    Some(TimeLeft { seconds, text: words.texts.phone_approve_time_left(seconds) })
}

fn value(words: Words, value: &Value) -> String {
    match value {
        Value::Name(name) => name.clone(),
        Value::Text(text) => words.say(text),
        Value::Moment(at) => words.moment(*at),
    }
}

impl From<Mood> for MoodJson {
    fn from(mood: Mood) -> Self {
        match mood {
            Mood::Good => Self::Good,
            Mood::Bad => Self::Bad,
            Mood::Neutral => Self::Neutral,
        }
    }
}
