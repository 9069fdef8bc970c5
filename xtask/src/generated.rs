//! Files that are written from others: committed, not edited, and compared in the checks with what would be written today.

use std::fs;
use std::path::Path;

/// A file that is written: its path in the repository, and what it says.
pub(crate) struct File {
    pub(crate) path: &'static str,
    pub(crate) text: String,
}

/// Writes the committed files anew.
pub(crate) fn write(root: &Path, files: Vec<File>) -> Result<(), String> {
    for File { path, text } in files {
        let to = root.join(path);
        let folder = to.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fs::write(&to, text).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// Writing again, with `cargo xtask COMMAND`, would change nothing.
pub(crate) fn check(root: &Path, files: Vec<File>, command: &str) -> Result<(), String> {
    for File { path, text } in files {
        if read(root, path)? != text {
            return Err(format!("{path} is not what would be written now: run `cargo xtask {command}`"));
        }
        println!("{path} is up to date");
    }
    Ok(())
}

pub(crate) fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}
