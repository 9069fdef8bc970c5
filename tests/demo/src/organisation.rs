//! The organisation of the demo: its configuration and its users.

use crate::Error;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::random::{Random as _, bytes};
use push_service::app::App;
use push_service::directory::hash_password;
use signin::user::{Failures, User};
use std::net::SocketAddr;
use std::path::Path;
use store::NewUser;
use store::SystemRandom;

/// What the demo accepts so that a newcomer can begin with nothing but a password; and which apps are too old.
pub const POLICY: &str = "first_registration = \"password-is-enough\"\noldest_app = \"0.1\"";

/// Everybody on this machine is inside the organisation's network.
pub const INSIDE: &str = "\ntrusted_networks = [\"127.0.0.0/8\", \"::1/128\"]";

/// The password of every user of the demo.
pub const PASSWORD: &str = "styrk-demo-2026";

/// The e-mail domain of its users. It exists for the simulated phones alone: there the service tells itself.
pub const DOMAIN: &str = "regionx.example";

/// A user of the demo.
#[derive(Clone, Copy, Debug)]
pub struct DemoUser {
    /// "Anna Andersson".
    pub name: &'static str,
    /// UPN.
    pub upn: &'static str,
    /// E-mail, if there is one.
    pub email: Option<&'static str>,
    /// Mobile number, if there is one on file.
    pub mobile: Option<&'static str>,
}

impl DemoUser {
    /// What the user types on the sign-in page.
    pub fn login(&self) -> &'static str {
        self.email.unwrap_or(self.upn)
    }
}

/// Three users: one with everything, one without a mobile number, one without an e-mail address.
pub const USERS: [DemoUser; 3] = [
    DemoUser {
        name: "Anna Andersson",
        upn: "anand01@regionx.example",
        email: Some("anna.andersson@regionx.example"),
        mobile: Some("+46700000124"),
    },
    DemoUser {
        name: "Bo Berg",
        upn: "bober02@regionx.example",
        email: Some("bo.berg@regionx.example"),
        mobile: None,
    },
    DemoUser { name: "Kim Lund", upn: "kilun03@regionx.example", email: None, mobile: None },
];

/// The configuration file of the demo's organisation.
pub fn configuration(
    service: &str,
    phone_page: &str,
    listen: SocketAddr,
    folder: &Path,
    policy: &str,
) -> String {
    let (database, keys) = (folder.join("styrk.db"), folder.join("keys"));
    format!(
        r##"public_url = "{service}"
link_url = "{phone_page}"
listen = "{listen}"
database = {database:?}
keys = {keys:?}
webhook_networks = ["127.0.0.0/8"]

[organisation]
name = "Region X"
colour = "#00585f"
support = "026-00 00 00"

[[applications]]
name = "Journalen"
description = "Patientjournal"
url = "https://journalen.regionx.example/"

[[applications]]
name = "Tidportalen"
description = "Schema och tid"
url = "https://tid.regionx.example/"

[[applications]]
name = "Samarbete"
description = "Externa samarbetsytor"
url = "https://samarbete.regionx.example/"

[policy]
{policy}
"##
    )
}

/// Puts the three users into the directory.
pub async fn add_users(app: &App) -> Result<(), Error> {
    let mut random = SystemRandom::new();
    for user in USERS {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let user = User {
            id: UserId::from_bytes(bytes(&mut random)),
            upn: user.upn.to_owned(),
            email: user.email.map(str::to_owned),
            name: user.name.to_owned(),
            mobile: user.mobile.map(str::to_owned),
            disabled: false,
            first_confirmed: None,
            failures: Failures::default(),
            app_locked: false,
        };
        let password_hash = hash_password(PASSWORD, &salt).ok_or("the password cannot be hashed")?;
        let added = app.store.put_user(NewUser { user, password_hash }).await?;
        app.tell(added);
    }
    Ok(())
}
