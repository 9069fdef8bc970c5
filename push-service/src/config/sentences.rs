//! What a configuration means, in plain sentences for the administrator.

use super::Config;
use crate::http::pages::MYAPPS;

impl Config {
    /// When a second factor is asked for, and what a first registration needs.
    pub fn policy_in_words(&self) -> Vec<String> {
        let policy = &self.policy;
        let trusted: Vec<String> = policy.trusted_networks.iter().map(ToString::to_string).collect();
        let trusted = trusted.join(", ");
        let mut said = Vec::new();
        said.push(match (trusted.is_empty(), policy.always_ask.iter().any(|name| name == MYAPPS)) {
            (true, _) => format!("No network is trusted: {MYAPPS} asks for a second factor from everywhere."),
            (false, true) => format!("{MYAPPS} asks for a second factor from everywhere, from {trusted} too."),
            (false, false) => format!(
                "From {trusted} the password is enough for {MYAPPS}; from everywhere else a second factor is asked for."
            ),
        });
        said.push("\"My security information\" asks for a second factor from everywhere.".to_owned());
        said.push("What a relying party asks is asked on a phone, wherever the user is.".to_owned());
        let network = if trusted.is_empty() { String::new() } else { format!("to be in {trusted}, or ") };
        said.push(if policy.first_by_password {
            "The very first registration of a user needs the password alone. Whoever has ever had a phone needs a pass \
             from IT support (styrk pass create) beside it."
                .to_owned()
        } else {
            format!(
                "Whoever has no phone registers one with the password and {network}a pass from IT support (styrk pass \
                 create)."
            )
        });
        said.push("Whoever has a registered phone adds another with it.".to_owned());
        said
    }

    /// What the administrator accepts with this configuration, in plain sentences.
    pub fn accepted_risks(&self) -> Vec<String> {
        let mut risks = Vec::new();
        if self.policy.first_by_password {
            risks.push(
                "policy.first_registration = \"password-is-enough\": whoever has a user's password before the user \
                 has registered a phone can register their own."
                    .to_owned(),
            );
        }
        for network in &self.policy.trusted_networks {
            if !network.is_private() && network.is_wider_than(16, 32) {
                risks.push(format!(
                    "policy.trusted_networks has {network}, which is very wide: whoever has an address in it needs \
                     nothing but a password."
                ));
            }
        }
        if !self.public_url.is_secure() {
            risks
                .push("public_url is plain http: only for trying the service out on one machine.".to_owned());
        }
        if self.public_url.is_secure() && self.proxies.is_empty() && self.tls.is_none() {
            risks.push(
                "trusted_proxies is empty: behind a proxy, every visitor would seem to come from the proxy's address."
                    .to_owned(),
            );
        }
        if let Some(listen) = self.metrics.filter(|listen| !listen.ip().is_loopback()) {
            risks.push(format!(
                "metrics.listen is {listen}: whoever reaches it can read how much the service is used."
            ));
        }
        risks
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::SMALLEST;
    use super::*;

    fn read(policy: &str) -> Result<Config, String> {
        let text = SMALLEST.replace("[organisation]", &format!("[policy]\n{policy}\n[organisation]"));
        Config::parse(&text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_policy_is_told_in_plain_sentences() {
        let said = |policy: &str| read(policy).unwrap().policy_in_words().join(" ");
        let default = said("");
        for sentence in [
            "No network is trusted: MyApps asks for a second factor from everywhere.",
            "\"My security information\" asks for a second factor from everywhere.",
            "Whoever has no phone registers one with the password and a pass from IT support",
        ] {
            assert!(default.contains(sentence), "{default}");
        }
        let trusting = said("trusted_networks = [\"192.0.2.0/24\", \"2001:db8::/32\"]");
        for sentence in [
            "From 192.0.2.0/24, 2001:db8::/32 the password is enough for MyApps;",
            "with the password and to be in 192.0.2.0/24, 2001:db8::/32, or a pass from IT support",
        ] {
            assert!(trusting.contains(sentence), "{trusting}");
        }
        let always = said("trusted_networks = [\"192.0.2.0/24\"]\nalways_ask = [\"MyApps\"]");
        assert!(always.contains("from everywhere, from 192.0.2.0/24 too"), "{always}");
        let first = said("first_registration = \"password-is-enough\"");
        assert!(first.contains("needs the password alone"), "{first}");
    }

    #[test]
    fn a_wide_network_is_an_accepted_risk() {
        for (network, risks) in [
            ("192.0.0.0/15", 1),
            ("192.0.0.0/16", 0),
            ("10.0.0.0/8", 0),
            ("2001:db8::/31", 1),
            ("fd00::/16", 0),
        ] {
            let config = read(&format!("trusted_networks = [\"{network}\"]")).unwrap();
            let told = config.accepted_risks().iter().filter(|risk| risk.contains("very wide")).count();
            assert_eq!(told, risks, "{network}");
        }
    }

    #[test]
    fn a_network_that_lets_everybody_seem_to_be_inside_is_refused() {
        for (policy, says) in [
            ("trusted_networks = [\"0.0.0.0/0\"]", "wider than"),
            ("trusted_networks = [\"::/0\"]", "wider than"),
            ("trusted_networks = [\"127.0.0.0/8\"]", "this machine itself"),
            ("trusted_networks = [\"::1/128\"]", "this machine itself"),
            ("always_ask = [\"Journalen\"]", "policy.always_ask: Journalen"),
        ] {
            let error = read(policy).unwrap_err();
            assert!(error.contains(says), "{policy}: {error}");
        }
        let policy = "trusted_proxies = [\"10.1.2.0/24\"]\nlisten =";
        let text = SMALLEST.replace("listen =", policy);
        for (network, fits) in [("10.0.0.0/8", false), ("10.1.2.3/32", false), ("10.2.0.0/16", true)] {
            let text = text.replace(
                "[organisation]",
                &format!("[policy]\ntrusted_networks = [\"{network}\"]\n[organisation]"),
            );
            let read = Config::parse(&text).map_err(|error| error.to_string());
            assert_eq!(read.is_ok(), fits, "{network}");
            assert!(fits || read.unwrap_err().contains("of the proxy 10.1.2.0/24"), "{network}");
        }
    }
}
