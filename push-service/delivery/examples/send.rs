//! Sends one push.
//!
//! `cargo run -p delivery --example send` sends one to each provider's fake, on this machine alone; with `apns`, `fcm`
//! or `web` and what they ask for, to a phone: `cargo run -p delivery --example send -- apns --help`.

use clap::{Args, Parser, Subcommand};
use delivery::apns::{self, ApnsKey, ApnsSettings};
use delivery::fake::{FakeApns, FakeFcm, FakeWebPush, TEST_KEY};
use delivery::fcm::{self, FcmSettings, ServiceAccount};
use delivery::guard::Guard;
use delivery::web::{VapidKey, WebPushSettings};
use delivery::{
    Address, Apns, Clock, Collapse, DeviceToken, Fcm, Provider, Push, PushId, RegistrationToken,
    Subscription, SystemClock, Trust, Urgency, WebPush,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::error::Error;
use std::fs::read_to_string;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    to: Option<To>,
}

#[derive(Args)]
struct Shared {
    /// What the app gets.
    #[arg(long, default_value = "hello")]
    payload: String,
    /// A PEM file with one more root certificate to believe.
    #[arg(long)]
    root: Option<PathBuf>,
    /// Ask whether key and settings are right, and send nothing.
    #[arg(long)]
    check: bool,
}

#[derive(Subcommand)]
enum To {
    /// To an iPhone.
    Apns {
        /// The .p8 file of the key.
        #[arg(long)]
        key: PathBuf,
        #[arg(long)]
        key_id: String,
        #[arg(long)]
        team_id: String,
        /// The app's bundle id.
        #[arg(long)]
        topic: String,
        /// The device token, in hexadecimal digits.
        #[arg(long)]
        token: String,
        #[arg(long, default_value = apns::PRODUCTION)]
        endpoint: String,
        #[command(flatten)]
        shared: Shared,
    },
    /// To an Android phone.
    Fcm {
        /// The JSON file of the service account.
        #[arg(long)]
        account: PathBuf,
        /// The registration token.
        #[arg(long)]
        token: String,
        #[arg(long, default_value = fcm::PRODUCTION)]
        endpoint: String,
        #[command(flatten)]
        shared: Shared,
    },
    /// To a Web Push or UnifiedPush subscription.
    Web {
        /// A P-256 key in PEM: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
        #[arg(long)]
        key: PathBuf,
        /// mailto: or https:, whom push services may ask.
        #[arg(long)]
        contact: String,
        #[arg(long)]
        endpoint: String,
        #[arg(long)]
        p256dh: String,
        #[arg(long)]
        auth: String,
        /// Let it go to this machine too.
        #[arg(long)]
        loopback: bool,
        #[command(flatten)]
        shared: Shared,
    },
}

#[tokio::main]
async fn main() -> Result {
    match Arguments::parse().to {
        None => to_the_fakes().await,
        Some(to) => to_a_phone(to).await,
    }
}

/// A push that is of use for a minute.
fn push(payload: &str) -> Result<Push> {
    let mut id = [0; 16];
    SystemRandom::new().fill(&mut id).map_err(|_| "no randomness")?;
    Ok(Push {
        id: PushId(id),
        payload: payload.to_owned().into(),
        expires: SystemClock.now() + Duration::from_secs(60),
        urgency: Urgency::High,
        collapse: Collapse::new("wake"),
    })
}

fn say(text: &str) -> Result {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

async fn send(provider: &dyn Provider, to: &Address, shared: &Shared) -> Result {
    if shared.check {
        return say(&format!("{:?}", provider.check().await));
    }
    let answer = provider.send(to, &push(&shared.payload)?).await;
    say(&format!("{}: {answer:?}", provider.channel()))
}

async fn to_a_phone(to: To) -> Result {
    let clock = Arc::new(SystemClock);
    let trust = |shared: &Shared| -> Result<Trust> {
        let system = Trust::system();
        Ok(match &shared.root {
            Some(root) => system.and(&std::fs::read(root)?)?,
            None => system,
        })
    };
    match to {
        To::Apns { key, key_id, team_id, topic, token, endpoint, shared } => {
            let settings = ApnsSettings {
                endpoint: endpoint.parse()?,
                trust: trust(&shared)?,
                key: ApnsKey::new(&read_to_string(key)?, &key_id, &team_id)?,
                topic,
                loc_key: "hello".to_owned(),
                category: None,
            };
            send(&Apns::start(settings, clock), &Address::Apns(DeviceToken::new(&token)?), &shared).await
        }
        To::Fcm { account, token, endpoint, shared } => {
            let settings = FcmSettings {
                endpoint: endpoint.parse()?,
                trust: trust(&shared)?,
                account: ServiceAccount::from_json(&read_to_string(account)?)?,
            };
            send(&Fcm::start(settings, clock), &Address::Fcm(RegistrationToken::new(&token)?), &shared).await
        }
        To::Web { key, contact, endpoint, p256dh, auth, loopback, shared } => {
            let settings = WebPushSettings {
                trust: trust(&shared)?,
                guard: Guard::allowing(move |address| loopback && address.is_loopback(), ""),
                key: VapidKey::new(&read_to_string(key)?, &contact)?,
            };
            let to = Address::Web(Subscription::new(&endpoint, &p256dh, &auth)?);
            send(&WebPush::start(settings, clock), &to, &shared).await
        }
    }
}

async fn to_the_fakes() -> Result {
    let clock = Arc::new(SystemClock);
    let shared = Shared { payload: "hello".to_owned(), root: None, check: false };

    let fake = FakeApns::start("example.app", clock.clone()).await;
    let settings = ApnsSettings {
        endpoint: fake.endpoint(),
        trust: Trust::nobody().and(fake.root().as_bytes())?,
        key: ApnsKey::new(TEST_KEY, "ABCDE12345", "TEAM123456")?,
        topic: "example.app".to_owned(),
        loc_key: "hello".to_owned(),
        category: None,
    };
    let to = Address::Apns(DeviceToken::new(&"ab".repeat(32))?);
    send(&Apns::start(settings, clock.clone()), &to, &shared).await?;

    let fake = FakeFcm::start(clock.clone()).await;
    let settings = FcmSettings {
        endpoint: fake.endpoint(),
        trust: Trust::nobody().and(fake.root().as_bytes())?,
        account: ServiceAccount::from_json(&fake.account())?,
    };
    let to = Address::Fcm(RegistrationToken::new("registration:token")?);
    send(&Fcm::start(settings, clock.clone()), &to, &shared).await?;

    let fake = FakeWebPush::start(clock.clone()).await;
    let settings = WebPushSettings {
        trust: Trust::nobody().and(fake.root().as_bytes())?,
        guard: Guard::allowing(|address| address.is_loopback(), ""),
        key: VapidKey::new(TEST_KEY, "mailto:push@regionx.example")?,
    };
    // The subscription of RFC 8291, section 5.
    let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    let to = Address::Web(Subscription::new(&fake.endpoint(), p256dh, "BTBZMqHH6r4Tts7J_aSIgg")?);
    send(&WebPush::start(settings, clock), &to, &shared).await
}
