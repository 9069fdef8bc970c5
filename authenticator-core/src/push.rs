//! Where pushes reach this phone, and telling each organisation (property 19).
//!
//! The shell says which addresses there are, the organisation which of them it can use. The phone registers those with
//! fresh secrets, and again whenever something has changed, when the organisation asks for it, and when the last
//! registration is old.

use crate::Core;
use crate::effect::EffectKind;
use crate::ending::Failure;
use crate::event::{PushAddress, PushWay};
use crate::network::{Ask, Party, Request, read_json};
use crate::state::Account;
use authenticator_protocol::channels::{
    ApnsAddress, Channel, Channels, ChannelsReply, FcmAddress, Push, PushAddress as To, WebPushAddress,
};
use authenticator_protocol::code::{Bytes, Secret, decode_array, encode};
use authenticator_protocol::problem::Code;
use authenticator_protocol::random::bytes;
use authenticator_protocol::time::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A registration older than this is made again, in milliseconds: 25 days.
const OLD: u64 = 25 * 86_400_000;
/// The organisation is heard no more often than this when it asks for another one, in milliseconds. What it refuses
/// would be sent again after every fetch.
const SELDOM: u64 = 600_000;
/// Wakes that were sent before a registration still come by the secrets before it, so long, in milliseconds.
const KEPT: u64 = 600_000;
/// The first wait before a registration is tried again, in milliseconds; it doubles up to the last.
const FIRST_WAIT: u64 = 5_000;
const LAST_WAIT: u64 = 3_600_000;
/// Longer is no address of any provider, and would not fit into a request.
const LONGEST: usize = 2_048;

/// An address that is fit to be told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Address {
    Apns(ApnsAddress),
    Fcm(FcmAddress),
    WebPush { account: String, subscription: WebPushAddress },
}

impl Address {
    /// Only what a provider may have given.
    fn read(told: PushAddress) -> Option<Self> {
        let fits = |text: &str| (1..=LONGEST).contains(&text.len());
        Some(match told {
            PushAddress::Apns { token, environment, topic } => {
                let token = encode_hex(&token);
                (fits(&token) && fits(&topic)).then_some(())?;
                Self::Apns(ApnsAddress { token, environment, topic: Some(topic) })
            }
            PushAddress::Fcm { token } => {
                fits(&token).then_some(())?;
                Self::Fcm(FcmAddress { token })
            }
            PushAddress::WebPush { account, endpoint, p256dh, auth } => {
                fits(&endpoint).then_some(())?;
                // Some distributors pad.
                let (p256dh, auth) = (p256dh.trim_end_matches('='), auth.trim_end_matches('='));
                let p256dh = Bytes(decode_array(p256dh)?);
                let auth = Secret(decode_array(auth)?);
                Self::WebPush { account, subscription: WebPushAddress { endpoint, p256dh, auth } }
            }
        })
    }

    fn came(&self, way: &PushWay) -> bool {
        match (self, way) {
            (Self::Apns(_), PushWay::Apns) | (Self::Fcm(_), PushWay::Fcm) => true,
            (Self::WebPush { account, .. }, PushWay::WebPush { account: other }) => account == other,
            _ => false,
        }
    }

    fn way(&self) -> PushWay {
        match self {
            Self::Apns(_) => PushWay::Apns,
            Self::Fcm(_) => PushWay::Fcm,
            Self::WebPush { account, .. } => PushWay::WebPush { account: account.clone() },
        }
    }

    /// As the organisation of `id` is told it; `None` when it cannot use it.
    fn told_to(&self, id: &str, usable: &Push) -> Option<To> {
        match self {
            Self::Apns(address) if usable.apns => Some(To::Apns(address.clone())),
            Self::Fcm(address) if usable.fcm => Some(To::Fcm(address.clone())),
            Self::WebPush { account, subscription } if usable.web_push.is_some() && account == id => {
                Some(To::WebPush(subscription.clone()))
            }
            _ => None,
        }
    }
}

/// Whoever has an address may push to it.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What an organisation knows of this phone's addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registered {
    /// What it has acknowledged last.
    told: Vec<Channel>,
    /// When, on this phone's clock; `None` before the first time.
    at: Option<Millis>,
    /// What it had acknowledged before.
    before: Vec<Channel>,
    /// What was sent and not acknowledged: it may have arrived.
    sent: Option<Vec<Channel>>,
    /// Its key for Web Push at that time.
    key: Option<Bytes<65>>,
}

impl Registered {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// By which a wake that arrives `now` may be known.
    pub(crate) fn secrets(&self, now: Millis) -> impl Iterator<Item = &Secret<32>> {
        let before = if self.is_within(KEPT, now) { &self.before[..] } else { &[] };
        let channels = self.told.iter().chain(self.sent.iter().flatten()).chain(before);
        channels.map(|channel| &channel.secret)
    }

    /// Whether it was acknowledged no longer ago than this. A clock that was set back tells nothing.
    fn is_within(&self, millis: u64, now: Millis) -> bool {
        self.at.is_some_and(|at| at <= now && now.since(at) <= millis)
    }

    fn is_current(&self, wanted: &[To], key: Option<Bytes<65>>, now: Millis) -> bool {
        let told = self.told.iter().map(|channel| &channel.address);
        // An organisation that knows nothing, and has nothing to know, stays current.
        let young = wanted.is_empty() || self.is_within(OLD, now);
        self.sent.is_none() && young && self.key == key && told.eq(wanted)
    }
}

/// What is under way about the channels of one account. Nothing of it survives the process.
#[derive(Debug, Default)]
pub(crate) struct Registering {
    /// What the organisation can use; `None` before it has said so in this process.
    usable: Option<Push>,
    /// A registration is on its way.
    busy: bool,
    /// It is tried again when this timer fires.
    timer: Option<u64>,
    /// How often in a row it has failed.
    failed: u32,
    /// The organisation has asked for another one.
    renew: bool,
    /// The shell was asked for a subscription with this key.
    subscribed: Option<Bytes<65>>,
}

impl Core {
    /// Pushes reach this phone here.
    pub(crate) fn address_told(&mut self, told: PushAddress) {
        let known = |address: &Address| match address {
            Address::WebPush { account, .. } => self.book.get(account).is_some_and(Account::is_live),
            _ => true,
        };
        let Some(address) = Address::read(told).filter(known) else {
            self.ignored += 1;
            return;
        };
        if !self.book.addresses.contains(&address) {
            let way = address.way();
            self.book.addresses.retain(|before| !before.came(&way));
            self.book.addresses.push(address);
            self.save();
        }
        self.register_everywhere();
    }

    /// They do not reach it this way any more.
    pub(crate) fn address_gone(&mut self, way: &PushWay) {
        let before = self.book.addresses.len();
        self.book.addresses.retain(|address| !address.came(way));
        if self.book.addresses.len() < before {
            self.save();
            self.register_everywhere();
        }
    }

    fn register_everywhere(&mut self) {
        for id in self.book.live() {
            let line = self.lines.entry(id.clone()).or_default();
            match line.registering.usable {
                Some(_) => self.register_channels(&id),
                // What it can use comes with the answer.
                None if line.fetching => {}
                None => self.fetch(&id),
            }
        }
    }

    /// The organisation has said what it can use, and whether it wants to be told again.
    pub(crate) fn usable_told(&mut self, id: &str, usable: Option<Push>, renew: bool) {
        let Some(usable) = usable.filter(|_| self.book.get(id).is_some_and(Account::is_live)) else { return };
        let registering = &mut self.lines.entry(id.to_owned()).or_default().registering;
        registering.renew |= renew;
        let key = usable.web_push.map(|it| it.key);
        registering.usable = Some(usable);
        if let Some(key) = key.filter(|key| registering.subscribed != Some(*key)) {
            registering.subscribed = Some(key);
            self.queue.push(EffectKind::Subscribe { account: id.to_owned(), key: encode(&key.0) });
        }
        self.register_channels(id);
    }

    /// Registers what there is, unless the organisation knows it already.
    fn register_channels(&mut self, id: &str) {
        let Some(account) = self.book.get(id).filter(|account| account.is_live()) else { return };
        let Some(registering) = self.lines.get_mut(id).map(|line| &mut line.registering) else { return };
        let Some(usable) = &registering.usable else { return };
        if registering.busy || registering.timer.is_some() {
            return;
        }
        let wanted: Vec<To> =
            self.book.addresses.iter().filter_map(|address| address.told_to(id, usable)).collect();
        let web = wanted.iter().any(|to| matches!(to, To::WebPush(_)));
        let key = usable.web_push.map(|it| it.key).filter(|_| web);
        let registered = &account.registered;
        let asked = std::mem::take(&mut registering.renew) && !wanted.is_empty();
        let heard = asked && !registered.is_within(SELDOM, self.now);
        if registered.is_current(&wanted, key, self.now) && !heard {
            return;
        }
        registering.busy = true;
        let party = Party::from(account);
        let channels = match &registered.sent {
            // The same once more: it may have arrived.
            Some(sent) if sent.iter().map(|channel| &channel.address).eq(&wanted) => sent.clone(),
            _ => {
                let secret = |address| Channel { secret: Secret(bytes(&mut self.random)), address };
                wanted.into_iter().map(secret).collect()
            }
        };
        // Kept first: a wake may come by it before the answer does, or after a kill.
        let registered = &mut self.book.get_mut(id).expect("it was just found").registered;
        if registered.sent.as_ref() != Some(&channels) || registered.key != key {
            (registered.sent, registered.key) = (Some(channels.clone()), key);
            self.save();
        }
        self.send(Request::new(party, Ask::Channels(Channels { channels })));
    }

    /// The registration was answered, or not.
    pub(crate) fn channels_registered(&mut self, id: &str, result: Result<Vec<u8>, Failure>) {
        let reply = result.and_then(|body| read_json::<ChannelsReply>(&body));
        let Some(line) = self.lines.get_mut(id) else { return };
        line.registering.busy = false;
        match reply {
            Ok(_) => {
                line.registering.failed = 0;
                if let Some(account) = self.book.get_mut(id) {
                    let registered = &mut account.registered;
                    let told = registered.sent.take().unwrap_or_default();
                    registered.before = std::mem::replace(&mut registered.told, told);
                    registered.at = Some(self.now);
                    self.save();
                }
                // Something may have changed meanwhile.
                self.register_channels(id);
            }
            Err(Failure::Refused(Code::DeviceEnded)) => self.account_has_ended(id),
            Err(_) => {
                let failed = line.registering.failed;
                line.registering.failed = failed.saturating_add(1);
                let wait = self.random.wait(FIRST_WAIT, LAST_WAIT, failed);
                line.registering.timer = Some(self.queue.timer(wait));
            }
        }
    }

    /// Whether it was a timer of this room that has run out.
    pub(crate) fn push_timer(&mut self, fired: u64) -> bool {
        let of = self.lines.iter_mut().find(|(_, line)| line.registering.timer == Some(fired));
        let Some((id, line)) = of else { return false };
        line.registering.timer = None;
        let id = id.clone();
        self.register_channels(&id);
        true
    }

    /// The network is there again: no more waiting.
    pub(crate) fn register_at_once(&mut self, id: &str) {
        self.stop_waiting(id);
        self.register_channels(id);
    }

    /// The account is over: nothing is told any more, and nothing comes.
    pub(crate) fn end_channels(&mut self, id: &str) {
        self.stop_waiting(id);
        let subscribed = self.lines.get(id).is_some_and(|line| line.registering.subscribed.is_some());
        let way = PushWay::WebPush { account: id.to_owned() };
        let before = self.book.addresses.len();
        self.book.addresses.retain(|address| !address.came(&way));
        if let Some(account) = self.book.get_mut(id) {
            account.registered = Registered::default();
        }
        if subscribed || self.book.addresses.len() < before {
            self.queue.push(EffectKind::Unsubscribe { account: id.to_owned() });
        }
        if let Some(line) = self.lines.get_mut(id) {
            line.registering = Registering::default();
        }
    }

    fn stop_waiting(&mut self, id: &str) {
        let timer = self.lines.get_mut(id).and_then(|line| line.registering.timer.take());
        if let Some(timer) = timer {
            self.queue.push(EffectKind::CancelTimer { timer });
        }
    }
}

fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
