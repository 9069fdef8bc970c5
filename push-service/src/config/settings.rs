//! Every setting, for people: `docs/configuration.md` is written from this list, and the environment is read by it.

use super::Log;
use super::environment::variable;
use crate::limits::PARTY_WAITS;
use signin::policy::Policy;
use std::fmt::Write as _;

/// One setting.
pub struct Setting {
    /// As the file has it: `policy.lifetime`.
    pub name: &'static str,
    /// How its value is written.
    pub kind: Kind,
    /// What counts when it is not there.
    pub default: Default,
    /// What it decides, and what it may be.
    pub means: &'static str,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In quotation marks; in the environment without.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Truth,
    /// A list of texts; in the environment with commas between them.
    List,
    /// A table for each; not in the environment.
    Tables,
}

/// What counts when a setting is not there.
pub enum Default {
    /// Nothing: it must be there.
    Required,
    /// This, in words.
    Words(&'static str),
    /// This value.
    Value(fn() -> String),
}

const fn required(name: &'static str, means: &'static str) -> Setting {
    Setting { name, kind: Kind::Text, default: Default::Required, means }
}

const fn optional(name: &'static str, default: &'static str, means: &'static str) -> Setting {
    Setting { name, kind: Kind::Text, default: Default::Words(default), means }
}

const fn number(name: &'static str, default: fn() -> String, means: &'static str) -> Setting {
    Setting { name, kind: Kind::Number, default: Default::Value(default), means }
}

const fn list(name: &'static str, kind: Kind, means: &'static str) -> Setting {
    Setting { name, kind, default: Default::Words("none"), means }
}

fn policy() -> Policy {
    Policy::default()
}

/// All of them, in the order in which they are explained.
pub const SETTINGS: &[Setting] = &[
    required(
        "public_url",
        "The address under which browsers and phones reach the service: `https`, host in plain ASCII, perhaps a port; \
         no path. `http` for `localhost` and loopback addresses only.",
    ),
    optional(
        "link_url",
        "`public_url`",
        "Where enrolment links lead. A link must stay under 120 characters.",
    ),
    required("listen", "Address and port. Not a loopback address: only with `tls` or `trusted_proxies`."),
    required("database", "A file; its folder must exist."),
    required("keys", "The folder with the keys, which `styrk init` makes."),
    optional(
        "admin_socket",
        "`database` and `.socket`",
        "The socket on which the running service hears the operator's commands.",
    ),
    optional(
        "admin_group",
        "none",
        "A group whose members may give commands; without it only the service's own user and root may.",
    ),
    list(
        "trusted_proxies",
        Kind::List,
        "Whose `X-Forwarded-For` counts: ranges `ADDRESS/BITS`, no bits set behind the prefix, at least /24 (IPv4) or \
         /56 (IPv6).",
    ),
    optional(
        "tls.certificate",
        "none",
        "A PEM file: the certificate, and after it those that lead to a root. Read again when it changes.",
    ),
    optional(
        "tls.key",
        "none",
        "A PEM file: its private key without a passphrase, readable by owner and group alone. Both or none; only with \
         `https` in `public_url`.",
    ),
    required("organisation.name", "1 to 80 visible characters."),
    required("organisation.colour", "`#rrggbb`."),
    required("organisation.support", "Whom to call: 1 to 80 visible characters."),
    list(
        "applications",
        Kind::Tables,
        "What MyApps lists: `name` (1 to 80 visible characters), `description` (may be left out), `url` (`https://…`, \
         or a path of this service).",
    ),
    number(
        "api_calls",
        || "20".to_owned(),
        "Calls of the relying-party API within a second, for each relying party, 1 to 10000; those of ten seconds may be saved up.",
    ),
    number(
        "api_waits",
        || PARTY_WAITS.to_string(),
        "Waits for results at the same time, for each relying party, 1 to 10000, and never more than an eighth of `connections`. \
         All relying parties together wait on half of them.",
    ),
    number(
        "connections",
        || "16384".to_owned(),
        "Connections at the same time, 64 to 1000000, open sockets of phones among them; each is an open file, and takes \
         at most about 64 KiB.",
    ),
    list(
        "webhook_networks",
        Kind::List,
        "Private networks that results and alarms may be delivered to, ranges as above. Public addresses always may.",
    ),
    optional(
        "alarms.webhook",
        "nobody is told",
        "Where [alarms](operations.md#alarms) are sent: `https`, to a public address or one in `webhook_networks`.",
    ),
    number("policy.digits", || policy().digits.get().to_string(), "Digits of a number, 2 to 8."),
    number("policy.lifetime", || policy().lifetime.to_string(), "Seconds of a sign-in request, 60 to 120."),
    number(
        "policy.enrolment_lifetime",
        || policy().enrolment_lifetime.to_string(),
        "Seconds of an enrolment code, 60 to 600.",
    ),
    number(
        "policy.wrong_in_row",
        || policy().wrong_in_row.to_string(),
        "Wrong numbers in a row that lock the app method, 1 to 100.",
    ),
    number(
        "policy.wrong_in_day",
        || policy().wrong_in_day.to_string(),
        "The same in one day, UTC, 1 to 100.",
    ),
    optional(
        "policy.first_registration",
        "`more-than-password`",
        "What a user's first phone needs beside the password; `password-is-enough` is an accepted risk.",
    ),
    list(
        "policy.trusted_networks",
        Kind::List,
        "Ranges as above, at least /8 (IPv4) or /16 (IPv6), without a proxy's addresses: from there the password is enough to \
         sign in, and for a user without a phone to register one.",
    ),
    list(
        "policy.always_ask",
        Kind::List,
        "Applications that ask for a second factor in trusted networks too: `MyApps`. My security information always does.",
    ),
    optional(
        "policy.oldest_app",
        "any",
        "The oldest version of the app that is served, \"1.2.0\"; older ones are told to update.",
    ),
    number(
        "policy.asks_of_user",
        || policy().asks_of_user.to_string(),
        "Requests of one user that one relying party may open within five minutes, 1 to 100000; all relying parties \
         together three times as many. With two digits, more than 30 can use up the numbers.",
    ),
    number(
        "policy.pending_of_party",
        || policy().pending_of_party.to_string(),
        "Requests that one relying party may have pending, 1 to 1000000.",
    ),
    number(
        "policy.undelivered_of_party",
        || policy().undelivered_of_party.to_string(),
        "Results that one relying party's webhook has not taken, 1 to 10000000. With so many it opens no more requests.",
    ),
    Setting {
        name: "policy.reveal_users",
        kind: Kind::Truth,
        default: Default::Value(|| policy().reveal_users.to_string()),
        means: "`true` tells relying parties that a user is unknown or has no phone; otherwise such a user is one who does not answer.",
    },
    number(
        "policy.session_idle",
        || policy().session_idle.to_string(),
        "Seconds after which an unused session ends, 60 to 3600.",
    ),
    number(
        "policy.session_total",
        || policy().session_total.to_string(),
        "Seconds after which any session ends, 60 to 86400.",
    ),
    number(
        "policy.audit_months",
        || policy().audit_months.to_string(),
        "Months for which the audit trail is kept, 3 to 240.",
    ),
    optional(
        "push.roots",
        "none",
        "A PEM file with roots to believe beside the system's when pushes are sent: those of a proxy that opens TLS.",
    ),
    optional(
        "push.apns.key",
        "none",
        "The `.p8` file of a key for APNs, readable by owner and group alone. With it, the next three must be there.",
    ),
    optional("push.apns.key_id", "none", "The key's id: ten letters and digits."),
    optional("push.apns.team_id", "none", "The team's id: ten letters and digits."),
    optional("push.apns.topic", "none", "The app's bundle id."),
    optional(
        "push.apns.environment",
        "`production`",
        "`production`, or `sandbox` for an app that Xcode installed.",
    ),
    optional("push.apns.endpoint", "Apple's", "Another address instead, `https`: a gateway's."),
    optional(
        "push.fcm.account",
        "none",
        "The JSON file of a service account of the Firebase project, readable by owner and group alone.",
    ),
    optional("push.fcm.endpoint", "Google's", "Another address instead, `https`: a gateway's."),
    optional(
        "push.web.key",
        "none",
        "A P-256 key in PEM (`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`), readable by owner and \
         group alone, for Web Push and UnifiedPush. With it, the next must be there.",
    ),
    optional("push.web.contact", "none", "`mailto:` or `https:` address that push services may turn to."),
    list(
        "push.web.networks",
        Kind::List,
        "Private networks that push services may be in, ranges as above. Public addresses always may.",
    ),
    optional("log.format", "`text`", "`text` for people, or `json`: an object on each line."),
    Setting {
        name: "log.level",
        kind: Kind::Text,
        default: Default::Value(|| Log::default().level),
        means: "`error`, `warn`, `info`, `debug` or `trace`; or for parts, `push_service=debug,info`.",
    },
    optional(
        "metrics.listen",
        "nowhere",
        "Address and port of `/metrics`, plain HTTP. Not a loopback address: an accepted risk.",
    ),
];

/// What stands before the list.
const HEAD: &str = "# Configuration

Written by `cargo xtask settings` from `push-service/src/config/settings.rs`: do not edit.

One TOML file, by default `/etc/styrk/styrk.toml`; [operations.md](operations.md) has an example. Unknown names are
errors. Relative paths are relative to the folder in which the command is started, so write absolute ones. `styrk
check-config` says what is wrong, and which setting it is about.

The variable in the second column counts instead of the file: the name in capitals behind `STYRK_`, with two underscores
for a dot. Lists have commas between their parts there. A variable that begins so and names no setting is an error.

No setting is a secret. `tls.key`, `keys` and those of `push` say where secrets lie: files that others may read are refused. Where
systemd hands a file over (`LoadCredential=tls.key:…`), `Environment=STYRK_TLS__KEY=%d/tls.key` names it.

| setting | variable | default | what it decides, and what it may be |
|---|---|---|---|
";

/// `docs/configuration.md`.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for Setting { name, kind, default, means } in SETTINGS {
        let variable = if *kind == Kind::Tables { "–".to_owned() } else { format!("`{}`", variable(name)) };
        let default = match default {
            Default::Required => "**required**".to_owned(),
            Default::Words(words) => (*words).to_owned(),
            Default::Value(value) => format!("`{}`", value()),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` | {variable} | {default} | {means} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::super::tests::SMALLEST;
    use super::*;
    use toml::{Table, Value};

    /// What is wrong when the setting with this name says `0.5`, which none may say.
    fn wrong(name: &str) -> String {
        let mut table: Table = toml::from_str(SMALLEST).unwrap();
        let path: Vec<&str> = name.split('.').collect();
        let (last, tables) = path.split_last().unwrap();
        let mut inner = &mut table;
        for name in tables {
            let entry = inner.entry(*name).or_insert_with(|| Value::Table(Table::new()));
            inner = entry.as_table_mut().unwrap();
        }
        inner.insert((*last).to_owned(), Value::Float(0.5));
        Config::parse(&table.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn the_list_has_every_setting_of_the_file_and_no_other() {
        for setting in SETTINGS {
            let error = wrong(setting.name);
            assert!(!error.contains("unknown field"), "{}: {error}", setting.name);
        }
        let mut tables = vec![""];
        for setting in SETTINGS {
            tables.extend(setting.name.match_indices('.').map(|(end, _)| &setting.name[..end]));
        }
        for table in tables {
            let prefix = if table.is_empty() { String::new() } else { format!("{table}.") };
            let error = wrong(&format!("{prefix}nothing"));
            let expected = error.split_once("expected").expect("it says what is expected").1;
            let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
            assert!(!known.is_empty(), "{error}");
            for name in known {
                let name = format!("{prefix}{name}");
                let listed =
                    |setting: &Setting| setting.name == name || setting.name.starts_with(&format!("{name}."));
                assert!(SETTINGS.iter().any(listed), "{name} is not in the list");
            }
        }
    }

    #[test]
    fn what_is_required_is_required_and_nothing_else() {
        let lines: Vec<&str> = SMALLEST.lines().filter(|line| line.contains('=')).collect();
        let required: Vec<&str> = SETTINGS
            .iter()
            .filter(|setting| matches!(setting.default, Default::Required))
            .map(|setting| setting.name.rsplit('.').next().unwrap())
            .collect();
        let smallest: Vec<&str> = lines.iter().map(|line| line.split('=').next().unwrap().trim()).collect();
        assert_eq!(smallest, required);
        for line in lines {
            assert!(Config::parse(&SMALLEST.replace(line, "")).is_err(), "{line}");
        }
    }

    #[test]
    fn the_documentation_is_what_would_be_written_now() {
        let written = include_str!("../../../docs/configuration.md");
        assert!(written == reference(), "run `cargo xtask settings`");
    }
}
