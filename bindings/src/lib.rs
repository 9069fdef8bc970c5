//! The authenticator's core for shells in Kotlin and Swift.
//!
//! [`Core`] is the only object; everything else is data. [`Core::dispatch`] takes what happened ([`Event`]),
//! [`Core::resolve`] how an effect ended ([`Outcome`]); both answer with what there is to do ([`Effect`]). [`Core::view`]
//! says what to draw ([`ScreenModel`]). There is no logic here: each type is the core's, written so that it can cross.

mod effect;
mod event;
#[cfg(feature = "json")]
mod octets;
mod push;
mod quiet;
mod screen;
mod sentence;

pub use effect::{Effect, EffectKind, Key, KeyFailure, Outcome, Unlock};
pub use event::Event;
#[cfg(feature = "json")]
pub use octets::Octets;
pub use push::{ApnsEnvironment, PushAddress, PushWay};
pub use screen::{
    AccountRow, AccountState, Fact, Field, Mood, Screen, ScreenModel, Sender, Value, WaitingRow, Wrong,
};
pub use sentence::Sentence;

use authenticator_core as core;
use authenticator_protocol::time::Millis;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

uniffi::setup_scaffolding!();

/// What the shell knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Config {
    /// The app's version, as it is at this start: "1.0.0".
    pub app: String,
    /// What the phone is: "Pixel 9".
    pub model: String,
    /// Its system: "Android 16".
    pub system: String,
    /// Development only: accepts a service at `http://localhost`.
    pub allow_loopback_http: bool,
}

/// Why a call was refused. It is the shell's mistake or ours, never the user's. Kotlin calls it `CoreException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Error)]
pub enum CoreError {
    /// `seed`: not 32 bytes.
    Seed,
    /// The core has failed inside and cannot be used any longer. Close its sockets and timers, drop what has not begun and
    /// the outcomes that are still to come, let a save or key effect that has begun end, and open another one with what was
    /// saved last: nothing that was acknowledged is lost. Effects, sockets and timers of the new one are numbered from the
    /// beginning. When that one fails as well, show an error of the shell's own, and try again when the user opens the app.
    Broken,
}

impl fmt::Display for CoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seed => "the seed must be 32 bytes",
            Self::Broken => "the core has failed inside; open another one with what was saved last",
        })
    }
}

impl std::error::Error for CoreError {}

/// The authenticator of one phone, with all its accounts.
///
/// It does nothing by itself: it has no clock, no network, no keys and no files. The shell tells it what happens, and
/// carries out the effects that it answers with, in their order (see `Effect`). It may be called from any thread; calls
/// wait for each other, and none waits for anything else, so one serial queue for all of it is best. There is one core for
/// what is saved: extensions of the app and other processes open none.
///
/// In Kotlin it is closed when it is no longer used (`close`, or `use`): closing twice is closing once, and a call after
/// it throws `IllegalStateException`. A string of Kotlin that holds half a character (an unpaired surrogate, as a camera or
/// a clipboard may bring) throws `CharacterCodingException` before anything has crossed. In Swift it ends with its last
/// reference, and such a string cannot be.
#[derive(uniffi::Object)]
pub struct Core {
    /// `None` when it has failed.
    core: Mutex<Option<core::Core>>,
}

#[uniffi::export]
impl Core {
    /// A phone with what it saved last (the newest `EffectKind.Save`; null when no file was ever written), and 32 bytes of
    /// fresh randomness that are used for nothing else and never kept. Saved bytes that mean nothing are no error: the first
    /// screen says what happened. What can never be unsealed again is given as it lies; while it cannot be read yet, such as
    /// before the phone's first unlock, open no core, or an empty phone would replace it. The first call after this one is
    /// `dispatch`, with `Event.Launched` when the app is at the front, with `Event.WakeArrived` when a push started it at the
    /// back.
    #[uniffi::constructor]
    pub fn open(config: Config, saved: Option<Vec<u8>>, seed: Vec<u8>) -> Result<Arc<Self>, CoreError> {
        let seed = seed.try_into().map_err(|_| CoreError::Seed)?;
        let core = quiet::caught(|| core::Core::open(config.into(), saved.as_deref(), seed))?;
        Ok(Arc::new(Self { core: Mutex::new(Some(core)) }))
    }

    /// Something happened. `now` is the phone's clock, in milliseconds since 1970; it may be wrong, and may jump. An event
    /// that does not fit the screen changes nothing and is counted.
    pub fn dispatch(&self, now: u64, event: Event) -> Result<Vec<Effect>, CoreError> {
        self.call(|core| {
            fail_on_purpose(now);
            all(core.dispatch(Millis(now), event.into()))
        })
    }

    /// The effect with this id has ended so. What is late, unknown or does not fit changes nothing and is counted, so an
    /// outcome may always be told.
    pub fn resolve(&self, now: u64, id: u64, outcome: Outcome) -> Result<Vec<Effect>, CoreError> {
        self.call(|core| all(core.resolve(Millis(now), id, outcome.into())))
    }

    /// What the screen shows: always the newest, from the opening on. It changes when `EffectKind.Render` is handed out, and at no other time.
    pub fn view(&self) -> Result<ScreenModel, CoreError> {
        self.call(|core| core.view().into())
    }

    /// How many events and outcomes were late, unknown or not valid since it was opened. A number for diagnosis; nothing
    /// has to be done about it.
    pub fn ignored(&self) -> Result<u64, CoreError> {
        self.call(|core| core.ignored())
    }
}

impl Core {
    /// A call that fails inside leaves nobody with a half-changed core: it is over, and the process lives.
    fn call<T>(&self, call: impl FnOnce(&mut core::Core) -> T) -> Result<T, CoreError> {
        let mut place = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let mut core = place.take().ok_or(CoreError::Broken)?;
        let answer = quiet::caught(|| call(&mut core))?;
        *place = Some(core);
        Ok(answer)
    }
}

impl From<Config> for core::Config {
    fn from(Config { app, model, system, allow_loopback_http }: Config) -> Self {
        Self { app, model, system, allow_loopback_http }
    }
}

impl From<core::Config> for Config {
    fn from(core::Config { app, model, system, allow_loopback_http }: core::Config) -> Self {
        Self { app, model, system, allow_loopback_http }
    }
}

/// At the end of time a debug build fails inside, so that the tests of each language see what becomes of that.
fn fail_on_purpose(now: u64) {
    assert!(!cfg!(debug_assertions) || now != u64::MAX, "on purpose");
}

fn all<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(B::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Arc<Core> {
        let config = Config {
            app: "1.0.0".into(),
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            allow_loopback_http: false,
        };
        Core::open(config, Some(b"{".to_vec()), vec![7; 32]).unwrap()
    }

    #[test]
    fn a_failure_inside_is_an_error_and_the_end_of_this_core() {
        let core = open();
        assert!(matches!(core.view().unwrap().screen, Screen::Result { .. }), "a state that nobody can read");
        assert_eq!(core.dispatch(u64::MAX, Event::Launched).err(), Some(CoreError::Broken));
        assert_eq!(core.view().err(), Some(CoreError::Broken));
        assert_eq!(core.dispatch(0, Event::Launched).err(), Some(CoreError::Broken));
        assert!(open().dispatch(0, Event::Launched).is_ok());
    }

    #[test]
    fn a_seed_of_another_length_is_refused() {
        for length in [0, 31, 33] {
            let config = core::Config {
                app: String::new(),
                model: String::new(),
                system: String::new(),
                allow_loopback_http: false,
            };
            assert_eq!(Core::open(config.into(), None, vec![7; length]).err(), Some(CoreError::Seed));
        }
    }
}
