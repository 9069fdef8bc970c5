//! What systemd is told (`sd_notify`). Without systemd it is told to nobody.

use crate::app::App;
use crate::http::health::not_ready;
use sd_notify::{NotifyState, notify, watchdog_enabled};
use std::sync::Arc;

fn say(state: NotifyState<'_>) {
    if let Err(error) = notify(&[state]) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}

/// It takes connections.
pub fn ready() {
    say(NotifyState::Ready);
}

/// It is about to end.
pub fn stopping() {
    say(NotifyState::Stopping);
}

/// Says that it is well, twice in the time after which systemd would start it anew, and only while it is.
pub async fn watchdog(app: Arc<App>) {
    let Some(within) = watchdog_enabled() else { return };
    let every = u64::try_from(within.as_millis()).unwrap_or(u64::MAX) / 2;
    loop {
        tokio::select! {
            () = app.stop.begun() => return,
            () = app.clock.sleep(every.max(1)) => {}
        }
        match not_ready(&app).await {
            None => say(NotifyState::Watchdog),
            Some(why) => tracing::error!(why, "not well: the watchdog is not told"),
        }
    }
}
