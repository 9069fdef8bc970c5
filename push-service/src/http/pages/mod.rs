//! What browsers ask for. Each handler is thin: who is visiting, what the store says, which page shows it.

pub mod apps;
pub mod assets;
pub mod language;
pub mod link;
pub mod register;
pub mod security;
pub mod sign_in;
pub mod sign_out;

use crate::app::App;
use crate::http::problem::PageError;
use crate::pages::problem::Problem;
use axum::Json;
use serde::{Deserialize, Serialize};
use signin::Notice;

/// The name of our own application, where people land.
pub const MYAPPS: &str = "MyApps";

/// What a waiting page is told.
#[derive(Debug, Serialize)]
pub struct News {
    changed: bool,
    left: u64,
}

/// How long a waiting page waits.
#[derive(Debug, Deserialize)]
pub struct Patience {
    /// Not at all: the page was without the service, and shows that it has it again.
    #[serde(default)]
    now: bool,
}

/// Milliseconds that a waiting page is kept without news.
const LONG_POLL: u64 = 25_000;

/// Waits for `notice` until `look` tells that something has changed, for a while at most.
async fn wait<F>(
    app: &App,
    notice: Notice,
    patience: &Patience,
    look: impl Fn() -> F,
) -> Result<Json<News>, PageError>
where
    F: Future<Output = Result<News, PageError>>,
{
    // More tabs than anybody has would be places taken from others.
    let share = app.limits.waiting.take(notice);
    let _share = share.ok_or(PageError(Problem::TooManyRequests { minutes: 1 }))?;
    let mut subscription = app.bus.subscribe(notice);
    let news = look().await?;
    if news.changed || patience.now || app.stop.has_begun() {
        return Ok(Json(news));
    }
    // One millisecond more than is left, so that its end is seen.
    let left = news.left.saturating_mul(1000).saturating_add(1).min(LONG_POLL);
    tokio::select! {
        () = subscription.changed() => {}
        () = app.clock.sleep(left) => {}
        () = app.stop.begun() => {}
    }
    look().await.map(Json)
}
