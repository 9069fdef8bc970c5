//! A path to a provider that can go dead: connections stay open, and nothing arrives any more.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Ends when the path goes dead.
async fn gone(frozen: &mut watch::Receiver<u64>, born: u64) {
    // The relay's task holds the sender.
    let _ = frozen.wait_for(|frozen| *frozen > born).await;
}

/// Passes on what it gets, until it is frozen; connections that are made later are not.
pub(crate) struct Relay {
    pub(crate) port: u16,
    dead: watch::Sender<u64>,
}

impl Relay {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().port();
        let dead = watch::Sender::new(0);
        let frozen = dead.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let born = *frozen.borrow();
                let mut frozen = frozen.subscribe();
                tokio::spawn(async move {
                    let far = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
                    let (mut from_near, mut to_near) = near.into_split();
                    let (mut from_far, mut to_far) = far.into_split();
                    let (mut one, mut other) = ([0; 4096], [0; 4096]);
                    loop {
                        tokio::select! {
                            biased;
                            () = gone(&mut frozen, born) => std::future::pending::<()>().await,
                            read = from_near.read(&mut one) => match read {
                                Ok(1..) => to_far.write_all(&one[..read.unwrap()]).await.unwrap(),
                                _ => return,
                            },
                            read = from_far.read(&mut other) => match read {
                                Ok(1..) => to_near.write_all(&other[..read.unwrap()]).await.unwrap(),
                                _ => return,
                            },
                        }
                    }
                });
            }
        });
        Self { port: here, dead }
    }

    /// From now on nothing arrives on the connections that are open.
    pub(crate) fn freeze(&self) {
        self.dead.send_modify(|count| *count += 1);
    }
}
