//! My security information: the user's devices, and what has happened.

use super::MYAPPS;
use crate::app::App;
use crate::http::problem::PageError;
use crate::http::visit::SignedIn;
use crate::pages::View;
use crate::pages::problem::Problem;
use crate::pages::security::{
    Activity, Device as DeviceRow, Notice, Question, Reach, RemoveDevice, Security, What,
};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::time::Millis;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use signin::channel::{Channel, Provider, Reached, reach};
use signin::device::{Device, DeviceState};
use signin::fact::FactKind;
use std::sync::Arc;
use store::AuditRecord;

/// How many things that happened are listed.
const ACTIVITY: u32 = 20;

/// What the page shows of the audit trail.
const KINDS: &[FactKind] = &[
    FactKind::SignedIn,
    FactKind::EnteredByPassword,
    FactKind::RequestDenied,
    FactKind::RequestReported,
    FactKind::RequestWrongNumber,
    FactKind::RequestExpired,
    FactKind::RequestCancelled,
    FactKind::PasswordWrong,
    FactKind::DeviceConfirmed,
    FactKind::DeviceRemoved,
    FactKind::DeviceLeft,
    FactKind::EnrolmentFailed,
    FactKind::PassCreated,
    FactKind::PassUsed,
    FactKind::PassWrong,
    FactKind::PassEnded,
];

/// What the user has just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    removed: String,
}

/// The page.
pub async fn get(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let known = &session.known;
    let devices = active(&app, &session).await?;
    let mut rows = Vec::new();
    for device in &devices {
        let channels = app.store.channels(device.id).await?;
        rows.push(row(device, &channels, known.session.approved_by));
    }
    let records = app.store.activity(known.user.id, KINDS, ACTIVITY).await?;
    let removed = match asked.removed.parse::<DeviceId>() {
        Ok(id) => app
            .store
            .device(id)
            .await?
            .filter(|device| device.user == known.user.id && device.ended.is_some()),
        Err(_) => None,
    };
    let view = Security {
        now: unix(app.store.now()),
        devices: rows,
        notice: removed.map(|device| Notice::Removed(device.model)),
        activity: records.iter().filter_map(activity).collect(),
    };
    Ok(session.visit.page(&app, Some(&known.user.name), View::Security(view)).into_response())
}

fn row(device: &Device, channels: &[Channel], approved_by: Option<DeviceId>) -> DeviceRow {
    DeviceRow {
        id: device.id.to_string(),
        model: device.model.clone(),
        system: device.system.clone(),
        added: unix(device.added),
        used: device.last_used.map(unix),
        reach: match reach(channels, device.last_reached) {
            Reached::Lost => Reach::Lost,
            Reached::Never => Reach::Unknown,
            Reached::Heard(at) => Reach::At(unix(at)),
            Reached::By(at, provider) => Reach::By(unix(at), name(provider)),
        },
        approved_this: approved_by == Some(device.id),
    }
}

/// As people know it.
const fn name(provider: Provider) -> &'static str {
    match provider {
        Provider::Apns => "Apple",
        Provider::Fcm => "Google",
        Provider::WebPush => "Web Push",
    }
}

async fn active(app: &App, session: &crate::http::visit::Session) -> Result<Vec<Device>, PageError> {
    let mut devices = app.store.devices(session.known.user.id).await?;
    devices.retain(|device| device.state == DeviceState::Active);
    Ok(devices)
}

fn activity(record: &AuditRecord) -> Option<Activity> {
    let detail = record.fact.detail.clone();
    let application = detail.clone().unwrap_or_else(|| MYAPPS.to_owned());
    let device = detail.unwrap_or_default();
    let what = match record.fact.kind {
        FactKind::SignedIn => What::SignedIn { application },
        FactKind::EnteredByPassword => What::SignedInFromNetwork { application: MYAPPS.to_owned() },
        FactKind::RequestDenied => What::Denied { application },
        FactKind::RequestReported => What::Reported { application },
        FactKind::RequestWrongNumber => What::WrongNumber { application },
        FactKind::RequestExpired => What::Expired { application },
        FactKind::RequestCancelled => What::Cancelled { application },
        FactKind::PasswordWrong => What::WrongPassword,
        FactKind::DeviceConfirmed => What::DeviceAdded { device },
        FactKind::DeviceRemoved | FactKind::DeviceLeft => What::DeviceRemoved { device },
        FactKind::EnrolmentFailed => What::RegistrationStopped,
        FactKind::PassCreated => What::PassCreated,
        FactKind::PassUsed => What::PassUsed,
        FactKind::PassWrong => What::PassWrong,
        FactKind::PassEnded => What::PassEnded,
        _ => return None,
    };
    Some(Activity { at: unix(record.at), what, from: None })
}

fn unix(at: Millis) -> i64 {
    i64::try_from(at.seconds().0).unwrap_or(i64::MAX)
}

/// Really remove it?
pub async fn ask(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    question(&app, &session, &id, false).await
}

async fn question(
    app: &App,
    session: &crate::http::visit::Session,
    id: &str,
    asked_once: bool,
) -> Result<Response, PageError> {
    let devices = active(app, session).await?;
    let device =
        devices.iter().find(|device| device.id.to_string() == id).ok_or(PageError(Problem::NotFound))?;
    let question = match (devices.len(), asked_once) {
        (1, false) => Question::Last,
        (1, true) => Question::LastAgain,
        _ => Question::OneOfSeveral,
    };
    let view = RemoveDevice { id: id.to_owned(), model: device.model.clone(), question };
    Ok(session.visit.page(app, Some(&session.known.user.name), View::RemoveDevice(view)).into_response())
}

/// What the user confirms.
#[derive(Deserialize)]
pub struct Confirmed {
    #[serde(default)]
    confirmed: String,
}

/// Removes it, once it has been confirmed often enough.
pub async fn remove(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Path(id): Path<String>,
    Form(form): Form<Confirmed>,
) -> Result<Response, PageError> {
    if form.confirmed != "yes" {
        return question(&app, &session, &id, form.confirmed == "once").await;
    }
    let device: DeviceId = id.parse().map_err(|_| PageError(Problem::NotFound))?;
    let removed =
        app.store.remove_device(session.known.session.key, device, session.visit.address.to_string()).await?;
    if app.tell(removed) {
        Ok(Redirect::to(&format!("/security?removed={device}")).into_response())
    } else {
        Err(PageError(Problem::NotFound))
    }
}
