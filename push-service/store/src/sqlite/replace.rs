//! Puts a restored database in the place of another. From the first step on the new one counts: whoever opens the
//! database next takes the steps that are left. Until then the old one is untouched.

use super::file::{OpenError, beside};
use std::fs::{self, File};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What is on its way into the place of `DATABASE`: `DATABASE.replacing-TIME`. The old one becomes
/// `DATABASE.replaced-TIME`.
const NEW: &str = "replacing-";
const OLD: &str = "replaced-";

#[derive(Clone, Debug)]
enum Step {
    Rename(PathBuf, PathBuf),
    /// A second name.
    Link(PathBuf, PathBuf),
    /// What was renamed so far is on disk.
    Sync(PathBuf),
}

impl Step {
    fn take(&self) -> Result<(), OpenError> {
        let (path, done) = match self {
            Self::Rename(from, to) => (to, fs::rename(from, to)),
            Self::Link(from, to) => (to, fs::hard_link(from, to)),
            Self::Sync(folder) => (folder, File::open(folder).and_then(|folder| folder.sync_all())),
        };
        done.map_err(|error| OpenError::File(path.clone(), error))
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Files beside `path` whose names begin as its own and go on with a point; what follows the point, and the whole.
fn neighbours(path: &Path) -> Result<Vec<(String, PathBuf)>, OpenError> {
    let folder = folder_of(path);
    let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".";
    let listed = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, Error>>);
    let listed = listed.map_err(|error| OpenError::File(folder, error))?;
    let of = |entry: fs::DirEntry| {
        let name = entry.file_name().to_str()?.strip_prefix(&own)?.to_owned();
        Some((name, entry.path()))
    };
    Ok(listed.into_iter().filter_map(of).collect())
}

/// Which steps lead from `restored` to `path`; the name of the old one, if there is one.
fn begin(path: &Path, restored: &Path, time: &str) -> Result<(Vec<Step>, Option<PathBuf>), OpenError> {
    let aside = beside(path, &format!("{OLD}{time}"));
    if fs::symlink_metadata(&aside).is_ok() {
        return Err(OpenError::File(aside, ErrorKind::AlreadyExists.into()));
    }
    if with(restored, "-wal").exists() {
        let problem = "its log could not be written back; is the disk full?".to_owned();
        return Err(OpenError::Damaged(restored.to_owned(), problem));
    }
    let new = beside(path, &format!("{NEW}{time}"));
    let mut steps = vec![Step::Rename(restored.to_owned(), new.clone()), Step::Sync(folder_of(path))];
    steps.extend(left(path, &new, &aside));
    Ok((steps, fs::symlink_metadata(path).is_ok().then_some(aside)))
}

/// The steps that are left when `new` counts already. Nothing of the old one is written to: it may be damaged, or be
/// needed as it is.
fn left(path: &Path, new: &Path, aside: &Path) -> Vec<Step> {
    let mut steps = Vec::new();
    // A log of the old one must never be read into the new one.
    for suffix in ["-wal", "-shm"] {
        if with(path, suffix).exists() {
            steps.push(Step::Rename(with(path, suffix), with(aside, suffix)));
        }
    }
    let same = |a: &Path, b: &Path| {
        let id = |path: &Path| fs::symlink_metadata(path).map(|file| (file.dev(), file.ino())).ok();
        id(a) == id(b)
    };
    if !same(path, aside) {
        steps.push(Step::Link(path.to_owned(), aside.to_owned()));
    }
    let folder = folder_of(path);
    steps.extend([
        Step::Sync(folder.clone()),
        Step::Rename(new.to_owned(), path.to_owned()),
        Step::Sync(folder),
    ]);
    steps
}

/// Puts `restored` into the place of `path`, and what was there aside with its log; where that is now.
pub(super) fn replace(path: &Path, restored: &Path, time: &str) -> Result<Option<PathBuf>, OpenError> {
    let (steps, aside) = begin(path, restored, time)?;
    steps.iter().try_for_each(Step::take)?;
    Ok(aside)
}

/// Finishes what an interrupted [`replace`] has begun.
fn finish(path: &Path) -> Result<(), OpenError> {
    for (name, new) in neighbours(path)? {
        if let Some(time) = name.strip_prefix(NEW) {
            let aside = beside(path, &format!("{OLD}{time}"));
            left(path, &new, &aside).iter().try_for_each(Step::take)?;
            tracing::warn!(path = %path.display(), aside = %aside.display(), "a restore that was interrupted is finished");
        }
    }
    Ok(())
}

/// What stands beside a database for a while, and stays behind when its process is killed.
const COPY: &str = "unfinished-copy-";
const RESTORING: &str = "restoring";

/// Where a copy is made that nobody keeps here.
pub(super) fn unfinished_copy(path: &Path, number: u64) -> PathBuf {
    beside(path, &format!("{COPY}{number}"))
}

/// Leaves everything as it should have been left: to be called by whoever has kept all others out.
pub(super) fn tidy(path: &Path) -> Result<(), OpenError> {
    finish(path)?;
    for (name, file) in neighbours(path)? {
        let restoring = name
            .strip_prefix(RESTORING)
            .is_some_and(|rest| matches!(rest.chars().next(), None | Some('-' | '.')));
        let partial = name.starts_with("schema-") && name.contains(".partial");
        if name.starts_with(COPY) || restoring || partial {
            let removed =
                fs::remove_file(&file).map_or_else(|error| error.to_string(), |()| "removed".to_owned());
            tracing::warn!(file = %file.display(), removed, "an interrupted command had left this");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
