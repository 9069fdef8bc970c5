//! The remote screen over HTTP: who is answered to, what is read, and what a picture does.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use futures_util::FutureExt as _;
use image::{DynamicImage, GrayImage, ImageFormat};
use qrcode_generator::Renderer;
use qrcode_generator::qr::{Encoder, ErrorCorrection};
use simulated_phone::{PhoneOptions, Phones, Reception, Screen, Tool, screen};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use tokio::net::TcpListener;

struct Remote {
    address: SocketAddr,
    phones: Phones,
}

impl Remote {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tools: BTreeMap<&str, Tool> = BTreeMap::from([
            ("works", Box::new(|| async { true }.boxed()) as Tool),
            ("fails", Box::new(|| async { false }.boxed()) as Tool),
        ]);
        let phones = Phones::with_tools(|_| PhoneOptions::default(), tools);
        phones.add().unwrap();
        tokio::spawn(axum::serve(listener, screen::router(phones.clone())).into_future());
        Self { address, phones }
    }

    /// Status and body of a request whose Host and Origin are the page's own unless `headers` say otherwise.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let own = [("host", self.address.to_string()), ("origin", format!("http://{}", self.address))];
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in own.iter().filter(|(own, _)| headers.iter().all(|(name, _)| name != own)) {
            head += &format!("{name}: {value}\r\n");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            head += &format!("{name}: {value}\r\n");
        }
        let (address, request) = (self.address, [head.as_bytes(), b"\r\n", body].concat());
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            // A refusal may come before all of a large body is taken.
            let _ = stream.write_all(&request);
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        });
        let answer = answer.await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    async fn post(&self, path: &str, json: &str) -> (u16, String) {
        self.ask("POST", path, &[("content-type", "application/json")], json.as_bytes()).await
    }

    fn screen(&self) -> Screen {
        self.phones.get(1).unwrap().screen().screen
    }
}

fn png(text: &str) -> Vec<u8> {
    let size = 240;
    let symbol = Encoder::new(ErrorCorrection::Low).encode_text(text).unwrap();
    let code = Renderer::new(&symbol, size).to_luma8().unwrap();
    let side = u32::try_from(size).unwrap();
    let picture = GrayImage::from_raw(side, side, code).unwrap();
    let mut bytes = Vec::new();
    DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

#[tokio::test]
async fn others_are_kept_out() {
    let remote = Remote::start().await;
    let event = br#"{"event":"add_account"}"#;
    let json = ("content-type", "application/json");
    for (header, status) in [
        (("host", "rebound.example"), 421),
        (("origin", "https://evil.example"), 403),
        (("origin", "null"), 403),
        (("origin", ""), 403),
    ] {
        let (got, _) = remote.ask("POST", "/phones/1/event", &[json, header], event).await;
        assert_eq!(got, status, "{header:?}");
    }
    assert_eq!(remote.ask("GET", "/", &[("host", "rebound.example")], b"").await.0, 421);
    assert_eq!(remote.ask("GET", "/live", &[("origin", "https://evil.example")], b"").await.0, 403);
    assert!(matches!(remote.screen(), Screen::Accounts { .. }));
}

#[tokio::test]
async fn touches_and_controls_reach_the_phone() {
    let remote = Remote::start().await;
    assert_eq!(remote.post("/phones/1/event", r#"{"event":"add_account"}"#).await.0, 204);
    assert!(matches!(remote.screen(), Screen::AddAccount { .. }));
    assert_eq!(remote.post("/phones/1/control", r#"{"control":"network","value":"off"}"#).await.0, 204);
    assert_eq!(remote.phones.get(1).unwrap().state().network, Reception::Offline);
    let (status, body) = remote.post("/phones/1/event", r#"{"event":"wake_arrived","value":[]}"#).await;
    assert_eq!(status, 400);
    assert!(body.contains("wake_arrived"), "{body}");
    assert_eq!(remote.post("/phones/9/event", r#"{"event":"back"}"#).await.0, 404);
    let plain = [("content-type", "text/plain")];
    assert_eq!(remote.ask("POST", "/phones/1/event", &plain, br#"{"event":"back"}"#).await.0, 400);
}

#[tokio::test]
async fn phones_come_and_go() {
    let remote = Remote::start().await;
    assert_eq!(remote.ask("POST", "/phones", &[], b"").await, (200, r#"{"phone":2}"#.into()));
    remote.ask("POST", "/phones", &[], b"").await;
    remote.ask("POST", "/phones", &[], b"").await;
    assert_eq!(remote.ask("POST", "/phones", &[], b"").await.0, 409);
    assert_eq!(remote.ask("DELETE", "/phones/2", &[], b"").await.0, 204);
    assert_eq!(remote.ask("DELETE", "/phones/2", &[], b"").await.0, 404);
    assert_eq!(remote.phones.all().len(), 3);
}

#[tokio::test]
async fn a_camera_frame_is_read_only_while_the_camera_is_open() {
    let remote = Remote::start().await;
    let foreign = png("otpauth://totp/x?secret=AAAA");
    let frame = || remote.ask("POST", "/phones/1/frame", &[("content-type", "image/png")], &foreign);
    assert_eq!(frame().await, (200, r#"{"found":true}"#.into()));
    assert!(matches!(remote.screen(), Screen::Accounts { .. }));
    remote.post("/phones/1/event", r#"{"event":"add_account"}"#).await;
    remote.post("/phones/1/event", r#"{"event":"choose_scan"}"#).await;
    frame().await;
    let Screen::AddAccount { problem: Some(problem) } = remote.screen() else {
        panic!("{:?}", remote.screen())
    };
    assert_eq!(problem.key, "phone-error-other-app-code");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_the_app_says_so() {
    let remote = Remote::start().await;
    remote.post("/phones/1/event", r#"{"event":"add_account"}"#).await;
    let (status, body) = remote.ask("POST", "/phones/1/frame", &[], b"not a picture").await;
    assert_eq!((status, body.contains(r#""error":"not_a_picture""#)), (422, true), "{body}");
    assert!(matches!(remote.screen(), Screen::AddAccount { problem: None }));
    assert_eq!(remote.ask("POST", "/phones/1/picture", &[], b"not a picture").await.0, 422);
    assert!(matches!(remote.screen(), Screen::AddAccount { problem: Some(_) }));
    let (status, _) = remote.ask("POST", "/phones/1/frame", &[], &vec![0; 2 * 1024 * 1024 + 1]).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn every_file_of_the_page_is_served() {
    let remote = Remote::start().await;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/page")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = if name.ends_with(".html") { "/gallery".into() } else { format!("/page/{name}") };
        assert_eq!(remote.ask("GET", &path, &[], b"").await.0, 200, "{path}");
    }
    for path in ["/", "/e", "/gallery.json?lang=en"] {
        assert_eq!(remote.ask("GET", path, &[], b"").await.0, 200, "{path}");
    }
    assert_eq!(remote.ask("GET", "/page/../Cargo.toml", &[], b"").await.0, 404);
}

#[tokio::test]
async fn a_tool_is_set_off_by_its_name() {
    let remote = Remote::start().await;
    for (name, status) in [("works", 204), ("fails", 500), ("other", 404)] {
        assert_eq!(remote.post(&format!("/tools/{name}"), "").await.0, status, "{name}");
    }
}
