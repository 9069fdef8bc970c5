//! The core as a library for phones. The system of a phone brings the linker for an app; what can be had without it is
//! a static library for each target, and its size when Rust's own linker makes a library of it.

use crate::parts::execute;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A phone's system, and how its linker is called.
struct Target {
    name: &'static str,
    linker: &'static str,
    arguments: &'static [&'static str],
}

const TARGETS: &[Target] = &[
    Target {
        name: "aarch64-linux-android",
        linker: "ld.lld",
        arguments: &[
            "-m",
            "aarch64linux",
            "-shared",
            "--gc-sections",
            "--strip-all",
            "-z",
            "max-page-size=16384",
            "--unresolved-symbols=ignore-all",
            "--undefined-glob=uniffi_*",
            "--undefined-glob=ffi_*",
        ],
    },
    Target {
        name: "aarch64-apple-ios",
        linker: "ld64.lld",
        arguments: &[
            "-arch",
            "arm64",
            "-platform_version",
            "ios",
            "16.0",
            "16.0",
            "-dylib",
            "-all_load",
            "-dead_strip",
            "-x",
            "-undefined",
            "dynamic_lookup",
            "-exported_symbol",
            "_uniffi_*",
            "-exported_symbol",
            "_ffi_*",
        ],
    },
];

const CRATE: &str = "authenticator-library";
const LIBRARY: &str = "libauthenticator.a";

/// What an app may become larger by for one processor, in bytes.
const MOST: u64 = 3_000_000;

/// Builds as apps do it, and tells the sizes.
pub(crate) fn measure(root: &Path) -> Result<(), String> {
    for target in TARGETS {
        if !is_there(root, target) {
            println!("{:<22} not built: its standard library cannot be had here", target.name);
            continue;
        }
        build(root, target, "phone")?;
        let library = root.join("target").join(target.name).join("phone").join(LIBRARY);
        let linked = library.with_extension("linked");
        let mut link = Command::new(linker(target)?);
        link.args(target.arguments).arg("-o").arg(&linked).arg(&library);
        if !link.status().is_ok_and(|status| status.success()) {
            return Err(format!("{}: it does not link", target.name));
        }
        let size = fs::metadata(&linked).map_err(|error| error.to_string())?.len();
        println!("{:<22} {size:>9} bytes, linked and stripped", target.name);
        fits(target.name, size)?;
    }
    Ok(())
}

fn fits(target: &str, size: u64) -> Result<(), String> {
    let is_small = size <= MOST;
    is_small.then_some(()).ok_or_else(|| format!("{target}: {size} bytes are more than {MOST}"))
}

/// Builds quickly, in the checks: it compiles for phones, with nothing but Rust. Returns the targets whose standard
/// library cannot be had here.
pub(crate) fn check(root: &Path) -> Result<Vec<&'static str>, String> {
    no_c(root)?;
    unwinds(&fs::read_to_string(root.join("Cargo.toml")).map_err(|error| error.to_string())?)?;
    let (there, missing): (Vec<_>, Vec<_>) = TARGETS.iter().partition(|target| is_there(root, target));
    for target in there {
        build(root, target, "unused")?;
        println!("{} builds", target.name);
    }
    Ok(missing.into_iter().map(|target| target.name).collect())
}

fn is_there(root: &Path, target: &Target) -> bool {
    execute(root, &["rustup", "target", "add", target.name]).is_ok()
}

fn build(root: &Path, target: &Target, profile: &str) -> Result<(), String> {
    let target = target.name;
    let crate_type = ["--crate-type", "staticlib", "--profile", profile, "--target", target];
    let command = [&["cargo", "rustc", "-q", "--locked", "-p", CRATE, "--lib"], &crate_type[..]].concat();
    execute(root, &command)
}

/// A failure inside the core must not end the app: its profile unwinds, and says so.
fn unwinds(manifest: &str) -> Result<(), String> {
    let manifest: toml::Table = manifest.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let panic = manifest.get("profile").and_then(|it| it.get("phone")).and_then(|it| it.get("panic"));
    match panic.and_then(toml::Value::as_str) {
        Some("unwind") => Ok(()),
        other => Err(format!("profile `phone` needs panic = \"unwind\", and has {other:?}")),
    }
}

/// No dependency compiles C.
fn no_c(root: &Path) -> Result<(), String> {
    let tree = Command::new("cargo")
        .args(["tree", "--locked", "-p", CRATE, "-e", "normal,build", "--target", "all", "--prefix", "none"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo tree: {error}"))?;
    let tree = String::from_utf8_lossy(&tree.stdout);
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let compilers: Vec<&str> = names.filter(|name| ["cc", "cmake", "bindgen"].contains(name)).collect();
    match (tree.contains(CRATE), compilers.first()) {
        (false, _) => Err("cargo tree does not know the crate".to_owned()),
        (true, Some(name)) => Err(format!("the library for phones has C in it: {name} builds something")),
        (true, None) => Ok(()),
    }
}

/// The linker that comes with Rust.
fn linker(target: &Target) -> Result<PathBuf, String> {
    let told = |arguments: &[&str]| {
        let output =
            Command::new("rustc").args(arguments).output().map_err(|error| format!("rustc: {error}"))?;
        Ok::<_, String>(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let version = told(&["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let folder = Path::new(told(&["--print", "sysroot"])?.trim()).join("lib/rustlib").join(host);
    Ok(folder.join("bin/gcc-ld").join(target.linker))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_too_large_is_refused() {
        assert!(fits("a phone", MOST).is_ok());
        assert!(fits("a phone", MOST + 1).is_err());
    }

    #[test]
    fn a_profile_that_does_not_unwind_is_refused() {
        assert!(unwinds("[profile.phone]\npanic = \"unwind\"").is_ok());
        for manifest in ["", "[profile.phone]\nlto = true", "[profile.phone]\npanic = \"abort\""] {
            assert!(unwinds(manifest).is_err(), "{manifest}");
        }
    }
}
