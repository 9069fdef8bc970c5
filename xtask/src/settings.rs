//! What the service says of itself: the reference of its settings, the description of its API. Tests of `push-service`
//! compare both with the code.

use crate::generated::{self, File};
use std::path::Path;
use std::process::Command;

/// Writes the reference of the settings anew.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    said(root, "settings", "docs/configuration.md")
}

/// Writes the description of the API anew.
pub(crate) fn write_openapi(root: &Path) -> Result<(), String> {
    said(root, "openapi", "docs/openapi.json")
}

/// Writes what an example says.
fn said(root: &Path, example: &str, path: &'static str) -> Result<(), String> {
    let mut run = Command::new("cargo");
    run.args(["run", "--quiet", "--locked", "-p", "push-service", "--example", example]).current_dir(root);
    let said =
        run.stderr(std::process::Stdio::inherit()).output().map_err(|error| format!("cargo: {error}"))?;
    if !said.status.success() {
        return Err(format!("{path}: cannot be built"));
    }
    let text = String::from_utf8(said.stdout).map_err(|error| format!("{path}: {error}"))?;
    generated::write(root, vec![File { path, text }])
}
