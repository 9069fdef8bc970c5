//! What is counted and measured, for Prometheus. `docs/operations.md` says for whom each is and when to worry.
//!
//! Labels come from short lists in the code: nothing that a visitor says becomes one.

use crate::app::App;
use crate::clock::monotonic;
use crate::push::Standing;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

/// Everything that is measured.
pub struct Metrics {
    registry: Registry,
    sign_ins: Family<End, Counter>,
    sign_in_seconds: Histogram,
    answers: Family<Answer, Counter>,
    limits: Family<Limit, Counter>,
    commits: Commits,
    sockets: Gauge,
    pages: Gauge,
    passwords: Gauge,
    lines_lost: Gauge,
    certificate: Gauge,
    pushes: Family<Pushed, Counter>,
    wakes: Family<Wake, Counter>,
    resting: Family<Sender, Gauge>,
    token_ends: Family<Sender, Gauge>,
    lost: OnceLock<Arc<AtomicU64>>,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct End {
    end: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Pushed {
    provider: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Wake {
    stage: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Sender {
    provider: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Answer {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Limit {
    limit: &'static str,
}

/// The commits of the store.
#[derive(Clone)]
struct Commits {
    seconds: Histogram,
    jobs: Counter,
}

/// Seconds between a number on a page and an approval: people, so from two seconds to two minutes.
const PEOPLE: [f64; 9] = [2.0, 4.0, 6.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0];

/// Seconds of a commit: disks, from a tenth of a millisecond to two seconds.
const DISKS: [f64; 10] = [0.000_1, 0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 2.0];

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("styrk"),
            sign_ins: Family::default(),
            sign_in_seconds: Histogram::new(PEOPLE),
            answers: Family::default(),
            limits: Family::default(),
            commits: Commits { seconds: Histogram::new(DISKS), jobs: Counter::default() },
            sockets: Gauge::default(),
            pages: Gauge::default(),
            passwords: Gauge::default(),
            lines_lost: Gauge::default(),
            certificate: Gauge::default(),
            pushes: Family::default(),
            wakes: Family::default(),
            resting: Family::default(),
            token_ends: Family::default(),
            lost: OnceLock::new(),
        };
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let all = &mut self.registry;
        all.register("sign_ins_ended", "Sign-in requests that ended, by end", self.sign_ins.clone());
        let help = "Seconds from the question to its approval";
        all.register("sign_in_seconds", help, self.sign_in_seconds.clone());
        all.register("http_answers", "Answers over HTTP, by kind of route and status", self.answers.clone());
        all.register("limits_hit", "Requests refused because of a limit", self.limits.clone());
        all.register("commit_seconds", "Seconds of a commit to the database", self.commits.seconds.clone());
        all.register(
            "commit_jobs",
            "Jobs that were committed, several in one commit",
            self.commits.jobs.clone(),
        );
        all.register("sockets_open", "Phones whose socket is open", self.sockets.clone());
        all.register("pages_waiting", "Pages that wait for an answer", self.pages.clone());
        all.register("password_checks", "Password checks that run or wait", self.passwords.clone());
        all.register("log_lines_lost", "Lines of the log that could not be written", self.lines_lost.clone());
        let help = "When the certificate expires, Unix time; 0 without TLS by itself";
        all.register("certificate_expires_seconds", help, self.certificate.clone());
        let help = "Pushes to providers, by provider and what it said";
        all.register("pushes", help, self.pushes.clone());
        let help = "Wakes to sockets and providers, by what became of them";
        all.register("wakes", help, self.wakes.clone());
        let help = "1 while a provider is left alone because it failed too often";
        all.register("provider_resting", help, self.resting.clone());
        let help = "When the token for a provider ends, Unix time; 0 when there is none";
        all.register("provider_token_expires_seconds", help, self.token_ends.clone());
        for stage in ["handed_over", "received", "fetched", "answered", "dropped"] {
            drop(self.wakes.get_or_create(&Wake { stage }));
        }
        // A rate needs a beginning: what has not happened yet is 0, not absent.
        for how in authenticator_protocol::answer::End::ALL {
            drop(self.sign_ins.get_or_create(&End { end: how.as_str() }));
        }
        for limit in crate::limits::Limit::ALL.map(crate::limits::Limit::as_str) {
            drop(self.limits.get_or_create(&Limit { limit }));
        }
        self
    }

    /// A sign-in request ended; the milliseconds since it was opened, if that is known.
    pub fn ended(&self, end: &'static str, millis: Option<u64>) {
        self.sign_ins.get_or_create(&End { end }).inc();
        if let ("approved", Some(millis)) = (end, millis) {
            self.sign_in_seconds.observe(Duration::from_millis(millis).as_secs_f64());
        }
    }

    /// A provider was handed a push, and said this.
    pub fn pushed(&self, provider: &'static str, outcome: &'static str) {
        self.pushes.get_or_create(&Pushed { provider, outcome }).inc();
    }

    /// A wake was given to a socket or a provider.
    pub fn wake_handed_over(&self) {
        self.wakes.get_or_create(&Wake { stage: "handed_over" }).inc();
    }

    /// A phone has confirmed one.
    pub fn wake_received(&self) {
        self.wakes.get_or_create(&Wake { stage: "received" }).inc();
    }

    /// A phone that was woken has asked what waits.
    pub fn wake_fetched(&self) {
        self.wakes.get_or_create(&Wake { stage: "fetched" }).inc();
    }

    /// It has answered.
    pub fn wake_answered(&self) {
        self.wakes.get_or_create(&Wake { stage: "answered" }).inc();
    }

    /// A request was answered.
    pub fn answered(&self, path: &str, status: u16) {
        self.answers.get_or_create(&Answer { route: route(path), status }).inc();
    }

    /// Where lines of the log that are lost are counted.
    pub fn count_lost_lines(&self, lost: Arc<AtomicU64>) {
        // There is one log.
        let _ = self.lost.set(lost);
    }

    /// What hears of commits.
    pub fn commits(&self) -> Arc<dyn store::Watch> {
        Arc::new(self.commits.clone())
    }

    /// Looks at what is counted elsewhere.
    pub fn look(&self, app: &App) {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.sockets.set(count(app.limits.sockets.taken()));
        self.pages.set(count(app.limits.waiting.taken()));
        self.passwords.set(count(app.limits.passwords_running()));
        let expires = app.tls.as_ref().map(|tls| tls.certificate().expires.seconds().0).unwrap_or_default();
        self.certificate.set(i64::try_from(expires).unwrap_or(i64::MAX));
        let dropped = self.wakes.get_or_create(&Wake { stage: "dropped" });
        dropped.inc_by(app.pushes.dropped().saturating_sub(dropped.get()));
        drop(dropped);
        for (provider, Standing { resting, token_ends }) in app.pushes.providers().standing() {
            self.resting.get_or_create(&Sender { provider }).set(i64::from(resting));
            let ends = token_ends.and_then(|ends| ends.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            let ends = i64::try_from(ends.as_secs()).unwrap_or(i64::MAX);
            self.token_ends.get_or_create(&Sender { provider }).set(ends);
        }
        for (limit, hits) in app.limits.hits() {
            let counter = self.limits.get_or_create(&Limit { limit });
            counter.inc_by(hits.saturating_sub(counter.get()));
        }
        let lost = self.lost.get().map(|lost| lost.load(Ordering::Relaxed)).unwrap_or_default();
        self.lines_lost.set(i64::try_from(lost).unwrap_or(i64::MAX));
    }

    /// All of it, as text (OpenMetrics 1.0, which Prometheus reads).
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// What kind of route this is; a path itself may hold what somebody typed.
fn route(path: &str) -> &'static str {
    if path.starts_with("/api/v1/phone/") {
        "phone"
    } else if path.starts_with("/api/") {
        "api"
    } else if path.starts_with("/assets/") {
        "asset"
    } else if path.starts_with("/.well-known/") || path == "/health" || path == "/ready" {
        "machine"
    } else if path.ends_with("/wait") {
        "wait"
    } else {
        "page"
    }
}

impl store::Watch for Commits {
    fn now(&self) -> Duration {
        monotonic()
    }

    fn committed(&self, jobs: u64, took: Duration) {
        self.seconds.observe(took.as_secs_f64());
        self.jobs.inc_by(jobs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const OPERATIONS: &str = include_str!("../../docs/operations.md");
    const DASHBOARD: &str = include_str!("../../packaging/grafana-dashboard.json");

    /// Names of metrics as a text has them, without what Prometheus appends.
    fn named(text: &str) -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
        let bare = |word: &str| {
            let ends = ["_total", "_bucket", "_count", "_sum"];
            ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word).to_owned()
        };
        words.filter(|word| word.starts_with("styrk_")).map(bare).collect()
    }

    #[test]
    fn documentation_and_dashboard_have_every_metric_and_no_other() {
        let metrics = Metrics::default();
        metrics.answered("/", 200);
        metrics.pushed("apns", "accepted");
        metrics.resting.get_or_create(&Sender { provider: "apns" }).set(0);
        metrics.token_ends.get_or_create(&Sender { provider: "apns" }).set(0);
        let text = metrics.text();
        let types: BTreeSet<String> = text
            .lines()
            .filter_map(|line| Some(line.strip_prefix("# TYPE ")?.split_once(' ')?.0.to_owned()))
            .collect();
        assert_eq!(types.len(), 15);
        let table =
            OPERATIONS.split("## Metrics").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        let rows: String = table.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>().join("\n");
        assert_eq!(named(&rows), types, "docs/operations.md");
        assert_eq!(named(DASHBOARD), types, "packaging/grafana-dashboard.json");
        serde_json::from_str::<serde_json::Value>(DASHBOARD).expect("the dashboard is JSON");
    }

    #[test]
    fn a_path_is_no_label() {
        let metrics = Metrics::default();
        for path in ["/sign-in", "/sign-in/wait", "/nobody\"s}", "/api/v1/phone/fetch", "/api/v1/x", "/ready"]
        {
            metrics.answered(path, 200);
        }
        let text = metrics.text();
        assert!(!text.contains("nobody") && text.contains("route=\"phone\",status=\"200\"} 1"), "{text}");
        assert!(text.contains("route=\"page\",status=\"200\"} 2"), "{text}");
    }
}
