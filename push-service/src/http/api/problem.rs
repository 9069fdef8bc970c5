//! What the relying-party API refuses. `docs/errors.md` has a row for each.

use crate::http::problem::{ApiError, ErrorCode};
use store::NotAsked;

/// The stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// No valid credential.
    Unauthorized,
    /// The credential is not good for this.
    Scope,
    /// A field of the request cannot be; the detail names it.
    Invalid,
    /// There is no such request of this relying party.
    UnknownRequest,
    /// There is no such user.
    UnknownUser,
    /// The user has no device.
    NoDevice,
    /// The app method is locked after too many wrong numbers.
    AppLocked,
    /// This relying party waits for this user already, or has asked too often.
    Waiting,
    /// This relying party has too much open: requests, or results that its webhook has not taken.
    Backlog,
    /// The `Idempotency-Key` came with another body before.
    OtherBody,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unauthorized,
        Self::Scope,
        Self::Invalid,
        Self::UnknownRequest,
        Self::UnknownUser,
        Self::NoDevice,
        Self::AppLocked,
        Self::Waiting,
        Self::Backlog,
        Self::OtherBody,
    ];
}

impl ErrorCode for Code {
    fn word(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Scope => "scope",
            Self::Invalid => "invalid",
            Self::UnknownRequest => "unknown_request",
            Self::UnknownUser => "unknown_user",
            Self::NoDevice => "no_device",
            Self::AppLocked => "app_locked",
            Self::Waiting => "waiting",
            Self::Backlog => "backlog",
            Self::OtherBody => "other_body",
        }
    }

    fn status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Scope => 403,
            Self::Invalid => 400,
            Self::UnknownRequest | Self::UnknownUser => 404,
            Self::NoDevice | Self::AppLocked => 409,
            Self::Waiting | Self::Backlog => 429,
            Self::OtherBody => 422,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Unauthorized => "The request has no valid key",
            Self::Scope => "This key is not good for this",
            Self::Invalid => "A field cannot be as it is",
            Self::UnknownRequest => "This relying party has no such sign-in request",
            Self::UnknownUser => "There is no such user",
            Self::NoDevice => "The user has not registered a phone",
            Self::AppLocked => "The app is locked for this user after too many wrong numbers",
            Self::Waiting => "Requests of this user are waiting already, or there were too many",
            Self::Backlog => "This relying party has as much open as it may",
            Self::OtherBody => "This Idempotency-Key came with another body before",
        }
    }
}

impl From<NotAsked> for ApiError {
    fn from(why: NotAsked) -> Self {
        let code = Code::from(why);
        match why {
            NotAsked::Pending => Self::new(code, "requests: too many are pending").after(5),
            NotAsked::Undelivered => Self::new(code, "webhook: too many results are not delivered").after(60),
            _ => Self::plain(code).after(60),
        }
    }
}

impl From<NotAsked> for Code {
    fn from(why: NotAsked) -> Self {
        match why {
            NotAsked::NoRelyingParty => Self::Unauthorized,
            NotAsked::UnknownUser => Self::UnknownUser,
            NotAsked::NoDevice => Self::NoDevice,
            NotAsked::AppLocked => Self::AppLocked,
            NotAsked::Waiting | NotAsked::TooMany => Self::Waiting,
            NotAsked::Pending | NotAsked::Undelivered => Self::Backlog,
            NotAsked::OtherBody => Self::OtherBody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::problem::Code as PhoneCode;

    /// The codes and statuses in the tables of one section.
    fn rows(page: &str, section: &str) -> Vec<(String, String)> {
        let section = page.split("\n## ").find(|part| part.starts_with(section)).unwrap();
        let cells = section.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let coded = cells.filter(|cells| cells.get(1).is_some_and(|cell| cell.starts_with('`')));
        coded.map(|cells| (cells[1].trim_matches('`').to_owned(), cells[2].to_owned())).collect()
    }

    fn all<C: ErrorCode>(codes: impl IntoIterator<Item = C>) -> Vec<(String, String)> {
        let mut all: Vec<_> =
            codes.into_iter().map(|code| (code.word().to_owned(), code.status().to_string())).collect();
        all.sort();
        all
    }

    #[test]
    fn the_page_of_errors_has_each_code_once_with_its_status() {
        let page = include_str!("../../../../docs/errors.md");
        for (section, expected) in [("Phone API", all(PhoneCode::ALL)), ("Relying-party API", all(Code::ALL))]
        {
            let mut written = rows(page, section);
            written.sort();
            assert_eq!(written, expected, "{section}");
        }
    }
}
