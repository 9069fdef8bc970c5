//! The socket file: who may open it, and whose it is when it is there already.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// Why the socket is not there.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The file system refused.
    #[error("admin_socket {0}: {1}")]
    File(PathBuf, io::Error),
    /// A living process serves it.
    #[error("admin_socket {0}: another process serves it; is styrk already running?")]
    InUse(PathBuf),
    /// Something else is there.
    #[error("admin_socket {0}: there is something that is not a socket; move it away")]
    NotASocket(PathBuf),
    /// Unix sockets have short names.
    #[error("admin_socket {0}: longer than {MAX} bytes; set admin_socket to a shorter path")]
    TooLong(PathBuf),
    /// No such group.
    #[error("admin_group {0}: no such group in /etc/group")]
    Group(String),
}

/// What fits into an address, less what is appended while it is made.
const MAX: usize = 107 - ".new/s".len();

/// The listening socket.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    /// Who may speak when the mode alone decides on nobody else.
    owner: u32,
    has_group: bool,
    /// Held for as long as it is served: whether a socket file is a dead process's is never a guess.
    _lock: File,
}

impl Socket {
    /// Takes the place of what a dead process has left. Readable for the owner alone, or for a group as well.
    pub(super) fn open(path: &Path, group: Option<&str>) -> Result<Self, SocketError> {
        let refused = |error| SocketError::File(path.to_owned(), error);
        if path.as_os_str().len() > MAX {
            return Err(SocketError::TooLong(path.to_owned()));
        }
        let group = group.map(|name| find_group(name)?.ok_or_else(|| SocketError::Group(name.to_owned())));
        let group = group.transpose()?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(beside(path, "lock"))
            .map_err(refused)?;
        lock.try_lock().map_err(|_| SocketError::InUse(path.to_owned()))?;
        match fs::symlink_metadata(path) {
            Ok(there) if !there.file_type().is_socket() => {
                return Err(SocketError::NotASocket(path.to_owned()));
            }
            // Somebody else's, who knows nothing of our lock.
            Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => {
                return Err(SocketError::InUse(path.to_owned()));
            }
            _ => {}
        }
        // It gets its mode where nobody else can reach it, and then its place.
        let folder = beside(path, "new");
        let _ = fs::remove_dir_all(&folder);
        fs::DirBuilder::new().mode(0o700).create(&folder).map_err(refused)?;
        let made = folder.join("s");
        let bound = UnixListener::bind(&made).and_then(|listener| {
            fs::set_permissions(&made, Permissions::from_mode(if group.is_some() { 0o660 } else { 0o600 }))?;
            if group.is_some() {
                std::os::unix::fs::chown(&made, None, group)?;
            }
            let owner = fs::metadata(&made)?.uid();
            fs::rename(&made, path)?;
            Ok((listener, owner))
        });
        let _ = fs::remove_dir_all(&folder);
        let (listener, owner) = bound.map_err(refused)?;
        Ok(Self { listener, path: path.to_owned(), owner, has_group: group.is_some(), _lock: lock })
    }

    /// The next command; `None` when it came from somebody who may not.
    pub(super) async fn accept(&self) -> io::Result<Option<UnixStream>> {
        let (stream, _) = self.listener.accept().await?;
        let peer = stream.peer_cred()?.uid();
        if may_speak(peer, self.owner, self.has_group) {
            return Ok(Some(stream));
        }
        tracing::warn!(uid = peer, "a command from somebody who may not give any");
        Ok(None)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// With a group, the socket's mode has decided already.
fn may_speak(peer: u32, owner: u32, has_group: bool) -> bool {
    peer == owner || peer == 0 || has_group
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// The number of a group of this machine.
fn find_group(name: &str) -> Result<Option<u32>, SocketError> {
    let file = Path::new("/etc/group");
    let text = fs::read_to_string(file).map_err(|error| SocketError::File(file.to_owned(), error))?;
    Ok(text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener as Plain;

    #[tokio::test]
    async fn a_dead_ones_place_is_taken_and_a_living_ones_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        // A killed process leaves the file behind; dropping a plain listener does the same.
        drop(Plain::bind(&path).unwrap());
        let socket = Socket::open(&path, None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(Socket::open(&path, None), Err(SocketError::InUse(_))));
        assert!(path.exists(), "the living one's is left alone");
        drop(socket);
        assert!(!path.exists());
        let theirs = Plain::bind(&path).unwrap();
        assert!(matches!(Socket::open(&path, None), Err(SocketError::InUse(_))), "without our lock");
        drop(theirs);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "precious").unwrap();
        assert!(matches!(Socket::open(&path, None), Err(SocketError::NotASocket(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        let long = folder.path().join("s".repeat(120));
        assert!(matches!(Socket::open(&long, None), Err(SocketError::TooLong(_))));
        assert!(matches!(
            Socket::open(&long.with_file_name("t"), Some("no-such-group")),
            Err(SocketError::Group(_))
        ));
    }

    #[tokio::test]
    async fn a_group_may_be_let_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let own = fs::metadata(folder.path()).unwrap().gid();
        let groups = fs::read_to_string("/etc/group").unwrap();
        let name = groups.lines().find(|line| line.split(':').nth(2) == Some(&own.to_string())).unwrap();
        let _socket = Socket::open(&path, name.split(':').next()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    }

    #[test]
    fn the_owner_and_root_may_speak() {
        assert!(may_speak(7, 7, false) && may_speak(0, 7, false));
        assert!(!may_speak(8, 7, false) && may_speak(8, 7, true));
    }
}
