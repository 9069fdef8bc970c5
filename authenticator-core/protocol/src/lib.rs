//! What crosses the wire between a phone and the push service.
//!
//! Start with [`jws`], the one envelope that everything travels in; then [`link`] (the enrolment code),
//! [`enrolment`] (claim, offer, registration, the four characters), [`challenge`] (what the phone is asked) and
//! [`answer`]. [`typed`] and [`discovery`] are the way in for people without a camera, [`statement`] moves a phone on
//! to the next identity key, [`channels`] says where it can be woken. [`request`] binds a phone's request to its address and time. The specification for people is
//! `docs/protocol.md`; this crate is what both ends run.
//!
//! No I/O, no clock, no source of randomness and no signature backend live here: the caller brings
//! [`keys::Sign`], [`keys::Verify`], [`random::Random`] and the time.

pub mod answer;
pub mod challenge;
pub mod channels;
pub mod code;
pub mod discovery;
pub mod enrolment;
pub mod fetch;
pub mod ids;
pub mod json;
pub mod jws;
pub mod keys;
pub mod link;
pub mod number;
pub mod problem;
pub mod random;
pub mod request;
pub mod socket;
pub mod statement;
pub mod text;
pub mod time;
pub mod typed;
pub mod version;
pub mod wake;

/// The version of this protocol; it stands as `v` in every protected header.
pub const VERSION: u64 = 1;

/// The longest compact JWS that either side reads, in bytes.
pub const MAX_JWS: usize = 16 * 1024;
