//! Where a phone can be woken.

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::Body;
use authenticator_protocol::channels::{Channels, ChannelsReply, MAX_CHANNELS, Taken};
use authenticator_protocol::problem::Code;
use axum::Json;
use axum::extract::State;
use signin::channel::{NotTaken, Register};
use std::sync::Arc;

/// Channels → what became of each.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Json<ChannelsReply>, ApiError> {
    let from = body.from_device::<Channels>(&app, |device| device.device_key).await?;
    if let Err(seconds) = app.limits.channels(from.device.id, app.clock.now()) {
        return Err(ApiError::too_many(seconds));
    }
    let said = from.message.payload.channels;
    if said.len() > MAX_CHANNELS {
        return Err(ApiError::new(Code::Malformed, format!("channels: at most {MAX_CHANNELS}")));
    }
    let providers = app.pushes.providers();
    let (mut channels, mut taken) = (Vec::new(), Vec::new());
    for channel in said {
        taken.push(match providers.take(&channel.address) {
            Ok(()) => {
                channels.push(channel);
                Taken::Active
            }
            Err(reason) => Taken::Refused { reason },
        });
    }
    let register =
        Register { device: from.device.id, signed: from.signed, hash: from.message.hash, channels };
    let registered = app.store.register_channels(register).await?;
    app.tell(registered).map_err(|refused| {
        ApiError::plain(match refused {
            NotTaken::Ended => Code::DeviceEnded,
            NotTaken::Replayed => Code::Replayed,
        })
    })?;
    Ok(Json(ChannelsReply { channels: taken }))
}
