//! What is handed out: the Debian package, what is in it (SBOM), and the sums of both (docs/adr/0023-packages.md).

mod crates;
mod debian;
mod licences;
mod sbom;

use crate::parts::{BUILD, execute};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the files for people lie, below the folder in which cargo builds.
const FILES: &str = "release-files";

/// How much a file is squeezed: a release is built once, a try in the checks each time.
const SMALL: u8 = 9;
const QUICK: u8 = 1;

/// Builds the release of the commit that is checked out.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let changed = told(root, "git", &["status", "--porcelain"]).unwrap_or_default();
    if !changed.is_empty() {
        return Err(format!("a release is of a commit, and these are in none:\n{changed}"));
    }
    let built = root.join("target/release-build");
    // A panic's message has its file's path, and that of this machine is nobody's business.
    let cargo_home = std::env::var("CARGO_HOME").ok().map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let cargo_home = cargo_home.ok_or("there is neither CARGO_HOME nor a home")?;
    let sysroot = PathBuf::from(told(root, "rustc", &["--print", "sysroot"])?);
    let named = [(root, "styrk"), (cargo_home.as_path(), "cargo"), (sysroot.as_path(), "rust")];
    let flags = named.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "-p", "push-service", "--bin", "styrk", "--target-dir"])
        .arg(&built)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .current_dir(root)
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err("the service cannot be built".to_owned());
    }
    let files = root.join("target").join(FILES);
    make(root, &built.join("release/styrk"), &files, &version(), SMALL)?;
    println!("in target/{FILES}:");
    execute(&files, &["ls", "-l"])
}

/// The same from what the checks have built, and a second package that is newer. `tests/package` tries them.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    execute(root, BUILD)?;
    let binary = crate::bench::built(root).join("debug/styrk");
    let work = root.join("target/package");
    let next = format!("{}+next", version());
    make(root, &binary, &work.join("files"), &version(), QUICK)?;
    make(root, &binary, &work.join("next"), &next, QUICK)?;
    execute(root, &["python3", "tests/package/walk.py"])
}

/// Everything of one release, in a folder that is made anew.
fn make(root: &Path, binary: &Path, to: &Path, version: &str, level: u8) -> Result<(), String> {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let made = made(root)?;
    let crates = crates::of(root, "push-service")?;
    let package = debian::Package { root, binary, version, level, made, licences: licences::of(&crates)? };
    let name = package.build(to)?;
    let date = told(root, "date", &["-u", "-d", &format!("@{made}"), "+%Y-%m-%dT%H:%M:%SZ"])?;
    write(&to.join(format!("{name}.cdx.json")), &sbom::of(&crates, version, &date)?)?;
    let mut names: Vec<String> = fs::read_dir(to)
        .map_err(|error| format!("{}: {error}", to.display()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains('.'))
        .collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    write(&to.join("SHA256SUMS"), &(told(to, "sha256sum", &names)? + "\n"))
}

/// The version of the workspace, as Debian orders versions: what comes before a release has a tilde.
fn version() -> String {
    env!("CARGO_PKG_VERSION").replacen('-', "~", 1)
}

/// When this was made, Unix time: nothing in a release knows when it was built, only of what.
fn made(root: &Path) -> Result<u64, String> {
    let commit = || told(root, "git", &["log", "-1", "--format=%ct"]);
    let unpacked = || told(root, "stat", &["-c", "%Y", "Cargo.lock"]);
    let time = std::env::var("SOURCE_DATE_EPOCH").or_else(|_| commit()).or_else(|_| unpacked())?;
    time.parse().map_err(|_| format!("not a time: {time}"))
}

/// What a command says, without the end of its last line.
fn told(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let said = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if !said.status.success() {
        return Err(format!("failed: {program} {}", arguments.join(" ")));
    }
    let text = String::from_utf8(said.stdout).map_err(|error| format!("{program}: {error}"))?;
    Ok(text.trim_end().to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
