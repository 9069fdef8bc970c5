//! Defaults, and mistakes.

use super::*;

pub(crate) const SMALLEST: &str = r##"
    public_url = "https://mfa.regionx.example"
    listen = "127.0.0.1:8080"
    database = "styrk.db"
    keys = "keys"
    [organisation]
    name = "Region X"
    colour = "#00585f"
    support = "026-00 00 00"
"##;

#[test]
fn the_defaults_are_the_safe_ones() {
    let config = Config::parse(SMALLEST).unwrap();
    assert_eq!(config.policy, Policy::default());
    assert_eq!(config.link_url, config.public_url);
    assert_eq!(config.accepted_risks().len(), 1, "only the missing proxy");
}

#[test]
fn with_tls_of_its_own_it_may_listen_everywhere() {
    let tls = "tls = { certificate = \"tls.pem\", key = \"tls.key\" }\nlisten =";
    let text = SMALLEST.replace("listen =", tls).replace("127.0.0.1:8080", "0.0.0.0:443");
    assert_eq!(Config::parse(&text).unwrap().accepted_risks(), Vec::<String>::new());
    let plain = text.replace("https://mfa.regionx.example", "http://localhost");
    assert!(Config::parse(&plain).unwrap_err().to_string().starts_with("public_url: "));
}

#[test]
fn every_mistake_names_its_setting() {
    for (from, to, says) in [
        ("https://mfa", "http://mfa", "public_url"),
        ("https://mfa", "https://mfå", "public_url"),
        ("listen =", "link_url = \"https://xn--mf-8kc.example\"\nlisten =", "link_url"),
        ("#00585f", "green", "organisation.colour"),
        ("Region X", "Region\u{202e}X", "organisation.name"),
        ("127.0.0.1:8080", "0.0.0.0:8080", "listen"),
        ("listen =", "tls = { certificate = \"a.pem\" }\nlisten =", "key"),
        ("keys = \"keys\"", "keyz = \"keys\"", "keyz"),
        ("listen =", "trusted_proxies = [\"10.0.0.0/8\"]\nlisten =", "trusted_proxies"),
        ("[organisation]", "[log]\nlevel = \"push_service=loud\"\n[organisation]", "log.level"),
        ("[organisation]", "[log]\nlevel = \"loud\"\n[organisation]", "log.level"),
        ("[organisation]", "[log]\nformat = \"xml\"\n[organisation]", "format"),
        ("[organisation]", "[policy]\ndigits = 9\n[organisation]", "policy.digits"),
        ("[organisation]", "[policy]\noldest_app = \"new\"\n[organisation]", "policy.oldest_app"),
        ("[organisation]", "[policy]\nlifetime = 600\n[organisation]", "policy.lifetime"),
        ("listen =", "connections = 63\nlisten =", "connections"),
        ("listen =", "api_waits = 0\nlisten =", "api_waits"),
        (
            "[organisation]",
            "[policy]\ntrusted_networks = [\"0.0.0.0/0\"]\n[organisation]",
            "policy.trusted_networks",
        ),
        (
            "[organisation]",
            "[[applications]]\nname = \"A\"\nurl = \"//evil.example\"\n[organisation]",
            "applications.url",
        ),
    ] {
        let error = Config::parse(&SMALLEST.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("policy: "), "{says}: {error}");
    }
}
