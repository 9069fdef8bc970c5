//! `styrk serve`.

use super::{Configured, Result};
use push_service::admin;
use push_service::app::App;
use push_service::clock::SystemClock;
use push_service::connections::Bounds;
use push_service::lifecycle::Running;
use push_service::logs::Logging;
use push_service::systemd;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) async fn run(file: &Configured, logging: &Logging) -> Result {
    // Before anybody is told that it is ready: a signal without its handler would kill.
    let mut read_again = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let app = App::open(file.read()?, Arc::new(SystemClock))?;
    // Each connection is a file, and systems allow 1,024 until a process asks for what it may have.
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    let wanted = app.config.connections;
    let bounds = Bounds::within(wanted, files);
    if bounds.connections < wanted {
        tracing::warn!(files, connections = bounds.connections, "few files: raise RLIMIT_NOFILE");
    }
    app.metrics.count_lost_lines(logging.lost());
    let commands = admin::start(&app)?;
    let running = Running::start(app, bounds).await?;
    systemd::ready();
    let watchdog = tokio::spawn(systemd::watchdog(Arc::clone(&running.app)));
    loop {
        tokio::select! {
            _ = read_again.recv() => {
                if let Err(error) = running.app.reload_keys() {
                    tracing::error!(%error, "the keys cannot be read again; those of before stay");
                }
                if let Err(error) = running.app.reload_providers() {
                    tracing::error!(%error, "the providers' keys cannot be read again; those of before stay");
                }
                if let Some(tls) = &running.app.tls {
                    let _ = tls.look(running.app.clock.now());
                }
            }
            _ = terminate.recv() => break,
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    systemd::stopping();
    running.stop().await;
    watchdog.abort();
    commands.stop().await;
    Ok(())
}
