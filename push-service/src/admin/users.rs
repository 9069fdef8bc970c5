//! Users.

use super::devices::DeviceShown;
use super::{Answer, Refused, time};
use crate::app::App;
use crate::directory::check_hash;
use authenticator_protocol::text::is_visible;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use signin::user::{Order, User};
use std::sync::Arc;
use store::{Entry, Import};

/// A user as a command shows them.
#[derive(Serialize, Deserialize)]
pub struct UserShown {
    /// Ours.
    pub id: String,
    /// The full user name.
    pub upn: String,
    /// Where there is one.
    pub email: Option<String>,
    /// The name to show.
    pub name: String,
    /// The directory's number.
    pub mobile: Option<String>,
    /// May not sign in.
    pub disabled: bool,
    /// The app method is locked after too many wrong numbers.
    pub app_locked: bool,
    /// Wrong numbers since the last success.
    pub wrong_in_row: u32,
    /// When a method counted for the first time.
    pub first_confirmed: Option<String>,
    /// Only where one user is asked for: until when a pass is valid, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_until: Option<String>,
    /// Only where one user is asked for: the devices that have not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<DeviceShown>>,
}

prints_only!(UserShown: id, disabled, app_locked);

impl From<&User> for UserShown {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            upn: user.upn.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
            mobile: user.mobile.clone(),
            disabled: user.disabled,
            app_locked: user.app_locked,
            wrong_in_row: user.failures.in_row,
            first_confirmed: user.first_confirmed.map(time),
            pass_until: None,
            devices: None,
        }
    }
}

/// Which users.
#[derive(Deserialize)]
pub struct Page {
    #[serde(default)]
    after: String,
}

prints_only!(Page: );

/// Users of one page.
pub const PAGE: u32 = 1000;

/// The user of this name, or that there is none.
pub(super) async fn find(app: &App, name: &str) -> Result<User, Refused> {
    let found = app.store.user_by_login(name).await?;
    found.map(|(user, _)| user).ok_or_else(|| Refused::not_found(name))
}

/// `GET /v1/users?after=UPN`.
pub async fn list(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Answer<Vec<UserShown>> {
    let users = app.store.users(&page.after, PAGE).await?;
    Ok(Json(users.iter().map(UserShown::from).collect()))
}

/// `GET /v1/users/NAME`, by UPN or e-mail.
pub async fn show(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<UserShown> {
    let user = find(&app, &name).await?;
    let devices = app.store.devices(user.id).await?;
    let devices = devices.iter().map(|device| DeviceShown::of(device, &user.upn)).collect();
    let pass_until = app.store.pass(user.id).await?.map(|pass| time(pass.expires));
    Ok(Json(UserShown { devices: Some(devices), pass_until, ..UserShown::from(&user) }))
}

/// Users to add or to change.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entries {
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Refuse users that are there.
    #[serde(default)]
    pub add_only: bool,
    /// The users.
    pub users: Vec<NewEntry>,
}

/// What a directory says of a user.
#[derive(Serialize, Deserialize)]
pub struct NewEntry {
    /// The full user name.
    pub upn: String,
    /// The e-mail.
    pub email: Option<String>,
    /// The name to show.
    pub name: String,
    /// The mobile number.
    pub mobile: Option<String>,
    /// PHC string of the argon2id hash.
    pub password_hash: Option<String>,
}

prints_only!(NewEntry: );

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ImportDone {
    /// New users.
    pub added: u32,
    /// Users of whom something else is said now.
    pub changed: u32,
    /// Users of whom the same is said.
    pub same: u32,
}

impl NewEntry {
    /// The column that is wrong, and how.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let name = |column, text: &str, must_have_at: bool| {
            if text.is_empty() || !is_visible(text, 254) || text.contains(char::is_whitespace) {
                return Err((column, "1 to 254 visible characters without blanks".to_owned()));
            }
            if must_have_at && !text.contains('@') {
                return Err((column, format!("{text}: has no @")));
            }
            Ok(())
        };
        name("upn", &self.upn, false)?;
        if let Some(email) = &self.email {
            name("email", email, true)?;
        }
        if self.name.is_empty() || !is_visible(&self.name, 120) {
            return Err(("name", "1 to 120 characters, none of them invisible".to_owned()));
        }
        if let Some(mobile) = &self.mobile {
            let digits = mobile.strip_prefix('+').unwrap_or_default();
            let is_number =
                (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number {
                return Err(("mobile", format!("{mobile}: not of the form +46701234567")));
            }
        }
        if let Some(hash) = &self.password_hash {
            check_hash(hash).map_err(|problem| ("password_hash", problem.to_owned()))?;
        }
        Ok(())
    }
}

/// `POST /v1/users`.
pub async fn import(State(app): State<Arc<App>>, Json(entries): Json<Entries>) -> Answer<ImportDone> {
    let how = match (entries.dry_run, entries.add_only) {
        (true, _) => Import::DryRun,
        (false, true) => Import::Add,
        (false, false) => Import::AddOrChange,
    };
    let refused = |entry, column: &str, problem: String| Refused {
        entry: Some(entry),
        column: Some(column.to_owned()),
        ..Refused::new(StatusCode::UNPROCESSABLE_ENTITY, problem)
    };
    for (entry, new) in entries.users.iter().enumerate() {
        new.check().map_err(|(column, problem)| refused(entry, column, problem))?;
    }
    let entry = |new: NewEntry| Entry {
        upn: new.upn,
        email: new.email,
        name: new.name,
        mobile: new.mobile,
        password_hash: new.password_hash,
    };
    let committed = app.store.import(entries.users.into_iter().map(entry).collect(), how).await?;
    let done = app.tell(committed).map_err(|wrong| refused(wrong.entry, wrong.column, wrong.problem))?;
    Ok(Json(ImportDone { added: done.added, changed: done.changed, same: done.same }))
}

/// Whether something is otherwise than before.
#[derive(Serialize, Deserialize)]
pub struct Changed {
    /// False when it was so before.
    pub changed: bool,
    /// Whom or what it was about, in a form to show.
    pub what: String,
}

prints_only!(Changed: changed);

async fn obey(app: &App, name: &str, order: Order) -> Answer<Changed> {
    let user = find(app, name).await?;
    let changed = app.tell(app.store.order(user.id, order).await?).ok_or_else(|| Refused::not_found(name))?;
    Ok(Json(Changed { changed, what: user.upn }))
}

/// `POST /v1/users/NAME/disable`.
pub async fn disable(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    obey(&app, &name, Order::Disable).await
}

/// `POST /v1/users/NAME/enable`.
pub async fn enable(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    obey(&app, &name, Order::Enable).await
}

/// `POST /v1/users/NAME/unlock`.
pub async fn unlock(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    obey(&app, &name, Order::Unlock).await
}

/// A new password's hash: the password itself does not leave the command.
#[derive(Serialize, Deserialize)]
pub struct NewPassword {
    /// PHC string of the argon2id hash.
    pub hash: String,
}

/// `POST /v1/users/NAME/password`.
pub async fn password(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Json(new): Json<NewPassword>,
) -> Answer<Changed> {
    check_hash(&new.hash).map_err(|problem| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, problem))?;
    obey(&app, &name, Order::SetPassword(new.hash)).await
}

/// `DELETE /v1/users/NAME`: by UPN alone, so that nobody is erased by a slip.
pub async fn remove(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer<Changed> {
    let user = find(&app, &name).await?;
    if !user.upn.eq_ignore_ascii_case(&name) && user.upn != name.to_lowercase() {
        let sentence = format!("{name} is {}: name them by that", user.upn);
        return Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, sentence));
    }
    obey(&app, &user.upn, Order::Remove).await
}
