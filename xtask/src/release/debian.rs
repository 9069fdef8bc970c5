//! The Debian package: a tree with every file in its place, and `dpkg-deb` over it. What it says and does is
//! `packaging/debian/`.

use super::{read, told, write};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One package to be built.
pub(super) struct Package<'a> {
    pub(super) root: &'a Path,
    pub(super) binary: &'a Path,
    pub(super) version: &'a str,
    /// How much it is squeezed, 1 to 9.
    pub(super) level: u8,
    /// When it was made, Unix time.
    pub(super) made: u64,
    /// The licences of what is in it.
    pub(super) licences: String,
}

/// From the repository to where it is installed.
const FILES: &[(&str, &str)] = &[
    ("packaging/styrk.service", "usr/lib/systemd/system/styrk.service"),
    ("packaging/debian/styrk.toml", "usr/share/styrk/styrk.toml"),
    ("packaging/grafana-dashboard.json", "usr/share/styrk/grafana-dashboard.json"),
    ("packaging/debian/copyright", "usr/share/doc/styrk/copyright"),
    ("docs/operations.md", "usr/share/doc/styrk/operations.md"),
    ("docs/configuration.md", "usr/share/doc/styrk/configuration.md"),
    ("docs/keys.md", "usr/share/doc/styrk/keys.md"),
    ("docs/relying-parties.md", "usr/share/doc/styrk/relying-parties.md"),
    ("docs/errors.md", "usr/share/doc/styrk/errors.md"),
    ("docs/openapi.json", "usr/share/doc/styrk/openapi.json"),
    ("examples/relying-party/approve.mjs", "usr/share/doc/styrk/examples/approve.mjs"),
    ("examples/relying-party/approve.py", "usr/share/doc/styrk/examples/approve.py"),
    ("examples/relying-party/approve.sh", "usr/share/doc/styrk/examples/approve.sh"),
];

/// What dpkg runs.
const SCRIPTS: &[&str] = &["postinst", "prerm", "postrm"];

impl Package<'_> {
    /// Builds it into the folder; returns its name without the ending.
    pub(super) fn build(&self, to: &Path) -> Result<String, String> {
        let tree = to.join("tree");
        let _ = fs::remove_dir_all(&tree);
        let program = tree.join("usr/bin/styrk");
        copy(self.binary, &program)?;
        told(to, "strip", &["--remove-section=.comment", "--remove-section=.note", &shown(&program)])?;
        for (from, place) in FILES {
            copy(&self.root.join(from), &tree.join(place))?;
        }
        make(&tree.join("etc/styrk"))?;
        make(&tree.join("DEBIAN"))?;
        self.squeeze(&tree.join("usr/share/doc/styrk/changelog"), &self.changelog()?)?;
        self.squeeze(
            &tree.join("usr/share/doc/styrk/CHANGELOG.md"),
            &read(&self.root.join("CHANGELOG.md"))?,
        )?;
        self.squeeze(&tree.join("usr/share/doc/styrk/licences.txt"), &self.licences)?;
        self.squeeze(
            &tree.join("usr/share/man/man8/styrk.8"),
            &read(&self.root.join("packaging/debian/styrk.8"))?,
        )?;
        let architecture = told(to, "dpkg", &["--print-architecture"])?;
        let control = read(&self.root.join("packaging/debian/control"))?
            .replace("{version}", self.version)
            .replace("{architecture}", &architecture)
            .replace("{libraries}", &libraries(&program, &to.join("libraries"))?)
            .replace(
                "{kilobytes}",
                told(&tree, "du", &["-sk", "--apparent-size", "."])?.split('\t').next().unwrap_or("0"),
            );
        write(&tree.join("DEBIAN/control"), &control)?;
        for script in SCRIPTS {
            copy(&self.root.join("packaging/debian").join(script), &tree.join("DEBIAN").join(script))?;
        }
        let sums =
            "find . -path ./DEBIAN -prune -o -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' md5sum";
        write(&tree.join("DEBIAN/md5sums"), &(told(&tree, "sh", &["-c", sums])? + "\n"))?;
        settle(&tree)?;
        let name = format!("styrk_{}_{architecture}", self.version);
        let status = Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zxz", &format!("-z{}", self.level), "--build"])
            .args([&tree, &to.join(format!("{name}.deb"))])
            .env("SOURCE_DATE_EPOCH", self.made.to_string())
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return Err("dpkg-deb did not build the package".to_owned());
        }
        fs::remove_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        Ok(name)
    }

    /// Debian's own form of it; ours lies beside it.
    fn changelog(&self) -> Result<String, String> {
        let control = read(&self.root.join("packaging/debian/control"))?;
        let who = control
            .lines()
            .find_map(|line| line.strip_prefix("Maintainer: "))
            .ok_or("nobody maintains it")?;
        let at = format!("@{}", self.made);
        let date = told(self.root, "env", &["LC_ALL=C", "date", "-u", "-R", "-d", &at])?;
        let what = "  * /usr/share/doc/styrk/CHANGELOG.md.gz says what has changed.";
        Ok(format!("styrk ({}) unstable; urgency=medium\n\n{what}\n\n -- {who}  {date}\n", self.version))
    }

    /// Writes it as FILE.gz, without a name or a time in it.
    fn squeeze(&self, path: &Path, text: &str) -> Result<(), String> {
        write(path, text)?;
        told(self.root, "gzip", &["-9", "-n", &shown(path)]).map(|_| ())
    }
}

/// The packages with the libraries that a program is linked with, in the versions that it needs.
fn libraries(program: &Path, work: &Path) -> Result<String, String> {
    // The tool wants to stand in a source package.
    write(&work.join("debian/control"), "Source: styrk\n\nPackage: styrk\nArchitecture: any\n")?;
    let said = told(work, "dpkg-shlibdeps", &["-O", &shown(program)])?;
    let _ = fs::remove_dir_all(work);
    said.strip_prefix("shlibs:Depends=").map(str::to_owned).ok_or(format!("dpkg-shlibdeps says: {said}"))
}

/// The rights that everything has in a package, whatever it has here.
fn settle(path: &Path) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    let runs = path.parent().is_some_and(|folder| folder.ends_with("usr/bin") || folder.ends_with("DEBIAN"))
        && !path.ends_with("control")
        && !path.ends_with("md5sums");
    let mode = if path.is_dir() || runs { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(wrong)?;
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(wrong)? {
            settle(&entry.map_err(wrong)?.path())?;
        }
    }
    Ok(())
}

fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    make(to.parent().unwrap_or(to))?;
    fs::copy(from, to).map(|_| ()).map_err(|error| format!("{}: {error}", from.display()))
}

fn shown(path: &Path) -> String {
    PathBuf::from(path).to_string_lossy().into_owned()
}
