//! Delivers results to relying parties: signed, tried again until it has arrived, and never twice under another id.
//!
//! Each is a row that was written in the same transaction as its request's end, so none is lost. The address is looked up
//! here, and only public ones are connected to (`delivery::guard`), unless `webhook_networks` names a private one: nobody
//! gets the service to speak to what stands beside it.

use crate::app::App;
use crate::result;
use axum::body::Bytes;
use axum::http::{Request, StatusCode, Uri, header};
use delivery::guard::{Guard, form, literal};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use signin::network::Network;
use std::collections::HashSet;
use std::sync::Arc;
use store::Delivery;
use tokio::task::JoinSet;

/// Deliveries to one relying party at the same time.
const EACH: u32 = 4;

/// Milliseconds for one try.
const PATIENCE: u64 = 10_000;

/// Milliseconds between two looks for what is to be tried again.
const LOOK_EVERY: u64 = 1_000;

pub(crate) type Sender = Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>;

/// Delivers for as long as the service runs.
pub async fn deliver(app: Arc<App>) {
    let sender = sender(&app);
    let mut under_way = HashSet::new();
    let mut tries: JoinSet<Delivery> = JoinSet::new();
    loop {
        match app.store.deliveries(EACH).await {
            Ok(due) => {
                for delivery in due {
                    if under_way.insert(delivery.request) {
                        tries.spawn(try_one(Arc::clone(&app), sender.clone(), delivery));
                    }
                }
            }
            Err(error) => tracing::error!(%error, "looking for what is to be delivered"),
        }
        tokio::select! {
            () = app.stop.begun() => break,
            () = app.deliveries.notified() => {}
            () = app.clock.sleep(LOOK_EVERY) => {}
            Some(done) = tries.join_next() => match done {
                Ok(delivery) => drop(under_way.remove(&delivery.request)),
                Err(error) => tracing::error!(%error, "a delivery has failed in itself"),
            },
        }
    }
    // What was sent is noted, so that it is not sent again after the start.
    while tries.join_next().await.is_some() {}
}

/// One try, and what follows from it. What cannot be noted is tried again under the same id.
async fn try_one(app: Arc<App>, sender: Sender, delivery: Delivery) -> Delivery {
    let outcome = send(&app, &sender, &delivery).await;
    let noted = match &outcome {
        Ok(()) => app.store.delivered(delivery.request).await,
        Err(_) => app.store.not_delivered(delivery.request).await,
    };
    let (request, relying_party) = (delivery.request, delivery.relying_party);
    match outcome {
        Ok(()) => tracing::info!(%request, %relying_party, "result delivered"),
        Err(error) => tracing::warn!(%request, %relying_party, error, "result not delivered"),
    }
    match noted {
        Ok(committed) => app.tell(committed),
        Err(error) => tracing::error!(%error, %request, "a delivery is not noted"),
    }
    delivery
}

async fn send(app: &App, sender: &Sender, delivery: &Delivery) -> Result<(), String> {
    let view = app.store.request(delivery.request).await.map_err(|error| error.to_string())?;
    let request = app.tell(view.ok_or("the request is gone")?).request;
    let result = result::signed(app, &request).ok_or("there is no result")?;
    let id = request.asker.commission().map(|of| of.result.to_string()).unwrap_or_default();
    let uri: Uri = delivery.webhook.parse().map_err(|error| format!("webhook: {error}"))?;
    let body = serde_json::json!({ "id": id, "result": result }).to_string();
    post(app, sender, &uri, &id, body).await
}

/// Sends once, and waits some seconds for an answer.
pub(crate) async fn post(app: &App, sender: &Sender, to: &Uri, id: &str, body: String) -> Result<(), String> {
    check(to, &app.config.webhook_networks)?;
    let request = Request::post(to)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("styrk/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", id)
        .body(Full::from(body))
        .map_err(|error| error.to_string())?;
    let answer = tokio::select! {
        answer = sender.request(request) => answer.map_err(|error| with_causes(&error))?,
        () = app.clock.sleep(PATIENCE) => return Err("no answer within 10 s".to_owned()),
    };
    match answer.status() {
        status if status.is_success() => Ok(()),
        status @ StatusCode::GONE => Err(format!("{status}: remove the webhook if nobody listens any more")),
        status => Err(status.to_string()),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Whether results may be delivered there. Names are looked up later, by the same [`Guard`]; an address stands for
/// itself.
pub fn check(uri: &Uri, networks: &[Network]) -> Result<(), String> {
    let wrong = |refused| format!("webhook: {refused}");
    guard(networks).check(uri).map_err(wrong)?;
    match uri.scheme_str() {
        // What never leaves this machine needs no TLS.
        Some("http") if literal(uri).is_some_and(|address| address.is_loopback()) => Ok(()),
        _ => form(uri).map_err(wrong),
    }
}

fn guard(networks: &[Network]) -> Guard {
    let networks: Arc<[Network]> = networks.into();
    let allowed = move |address| networks.iter().any(|network| network.contains(address));
    Guard::allowing(allowed, "; name its network in webhook_networks")
}

/// What connects to webhooks.
pub(crate) fn sender(app: &App) -> Sender {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut http = HttpConnector::new_with_resolver(guard(&app.config.webhook_networks));
    http.enforce_http(false);
    let https =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(http);
    Client::builder(TokioExecutor::new()).build(https)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_and_those_that_are_named() {
        let own: Vec<Network> = vec!["10.20.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()];
        for (url, allowed) in [
            ("https://journalen.example/styrk", true),
            ("https://8.8.8.8/", true),
            ("https://[2606:4700::1111]/", true),
            ("https://10.20.7.1/", true),
            ("https://[fd00:1::5]/", true),
            ("https://10.21.0.1/", false),
            ("https://127.0.0.1/", false),
            ("https://0.0.0.0/", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("https://100.64.0.1/", false),
            ("https://192.168.1.1/", false),
            ("https://198.18.0.1/", false),
            ("https://224.0.0.1/", false),
            ("https://255.255.255.255/", false),
            ("https://[::1]/", false),
            ("https://[::]/", false),
            ("https://[::ffff:127.0.0.1]/", false),
            ("https://[::ffff:10.20.7.1]/", true),
            ("https://[fe80::1]/", false),
            ("https://[fd00:2::5]/", false),
            ("https://[64:ff9b::7f00:1]/", false),
            ("https://[2002:7f00:1::]/", false),
            ("https://[2001:db8::1]/", false),
            ("http://journalen.example/", false),
            ("http://8.8.8.8/", false),
            ("ftp://journalen.example/", false),
            ("/path", false),
        ] {
            let checked = check(&url.parse().unwrap(), &own);
            assert_eq!(checked.is_ok(), allowed, "{url}: {checked:?}");
        }
        let here = ["127.0.0.0/8".parse().unwrap()];
        assert!(check(&"http://127.0.0.1:8080/".parse().unwrap(), &here).is_ok());
    }
}
