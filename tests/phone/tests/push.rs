//! Pushes on their whole way: through the sender's real clients and providers on loopback to the app, which registers
//! itself at a service in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::channels::{self, Channel, WebPushKey};
use authenticator_protocol::code::{Bytes, decode_array, encode};
use authenticator_protocol::ids::WakeId;
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Seconds;
use authenticator_protocol::wake::Wake;
use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use delivery::apns::{ApnsKey, ApnsSettings};
use delivery::fake::{FakeApns, FakeFcm, FakeWebPush, Received, Script, TEST_KEY};
use delivery::fcm::{FcmSettings, ServiceAccount};
use delivery::guard::Guard;
use delivery::web::{VapidKey, WebPushSettings};
use delivery::{Address, Apns, Clock as _, DeviceToken, Fcm, ManualClock, Outcome, Provider};
use delivery::{PushId, RegistrationToken, Subscription, Trust, Urgency, WebPush};
use scenarios::service::Service;
use simulated_phone::{
    Distributor, Environment, Event, Phone, PhoneClock as _, PhoneOptions, Push, PushAddress, Pushes,
    Reception, Screen, SystemClock, Way,
};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

const TOPIC: &str = "example.regionx.styrk";

/// Gives out endpoints of a push service.
struct Endpoints(String, AtomicU32);

impl Distributor for Endpoints {
    fn subscribe(&self, key: &str) -> String {
        assert!(decode_array::<65>(key).is_some(), "{key}");
        format!("{}{}", self.0, self.1.fetch_add(1, Ordering::SeqCst))
    }
}

/// The providers, as their senders and as what they are.
struct World {
    phone: Phone,
    service: Arc<Mutex<Service>>,
    apns: (FakeApns, Apns),
    fcm: (FakeFcm, Fcm),
    web: (FakeWebPush, WebPush),
    clock: ManualClock,
    sent: u8,
}

fn trust(root: &str) -> Trust {
    Trust::nobody().and(root.as_bytes()).unwrap()
}

fn now() -> Seconds {
    Seconds(SystemClock.now().0 / 1_000)
}

async fn answer(
    State(service): State<Arc<Mutex<Service>>>,
    method: Method,
    uri: Uri,
    body: String,
) -> Response {
    if method != Method::POST {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut service = service.lock().unwrap();
    let url = service.server.url(uri.path());
    let (status, body) = service.post(&url, body.as_bytes(), now());
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// Waits generously for what must come to be.
async fn until(what: &str, happened: impl Fn() -> bool) {
    let waiting = async {
        while !happened() {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waiting).await.is_ok(), "{what}");
}

/// A phone with all ways and one account, at the back.
async fn world() -> World {
    let clock = ManualClock::standing(UNIX_EPOCH + Duration::from_secs(now().0));
    let shared = || Arc::new(clock.clone());
    let apns = FakeApns::start(TOPIC, shared()).await;
    let settings = ApnsSettings {
        endpoint: apns.endpoint(),
        trust: trust(apns.root()),
        key: ApnsKey::new(TEST_KEY, "ABCDE12345", "TEAM123456").unwrap(),
        topic: TOPIC.to_owned(),
        loc_key: "signInRequest".to_owned(),
        category: None,
    };
    let apns = (apns, Apns::start(settings, shared()));
    let fcm = FakeFcm::start(shared()).await;
    let account = ServiceAccount::from_json(&fcm.account()).unwrap();
    let settings = FcmSettings { endpoint: fcm.endpoint(), trust: trust(fcm.root()), account };
    let fcm = (fcm, Fcm::start(settings, shared()));
    let web = FakeWebPush::start(shared()).await;
    let endpoints = web.endpoint().strip_suffix("anna").unwrap().to_owned();
    let settings = WebPushSettings {
        trust: trust(web.root()),
        guard: Guard::allowing(|address| address.is_loopback(), ""),
        key: VapidKey::new(TEST_KEY, "mailto:push@regionx.example").unwrap(),
    };
    let web = (web, WebPush::start(settings, shared()));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let mut service = Service::new("https://mfa.regionx.example", 1);
    service.server = ServerAddress::parse(&address).unwrap();
    let key = Bytes(decode_array(&web.1.public_key()).unwrap());
    service.push = Some(channels::Push { apns: true, fcm: true, web_push: Some(WebPushKey { key }) });
    let service = Arc::new(Mutex::new(service));
    let router = Router::new().fallback(answer).with_state(Arc::clone(&service));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let apple = PushAddress::Apns {
        token: vec![0xa1; 32],
        environment: Environment::Sandbox,
        topic: TOPIC.to_owned(),
    };
    let google = PushAddress::Fcm { token: format!("token:{:032}", 1) };
    let pushes = Pushes {
        addresses: vec![apple, google],
        distributor: Some(Arc::new(Endpoints(endpoints, AtomicU32::new(1)))),
    };
    let phone = Phone::start(PhoneOptions { pushes, ..PhoneOptions::default() }).unwrap();
    let mut world = World { phone, service, apns, fcm, web, clock, sent: 0 };
    world.enrol().await;
    world
}

impl World {
    async fn enrol(&mut self) {
        let link = self.service.lock().unwrap().link();
        self.phone.event(Event::LinkOpened(link)).await;
        self.phone.wait_for(|model| matches!(model.screen, Screen::Confirm { .. })).await.unwrap();
        self.phone.event(Event::Confirmed).await;
        self.phone.wait_for(|model| matches!(model.screen, Screen::Characters { .. })).await.unwrap();
        self.service.lock().unwrap().ask(Purpose::ConfirmTest, now());
        self.phone.event(Event::Refresh).await;
        self.phone.wait_for(|model| matches!(model.screen, Screen::Approve { .. })).await.unwrap();
        self.phone.event(Event::NumberEntered("47".into())).await;
        self.phone.event(Event::Approve).await;
        self.phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await.unwrap();
        self.phone.event(Event::Done).await;
        // Each address is told as it becomes known, one registration after the other.
        until("three channels", || self.channels().len() == 3).await;
        self.phone.event(Event::Backgrounded).await;
    }

    fn channels(&self) -> Vec<Channel> {
        self.service.lock().unwrap().newest_channels().to_vec()
    }

    fn count(&self, path: &str) -> usize {
        let service = self.service.lock().unwrap();
        service.arrived.iter().filter(|(to, _)| to.starts_with(path)).count()
    }

    /// Asks, and sends a wake over `way` as a service does; what the provider was given.
    async fn send(&mut self, way: Way) -> Push {
        self.service.lock().unwrap().ask(Purpose::SignIn, now());
        self.sent += 1;
        let id = WakeId::from_bytes([self.sent; 16]);
        let wakes =
            |channel: &Channel| bytes::Bytes::copy_from_slice(&Wake::new(id, &channel.secret).to_bytes());
        let push = |channel: &Channel| delivery::Push {
            id: PushId([self.sent; 16]),
            payload: wakes(channel),
            expires: self.clock.now() + Duration::from_secs(60),
            urgency: Urgency::High,
            collapse: None,
        };
        for channel in self.channels() {
            let (to, provider): (_, &dyn Provider) = match (&channel.address, way) {
                (channels::PushAddress::Apns(it), Way::Apns) => {
                    (Address::Apns(DeviceToken::new(&it.token).unwrap()), &self.apns.1)
                }
                (channels::PushAddress::Fcm(it), Way::Fcm) => {
                    (Address::Fcm(RegistrationToken::new(&it.token).unwrap()), &self.fcm.1)
                }
                (channels::PushAddress::WebPush(it), Way::WebPush) => {
                    let (key, auth) = (encode(&it.p256dh.0), encode(&it.auth.0));
                    (Address::Web(Subscription::new(&it.endpoint, &key, &auth).unwrap()), &self.web.1)
                }
                _ => continue,
            };
            let answer = provider.send(&to, &push(&channel)).await;
            assert!(matches!(answer.outcome, Outcome::Accepted { .. }), "{answer:?}");
            let last = |script: &Script| -> Received { script.received().pop().unwrap() };
            return match way {
                Way::Apns => Push::Apns(last(&self.apns.0.script).body.to_vec()),
                Way::Fcm => Push::Fcm(last(&self.fcm.0.script).body.to_vec()),
                _ => {
                    let received = last(&self.web.0.script);
                    let origin = self.web.0.endpoint().strip_suffix("/push/anna").unwrap().to_owned();
                    let endpoint = format!("{origin}{}", received.path);
                    Push::WebPush { endpoint, body: received.body.to_vec() }
                }
            };
        }
        panic!("no channel for {way:?}")
    }
}

#[tokio::test]
async fn each_way_wakes_the_app() {
    let mut world = world().await;
    for (count, way) in [Way::Apns, Way::Fcm, Way::WebPush].into_iter().enumerate() {
        let push = world.send(way).await;
        world.phone.pushed(push).await;
        let woken =
            world.phone.wait_for_state(|state| state.woken == Some(way) && state.notification.is_some());
        woken.await.unwrap();
        until("a receipt", || world.count(paths::RECEIPTS) == count + 1).await;
        world.phone.event(Event::Foregrounded).await;
        world.phone.wait_for(|model| matches!(model.screen, Screen::Approve { .. })).await.unwrap();
        world.phone.event(Event::CancelSignIn).await;
        world.phone.wait_for(|model| matches!(model.screen, Screen::Result { .. })).await.unwrap();
        world.phone.event(Event::Done).await;
        world.phone.event(Event::Backgrounded).await;
    }
}

#[tokio::test]
async fn a_way_that_is_broken_brings_nothing_and_the_others_do() {
    let mut world = world().await;
    world.phone.set_way(Way::Fcm, false).await;
    let push = world.send(Way::Fcm).await;
    world.phone.pushed(push.clone()).await;
    assert_eq!((world.phone.state().woken, world.phone.state().broken), (None, vec![Way::Fcm]));
    let other = world.send(Way::Apns).await;
    world.phone.pushed(other).await;
    assert_eq!(world.phone.state().woken, Some(Way::Apns));
    world.phone.set_way(Way::Fcm, true).await;
    world.phone.pushed(push).await;
    assert_eq!((world.phone.state().woken, world.phone.state().broken), (Some(Way::Fcm), vec![]));
    world.phone.set_network(Reception::Offline).await;
    let push = world.send(Way::WebPush).await;
    world.phone.pushed(push).await;
    assert_eq!(world.phone.state().woken, Some(Way::Fcm), "without a network nothing comes");
}

#[tokio::test]
async fn a_push_that_is_not_for_this_phone_does_nothing() {
    let mut world = world().await;
    let Push::WebPush { endpoint, mut body } = world.send(Way::WebPush).await else { panic!() };
    let other = format!("{endpoint}0");
    world.phone.pushed(Push::WebPush { endpoint: other, body: body.clone() }).await;
    body[90] ^= 1;
    world.phone.pushed(Push::WebPush { endpoint, body }).await;
    world.phone.pushed(Push::Fcm(b"{}".to_vec())).await;
    assert_eq!((world.phone.state().woken, world.count(paths::RECEIPTS)), (None, 0));
}

#[tokio::test]
async fn a_killed_app_keeps_its_subscription() {
    let mut world = world().await;
    let before = world.channels();
    world.phone.restart().await;
    world.phone.event(Event::Backgrounded).await;
    let push = world.send(Way::WebPush).await;
    world.phone.pushed(push).await;
    world.phone.wait_for_state(|state| state.notification.is_some()).await.unwrap();
    assert_eq!(world.channels(), before, "nothing has changed");
}
