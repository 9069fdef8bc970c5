//! The service put together: built once, for production, the demo and tests alike.

use crate::clock::Clock;
use crate::config::Config;
use crate::directory::{Directory, Embedded};
use crate::keys::{IdentityKey, Keys};
use crate::limits::Limits;
use crate::pages::{assets, brand};
use crate::replay::Replay;
use crate::stop::Stop;
use crate::waiting::Bus;
use crate::wake::Wakes;
use authenticator_protocol::ids::EnrolmentId;
use authenticator_protocol::keys::{Sign as _, Thumbprint};
use authenticator_protocol::link::EnrolmentLink;
use signin::Notice;
use signin::fact::Fact;
use std::sync::Arc;
use store::{Committed, OpenError, Options, Place, Sqlite, Store, SystemRandom, Vault};

/// Everything that a handler needs.
pub struct App {
    /// What the operator decided.
    pub config: Config,
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// Who the users are.
    pub directory: Box<dyn Directory>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Signs offers and challenges.
    pub identity: IdentityKey,
    /// The key that will follow.
    pub next_identity: Thumbprint,
    /// Keys outside the database.
    pub vault: Arc<Vault>,
    /// Who waits for what.
    pub bus: Bus,
    /// Wakes that are on their way.
    pub wakes: Wakes,
    /// Signed requests that were seen.
    pub replay: Replay,
    /// Rate limits.
    pub limits: Limits,
    /// The end of the service.
    pub stop: Stop,
    /// The style sheet with the organisation's colours.
    pub brand: String,
    /// Changes when an asset changes.
    pub assets: String,
    database: Arc<Sqlite>,
}

/// Connections that read the database at the same time.
const READERS: u8 = 4;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A key file.
    #[error("keys: {0}")]
    Keys(#[from] crate::keys::KeysError),
    /// The database.
    #[error("database: {0}")]
    Store(#[from] OpenError),
    /// The network.
    #[error("listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
}

impl App {
    /// Opens keys and database.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StartError> {
        let keys = Keys::load(&config.keys)?;
        let vault = Arc::new(Vault::new(*keys.vault));
        let time = Arc::clone(&clock);
        let database = Sqlite::open(
            &Place::File(config.database.clone()),
            Options {
                clock: Arc::new(move || time.now()),
                random: Box::new(SystemRandom::new()),
                policy: config.policy.clone(),
                vault: Arc::clone(&vault),
                readers: READERS,
            },
        )?;
        let store: Arc<dyn Store> = Arc::clone(&database) as Arc<dyn Store>;
        let brand = brand::brand_css(config.colour);
        let parallel = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Arc::new(Self {
            directory: Box::new(Embedded::new(Arc::clone(&store), parallel)),
            replay: Replay::new(store.now()),
            identity: keys.identity,
            next_identity: keys.next_identity,
            vault,
            bus: Bus::default(),
            wakes: Wakes::default(),
            limits: Limits::default(),
            stop: Stop::default(),
            assets: assets::version(&brand),
            brand,
            store,
            database,
            clock,
            config,
        }))
    }

    /// Writes out what is queued and closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Hands out what a use case answered, after telling everybody whom it concerns.
    pub fn tell<T>(&self, committed: Committed<T>) -> T {
        for fact in &committed.facts {
            log(fact);
        }
        for notice in committed.notices {
            self.bus.publish(notice);
            // A socket that is told of its end must not wait for a wake first.
            if let Notice::DeviceEnded(device) = notice {
                self.bus.publish(Notice::Wake(device));
            }
        }
        committed.value
    }

    /// The link of an enrolment; the code is derived, never stored.
    pub fn enrolment_link(&self, id: EnrolmentId) -> EnrolmentLink {
        EnrolmentLink {
            link: self.config.link_url.clone(),
            server: self.config.public_url.clone(),
            code: self.vault.enrolment_code(id),
            identity: self.identity.public_key().short_thumbprint(),
        }
    }
}

/// One line for each fact, as in the audit trail; ids only, no names.
fn log(fact: &Fact) {
    tracing::info!(
        user = fact.user.map(tracing::field::display),
        device = fact.device.map(tracing::field::display),
        request = fact.request.map(tracing::field::display),
        enrolment = fact.enrolment.map(tracing::field::display),
        address = fact.address,
        detail = fact.detail,
        "{}",
        fact.kind.as_str()
    );
}
