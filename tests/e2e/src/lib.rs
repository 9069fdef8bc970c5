//! What the end-to-end tests share: the demo on a standing clock, a phone that can misbehave, a plain HTTP client
//! and a proxy that records.
//!
//! [`World`] is where a test begins. [`RawPhone`] speaks the protocol by hand, with keys of its own and none of the
//! phone's core, so that it can say what a phone never says. [`peer::Peer`] is a bare connection. [`Web`] shows answers as they come, headers included;
//! for a browser that follows redirects there is [`demo::visitor::Visitor`].

pub mod faults;
pub mod forge;
pub mod peer;
pub mod providers;
pub mod proxy;
pub mod raw_phone;
pub mod relay;
pub mod relying_party;
pub mod served;
pub mod socket;
pub mod web;
pub mod world;

pub use raw_phone::{Key, Offered, RawPhone};
pub use web::{Reply, Web};
pub use world::{DIGITS, World};

/// Why a test cannot go on.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What every test answers.
pub type Outcome = Result<(), Error>;
