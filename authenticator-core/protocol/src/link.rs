//! The enrolment code: a link, drawn as a QR code (property 10).
//!
//! `https://LINK-HOST/e#1/HOST/CODE/THUMBPRINT`, everything after `#` stays in the browser or the app. `HOST` is
//! empty when it is the link's own host. `CODE` and `THUMBPRINT` are 128 bits each, 22 characters of base64url.

use crate::code::{Bytes, Secret, decode_array, encode};
use crate::enrolment::Code;
use crate::keys::ShortThumbprint;
use std::fmt;
use url::{Host, Url};

/// A link is shorter than this, so that its QR code stays easy to scan.
pub const MAX_LINK: usize = 120;

/// The push service's address: `https`, a host, perhaps a port. `http` is for a loopback host alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    secure: bool,
    authority: String,
}

impl ServerAddress {
    /// From a URL's origin, `https://mfa.regionx.example`; anything behind the authority is refused.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let url = Url::parse(text).map_err(|_| LinkError::Host)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(LinkError::Host);
        }
        Self::of(&url)
    }

    fn of(url: &Url) -> Result<Self, LinkError> {
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(LinkError::Host),
        };
        let secure = match (url.scheme(), loopback) {
            ("https", _) => true,
            ("http", true) => false,
            ("http", false) => return Err(LinkError::NotSecure),
            _ => return Err(LinkError::Host),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LinkError::Host);
        }
        let host = url.host_str().ok_or(LinkError::Host)?;
        // A parser of URLs takes more, and a fragment would write it in another way.
        if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte)) {
            return Err(LinkError::Host);
        }
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { secure, authority })
    }

    /// Host and port as a person reads them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// False for plain `http` on loopback.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The address of `path` below this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", if self.secure { "https" } else { "http" }, self.authority)
    }

    /// The address of `path` as a WebSocket.
    pub fn socket_url(&self, path: &str) -> String {
        format!("{}://{}{path}", if self.secure { "wss" } else { "ws" }, self.authority)
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url(""))
    }
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An enrolment code with everything that the link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentLink {
    /// Where links of this app lead; usually the server itself.
    pub link: ServerAddress,
    /// The push service to enrol with.
    pub server: ServerAddress,
    /// The secret.
    pub code: Code,
    /// What the service's identity key must match.
    pub identity: ShortThumbprint,
}

/// What is wrong with a text that should be an enrolment link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It is not a web address at all.
    NotALink,
    /// A web address, but not an enrolment link.
    OtherLink,
    /// `otpauth:` and the like: a code for another app.
    OtherApp,
    /// `http` to something that is not this machine.
    NotSecure,
    /// A version that this app does not know.
    Version,
    /// The host is missing, malformed, or not written in plain ASCII.
    Host,
    /// The secret is not 128 bits of base64url.
    Code,
    /// The thumbprint is not 128 bits of base64url.
    Identity,
    /// 120 characters or more.
    TooLong,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotALink => "not a link",
            Self::OtherLink => "a web address that is no enrolment code",
            Self::OtherApp => "a code for another app",
            Self::NotSecure => "scheme: only https",
            Self::Version => "version: only 1",
            Self::Host => "host: not a host name in plain ASCII",
            Self::Code => "code: 22 characters of base64url",
            Self::Identity => "identity: 22 characters of base64url",
            Self::TooLong => "longer than 119 characters",
        })
    }
}

impl std::error::Error for LinkError {}

impl EnrolmentLink {
    /// Reads what was scanned, pasted or opened.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let (scheme, _) = text.split_once(':').ok_or(LinkError::NotALink)?;
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {}
            "otpauth" | "otpauth-migration" | "phonefactor" | "duo" | "fido" | "bankid" => {
                return Err(LinkError::OtherApp);
            }
            _ => return Err(LinkError::NotALink),
        }
        let url = Url::parse(text).map_err(|_| LinkError::NotALink)?;
        let fragment = match (url.path(), url.query(), url.fragment()) {
            ("/e", None, Some(fragment)) if !fragment.is_empty() => fragment,
            _ => return Err(LinkError::OtherLink),
        };
        if text.len() >= MAX_LINK {
            return Err(LinkError::TooLong);
        }
        // Look-alikes: what the parser would turn into another host is not accepted as written.
        if !text.is_ascii() || url.host_str().is_some_and(|host| host.contains("xn--")) {
            return Err(LinkError::Host);
        }
        let link = ServerAddress::of(&url)?;
        let mut parts = fragment.split('/');
        let (Some(version), Some(host), Some(code), Some(identity), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(if fragment.starts_with("1/") { LinkError::OtherLink } else { LinkError::Version });
        };
        if version != "1" {
            return Err(LinkError::Version);
        }
        let server = if host.is_empty() { link.clone() } else { server(host, link.secure)? };
        let code = decode_array(code).map(Secret).ok_or(LinkError::Code)?;
        let identity = decode_array(identity).map(Bytes).ok_or(LinkError::Identity)?;
        Ok(Self { link, server, code, identity })
    }
}

/// A host of the fragment; it has the link's own scheme.
fn server(host: &str, secure: bool) -> Result<ServerAddress, LinkError> {
    let scheme = if secure { "https" } else { "http" };
    let address = ServerAddress::parse(&format!("{scheme}://{host}"))?;
    // One spelling for each host, and none that a parser had to repair.
    if address.authority != host || host.contains("xn--") { Err(LinkError::Host) } else { Ok(address) }
}

impl fmt::Display for EnrolmentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = if self.link == self.server { "" } else { self.server.authority() };
        write!(f, "{}#1/{host}/{}/{}", self.link.url("/e"), encode(&self.code.0), self.identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "AAAAAAAAAAAAAAAAAAAAAA";

    fn read(text: &str) -> Result<EnrolmentLink, LinkError> {
        EnrolmentLink::parse(text)
    }

    #[test]
    fn there_and_back() {
        for host in
            ["https://mfa.regionx.example", "https://mfa.regionx.example:8443", "http://localhost:7500"]
        {
            let server = ServerAddress::parse(host).unwrap();
            let link = EnrolmentLink {
                link: server.clone(),
                server,
                code: Secret([5; 16]),
                identity: Bytes([6; 16]),
            };
            let text = link.to_string();
            assert!(text.len() < MAX_LINK);
            assert_eq!(read(&text), Ok(link));
        }
    }

    #[test]
    fn a_server_is_an_origin_and_nothing_behind_it() {
        for (server, socket) in [
            ("https://mfa.regionx.example:8443", "wss://mfa.regionx.example:8443/x"),
            ("http://localhost:7500", "ws://localhost:7500/x"),
        ] {
            let address = ServerAddress::parse(server).unwrap();
            assert_eq!(address.url("/x"), format!("{server}/x"));
            assert_eq!(address.socket_url("/x"), socket);
            for behind in ["/x", "?x", "#x", "/x?x", "/?x#x"] {
                let text = format!("{server}{behind}");
                assert_eq!(ServerAddress::parse(&text), Err(LinkError::Host), "{text}");
            }
        }
    }

    #[test]
    fn another_publishers_link_names_the_server() {
        let link = read(&format!("https://app.styrk.example/e#1/mfa.regionx.example/{CODE}/{CODE}")).unwrap();
        assert_eq!(link.server.url("/x"), "https://mfa.regionx.example/x");
        let loopback = read(&format!("http://localhost:1/e#1/localhost:2/{CODE}/{CODE}")).unwrap();
        assert_eq!(loopback.server.url(""), "http://localhost:2");
    }

    #[test]
    fn addresses_of_every_kind() {
        for (host, authority) in [
            ("[2001:db8::1]", "[2001:db8::1]"),
            ("[2001:db8::1]:8443", "[2001:db8::1]:8443"),
            ("192.0.2.7:8443", "192.0.2.7:8443"),
            ("mfa.example:443", "mfa.example"),
            ("MFA.example", "mfa.example"),
        ] {
            let link = read(&format!("https://{host}/e#1//{CODE}/{CODE}")).unwrap();
            assert_eq!(link.server.authority(), authority, "what is used is what is shown");
        }
        for host in ["[2001:db8::1]", "[2001:db8::1]:8443", "192.0.2.7:8443"] {
            let link = read(&format!("https://app.example/e#1/{host}/{CODE}/{CODE}")).unwrap();
            assert_eq!(link.server.url("/x"), format!("https://{host}/x"));
        }
    }

    #[test]
    fn no_part_of_a_link_is_one() {
        for host in ["", "mfa.regionx.example:8443"] {
            let whole = format!("https://mfa.example/e#1/{host}/{CODE}/{CODE}");
            assert!(read(&whole).is_ok());
            for end in 0..whole.len() {
                assert!(read(&whole[..end]).is_err(), "{}", &whole[..end]);
            }
            for start in 1..whole.len() {
                assert!(read(&whole[start..]).is_err(), "{}", &whole[start..]);
            }
        }
    }

    #[test]
    fn everything_else_is_told_what_it_is() {
        let long = "a".repeat(100);
        for (text, error) in [
            ("hello".to_owned(), LinkError::NotALink),
            ("mailto:a@b.example".to_owned(), LinkError::NotALink),
            ("otpauth://totp/x?secret=AAAA".to_owned(), LinkError::OtherApp),
            ("https://example.com/".to_owned(), LinkError::OtherLink),
            (format!("https://mfa.example/e?x#1//{CODE}/{CODE}"), LinkError::OtherLink),
            (format!("http://mfa.example/e#1//{CODE}/{CODE}"), LinkError::NotSecure),
            (format!("https://mfa.example/e#2//{CODE}/{CODE}"), LinkError::Version),
            (format!("https://mfa.example/e#1//{CODE}A/{CODE}"), LinkError::Code),
            (format!("https://mfa.example/e#1//{CODE}/short"), LinkError::Identity),
            (format!("https://mfa.example/e#1//{CODE}"), LinkError::OtherLink),
            (format!("https://mfа.example/e#1//{CODE}/{CODE}"), LinkError::Host),
            (format!("https://xn--mf-8kc.example/e#1//{CODE}/{CODE}"), LinkError::Host),
            (format!("https://user@mfa.example/e#1//{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/MFA.other.example/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/a@b.example/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://user:word@mfa.example/e#1//{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example@evil.example/e#1//{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/user:word@b.example/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/xn--mf-8kc.example/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/mfа.example/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/mf%61.example/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/mfa.example:443/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/mfa.example:99999/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/mfa.example?x/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/127.1/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/[2001:db8:0::1]/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1/[2001:db8::1/{CODE}/{CODE}"), LinkError::Host),
            (format!("https://mfa.example/e#1///{CODE}/{CODE}"), LinkError::OtherLink),
            (format!("https://mfa.example/e#01//{CODE}/{CODE}"), LinkError::Version),
            (format!("https://mfa.example/E#1//{CODE}/{CODE}"), LinkError::OtherLink),
            ("https://mfa.example/e#".into(), LinkError::OtherLink),
            (format!("ftp://mfa.example/e#1//{CODE}/{CODE}"), LinkError::NotALink),
            (format!("styrk://mfa.example/e#1//{CODE}/{CODE}"), LinkError::NotALink),
            (format!("javascript:alert(1)//e#1//{CODE}/{CODE}"), LinkError::NotALink),
            (format!("https://mfa.example:99999/e#1//{CODE}/{CODE}"), LinkError::NotALink),
            (format!("https://mfa.example/e#1//{CODE}/{CODE}{}", "A".repeat(10_000)), LinkError::TooLong),
            (format!("https://{}", "a".repeat(10_000)), LinkError::OtherLink),
            ("\u{0}".repeat(10_000), LinkError::NotALink),
            (format!("https://mf`a.example/e#1//{CODE}/{CODE}"), LinkError::Host),
            (format!("https://{long}.example/e#1//{CODE}/{CODE}"), LinkError::TooLong),
        ] {
            assert_eq!(read(&text), Err(error), "{text}");
        }
    }
}
