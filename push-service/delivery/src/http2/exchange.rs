//! One request and its answer on one connection.

use super::pool::{Open, Place, Unavailable};
use crate::answer::{Outcome, Reason, with_causes};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};

/// Bytes of an answer that are read; providers say what they have to say in a few hundred.
const LONGEST: usize = 16 * 1024;

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nothing was sent: there is no place to send from.
    Unavailable(Unavailable),
    /// The peer has not looked at it (RFC 9113, section 8.7), so it may be sent again at once.
    NotSent,
    /// It broke off: the peer may have acted on it.
    Broken(Reason),
}

/// What it means that no answer came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unanswered {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    /// Another connection may do better.
    pub(crate) elsewhere: bool,
}

impl Failure {
    pub(super) fn means(self) -> Unanswered {
        let their_side = |reason, elsewhere| Unanswered { outcome: Outcome::TheirSide, reason, elsewhere };
        match self {
            Self::Unavailable(Unavailable::Full) => Unanswered {
                outcome: Outcome::Busy { wait: None },
                reason: Reason::new("too many wait here"),
                elsewhere: false,
            },
            Self::Unavailable(Unavailable::Down(why)) => their_side(why, false),
            Self::NotSent => their_side(Reason::new("refused before it was looked at"), true),
            Self::Broken(why) => their_side(why, true),
        }
    }
}

/// Sends a request. If this is dropped before there is an answer, its connection is doubted.
pub(super) async fn on(place: &Place, request: Request<()>, body: Bytes) -> Result<Response, Failure> {
    let mut open = Open(Some(place));
    let result = send(place, request, body).await;
    open.0 = None;
    match &result {
        Ok(response) => place.answered(response.status.is_success()),
        // A stream alone may be reset; anything else is about the connection.
        Err((_, true)) => place.leave(),
        Err((_, false)) => place.answered(false),
    }
    result.map_err(|(failure, _)| failure)
}

/// With a failure: whether the connection takes nothing more.
async fn send(place: &Place, request: Request<()>, body: Bytes) -> Result<Response, (Failure, bool)> {
    let not_sent = |_| (Failure::NotSent, true);
    let mut sender = place.sender.clone().ready().await.map_err(not_sent)?;
    let (response, mut stream) = sender.send_request(request, false).map_err(not_sent)?;
    stream.send_data(body, true).map_err(broken)?;
    let (head, mut incoming) = response.await.map_err(broken)?.into_parts();
    let mut body = Vec::new();
    while let Some(chunk) = incoming.data().await {
        let chunk = chunk.map_err(broken)?;
        // Without this the peer's window would never open again.
        let _ = incoming.flow_control().release_capacity(chunk.len());
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err((Failure::Broken(Reason::new("an answer without end")), false));
        }
    }
    Ok(Response { status: head.status, headers: head.headers, body })
}

fn broken(error: h2::Error) -> (Failure, bool) {
    let stream_alone = error.is_reset();
    let unseen = error.reason() == Some(h2::Reason::REFUSED_STREAM)
        // A GOAWAY that does not count this stream among those that it has seen.
        || (error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR));
    let failure = if unseen { Failure::NotSent } else { Failure::Broken(Reason::new(&with_causes(&error))) };
    (failure, !stream_alone)
}
