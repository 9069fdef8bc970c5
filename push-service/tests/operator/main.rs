//! Commands of `styrk` on a running service and on its files: an operator with a folder, a configuration and the real
//! program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backup;
mod commands;

use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

pub(crate) struct Operator {
    folder: tempfile::TempDir,
}

impl Operator {
    /// With keys, and nothing else.
    pub(crate) fn new() -> Self {
        let operator = Self { folder: tempfile::tempdir().unwrap() };
        operator.configure("styrk.toml", "styrk.db", "");
        operator.says("init");
        operator
    }

    /// Writes a configuration for a database; `more` goes before the sections.
    pub(crate) fn configure(&self, file: &str, database: &str, more: &str) {
        let configuration = format!(
            "public_url = \"https://mfa.regionx.example\"\nlisten = \"127.0.0.1:0\"\ndatabase = {:?}\nkeys = {:?}\n{more}\n\
             [organisation]\nname = \"Region X\"\ncolour = \"#00585f\"\nsupport = \"026-00 00 00\"\n",
            self.at(database),
            self.at("keys"),
        );
        fs::write(self.at(file), configuration).unwrap();
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `@@` stands for the folder; `|` for a blank within a word.
    pub(crate) fn styrk(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_styrk"));
        let folder = format!("{}/", self.at("").display());
        let words = arguments.split(' ').map(|word| word.replace("@@", &folder).replace('|', " "));
        command.args(words);
        if !arguments.contains("--config") {
            command.arg("--config").arg(self.at("styrk.toml"));
        }
        command.env("STYRK_LOG", "info").env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.styrk(arguments).output().unwrap()
    }

    /// What a command answers that works.
    pub(crate) fn says(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "styrk {arguments}: {err}");
        out.into_owned()
    }

    /// The same as JSON.
    pub(crate) fn json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.says(&format!("{arguments} --json"))).unwrap()
    }

    /// Why a command does not work.
    pub(crate) fn refuses(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "styrk {arguments}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// What a command answers that reads this.
    pub(crate) fn says_to(&self, arguments: &str, input: &str) -> Output {
        let mut command = self.styrk(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    pub(crate) fn serve(&self) -> Service {
        self.serve_with("serve")
    }

    pub(crate) fn serve_with(&self, arguments: &str) -> Service {
        let mut child = self.styrk(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut service = Service { child, log };
        service.logs("ready");
        service
    }

    /// The kinds in the audit trail, oldest first.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let lines = self.says("audit --json");
        let kind =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned();
        lines.lines().filter(|line| !line.is_empty()).map(kind).collect()
    }
}

/// The service, and its log. Killed when it is dropped.
pub(crate) struct Service {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
}

impl Service {
    /// Reads until a line has these words.
    pub(crate) fn logs(&mut self, words: &str) -> String {
        let mut all = String::new();
        while !all.contains(words) {
            assert_ne!(self.log.read_line(&mut all).unwrap(), 0, "the log ended without {words}: {all}");
        }
        all
    }

    pub(crate) fn stop(mut self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.logs("stopped");
        assert!(self.child.wait().unwrap().success());
    }

    /// As if the power went.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
