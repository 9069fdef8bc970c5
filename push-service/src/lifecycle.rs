//! Start, the tasks that run beside the handlers, and the end.

use crate::app::{App, StartError};
use crate::http;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A service that is listening.
pub struct Running {
    /// What it is made of.
    pub app: Arc<App>,
    /// Where it listens.
    pub address: SocketAddr,
    tasks: JoinSet<()>,
}

/// Milliseconds that open connections get to finish.
const PATIENCE: u64 = 5_000;

/// Milliseconds between two looks for what has expired.
const EXPIRE_EVERY: u64 = 1_000;

impl Running {
    /// Listens on the configured address.
    pub async fn start(app: Arc<App>) -> Result<Self, StartError> {
        let listen = app.config.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
        Self::start_on(app, listener)
    }

    /// Serves on a listener that is open already.
    pub fn start_on(app: Arc<App>, listener: TcpListener) -> Result<Self, StartError> {
        let address = listener.local_addr().map_err(|error| StartError::Listen(app.config.listen, error))?;
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(Arc::clone(&app), listener));
        tasks.spawn(expire(Arc::clone(&app)));
        tracing::info!(%address, public_url = %app.config.public_url, "ready");
        for risk in app.config.accepted_risks() {
            tracing::warn!(risk, "accepted risk");
        }
        Ok(Self { app, address, tasks })
    }

    /// Ends: tells everybody who waits, lets them finish for a while, then cuts.
    pub async fn stop(mut self) {
        self.app.stop.begin();
        let patience = self.app.clock.sleep(PATIENCE);
        tokio::select! {
            () = async { while self.tasks.join_next().await.is_some() {} } => {}
            () = patience => tracing::warn!("connections were cut at the end"),
        }
        self.tasks.shutdown().await;
        self.app.close().await;
        tracing::info!("stopped");
    }
}

async fn serve(app: Arc<App>, listener: TcpListener) {
    use axum::serve::ListenerExt as _;
    let listener = listener.tap_io(|connection| {
        // A waiting page should not wait for a delayed acknowledgement as well.
        let _ = connection.set_nodelay(true);
    });
    let stop = app.stop.clone();
    let service = http::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let ended =
        axum::serve(listener, service).with_graceful_shutdown(async move { stop.begun().await }).await;
    if let Err(error) = ended {
        tracing::error!(%error, "listening ended");
    }
}

/// Ends what has expired, also when nobody looks at it.
async fn expire(app: Arc<App>) {
    loop {
        tokio::select! {
            () = app.stop.begun() => return,
            () = app.clock.sleep(EXPIRE_EVERY) => {}
        }
        match app.store.expire().await {
            Ok(committed) => app.tell(committed),
            Err(error) => tracing::error!(%error, "looking for what has expired"),
        }
    }
}
