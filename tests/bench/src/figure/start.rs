//! From the start of the process to the first answer over TLS.

use crate::Error;
use crate::service::Installation;
use crate::spread::Runs;

/// Milliseconds.
pub(crate) async fn measure(installation: &Installation, runs: usize) -> Result<Runs, Error> {
    let mut ready = Runs::default();
    for _ in 0..runs {
        let service = installation.start().await?;
        ready.add(service.ready.as_secs_f64() * 1e3);
        service.stop().await?;
    }
    Ok(ready)
}
