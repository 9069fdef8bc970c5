//! The phones' open sockets.

use crate::clock;
use crate::phone::{Phone, Server, TRIES};
use crate::{Error, Outcome};
use authenticator_protocol::code::Secret;
use authenticator_protocol::problem::Problem;
use authenticator_protocol::request::paths;
use authenticator_protocol::socket::Greeting;
use authenticator_protocol::wake::Wake;
use futures_util::{SinkExt as _, StreamExt as _};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

type Stream = WebSocketStream<Box<dyn crate::connection::Wire>>;

/// Sockets that are opened at the same time: fewer than the service lets wait for their opening.
const AT_ONCE: usize = 64;

/// Open sockets; dropping it closes them.
pub(crate) struct Sockets {
    tasks: JoinSet<()>,
}

impl Sockets {
    /// Opens one for each phone, and waits until each was told that it is open.
    pub(crate) async fn open(server: &Arc<Server>, phones: &[Arc<Phone>]) -> Result<Self, Error> {
        let (mut tasks, free) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
        let mut opening = JoinSet::new();
        for phone in phones {
            let place = Arc::clone(&free).acquire_owned().await?;
            let (server, phone) = (Arc::clone(server), Arc::clone(phone));
            opening.spawn(async move {
                let opened = open(&server, &phone).await;
                drop(place);
                opened.map(|(stream, secret)| (phone, stream, secret))
            });
        }
        while let Some(opened) = opening.join_next().await {
            let (phone, stream, secret) = opened??;
            tasks.spawn(async move { listen(&phone, stream, &secret).await });
        }
        Ok(Self { tasks })
    }

    /// How many are still open.
    pub(crate) fn count(&mut self) -> usize {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.len()
    }
}

async fn open(server: &Server, phone: &Phone) -> Result<(Stream, Secret<32>), Error> {
    for _ in 0..TRIES {
        match attempt(server, phone).await? {
            Ok(opened) => return Ok(opened),
            Err(problem) if server.told(&problem) => {}
            Err(problem) => return Err(format!("a socket was refused: {problem:?}").into()),
        }
    }
    Err("a socket was refused with the time that was told".into())
}

async fn attempt(server: &Server, phone: &Phone) -> Result<Result<(Stream, Secret<32>), Problem>, Error> {
    let wire = phone.client(server).connect(&server.address).await?;
    // As small as the service's, so that the load's memory leaves room for what is measured.
    let config = WebSocketConfig::default().read_buffer_size(512).write_buffer_size(0);
    let url = format!("{}{}", server.address.url.replacen("http", "ws", 1), paths::SOCKET);
    let (mut stream, _) = client_async_with_config(url, wire, Some(config)).await?;
    let Some(Ok(Message::Text(greeting))) = stream.next().await else { return Err("no greeting".into()) };
    let nonce = serde_json::from_str::<Greeting>(&greeting)?.nonce;
    let (opening, secret) = phone.opening(server, nonce);
    stream.send(Message::text(opening)).await?;
    match stream.next().await {
        Some(Ok(Message::Binary(wake))) => {
            take(phone, &wake, &secret)?;
            Ok(Ok((stream, secret)))
        }
        Some(Ok(Message::Text(problem))) => Ok(Err(serde_json::from_str(&problem)?)),
        other => Err(format!("an opening was answered by {other:?}").into()),
    }
}

async fn listen(phone: &Phone, mut stream: Stream, secret: &Secret<32>) {
    while let Some(Ok(frame)) = stream.next().await {
        if let Message::Binary(wake) = frame
            && take(phone, &wake, secret).is_err()
        {
            return;
        }
    }
}

fn take(phone: &Phone, wake: &[u8], secret: &Secret<32>) -> Outcome {
    let at = clock::now();
    let wake =
        Wake::from_bytes(wake).filter(|wake| wake.is_for(secret)).ok_or("not a wake of this socket")?;
    phone.woken.send_replace(Some((at, wake.id)));
    Ok(())
}
