//! Memory, in a process of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use authenticator_bindings::{Config, Core, EffectKind, Event};
use std::fs;

const NOW: u64 = 1_800_000_000_000;

/// Memory of this process, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A kilobyte kept by each dispatch would be ten times the bound.
#[test]
fn ten_thousand_dispatches_keep_nothing() {
    let config = Config {
        app: "1.0.0".into(),
        model: "Pixel 9".into(),
        system: "Android 16".into(),
        allow_loopback_http: false,
    };
    let core = Core::open(config, None, vec![7; 32]).unwrap();
    core.dispatch(NOW, Event::Launched).unwrap();
    let many = || {
        for _ in 0..5_000 {
            core.dispatch(NOW, Event::OpenSettings).unwrap();
            let effects = core.dispatch(NOW, Event::Back).unwrap();
            assert!(effects.iter().any(|effect| effect.kind == EffectKind::Render));
        }
    };
    many();
    let before = resident();
    many();
    let grown = resident().saturating_sub(before);
    assert!(grown < 1_024, "{grown} KiB more after 10,000 dispatches");
}
