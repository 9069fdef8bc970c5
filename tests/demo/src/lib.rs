//! The push service exactly as it runs in production, on an embedded database, with an organisation, three users
//! and simulated phones beside it.
//!
//! [`Demo::start`] gives addresses, phones and the clock. [`visitor`] is a browser without a window, [`once`] the
//! main job as a timeline, [`control`] what the browser tests turn. [`application`] starts [`tidportalen`], a web
//! application in a process of its own that gets its approvals through the API.

pub mod application;
pub mod control;
pub mod once;
pub mod organisation;
pub mod providers;
pub mod tidportalen;
pub mod visitor;

use authenticator_protocol::random::bytes;
use authenticator_protocol::time::Millis;
use futures_util::future::{BoxFuture, FutureExt as _};
use providers::Providers;
use push_service::app::{App, StartError};
use push_service::clock::{Clock as _, ManualClock};
use push_service::config::Config;
use push_service::connections::Bounds;
use push_service::keys::identity::{self, Chain};
use push_service::keys::{Keys, KeysError};
use push_service::lifecycle::Running;
use simulated_phone::{Phone, PhoneClock, PhoneOptions, Phones, Resolve, Tool, UnlockAnswer, screen};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::SystemRandom;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// How the demo is put together.
pub struct Options {
    /// Everything runs on it: service, phones, timers.
    pub clock: ManualClock,
    /// Port of the service; 0 takes a free one. The phones' page has the next free one.
    pub port: u16,
    /// Port of the phones' page; 0 takes a free one.
    pub phone_port: u16,
    /// How the phones' unlock prompts are answered.
    pub unlock: UnlockAnswer,
    /// More lines for the configuration's `[policy]`.
    pub policy: String,
    /// The configuration's `[push]`, and what stands below it.
    pub push: String,
    /// What connections to the service may take.
    pub bounds: Bounds,
    /// Whether there are providers that bring pushes to the phones.
    pub pushes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: ManualClock::flowing(),
            port: 0,
            phone_port: 0,
            unlock: UnlockAnswer::Unlock,
            policy: organisation::POLICY.to_owned(),
            push: String::new(),
            bounds: Bounds::default(),
            pushes: false,
        }
    }
}

/// Everything, running.
pub struct Demo {
    /// Where the service is: `http://localhost:7500`.
    pub service: String,
    /// Where the phones' page is.
    pub phone_page: String,
    /// The phones.
    pub phones: Phones,
    /// The clock of all of it.
    pub clock: ManualClock,
    config: Config,
    bounds: Bounds,
    running: Arc<Mutex<Option<Running>>>,
    screens: JoinHandle<()>,
    _providers: Option<Providers>,
    _folder: TempDir,
}

/// Why the demo does not start.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

impl Demo {
    /// Starts service, phones and their page.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("styrk-demo-").tempdir()?;
        let listener = listen(options.port).await?;
        let screens = listen(options.phone_port).await?;
        let service = format!("http://localhost:{}", listener.local_addr()?.port());
        let phone_page = format!("http://localhost:{}", screens.local_addr()?.port());
        let mut providers = None;
        if options.pushes {
            providers = Some(Providers::start(&options.clock).await);
        }
        let mut text = organisation::configuration(
            &service,
            &phone_page,
            listener.local_addr()?,
            folder.path(),
            &options.policy,
        );
        text = format!("{text}\n{}", options.push);
        if let Some(providers) = &providers {
            text.push_str(&providers.configuration(folder.path())?);
        }
        let config = Config::parse(&text)?;
        Keys::create(&config.keys, options.clock.now().seconds())?;
        let app = App::open(config.clone(), Arc::new(options.clock.clone()))?;
        organisation::add_users(&app).await?;
        let running = Running::start_on(app, listener, options.bounds.clone())?;
        let running = Arc::new(Mutex::new(Some(running)));
        let (clock, unlock) = (options.clock.clone(), options.unlock);
        let resolve: Resolve = format!("{}={service}", organisation::DOMAIN).parse()?;
        let tool = rotation(config.keys.clone(), &running, &clock);
        let tools = BTreeMap::from([("rotate_identity", tool)]);
        let addresses = providers.as_ref().map(Providers::addresses);
        let make = move |number| PhoneOptions {
            pushes: addresses.as_ref().map(|it| it.of(number, is_iphone(number))).unwrap_or_default(),
            ..phone(number, &clock, unlock, &resolve)
        };
        let phones = Phones::with_tools(make, tools);
        phones.add()?;
        if let Some(providers) = &mut providers {
            providers.forward(&phones);
        }
        let router = screen::router(phones.clone());
        let screens = tokio::spawn(async move {
            if let Err(error) = axum::serve(screens, router).await {
                tracing::error!(%error, "the phones' page has ended");
            }
        });
        Ok(Self {
            service,
            phone_page,
            phones,
            clock: options.clock,
            config,
            bounds: options.bounds,
            running,
            screens,
            _providers: providers,
            _folder: folder,
        })
    }

    /// The service's own app, while it runs.
    pub async fn app(&self) -> Option<Arc<App>> {
        self.running.lock().await.as_ref().map(|running| Arc::clone(&running.app))
    }

    /// Adds a phone.
    pub fn add_phone(&self) -> Result<Phone, Error> {
        self.phones.add()?.map(|(_, phone)| phone).ok_or_else(|| "no room for another phone".into())
    }

    /// Phone number `number`, from 1.
    pub fn phone(&self, number: u32) -> Result<Phone, Error> {
        self.phones.get(number).ok_or_else(|| format!("there is no phone {number}").into())
    }

    /// Stops the service; phones and pages find nobody.
    pub async fn stop_service(&self) {
        if let Some(running) = self.running.lock().await.take() {
            running.stop().await;
        }
    }

    /// Starts it again, at the same address, on the same database.
    pub async fn start_service(&self) -> Result<(), StartError> {
        let app = App::open(self.config.clone(), Arc::new(self.clock.clone()))?;
        *self.running.lock().await = Some(Running::start(app, self.bounds.clone()).await?);
        Ok(())
    }

    /// The next identity key takes over, as when an operator rotates. In the demo it never left its folder. Phones
    /// learn of it when they next ask. The number of the key that signs now.
    pub async fn rotate_identity(&self) -> Result<u32, KeysError> {
        rotate(&self.config.keys, &self.running, &self.clock).await
    }

    /// The folder with the service's keys.
    pub fn keys(&self) -> &Path {
        &self.config.keys
    }

    /// The end.
    pub async fn stop(self) {
        self.screens.abort();
        self.stop_service().await;
    }
}

async fn rotate(
    keys: &Path,
    running: &Mutex<Option<Running>>,
    clock: &ManualClock,
) -> Result<u32, KeysError> {
    let next = Chain::load(keys)?.pin.number + 1;
    let rotated =
        identity::rotate(keys, &keys.join(format!("next-identity-{next}.pk8")), clock.now().seconds())?;
    if let Some(running) = running.lock().await.as_ref() {
        running.app.reload_keys()?;
    }
    Ok(rotated.number)
}

/// The same, as a button of the phones' page.
fn rotation(keys: PathBuf, running: &Arc<Mutex<Option<Running>>>, clock: &ManualClock) -> Tool {
    let (running, clock) = (Arc::clone(running), clock.clone());
    Box::new(move || {
        let (keys, running, clock) = (keys.clone(), Arc::clone(&running), clock.clone());
        async move {
            let rotated = rotate(&keys, &running, &clock).await;
            rotated.inspect_err(|error| tracing::error!(%error, "the identity key does not change")).is_ok()
        }
        .boxed()
    })
}

async fn listen(port: u16) -> Result<TcpListener, Error> {
    if port == 0 {
        return listen_anywhere().await;
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("port {port}: {error}; try another with --port").into())
}

/// Below the ports that systems give to outgoing connections (Linux: from 32768): one of those could take the port of
/// a service that is stopped for a moment, and it could not come back.
async fn listen_anywhere() -> Result<TcpListener, Error> {
    const TRIES: usize = 64;
    let mut refused = None;
    for _ in 0..TRIES {
        let drawn: [u8; 2] = bytes(&mut SystemRandom::new());
        let port = 16_384 | (u16::from_be_bytes(drawn) >> 2);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = Some(error),
        }
    }
    Err(format!("no free port: {refused:?}").into())
}

/// Phones take turns: a Pixel 9, an iPhone 15.
fn phone(number: u32, clock: &ManualClock, unlock: UnlockAnswer, resolve: &Resolve) -> PhoneOptions {
    let (model, system) = if is_iphone(number) { ("iPhone 15", "iOS 26") } else { ("Pixel 9", "Android 16") };
    PhoneOptions {
        name: format!("phone {number}"),
        model: model.to_owned(),
        system: system.to_owned(),
        clock: Arc::new(SharedClock(clock.clone())),
        unlock,
        resolve: vec![resolve.clone()],
        ..PhoneOptions::default()
    }
}

fn is_iphone(number: u32) -> bool {
    number.is_multiple_of(2)
}

/// The service's clock, as a phone sees it.
struct SharedClock(ManualClock);

impl PhoneClock for SharedClock {
    fn now(&self) -> Millis {
        self.0.now()
    }

    fn sleep(&self, millis: u64) -> BoxFuture<'static, ()> {
        push_service::clock::Clock::sleep(&self.0, millis)
    }
}
