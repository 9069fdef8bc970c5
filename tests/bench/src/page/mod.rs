//! Writes the page.

mod peers;
mod reach;

use crate::figure::floor::Floor;
use crate::figure::pages::Pages;
use crate::figure::profile::Profile;
use crate::figure::size::Cost;
use crate::figure::sockets::Memory;
use crate::figure::throughput::{Row, Throughput};
use crate::load::Shown;
use crate::machine::Machine;
use crate::phone::CHECKED;
use crate::plan::Plan;
use crate::sign_in::Reach;
use crate::spread::{Latencies, Runs};
use std::fmt::{Display, Formatter, Result};
use std::time::Duration;

/// Everything that was measured.
pub(crate) struct Figures<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) machine: Machine,
    pub(crate) floor: Floor,
    pub(crate) core: Latencies,
    /// Users, time to fill, bytes.
    pub(crate) filled: Vec<(usize, Duration, u64)>,
    /// With the smallest and with the largest database.
    pub(crate) started: (Runs, Runs),
    pub(crate) memory: Memory,
    pub(crate) throughput: Throughput,
    pub(crate) profile: Profile,
    pub(crate) pages: Pages,
    pub(crate) costs: Vec<Cost>,
    pub(crate) took: Duration,
}

impl Display for Figures<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "# Figures\n\nWritten by `cargo xtask bench`, which measures all of it anew in about eight minutes. Where \
             a figure has a\nspread it is *median (least to most)* of several runs.\n"
        )?;
        self.machine(f)?;
        self.goals(f)?;
        write!(f, "{}", reach::Reach { figures: self })?;
        self.sign_ins(f)?;
        self.paced(f)?;
        self.sizes(f)?;
        self.small(f)?;
        self.profile(f)?;
        write!(f, "{}", peers::Peers { figures: self })
    }
}

/// Signatures a second that the machine checks for which the goals were set.
const MEANT: f64 = 2.0 / 72e-6;

/// A figure of all runs.
fn runs(shown: &[Shown], of: impl FnMut(&Shown) -> f64) -> Runs {
    shown.iter().map(of).collect()
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Figures<'_> {
    /// The usual load, over new connections.
    fn usual(&self) -> &[Shown] {
        let is_usual = |row: &&Row| row.at_once == self.plan.usual && row.reach == Reach::NewConnection;
        self.throughput.rows.iter().find(is_usual).map_or(&[], |row| &row.runs)
    }

    /// The runs with the best rate of all rows over new connections.
    fn best_runs(&self) -> &[Shown] {
        let rows = self.throughput.rows.iter().filter(|row| row.reach == Reach::NewConnection);
        let rate = |row: &&Row| runs(&row.runs, Shown::per_second).median();
        rows.max_by(|one, other| rate(one).total_cmp(&rate(other))).map_or(&[], |row| &row.runs)
    }

    /// Their rate.
    fn best(&self) -> Runs {
        runs(self.best_runs(), Shown::per_second)
    }

    /// By how much the dearest size is above the cheapest, in percent of CPU for each sign-in.
    fn slope(&self) -> f64 {
        let costs: Runs = self.costs.iter().map(|cost| cost.cpu.median()).collect();
        (costs.most() / costs.least() - 1.0) * 100.0
    }

    /// Sign-ins a second that two cores could do by form and page, if they did nothing else.
    fn by_pages(&self) -> f64 {
        2.0 * 1e3 / self.pages.cpu
    }

    fn machine(&self, f: &mut Formatter<'_>) -> Result {
        let machine = &self.machine;
        writeln!(f, "| | |\n|---|---|")?;
        writeln!(
            f,
            "| machine | {}, {} cores, {:.0} GiB |",
            machine.processor, machine.cores, machine.memory
        )?;
        writeln!(f, "| system | {} |", machine.system)?;
        writeln!(
            f,
            "| disk | 4 KiB written and synchronised: {:.2} ms, 99th percentile {:.2} ms |",
            machine.disk.at(0.5),
            machine.disk.at(0.99)
        )?;
        writeln!(f, "| load average before | {} |", machine.load)?;
        writeln!(f, "| date | {} |", machine.date)?;
        writeln!(f, "| commit | {} |", machine.commit)?;
        writeln!(f, "| versions | {}; {} |", machine.compiler, machine.crates.join(", "))?;
        writeln!(f, "| took | {:.0} s |\n", self.took.as_secs_f64())?;
        writeln!(
            f,
            "Service and load are two processes on this machine and share its cores. The service is the release build \
             of\n`styrk serve` with TLS of its own, SQLite with `synchronous=FULL`, the audit trail and the log at \
             their defaults.\n"
        )
    }

    fn goals(&self, f: &mut Formatter<'_>) -> Result {
        let paced = &self.throughput.paced;
        let (wake, release) = (runs(paced, |run| run.wake.at(0.99)), runs(paced, |run| run.release.at(0.99)));
        let page = self.pages.release.at(0.99);
        let start = self.started.0.median().max(self.started.1.median());
        writeln!(f, "## Goals\n\n| figure | goal | measured | reached |\n|---|---|---|---|")?;
        let mut row = |figure: &str, goal: &str, measured: String, reached: bool| {
            let reached = if reached { "yes" } else { "**no**" };
            writeln!(f, "| {figure} | {goal} | {measured} | {reached} |")
        };
        let best = self.best();
        row(
            "complete sign-ins a second",
            "at least 1,500",
            format!("{best:.0}"),
            best.median() >= reach::GOAL,
        )?;
        let slope = self.slope();
        row("cost at all sizes", "flat within 20 %", format!("within {slope:.0} %"), slope <= 20.0)?;
        let pace = format!("request to wake at {}/s, 99th percentile", self.plan.pace);
        row(&pace, "10 ms", format!("{wake:.1} ms"), wake.median() <= 10.0)?;
        let pace = format!("answer to relying party at {}/s, 99th percentile", self.plan.pace);
        row(&pace, "5 ms", format!("{release:.1} ms"), release.median() <= 5.0)?;
        row("answer to waiting page, 99th percentile", "5 ms", format!("{page:.1} ms"), page <= 5.0)?;
        let total = self.memory.total() / 1024.0;
        row("idle phone on its socket", "16 KiB", format!("{total:.1} KiB"), total <= 16.0)?;
        row("start to ready, at all sizes", "1 s", format!("{start:.0} ms"), start <= 1_000.0)?;
        let core = self.core.at(0.5);
        row("core: push to screen", "2 ms", format!("{core:.2} ms"), core <= 2.0)?;
        writeln!(f, "\nAnswers lost or counted twice in all of it: 0; the run stops at the first.\n")
    }

    fn sign_ins(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "## Complete sign-ins\n\nA complete sign-in: the relying party opens it through the API (durable) and waits; \
             the service wakes the phone; the phone\nfetches, confirms the wake, and approves with the number (both \
             signed and checked, the answer durable); the relying party\nhas the signed result. With {} enrolled users, \
             {} of whom sign in, each with a socket open, over which the wake comes:\nno provider of pushes takes part. The \
             relying party keeps its connections; a phone makes one for each sign-in (*new*) or keeps\none (*kept*). \
             Closed loop: the next begins when one is complete. {} runs of {:.0} s.\n",
            thousands(self.plan.size),
            thousands(self.plan.phones),
            self.plan.runs,
            self.plan.stretch.as_secs_f64()
        )?;
        writeln!(
            f,
            "| at once | phones' connections | a second | p50 ms | p99 ms | service CPU µs each | load CPU µs each | \
             connections each | full handshakes each | resumed each |\n|---|---|---|---|---|---|---|---|---|---|"
        )?;
        for row in &self.throughput.rows {
            let of = |figure: fn(&Shown) -> f64| runs(&row.runs, figure);
            let reach = if row.reach == Reach::NewConnection { "new" } else { "kept" };
            #[expect(clippy::cast_precision_loss, reason = "a count of connections")]
            let each = |count: fn(&Shown) -> u64| runs(&row.runs, |run| run.each(count(run) as f64)).median();
            writeln!(
                f,
                "| {} | {reach} | {:.0} | {:.1} | {:.1} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} |",
                row.at_once,
                of(Shown::per_second),
                of(|run| run.whole.at(0.5)),
                of(|run| run.whole.at(0.99)),
                of(Shown::service_cpu),
                of(Shown::load_cpu),
                each(|run| run.connected.connections),
                each(|run| run.connected.full),
                each(|run| run.connected.resumed)
            )?;
        }
        writeln!(
            f,
            "\nThe load's phones sign with the protocol's own code and ring. They check one challenge in {CHECKED} as \
             the app checks all\nof them: that work is a phone's, not the service's. Each phone remembers its own TLS \
             sessions and nobody else's.\n"
        )
    }

    fn paced(&self, f: &mut Formatter<'_>) -> Result {
        let paced = &self.throughput.paced;
        writeln!(
            f,
            "## At {} a second\n\nEach sign-in is due at its time, however long others take, and is measured from then \
             (open loop; no coordinated omission;\nthe load's own timer adds up to 1 ms). {} runs of {:.0} s.\n",
            self.plan.pace,
            self.plan.runs,
            2.0 * self.plan.stretch.as_secs_f64()
        )?;
        writeln!(f, "| milliseconds | p50 | p99 | p99.9 |\n|---|---|---|---|")?;
        type Of = fn(&Shown) -> &Latencies;
        let rows: [(&str, Of); 3] = [
            ("request → wake on the phone's socket", |run| &run.wake),
            ("answer sent → relying party has the signed result", |run| &run.release),
            ("the whole sign-in", |run| &run.whole),
        ];
        for (name, of) in rows {
            let at = |share: f64| runs(paced, |run| of(run).at(share));
            writeln!(f, "| {name} | {:.1} | {:.1} | {:.1} |", at(0.5), at(0.99), at(0.999))?;
        }
        let [service, load] = [runs(paced, Shown::service_cpu), runs(paced, Shown::load_cpu)];
        writeln!(f, "\nCPU for each: service {service:.0} µs, load {load:.0} µs.\n")
    }

    fn sizes(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "## Few and many users\n\nThe same load, 8 at once, on databases of different sizes. Each round is a fresh \
             process, in which each of up to {}\nusers, who have not signed in lately, does so {} times; the first of \
             them are not counted. All sizes in turn.\n",
            thousands(crate::figure::size::TAKING_PART),
            self.plan.each
        )?;
        writeln!(
            f,
            "| enrolled users | rounds | sign-ins | a second | service CPU µs each | p99 ms | database MiB | filled in \
             |\n|---|---|---|---|---|---|---|---|"
        )?;
        for cost in &self.costs {
            let found = self.filled.iter().find(|(users, ..)| *users == cost.users);
            let (filled, bytes) = found.map_or((Duration::ZERO, 0), |(_, filled, bytes)| (*filled, *bytes));
            writeln!(
                f,
                "| {} | {} | {} | {:.0} | {:.0} | {:.1} | {} | {:.1} s |",
                thousands(cost.users),
                cost.rounds,
                thousands(cost.complete),
                cost.rate,
                cost.cpu,
                cost.p99,
                bytes / 1024 / 1024,
                filled.as_secs_f64()
            )?;
        }
        writeln!(
            f,
            "\nThe databases are filled by the store's own SQL. The users that sign in have real keys; the others' are \
             random bytes, since\nnobody verifies with them, and each is nobody else's. All have the same password hash.\n"
        )
    }

    fn small(&self, f: &mut Formatter<'_>) -> Result {
        let Memory { phones, process, slab, buffers, opened } = self.memory;
        let kib = |bytes: f64| bytes / 1024.0;
        writeln!(
            f,
            "## Idle phones\n\n{} phones, each with an open socket over TLS and nothing to say, opened in {:.1} s. For \
             each:\n\n| KiB | |\n|---|---|\n| the process (proportional set size) | {:.1} |\n| the kernel's objects \
             (slab) | {:.1} |\n| the kernel's buffers (TCP) | {:.1} |\n| **in all** | **{:.1}** |\n",
            thousands(phones),
            opened.as_secs_f64(),
            kib(process),
            kib(slab),
            kib(buffers),
            kib(self.memory.total())
        )?;
        writeln!(
            f,
            "Both ends of each connection are on this machine; the kernel's share is half of what both take.\n"
        )?;
        let (least, most) = &self.started;
        let sizes = self.plan.sizes.first().zip(self.plan.sizes.last()).unwrap_or((&0, &0));
        writeln!(
            f,
            "## Start\n\nFrom the start of the process to its first answer over TLS: {least:.0} ms with {} users, \
             {most:.0} ms with {}.\n",
            sizes.0,
            thousands(*sizes.1)
        )?;
        let pages = &self.pages;
        writeln!(
            f,
            "## Our own pages, with a password\n\nThe password check, argon2id with OWASP's parameters (19 MiB, two \
             passes), costs {:.1} ms of one core. It comes on top of\neverything above whenever somebody signs in on our \
             own pages. {} sign-ins by form and page, {} a second due at their time:\n",
            pages.password, pages.complete, self.plan.passwords
        )?;
        writeln!(
            f,
            "| milliseconds | p50 | p99 |\n|---|---|---|\n| answer sent → waiting page released | {:.1} | {:.1} |\n| \
             form sent → let in | {:.1} | {:.1} |\n\nCPU of the service for each, password and pages included: {:.1} \
             ms.\n",
            pages.release.at(0.5),
            pages.release.at(0.99),
            pages.whole.at(0.5),
            pages.whole.at(0.99),
            pages.cpu
        )?;
        writeln!(
            f,
            "## The app's core\n\nFrom the push that has arrived to what the screen shows, challenge and signature \
             checked, without network and key store:\n{:.2} ms (p50), {:.2} ms (p99) on this machine, over {} wakes.\n",
            self.core.at(0.5),
            self.core.at(0.99),
            self.plan.wakes
        )
    }

    fn profile(&self, f: &mut Formatter<'_>) -> Result {
        let Profile { shown, samples } = &self.profile;
        writeln!(
            f,
            "## Where the time goes\n\nThe service under the load of {} at once, over new connections ({:.0} a second \
             while it was watched).\n",
            self.plan.usual,
            shown.per_second()
        )?;
        match samples {
            None => writeln!(f, "No samples: perf(1) is not installed or may not be used here.\n")?,
            Some(samples) => {
                writeln!(
                    f,
                    "Samples of CPU by perf(1), told apart by the names of functions:\n\n| part | % |\n|---|---|"
                )?;
                for (group, share) in samples.groups.iter().filter(|(_, share)| *share >= 0.1) {
                    writeln!(f, "| {group} | {share:.1} |")?;
                }
                writeln!(f, "\nThe functions that take most:\n\n| function | % |\n|---|---|")?;
                for (symbol, share) in &samples.symbols {
                    writeln!(f, "| `{}` | {share:.1} |", symbol.replace('|', "\\|"))?;
                }
                writeln!(f)?;
            }
        }
        writeln!(f, "CPU by thread, for each sign-in:\n\n| threads | µs |\n|---|---|")?;
        for (name, time) in
            shown.service.by_name().iter().filter(|(_, time)| *time > Duration::from_millis(1))
        {
            writeln!(f, "| `{name}` | {:.0} |", shown.each(time.as_secs_f64() * 1e6))?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(super::thousands(1_000_000), "1,000,000");
        assert_eq!(
            [super::thousands(10), super::thousands(999), super::thousands(1_000)],
            ["10", "999", "1,000"]
        );
    }
}
