//! The service's keys: files outside the database, readable by the service alone.
//!
//! [`identity`] signs for phones, [`results`] for relying parties; [`backup`] copies them all, sealed. Which file is
//! what, and what to do when one is lost or stolen, is in `docs/keys.md`.

pub mod backup;
pub mod identity;
pub mod results;

mod age;
mod file;
mod private;

pub use private::{PrivateKey, RingVerify};

use authenticator_protocol::keys::Thumbprint;
use authenticator_protocol::statement::StatementError;
use authenticator_protocol::time::Seconds;
use identity::Identity;
use results::ResultKeys;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const VAULT: &str = "vault.key";

/// What signs; read again while the service runs.
#[derive(Debug)]
pub struct SigningKeys {
    /// Signs offers and challenges.
    pub identity: Identity,
    /// Sign results.
    pub results: ResultKeys,
}

impl SigningKeys {
    /// Reads what `folder` holds, and forgets what is over at `now`.
    pub fn load(folder: &Path, now: Seconds) -> Result<Self, KeysError> {
        // A folder that cannot be written keeps nobody from signing.
        if let Err(error) = results::forget(folder, now) {
            tracing::warn!(%error, "old result keys are not removed");
        }
        Self::read(folder)
    }

    /// Reads what `folder` holds, and leaves it as it is.
    fn read(folder: &Path) -> Result<Self, KeysError> {
        Ok(Self { identity: Identity::load(folder)?, results: ResultKeys::load(folder)? })
    }
}

/// Everything that is loaded at start.
pub struct Keys {
    /// May be changed while the service runs.
    pub signing: SigningKeys,
    /// Seals what must not lie open in the database.
    pub vault: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("signing", &self.signing).field("vault", &"[redacted]").finish()
    }
}

/// What is wrong with the key files. Names the file.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// Others may read it.
    #[error("{0}: others may read this file; its mode must be 0600")]
    Mode(PathBuf),
    /// It holds something else.
    #[error("{0}: is not what `styrk init` or `styrk key rotate` writes")]
    Content(PathBuf),
    /// A statement does not follow from the one before it.
    #[error("{0}: does not follow from the key before it: {1}")]
    Statement(PathBuf, StatementError),
    /// Another key was announced.
    #[error(
        "{file}: is not the next identity key. Its thumbprint is {found}; the phones wait for {expected}"
    )]
    NotNext {
        /// What was given.
        file: PathBuf,
        /// Its thumbprint.
        found: Thumbprint,
        /// What was announced.
        expected: Thumbprint,
    },
    /// There is something already, and keys are never overwritten.
    #[error("{0}: is not empty; keys are never overwritten")]
    NotEmpty(PathBuf),
    /// The system gave no randomness.
    #[error("the system has no randomness")]
    Random,
}

impl Keys {
    /// Makes fresh keys in `folder`, which must not hold anything. `next-identity-1.pk8` is to be moved to a safe
    /// place away from the service; only its thumbprint is needed here.
    pub fn create(folder: &Path, now: Seconds) -> Result<(), KeysError> {
        empty(folder)?;
        let mut vault = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(vault.as_mut()).map_err(|_| KeysError::Random)?;
        file::write_new(&folder.join(VAULT), vault.as_ref())?;
        results::rotate(folder, now)?;
        identity::create(folder, now)
    }

    /// Reads what [`Self::create`] and rotations wrote.
    pub fn load(folder: &Path, now: Seconds) -> Result<Self, KeysError> {
        Ok(Self { vault: vault(folder)?, signing: SigningKeys::load(folder, now)? })
    }

    /// Reads the same, and leaves the folder as it is.
    fn read(folder: &Path) -> Result<Self, KeysError> {
        Ok(Self { vault: vault(folder)?, signing: SigningKeys::read(folder)? })
    }
}

fn vault(folder: &Path) -> Result<Zeroizing<[u8; 32]>, KeysError> {
    let path = folder.join(VAULT);
    let vault = file::read(&path)?;
    vault.as_slice().try_into().map(Zeroizing::new).map_err(|_| KeysError::Content(path))
}

/// Makes `folder` for its owner alone; there must be nothing in it.
fn empty(folder: &Path) -> Result<(), KeysError> {
    file::make_folder(folder)?;
    if !file::names(folder)?.is_empty() {
        return Err(KeysError::NotEmpty(folder.into()));
    }
    file::close(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    const NOW: Seconds = Seconds(1_800_000_000);

    #[test]
    fn keys_are_never_overwritten_and_print_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        Keys::create(&folder, NOW).unwrap();
        let keys = Keys::load(&folder, NOW).unwrap();
        assert!(matches!(Keys::create(&folder, NOW), Err(KeysError::NotEmpty(..))));
        let printed = format!("{keys:?}");
        assert!(
            printed.contains("[redacted]") && !printed.contains(&format!("{:?}", keys.vault[..4].to_vec()))
        );
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        for name in [VAULT, "identity-0.pk8", "statements/0.json"] {
            let folder = tempfile::tempdir().unwrap();
            Keys::create(folder.path(), NOW).unwrap();
            fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
            let refused = Keys::load(folder.path(), NOW);
            assert!(matches!(refused, Err(KeysError::Mode(path)) if path.ends_with(name)), "{name}");
        }
    }
}
