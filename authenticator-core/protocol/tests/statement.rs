//! A phone follows the announced successor of the identity key, and nobody else, and never back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod key;

use authenticator_protocol::jws::JwsError;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::statement::{Pin, StatementError};
use authenticator_protocol::time::Seconds;
use key::{Key, P256};

const AT: Seconds = Seconds(1_800_000_000);

fn thumb(seed: u8) -> authenticator_protocol::keys::Thumbprint {
    Key::new(seed).public_key().thumbprint()
}

/// Key 1 is pinned, key 2 announced.
fn pin() -> Pin {
    Pin { key: Key::new(1).public_key(), number: 0, next: thumb(2) }
}

#[test]
fn the_announced_key_takes_over() {
    let second = pin().follow(&pin().succeed(&Key::new(2), thumb(3), AT), &P256).unwrap();
    assert_eq!(second, Pin { key: Key::new(2).public_key(), number: 1, next: thumb(3) });
    let third = second.follow(&second.succeed(&Key::new(3), thumb(4), AT), &P256).unwrap();
    assert_eq!((third.number, third.next), (2, thumb(4)));
}

#[test]
fn nothing_else_does() {
    let next = pin().succeed(&Key::new(2), thumb(3), AT);
    let second = pin().follow(&next, &P256).unwrap();
    let elsewhere = Pin { key: Key::new(9).public_key(), ..pin() };
    let later = Pin { number: 5, ..pin() };
    let forged = format!("{}x", &next[..next.len() - 1]);
    for (what, statement, error) in [
        ("the thief of the old key", pin().succeed(&Key::new(1), thumb(3), AT), StatementError::Key),
        ("any other key", pin().succeed(&Key::new(7), thumb(3), AT), StatementError::Key),
        ("a number that was skipped", later.succeed(&Key::new(2), thumb(3), AT), StatementError::Number),
        ("another chain", elsewhere.succeed(&Key::new(2), thumb(3), AT), StatementError::Previous),
        ("back to the old key", pin().succeed(&Key::new(2), thumb(1), AT), StatementError::Next),
        ("its own successor", pin().succeed(&Key::new(2), thumb(2), AT), StatementError::Next),
        ("altered", forged.clone(), StatementError::Message(JwsError::Signature)),
        ("nothing", String::new(), StatementError::Message(JwsError::Form)),
    ] {
        let refused = pin().follow(&statement, &P256);
        // The last character of a signature may also be one that base64url does not have there.
        let form = statement == forged && refused == Err(StatementError::Message(JwsError::Form));
        assert!(refused == Err(error) || form, "{what}: {refused:?}");
    }
    assert_eq!(second.follow(&next, &P256), Err(StatementError::Key), "the same again");
    let last = Pin { number: u32::MAX, ..pin() };
    assert_eq!(last.follow(&last.succeed(&Key::new(2), thumb(3), AT), &P256), Err(StatementError::Number));
}
