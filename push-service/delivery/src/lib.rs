//! Pushes to phones: APNs, FCM and Web Push behind one trait.
//!
//! [`Provider::send`] takes an [`Address`] and a [`Push`], whose payload is opaque bytes, and answers with an
//! [`Outcome`] that means the same for every provider, the provider's own word beside it. Start with [`Apns::start`],
//! [`Fcm::start`] and [`WebPush::start`]; `examples/send.rs` is all of it in one file.
//!
//! | module | holds |
//! |---|---|
//! | [`apns`] | Apple: HTTP/2 with a token (ES256) |
//! | [`fcm`] | Google: FCM HTTP v1 with a service account (RS256) |
//! | [`web`] | Web Push: RFC 8030, 8291 and 8292 |
//! | [`guard`] | the resolver that keeps requests away from private addresses |
//! | `fake` | with the feature of that name: providers on loopback that do what a test tells them |
//!
//! What is sent is known to nobody here, and neither addresses nor payloads nor keys are ever printed.

mod address;
mod answer;
pub mod apns;
mod breaker;
mod clock;
mod endpoint;
#[cfg(feature = "fake")]
pub mod fake;
pub mod fcm;
pub mod guard;
mod http2;
mod jwt;
mod pause;
mod provider;
mod push;
mod trust;
pub mod web;

pub use address::{Address, AddressError, Channel, DeviceToken, RegistrationToken, Subscription};
pub use answer::{Alarm, Answer, Outcome, Reason};
pub use apns::Apns;
#[cfg(feature = "fake")]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock};
pub use endpoint::{Endpoint, EndpointError};
pub use fcm::Fcm;
pub use jwt::KeyError;
pub use provider::{Checked, Provider};
pub use push::{Collapse, Push, PushId, Urgency};
pub use trust::{Trust, TrustError};
pub use web::WebPush;
