//! What a failure inside leaves on the way to a log, seen from outside of the process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use authenticator_bindings::{Config, Core, CoreError, Event};
use std::env;
use std::panic::catch_unwind;
use std::process::Command;

const NAME: &str = "a_failure_tells_its_place_and_not_what_it_was_about";
const CHILD: &str = "STYRK_FAILS_ON_PURPOSE";

#[test]
fn a_failure_tells_its_place_and_not_what_it_was_about() {
    if env::var_os(CHILD).is_some() {
        return fail();
    }
    let mut child = Command::new(env::current_exe().unwrap());
    let output = child.args(["--exact", NAME, "--nocapture"]).env(CHILD, "1").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("the core has failed at bindings/src/lib.rs:"), "{told}");
    assert!(!told.contains("on purpose"), "{told}");
    assert!(told.contains("of somebody else"), "{told}");
}

/// The core's own, and then one of the app around it.
fn fail() {
    let config = Config {
        app: String::new(),
        model: String::new(),
        system: String::new(),
        allow_loopback_http: false,
    };
    let core = Core::open(config, None, vec![7; 32]).unwrap();
    assert_eq!(core.dispatch(u64::MAX, Event::Launched).err(), Some(CoreError::Broken));
    assert!(catch_unwind(|| panic!("of somebody else")).is_err());
}
