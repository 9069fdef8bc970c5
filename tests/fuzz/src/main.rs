//! Everything that reads what a stranger sends, given what nobody wrote. One binary: `FUZZ_TARGET` names the target,
//! and without it the names are listed. `cargo xtask fuzz` builds and runs it.
//!
//! `protocol` has the decoders of the wire, `messages` the signed messages, `service` what the service reads beside
//! them (a feature, for the time that it takes to build), `phone` drives the phone's core; `reader` turns bytes into
//! choices.

#![no_main]
#![expect(clippy::print_stdout, reason = "lists the targets for whoever runs it")]

mod messages;
mod phone;
mod protocol;
mod reader;
#[cfg(feature = "service")]
mod service;

use std::sync::LazyLock;

type Target = fn(&[u8]);

const TARGETS: &[(&str, Target)] = &[
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

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let named = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let Some((_, target)) = TARGETS.iter().find(|(name, _)| *name == named) else {
        for (name, _) in TARGETS {
            println!("{name}");
        }
        std::process::exit(0);
    };
    *target
});

libfuzzer_sys::fuzz_target!(
    init: {
        LazyLock::force(&TARGET);
    },
    |data: &[u8]| TARGET(data)
);
