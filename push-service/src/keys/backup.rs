//! A copy of all keys in one file, sealed under a passphrase: a tar archive inside an `age` file, so that
//! `age -d FILE | tar x` opens it as well. The next identity key is never in it.

use super::identity::{STATEMENTS, identity_file, number};
use super::results::FOLDER as RESULTS;
use super::{Keys, KeysError, SigningKeys, VAULT, age, empty, file};
use authenticator_protocol::time::Seconds;
use std::io::Read as _;
use std::path::Path;
use zeroize::Zeroizing;

/// A passphrase has at least so many characters. It protects everything, against guessing at leisure.
pub const SHORTEST: usize = 12;

/// The largest key file, in bytes.
const LARGEST: u64 = 16 * 1024;

/// Why there is no backup, or nothing was restored from it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A key file.
    #[error("{0}")]
    Keys(#[from] KeysError),
    /// The passphrase is too easy to guess.
    #[error("the passphrase must have at least {SHORTEST} characters")]
    Passphrase,
    /// Wrong passphrase, or damage.
    #[error("the backup cannot be opened: another passphrase, or the file is damaged")]
    NotOpened,
    /// It holds what `styrk key backup` does not write.
    #[error("the backup holds something else than keys: {0}")]
    Content(String),
    /// scrypt needs 256 MiB.
    #[error("the backup could not be sealed: not enough memory or randomness")]
    NotSealed,
}

/// Copies the keys in `folder` into the new file `to`.
pub fn backup(folder: &Path, to: &Path, passphrase: &str) -> Result<(), BackupError> {
    write(folder, to, passphrase, age::WORK)
}

fn write(folder: &Path, to: &Path, passphrase: &str, work: u8) -> Result<(), BackupError> {
    if passphrase.chars().count() < SHORTEST {
        return Err(BackupError::Passphrase);
    }
    // A copy of keys that do not work would be found out on the day of the loss.
    let current = Keys::read(folder)?.signing.identity.pin().number;
    let mut archive = tar::Builder::new(Vec::new());
    for name in all(folder)?.into_iter().filter(|name| belongs(name, current)) {
        let content = file::read(&folder.join(&name))?;
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        let damaged = |_| BackupError::Content(name.clone());
        archive.append_data(&mut header, &name, content.as_slice()).map_err(damaged)?;
    }
    let plain = Zeroizing::new(archive.into_inner().map_err(|_| BackupError::NotSealed)?);
    let sealed = age::seal(&plain, passphrase, work).ok_or(BackupError::NotSealed)?;
    Ok(file::write_new(to, &sealed)?)
}

/// Puts the keys from the file `from` into `folder`, in which there must be nothing. They are checked before.
pub fn restore(folder: &Path, from: &Path, passphrase: &str, now: Seconds) -> Result<(), BackupError> {
    let sealed = file::read(from)?;
    let plain = age::open(&sealed, passphrase).map_err(|age::NotOpened| BackupError::NotOpened)?;
    let files = unpack(&plain)?;
    empty(folder)?;
    for subfolder in [STATEMENTS, RESULTS] {
        file::make_folder(&folder.join(subfolder))?;
    }
    for (name, content) in files {
        file::write_new(&folder.join(name), &content)?;
    }
    Keys::load(folder, now)?;
    Ok(())
}

type Files = Vec<(String, Zeroizing<Vec<u8>>)>;

fn unpack(plain: &[u8]) -> Result<Files, BackupError> {
    let other = |what: String| move |_| BackupError::Content(what);
    let mut files = Files::new();
    for entry in tar::Archive::new(plain).entries().map_err(other("no archive".to_owned()))? {
        let entry = entry.map_err(other("no archive".to_owned()))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let is_key = number(&name, "identity-", ".pk8").is_some_and(|number| belongs(&name, number))
            || belongs(&name, u32::MAX);
        if !is_key || !entry.header().entry_type().is_file() || entry.size() > LARGEST {
            return Err(BackupError::Content(name));
        }
        let mut content = Zeroizing::new(Vec::new());
        entry.take(LARGEST).read_to_end(&mut content).map_err(other(name.clone()))?;
        files.push((name, content));
    }
    Ok(files)
}

/// The names of all files, with their folders.
fn all(folder: &Path) -> Result<Vec<String>, KeysError> {
    let mut names = file::names(folder)?;
    for subfolder in [STATEMENTS, RESULTS] {
        names.extend(file::names(&folder.join(subfolder))?.iter().map(|name| format!("{subfolder}/{name}")));
    }
    Ok(names)
}

/// Whether a file is one of the keys while identity key number `current` signs. The next identity key is not.
fn belongs(name: &str, current: u32) -> bool {
    match name.split_once('/') {
        None => name == VAULT || name == identity_file(current),
        Some((STATEMENTS, name)) => name == "0.json" || number(name, "", ".jws").is_some(),
        Some((RESULTS, name)) => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            name.strip_suffix(".pk8").is_some_and(|name| !name.is_empty() && name.bytes().all(plain))
        }
        Some(_) => false,
    }
}

impl SigningKeys {
    /// Whether both folders hold the same keys.
    #[cfg(test)]
    fn same(&self, other: &Self) -> bool {
        let published = |keys: &Self| serde_json::to_string(&keys.results.published(Seconds(0))).unwrap();
        self.identity.pin() == other.identity.pin() && published(self) == published(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{identity, results};
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    const NOW: Seconds = Seconds(1_800_000_000);
    const PASSPHRASE: &str = "correct horse battery";
    const QUICK: u8 = 4;

    fn folder_with_keys() -> (tempfile::TempDir, std::path::PathBuf) {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("keys");
        Keys::create(&folder, NOW).unwrap();
        let next = outer.path().join("usb-stick");
        fs::rename(folder.join("next-identity-1.pk8"), &next).unwrap();
        identity::rotate(&folder, &next, NOW).unwrap();
        results::rotate(&folder, NOW).unwrap();
        (outer, folder)
    }

    #[test]
    fn everything_comes_back_but_the_next_key() {
        let (outer, folder) = folder_with_keys();
        let (to, back) = (outer.path().join("backup.age"), outer.path().join("back"));
        write(&folder, &to, PASSPHRASE, QUICK).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        restore(&back, &to, PASSPHRASE, NOW).unwrap();
        let (one, two) = (Keys::load(&folder, NOW).unwrap(), Keys::load(&back, NOW).unwrap());
        assert!(one.signing.same(&two.signing) && one.vault == two.vault);
        assert!(folder.join("next-identity-2.pk8").exists());
        let names = all(&back).unwrap();
        assert!(names.contains(&"identity-1.pk8".to_owned()));
        assert!(!names.iter().any(|name| name.contains("next")), "{names:?}");
        for name in names.iter().filter(|name| back.join(name).is_file()) {
            let mode = fs::metadata(back.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_half_restored() {
        let (outer, folder) = folder_with_keys();
        let to = outer.path().join("backup.age");
        write(&folder, &to, PASSPHRASE, QUICK).unwrap();
        let again = write(&folder, &to, PASSPHRASE, QUICK);
        assert!(matches!(again, Err(BackupError::Keys(KeysError::File(..)))), "{again:?}");
        let onto = restore(&folder, &to, PASSPHRASE, NOW);
        assert!(matches!(onto, Err(BackupError::Keys(KeysError::NotEmpty(..)))), "{onto:?}");
        let back = outer.path().join("back");
        assert!(matches!(restore(&back, &to, "correct horse batterY", NOW), Err(BackupError::NotOpened)));
        assert!(!back.exists());
        assert!(matches!(write(&folder, &back, "short", QUICK), Err(BackupError::Passphrase)));
        fs::set_permissions(&to, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(restore(&back, &to, PASSPHRASE, NOW).is_err(), "a backup is a key file too");
    }

    #[test]
    fn what_is_no_key_is_not_written_anywhere() {
        for name in
            ["../evil", "/etc/evil", "next-identity-1.pk8", "statements/../../evil", "result-keys/.pk8", "x"]
        {
            let mut header = tar::Header::new_ustar();
            header.set_size(1);
            let mut archive = tar::Builder::new(Vec::new());
            // `set_path` refuses the worst of them; a forger would not.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, &b"x"[..]).unwrap();
            let refused = unpack(&archive.into_inner().unwrap());
            assert!(matches!(refused, Err(BackupError::Content(_))), "{name}");
        }
    }
}
