//! Address ranges.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses: `192.0.2.0/24`, `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not an address, a slash and a number.
    #[error("{0}: not an address range such as 192.0.2.0/24")]
    Form(String),
    /// Bits are set behind the prefix: probably a typing mistake.
    #[error("{0}: has bits set behind its prefix; did you mean {1}?")]
    HostBits(String, String),
    /// IPv4 in the clothes of IPv6.
    #[error("{0}: write it as an IPv4 range")]
    Mapped(String),
    /// So wide that it would trust strangers.
    #[error("{0}: wider than /8 (IPv4) or /16 (IPv6) is not a trusted network")]
    TooWide(String),
}

impl Network {
    /// Whether it has more addresses than a range with this prefix.
    pub fn is_wider_than(&self, v4: u8, v6: u8) -> bool {
        self.prefix < if self.address.is_ipv4() { v4 } else { v6 }
    }

    /// Whether the two have an address in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }

    /// Whether all of it is set aside for use within organisations (RFC 1918, 4193, 6598) or on one machine.
    pub fn is_private(&self) -> bool {
        let within = |(prefix, address): (u8, IpAddr)| {
            self.prefix >= prefix && masked(self.address, prefix) == Some(address)
        };
        PRIVATE.into_iter().any(within)
    }

    /// Whether `address` lies within; an IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.address)
    }
}

const PRIVATE: [(u8, IpAddr); 7] = [
    (8, IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0))),
    (12, IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0))),
    (16, IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0))),
    (10, IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0))),
    (8, IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0))),
    (7, IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0))),
    (128, IpAddr::V6(Ipv6Addr::LOCALHOST)),
];

/// `address` with all bits behind `prefix` cleared; `None` when the prefix is too long.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    let keep = u32::from(prefix);
    match address {
        IpAddr::V4(v4) if prefix <= 32 => {
            let mask = u32::MAX.checked_shl(32 - keep).unwrap_or(0);
            Some(Ipv4Addr::from_bits(v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) if prefix <= 128 => {
            let mask = u128::MAX.checked_shl(128 - keep).unwrap_or(0);
            Some(Ipv6Addr::from_bits(v6.to_bits() & mask).into())
        }
        _ => None,
    }
}

/// The network that a stranger at `address` is counted under: /24 or /56 (property 14).
pub fn neighbourhood(address: IpAddr) -> Network {
    let address = address.to_canonical();
    let prefix = if address.is_ipv4() { 24 } else { 56 };
    Network { address: masked(address, prefix).unwrap_or(address), prefix }
}

impl FromStr for Network {
    type Err = NetworkError;
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let form = || NetworkError::Form(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(form)?;
        let address: IpAddr = address.parse().map_err(|_| form())?;
        if address.to_canonical() != address {
            // It would contain nothing: such addresses count as IPv4.
            return Err(NetworkError::Mapped(text.to_owned()));
        }
        let prefix: u8 = prefix.parse().map_err(|_| form())?;
        let base = masked(address, prefix).ok_or_else(form)?;
        let network = Self { address: base, prefix };
        if base != address {
            return Err(NetworkError::HostBits(text.to_owned(), network.to_string()));
        }
        if prefix < if address.is_ipv4() { 8 } else { 16 } {
            return Err(NetworkError::TooWide(text.to_owned()));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_and_outside() {
        let network: Network = "10.1.0.0/16".parse().unwrap();
        assert!(network.contains("10.1.255.255".parse().unwrap()));
        assert!(network.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!network.contains("10.2.0.0".parse().unwrap()));
        assert!(!network.contains("2001:db8::1".parse().unwrap()));
        let six: Network = "2001:db8::/32".parse().unwrap();
        assert!(six.contains("2001:db8:ffff::1".parse().unwrap()));
        assert!(!six.contains("2001:db9::".parse().unwrap()));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, says) in [
            ("10.1.0.0", "not an address range"),
            ("10.1.0.0/33", "not an address range"),
            ("2001:db8::/129", "not an address range"),
            ("10.1.2.3/16", "did you mean 10.1.0.0/16"),
            ("0.0.0.0/0", "wider than"),
            ("::/0", "wider than"),
            ("10.0.0.0/7", "wider than"),
            ("2000::/15", "wider than"),
            ("::ffff:10.0.0.0/104", "write it as an IPv4 range"),
        ] {
            assert!(text.parse::<Network>().unwrap_err().to_string().contains(says), "{text}");
        }
        for text in ["10.0.0.0/8", "2001::/16", "192.0.2.7/32", "2001:db8::1/128"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn each_family_has_its_own_widest() {
        for (text, wider) in [
            ("192.0.2.0/23", true),
            ("192.0.2.0/24", false),
            ("2001:db8::/55", true),
            ("2001:db8::/56", false),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().is_wider_than(24, 56), wider, "{text}");
        }
    }

    #[test]
    fn ranges_that_meet_and_ranges_of_ones_own() {
        let range = |text: &str| text.parse::<Network>().unwrap();
        for (one, other, meet) in [
            ("10.0.0.0/8", "10.1.2.0/24", true),
            ("10.1.2.0/24", "10.1.3.0/24", false),
            ("2001:db8::/32", "2001:db8::7/128", true),
            ("2001:db8::/32", "10.0.0.0/8", false),
        ] {
            assert_eq!(range(one).overlaps(&range(other)), meet, "{one} {other}");
            assert_eq!(range(other).overlaps(&range(one)), meet, "{other} {one}");
        }
        for (text, own) in [
            ("10.0.0.0/8", true),
            ("172.16.0.0/12", true),
            ("172.0.0.0/8", false),
            ("192.168.7.0/24", true),
            ("192.0.2.0/24", false),
            ("100.64.0.0/10", true),
            ("fd00::/16", true),
            ("2001:db8::/32", false),
            ("::1/128", true),
        ] {
            assert_eq!(range(text).is_private(), own, "{text}");
        }
    }

    #[test]
    fn neighbours_share_a_network() {
        let near = |a: &str| neighbourhood(a.parse().unwrap()).to_string();
        assert_eq!(near("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(near("2001:db8:1:2ff::9"), "2001:db8:1:200::/56");
    }
}
