//! Where a test begins: service, phones and clock.

use crate::providers::Providers;
use crate::{Error, RawPhone, Web};
use authenticator_protocol::ids::UserId;
use demo::organisation::{PASSWORD, USERS};
use demo::visitor::{Answer, Visitor};
use demo::{Demo, Options};
use push_service::app::App;
use push_service::clock::{Clock as _, ManualClock, SystemClock};
use push_service::connections::Bounds;
use push_service::directory::hash_password;
use signin::fact::FactKind;
use signin::user::{Failures, User};
use simulated_phone::Millis;
use std::sync::Arc;
use store::{AuditRecord, NewUser};

/// A policy under which a number occurs nowhere by chance, and under which a password opens the first registration.
pub const DIGITS: &str = "first_registration = \"password-is-enough\"\ndigits = 8";

/// When the tests' clock begins.
const BEGINNING: Millis = Millis(1_800_000_000_000);

/// Milliseconds until a node takes fetches: it refuses what an earlier one may have taken.
const SURE: u64 = 6_000;

/// The demo on a clock that stands still until a test advances it.
pub struct World {
    /// The service, its phones and its clock.
    pub demo: Demo,
    /// A client without habits.
    pub web: Web,
}

impl World {
    /// Starts under this policy.
    pub async fn start(policy: &str) -> Result<Self, Error> {
        Self::start_within(policy, Bounds::default()).await
    }

    /// Starts under this policy, with these bounds for connections.
    pub async fn start_within(policy: &str, bounds: Bounds) -> Result<Self, Error> {
        let clock = ManualClock::standing(BEGINNING);
        Self::with(Options { clock, policy: policy.to_owned(), bounds, ..Options::default() }).await
    }

    async fn with(options: Options) -> Result<Self, Error> {
        let demo = Demo::start(options).await?;
        demo.clock.advance(SURE);
        let web = Web::new(&demo.service);
        Ok(Self { demo, web })
    }

    /// Starts with these tables of the configuration; Anna's phone enrolled and her browser signed in.
    pub async fn configured(tables: String) -> Result<(Self, Visitor, RawPhone), Error> {
        let clock = ManualClock::standing(BEGINNING);
        let options = Options { clock, policy: DIGITS.to_owned(), push: tables, ..Options::default() };
        Self::with(options).await?.with_anna().await
    }

    /// With the providers' fakes, Anna's phone enrolled and her browser signed in.
    pub async fn with_providers() -> Result<(Providers, Self, Visitor, RawPhone), Error> {
        let clock = ManualClock::standing(BEGINNING);
        let providers = Providers::start(&clock).await?;
        let push = providers.configuration()?;
        let policy = DIGITS.to_owned();
        let options = Options { clock, policy, push, ..Options::default() };
        let demo = Demo::start(options).await?;
        // The token for FCM comes before the clock moves: it would be late, and the next try waits for the clock.
        providers.fcm.tokens.until_received(1).await;
        SystemClock.sleep(1_000).await;
        demo.clock.advance(SURE);
        let web = Web::new(&demo.service);
        let (world, browser, phone) = Self { demo, web }.with_anna().await?;
        Ok((providers, world, browser, phone))
    }

    /// With Anna's phone enrolled and her browser signed in.
    pub async fn enrolled(policy: &str) -> Result<(Self, Visitor, RawPhone), Error> {
        Self::start(policy).await?.with_anna().await
    }

    async fn with_anna(self) -> Result<(Self, Visitor, RawPhone), Error> {
        let (mut browser, mut phone) = (self.browser(), self.phone());
        sign_in(&mut browser).await?;
        phone.enrol(&mut browser).await?;
        Ok((self, browser, phone))
    }

    /// A browser that was never here.
    pub fn browser(&self) -> Visitor {
        Visitor::new(&self.demo.service)
    }

    /// A phone that was never enrolled.
    pub fn phone(&self) -> RawPhone {
        RawPhone::new(&self.demo.service, &self.demo.clock)
    }

    /// The service's own app. It must be dropped before a restart.
    pub async fn app(&self) -> Result<Arc<App>, Error> {
        self.demo.app().await.ok_or_else(|| "the service does not run".into())
    }

    /// The whole audit trail.
    pub async fn audit(&self) -> Result<Vec<AuditRecord>, Error> {
        Ok(self.app().await?.store.audit(0, 100_000).await?)
    }

    /// How often this kind of fact is on record.
    pub async fn count(&self, kind: FactKind) -> Result<usize, Error> {
        Ok(self.audit().await?.iter().filter(|record| record.fact.kind == kind).count())
    }

    /// Anna, as the store has her.
    pub async fn anna(&self) -> Result<User, Error> {
        let found = self.app().await?.store.user_by_login(USERS[0].login()).await?;
        Ok(found.ok_or("Anna is not there")?.0)
    }

    /// The directory says that this user may not sign in.
    pub async fn disable(&self, login: &str) -> Result<(), Error> {
        let app = self.app().await?;
        let (mut user, password_hash) = app.store.user_by_login(login).await?.ok_or("no such user")?;
        user.disabled = true;
        app.tell(app.store.put_user(NewUser { user, password_hash }).await?);
        Ok(())
    }

    /// Somebody else in the directory, with the password that all have.
    pub async fn add_user(&self, upn: &str, name: &str) -> Result<(), Error> {
        let app = self.app().await?;
        let user = User {
            id: UserId::from_bytes([9; 16]),
            upn: upn.to_owned(),
            email: None,
            name: name.to_owned(),
            mobile: None,
            disabled: false,
            first_confirmed: None,
            failures: Failures::default(),
            app_locked: false,
        };
        let password_hash = hash_password(PASSWORD, &[1; 16]).ok_or("no hash")?;
        app.tell(app.store.put_user(NewUser { user, password_hash }).await?);
        Ok(())
    }

    /// Until somebody waits for something.
    pub async fn somebody_waits(&self) -> Result<(), Error> {
        let app = self.app().await?;
        while app.bus.topics() == 0 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Stops the service and starts it again.
    pub async fn restart(&self) -> Result<(), Error> {
        self.demo.stop_service().await;
        self.demo.start_service().await?;
        self.demo.clock.advance(SURE);
        Ok(())
    }
}

/// Anna signs in with her password.
pub async fn sign_in(browser: &mut Visitor) -> Result<Answer, Error> {
    browser.sign_in(USERS[0].login(), PASSWORD).await
}

/// Anna signs in with her password, and is shown this number.
pub async fn number(browser: &mut Visitor) -> Result<String, Error> {
    let page = sign_in(browser).await?;
    page.number().ok_or_else(|| format!("no number at {}", page.path).into())
}

/// The browser's cookies, as it sends them.
pub fn cookies(browser: &Visitor) -> String {
    let names = ["styrk-session", "styrk-browser"];
    let pairs = names.iter().filter_map(|name| browser.cookie(name).map(|value| format!("{name}={value}")));
    pairs.collect::<Vec<_>>().join("; ")
}

/// Another number of the same length.
pub fn other(number: &str) -> String {
    let first = if number.starts_with('0') { '1' } else { '0' };
    number.char_indices().map(|(index, digit)| if index == 0 { first } else { digit }).collect()
}
