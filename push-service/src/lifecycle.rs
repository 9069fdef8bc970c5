//! Start, the tasks that run beside the handlers, and the end.

use crate::alarms;
use crate::app::{App, StartError};
use crate::connections::{self, Bounds};
use crate::push;
use crate::tls;
use crate::webhooks;
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
    /// Where its metrics are, if anywhere.
    pub metrics: Option<SocketAddr>,
    tasks: JoinSet<()>,
}

/// Milliseconds that open connections get to finish.
const PATIENCE: u64 = 5_000;

/// Milliseconds between two looks for what has expired.
const EXPIRE_EVERY: u64 = 1_000;

impl Running {
    /// Listens on the configured address.
    pub async fn start(app: Arc<App>, bounds: Bounds) -> Result<Self, StartError> {
        let listen = app.config.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
        Self::start_on(app, listener, bounds)
    }

    /// Serves on a listener that is open already.
    pub fn start_on(app: Arc<App>, listener: TcpListener, bounds: Bounds) -> Result<Self, StartError> {
        let address = listener.local_addr().map_err(|error| StartError::Listen(app.config.listen, error))?;
        // Who waits keeps a connection: half of them stay for browsers and phones.
        app.limits.parties.within(bounds.connections / 2);
        let mut tasks = JoinSet::new();
        tasks.spawn(connections::serve(Arc::clone(&app), listener, bounds));
        tasks.spawn(expire(Arc::clone(&app)));
        tasks.spawn(webhooks::deliver(Arc::clone(&app)));
        tasks.spawn(push::send(Arc::clone(&app)));
        tasks.spawn(alarms::deliver(Arc::clone(&app)));
        if app.tls.is_some() {
            tasks.spawn(tls::watch(Arc::clone(&app)));
        }
        let metrics = app.config.metrics.map(listen).transpose()?;
        let metrics_address = metrics.as_ref().and_then(|listener| listener.local_addr().ok());
        if let Some(listener) = metrics {
            tasks.spawn(connections::serve_metrics(Arc::clone(&app), listener));
        }
        tracing::info!(%address, public_url = %app.config.public_url, "ready");
        for risk in app.config.accepted_risks() {
            tracing::warn!(risk, "accepted risk");
        }
        Ok(Self { app, address, metrics: metrics_address, tasks })
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

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let bound = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    });
    bound.map_err(|error| StartError::Listen(address, error))
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
