//! Finding the service from an e-mail address, for people who type their code (RFC 8615).
//!
//! `https://DOMAIN/.well-known/styrk` answers with JSON that names the service. A domain that does not have it costs
//! nothing: the user types the server's address.

use crate::link::ServerAddress;
use serde::{Deserialize, Serialize};

/// Where a domain says which service its people use.
pub const PATH: &str = "/.well-known/styrk";

/// What stands at [`PATH`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// The service's address: `https://mfa.regionx.example`.
    pub server: String,
}

impl Discovery {
    /// The service's address, where it is one.
    pub fn address(&self) -> Option<ServerAddress> {
        server_address(&self.server)
    }
}

/// Where to ask for the service of `login`; `None` when that is no e-mail address of a plain ASCII domain.
pub fn url(login: &str) -> Option<String> {
    let (name, domain) = login.rsplit_once('@')?;
    let server = server_address(domain)?;
    let is_whole = server.authority().eq_ignore_ascii_case(domain);
    let is_domain = !name.is_empty() && server.is_secure() && is_whole && !domain.contains(':');
    is_domain.then(|| server.url(PATH))
}

/// A server's address as a person types it: `mfa.regionx.example`, or with its scheme.
pub fn server_address(typed: &str) -> Option<ServerAddress> {
    let typed = typed.trim().to_ascii_lowercase();
    if typed.contains("xn--") {
        return None;
    }
    let address = match typed.split_once("://") {
        Some(_) => ServerAddress::parse(&typed),
        None => ServerAddress::parse(&format!("http://{typed}"))
            .or_else(|_| ServerAddress::parse(&format!("https://{typed}"))),
    };
    let host = typed.split_once("://").map_or(typed.as_str(), |(_, host)| host).trim_end_matches('/');
    // None that a parser had to repair, and so none with letters outside ASCII.
    address.ok().filter(|address| address.authority() == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_domain() {
        let asks = |login| url(login);
        assert_eq!(
            asks("anna.andersson@regionx.example").as_deref(),
            Some("https://regionx.example/.well-known/styrk")
        );
        assert_eq!(
            asks("Anna@RegionX.example").as_deref(),
            Some("https://regionx.example/.well-known/styrk")
        );
        for login in [
            "",
            "anna",
            "@regionx.example",
            "anna@",
            "anna@å.example",
            "anna@xn--a.example",
            "anna@regionx.example/x",
            "anna@regionx.example/",
            "anna@ regionx.example",
            "anna@a.example:8443",
            "anna@localhost",
            "anna@a b.example",
            "a@b.example?x",
        ] {
            assert_eq!(asks(login), None, "{login}");
        }
    }

    #[test]
    fn a_typed_server_is_read_as_it_stands() {
        for (typed, is) in [
            ("mfa.regionx.example", "https://mfa.regionx.example"),
            (" MFA.regionx.example ", "https://mfa.regionx.example"),
            ("https://mfa.regionx.example/", "https://mfa.regionx.example"),
            ("mfa.regionx.example:8443", "https://mfa.regionx.example:8443"),
            ("localhost:7500", "http://localhost:7500"),
        ] {
            assert_eq!(
                server_address(typed).map(|server| server.to_string()).as_deref(),
                Some(is),
                "{typed}"
            );
            assert_eq!(Discovery { server: typed.into() }.address(), server_address(typed));
        }
        for typed in [
            "",
            "http://mfa.regionx.example",
            "mfа.regionx.example",
            "mfа.regionx.example:8443",
            "xn--mf-8kc.regionx.example",
            "https://XN--mf-8kc.regionx.example",
            "mfa.regionx.example/e",
            "a@b.example",
            "https://",
            "ftp://a.example",
            "mfa regionx",
        ] {
            assert_eq!(server_address(typed), None, "{typed}");
            assert_eq!(Discovery { server: typed.into() }.address(), None, "{typed}");
        }
    }
}
