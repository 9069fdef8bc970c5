//! The open socket (property 23): greeting, opening, and from then on wakes. It replays nothing:
//! a wake says only that there may be something to fetch, and the first says that the socket is open.

use crate::app::App;
use crate::connections::Connection;
use crate::http::frame::is_foreign;
use crate::http::problem::ApiError;
use crate::http::signed::{check, once};
use crate::http::visit::Visit;
use crate::places::Place;
use crate::shares::Share;
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::ids::DeviceId;
use authenticator_protocol::problem::Code;
use authenticator_protocol::random::bytes;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::{CLOSE_ENDED, CLOSE_REFUSED, Greeting, SocketOpening};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use signin::Notice;
use signin::device::Device;
use signin::network::neighbourhood;
use std::sync::Arc;
use store::Reach;

/// The longest frame that a phone sends, in bytes.
const MAX_FRAME: usize = 1024;
/// Milliseconds for the opening.
const OPENING: u64 = 5_000;
/// Milliseconds between two pings.
const PING: u64 = 45_000;
/// Frames that a phone may send between two of ours. It has nothing to say but that it is there.
const MAX_SAID: u32 = 64;
/// The service is stopping: RFC 6455 section 7.4.1.
const CLOSE_GOING_AWAY: u16 = 1001;

/// Upgrade → greeting.
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(connection): Extension<Connection>,
    visit: Visit,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|refused| ApiError::new(Code::Malformed, format!("upgrade: {refused}")))?;
    if is_foreign(&app, &headers) {
        return Err(ApiError::new(Code::Malformed, "origin: not this service's"));
    }
    // Whoever has waited longest for an opening makes room, so there is always a place.
    let Some(place) = app.limits.unopened.take(Some(neighbourhood(visit.address))) else {
        return Err(ApiError::plain(Code::Unavailable).after(5));
    };
    Ok(upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .read_buffer_size(512)
        .write_buffer_size(0)
        .on_upgrade(move |socket| async move {
            talk(app, place, socket).await;
            drop(connection);
        }))
}

async fn talk(app: Arc<App>, place: Place, mut socket: WebSocket) {
    let nonce = Bytes(bytes(&mut store::SystemRandom::new()));
    let greeting = serde_json::to_string(&Greeting { nonce }).unwrap_or_default();
    if socket.send(Message::Text(greeting.into())).await.is_err() {
        return;
    }
    // In a place of its own: what the check needs is not kept for as long as the socket is open.
    let opened = tokio::select! {
        opened = Box::pin(open(&app, &mut socket, nonce)) => opened,
        () = app.clock.sleep(OPENING) => None,
        () = place.lost() => None,
        () = app.stop.begun() => None,
    };
    drop(place);
    let Some((device, secret, _share)) = opened else {
        return close(&mut socket, CLOSE_REFUSED).await;
    };
    let id = device.id;
    tracing::debug!(device = %id, "socket open");
    let code = serve(&app, &mut socket, &device, &secret).await;
    if let Some(code) = code {
        close(&mut socket, code).await;
    }
    tracing::debug!(device = %id, code, "socket closed");
}

/// The phone's first frame, checked.
async fn open(
    app: &App,
    socket: &mut WebSocket,
    nonce: Bytes<16>,
) -> Option<(Device, Secret<32>, Share<DeviceId>)> {
    let Some(Ok(Message::Text(text))) = socket.recv().await else { return None };
    let checked = check::<SocketOpening>(app, &text, "GET", paths::SOCKET, |device| device.device_key).await;
    let opened = checked.and_then(|from| once(app, &from).map(|()| from)).and_then(|from| {
        let share = app.limits.sockets.take(from.device.id).ok_or_else(|| ApiError::too_many(60))?;
        Ok((from, share))
    });
    match opened {
        Ok((from, share)) if from.message.payload.nonce == nonce => {
            Some((from.device, from.message.payload.secret, share))
        }
        Ok(_) => None,
        Err(error) => {
            // The phone learns what is wrong, as over HTTP; then the socket closes.
            let problem = serde_json::to_string(&error.body("")).unwrap_or_default();
            let _ = socket.send(Message::Text(problem.into())).await;
            None
        }
    }
}

/// Wakes until one side ends; the close code, where it is ours to send.
async fn serve(app: &App, socket: &mut WebSocket, device: &Device, secret: &Secret<32>) -> Option<u16> {
    let (device, user) = (device.id, device.user);
    // The first wake comes at once: what happened before the opening was accepted woke nobody.
    let mut wakes = app.bus.subscribe(Notice::Wake(device)).behind();
    let mut ended = app.bus.subscribe(Notice::DeviceEnded(device));
    let mut disabled = app.bus.subscribe(Notice::UserDisabled(user));
    // It may have ended between the check and the subscriptions.
    match app.store.reach(device).await {
        Ok(Reach::Open) => {}
        Ok(Reach::Ended) => return Some(CLOSE_ENDED),
        Ok(Reach::Disabled) | Err(_) => return Some(CLOSE_REFUSED),
    }
    // What the phone has said since our last frame: it answers pings, and nothing else is expected of it.
    let (mut said, mut pinged) = (0, false);
    let mut quiet = app.clock.sleep(PING);
    loop {
        let message = tokio::select! {
            biased;
            () = ended.changed() => return Some(CLOSE_ENDED),
            () = disabled.changed() => return Some(CLOSE_REFUSED),
            () = app.stop.begun() => return Some(CLOSE_GOING_AWAY),
            () = wakes.changed() => {
                app.metrics.wake_handed_over();
                let wake = app.wakes.make(device, None, secret, app.clock.now(), &mut store::SystemRandom::new());
                Message::Binary(wake.to_bytes().to_vec().into())
            }
            frame = socket.recv() => match frame {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                // What it says is ignored; pings are answered below us.
                Some(Ok(_)) if said < MAX_SAID => {
                    (said, pinged) = (said + 1, false);
                    continue;
                }
                Some(Ok(_)) => return None,
            },
            // Nobody is there who would have answered the last one.
            () = &mut quiet => if pinged { return None } else { Message::Ping(Vec::new().into()) },
        };
        (said, pinged) = (0, pinged || matches!(message, Message::Ping(_)));
        quiet = app.clock.sleep(PING);
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
