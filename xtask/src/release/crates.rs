//! The crates of which a program is made, with the features that it is built with.

use super::{read, told};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Name and version.
pub(super) type Id = (String, String);

/// One of them.
pub(super) struct Crate {
    /// As Cargo.toml has it, an SPDX expression or an older form of one.
    pub(super) licence: Option<String>,
    /// Where its source lies on this machine.
    pub(super) folder: PathBuf,
    pub(super) repository: Option<String>,
    /// From a registry, and not of this repository.
    pub(super) foreign: bool,
    /// SHA-256 of what the registry handed out.
    pub(super) checksum: Option<String>,
    /// Its code is in the program; otherwise it has only helped to build it.
    pub(super) linked: bool,
    /// What it needs.
    pub(super) needs: BTreeSet<Id>,
}

/// All crates of a package of this workspace, for this machine.
pub(super) fn of(root: &Path, package: &str) -> Result<BTreeMap<Id, Crate>, String> {
    // `cargo metadata` knows everything about a crate but merges the features of the whole workspace; `cargo tree` takes
    // those that one package is built with.
    let linked = tree(root, package, "normal,no-proc-macro")?;
    let host = told(root, "rustc", &["-vV"])?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let arguments = ["metadata", "--locked", "--format-version", "1", "--filter-platform", host];
    let metadata = told(root, "cargo", &arguments)?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let checksums = checksums(root)?;
    let mut known = BTreeMap::new();
    for one in metadata["packages"].as_array().into_iter().flatten() {
        let text = |name: &str| one[name].as_str().map(str::to_owned);
        let (Some(name), Some(version), Some(manifest)) =
            (text("name"), text("version"), text("manifest_path"))
        else {
            return Err("cargo metadata: a package without a name".to_owned());
        };
        known.insert(
            (name, version),
            (text("license"), manifest, text("repository"), text("source").is_some()),
        );
    }
    let all = tree(root, package, "normal,build")?;
    all.into_iter()
        .map(|(id, needs)| {
            let (licence, manifest, repository, foreign) =
                known.remove(&id).ok_or_else(|| format!("cargo metadata does not know {} {}", id.0, id.1))?;
            let folder = Path::new(&manifest).parent().unwrap_or(root).to_path_buf();
            let (checksum, linked) = (checksums.get(&id).cloned(), linked.contains_key(&id));
            Ok((id, Crate { licence, folder, repository, foreign, checksum, linked, needs }))
        })
        .collect()
}

/// Who needs whom, over edges of these kinds.
fn tree(root: &Path, package: &str, edges: &str) -> Result<BTreeMap<Id, BTreeSet<Id>>, String> {
    let arguments = ["tree", "--locked", "-p", package, "-e", edges, "--prefix", "depth", "--format", " {p}"];
    let said = told(root, "cargo", &arguments)?;
    let mut needs: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    let mut above: Vec<Id> = Vec::new();
    // "2 name v1.2.3 …": how deep it stands, and who it is.
    for line in said.lines() {
        let mut words = line.split(' ');
        let depth = words.next().and_then(|word| word.parse::<usize>().ok());
        let (Some(depth), Some(name), Some(version)) = (depth, words.next(), words.next()) else {
            return Err(format!("cargo tree says: {line}"));
        };
        let id = (name.to_owned(), version.trim_start_matches('v').to_owned());
        above.truncate(depth);
        if let Some(parent) = above.last() {
            needs.entry(parent.clone()).or_default().insert(id.clone());
        }
        needs.entry(id.clone()).or_default();
        above.push(id);
    }
    Ok(needs)
}

/// What Cargo.lock pins.
fn checksums(root: &Path) -> Result<BTreeMap<Id, String>, String> {
    let lock: toml::Table =
        read(&root.join("Cargo.lock"))?.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    Ok(packages
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let text = |name: &str| one.get(name)?.as_str().map(str::to_owned);
            Some(((text("name")?, text("version")?), text("checksum")?))
        })
        .collect())
}
