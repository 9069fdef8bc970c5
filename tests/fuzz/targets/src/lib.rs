//! Everything that reads what a stranger sends, given what nobody wrote. `tests/fuzz` gives these targets to libFuzzer;
//! their corpus is given to them by the tests here.
//!
//! `protocol` has the decoders of the wire, `messages` the signed messages, `service` what the service reads beside
//! them (a feature, for the time that it takes to build), `phone` drives the phone's core; `reader` turns bytes into
//! choices.

mod messages;
mod phone;
mod protocol;
mod reader;
#[cfg(feature = "service")]
mod service;

/// Panics when the bytes have found something.
pub type Target = fn(&[u8]);

/// All of them, by their names: the folders of the corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("message", messages::message),
    ("link", protocol::link),
    ("jwk", protocol::jwk),
    ("values", protocol::values),
    ("text", protocol::text),
    ("problem", protocol::problem),
    ("fetch_reply", protocol::fetch_reply),
    ("answer_reply", protocol::answer_reply),
    ("greeting", protocol::greeting),
    ("server", protocol::server),
    ("typed_code", protocol::typed_code),
    ("version", protocol::version),
    ("statement", protocol::statement),
    ("wake", protocol::wake),
    ("saved", phone::saved),
    ("phone", phone::phone),
    #[cfg(feature = "service")]
    ("config", service::config),
    #[cfg(feature = "service")]
    ("form", service::form),
    #[cfg(feature = "service")]
    ("headers", service::headers),
    #[cfg(feature = "service")]
    ("network", service::network),
];
