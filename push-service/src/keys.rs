//! The service's keys: files outside the database, readable by the service alone.

use authenticator_protocol::keys::{PublicKey, Sign, Signature, Thumbprint, Verify};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Signs offers and challenges; its thumbprint stands in every enrolment code.
pub struct IdentityKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Sign for IdentityKey {
    fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.pair.sign(&self.random, message).expect("the system has randomness");
        signature.as_ref().try_into().expect("a fixed-size ES256 signature has 64 bytes")
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_sec1(self.pair.public_key().as_ref()).expect("ring writes the uncompressed form")
    }
}

/// Checks signatures with ring.
#[derive(Clone, Copy, Debug)]
pub struct RingVerify;

impl Verify for RingVerify {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.to_sec1()).verify(message, signature).is_ok()
    }
}

/// Everything that is loaded at start.
pub struct Keys {
    /// Signs.
    pub identity: IdentityKey,
    /// The key that will follow; its private half is kept offline.
    pub next_identity: Thumbprint,
    /// Seals what must not lie open in the database.
    pub vault: Zeroizing<[u8; 32]>,
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
    #[error("{0}: is not what `styrk init` writes")]
    Content(PathBuf),
    /// The system gave no randomness.
    #[error("the system has no randomness")]
    Random,
}

const IDENTITY: &str = "identity.pk8";
const NEXT_IDENTITY: &str = "next-identity.pk8";
const NEXT_THUMBPRINT: &str = "next-identity.thumbprint";
const VAULT: &str = "vault.key";

impl Keys {
    /// Makes fresh keys in `folder`, which must not hold any. `next-identity.pk8` is to be moved to a safe place
    /// away from the service; only its thumbprint is needed here.
    pub fn create(folder: &Path) -> Result<(), KeysError> {
        fs::create_dir_all(folder).map_err(|error| KeysError::File(folder.into(), error))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .map_err(|error| KeysError::File(folder.into(), error))?;
        let random = SystemRandom::new();
        let generate = || {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                .map(|document| Zeroizing::new(document.as_ref().to_vec()))
                .map_err(|_| KeysError::Random)
        };
        let (identity, next) = (generate()?, generate()?);
        let mut vault = Zeroizing::new([0; 32]);
        random.fill(vault.as_mut()).map_err(|_| KeysError::Random)?;
        let thumbprint = load_pair(&next, &folder.join(NEXT_IDENTITY))?.public_key().thumbprint().to_string();
        write(&folder.join(IDENTITY), &identity)?;
        write(&folder.join(NEXT_IDENTITY), &next)?;
        write(&folder.join(NEXT_THUMBPRINT), thumbprint.as_bytes())?;
        write(&folder.join(VAULT), vault.as_ref())
    }

    /// Whether `folder` holds keys.
    pub fn exist(folder: &Path) -> bool {
        folder.join(IDENTITY).exists()
    }

    /// Reads what [`Self::create`] wrote.
    pub fn load(folder: &Path) -> Result<Self, KeysError> {
        let path = folder.join(IDENTITY);
        let identity = load_pair(&read(&path)?, &path)?;
        let path = folder.join(NEXT_THUMBPRINT);
        let text = read(&path)?;
        let next_identity = std::str::from_utf8(&text)
            .ok()
            .and_then(|text| authenticator_protocol::code::decode_array(text.trim()))
            .map(authenticator_protocol::code::Bytes)
            .ok_or(KeysError::Content(path))?;
        let path = folder.join(VAULT);
        let vault =
            read(&path)?.as_slice().try_into().map(Zeroizing::new).map_err(|_| KeysError::Content(path))?;
        Ok(Self { identity, next_identity, vault })
    }
}

fn load_pair(pkcs8: &[u8], path: &Path) -> Result<IdentityKey, KeysError> {
    let random = SystemRandom::new();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random)
        .map(|pair| IdentityKey { pair, random })
        .map_err(|_| KeysError::Content(path.into()))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let failed = |error| KeysError::File(path.into(), error);
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeysError::Mode(path.into()));
    }
    fs::read(path).map(Zeroizing::new).map_err(failed)
}

fn write(path: &Path, content: &[u8]) -> Result<(), KeysError> {
    let failed = |error| KeysError::File(path.into(), error);
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("styrk-keys-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn written_keys_sign_what_verifies() {
        let folder = folder("sign");
        Keys::create(&folder).unwrap();
        let keys = Keys::load(&folder).unwrap();
        let signature = keys.identity.sign(b"message");
        let public = keys.identity.public_key();
        assert!(RingVerify.verify(&public, b"message", &signature));
        assert!(!RingVerify.verify(&public, b"another", &signature));
        assert!(matches!(Keys::create(&folder), Err(KeysError::File(..))), "keys are never overwritten");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = folder("mode");
        Keys::create(&folder).unwrap();
        fs::set_permissions(folder.join(VAULT), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Keys::load(&folder), Err(KeysError::Mode(path)) if path.ends_with(VAULT)));
    }
}
