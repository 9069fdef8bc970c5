//! A phone answers a challenge: an approval under the approval key, a denial under the device key (property 9).

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::Body;
use authenticator_protocol::answer::{AnswerReply, Approval, Denial};
use authenticator_protocol::problem::Code;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use store::{Answer, NotTaken, Says};

/// Approval or denial → how the request ended.
pub async fn post(State(app): State<Arc<App>>, body: Body) -> Result<Json<AnswerReply>, ApiError> {
    let answer = if body.is::<Denial>() {
        let from = body.from_device::<Denial>(&app, |device| device.device_key).await?;
        let Denial { challenge, hash, reason } = from.message.payload;
        Answer { device: from.device.id, challenge, hash, message: from.message.hash, says: Says::No(reason) }
    } else {
        let from = body.from_device::<Approval>(&app, |device| device.approval_key).await?;
        let Approval { challenge, hash, number } = from.message.payload;
        Answer {
            device: from.device.id,
            challenge,
            hash,
            message: from.message.hash,
            says: Says::Yes(number),
        }
    };
    let device = answer.device;
    let answered = app.store.answer(answer).await?;
    match app.tell(answered) {
        Ok(reply) => {
            if reply.counted && app.wakes.answered(device) {
                app.metrics.wake_answered();
            }
            Ok(Json(reply))
        }
        Err(NotTaken::Unknown) => Err(ApiError::plain(Code::UnknownChallenge)),
        Err(NotTaken::Mismatch) => Err(ApiError::plain(Code::ChallengeMismatch)),
        Err(NotTaken::DeviceEnded) => Err(ApiError::plain(Code::DeviceEnded)),
    }
}
