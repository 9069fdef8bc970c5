//! Key files: readable by their owner alone, whole or not there at all.

use super::KeysError;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What a file is called until all of it is written.
const UNFINISHED: &str = "unfinished";

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> KeysError {
    let path = PathBuf::from(path);
    move |error| KeysError::File(path, error)
}

/// A file's content. One that others may use at all is refused.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let mode = fs::metadata(path).map_err(failed(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeysError::Mode(path.into()));
    }
    fs::read(path).map(Zeroizing::new).map_err(failed(path))
}

/// Makes a folder for its owner alone, if it is not there.
pub(super) fn make_folder(path: &Path) -> Result<(), KeysError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(failed(path))
}

/// Takes a folder's rights from everybody but its owner.
pub(super) fn close(path: &Path) -> Result<(), KeysError> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed(path))
}

/// The names of the files in a folder; none where there is no folder.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, KeysError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed(folder))?.file_name();
        names.extend(name.into_string().ok());
    }
    names.sort_unstable();
    Ok(names)
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), KeysError> {
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed(path))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed(path))?;
    sync_folder_of(path)
}

/// Writes a file, or replaces it: whoever looks finds the old or the new one, also after a crash.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), KeysError> {
    let unfinished = path.with_extension(UNFINISHED);
    remove(&unfinished)?;
    write_new(&unfinished, content)?;
    fs::rename(&unfinished, path).map_err(failed(path))?;
    sync_folder_of(path)
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), KeysError> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder_of(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path)(error)),
    }
}

fn sync_folder_of(path: &Path) -> Result<(), KeysError> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}
