//! The open socket (property 23): greeting, opening, and from then on wakes. It replays nothing: the phone fetches.

use crate::app::App;
use crate::http::problem::ApiError;
use crate::http::signed::{check, once};
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::problem::Code;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::{CLOSE_ENDED, CLOSE_REFUSED, Greeting, SocketOpening};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use signin::Notice;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// The longest frame that a phone sends, in bytes.
const MAX_FRAME: usize = 1024;
/// Milliseconds for the opening.
const OPENING: u64 = 5_000;
/// Milliseconds between two pings.
const PING: u64 = 45_000;
/// The service is stopping: RFC 6455 section 7.4.1.
const CLOSE_GOING_AWAY: u16 = 1001;

/// Upgrade → greeting.
pub async fn get(
    State(app): State<Arc<App>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|refused| ApiError::new(Code::Malformed, format!("upgrade: {refused}")))?;
    let Ok(place) = Arc::clone(&app.limits.unopened).try_acquire_owned() else {
        return Err(ApiError { retry_after: Some(5), ..ApiError::plain(Code::Unavailable) });
    };
    Ok(upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .read_buffer_size(512)
        .write_buffer_size(0)
        .on_upgrade(move |socket| talk(app, place, socket)))
}

async fn talk(app: Arc<App>, place: OwnedSemaphorePermit, mut socket: WebSocket) {
    let nonce = Bytes(bytes(&mut store::SystemRandom::new()));
    let greeting = serde_json::to_string(&Greeting { nonce }).unwrap_or_default();
    if socket.send(Message::Text(greeting.into())).await.is_err() {
        return;
    }
    let opened = tokio::select! {
        opened = open(&app, &mut socket, nonce) => opened,
        () = app.clock.sleep(OPENING) => None,
        () = app.stop.begun() => None,
    };
    drop(place);
    let Some((device, secret)) = opened else {
        return close(&mut socket, CLOSE_REFUSED).await;
    };
    tracing::debug!(%device, "socket open");
    let code = serve(&app, &mut socket, device, &secret).await;
    if let Some(code) = code {
        close(&mut socket, code).await;
    }
    tracing::debug!(%device, code, "socket closed");
}

/// The phone's first frame, checked.
async fn open(app: &App, socket: &mut WebSocket, nonce: Bytes<16>) -> Option<(DeviceId, Secret<32>)> {
    let Some(Ok(Message::Text(text))) = socket.recv().await else { return None };
    let from =
        match check::<SocketOpening>(app, &text, "GET", paths::SOCKET, |device| device.device_key).await {
            Ok(from) => from,
            Err(error) => {
                // The phone learns what is wrong, as over HTTP; then the socket closes.
                let problem = serde_json::to_string(&error.body("")).unwrap_or_default();
                let _ = socket.send(Message::Text(problem.into())).await;
                return None;
            }
        };
    let said = &from.message.payload;
    (said.nonce == nonce && once(app, &from).is_ok()).then(|| (from.device.id, said.secret.clone()))
}

/// Wakes until one side ends; the close code, where it is ours to send.
async fn serve(app: &App, socket: &mut WebSocket, device: DeviceId, secret: &Secret<32>) -> Option<u16> {
    let mut wakes = app.bus.subscribe(Notice::Wake(device));
    let mut ended = app.bus.subscribe(Notice::DeviceEnded(device));
    // It may have ended between the check and the subscription.
    match app.store.device(device).await {
        Ok(Some(found)) if found.ended.is_none() => {}
        _ => return Some(CLOSE_ENDED),
    }
    loop {
        let message = tokio::select! {
            biased;
            () = ended.changed() => return Some(CLOSE_ENDED),
            () = app.stop.begun() => return Some(CLOSE_GOING_AWAY),
            () = wakes.changed() => {
                let wake = app.wakes.make(device, secret, app.clock.now(), &mut store::SystemRandom::new());
                Message::Binary(wake.to_bytes().to_vec().into())
            }
            frame = socket.recv() => match frame {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                // A phone has nothing more to say here; pings are answered below us.
                Some(Ok(_)) => continue,
            },
            () = app.clock.sleep(PING) => Message::Ping(Vec::new().into()),
        };
        // A reader that is too slow is cut: it will connect again and fetch.
        tokio::select! {
            sent = socket.send(message) => if sent.is_err() { return None },
            () = app.clock.sleep(OPENING) => return None,
        }
    }
}

async fn close(socket: &mut WebSocket, code: u16) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
}
