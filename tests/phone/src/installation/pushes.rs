//! What the phone's system does about pushes: subscriptions, and handing the app what comes.

use super::Installation;
use crate::phone::Reception;
use crate::push::{Push, Subscription, Way, wake_in};
use authenticator_core::event::Event;

impl Installation {
    /// At each start of the app.
    pub(super) fn tell_addresses(&mut self) {
        for address in self.options.pushes.addresses.clone() {
            self.dispatch(Event::AddressTold(address));
        }
    }

    /// A subscription with another sender's key is another one.
    pub(super) fn subscribe(&mut self, account: String, sender: String) {
        let Some(distributor) = self.options.pushes.distributor.clone() else { return };
        if self.subscriptions.get(&account).is_none_or(|before| before.sender != sender) {
            let endpoint = distributor.subscribe(&sender);
            let made = Subscription::new(endpoint, sender, &mut self.random);
            self.subscriptions.insert(account.clone(), made);
        }
        let address = self.subscriptions.get(&account).map(|it| it.address(&account));
        self.due.extend(address.map(|address| super::Report::Event(Event::AddressTold(address))));
    }

    /// A push came. Without a network, or over a way that is broken, it does not.
    pub(super) fn pushed(&mut self, push: Push) {
        let way = push.way();
        let (network, broken) = {
            let seen = self.seen.borrow();
            (seen.network, seen.broken.contains(&way))
        };
        if network != Reception::Online || broken {
            return;
        }
        let wake = match push {
            Push::Apns(json) => wake_in(&json, "/w"),
            Push::Fcm(json) => wake_in(&json, "/message/data/w"),
            Push::WebPush { endpoint, body } => {
                let to = self.subscriptions.values().find(|subscription| subscription.endpoint == endpoint);
                to.and_then(|subscription| subscription.read(&body))
            }
        };
        match wake {
            Some(wake) => {
                self.show(|state| state.woken = Some(way));
                self.dispatch(Event::WakeArrived(wake));
            }
            None => tracing::debug!(?way, "a push without a wake"),
        }
    }

    /// A way stops or works again. A socket that is open ends, and comes back when it can.
    pub(super) fn set_way(&mut self, way: Way, works: bool) {
        let before = self.seen.borrow().broken.contains(&way);
        self.show(|state| {
            state.broken.retain(|other| *other != way);
            if !works {
                state.broken.push(way);
                state.broken.sort_unstable();
            }
        });
        if way == Way::Socket && !works {
            self.end_sockets();
        } else if way == Way::Socket && before {
            self.dispatch(Event::NetworkBack);
        }
    }
}
