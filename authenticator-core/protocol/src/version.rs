//! The app's version, so that an organisation can ask for one that is new enough.

use std::fmt;
use std::str::FromStr;

/// One to four numbers with dots between: "1.12.0". Missing ones count as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppVersion([u16; 4]);

/// The text is not one to four numbers below 65,536 with dots between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidVersion;

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a version: one to four numbers with dots between")
    }
}

impl std::error::Error for InvalidVersion {}

impl FromStr for AppVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let mut version = Self([0; 4]);
        let mut places = version.0.iter_mut();
        for part in text.split('.') {
            let place = places.next().ok_or(InvalidVersion)?;
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(InvalidVersion);
            }
            *place = part.parse().map_err(|_| InvalidVersion)?;
        }
        Ok(version)
    }
}

impl fmt::Display for AppVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}.{patch}")?;
        if build == 0 { Ok(()) } else { write!(f, ".{build}") }
    }
}

/// Whether an app that calls itself `app` is at least `oldest`. A name that is no version is older than all.
pub fn is_new_enough(app: &str, oldest: AppVersion) -> bool {
    app.parse::<AppVersion>().is_ok_and(|app| app >= oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let oldest: AppVersion = "1.10".parse().unwrap();
        for new in ["1.10", "1.10.0", "1.10.0.1", "1.11", "2", "65535"] {
            assert!(is_new_enough(new, oldest), "{new}");
        }
        for old in ["1.9.9", "1", "0.99", "", "1.10-beta", "1.10.0.0.0", "1..10", "+2", "65536", " 2"] {
            assert!(!is_new_enough(old, oldest), "{old}");
        }
        assert_eq!(oldest.to_string(), "1.10.0");
        assert_eq!("1.2.3.4".parse::<AppVersion>().unwrap().to_string(), "1.2.3.4");
    }
}
