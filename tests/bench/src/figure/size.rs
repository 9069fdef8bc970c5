//! What a sign-in costs with few and with many enrolled users.

use crate::load::{Free, Until, closed};
use crate::organisation::Organisation;
use crate::plan::Plan;
use crate::sign_in::{Parties, Reach};
use crate::socket::Sockets;
use crate::spread::Runs;
use crate::{Error, Outcome};
use std::sync::Arc;

/// Sign-ins at the same time: fewer than there are users in the smallest database.
const AT_ONCE: usize = 8;

/// Users that sign in during one round, where there are so many.
pub(crate) const TAKING_PART: usize = 300;

/// Rounds with so few users are short, and so there are more of them.
const SHORT: usize = 100;

/// One size.
#[derive(Debug, Default)]
pub(crate) struct Cost {
    pub(crate) users: usize,
    pub(crate) rounds: usize,
    /// Complete sign-ins of all rounds.
    pub(crate) complete: usize,
    /// Sign-ins a second.
    pub(crate) rate: Runs,
    /// Microseconds of the service's CPU for each.
    pub(crate) cpu: Runs,
    /// Milliseconds, the 99th percentile.
    pub(crate) p99: Runs,
}

/// All sizes in turn, so that whatever else the machine does falls on all of them.
pub(crate) async fn measure(plan: &Plan, sizes: &[Organisation]) -> Result<Vec<Cost>, Error> {
    let rounds = |users| if users < SHORT { 4 * plan.runs } else { plan.runs };
    let cost = |all: &Organisation| Cost { users: all.users, rounds: rounds(all.users), ..Cost::default() };
    let mut costs: Vec<_> = sizes.iter().map(cost).collect();
    for number in 0..4 * plan.runs {
        for (organisation, cost) in sizes.iter().zip(&mut costs) {
            if number < cost.rounds {
                round(plan, organisation, number, cost).await?;
            }
        }
    }
    Ok(costs)
}

/// A fresh process, and users none of whom has signed in lately: each does so equally often, at every size.
async fn round(plan: &Plan, organisation: &Organisation, number: usize, cost: &mut Cost) -> Outcome {
    let phones = if organisation.users > TAKING_PART {
        let mut groups = organisation.phones.chunks_exact(TAKING_PART).cycle();
        groups.nth(number).ok_or("too few phones")?
    } else {
        organisation.afresh()?;
        &organisation.phones
    };
    let service = organisation.installation.start().await?;
    let _sockets = Sockets::open(&service.server, phones).await?;
    let parties = Arc::new(Parties::new(&service.server, &organisation.key, Reach::NewConnection));
    let free = Free::new(phones);
    let before = (plan.each / 5).max(1);
    closed(&service, &parties, &free, AT_ONCE, Until::Complete(phones.len() * before)).await?;
    let measured = Until::Complete(phones.len() * (plan.each - before));
    let shown = closed(&service, &parties, &free, AT_ONCE, measured).await?;
    cost.complete += shown.complete;
    cost.rate.add(shown.per_second());
    cost.cpu.add(shown.service_cpu());
    cost.p99.add(shown.whole.at(0.99));
    service.stop().await
}
