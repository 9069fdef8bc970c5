//! Sign-ins one after the other, many at a time; or at a pace that nothing slows down.

use crate::connection::Counted;
use crate::phone::Phone;
use crate::process::{Process, Usage};
use crate::service::Service;
use crate::sign_in::{Parties, Times};
use crate::spread::Latencies;
use crate::{Error, clock};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// What a stretch of load has shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Complete sign-ins.
    pub(crate) complete: usize,
    /// For how long.
    pub(crate) time: Duration,
    pub(crate) whole: Latencies,
    pub(crate) wake: Latencies,
    pub(crate) release: Latencies,
    /// CPU of the service.
    pub(crate) service: Usage,
    /// CPU of the load.
    pub(crate) load: Usage,
    pub(crate) connected: Counted,
}

impl Shown {
    #[expect(clippy::cast_precision_loss, reason = "a count of sign-ins")]
    pub(crate) fn per_second(&self) -> f64 {
        self.complete as f64 / self.time.as_secs_f64()
    }

    /// Microseconds of the service's CPU for each.
    pub(crate) fn service_cpu(&self) -> f64 {
        self.each(self.service.total().as_secs_f64() * 1e6)
    }

    /// Microseconds of the load's CPU for each.
    pub(crate) fn load_cpu(&self) -> f64 {
        self.each(self.load.total().as_secs_f64() * 1e6)
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of sign-ins")]
    pub(crate) fn each(&self, all: f64) -> f64 {
        all / self.complete as f64
    }
}

/// Phones whose users may sign in now: each has one sign-in at a time, and comes back last.
pub(crate) struct Free {
    back: mpsc::UnboundedSender<Arc<Phone>>,
    next: Mutex<mpsc::UnboundedReceiver<Arc<Phone>>>,
}

impl Free {
    pub(crate) fn new(phones: &[Arc<Phone>]) -> Arc<Self> {
        let (back, next) = mpsc::unbounded_channel();
        for phone in phones {
            let _ = back.send(Arc::clone(phone));
        }
        Arc::new(Self { back, next: Mutex::new(next) })
    }

    async fn take(&self) -> Result<Arc<Phone>, Error> {
        self.next.lock().await.recv().await.ok_or_else(|| "no phones".into())
    }
}

/// What is noted at the start of a stretch.
struct Start {
    at: Instant,
    service: Usage,
    load: Usage,
    connected: Counted,
}

impl Start {
    fn now(service: &Service) -> Result<Self, Error> {
        Ok(Self {
            service: service.usage()?,
            load: Process::own().usage()?,
            connected: service.server.address.counts.now(),
            at: clock::now(),
        })
    }

    fn shown(&self, service: &Service, times: &[Times]) -> Result<Shown, Error> {
        let latencies = |of: fn(&Times) -> Duration| Latencies::new(times.iter().map(of).collect());
        Ok(Shown {
            complete: times.len(),
            time: clock::now() - self.at,
            whole: latencies(|times| times.whole),
            wake: latencies(|times| times.wake),
            release: latencies(|times| times.release),
            service: service.usage()? - &self.service,
            load: Process::own().usage()? - &self.load,
            connected: service.server.address.counts.now().since(self.connected),
        })
    }
}

/// When a stretch of closed load ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    Passed(Duration),
    Complete(usize),
}

/// `at_once` sign-ins at any time: the next begins when one is complete.
pub(crate) async fn closed(
    service: &Service,
    parties: &Arc<Parties>,
    free: &Arc<Free>,
    at_once: usize,
    until: Until,
) -> Result<Shown, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let (done, mut completed) = mpsc::unbounded_channel();
    let start = Start::now(service)?;
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let (stop, done) = (Arc::clone(&stop), done.clone());
        let (parties, free) = (Arc::clone(parties), Arc::clone(free));
        tasks.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let phone = free.take().await?;
                let times = parties.sign_in(&phone, clock::now()).await;
                let _ = free.back.send(phone);
                let failed = times.is_err();
                if done.send(times).is_err() || failed {
                    break;
                }
            }
            Ok::<(), Error>(())
        });
    }
    drop(done);
    let (deadline, most) = match until {
        Until::Passed(time) => (Some(start.at + time), usize::MAX),
        Until::Complete(most) => (None, most),
    };
    let mut times = Vec::new();
    while times.len() < most && deadline.is_none_or(|deadline| clock::now() < deadline) {
        times.push(completed.recv().await.ok_or("the load has stopped")??);
    }
    let shown = start.shown(service, &times)?;
    stop.store(true, Ordering::Relaxed);
    // What was under way is still completed, so that nothing of it falls into the next stretch.
    while let Some(times) = completed.recv().await {
        times?;
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(shown)
}

/// `pace` sign-ins a second for so long, each due at its time however long the others take, and measured from then.
pub(crate) async fn paced(
    service: &Service,
    parties: &Arc<Parties>,
    free: &Arc<Free>,
    pace: u32,
    time: Duration,
) -> Result<Shown, Error> {
    let mut tasks = JoinSet::new();
    let start = Start::now(service)?;
    let apart = Duration::from_secs(1) / pace;
    let mut due = start.at;
    while due < start.at + time {
        clock::until(due).await;
        let (parties, free) = (Arc::clone(parties), Arc::clone(free));
        tasks.spawn(async move {
            let phone = free.take().await?;
            let times = parties.sign_in(&phone, due).await;
            let _ = free.back.send(phone);
            times
        });
        due += apart;
    }
    let mut times = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        times.push(ended??);
    }
    start.shown(service, &times)
}
