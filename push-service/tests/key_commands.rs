//! `styrk key …` and SIGHUP, with the program as an operator has it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

struct Operator {
    folder: tempfile::TempDir,
}

impl Operator {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let operator = Self { folder };
        let configuration = format!(
            "public_url = \"https://mfa.regionx.example\"\nlisten = \"127.0.0.1:0\"\ndatabase = {:?}\nkeys = {:?}\n\
             [organisation]\nname = \"Region X\"\ncolour = \"#00585f\"\nsupport = \"026-00 00 00\"\n",
            operator.at("styrk.db"),
            operator.at("keys"),
        );
        fs::write(operator.at("styrk.toml"), configuration).unwrap();
        fs::write(operator.at("passphrase"), "correct horse battery\n").unwrap();
        operator
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn styrk(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_styrk"));
        let paths =
            arguments.split(' ').map(|word| word.replace('@', &format!("{}/", self.at("").display())));
        command
            .args(paths)
            .arg("--config")
            .arg(self.at("styrk.toml"))
            .env("STYRK_LOG", "info")
            .env("NO_COLOR", "1");
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.styrk(arguments).output().unwrap()
    }

    /// What a command answers that works.
    fn says(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "styrk {arguments}: {err}");
        out.into_owned()
    }

    /// Why a command does not work.
    fn refuses(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "styrk {arguments}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn to_the_safe(&self, number: u32) -> String {
        let name = format!("safe-{number}.pk8");
        fs::rename(self.at("keys").join(format!("next-identity-{number}.pk8")), self.at(&name)).unwrap();
        format!("@{name}")
    }
}

#[test]
fn rotating_says_what_to_do_next() {
    let operator = Operator::new();
    assert!(operator.says("init").contains("next-identity-1.pk8 to a safe place"));
    assert!(operator.says("key list").contains("STILL HERE"));
    let next = operator.to_the_safe(1);
    let list = operator.says("key list");
    assert!(list.contains("it should be at your safe place") && !list.contains("STILL HERE"), "{list}");

    let rotate = format!("key rotate identity --next {next}");
    let said = operator.says(&rotate);
    for words in ["Identity key 1 takes over", "next-identity-2.pk8", "SIGHUP", "Destroy", "styrk key backup"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(operator.says(&rotate).contains("has taken over already"), "again");
    let other = operator.refuses(&format!("key rotate identity --next @keys/{}", "identity-7.pk8"));
    assert!(other.contains("identity-7.pk8"), "{other}");
    let list = operator.says("key list");
    assert!(list.contains("signs") && list.contains("past") && list.contains("STILL HERE"), "{list}");
    operator.says("key rotate results");
    assert!(operator.says("key list").contains("signs from"));
}

#[test]
fn two_at_once_are_one_after_the_other() {
    let operator = Operator::new();
    operator.says("init");
    let other = File::open(operator.at("keys")).unwrap();
    other.lock().unwrap();
    let refused = operator.refuses("key rotate results");
    assert!(refused.contains("another `styrk key` is at work"), "{refused}");
    drop(other);
    operator.says("key rotate results");
}

#[test]
fn a_backup_is_opened_by_its_passphrase_alone() {
    let operator = Operator::new();
    operator.says("init");
    let before = operator.says("key list");
    let backup = "key backup --to @backup.age --passphrase-file @passphrase";
    assert!(operator.says(backup).contains("apart from copies of the database"));
    assert!(operator.refuses(backup).contains("backup.age"), "never overwritten");
    let restore = "key restore --from @backup.age --passphrase-file @passphrase";
    assert!(operator.refuses(restore).contains("never overwritten"));
    fs::rename(operator.at("keys"), operator.at("old")).unwrap();
    fs::write(operator.at("wrong"), "correct horse batterie").unwrap();
    assert!(operator.refuses(&restore.replace("@passphrase", "@wrong")).contains("another passphrase"));
    operator.says(restore);
    let after = operator.says("key list");
    let lines = |text: &str| text.lines().filter(|line| !line.contains("STILL HERE")).count();
    assert!(after.contains("not on this machine"), "the next key is in no backup: {after}");
    assert_eq!(lines(&before), lines(&after) - 1);
    fs::write(operator.at("short"), "short").unwrap();
    let short = operator.refuses("key backup --to @other.age --passphrase-file @short");
    assert!(short.contains("at least 12 characters") && !operator.at("other.age").exists());
}

/// The service, and its log.
struct Service(Child, BufReader<std::process::ChildStderr>);

impl Service {
    fn start(operator: &Operator) -> Self {
        let mut child = operator.styrk("serve").stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut service = Self(child, log);
        service.logs("ready");
        service
    }

    /// Reads until a line has these words.
    fn logs(&mut self, words: &str) -> String {
        let mut all = String::new();
        while !all.contains(words) {
            assert_ne!(self.1.read_line(&mut all).unwrap(), 0, "the log ended without {words}: {all}");
        }
        all
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }
}

fn spoil(keys: &Path) {
    fs::write(keys.join("identity-1.pk8"), "noise").unwrap();
}

#[test]
fn a_running_service_reads_its_keys_again_at_sighup() {
    let operator = Operator::new();
    operator.says("init");
    let mut service = Service::start(&operator);
    operator.says("key rotate identity --next @keys/next-identity-1.pk8");
    service.signal("HUP");
    assert!(service.logs("keys were read again").contains("number=1"));
    spoil(&operator.at("keys"));
    service.signal("HUP");
    let said = service.logs("those of before stay");
    assert!(said.contains("identity-1.pk8") && !said.contains("noise"), "{said}");
    service.signal("TERM");
    service.logs("stopped");
    assert!(service.0.wait().unwrap().success());
}
