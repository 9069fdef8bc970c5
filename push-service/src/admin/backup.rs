//! A copy of the database, taken while the service goes on, and handed over the socket: the command writes it where
//! its operator may write, the service needs to write nowhere else.

use super::{Answer, Refused};
use crate::app::App;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use signin::fact::{Fact, FactKind};
use std::io::{self, Read as _};
use std::sync::Arc;

/// What a copy is; the header [`STATE`] has it as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Its schema.
    pub schema: u32,
    /// The last committed time in it, in milliseconds.
    pub time: u64,
    /// The number of the newest record of its audit trail.
    pub audit_sequence: u64,
}

/// The header that says what the copy is.
pub const STATE: HeaderName = HeaderName::from_static("styrk-state");

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

fn failed(error: impl std::fmt::Display) -> Refused {
    tracing::error!(%error, "a backup was not made");
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the copy was not made: {error}"))
}

/// `POST /v1/backup/taken`: the command has the copy on disk. Before that nobody has a backup, so nothing is on record.
pub async fn taken(State(app): State<Arc<App>>, Json(copied): Json<Copied>) -> Answer<Copied> {
    let detail = Some(format!("audit_sequence {}", copied.audit_sequence));
    app.tell(app.store.record(Fact { detail, ..Fact::new(FactKind::BackupTaken) }).await?);
    Ok(Json(copied))
}

/// `POST /v1/backup`: the database itself, one consistent file.
pub async fn take(State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let copying = Arc::clone(&app);
    let copied = tokio::task::spawn_blocking(move || copying.copy_database());
    let (state, file) = copied.await.map_err(failed)?.map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let copied = Copied { schema: state.schema, time: state.time.0, audit_sequence: state.sequence };
    let pieces = stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, io::Error>((Bytes::from(piece), file))
        });
        let (piece, file) = read.await.map_err(io::Error::other)??;
        Ok::<_, io::Error>((!piece.is_empty()).then_some((piece, file)))
    });
    let state = serde_json::to_string(&copied).map_err(failed)?;
    Ok(([(STATE, state), (header::CONTENT_LENGTH, length.to_string())], Body::from_stream(pieces))
        .into_response())
}
