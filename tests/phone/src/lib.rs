//! A phone without a phone: the real core of the app (`authenticator-core`) with software keys.
//!
//! [`Phone`] is one installation of the app. It runs the core's effects as the Android and iOS shells do: keys,
//! HTTP, WebSockets, timers, saved state, notifications. What goes wrong with real phones can be switched on:
//! no network, a wrong clock, a cancelled unlock prompt, a killed app. Tests drive it by events and wait for a
//! screen; [`screen`] is a web page on which a person does the same; the command `simulated-phone` serves it.
//!
//! Start with [`phone`] (the handle), then `installation` (the one task that owns the core).

pub mod clock;
pub mod options;
pub mod phone;
pub mod phones;
pub mod push;
pub mod screen;

mod inbox;
mod installation;
mod keys;
mod network;
mod random;
mod storage;

pub use clock::{PhoneClock, SystemClock};
pub use options::{PhoneOptions, Resolve, Storage};
pub use phone::{Phone, PhoneState, Reception, StillWaiting, UnlockAnswer};
pub use phones::{Phones, Tool};
pub use push::{Distributor, Push, Pushes, Way};

// What a test needs to speak to a phone, from the crates that own it.
pub use authenticator_core::event::{ByHand, Environment, Event, PushAddress};
pub use authenticator_core::screen::{Screen, ScreenModel};
pub use authenticator_protocol::time::Millis;
