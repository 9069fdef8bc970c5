//! Settings from the environment: `STYRK_` and the setting's name in capitals, with two underscores where the name has
//! a dot. A variable that names no setting is an error: who mistypes one should not believe that it counts.

use super::ConfigError;
use super::settings::{Kind, SETTINGS};
use std::ffi::OsString;
use toml::{Table, Value};

const PREFIX: &str = "STYRK_";

/// What is no setting: a filter for the log of every command, `log.level` for `serve` among them.
const OTHERS: &[&str] = &["STYRK_LOG"];

/// One setting with the value that counts.
#[derive(Debug, PartialEq)]
pub(super) struct Override {
    name: &'static str,
    value: Value,
}

/// The variable of a setting: `STYRK_POLICY__LIFETIME` of `policy.lifetime`.
pub(super) fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase().replace('.', "__"))
}

/// What these variables set.
pub(super) fn overrides(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<Override>, ConfigError> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX) && !OTHERS.contains(name))
        else {
            continue;
        };
        let wrong = |problem: &str| ConfigError::Variable(name.to_owned(), problem.to_owned());
        let setting = SETTINGS.iter().find(|setting| variable(setting.name) == name);
        let setting = setting.ok_or_else(|| wrong("there is no such setting"))?;
        let text = value.to_str().ok_or_else(|| wrong("not UTF-8"))?.trim();
        let value = match setting.kind {
            Kind::Text => Value::String(text.to_owned()),
            Kind::Number => Value::Integer(text.parse().map_err(|_| wrong("not a whole number"))?),
            Kind::Truth => Value::Boolean(text.parse().map_err(|_| wrong("not true or false"))?),
            Kind::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
            }
            Kind::Tables => return Err(wrong("can be set in the file only")),
        };
        found.push(Override { name: setting.name, value });
    }
    Ok(found)
}

impl Override {
    /// Puts the value where the file would have it.
    pub(super) fn apply(self, table: &mut Table) {
        let mut inner = table;
        let mut rest = self.name;
        while let Some((name, within)) = rest.split_once('.') {
            rest = within;
            match inner.entry(name).or_insert_with(|| Value::Table(Table::new())) {
                Value::Table(table) => inner = table,
                // A file in which this is no table is refused for that.
                _ => return,
            }
        }
        inner.insert(rest.to_owned(), self.value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::SMALLEST;
    use super::super::{Config, Format};

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        Config::parse_with(SMALLEST, variables).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_counts_before_the_file() {
        let config = read(&[
            ("STYRK_LISTEN", "127.0.0.1:9090"),
            ("STYRK_POLICY__LIFETIME", "120"),
            ("STYRK_POLICY__TRUSTED_NETWORKS", "192.0.2.0/24, 198.51.100.0/24"),
            ("STYRK_ORGANISATION__NAME", "Region Å"),
            ("STYRK_TLS__CERTIFICATE", "/run/tls.pem"),
            ("STYRK_TLS__KEY", "/run/tls.key"),
            ("STYRK_LOG__FORMAT", "json"),
            ("STYRK_PUSH__FCM__ACCOUNT", "/run/credentials/styrk.service/fcm.json"),
            ("STYRK_LOG", "debug"),
            ("HOME", "/root"),
        ])
        .unwrap();
        assert_eq!(config.listen.port(), 9090);
        assert_eq!(config.policy.lifetime, 120);
        assert_eq!(config.policy.trusted_networks.len(), 2);
        assert_eq!(config.organisation.name, "Region Å");
        assert_eq!(config.tls.unwrap().key.to_str(), Some("/run/tls.key"));
        assert_eq!(config.log.format, Format::Json);
        let account = config.push.fcm.unwrap().account;
        assert_eq!(account.to_str(), Some("/run/credentials/styrk.service/fcm.json"));
    }

    #[test]
    fn every_mistake_names_its_variable_or_its_setting() {
        for (name, value, says) in [
            ("STYRK_LISSEN", "127.0.0.1:9090", "STYRK_LISSEN: there is no such setting"),
            ("STYRK_POLICY_LIFETIME", "90", "STYRK_POLICY_LIFETIME"),
            ("STYRK_POLICY__LIFETIME", "ninety", "STYRK_POLICY__LIFETIME: not a whole number"),
            ("STYRK_POLICY__LIFETIME", "600", "policy.lifetime"),
            ("STYRK_APPLICATIONS", "[]", "STYRK_APPLICATIONS"),
            ("STYRK_TLS__KEY", "/run/tls.key", "certificate"),
            ("STYRK_LISTEN", "everywhere", "listen"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
        }
    }

    #[test]
    fn a_setting_that_the_file_lacks_may_come_from_the_environment_alone() {
        let text = SMALLEST.replace("listen = \"127.0.0.1:8080\"", "");
        assert!(Config::parse(&text).unwrap_err().to_string().contains("listen"));
        let variables = [("STYRK_LISTEN".into(), "127.0.0.1:1".into())].into_iter();
        assert_eq!(Config::parse_with(&text, variables).unwrap().listen.port(), 1);
    }
}
