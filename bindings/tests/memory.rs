//! Memory, in a process of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use authenticator_bindings::{Config, Core, EffectKind, Event, Key, Outcome, Screen};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use std::fs;
use std::path::Path;
use std::sync::Arc;

const NOW: u64 = 1_800_000_000_000;

/// Calls of the core that are watched, and how many bytes each may keep.
const CALLS: u64 = 12_000;
const KEPT: u64 = 100;

/// Memory of this process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// A phone with an account, as a scenario has it, and the device key of its fake key store.
struct Phone {
    core: Arc<Core>,
    device: SigningKey,
}

impl Phone {
    fn new() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scenarios/no-network.json");
        let scenario: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let saved = scenario["open"]["saved"].as_str().unwrap().as_bytes().to_vec();
        let config = Config {
            app: "1.0.0".into(),
            model: "Pixel 9".into(),
            system: "Android 16".into(),
            allow_loopback_http: false,
        };
        let core = Core::open(config, Some(saved), vec![7; 32]).unwrap();
        let phone = Self { core, device: SigningKey::from_slice(&[102; 32]).unwrap() };
        phone.tell(Event::Launched);
        phone
    }

    /// Carries out what comes of `event`, with a service that has nothing. Returns how many calls that took.
    fn tell(&self, event: Event) -> u64 {
        let mut calls = 1;
        let mut todo = self.core.dispatch(NOW, event).unwrap();
        while let Some(effect) = todo.pop() {
            let outcome = match effect.kind {
                EffectKind::Sign { key: Key::Device, message, .. } => {
                    let made: Signature = self.device.sign(&message);
                    Outcome::Signed { signature: made.to_bytes().to_vec() }
                }
                EffectKind::Post { .. } => {
                    let body = br#"{"now":1800000000,"challenges":[],"ended":[],"confirmed":true}"#.to_vec();
                    Outcome::Http { status: 200, body }
                }
                _ => continue,
            };
            calls += 1;
            todo.extend(self.core.resolve(NOW, effect.id, outcome).unwrap());
        }
        calls
    }

    /// Asks again and again what waits; returns the bytes that the process has grown by. `after` is done at each call.
    fn growth(&self, mut after: impl FnMut()) -> u64 {
        let many = |calls: u64, after: &mut dyn FnMut()| {
            let mut made = 0;
            while made < calls {
                let asked = self.tell(Event::Refresh);
                assert_eq!(asked, 3, "asked, signed and answered");
                (0..asked).for_each(|_| after());
                made += asked;
            }
        };
        many(CALLS / 10, &mut || {});
        let before = resident();
        many(CALLS, &mut after);
        resident().saturating_sub(before)
    }
}

/// The whole way of a question to the service, in one core that lives on.
#[test]
fn twelve_thousand_calls_keep_nothing() {
    let phone = Phone::new();
    let grown = phone.growth(|| {});
    assert!(grown < CALLS * KEPT, "{grown} bytes more after {CALLS} calls");
    let screen = phone.core.view().unwrap().screen;
    assert!(matches!(screen, Screen::Accounts { checking: false, .. }), "it was answered");
    assert_eq!(phone.core.ignored().unwrap(), 0);

    // Twice what may be kept is seen, or nothing would be.
    let mut lost = Vec::new();
    let leaking = phone.growth(|| lost.push(vec![1_u8; 2 * usize::try_from(KEPT).unwrap()]));
    assert!(leaking > CALLS * KEPT, "only {leaking} bytes: a leak would go unseen");
}
