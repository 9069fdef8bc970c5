//! Providers on loopback that speak the real protocols, over TLS and HTTP/2, and do what a test tells them.
//!
//! [`FakeApns`], [`FakeFcm`] and [`FakeWebPush`] keep the providers' own rules until a [`Script`] says otherwise, one
//! [`Act`] for each request. What they received is in [`Received`]. They are for tests of senders, this crate's or
//! anybody's: `curl` works too.

mod apns;
mod certificate;
mod fcm;
mod frames;
mod server;
mod web;

pub use apns::FakeApns;
pub use certificate::TestCertificate;
pub use fcm::FakeFcm;
pub use server::{Act, Received, Script};
pub use web::FakeWebPush;

/// A P-256 key for tests, in PEM: everybody knows it.
pub const TEST_KEY: &str = include_str!("test-key.pem");

/// An RSA key for tests, in PEM: everybody knows it.
pub const TEST_ACCOUNT_KEY: &str = include_str!("test-account-key.pem");
