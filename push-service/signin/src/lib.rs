//! The rules of signing in, pure: what was read comes in, a [`Decision`] goes out.
//!
//! Start with [`decision`]: every rule answers with changes (what to write), facts (what the audit trail keeps)
//! and notices (who must hear of it). The nouns are in [`user`], [`device`], [`session`], [`request`],
//! [`enrolment`], [`channel`] and [`relying_party`]; [`pass`] is what IT support gives; [`entry`] says when the password
//! is enough; the settings in [`policy`]; [`throttle`] counts strangers' tries;
//! [`retention`] says how long what is kept.
//!
//! Neither HTTP nor SQL is known here; time and randomness are parameters.

pub mod channel;
pub mod decision;
pub mod device;
pub mod enrolment;
pub mod entry;
pub mod fact;
pub mod network;
pub mod pass;
pub mod policy;
pub mod relying_party;
pub mod request;
pub mod retention;
pub mod session;
pub mod throttle;
pub mod user;
#[cfg(test)]
mod world;

pub use decision::{Change, Decision, Notice};
