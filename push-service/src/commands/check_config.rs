//! `styrk check-config`.

use super::{Configured, Result, say};
use delivery::Checked;
use push_service::clock::{Clock as _, SystemClock};
use push_service::providers::{self, Readied};
use push_service::tls;
use std::sync::Arc;

/// Says what a configuration means; `online` also asks each provider of pushes.
pub(crate) async fn run(file: &Configured, online: bool) -> Result {
    let config = file.read()?;
    let warnings = tls::warnings(&config, SystemClock.now())?;
    let readied = Readied::read(&config.push)?;
    say(&format!("{} at {}: the configuration is valid.", config.organisation.name, config.public_url))?;
    for sentence in config.policy_in_words() {
        say(&sentence)?;
    }
    for risk in config.accepted_risks() {
        say(&format!("Accepted risk: {risk}"))?;
    }
    for warning in warnings {
        say(&format!("Warning: {warning}"))?;
    }
    if online { ask(readied).await } else { Ok(()) }
}

async fn ask(readied: Readied) -> Result {
    let clock: Arc<dyn delivery::Clock> = Arc::new(delivery::SystemClock);
    let providers = readied.start(&clock);
    if providers.is_empty() {
        return say("No provider of pushes is configured: phones are reached while their app is open.");
    }
    let mut failed = 0;
    for checked in providers::ask(&providers).await {
        match checked {
            Checked::Works(says) => say(&format!("Works: {says}"))?,
            Checked::Fails(says) => {
                failed += 1;
                say(&format!("Does not work: {says}"))?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} providers cannot be used", providers.len()).into()),
    }
}
