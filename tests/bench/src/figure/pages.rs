//! Our own sign-in pages: the password check on its own, complete sign-ins with it, and how soon a waiting page is
//! released.

use crate::browser::Browser;
use crate::connection::Connection;
use crate::phone::Phone;
use crate::plan::Plan;
use crate::population::PASSWORD;
use crate::process::own_thread;
use crate::service::Service;
use crate::spread::{Latencies, Runs};
use crate::{Error, clock};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// What was measured.
#[derive(Debug)]
pub(crate) struct Pages {
    /// Milliseconds of CPU of one password check, alone.
    pub(crate) password: Runs,
    /// Sign-ins at the pace of the plan.
    pub(crate) complete: usize,
    /// From the phone's answer to the page's wait.
    pub(crate) release: Latencies,
    /// From the form to the application.
    pub(crate) whole: Latencies,
    /// Milliseconds of the service's CPU for each, passwords and pages included.
    pub(crate) cpu: f64,
}

/// Password checks that are measured alone.
const CHECKS: usize = 20;

/// At a pace, each due at its time.
pub(crate) async fn measure(plan: &Plan, service: &Service, phones: &[Arc<Phone>]) -> Result<Pages, Error> {
    let password =
        tokio::task::spawn_blocking(|| (0..CHECKS).map(|_| check()).collect::<Result<Runs, Error>>());
    let password = password.await??;
    let (mut tasks, before) = (JoinSet::new(), service.usage()?);
    let (start, time) = (clock::now(), 2 * plan.stretch);
    let mut due = start;
    for phone in phones.iter().cycle() {
        if due >= start + time {
            break;
        }
        clock::until(due).await;
        let (server, phone) = (Arc::clone(&service.server), Arc::clone(phone));
        tasks.spawn(async move {
            let mut browser = Browser::open(&server, phone.number).await?;
            let mut woken = phone.woken.subscribe();
            let shown = browser.sign_in(&phone.login).await?;
            let waiting = browser.wait(&shown);
            let answer = async {
                woken.changed().await?;
                let mut connection = Connection::open(phone.client(&server), &server.address).await?;
                let waits = phone.fetch(&server, &mut connection).await?;
                let challenge = waits.challenges.last().ok_or("nothing waits")?;
                phone.approve(&server, challenge, &shown.number, &mut connection).await
            };
            let (released, answered) = tokio::try_join!(waiting, answer)?;
            browser.enter().await?;
            Ok::<_, Error>((released - answered, clock::now() - due))
        });
        due += Duration::from_secs(1) / plan.passwords;
    }
    let (mut release, mut whole) = (Vec::new(), Vec::new());
    while let Some(ended) = tasks.join_next().await {
        let (released, entered) = ended??;
        release.push(released);
        whole.push(entered);
    }
    let (used, complete) = (service.usage()? - &before, whole.len());
    #[expect(clippy::cast_precision_loss, reason = "some hundreds of sign-ins")]
    let cpu = used.total().as_secs_f64() * 1e3 / complete as f64;
    Ok(Pages { password, complete, release: Latencies::new(release), whole: Latencies::new(whole), cpu })
}

/// What the service does for one password, in milliseconds.
fn check() -> Result<f64, Error> {
    let began = own_thread()?;
    push_service::directory::hash_password(PASSWORD, &[7; 16]).ok_or("no hash")?;
    Ok((own_thread()? - began).as_secs_f64() * 1e3)
}
