//! What its user does, and what the platform says of pushes.

use super::Phone;
use crate::keys::Key;
use crate::service::Service;
use crate::tape::Call;
use authenticator_core::event::{Environment, Event, PushAddress};
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::channels::Channel;
use authenticator_protocol::code::encode;
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::wake::Wake;

impl Phone {
    /// The app was killed, and a push starts it at the back.
    pub fn started_by(&mut self, services: &mut [&mut Service], push: Event) {
        self.stop();
        let opening = self.open();
        if let Some(tape) = &mut self.tape {
            tape.add(&self.core, self.now, Call::Open(opening), &[], "The system has killed the app.");
        }
        self.step(services, "A push starts the app at the back.", push);
    }

    /// From the first screen to the four characters.
    pub fn scan(&mut self, service: &mut Service) {
        self.event(&mut [service], Event::AddAccount);
        self.event(&mut [service], Event::ChooseScan);
        let link = service.link();
        self.event(&mut [service], Event::QrScanned(link));
    }

    /// To an account that counts.
    pub fn enrol(&mut self, service: &mut Service) {
        self.scan(service);
        self.event(&mut [service], Event::Confirmed);
        service.ask(Purpose::ConfirmTest, self.seconds());
        self.event(&mut [service], Event::Refresh);
        self.approve(service, "47");
        self.event(&mut [service], Event::Done);
        assert!(service.devices.last().unwrap().confirmed);
    }

    /// The same at `services[which]`, on a phone that has accounts at others already.
    pub fn enrol_among(&mut self, services: &mut [&mut Service], which: usize) {
        let link = services[which].link();
        self.event(services, Event::LinkOpened(link));
        self.event(services, Event::Confirmed);
        services[which].ask(Purpose::ConfirmTest, self.seconds());
        self.event(services, Event::Refresh);
        self.event(services, Event::NumberEntered("47".into()));
        self.event(services, Event::Approve);
        self.event(services, Event::Done);
        assert!(services[which].devices.last().unwrap().confirmed);
    }

    pub fn approve(&mut self, service: &mut Service, number: &str) {
        self.event(&mut [service], Event::NumberEntered(number.into()));
        self.event(&mut [service], Event::Approve);
    }
}

/// The token that Google's service gives the `number`th time.
pub fn fcm(number: u8) -> PushAddress {
    PushAddress::Fcm { token: format!("fcm-token-{number}:APA91b") }
}

/// The token that Apple's service gives.
pub fn apns() -> PushAddress {
    let (token, topic) = (vec![0xab; 32], "se.regionx.styrk".to_owned());
    PushAddress::Apns { token, environment: Environment::Production, topic }
}

/// The subscription that a distributor gives for `account`.
pub fn web_push(account: &str) -> PushAddress {
    PushAddress::WebPush {
        account: account.to_owned(),
        endpoint: "https://push.example/up/1".to_owned(),
        p256dh: encode(&Key::new(77).public_key().to_sec1()),
        auth: encode(&[5; 16]),
    }
}

/// A push with a wake for `channel`, as its provider brings it.
pub fn push(channel: &Channel, number: u8) -> Event {
    let wake = Wake::new(WakeId::from_bytes([number; 16]), &channel.secret);
    Event::WakeArrived(wake.to_bytes().to_vec())
}
