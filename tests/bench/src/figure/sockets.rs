//! Memory of phones that only hold their socket open.

use crate::phone::Phone;
use crate::process::Kernel;
use crate::service::Service;
use crate::socket::Sockets;
use crate::{Error, clock};
use std::sync::Arc;
use std::time::Duration;

/// Bytes for each phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) phones: usize,
    /// Of the service.
    pub(crate) process: f64,
    /// Of the kernel for the service's end: half of what both ends take.
    pub(crate) slab: f64,
    pub(crate) buffers: f64,
    /// How long it took to open them all.
    pub(crate) opened: Duration,
}

impl Memory {
    pub(crate) fn total(&self) -> f64 {
        self.process + self.slab + self.buffers
    }
}

/// Time for what was only needed to open them to go.
const REST: Duration = Duration::from_secs(2);

/// Opens a socket for each phone, and looks at what has grown.
pub(crate) async fn measure(service: &Service, phones: &[Arc<Phone>]) -> Result<Memory, Error> {
    let (process, kernel) = (service.process().memory()?, Kernel::now()?);
    let began = clock::now();
    let mut sockets = Sockets::open(&service.server, phones).await?;
    let opened = clock::now() - began;
    clock::pause(REST).await;
    if sockets.count() != phones.len() {
        return Err(format!("{} of {} sockets are open", sockets.count(), phones.len()).into());
    }
    let (process_now, kernel_now) = (service.process().memory()?, Kernel::now()?);
    Ok(Memory {
        phones: phones.len(),
        process: each(process, process_now, phones.len()),
        slab: each(kernel.slab, kernel_now.slab, 2 * phones.len()),
        buffers: each(kernel.buffers, kernel_now.buffers, 2 * phones.len()),
        opened,
    })
}

#[expect(clippy::cast_precision_loss, reason = "bytes of one machine")]
fn each(before: u64, now: u64, count: usize) -> f64 {
    (now as f64 - before as f64) / count as f64
}
