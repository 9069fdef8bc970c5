//! `styrk serve`, with the program as an operator has it: what it tells systemd, Prometheus and the log.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A port that nobody has.
fn port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

struct Service {
    child: Child,
    port: u16,
    metrics: u16,
    folder: tempfile::TempDir,
}

impl Service {
    /// Starts with this standard error, and what `change` says; waits until it answers.
    fn start(stderr: Stdio, change: impl FnOnce(&mut Command)) -> Self {
        let (folder, port, metrics) = (tempfile::tempdir().unwrap(), port(), port());
        let at = |name: &str| folder.path().join(name);
        let configuration = format!(
            "public_url = \"http://localhost:{port}\"\nlisten = \"127.0.0.1:{port}\"\ndatabase = {:?}\nkeys = {:?}\n\
             [organisation]\nname = \"Region X\"\ncolour = \"#00585f\"\nsupport = \"026-00 00 00\"\n\
             [metrics]\nlisten = \"127.0.0.1:{metrics}\"\n",
            at("styrk.db"),
            at("keys"),
        );
        fs::write(at("styrk.toml"), configuration).unwrap();
        let styrk = |word: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_styrk"));
            command.arg(word).arg("--config").arg(at("styrk.toml")).env_remove("STYRK_LOG");
            command
        };
        assert!(styrk("init").stdout(Stdio::null()).status().unwrap().success());
        let mut command = styrk("serve");
        change(command.stderr(stderr));
        let child = command.spawn().unwrap();
        let mut service = Self { child, port, metrics, folder };
        for port in [port, metrics] {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
                assert!(service.child.try_wait().unwrap().is_none(), "it has ended");
                std::thread::yield_now();
            }
        }
        service
    }

    /// The answer to a GET; header and body.
    fn get(&self, port: u16, path: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// What a metric without labels says now.
    fn metric(&self, name: &str) -> Option<f64> {
        let text = self.get(self.metrics, "/metrics");
        assert!(text.ends_with("# EOF\n"), "{text}");
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_full_log_disk_stops_nothing() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut service = Service::start(full.into(), |command| {
        command.env("STYRK_LOG", "trace");
    });
    for _ in 0..50 {
        assert!(service.get(service.port, "/nobody").starts_with("HTTP/1.1 404 "));
    }
    assert!(service.metric("styrk_log_lines_lost").unwrap() > 50.0);
    service.signal("TERM");
    assert!(service.child.wait().unwrap().success());
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    // A pipe holds 64 KiB, and whoever writes more waits.
    let mut service = Service::start(Stdio::piped(), |command| {
        command.env("STYRK_LOG", "trace");
    });
    let held = service.child.stderr.take().unwrap();
    let long = "x".repeat(2_000);
    for _ in 0..200 {
        assert!(service.get(service.port, &format!("/{long}")).starts_with("HTTP/1.1 404 "));
    }
    drop(held);
    // From here on there is no reader at all.
    assert!(service.get(service.port, "/sign-in").starts_with("HTTP/1.1 200 "));
    service.signal("TERM");
    assert!(service.child.wait().unwrap().success());
}

#[test]
fn one_id_leads_from_page_and_problem_to_the_log() {
    let mut service = Service::start(Stdio::piped(), |command| {
        command.env("STYRK_LOG__FORMAT", "json");
    });
    let page = service.get(service.port, "/nobody");
    let problem = service.get(service.port, "/api/v1/nobody");
    let id = |answer: &str| {
        let line = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
        line.to_owned()
    };
    let body = |answer: &str| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert!(body(&page).contains(&id(&page)), "{page}");
    let said: Value = serde_json::from_str(&body(&problem)).unwrap();
    assert_eq!(said["instance"], id(&problem).as_str());
    service.signal("TERM");
    let lines = BufReader::new(service.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(&line).expect(&line)).collect();
    for id in [id(&page), id(&problem)] {
        let of_it: Vec<&Value> = lines.iter().filter(|line| line["span"]["id"] == id.as_str()).collect();
        assert_eq!(of_it.len(), 1, "{lines:?}");
        assert_eq!((&of_it[0]["message"], &of_it[0]["status"]), (&"refused".into(), &404.into()));
    }
    assert!(lines.iter().any(|line| line["message"] == "stopped"), "the last line is written too");
}

#[test]
fn metrics_and_readiness_are_told_at_an_address_of_their_own() {
    let service = Service::start(Stdio::null(), |_| {});
    service.get(service.port, "/nobody");
    let text = service.get(service.metrics, "/metrics");
    assert!(text.contains("content-type: application/openmetrics-text"), "{text}");
    for header in ["cache-control: no-store", "x-content-type-options: nosniff", "frame-ancestors 'none'"] {
        assert!(text.contains(header), "{header}: {text}");
    }
    assert!(text.contains("styrk_http_answers_total{route=\"page\",status=\"404\"} 1"), "{text}");
    assert!(text.contains("styrk_sign_ins_ended_total{end=\"approved\"} 0"), "{text}");
    assert!(service.get(service.port, "/metrics").starts_with("HTTP/1.1 404 "), "not for visitors");
    for port in [service.port, service.metrics] {
        assert!(service.get(port, "/health").ends_with("ok"));
        assert!(service.get(port, "/ready").ends_with("ready"));
    }
    assert!(service.folder.path().join("styrk.db").exists());
}

#[test]
fn systemd_is_told_of_start_health_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let told = UnixDatagram::bind(&path).unwrap();
    told.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let next = || {
        let mut buffer = [0; 256];
        let length = told.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
    };
    let mut service = Service::start(Stdio::null(), |command| {
        command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000").env_remove("WATCHDOG_PID");
    });
    assert_eq!([next(), next(), next()], ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    service.signal("TERM");
    let mut last = next();
    while last == "WATCHDOG=1" {
        last = next();
    }
    assert_eq!(last, "STOPPING=1");
    assert!(service.child.wait().unwrap().success());
}
