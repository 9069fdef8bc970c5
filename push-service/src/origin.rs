//! Where a page's request comes from: the address that counts, and what the browser says it is.

use axum::http::HeaderMap;
use signin::network::Network;
use signin::request::Origin;
use std::net::IpAddr;

/// The address that counts: the connection's own, or, when that is a configured proxy's, the last one in
/// `X-Forwarded-For` that is not a proxy's.
pub fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_proxy(peer) {
        return peer;
    }
    // What the visitor has put in front may be anything; it must not hide what the proxy has added to the same line.
    let lines = headers.get_all("x-forwarded-for").iter().map(|value| value.as_bytes());
    let listed: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
    let mut nearest = peer;
    for text in listed.into_iter().rev() {
        let text = str::from_utf8(text).unwrap_or_default().trim();
        let Ok(address) = text.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_proxy(nearest) {
            break;
        }
    }
    nearest
}

/// What the phone shows about a browser: only names from these lists, never the header's own words.
pub fn origin(address: IpAddr, headers: &HeaderMap) -> Origin {
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = |list: &[(&str, &str)]| {
        list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    Origin {
        address: address.to_string(),
        browser: named(BROWSERS),
        system: named(SYSTEMS),
        ..Origin::default()
    }
}

/// Most browsers claim to be others as well: the first mark that fits decides.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn forwarded(values: &'static [&'static str]) -> HeaderMap {
        values
            .iter()
            .map(|value| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    fn counts(peer: &str, values: &'static [&'static str]) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        address(peer.parse().unwrap(), &forwarded(values), &proxies).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_proxy() {
        assert_eq!(counts("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        assert_eq!(counts("10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(counts("10.0.0.1", &["198.51.100.9", "203.0.113.5, 10.0.0.2"]), "203.0.113.5");
        assert_eq!(counts("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(counts("::ffff:10.0.0.1", &[]), "10.0.0.1");
        let mixed = HeaderValue::from_bytes(b"\xe9, 203.0.113.5").unwrap();
        let headers = [("x-forwarded-for".parse().unwrap(), mixed)].into_iter().collect();
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(address([10, 0, 0, 1].into(), &headers, &proxies).to_string(), "203.0.113.5");
    }

    #[test]
    fn browsers_are_named_from_a_list() {
        let read = |agent: &'static str| {
            let headers =
                [("user-agent".parse().unwrap(), HeaderValue::from_static(agent))].into_iter().collect();
            let origin = origin("192.0.2.1".parse().unwrap(), &headers);
            (origin.browser, origin.system)
        };
        let named = |browser: &str, system: &str| (Some(browser.to_owned()), Some(system.to_owned()));
        assert_eq!(
            read("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            named("Firefox", "Windows")
        );
        assert_eq!(
            read(
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
            ),
            named("Edge", "Linux")
        );
        assert_eq!(
            read(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/1 Safari/604.1"
            ),
            named("Safari", "iPhone")
        );
        assert_eq!(read("<script>alert(1)</script>"), (None, None));
    }
}
