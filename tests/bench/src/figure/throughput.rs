//! Complete sign-ins: how many a second, how long each takes, what each costs; and the same at a pace.

use crate::load::{Free, Shown, Until, closed, paced};
use crate::plan::Plan;
use crate::service::Service;
use crate::sign_in::{Parties, Reach};
use crate::{Error, phone::Phone};
use std::sync::Arc;
use std::time::Duration;

/// All runs with the same number of sign-ins at once.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) at_once: usize,
    pub(crate) reach: Reach,
    pub(crate) runs: Vec<Shown>,
}

/// What was measured.
#[derive(Debug)]
pub(crate) struct Throughput {
    pub(crate) rows: Vec<Row>,
    pub(crate) paced: Vec<Shown>,
}

/// Runs everything on a service whose phones have their sockets open.
pub(crate) async fn measure(
    plan: &Plan,
    service: &Service,
    key: &str,
    phones: &[Arc<Phone>],
) -> Result<Throughput, Error> {
    let free = Free::new(phones);
    let parties = |reach| Arc::new(Parties::new(&service.server, key, reach));
    let (asleep, awake) = (parties(Reach::NewConnection), parties(Reach::OpenConnection));
    closed(service, &asleep, &free, plan.usual, Until::Passed(Duration::from_secs(1))).await?;
    let mut rows: Vec<Row> = plan
        .at_once
        .iter()
        .map(|at_once| (*at_once, Reach::NewConnection))
        .chain([(plan.usual, Reach::OpenConnection)])
        .map(|(at_once, reach)| Row { at_once, reach, runs: Vec::new() })
        .collect();
    // In turn, so that whatever else the machine does falls on all of them.
    for _ in 0..plan.runs {
        for row in &mut rows {
            let parties = if row.reach == Reach::NewConnection { &asleep } else { &awake };
            row.runs.push(closed(service, parties, &free, row.at_once, Until::Passed(plan.stretch)).await?);
        }
    }
    let mut runs = Vec::new();
    for _ in 0..plan.runs {
        runs.push(paced(service, &asleep, &free, plan.pace, 2 * plan.stretch).await?);
    }
    Ok(Throughput { rows, paced: runs })
}
