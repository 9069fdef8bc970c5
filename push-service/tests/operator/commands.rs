//! The commands that change a running service, with the program as an operator has it.

use crate::Operator;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn without_a_service_a_command_says_what_to_do() {
    let operator = Operator::new();
    for command in ["user list", "user show anna", "device list", "device block x", "audit", "backup @@b.tar"]
    {
        let said = operator.refuses(command);
        assert!(said.contains("not running") && said.contains("systemctl start styrk"), "{command}: {said}");
    }
}

/// The commands below these words, with what each says of itself.
fn explained(operator: &Operator, words: &str) -> Vec<(String, String)> {
    let help = operator.says(format!("{words} --help").trim_start());
    let Some((_, below)) = help.split_once("\nCommands:\n") else { return vec![(words.to_owned(), help)] };
    let below = below.lines().take_while(|line| !line.is_empty());
    let names = below.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !["", "help"].contains(name));
    names.flat_map(|name| explained(operator, format!("{words} {name}").trim_start())).collect()
}

#[test]
fn every_command_has_an_example_of_itself() {
    let commands = explained(&Operator::new(), "");
    assert!(commands.len() >= 27, "{:?}", commands.iter().map(|(words, _)| words).collect::<Vec<_>>());
    for (words, help) in commands {
        let examples = help.split_once("Example").map_or("", |(_, examples)| examples);
        assert!(
            examples.contains(&format!("styrk {}", words.trim())) || words == "serve",
            "styrk {words}: {help}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_setting_is_said_once_with_its_file() {
    let operator = Operator::new();
    operator.configure("wrong.toml", "styrk.db", "");
    let text = fs::read_to_string(operator.at("wrong.toml")).unwrap();
    fs::write(operator.at("wrong.toml"), format!("{text}[policy]\nlifetime = 5\n")).unwrap();
    for command in ["check-config", "serve", "user list"] {
        let said = operator.refuses(&format!("{command} --config @@wrong.toml"));
        assert!(said.starts_with("styrk: "), "{said}");
        assert!(said.ends_with("wrong.toml: policy.lifetime: 5 is not within 60 to 120\n"), "{said}");
        let said = operator.refuses(&format!("{command} --config @@nowhere.toml"));
        assert!(said.contains("nowhere.toml") && said.contains("--config FILE"), "{said}");
    }
}

#[test]
fn a_pass_is_shown_once_and_ends() {
    let operator = Operator::new();
    let service = operator.serve();
    operator.says("user add anna@regionx.example --name Anna");
    assert!(operator.says("user show anna@regionx.example").contains("Pass"));
    for minutes in ["9", "1441"] {
        let said = operator.refuses(&format!("pass create anna@regionx.example --minutes {minutes}"));
        assert!(said.contains("10 to 1440 minutes"), "{said}");
    }
    let said = operator.says("pass create ANNA@regionx.example");
    let pass = said.lines().next().unwrap();
    assert!(pass.len() == 16 && pass.matches('-').count() == 2, "{said}");
    assert!(said.contains("not shown again"), "{said}");
    let shown = operator.says("user show anna@regionx.example");
    assert!(shown.contains("until ") && !shown.contains(pass), "{shown}");
    assert_ne!(operator.json("pass create anna@regionx.example --minutes 10")["pass"], pass);
    assert!(operator.says("pass end anna@regionx.example").contains("has ended"));
    assert!(operator.says("pass end anna@regionx.example").contains("was not there"));
    assert!(operator.refuses("pass create nobody@regionx.example").contains("not found"));
    let expected = ["user_added", "pass_created", "pass_ended", "pass_created", "pass_ended"];
    assert_eq!(operator.kinds(), expected);
    service.stop();
}

#[test]
fn a_user_is_added_shown_disabled_and_removed() {
    let operator = Operator::new();
    let service = operator.serve();
    let mode = fs::metadata(operator.at("styrk.db.socket")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else may open the socket");
    let anna = "anna@regionx.example";
    let add = format!("user add {anna} --name Anna|Andersson --email Anna.Andersson@mail.example");
    assert!(operator.says(&add).contains(&format!("styrk user password {anna}")));
    assert!(operator.refuses(&add).contains("exists already"));
    assert!(operator.refuses("user add bo --name Bo --email bo").contains("has no @"));
    let shown = operator.json("user show ANNA.andersson@mail.example");
    assert_eq!((&shown["upn"], &shown["name"]), (&anna.into(), &"Anna Andersson".into()));
    assert!(operator.says("user list").contains("no phone yet"));

    let short = operator.says_to(&format!("user password {anna}"), "short\n");
    assert!(String::from_utf8_lossy(&short.stderr).contains("at least 8 characters"));
    let set = operator.says_to(&format!("user password {anna}"), "rätt häst batteri\n");
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));

    assert!(operator.says(&format!("user disable {anna}")).contains("may not sign in any more"));
    assert!(operator.says(&format!("user disable {anna}")).contains("was disabled already"));
    assert!(operator.says("user list").contains("disabled"));
    assert!(operator.says(&format!("user enable {anna}")).contains("may sign in again"));
    assert!(operator.says(&format!("user unlock {anna}")).contains("was not locked"));
    assert!(operator.refuses("user show nobody@regionx.example").contains("not found"));

    assert!(operator.refuses(&format!("user remove {anna}")).contains("--yes"));
    let by_mail = operator.refuses("user remove anna.andersson@mail.example --yes");
    assert!(by_mail.contains(anna), "nobody is erased by another name: {by_mail}");
    operator.says(&format!("user remove {anna} --yes"));
    assert!(operator.refuses(&format!("user show {anna}")).contains("not found"));
    let trail = operator.says("audit");
    assert!(!trail.contains("anna") && trail.contains("user_removed"), "ids alone: {trail}");
    let expected = ["user_added", "password_set", "user_disabled", "user_enabled", "user_removed"];
    assert_eq!(operator.kinds(), expected);
    service.stop();
    assert!(!operator.at("styrk.db.socket").exists(), "the socket goes with the service");
}

#[test]
fn an_import_is_whole_or_names_each_line() {
    let operator = Operator::new();
    let service = operator.serve();
    let import = |text: &str, more: &str| {
        fs::write(operator.at("users.csv"), text).unwrap();
        format!("user import @@users.csv{more}")
    };
    let hash =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let good = format!(
        "\u{feff}upn,email,name,mobile,password_hash\nanna@x.example,anna@mail.example,\"Andersson, Anna\",+46701234567,\n\
         bo@x.example,,Bo Berg,,\"{hash}\"\n"
    );
    assert!(operator.says(&import(&good, " --dry-run")).contains("Would import: 2 added"));
    assert_eq!(operator.json("user list").as_array().unwrap().len(), 0, "nothing yet");
    assert!(operator.says(&import(&good, "")).contains("Imported: 2 added, 0 changed, 0 as before"));
    assert!(operator.says(&import(&good, "")).contains("0 added, 0 changed, 2 as before"));
    assert_eq!(operator.json("user show anna@x.example")["name"], "Andersson, Anna");
    for (text, says) in [
        ("upn,name\ncia@x.example,Cia\n,Nobody\n", "users.csv: line 3, upn: "),
        ("upn,name,mobile\ncia@x.example,Cia,0701234567\n", "line 2, mobile: 0701234567"),
        ("upn,name,email\ncia@x.example,Cia,cia\n", "line 2, email: cia: has no @"),
        ("upn,name\ncia@x.example,Cia,more\n", "line 2: 3 fields where the first line has 2"),
        ("upn,name,colour\ncia@x.example,Cia,red\n", "line 1: unknown column \"colour\""),
        ("name\nCia\n", "line 1: column upn is missing"),
        ("upn,name,password_hash\ncia@x.example,Cia,$2b$12$x\n", "line 2, password_hash: "),
        ("upn,name\ncia@x.example,Cia\nCIA@x.example,Cia\n", "line 3, upn: cia@x.example stands there twice"),
        (
            "upn,name,email\ncia@x.example,Cia,ANNA@mail.example\n",
            "line 2, email: anna@mail.example belongs to anna@",
        ),
    ] {
        let refused = operator.refuses(&import(text, ""));
        assert!(refused.contains(says), "{says}: {refused}");
    }
    fs::write(operator.at("users.csv"), b"upn,name\ncia@x.example,C\xe5a\n").unwrap();
    assert!(operator.refuses("user import @@users.csv").contains("not UTF-8"));
    assert_eq!(operator.json("user list").as_array().unwrap().len(), 2, "all or nothing");
    service.stop();
}

#[test]
fn the_trail_is_read_by_user_by_time_and_as_it_grows() {
    let operator = Operator::new();
    let service = operator.serve();
    for name in ["anna", "bo"] {
        operator.says(&format!("user add {name}@x.example --name {name}"));
    }
    let mut following = operator
        .styrk("audit --follow --json --after 1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(following.stdout.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().contains("bo@x.example"));
    operator.says("user disable anna@x.example");
    assert!(lines.next().unwrap().unwrap().contains("user_disabled"), "without being asked again");
    following.kill().unwrap();
    following.wait().unwrap();
    let anna = operator.says("audit --user anna@x.example --since 1h");
    assert_eq!(anna.lines().count(), 2, "{anna}");
    assert_eq!(operator.says("audit --since 2020-01-01").lines().count(), 3);
    assert_eq!(operator.says("audit --since 2999-01-01").trim(), "");
    assert!(operator.refuses("audit --since yesterday").contains("24h"));
    service.stop();
}

#[test]
fn a_dead_services_socket_is_replaced_and_a_living_ones_is_not() {
    let operator = Operator::new();
    operator.serve().kill();
    assert!(operator.at("styrk.db.socket").exists(), "a kill leaves it behind");
    assert!(operator.refuses("user list").contains("not running"));
    let service = operator.serve();
    operator.says("user list");
    let second = operator.refuses("serve");
    assert!(second.contains("in use by another process"), "one database, two services: {second}");
    let other = format!("admin_socket = {:?}", operator.at("styrk.db.socket"));
    operator.configure("other.toml", "other.db", &other);
    let other = operator.refuses("serve --config @@other.toml");
    assert!(other.contains("another process serves it"), "{other}");
    operator.says("user list");
    service.stop();
}

#[test]
fn a_relying_party_gets_a_key_changes_it_and_goes() {
    let operator = Operator::new();
    let _service = operator.serve();
    let added =
        operator.says("relying-party add Journalen --application Journalen --application Tid|och|lön");
    assert!(added.contains("shown this once") && added.contains("styrk."), "{added}");
    let refused = operator.refuses("relying-party add Journalen");
    assert!(refused.contains("name: there is a relying party Journalen already"), "{refused}");
    for (more, says) in [
        ("--webhook http://journalen.example/", "webhook: must be https"),
        (
            "--webhook https://10.0.0.1/",
            "webhook: 10.0.0.1 is not public; name its network in webhook_networks",
        ),
        ("--scope write", "scope: write: not one of ask, read"),
        ("--public-key @@styrk.toml", "not a JWK of P-256"),
        ("--application |", "application: 1 to 80 characters"),
    ] {
        let refused = operator.refuses(&format!("relying-party add Annan {more}"));
        assert!(refused.contains(says), "{more}: {refused}");
    }
    let first = operator.json("relying-party list");
    assert_eq!(first[0]["applications"], serde_json::json!(["Journalen", "Tid och lön"]));
    assert_eq!(first[0]["keys"].as_array().unwrap().len(), 1);

    let rotated = operator.json("relying-party rotate Journalen --scope read");
    assert!(rotated["key"].as_str().unwrap().starts_with("styrk."));
    let list = operator.json("relying-party list");
    assert_eq!(list[0]["keys"][1]["scopes"], serde_json::json!(["read"]));
    assert_eq!(list[0]["keys"].as_array().unwrap().len(), 2);
    assert!(operator.says("relying-party retire Journalen").contains("The older key has ended."));
    assert!(operator.says("relying-party retire Journalen").contains("There is only one key."));
    assert!(operator.says("relying-party list").contains("Tid och lön"));

    // A public key is a key like any other: it follows, is listed, and stays when the older one is retired.
    let jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\
        \"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}";
    fs::write(operator.at("journalen.jwk"), jwk).unwrap();
    let further = operator.json("relying-party rotate Journalen --public-key @@journalen.jwk --scope read");
    assert!(further["key"].is_null(), "{further}");
    operator.says("relying-party retire Journalen");
    let list = operator.json("relying-party list");
    let keys = list[0]["keys"].as_array().unwrap();
    assert_eq!((keys.len(), &keys[0]["id"]), (1, &further["key_id"]));
    assert_eq!((&keys[0]["kind"], &keys[0]["scopes"]), (&"public_key".into(), &serde_json::json!(["read"])));
    assert!(operator.says("relying-party list").contains("(public key, read, "));
    let said = operator.says("relying-party add Tidportalen --public-key @@journalen.jwk");
    assert!(said.contains("signs its tokens") && !said.contains("styrk."), "no secret is made: {said}");
    operator.says("relying-party remove Tidportalen");

    operator.says("relying-party remove Journalen");
    assert!(operator.refuses("relying-party rotate Journalen").contains("Journalen: not found"));
    assert_eq!(operator.says("relying-party list"), "No relying parties.\n");
    // The trail names it, although it is gone.
    let trail = operator.says("audit");
    for kind in ["relying_party_added", "api_key_added", "api_key_ended", "relying_party_removed"] {
        let of = |line: &&str| line.contains(kind) && line.contains("relying party Journalen");
        assert!(trail.lines().any(|line| of(&line)), "{kind}: {trail}");
    }
}
