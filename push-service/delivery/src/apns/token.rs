//! The provider token: "Establishing a token-based connection to APNs" in Apple's documentation.
//!
//! Tokens are issued on a grid of 30 minutes that all machines share: each is at most 30 minutes old (60 are allowed),
//! none follows another within 20, and since ES256 by RFC 6979 needs no randomness, all machines send the same one.

use super::ApnsKey;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds between two tokens.
const GRID: u64 = 30 * 60;
/// Seconds within which no token follows another.
const LEAST: u64 = 20 * 60;

/// Seconds for which APNs takes one.
const LIFE: u64 = 60 * 60;

/// The token that counts now.
pub(super) struct Tokens {
    state: Mutex<State>,
}

struct State {
    key: ApnsKey,
    current: Option<Token>,
}

/// A signed token.
#[derive(Clone)]
pub(super) struct Token {
    /// Seconds since 1970.
    issued: u64,
    /// Grows with each key.
    pub(super) text: Arc<str>,
}

impl Tokens {
    pub(super) fn new(key: ApnsKey) -> Self {
        Self { state: Mutex::new(State { key, current: None }) }
    }

    /// The token for `now`, in seconds since 1970.
    pub(super) fn at(&self, now: u64) -> Token {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let on_grid = now - now % GRID;
        let keep = |token: &&Token| {
            // A clock that was stepped back a little does not bring the one of before back.
            let is_newest =
                token.issued <= now.saturating_add(LEAST) && on_grid < token.issued.saturating_add(LEAST);
            is_newest && now < token.issued.saturating_add(GRID + LEAST)
        };
        if let Some(token) = state.current.as_ref().filter(keep) {
            return token.clone();
        }
        state.issue(on_grid)
    }

    /// A token made now, because APNs takes `used` for expired: its clock differs from ours. `None` when one was made
    /// so lately that another would be refused.
    pub(super) fn anew(&self, used: &Token, now: u64) -> Option<Token> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.current {
            Some(current) if current.text != used.text => Some(current.clone()),
            Some(current) if now.abs_diff(current.issued) < LEAST && current.issued % GRID != 0 => None,
            Some(current) if now == current.issued => None,
            _ => Some(state.issue(now)),
        }
    }

    /// When the newest one ends, in seconds since 1970.
    pub(super) fn ends(&self) -> Option<u64> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.current.as_ref().map(|token| token.issued.saturating_add(LIFE))
    }

    /// Signs with another key from now on.
    pub(super) fn replace(&self, key: ApnsKey) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State { key, current: None };
    }
}

impl State {
    fn issue(&mut self, issued: u64) -> Token {
        let header = json!({ "alg": "ES256", "kid": self.key.key_id });
        let claims = json!({ "iss": self.key.team_id, "iat": issued });
        let token = Token { issued, text: self.key.key.token(&header, &claims).into() };
        self.current = Some(token.clone());
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::TEST_KEY;

    fn tokens() -> Tokens {
        Tokens::new(ApnsKey::new(TEST_KEY, "ABCDE12345", "TEAM123456").unwrap())
    }

    const DAY: u64 = 1_800_000_000 - 1_800_000_000 % GRID;

    #[test]
    fn all_machines_change_at_once_and_send_the_same() {
        let (one, other) = (tokens(), tokens());
        let first = one.at(DAY + 7);
        assert_eq!(first.issued, DAY);
        assert_eq!(first.text, other.at(DAY + GRID - 1).text);
        let second = other.at(DAY + GRID);
        assert_eq!(second.issued, DAY + GRID);
        assert_eq!(one.at(DAY + GRID).text, second.text);
    }

    #[test]
    fn no_token_gets_old_and_none_follows_within_twenty_minutes() {
        let tokens = tokens();
        let mut last: Option<Token> = None;
        for minute in 0..600 {
            // The clock jumps about by some minutes.
            let now = DAY + minute * 60 + (minute * 37 % 11) * 60;
            let token = tokens.at(now);
            assert!(now.abs_diff(token.issued) < 55 * 60, "minute {minute}: {}", now.abs_diff(token.issued));
            if let Some(last) = last.filter(|last| last.text != token.text) {
                assert!(token.issued >= last.issued + LEAST, "minute {minute}");
            }
            last = Some(token);
        }
    }

    #[test]
    fn one_that_apple_finds_expired_is_made_anew_once() {
        let tokens = tokens();
        let used = tokens.at(DAY + 600);
        let anew = tokens.anew(&used, DAY + 600).unwrap();
        assert_eq!(anew.issued, DAY + 600);
        assert_eq!(
            tokens.anew(&used, DAY + 601).unwrap().text,
            anew.text,
            "all who used it share the new one"
        );
        assert!(tokens.anew(&anew, DAY + 601).is_none());
        assert_eq!(tokens.at(DAY + 602).text, anew.text);
        // The next on the grid is 20 minutes younger: that is enough.
        assert_eq!(tokens.at(DAY + GRID).issued, DAY + GRID);
    }

    #[test]
    fn a_clock_that_was_hours_ahead_is_got_over() {
        let tokens = tokens();
        tokens.at(DAY + 5 * 3600);
        assert_eq!(tokens.at(DAY + 60).issued, DAY);
    }
}
