//! The app's core: from the push that has arrived to what the screen shows, without network and key store.

use crate::spread::Latencies;
use crate::{Error, clock};
use authenticator_core::effect::{EffectKind, Key, Outcome};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::keys::Sign as _;
use scenarios::shell;
use std::collections::VecDeque;
use std::time::Duration;

/// Wakes an enrolled phone so often; each time only what happens inside the core is counted.
pub(crate) fn measure(times: usize) -> Result<Latencies, Error> {
    (0..times).map(|_| once()).collect::<Result<_, _>>().map(Latencies::new)
}

fn once() -> Result<Duration, Error> {
    let (mut phone, mut service) = shell::enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    let mut spent = Duration::ZERO;
    let now = phone.now;
    let mut todo: VecDeque<_> =
        timed(&mut spent, || phone.core.dispatch(now, Event::WakeArrived(vec![0; 24]))).into();
    while let Some(effect) = todo.pop_front() {
        let outcome = match effect.kind {
            EffectKind::Sign { account, key: Key::Device, message, .. } => {
                let (device, _) = phone.keys.get(&account).ok_or("no keys")?;
                Outcome::Signed(device.sign(&message).to_vec())
            }
            EffectKind::Post { url, body, .. } => {
                let (status, body) = service.post(&url, &body, now.seconds());
                Outcome::Http { status, body }
            }
            _ => continue,
        };
        todo.extend(timed(&mut spent, || phone.core.resolve(now, effect.id, outcome)));
    }
    match timed(&mut spent, || phone.core.view()).screen {
        Screen::Approve { .. } => Ok(spent),
        other => Err(format!("the wake led to {other:?}").into()),
    }
}

fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let began = clock::now();
    let done = work();
    *spent += clock::now() - began;
    done
}
