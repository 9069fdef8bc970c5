//! Fuzzing on stable Rust: libFuzzer comes as the source of a crate, `tests/fuzz/rustc.sh` has what is watched for
//! coverage. Short in the checks, long by command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HELP: &str = "\
cargo xtask fuzz [TARGET …] [--seconds N] [--keep] [--input FILE]

  gives the targets, or all of them, N seconds each (60) of inputs that nobody wrote
  --keep   adds what reached something new to tests/fuzz/corpus
  --input  runs one target on one file
";

/// Seconds for each target in the checks.
const SHORT: u64 = 3;

/// What `cargo xtask fuzz` is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    targets: Vec<String>,
    seconds: Option<u64>,
    keep: bool,
    input: Option<PathBuf>,
}

impl Asked {
    fn parse(words: &[&str]) -> Option<Self> {
        let mut asked = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--seconds" => asked.seconds = Some(words.next()?.parse().ok()?),
                "--input" => asked.input = Some(words.next()?.into()),
                "--keep" => asked.keep = true,
                target if !target.starts_with('-') => asked.targets.push(target.to_owned()),
                _ => return None,
            }
        }
        (asked.input.is_none() || asked.targets.len() == 1).then_some(asked)
    }
}

/// Long, by command.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<(), String> {
    let asked = Asked::parse(words).ok_or(HELP)?;
    let fuzzer = Fuzzer::build(root, &["--features", "service"])?;
    if let Some(unknown) = asked.targets.iter().find(|target| !fuzzer.targets.contains(target)) {
        return Err(format!("there is no target {unknown}; there are {}", fuzzer.targets.join(", ")));
    }
    if let (Some(input), [target]) = (&asked.input, asked.targets.as_slice()) {
        return fuzzer.give(target, std::slice::from_ref(input));
    }
    let targets = if asked.targets.is_empty() { &fuzzer.targets } else { &asked.targets };
    for target in targets {
        println!("\n== {target}");
        let work = fuzzer.built.join("corpus").join(target);
        fuzzer.play(target, &work, asked.seconds.unwrap_or(60))?;
        if asked.keep {
            let mut merge = fuzzer.command(target)?;
            merge
                .args(["-merge=1", "-set_cover_merge=1", "-use_counters=0"])
                .arg(fuzzer.corpus(target))
                .arg(work);
            fuzzer.finish(target, merge)?;
        }
    }
    Ok(())
}

/// Short, in the checks: every input of the corpus, and a few seconds beyond. The targets that bring the whole service
/// along are only given their corpus, as all are by the tests of `tests/fuzz/targets`.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let fuzzer = Fuzzer::build(root, &[])?;
    for target in &fuzzer.targets {
        let fresh = fuzzer.built.join("check").join(target);
        _ = fs::remove_dir_all(&fresh);
        fuzzer.play(target, &fresh, SHORT)?;
    }
    Ok(())
}

/// The binary, and where its inputs are.
struct Fuzzer {
    binary: PathBuf,
    targets: Vec<String>,
    /// `tests/fuzz`.
    folder: PathBuf,
    /// Cargo's, with what long runs have found interesting beside it: they go on from there.
    built: PathBuf,
}

impl Fuzzer {
    fn build(root: &Path, more: &[&str]) -> Result<Self, String> {
        let built = target_folder(root).join("fuzz");
        let folder = root.join("tests/fuzz");
        let mut cargo = Command::new("cargo");
        cargo.env("RUSTC_WRAPPER", folder.join("rustc.sh")).args(["build", "--release"]).args(more);
        cargo.args(["--quiet", "--locked", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        cargo.arg("--target-dir").arg(&built);
        if !cargo.status().is_ok_and(|status| status.success()) {
            return Err("the fuzz targets do not build".to_owned());
        }
        let binary = built.join("release").join("fuzz");
        let listed =
            Command::new(&binary).arg("-runs=0").output().map_err(|error| format!("fuzz: {error}"))?;
        let targets = String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect();
        Ok(Self { binary, targets, folder, built })
    }

    fn corpus(&self, target: &str) -> PathBuf {
        self.folder.join("corpus").join(target)
    }

    fn artifacts(&self, target: &str) -> PathBuf {
        self.folder.join("artifacts").join(target)
    }

    fn command(&self, target: &str) -> Result<Command, String> {
        let artifacts = self.artifacts(target);
        fs::create_dir_all(&artifacts).map_err(|error| format!("{}: {error}", artifacts.display()))?;
        let mut command = Command::new(&self.binary);
        command.env("FUZZ_TARGET", target).env("RUST_BACKTRACE", "1");
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        command.args(["-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]);
        Ok(command)
    }

    /// What is new goes to `work`.
    fn play(&self, target: &str, work: &Path, seconds: u64) -> Result<(), String> {
        fs::create_dir_all(work).map_err(|error| format!("{}: {error}", work.display()))?;
        let mut command = self.command(target)?;
        command.arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
        command.arg(format!("-dict={}", self.folder.join("words.dict").display()));
        command.arg(work).arg(self.corpus(target));
        self.finish(target, command)
    }

    /// Nothing but these inputs.
    fn give(&self, target: &str, inputs: &[PathBuf]) -> Result<(), String> {
        let mut command = self.command(target)?;
        command.args(inputs);
        self.finish(target, command)
    }

    /// Says little when nothing is found, and everything when something is.
    fn finish(&self, target: &str, mut command: Command) -> Result<(), String> {
        let output = command.output().map_err(|error| format!("fuzz: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            let last = said.lines().rfind(|line| line.contains("DONE") || line.starts_with("Executed"));
            println!("{target}: nothing found. {}", last.unwrap_or_default().trim());
            return Ok(());
        }
        let tail: Vec<&str> = said.lines().rev().take(60).collect();
        for line in tail.into_iter().rev() {
            println!("{line}");
        }
        Err(format!(
            "{target}: found something. Its input lies in {}; run it again with\n  cargo xtask fuzz {target} --input FILE\n\
             When it is mended, the input belongs in {}.",
            self.artifacts(target).display(),
            self.corpus(target).display(),
        ))
    }
}

fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read() {
        let all = Asked::default();
        assert_eq!(Asked::parse(&[]), Some(all));
        let asked = Asked::parse(&["phone", "--seconds", "600", "link", "--keep"]).unwrap();
        assert_eq!(
            (asked.targets, asked.seconds, asked.keep),
            (vec!["phone".into(), "link".into()], Some(600), true)
        );
        assert!(Asked::parse(&["phone", "--input", "x"]).is_some());
        for wrong in [&["--seconds"][..], &["--seconds", "x"], &["--other"], &["--input", "x"]] {
            assert_eq!(Asked::parse(wrong), None, "{wrong:?}");
        }
    }
}
