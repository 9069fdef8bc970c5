//! Where a provider is: `https://api.push.apple.com`.

use crate::guard::{Refused, form};
use http::Uri;
use std::fmt;
use std::str::FromStr;

/// The base address of a provider: https, a host, perhaps a port and a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) authority: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    path: String,
}

/// Why a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL.
    #[error("not a URL")]
    Form,
    /// One that nothing is sent to.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A question mark.
    #[error("must not have a query")]
    Query,
}

impl Endpoint {
    /// The address of what lies under `path`, which begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{}{path}", self.authority, self.path)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let uri: Uri = text.parse().map_err(|_| EndpointError::Form)?;
        form(&uri)?;
        if uri.query().is_some() {
            return Err(EndpointError::Query);
        }
        let authority = uri.authority().ok_or(Refused::NoHost)?;
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(443),
            authority: authority.to_string(),
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_https_with_a_host() {
        let at: Endpoint = "https://[::1]:8443/apns/".parse().unwrap();
        assert_eq!((at.host.as_str(), at.port), ("::1", 8443));
        assert_eq!(at.url("/3/device/ab"), "https://[::1]:8443/apns/3/device/ab");
        let apple: Endpoint = "https://api.push.apple.com".parse().unwrap();
        assert_eq!((apple.port, apple.url("/3").as_str()), (443, "https://api.push.apple.com/3"));
        for text in
            ["http://a.example", "a.example", "/x", "https://u@a.example", "https://a.example/?b=c", ""]
        {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
