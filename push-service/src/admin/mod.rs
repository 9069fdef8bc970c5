//! What the operator's commands talk to: a Unix socket that only this machine's operators can open, with a small JSON
//! API over HTTP/1.
//!
//! [`start`] serves it, [`client`] is the other end; one module for each noun has its messages and handlers. A change
//! is told to whoever waits (`App::tell`) like any other, so that it is felt at once.

/// Debug output of these fields alone: no key, no password, nothing of a person.
macro_rules! prints_only {
    ($name:ident: $($field:ident),*) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}

pub mod audit;
pub mod backup;
pub mod client;
pub mod devices;
pub mod passes;
pub mod relying_parties;
mod socket;
pub mod users;

pub use socket::SocketError;

use crate::app::App;
use authenticator_protocol::time::Millis;
use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use socket::Socket;
use std::sync::Arc;
use store::StoreError;
use tokio::task::JoinSet;

/// The socket, while it is served. It is gone when this is dropped.
pub struct Admin {
    task: tokio::task::JoinHandle<()>,
}

impl Admin {
    /// Waits for the commands that are at work; the service has been told to stop.
    pub async fn stop(self) {
        let _ = self.task.await;
    }
}

/// Opens the socket and serves it until the service stops.
pub fn start(app: &Arc<App>) -> Result<Admin, SocketError> {
    let socket = Socket::open(&app.config.admin_socket, app.config.admin_group.as_deref())?;
    Ok(Admin { task: tokio::spawn(serve(Arc::clone(app), socket)) })
}

async fn serve(app: Arc<App>, socket: Socket) {
    let router = router(Arc::clone(&app));
    let mut open = JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = app.stop.begun() => break,
            Some(_) = open.join_next() => continue,
            stream = socket.accept() => stream,
        };
        match stream {
            Ok(Some(stream)) => {
                let service = TowerToHyperService::new(router.clone());
                open.spawn(async move {
                    // A command that goes away has its reasons.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "taking in a command");
                app.clock.sleep(1_000).await;
            }
        }
    }
    // What is at work may finish; an idle connection may not hold the end up.
    tokio::select! {
        () = async { while open.join_next().await.is_some() {} } => {}
        () = app.clock.sleep(2_000) => {}
    }
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/users", get(users::list).post(users::import))
        .route("/v1/users/{name}", get(users::show).delete(users::remove))
        .route("/v1/users/{name}/disable", post(users::disable))
        .route("/v1/users/{name}/enable", post(users::enable))
        .route("/v1/users/{name}/unlock", post(users::unlock))
        .route("/v1/users/{name}/password", post(users::password))
        .route("/v1/users/{name}/pass", post(passes::create).delete(passes::end))
        .route("/v1/devices", get(devices::list))
        .route("/v1/devices/{id}", get(devices::show).delete(devices::remove))
        .route("/v1/channels/{provider}/release", post(devices::release))
        .route("/v1/relying-parties", get(relying_parties::list).post(relying_parties::add))
        .route("/v1/relying-parties/{name}", axum::routing::delete(relying_parties::remove))
        .route("/v1/relying-parties/{name}/rotate", post(relying_parties::rotate))
        .route("/v1/relying-parties/{name}/retire", post(relying_parties::retire))
        .route("/v1/audit", get(audit::read))
        .route("/v1/backup", post(backup::take))
        .route("/v1/backup/taken", post(backup::taken))
        // Whoever may write here may do anything; an import is one message.
        .layer(DefaultBodyLimit::max(256 * 1024 * 1024))
        .with_state(app)
}

/// Why a command is not carried out, in a sentence for the operator.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refused {
    /// The sentence.
    pub error: String,
    /// Which entry of an import, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<usize>,
    /// Which column of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    #[serde(skip)]
    status: Option<StatusCode>,
}

impl Refused {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { error: error.into(), entry: None, column: None, status: Some(status) }
    }

    fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what}: not found"))
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a command failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(self)).into_response()
    }
}

/// What a handler answers.
type Answer<T> = Result<Json<T>, Refused>;

/// "2027-01-15T08:00:00.123Z": RFC 3339, UTC.
pub fn time(at: Millis) -> String {
    let at = i64::try_from(at.0).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    at.map_or_else(|| "?".to_owned(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::audit::{RecordShown, Which};
    use super::devices::DeviceShown;
    use super::passes::PassShown;
    use super::relying_parties::KeyShown;
    use super::users::{Changed, Entries, UserShown};
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};
    use std::fmt::Debug;

    fn printed<T: DeserializeOwned + Debug>(value: Value) -> String {
        format!("{:?}", serde_json::from_value::<T>(value).unwrap())
    }

    #[test]
    fn nothing_secret_and_nobodys_name_is_printed() {
        let hidden = "hidden";
        let user = json!({
            "id": "1", "upn": hidden, "email": hidden, "name": hidden, "mobile": hidden, "password_hash": hidden,
            "disabled": false, "app_locked": false, "wrong_in_row": 0,
        });
        let device = json!({
            "id": "1", "user": hidden, "model": hidden, "system": "", "app": "", "state": "active", "added": "",
        });
        let record =
            json!({ "sequence": 7, "at": "", "kind": "user_added", "upn": hidden, "detail": hidden });
        for printed in [
            printed::<UserShown>(user.clone()),
            printed::<Entries>(json!({ "users": [user] })),
            printed::<DeviceShown>(device),
            printed::<RecordShown>(record),
            printed::<Which>(json!({ "user": hidden })),
            printed::<Changed>(json!({ "changed": true, "what": hidden })),
            printed::<PassShown>(json!({ "upn": hidden, "pass": hidden, "expires": "" })),
            printed::<KeyShown>(json!({ "id": "1", "key_id": "2", "key": hidden })),
        ] {
            assert!(!printed.contains(hidden), "{printed}");
        }
    }
}
