//! Devices.

use super::users::{Changed, PAGE, find};
use super::{Answer, Refused, time};
use crate::app::App;
use authenticator_protocol::ids::DeviceId;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use signin::device::{Device, DeviceState};
use std::sync::Arc;

/// A device as a command shows it.
#[derive(Serialize, Deserialize)]
pub struct DeviceShown {
    /// Names it.
    pub id: String,
    /// Whose.
    pub user: String,
    /// "Pixel 9".
    pub model: String,
    /// "Android 16".
    pub system: String,
    /// The app's version.
    pub app: String,
    /// `unconfirmed`, `active` or `ended`.
    pub state: String,
    /// When it registered.
    pub added: String,
    /// When it last approved something.
    pub last_used: Option<String>,
    /// When it was last heard of.
    pub last_reached: Option<String>,
}

prints_only!(DeviceShown: id, state);

impl DeviceShown {
    pub(super) fn of(device: &Device, upn: &str) -> Self {
        let state = match device.state {
            DeviceState::Unconfirmed => "unconfirmed",
            DeviceState::Active => "active",
            DeviceState::Ended => "ended",
        };
        Self {
            id: device.id.to_string(),
            user: upn.to_owned(),
            model: device.model.clone(),
            system: device.system.clone(),
            app: device.app.clone(),
            state: state.to_owned(),
            added: time(device.added),
            last_used: device.last_used.map(time),
            last_reached: device.last_reached.map(time),
        }
    }
}

/// Whose devices.
#[derive(Deserialize)]
pub struct Whose {
    user: Option<String>,
}

prints_only!(Whose: );

/// `GET /v1/devices?user=NAME`: those that have not ended.
pub async fn list(State(app): State<Arc<App>>, Query(whose): Query<Whose>) -> Answer<Vec<DeviceShown>> {
    let mut shown = Vec::new();
    if let Some(name) = whose.user {
        let user = find(&app, &name).await?;
        let devices = app.store.devices(user.id).await?;
        shown.extend(devices.iter().map(|device| DeviceShown::of(device, &user.upn)));
        return Ok(Json(shown));
    }
    let mut after = String::new();
    loop {
        let users = app.store.users(&after, PAGE).await?;
        let Some(last) = users.last() else { return Ok(Json(shown)) };
        after.clone_from(&last.upn);
        for user in users.iter().filter(|user| user.first_confirmed.is_some()) {
            let devices = app.store.devices(user.id).await?;
            shown.extend(devices.iter().map(|device| DeviceShown::of(device, &user.upn)));
        }
    }
}

/// `DELETE /v1/devices/ID`.
pub async fn remove(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer<Changed> {
    let wrong = |_| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{id}: not the id of a device"));
    let device: DeviceId = id.parse().map_err(wrong)?;
    let changed = app.tell(app.store.withdraw(device).await?).ok_or_else(|| Refused::not_found(&id))?;
    let what = app.store.device(device).await?.map(|device| device.model).unwrap_or_default();
    Ok(Json(Changed { changed, what }))
}
