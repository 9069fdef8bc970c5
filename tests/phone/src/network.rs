//! HTTP and WebSockets as a phone's system gives them to its apps: the system's certificates, no redirects.

use crate::options::Resolve;
use authenticator_core::effect::Outcome;
use authenticator_core::event::{Event, Frame};
use axum::body::Bytes;
use axum::http::{Request, header::CONTENT_TYPE};
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tokio_tungstenite::Connector;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// An answer or a frame is read up to here.
const MAX_ANSWER: usize = 64 * 1024;

/// One phone's connections.
#[derive(Clone)]
pub(crate) struct Network {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    resolve: Arc<[Resolve]>,
}

impl Network {
    pub(crate) fn new(resolve: &[Resolve]) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls().as_ref().clone())
            .https_or_http()
            .enable_http1()
            .build();
        Self { client: Client::builder(TokioExecutor::new()).build(connector), resolve: resolve.into() }
    }

    pub(crate) async fn post(&self, url: &str, content_type: &str, body: Vec<u8>) -> Outcome {
        let request = Request::post(self.reached_at(url)).header(CONTENT_TYPE, content_type);
        self.ask(url, request.body(Full::new(Bytes::from(body)))).await
    }

    pub(crate) async fn get(&self, url: &str) -> Outcome {
        self.ask(url, Request::get(self.reached_at(url)).body(Full::default())).await
    }

    /// Where `url` leads under the names that were given.
    fn reached_at(&self, url: &str) -> String {
        self.resolve.iter().find_map(|name| name.apply(url)).unwrap_or_else(|| url.to_owned())
    }

    async fn ask(&self, url: &str, request: axum::http::Result<Request<Full<Bytes>>>) -> Outcome {
        match self.try_ask(request).await {
            Ok((status, body)) => Outcome::Http { status, body },
            Err(error) => {
                tracing::debug!(%error, url, "no answer");
                Outcome::NoNetwork
            }
        }
    }

    async fn try_ask(
        &self,
        request: axum::http::Result<Request<Full<Bytes>>>,
    ) -> Result<(u16, Vec<u8>), Box<dyn std::error::Error + Send + Sync>> {
        let mut response = self.client.request(request?).await?;
        let mut read = Vec::new();
        while let Some(frame) = response.frame().await {
            if let Ok(data) = frame?.into_data() {
                read.extend_from_slice(&data);
            }
            if read.len() >= MAX_ANSWER {
                read.truncate(MAX_ANSWER);
                break;
            }
        }
        Ok((response.status().as_u16(), read))
    }
}

/// Runs one WebSocket until either side ends it. Dropping the sender of `outgoing` closes it.
pub(crate) async fn socket<F, R>(
    socket: u64,
    url: String,
    mut outgoing: mpsc::UnboundedReceiver<String>,
    report: F,
) where
    F: Fn(Event) -> R,
    R: Future<Output = ()>,
{
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_ANSWER)).max_frame_size(Some(MAX_ANSWER));
    let connector = Connector::Rustls(Arc::clone(tls()));
    let connected =
        tokio_tungstenite::connect_async_tls_with_config(url, Some(config), true, Some(connector)).await;
    let mut stream = match connected {
        Ok((stream, _)) => stream,
        Err(error) => {
            tracing::debug!(%error, "no socket");
            return report(Event::SocketClosed { socket, code: None }).await;
        }
    };
    let mut code = None;
    loop {
        tokio::select! {
            text = outgoing.recv() => match text {
                Some(text) => if stream.send(Message::text(text)).await.is_err() { break },
                None => {
                    // The core is done with it and hears no more, so whether the close arrives matters to nobody.
                    let _ = stream.close(None).await;
                    return;
                }
            },
            message = stream.next() => {
                let frame = match message {
                    Some(Ok(Message::Text(text))) => Frame::Text(text.to_string()),
                    Some(Ok(Message::Binary(bytes))) => Frame::Binary(bytes.to_vec()),
                    Some(Ok(Message::Close(frame))) => {
                        code = frame.map(|frame| u16::from(frame.code));
                        continue;
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(_)) | None => break,
                };
                report(Event::SocketMessage { socket, frame }).await;
            }
        }
    }
    report(Event::SocketClosed { socket, code }).await;
}

/// Shared by all phones of this process: reading the system's certificates takes a while.
fn tls() -> &'static Arc<rustls::ClientConfig> {
    static TLS: OnceLock<Arc<rustls::ClientConfig>> = OnceLock::new();
    TLS.get_or_init(|| {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the default versions of TLS")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::ws::{CloseFrame, Message as Answer, WebSocketUpgrade};
    use axum::response::Redirect;
    use axum::routing::{any, get, post};
    use tokio::net::TcpListener;

    /// A service that redirects, says too much, and closes sockets with 4003 once it was spoken to.
    async fn service() -> String {
        let talk = |upgrade: WebSocketUpgrade| async {
            upgrade.on_upgrade(|mut socket| async move {
                socket.send(Answer::text("hello")).await.unwrap();
                socket.send(Answer::binary(vec![7; 24])).await.unwrap();
                let said = socket.recv().await.unwrap().unwrap();
                let frame = CloseFrame { code: 4003, reason: said.to_text().unwrap().into() };
                socket.send(Answer::Close(Some(frame))).await.unwrap();
            })
        };
        let routes = Router::new()
            .route("/.well-known/styrk", get(|| async { "{}" }))
            .route("/elsewhere", post(|| async { Redirect::temporary("/long") }))
            .route("/long", post(|| async { Body::from(vec![b'x'; MAX_ANSWER + 9]) }))
            .route("/socket", any(talk));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, routes).into_future());
        address.to_string()
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_the_limit_and_redirects_are_not_followed() {
        let (host, network) = (service().await, Network::new(&[]));
        let ask = |path| {
            let (url, network) = (format!("http://{host}{path}"), network.clone());
            async move { network.post(&url, "application/jose", vec![1]).await }
        };
        assert_eq!(ask("/long").await, Outcome::Http { status: 200, body: vec![b'x'; MAX_ANSWER] });
        assert_eq!(ask("/elsewhere").await, Outcome::Http { status: 307, body: vec![] });
        assert_eq!(network.post("http://127.0.0.1:9/", "x", vec![]).await, Outcome::NoNetwork);
        assert_eq!(network.post("not a url", "x", vec![]).await, Outcome::NoNetwork);
    }

    #[tokio::test]
    async fn a_name_that_was_given_leads_elsewhere() {
        let resolve = format!("RegionX.example=http://{}", service().await).parse().unwrap();
        let network = Network::new(&[resolve]);
        let found = network.get("https://regionx.example/.well-known/styrk").await;
        assert_eq!(found, Outcome::Http { status: 200, body: b"{}".to_vec() });
        let posted = network.post("https://regionx.example/long", "x", vec![]).await;
        assert!(matches!(posted, Outcome::Http { status: 200, .. }));
        for other in ["https://mfa.regionx.example/x", "https://regionx.example.evil.invalid/x"] {
            assert_eq!(network.get(other).await, Outcome::NoNetwork, "{other}");
        }
    }

    #[tokio::test]
    async fn frames_and_the_end_of_a_socket_are_events() {
        let (outgoing, to_send) = mpsc::unbounded_channel();
        let (heard, mut events) = mpsc::unbounded_channel();
        let report = move |event| {
            heard.send(event).unwrap();
            std::future::ready(())
        };
        let url = format!("ws://{}/socket", service().await);
        tokio::spawn(socket(5, url, to_send, report));
        let message = |frame| Some(Event::SocketMessage { socket: 5, frame });
        assert_eq!(events.recv().await, message(Frame::Text("hello".into())));
        assert_eq!(events.recv().await, message(Frame::Binary(vec![7; 24])));
        outgoing.send("bye".into()).unwrap();
        assert_eq!(events.recv().await, Some(Event::SocketClosed { socket: 5, code: Some(4003) }));
    }

    #[tokio::test]
    async fn a_socket_that_cannot_be_opened_has_closed() {
        let (_outgoing, to_send) = mpsc::unbounded_channel();
        let (heard, mut events) = mpsc::unbounded_channel();
        let report = |event| {
            heard.send(event).unwrap();
            std::future::ready(())
        };
        socket(6, "ws://127.0.0.1:9/".into(), to_send, report).await;
        assert_eq!(events.recv().await, Some(Event::SocketClosed { socket: 6, code: None }));
    }
}
