//! What this machine can do, and why a goal is reached on it or is not.

use super::{Figures, MEANT, runs};
use crate::figure::floor::Floor;
use crate::load::Shown;
use std::fmt::{Display, Formatter, Result};

/// Complete sign-ins a second that are to be reached.
pub(super) const GOAL: f64 = 1_500.0;

/// Checks of P-256 signatures that a complete sign-in needs of the service: of the fetch and of the answer.
const CHECKS: f64 = 2.0;

/// The part of the page.
pub(super) struct Reach<'a> {
    pub(super) figures: &'a Figures<'a>,
}

/// How one sign-in's CPU fits into the machine's.
struct Budget {
    /// Microseconds of CPU that all cores together have for each sign-in at the goal.
    has: f64,
    service: f64,
    load: f64,
    /// A second.
    best: f64,
    cores: f64,
}

impl Budget {
    /// Sign-ins a second when no core rests.
    fn most(&self) -> f64 {
        self.cores * 1e6 / (self.service + self.load)
    }

    /// Percent of all cores that the best rate has used.
    fn busy(&self) -> f64 {
        self.best / self.most() * 100.0
    }

    fn verdict(&self) -> String {
        let needs = self.service + self.load;
        let most = self.most();
        if self.best >= GOAL {
            format!(
                "The goal is reached: a sign-in takes {needs:.0} µs of both, and at the goal there are {:.0}.",
                self.has
            )
        } else if most < GOAL {
            format!(
                "The goal is not reached, because of CPU: a sign-in takes {needs:.0} µs of both, and at the goal there are \
                 {:.0}.\nNo core at rest, this would be {most:.0} a second. The service alone, with its load on another \
                 machine, would have enough\nfor {:.0}.",
                self.has,
                self.cores * 1e6 / self.service
            )
        } else {
            format!(
                "The goal is not reached, although CPU would do for {most:.0} a second: cores rest while they wait, for the \
                 disk or for\neach other."
            )
        }
    }
}

impl Display for Reach<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Figures { throughput: _, machine, floor, .. } = self.figures;
        let Floor { alone, together, cores } = *floor;
        #[expect(clippy::cast_precision_loss, reason = "a count of cores")]
        let cores = cores as f64;
        let best = self.figures.best();
        let [service, load] =
            [Shown::service_cpu, Shown::load_cpu].map(|of| runs(self.figures.best_runs(), of).median());
        let budget = Budget { has: cores * 1e6 / GOAL, service, load, best: best.median(), cores };
        let check = cores * 1e6 / together;
        writeln!(f, "## What this machine can do\n\n| | |\n|---|---|")?;
        writeln!(
            f,
            "| one P-256 signature checked by one core, the others at rest | {:.0} µs |",
            1e6 / alone
        )?;
        writeln!(
            f,
            "| the same by each of {cores} cores at once | {check:.0} µs: {together:.0} a second in all |"
        )?;
        writeln!(
            f,
            "| together, of what as many separate cores would do | {:.0} % |",
            together / (alone * cores) * 100.0
        )?;
        writeln!(
            f,
            "| one commit, if it were only one write to the disk | {:.2} ms |",
            machine.disk.at(0.5)
        )?;
        writeln!(f, "| CPU for each sign-in at {GOAL:.0} a second, all cores | {:.0} µs |", budget.has)?;
        writeln!(f, "| CPU of a sign-in at the best rate: service | {service:.0} µs |")?;
        writeln!(f, "| of that, checking its {CHECKS:.0} signatures | {:.0} µs |", CHECKS * check)?;
        writeln!(
            f,
            "| CPU of a sign-in at the best rate: the load, which is no part of the service | {load:.0} µs |"
        )?;
        writeln!(f, "| of all cores' CPU, used at the best rate | {:.0} % |\n", budget.busy())?;
        writeln!(f, "{}\n", budget.verdict())?;
        writeln!(
            f,
            "The goal was set for two cores that each check a signature in 72 µs, together {MEANT:.0} a second. For each \
             thousand\nof those, {:.0} sign-ins were complete here, where the goal has {:.0}. [Where the time \
             goes](#where-the-time-goes) says what the\nservice's CPU is spent on.\n",
            best.median() / together * 1e3,
            GOAL / MEANT * 1e3
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_one_that_holds() {
        let budget = |service, load, best| Budget { has: 2e6 / GOAL, service, load, best, cores: 2.0 };
        let verdict = |service, load, best| budget(service, load, best).verdict();
        assert!(verdict(700.0, 500.0, 1_600.0).starts_with("The goal is reached: a sign-in takes 1200 µs"));
        let cpu = verdict(1_900.0, 700.0, 748.0);
        assert!(cpu.contains("because of CPU") && cpu.contains("would be 769 a second"), "{cpu}");
        assert!(cpu.contains("for 1053."), "{cpu}");
        assert!(verdict(500.0, 500.0, 900.0).contains("cores rest"));
        assert!((budget(1_900.0, 700.0, 769.2).busy() - 100.0).abs() < 0.1);
    }
}
