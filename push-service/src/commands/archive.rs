//! The file that `styrk backup` makes: a tar archive of the database and, after it, a manifest. `tar xf` opens it too.

use super::Result;
use push_service::admin::backup::Copied;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What is in a backup.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Which kind of file this is.
    pub(super) format: String,
    /// The version of styrk that made it.
    pub(super) version: String,
    /// When it was made.
    pub(super) made: String,
    #[serde(flatten)]
    pub(super) copied: Copied,
    /// Bytes of the database.
    pub(super) size: u64,
    /// SHA-256 of the database, in hex.
    pub(super) sha256: String,
}

const FORMAT: &str = "styrk-backup-1";
const DATABASE: &str = "styrk.db";
const MANIFEST: &str = "manifest.json";

/// A new file that only its owner may read.
pub(super) fn private(path: &Path) -> Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    Ok(file.map_err(|error| format!("{}: {error}", path.display()))?)
}

/// An archive that is being written; it has its name only when it is whole.
pub(super) struct Writing {
    out: BufWriter<File>,
    hash: Sha256,
    size: u64,
    left: u64,
    target: PathBuf,
    partial: PathBuf,
}

impl Writing {
    /// Begins one for a database of so many bytes.
    pub(super) fn begin(target: &Path, size: u64, at: u64) -> Result<Self> {
        if fs::symlink_metadata(target).is_ok() {
            return Err(format!("{}: is there already, and is not overwritten", target.display()).into());
        }
        let mut partial = target.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let _ = fs::remove_file(&partial);
        let mut out = BufWriter::new(private(&partial)?);
        out.write_all(header(DATABASE, size, at)?.as_bytes())?;
        Ok(Self { out, hash: Sha256::new(), size, left: size, target: target.to_owned(), partial })
    }

    /// The next piece of the database.
    pub(super) fn write(&mut self, piece: &[u8]) -> Result {
        self.left = self.left.checked_sub(piece.len() as u64).ok_or("more came than was announced")?;
        self.hash.update(piece);
        Ok(self.out.write_all(piece)?)
    }

    /// Ends it with the manifest; on disk when this returns.
    pub(super) fn finish(mut self, copied: Copied, made: String, at: u64) -> Result<Manifest> {
        if self.left > 0 {
            return Err(format!("the service broke off, {} bytes are missing", self.left).into());
        }
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made,
            copied,
            size: self.size,
            sha256: hex(self.hash.finalize_reset().as_slice()),
        };
        let text = serde_json::to_vec_pretty(&manifest)?;
        pad(&mut self.out, self.size)?;
        self.out.write_all(header(MANIFEST, text.len() as u64, at)?.as_bytes())?;
        self.out.write_all(&text)?;
        pad(&mut self.out, text.len() as u64)?;
        self.out.write_all(&[0; 1024])?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        fs::rename(&self.partial, &self.target)?;
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(manifest)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial);
    }
}

/// Unpacks the database of an archive into a new file; checks that it is what the manifest says.
pub(super) fn unpack(from: &Path, to: &Path) -> Result<Manifest> {
    let named = |problem: &str| format!("{}: {problem}", from.display());
    let mut file = BufReader::new(File::open(from).map_err(|error| named(&error.to_string()))?);
    let mut start = [0; 16];
    let read = file.read(&mut start).map_err(|error| named(&error.to_string()))?;
    if start.starts_with(b"SQLite format 3") {
        return Err(named(
            "a database file, not a backup. A copy of it alone may lack its newest changes, which are in FILE-wal. \
             Use a file that `styrk backup` made",
        )
        .into());
    }
    if read == 0 {
        return Err(named("is empty").into());
    }
    let damaged = |what: &str| named(&format!("not a whole backup: {what}"));
    let (mut sum, mut manifest) = (None, None);
    let mut archive = tar::Archive::new(File::open(from)?);
    for entry in archive.entries()? {
        let mut entry = entry.map_err(|error| damaged(&error.to_string()))?;
        let name = entry.path().map_err(|error| damaged(&error.to_string()))?.into_owned();
        if name == Path::new(DATABASE) && sum.is_none() {
            let mut out = private(to)?;
            let (mut hash, mut size) = (Sha256::new(), 0);
            let mut piece = vec![0; 256 * 1024];
            loop {
                let length = entry.read(&mut piece).map_err(|error| damaged(&error.to_string()))?;
                if length == 0 {
                    break;
                }
                size += length as u64;
                hash.update(&piece[..length]);
                out.write_all(&piece[..length]).map_err(|error| format!("{}: {error}", to.display()))?;
            }
            out.sync_all()?;
            sum = Some((size, hex(hash.finalize().as_slice())));
        } else if name == Path::new(MANIFEST) {
            let mut text = String::new();
            entry.take(64 * 1024).read_to_string(&mut text).map_err(|error| damaged(&error.to_string()))?;
            manifest =
                Some(serde_json::from_str::<Manifest>(&text).map_err(|error| damaged(&error.to_string()))?);
        }
    }
    let manifest = manifest.ok_or_else(|| damaged("its manifest is missing"))?;
    if manifest.format != FORMAT {
        return Err(named(&format!("is {}; this version reads {FORMAT}", manifest.format)).into());
    }
    if sum != Some((manifest.size, manifest.sha256.clone())) {
        return Err(damaged("its content is not what its manifest says (SHA-256)").into());
    }
    Ok(manifest)
}

fn header(name: &str, size: u64, at: u64) -> Result<tar::Header> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(at);
    header.set_cksum();
    Ok(header)
}

/// Up to a whole block of 512.
fn pad(out: &mut impl Write, size: u64) -> Result {
    let over = usize::try_from(size % 512).unwrap_or(0);
    if over > 0 {
        out.write_all(&vec![0; 512 - over])?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
