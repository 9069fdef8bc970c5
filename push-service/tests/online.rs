//! `styrk check-config --online`: what an operator is told about the providers of pushes, by the program and providers
//! that speak the real protocols.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use delivery::SystemClock;
use delivery::fake::{Act, FakeApns, FakeFcm, TEST_KEY};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

const TOPIC: &str = "example.regionx.styrk";

struct Operator {
    folder: tempfile::TempDir,
    apns: FakeApns,
    fcm: FakeFcm,
}

impl Operator {
    async fn new() -> Self {
        let clock = Arc::new(SystemClock);
        let operator = Self {
            folder: tempfile::tempdir().unwrap(),
            apns: FakeApns::start(TOPIC, clock.clone()).await,
            fcm: FakeFcm::start(clock).await,
        };
        operator.write("roots.pem", &format!("{}{}", operator.apns.root(), operator.fcm.root()));
        operator.write("apns.p8", TEST_KEY);
        operator.write("web.pem", TEST_KEY);
        operator.write("fcm.json", &operator.fcm.account());
        operator
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// What the program answers: whether it succeeded, and all that it said.
    async fn check(&self, push: &str, online: bool) -> (bool, String) {
        let text = format!(
            "public_url = \"https://mfa.regionx.example\"\nlisten = \"127.0.0.1:0\"\ndatabase = \"styrk.db\"\n\
             keys = \"keys\"\ntrusted_proxies = [\"127.0.0.1/32\"]\n[organisation]\nname = \"Region X\"\n\
             colour = \"#00585f\"\nsupport = \"026-00 00 00\"\n{push}"
        );
        self.write("styrk.toml", &text);
        let mut command = Command::new(env!("CARGO_BIN_EXE_styrk"));
        command.arg("check-config").arg("--config").arg(self.at("styrk.toml")).env("NO_COLOR", "1");
        if online {
            command.arg("--online");
        }
        // The fakes go on meanwhile.
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let (said, error) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        (output.status.success(), said + &error)
    }

    fn push(&self) -> String {
        format!(
            "[push]\nroots = {:?}\n[push.apns]\nkey = {:?}\nkey_id = \"ABCDE12345\"\nteam_id = \"TEAM123456\"\n\
             topic = \"{TOPIC}\"\nendpoint = \"{}\"\n[push.fcm]\naccount = {:?}\nendpoint = \"{}\"\n\
             [push.web]\nkey = {:?}\ncontact = \"mailto:push@regionx.example\"\n",
            self.at("roots.pem"),
            self.at("apns.p8"),
            self.apns.endpoint(),
            self.at("fcm.json"),
            self.fcm.endpoint(),
            self.at("web.pem"),
        )
    }
}

#[tokio::test]
async fn each_provider_is_asked_and_nothing_is_sent_to_a_phone() {
    let operator = Operator::new().await;
    let (good, said) = operator.check(&operator.push(), true).await;
    assert!(good, "{said}");
    for says in [
        "Works: APNs at https://localhost:",
        "accepts key ABCDE12345 of team TEAM123456 for example.regionx.styrk.",
        "Works: FCM accepts push@regionx-styrk.iam.gserviceaccount.com for the project regionx-styrk.",
        "Works: Web Push: the key can be read; apps subscribe with B",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    let pushes = operator.apns.script.received();
    assert!(pushes.iter().all(|push| push.path.ends_with(&"0".repeat(64))));
    let messages = operator.fcm.script.received();
    assert!(messages.iter().all(|message| message.body.starts_with(b"{\"message\":{\"data\"")));
    assert!(messages.iter().all(|message| message.body.ends_with(b"\"validate_only\":true}")));
}

#[tokio::test]
async fn what_is_wrong_is_told_in_words() {
    let operator = Operator::new().await;
    let wrong = operator.push().replace("ABCDE12345", "WRONG12345");
    operator.fcm.script.always(Some(Act::answer(403, r#"{"error":{"status":"PERMISSION_DENIED"}}"#)));
    let (good, said) = operator.check(&wrong, true).await;
    assert!(!good, "{said}");
    for says in [
        "does not accept key WRONG12345 of team TEAM123456 (InvalidProviderToken): the key file, its id or the team's id",
        "Does not work: FCM does not accept push@regionx-styrk.iam.gserviceaccount.com",
        "Works: Web Push",
        "2 of 3 providers cannot be used",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
}

#[tokio::test]
async fn files_are_looked_at_without_asking_anybody() {
    let operator = Operator::new().await;
    let push = operator.push();
    let (good, said) = operator.check(&push, false).await;
    assert!(good && !said.contains("Works"), "{said}");
    assert_eq!(operator.apns.script.connections(), 0);
    fs::set_permissions(operator.at("apns.p8"), fs::Permissions::from_mode(0o644)).unwrap();
    let (good, said) = operator.check(&push, false).await;
    assert!(!good && said.contains("push.apns.key: ") && said.contains("others could use it"), "{said}");
    operator.write("apns.p8", TEST_KEY);
    operator.write("fcm.json", "{}");
    let (good, said) = operator.check(&push, false).await;
    assert!(!good && said.contains("push.fcm.account: ") && said.contains("type is not there"), "{said}");
    let (good, said) = operator.check("", true).await;
    assert!(good && said.contains("No provider of pushes is configured"), "{said}");
}
