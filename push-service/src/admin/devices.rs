//! Devices.

use super::users::{Changed, PAGE, find};
use super::{Answer, Refused, time};
use crate::app::App;
use authenticator_protocol::ids::DeviceId;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use signin::channel::{Channel, Provider};
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

/// A device with the ways to wake it.
#[derive(Serialize, Deserialize)]
pub struct DeviceDetail {
    /// The device.
    pub device: DeviceShown,
    /// Its channels beside the open socket, newest first; ended ones for thirty days.
    pub channels: Vec<ChannelShown>,
}

prints_only!(DeviceDetail: );

/// A channel as a command shows it.
#[derive(Serialize, Deserialize)]
pub struct ChannelShown {
    /// `apns`, `fcm` or `web_push`.
    pub provider: String,
    /// `active`, `suspect`, `dead` or `superseded`.
    pub state: String,
    /// Why it is not active: the provider's word, or ours.
    pub reason: Option<String>,
    /// When the phone registered it.
    pub registered: String,
    /// When it came into its state.
    pub changed: String,
    /// When the provider last took a wake.
    pub accepted: Option<String>,
    /// When the phone last confirmed one.
    pub received: Option<String>,
}

prints_only!(ChannelShown: provider, state);

impl ChannelShown {
    fn of(channel: &Channel) -> Self {
        Self {
            provider: channel.provider.as_str().to_owned(),
            state: channel.state.as_str().to_owned(),
            reason: channel.reason.clone(),
            registered: time(channel.registered),
            changed: time(channel.changed),
            accepted: channel.accepted.map(time),
            received: channel.received.map(time),
        }
    }
}

fn device_id(text: &str) -> Result<DeviceId, Refused> {
    let wrong = |_| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{text}: not the id of a device"));
    text.parse().map_err(wrong)
}

/// `GET /v1/devices/ID`.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer<DeviceDetail> {
    let device = app.store.device(device_id(&id)?).await?.ok_or_else(|| Refused::not_found(&id))?;
    let upn = app.store.user(device.user).await?.map(|user| user.upn).unwrap_or_default();
    let channels = app.store.channels(device.id).await?;
    let channels = channels.iter().map(ChannelShown::of).collect();
    Ok(Json(DeviceDetail { device: DeviceShown::of(&device, &upn), channels }))
}

/// `POST /v1/channels/PROVIDER/release`.
pub async fn release(State(app): State<Arc<App>>, Path(provider): Path<String>) -> Answer<Changed> {
    let found = Provider::from_word(&provider).ok_or_else(|| Refused::not_found(&provider))?;
    let changed = app.tell(app.store.release_channels(found).await?);
    Ok(Json(Changed { changed, what: provider }))
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
    let device = device_id(&id)?;
    let changed = app.tell(app.store.withdraw(device).await?).ok_or_else(|| Refused::not_found(&id))?;
    let what = app.store.device(device).await?.map(|device| device.model).unwrap_or_default();
    Ok(Json(Changed { changed, what }))
}
