//! What outlives the app: the saved state and the keys, in memory or in a folder.

use crate::keys::Keys;
use crate::options::Storage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The state and the keys; written to the folder at each change, where there is one.
pub(crate) struct Kept {
    folder: Option<PathBuf>,
    state: Option<Vec<u8>>,
    keys: Keys,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    account: String,
    device: String,
    approval: String,
}

impl Kept {
    /// Reads what is there.
    pub(crate) fn open(storage: &Storage) -> io::Result<Self> {
        let Storage::Folder(folder) = storage else {
            return Ok(Self { folder: None, state: None, keys: Keys::default() });
        };
        std::fs::create_dir_all(folder)?;
        let state = read(&folder.join("state"))?;
        let keys = match read(&folder.join("keys.json"))? {
            Some(bytes) => keys(&bytes).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{}/keys.json: no keys", folder.display()))
            })?,
            None => Keys::default(),
        };
        Ok(Self { folder: Some(folder.clone()), state, keys })
    }

    pub(crate) fn state(&self) -> Option<&[u8]> {
        self.state.as_deref()
    }

    pub(crate) fn save(&mut self, state: Vec<u8>) {
        if let Some(folder) = &self.folder {
            write(folder, "state", &state);
        }
        self.state = Some(state);
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(crate) fn change_keys<T>(&mut self, change: impl FnOnce(&mut Keys) -> T) -> T {
        let result = change(&mut self.keys);
        if let Some(folder) = &self.folder {
            let encode = |bytes: Vec<u8>| STANDARD.encode(bytes);
            let files: Vec<KeyFile> = self
                .keys
                .export()
                .into_iter()
                .map(|(account, device, approval)| KeyFile {
                    account,
                    device: encode(device),
                    approval: encode(approval),
                })
                .collect();
            let json = serde_json::to_vec_pretty(&files).expect("strings become JSON");
            write(folder, "keys.json", &json);
        }
        result
    }
}

fn keys(json: &[u8]) -> Option<Keys> {
    let files: Vec<KeyFile> = serde_json::from_slice(json).ok()?;
    let decode = |text: &str| STANDARD.decode(text).ok();
    let pairs: Option<_> = files
        .into_iter()
        .map(|file| Some((file.account, decode(&file.device)?, decode(&file.approval)?)))
        .collect();
    Keys::import(pairs?)
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
    }
}

/// Whole or not at all. The phone goes on with what it has in memory when the folder cannot be written.
fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let new = folder.join(format!("{name}.new"));
    let written = owner_only(&new)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| std::fs::rename(&new, folder.join(name)));
    if let Err(error) = written {
        tracing::error!(%error, folder = %folder.display(), name, "not kept");
    }
}

fn owner_only(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use authenticator_core::effect::Key;

    #[test]
    fn a_folder_gives_back_state_and_keys() {
        let folder = std::env::temp_dir().join(format!("simulated-phone-{}", std::process::id()));
        let storage = Storage::Folder(folder.clone());
        let mut kept = Kept::open(&storage).unwrap();
        assert_eq!(kept.state(), None);
        kept.change_keys(|keys| keys.create("a", &mut Random::new(None)));
        kept.save(vec![1, 2, 3]);
        let again = Kept::open(&storage).unwrap();
        assert_eq!(again.state(), Some(&[1, 2, 3][..]));
        assert_eq!(again.keys().sign("a", Key::Device, b"m"), kept.keys().sign("a", Key::Device, b"m"));
        std::fs::write(folder.join("keys.json"), "[{}]").unwrap();
        assert!(Kept::open(&storage).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
