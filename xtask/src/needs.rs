//! What the checks need beside Rust and Node, and how a bare Debian gets it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Something that must be there.
struct Need {
    name: &'static str,
    why: &'static str,
    there: fn(&Path) -> bool,
    install: &'static [&'static [&'static str]],
}

const NEEDS: &[Need] = &[
    Need {
        name: "a C compiler",
        why: "builds SQLite and ring",
        there: |_| runs("cc", &["--version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "gcc", "libc6-dev"],
        ],
    },
    Need {
        name: "a C++ compiler",
        why: "builds libFuzzer",
        there: |_| runs("c++", &["--version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "g++"],
        ],
    },
    Need {
        name: "rustfmt and clippy",
        why: "format and lints",
        there: |_| runs("cargo", &["fmt", "--version"]) && runs("cargo", &["clippy", "--version"]),
        install: &[&["rustup", "component", "add", "rustfmt", "clippy"]],
    },
    Need {
        name: "Python's pip",
        why: "fetches the packages below",
        there: |root| has_python_packages(root) || runs("python3", &["-m", "pip", "--version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "python3-pip"],
        ],
    },
    Need {
        name: "Python's packages cryptography, http_ece and openapi-spec-validator",
        why: "the independent phone and receiver of pushes, the checker of the vectors, and the example for relying parties",
        there: has_python_packages,
        install: &[&[
            "python3",
            "-m",
            "pip",
            "install",
            "-q",
            "--target",
            "target/python",
            "-r",
            "tests/independent/requirements.txt",
        ]],
    },
    Need {
        name: "ntfy, of Debian 13",
        why: "a UnifiedPush server that takes what the service sends",
        there: |root| runs("bash", &[&root.join("tests/independent/ntfy.sh").to_string_lossy(), "--there"]),
        install: &[&["bash", "tests/independent/ntfy.sh"]],
    },
    Need {
        name: "curl, jq and openssl",
        why: "the example for relying parties",
        there: |_| {
            runs("curl", &["--version"]) && runs("jq", &["--version"]) && runs("openssl", &["version"])
        },
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "curl", "jq", "openssl"],
        ],
    },
    Need {
        name: "ext4 and mount",
        why: "a disk that turns read-only under the service",
        there: |_| runs("mkfs.ext4", &["-V"]) && runs("losetup", &["--version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "e2fsprogs", "mount"],
        ],
    },
    Need {
        name: "a JDK",
        why: "compiles and runs the Kotlin, and pushy's mock of APNs; 17 or newer",
        there: |_| runs("javac", &["-version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "openjdk-17-jdk-headless"],
        ],
    },
    Need {
        name: "Maven",
        why: "builds the same, with what they need from Maven Central",
        there: |_| runs("mvn", &["--version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "maven"],
        ],
    },
    Need {
        name: "Chromium and a font",
        why: "pages and phone as a person uses them",
        there: |_| runs("chromium", &["--version"]) && Path::new("/usr/share/fonts/truetype/dejavu").exists(),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
        ],
    },
    Need {
        name: "the browser tests' packages",
        why: "playwright-core and axe-core, versions fixed in package-lock.json",
        there: |root| {
            let folder = root.join("tests/browser");
            let fresh = |path: &str| folder.join(path).metadata().and_then(|data| data.modified()).ok();
            match (fresh("node_modules/.package-lock.json"), fresh("package-lock.json")) {
                (Some(installed), Some(locked)) => installed >= locked,
                _ => false,
            }
        },
        install: &[&["npm", "ci", "--prefix", "tests/browser", "--no-audit", "--no-fund"]],
    },
    Need {
        name: "dpkg-shlibdeps",
        why: "says which libraries the package needs",
        there: |_| runs("dpkg-shlibdeps", &["--version"]),
        install: &[
            &["apt-get", "update", "-q"],
            &["apt-get", "install", "-q", "-y", "--no-install-recommends", "dpkg-dev"],
        ],
    },
    Need {
        name: "a bare Debian of its own",
        why: "the package is tried in it",
        there: |root| {
            let script = root.join("tests/package/root.sh");
            runs("bash", &[&script.to_string_lossy(), "--there"])
        },
        install: &[&["bash", "tests/package/root.sh"]],
    },
    Need {
        name: "Swift, in a Debian 13 of its own",
        why: "the iOS side of the core",
        there: |root| {
            let script = root.join("ios/linux-ci/swift-root.sh");
            runs("bash", &[&script.to_string_lossy(), "--there"])
        },
        install: &[&["bash", "ios/linux-ci/swift-root.sh"]],
    },
];

fn runs(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

fn has_python_packages(root: &Path) -> bool {
    let python = Command::new("python3")
        .args(["-c", "import cryptography, http_ece, openapi_spec_validator"])
        .env("PYTHONPATH", python(root))
        .output();
    python.is_ok_and(|output| output.status.success())
}

/// Where Python's packages for the checks lie.
pub(crate) fn python(root: &Path) -> PathBuf {
    root.join("target/python")
}

/// Fetches what is missing.
pub(crate) fn install(root: &Path) -> Result<(), String> {
    for need in NEEDS.iter().filter(|need| !(need.there)(root)) {
        println!("installing {} ({})", need.name, need.why);
        for command in need.install {
            let status = Command::new(command[0])
                .args(&command[1..])
                .current_dir(root)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .status();
            if !status.is_ok_and(|status| status.success()) {
                return Err(format!("this did not work: {}", command.join(" ")));
            }
        }
    }
    missing(root)
}

/// An error that lists what is missing and how to get it.
pub(crate) fn missing(root: &Path) -> Result<(), String> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.there)(root)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut message = "Missing, so nothing was checked:\n".to_owned();
    for need in missing {
        let commands: Vec<String> = need.install.iter().map(|command| command.join(" ")).collect();
        message += &format!("  {} ({}): {}\n", need.name, need.why, commands.join(" && "));
    }
    Err(message + "`cargo xtask setup` does all of it (Debian, as root).")
}
