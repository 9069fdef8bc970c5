//! The service put together: built once, for production, the demo and tests alike.

use crate::alarms::Alarms;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::{Directory, Embedded};
use crate::http::api::token::Tokens;
use crate::keys::{Keys, KeysError, SigningKeys};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::pages::{assets, brand};
use crate::providers::{ProviderError, Readied};
use crate::push::Pushes;
use crate::quota::Quotas;
use crate::replay::Replay;
use crate::sign_ins::SignIns;
use crate::stop::Stop;
use crate::tls::{Tls, TlsError};
use crate::waiting::Bus;
use crate::wake::Wakes;
use authenticator_protocol::ids::EnrolmentId;
use authenticator_protocol::keys::Sign as _;
use authenticator_protocol::link::EnrolmentLink;
use signin::Notice;
use signin::fact::Fact;
use std::fs::File;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Committed, OpenError, Options, Place, Sqlite, Store, SystemRandom, Vault};
use tokio::sync::Notify;

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
    /// Keys outside the database.
    pub vault: Arc<Vault>,
    /// Who waits for what.
    pub bus: Bus,
    /// What somebody should hear of now.
    pub alarms: Alarms,
    /// There is something to deliver.
    pub deliveries: Notify,
    /// Wakes that are on their way.
    pub wakes: Wakes,
    /// What brings wakes to phones beside the socket.
    pub pushes: Pushes,
    /// Signed requests that were seen.
    pub replay: Replay,
    /// Tokens of relying parties that were used.
    pub tokens: Tokens,
    /// How often relying parties may call.
    pub quotas: Quotas,
    /// Rate limits.
    pub limits: Limits,
    /// What is measured.
    pub metrics: Metrics,
    /// Sign-ins that are under way.
    sign_ins: SignIns,
    /// TLS by itself, unless a proxy does it.
    pub tls: Option<Tls>,
    /// The end of the service.
    pub stop: Stop,
    /// The style sheet with the organisation's colours.
    pub brand: String,
    /// Changes when an asset changes.
    pub assets: String,
    /// What signs; another set takes its place when they are read again.
    keys: RwLock<Arc<SigningKeys>>,
    database: Arc<Sqlite>,
}

/// Connections that read the database at the same time.
const READERS: u8 = 4;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A key file.
    #[error("keys: {0}")]
    Keys(#[from] KeysError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The database.
    #[error("database: {0}")]
    Store(#[from] OpenError),
    /// The providers of pushes.
    #[error(transparent)]
    Push(#[from] ProviderError),
    /// The network.
    #[error("listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
}

impl App {
    /// Opens keys and database.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StartError> {
        let keys = Keys::load(&config.keys, clock.now().seconds())?;
        let tls = config.tls.as_ref().map(|files| Tls::open(files, &config.host())).transpose()?;
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
        let pushes = Pushes::start(Readied::read(&config.push)?, Arc::clone(&clock));
        let metrics = Metrics::default();
        database.watch(metrics.commits());
        let store: Arc<dyn Store> = Arc::clone(&database) as Arc<dyn Store>;
        let brand = brand::brand_css(config.colour);
        let parallel = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let app = Arc::new(Self {
            directory: Box::new(Embedded::new(Arc::clone(&store), parallel)),
            replay: Replay::new(store.now()),
            keys: RwLock::new(Arc::new(keys.signing)),
            vault,
            bus: Bus::default(),
            alarms: Alarms::new(config.alarms.clone()),
            deliveries: Notify::new(),
            wakes: Wakes::default(),
            pushes,
            tokens: Tokens::new(store.now(), config.api_calls),
            quotas: Quotas::new(config.api_calls),
            limits: Limits::new(config.api_waits),
            metrics,
            sign_ins: SignIns::default(),
            tls,
            stop: Stop::default(),
            assets: assets::version(&brand),
            brand,
            store,
            database,
            clock,
            config,
        });
        // Whoever hangs up does not keep from others what was committed.
        let weak = Arc::downgrade(&app);
        app.database.when_unheard(Box::new(move |committed| {
            if let Some(app) = weak.upgrade() {
                app.tell(committed);
            }
        }));
        Ok(app)
    }

    /// What signs now. Who signs and tells of the key in one answer asks once.
    pub fn keys(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the signing keys again. When they cannot be read, those of before stay.
    pub fn reload_keys(&self) -> Result<(), KeysError> {
        let keys = SigningKeys::load(&self.config.keys, self.clock.now().seconds())?;
        let number = keys.identity.pin().number;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        tracing::info!(number, "keys were read again");
        Ok(())
    }

    /// Reads the keys of the providers again, and connects with them. When they cannot be read, those of before stay.
    pub fn reload_providers(&self) -> Result<(), ProviderError> {
        self.pushes.replace(Readied::read(&self.config.push)?);
        Ok(())
    }

    /// Writes out what is queued and closes the database.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// A copy of the database as it is; see [`Sqlite::copy`]. Blocks.
    pub fn copy_database(&self) -> Result<(store::State, File), OpenError> {
        self.database.copy()
    }

    /// Hands out what a use case answered, after telling everybody whom it concerns.
    pub fn tell<T>(&self, committed: Committed<T>) -> T {
        for fact in &committed.facts {
            self.alarms.hear(fact, committed.at);
            if !self.sign_ins.take(fact, committed.at, &self.metrics) {
                log(fact);
            }
        }
        for notice in committed.notices {
            if notice == Notice::Delivery {
                self.deliveries.notify_one();
                continue;
            }
            self.bus.publish(notice);
            if let Notice::Wake(device) = notice {
                self.pushes.wake(device);
            }
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
            identity: self.keys().identity.public_key().short_thumbprint(),
        }
    }
}

/// One line for each other fact, as in the audit trail; ids only, no names.
fn log(fact: &Fact) {
    tracing::info!(
        user = fact.user.map(tracing::field::display),
        device = fact.device.map(tracing::field::display),
        request = fact.request.map(tracing::field::display),
        enrolment = fact.enrolment.map(tracing::field::display),
        relying_party = fact.relying_party.map(tracing::field::display),
        address = fact.address,
        detail = fact.detail,
        "{}",
        fact.kind.as_str()
    );
}
