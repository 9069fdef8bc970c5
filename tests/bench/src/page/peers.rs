//! What two open peers did on the same kind of machine.

use super::Figures;
use crate::load::Shown;
use std::fmt::{Display, Formatter, Result};

/// The last part of the page.
pub(super) struct Peers<'a> {
    pub(super) figures: &'a Figures<'a>,
}

impl Display for Peers<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let figures = self.figures;
        let usual = super::runs(figures.usual(), |run| run.whole.at(0.5));
        let cpu = super::runs(figures.usual(), Shown::service_cpu);
        writeln!(
            f,
            "## Side by side\n\nprivacyIDEA 3.14 and Keycloak 26.7.1 with its push-MFA extension 2.3.2, measured in \
             November 2026 on two shared cores over\nloopback with a scripted phone, the load on the same cores. Not in \
             the same run as the figures above.\n"
        )?;
        writeln!(
            f,
            "| | privacyIDEA | Keycloak | Keycloak, cheap password hash | this service, API | this service, pages |\n\
             |---|---|---|---|---|---|"
        )?;
        writeln!(
            f,
            "| complete number sign-ins a second | 4.2 to 6.9 | 14.0 | 27.9 | {:.0} | {:.0} at most |",
            figures.best(),
            figures.by_pages()
        )?;
        writeln!(
            f,
            "| p50 of one | 1.1 to 3.8 s | 1.1 s | 0.56 s | {:.0} ms, {} at once | {:.0} ms, {} a second |",
            usual.median(),
            figures.plan.usual,
            figures.pages.whole.at(0.5),
            figures.plan.passwords
        )?;
        writeln!(
            f,
            "| CPU for each | not measured | 82 to 130 ms | 33 to 53 ms, of which push about 20 | {:.2} ms | {:.1} ms |",
            cpu.median() / 1e3,
            figures.pages.cpu
        )?;
        writeln!(
            f,
            "| answer → page | polls | 0.43 to 0.49 s | the same | {:.1} ms (p50, relying party) | {:.1} ms (p50) |",
            super::runs(&figures.throughput.paced, |run| run.release.at(0.5)).median(),
            figures.pages.release.at(0.5)
        )?;
        writeln!(
            f,
            "| start | not measured | 32 s | 32 s | {:.0} ms | the same |\n",
            figures.started.1.median()
        )?;
        write!(
            f,
            "What is fair in it and what is not:\n\n\
             - The peers' sign-ins begin with a password, whose hash is most of Keycloak's first column. Compare them \
             with the last\n  column, which has one too; the hash is not the same, and each product is measured with \
             its own default. The column of\n  the API has no password: there the application has asked for it.\n\
             - Keycloak's cheap password hash comes nearest to the API's column: most of what is left there is pages, \
             sessions and push.\n\
             - The peers ran over plain HTTP; this service with TLS, and with {} users. That is to their advantage.\n\
             - What is counted is the same: from the first request until whoever asked is let in or told, with a phone's \
             real signatures.\n  The peers had 16 at once. Their load, a scripted phone, ran on the same cores, as ours \
             does; its CPU is in nobody's row.\n\
             - The peers let the user choose one of several numbers on the phone; here the number is typed. The service's \
             work is the same.\n\
             - privacyIDEA ran with two workers and SQLite. Whoever knows either product well may get more out of it.\n\
             - Both peers are general products with more features on the way of a sign-in. Most of Keycloak's p50 with \
             the cheap hash\n  is waiting for its page's fixed poll, which is a choice, not a limit.\n\
             - The machines are of one kind but not one run; a factor of ten means something, ten percent do not.\n",
            super::thousands(figures.plan.size)
        )
    }
}
