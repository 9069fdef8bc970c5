//! The texts that the core can emit. That every screen of every test shows only these is checked by its shell.

use authenticator_core::texts;

#[test]
fn every_text_is_named_once() {
    let mut keys: Vec<&str> = texts().iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count);
}
