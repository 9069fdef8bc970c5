//! Sends: one task for each device that is to be woken, all its channels at once.

use super::note::note;
use super::providers::{Providers, address};
use crate::app::App;
use authenticator_protocol::channels;
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::Millis;
use delivery::{Collapse, Push, PushId, Urgency};
use futures_util::future::join_all;
use signin::channel::Channel;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use store::ToWake;
use tokio::task::JoinSet;

/// Devices under way at the same time.
const UNDER_WAY: usize = 8_192;

/// Seconds to which the end of a wake's use is rounded up: two that belong together end like many others.
const ROUND: u64 = 30;

/// Milliseconds without a receipt or a fetch, after which the phone is woken once more. The first wake may be lost on a
/// connection that nobody knows to be dead; the second goes over whichever the provider's pool trusts by then.
const SILENCE: u64 = 3_000;

/// Replaces what was not delivered yet; the same for everybody.
const COLLAPSE: &str = "wake";

/// Wakes for as long as the service runs.
pub async fn send(app: Arc<App>) {
    let Some(mut queue) = app.pushes.take_queue() else { return };
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            () = app.stop.begun() => break,
            device = queue.recv(), if under_way.len() < UNDER_WAY => {
                let Some(device) = device else { break };
                under_way.spawn(wake(Arc::clone(&app), device));
            }
            Some(done) = under_way.join_next() => {
                if let Err(error) = done {
                    tracing::error!(%error, "a wake has failed in itself");
                }
            }
        }
    }
}

/// Every channel of a device at once.
async fn wake(app: Arc<App>, device: DeviceId) {
    match app.store.to_wake(device).await {
        Ok(Some(to_wake)) => race(&app, &to_wake).await,
        Ok(None) => {}
        Err(error) => tracing::error!(%error, %device, "where a phone can be woken is not known"),
    }
}

/// All channels at once; and, when the phone shows no sign of life, once more.
async fn race(app: &App, to_wake: &ToWake) {
    let began = app.clock.now();
    if to_wake.until.is_none() {
        return all_at_once(app, to_wake).await;
    }
    let again = async {
        app.clock.sleep(SILENCE).await;
        let device = to_wake.channels.first().map(|(channel, _)| channel.device);
        let Some(device) = device.filter(|device| !app.wakes.was_heard(*device, began)) else { return };
        // What has ended or was answered meanwhile wakes nobody, and what was registered meanwhile does.
        match app.store.to_wake(device).await {
            Ok(Some(now)) if now.until.is_some() => all_at_once(app, &now).await,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, %device, "where a phone can be woken is not known"),
        }
    };
    tokio::join!(all_at_once(app, to_wake), again);
}

async fn all_at_once(app: &App, to_wake: &ToWake) {
    let providers = app.pushes.providers();
    // What takes something back is of use for a while.
    let expires = expiry(to_wake.until.unwrap_or(to_wake.now.plus_seconds(ROUND)));
    let urgency = if to_wake.until.is_some() { Urgency::High } else { Urgency::Quiet };
    let pushes = to_wake.channels.iter().map(|(channel, said)| {
        let push = push(app, channel, said, expires, urgency);
        hand_over(app, &providers, channel, said, push)
    });
    join_all(pushes).await;
}

/// The first whole half minute that is not before `until`.
fn expiry(until: Millis) -> u64 {
    until.0.div_ceil(1_000).div_ceil(ROUND).max(1) * ROUND
}

fn push(app: &App, channel: &Channel, said: &channels::Channel, expires: u64, urgency: Urgency) -> Push {
    let mut random = store::SystemRandom::new();
    let now = app.clock.now();
    app.metrics.wake_handed_over();
    let wake = app.wakes.make(channel.device, Some(channel.id), &said.secret, now, &mut random);
    Push {
        id: PushId(bytes(&mut random)),
        payload: wake.to_bytes().to_vec().into(),
        expires: UNIX_EPOCH + Duration::from_secs(expires),
        urgency,
        collapse: Collapse::new(COLLAPSE),
    }
}

async fn hand_over(
    app: &App,
    providers: &Providers,
    channel: &Channel,
    said: &channels::Channel,
    push: Push,
) {
    let Some(one) = providers.of(channel.provider) else { return };
    let Ok(_room) = one.room.try_acquire() else { return app.pushes.drop_one() };
    let answer = match address(&said.address) {
        Ok(to) => one.provider.send(&to, &push).await,
        // It was taken by an older version, which was less strict.
        Err(error) => return tracing::warn!(channel = %channel.id, %error, "an address cannot be used"),
    };
    note(app, channel, &answer).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_rounded_up_to_half_a_minute() {
        for (until, expires) in [(0, 30), (1, 30), (30_000, 30), (30_001, 60), (89_999, 90), (90_000, 90)] {
            assert_eq!(expiry(Millis(until)), expires, "{until}");
        }
    }
}
