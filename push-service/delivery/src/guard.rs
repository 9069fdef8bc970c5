//! Keeps requests to addresses that strangers name away from what stands beside us (server-side request forgery).
//!
//! A [`Guard`] is the resolver of an HTTP client: names are looked up here, what is not public is left out, and the
//! connection goes to the very addresses that were checked, so a name that answers differently the next time gains
//! nothing. Addresses that stand in the URL themselves are looked at by [`Guard::check`]. The client must not follow
//! redirects.

use http::Uri;
use hyper_util::client::legacy::connect::dns::Name;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::Service;

/// Lets requests go to public addresses, and to those that are allowed by name.
#[derive(Clone)]
pub struct Guard {
    allowed: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    hint: &'static str,
}

/// Why nothing is sent there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not an absolute URL.
    #[error("has no host")]
    NoHost,
    /// Anything but TLS.
    #[error("must be https")]
    NotHttps,
    /// `user:password@`.
    #[error("must not have a user name in it")]
    UserName,
    /// What stands beside us, or nowhere.
    #[error("{0} is not public{1}")]
    NotPublic(IpAddr, &'static str),
}

/// Whether `uri` is an address at all that may be sent to: https, a host, no user name.
pub fn form(uri: &Uri) -> Result<(), Refused> {
    let authority = uri.authority().ok_or(Refused::NoHost)?;
    if uri.scheme_str() != Some("https") {
        return Err(Refused::NotHttps);
    }
    if authority.as_str().contains('@') {
        return Err(Refused::UserName);
    }
    Ok(())
}

/// The address that stands in a URL instead of a name.
pub fn literal(uri: &Uri) -> Option<IpAddr> {
    uri.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Guard {
    /// Public addresses alone.
    pub fn public_only() -> Self {
        Self::allowing(|_| false, "")
    }

    /// Public addresses, and those for which `allowed` says so. `hint` ends the sentence about one that is refused:
    /// ": name its network in …".
    pub fn allowing(allowed: impl Fn(IpAddr) -> bool + Send + Sync + 'static, hint: &'static str) -> Self {
        Self { allowed: Arc::new(allowed), hint }
    }

    /// Looks at an address that stands in the URL itself; names are looked up when it is connected to.
    pub fn check(&self, uri: &Uri) -> Result<(), Refused> {
        uri.host().ok_or(Refused::NoHost)?;
        literal(uri).map_or(Ok(()), |address| self.permit(address))
    }

    /// Whether `address` may be connected to. An IPv4 address in the clothes of IPv6 is an IPv4 address.
    pub fn permit(&self, address: IpAddr) -> Result<(), Refused> {
        let address = address.to_canonical();
        if is_public(address) || (self.allowed)(address) {
            Ok(())
        } else {
            Err(Refused::NotPublic(address, self.hint))
        }
    }
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut allowed = Vec::new();
            let mut refused = None;
            for address in found {
                match guard.permit(address.ip()) {
                    Ok(()) => allowed.push(address),
                    Err(why) => refused = Some(why),
                }
            }
            match refused {
                Some(why) if allowed.is_empty() => Err(io::Error::other(why)),
                _ => Ok(allowed.into_iter()),
            }
        })
    }
}

/// Whether an address is anybody's on the Internet (IANA's special-purpose registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19));
    a != 0 && a < 224 && !special
}

/// Global unicast is 2000::/3; what stands there for an IPv4 address, or for nobody, is left out.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = (a == 0x2001 && (b < 0x200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_and_those_that_are_allowed() {
        let own: Ipv4Addr = "10.20.7.1".parse().unwrap();
        let guard = Guard::allowing(move |address| address == own, ": say so");
        for (host, allowed) in [
            ("push.example", true),
            ("8.8.8.8", true),
            ("[2606:4700::1111]", true),
            ("10.20.7.1", true),
            ("[::ffff:10.20.7.1]", true),
            ("10.20.7.2", false),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("192.0.0.8", false),
            ("192.88.99.1", false),
            ("198.18.0.1", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("[::1]", false),
            ("[::]", false),
            ("[::127.0.0.1]", false),
            ("[::ffff:127.0.0.1]", false),
            ("[fe80::1]", false),
            ("[fd00:2::5]", false),
            ("[64:ff9b::7f00:1]", false),
            ("[64:ff9b:1::7f00:1]", false),
            ("[2001::1]", false),
            ("[2002:7f00:1::]", false),
            ("[2001:db8::1]", false),
            ("[3fff::1]", false),
            ("[ff02::1]", false),
        ] {
            let checked = guard.check(&format!("https://{host}/up").parse().unwrap());
            assert_eq!(checked.is_ok(), allowed, "{host}: {checked:?}");
        }
        let refused = guard.permit("127.0.0.1".parse().unwrap()).unwrap_err();
        assert_eq!(refused.to_string(), "127.0.0.1 is not public: say so");
    }

    #[tokio::test]
    async fn a_name_leads_nowhere_that_its_address_may_not() {
        let name: Name = "localhost".parse().unwrap();
        let error = Guard::public_only().call(name.clone()).await.unwrap_err();
        assert!(error.to_string().contains("is not public"), "{error}");
        let found = Guard::allowing(|address| address.is_loopback(), "").call(name).await.unwrap();
        assert!(found.count() > 0);
    }
}
