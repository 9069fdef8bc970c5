//! The Kotlin and Swift of `bindings`: generated, committed, and checked against what the generator writes today.

use crate::generated::{self, File};
use crate::parts::{self, execute};
use std::path::Path;

/// Of `bindings/generator`.
const GENERATOR: &str = "target/debug/generate-bindings";
/// What shells load, for this machine.
const LIBRARY: &str = "target/debug/libauthenticator.so";
/// Where the generator writes, and where each file lives.
const FRESH: &str = "target/bindings";
const FILES: &[(&str, &str)] = &[
    (
        "styrk/authenticator/core/authenticator_bindings.kt",
        "bindings/kotlin/styrk/authenticator/core/authenticator_bindings.kt",
    ),
    ("AuthenticatorCore.swift", "bindings/swift/Sources/AuthenticatorCore/AuthenticatorCore.swift"),
    ("AuthenticatorCoreFFI.h", "bindings/swift/Sources/AuthenticatorCoreFFI/include/AuthenticatorCoreFFI.h"),
];

/// Writes the committed files anew.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    generated::write(root, files(root)?)
}

/// Generating again changes nothing.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    generated::check(root, files(root)?, "bindings")
}

/// As the generator writes them today.
fn files(root: &Path) -> Result<Vec<File>, String> {
    generate(root)?;
    let file = |(fresh, path): &(&str, &'static str)| {
        Ok(File { path, text: generated::read(&root.join(FRESH), fresh)? })
    };
    FILES.iter().map(file).collect()
}

fn generate(root: &Path) -> Result<(), String> {
    execute(root, parts::BUILD)?;
    for language in ["kotlin", "swift"] {
        execute(
            root,
            &[
                GENERATOR,
                "generate",
                "--no-format",
                "--config",
                "bindings/uniffi.toml",
                "--language",
                language,
                "--out-dir",
                FRESH,
                LIBRARY,
            ],
        )?;
    }
    Ok(())
}
