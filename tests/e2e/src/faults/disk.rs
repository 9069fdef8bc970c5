//! A disk that fails: ext4 in a file, seen by one process alone, which turns read-only when it is told of an error, as
//! most disks of servers do (`errors=remount-ro`).

use super::process::Process;
use super::{Installation, is_root};
use crate::Error;
use push_service::clock::{Clock as _, SystemClock};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The disk of an installation's database.
pub struct Disk {
    image: PathBuf,
    place: PathBuf,
}

fn run(program: &str, arguments: &[&str], image: &Path) -> Result<Option<i32>, Error> {
    Ok(Command::new(program).args(arguments).arg(image).output()?.status.code())
}

impl Disk {
    /// Of so many MiB. Nothing when this machine lets nobody have one: it takes root and a loop device.
    pub fn of(installation: &Installation, mib: u64) -> Result<Option<Self>, Error> {
        if !is_root()? || !Path::new("/dev/loop-control").exists() {
            return Ok(None);
        }
        let disk = Self { image: installation.at("disk.img"), place: installation.at("data") };
        fs::File::create(&disk.image)?.set_len(mib << 20)?;
        match run("mkfs.ext4", &["-q", "-F"], &disk.image)? {
            Some(0) => Ok(Some(disk)),
            other => Err(format!("mkfs.ext4: {other:?}").into()),
        }
    }

    fn mount(&self, how: &str) -> String {
        format!("mount -o loop,errors=remount-ro,{how} {} {}", self.image.display(), self.place.display())
    }

    /// Starts the service on it, mounted with these options.
    pub async fn start(&self, installation: &Installation, how: &str) -> Result<Process, Error> {
        Process::start(installation.behind(&self.mount(how), &["serve"])?).await
    }

    /// Tells the file system of an error.
    pub fn fails(&self, process: &Process) -> Result<(), Error> {
        let mounts = fs::read_to_string(format!("/proc/{}/mounts", process.id()))?;
        let place = self.place.to_string_lossy().into_owned();
        let device = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let device = device
            .filter(|line| line.get(1) == Some(&place.as_str()))
            .find_map(|line| line.first().and_then(|device| device.strip_prefix("/dev/")).map(str::to_owned));
        let device = device.ok_or("it is not mounted")?;
        Ok(fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "1")?)
    }

    /// Waits until nobody has it any more.
    pub async fn is_free(&self) -> Result<(), Error> {
        for _ in 0..2_000 {
            let used = Command::new("losetup").arg("-j").arg(&self.image).output()?;
            if used.stdout.is_empty() {
                return Ok(());
            }
            SystemClock.sleep(5).await;
        }
        Err("the disk is still in use".into())
    }

    /// As an operator would: `fsck` while nobody has it.
    pub fn repair(&self) -> Result<(), Error> {
        match run("e2fsck", &["-f", "-y"], &self.image)? {
            Some(0 | 1) => Ok(()),
            other => Err(format!("e2fsck: {other:?}").into()),
        }
    }
}
