//! The targets of `targets/` under libFuzzer, as one binary: `FUZZ_TARGET` names the target, and without it the names
//! are listed. `cargo xtask fuzz` builds and runs it.

#![no_main]
#![expect(clippy::print_stdout, reason = "lists the targets for whoever runs it")]

use fuzz_targets::{TARGETS, Target};
use std::sync::LazyLock;

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
