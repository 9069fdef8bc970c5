//! A connection whose other end says what it likes, as slowly as it likes.

use crate::Error;
use push_service::clock::ManualClock;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A TCP connection to the service.
pub struct Peer(TcpStream);

/// The machine's time for something that is on its way already.
const SOON: Duration = Duration::from_millis(20);

impl Peer {
    /// Connects to the service at `http://…`.
    pub async fn connect(service: &str) -> Result<Self, Error> {
        let address = service.strip_prefix("http://").ok_or("not http")?;
        Ok(Self(TcpStream::connect(address).await?))
    }

    /// Sends these bytes. An error when the service has gone.
    pub async fn say(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
        Ok(self.0.write_all(bytes.as_ref()).await?)
    }

    /// Sends as much of these bytes as the service takes without being waited for; how many that were.
    pub async fn pour(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        match timeout(SOON, self.0.write(bytes)).await {
            Ok(written) => Ok(written?),
            Err(_) => Ok(0),
        }
    }

    /// What comes until the answer to a request is complete.
    pub async fn answer(&mut self) -> Result<String, Error> {
        let mut all = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&all).into_owned();
            if let Some((header, body)) = text.split_once("\r\n\r\n") {
                let length = header.lines().find_map(|line| line.strip_prefix("content-length: "));
                if length.is_none_or(|length| length.parse().is_ok_and(|length: usize| body.len() >= length))
                {
                    return Ok(text);
                }
            }
            let mut buffer = [0; 4096];
            match timeout(Duration::from_secs(10), self.0.read(&mut buffer)).await?? {
                0 => return Ok(text),
                length => all.extend_from_slice(&buffer[..length]),
            }
        }
    }

    /// What comes until this stands in it; the clock goes on by a second whenever nothing comes. The seconds, too.
    pub async fn until(&mut self, text: &str, clock: &ManualClock) -> Result<(String, u64), Error> {
        let (mut all, mut seconds) = (Vec::new(), 0);
        while !String::from_utf8_lossy(&all).contains(text) {
            let mut buffer = [0; 4096];
            match timeout(SOON, self.0.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => return Err(format!("it ended before {text:?}").into()),
                Ok(Ok(length)) => all.extend_from_slice(&buffer[..length]),
                Err(_) if seconds >= 600 => return Err(format!("no {text:?} in ten minutes").into()),
                Err(_) => {
                    clock.advance(1_000);
                    seconds += 1;
                }
            }
        }
        Ok((String::from_utf8_lossy(&all).into_owned(), seconds))
    }

    /// All that comes until the service ends the connection.
    pub async fn all(&mut self) -> Result<String, Error> {
        let mut all = Vec::new();
        // A connection that is reset has said what it said.
        let _ = timeout(Duration::from_secs(10), self.0.read_to_end(&mut all)).await?;
        Ok(String::from_utf8_lossy(&all).into_owned())
    }

    /// Whether there is an answer to read, now or soon.
    pub async fn is_answered(&self) -> Result<bool, Error> {
        match timeout(SOON, self.0.peek(&mut [0])).await {
            Ok(length) => Ok(length? > 0),
            Err(_) => Ok(false),
        }
    }

    /// Whether the service has ended the connection, now or soon. What it says is thrown away.
    pub async fn is_over(&mut self) -> bool {
        let mut buffer = [0; 4096];
        loop {
            match timeout(SOON, self.0.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => return true,
                Ok(Ok(_)) => {}
                Err(_) => return false,
            }
        }
    }

    /// Seconds on this clock until the service ends the connection; this end says `drip` in each of them.
    pub async fn seconds_left(&mut self, clock: &ManualClock, drip: &[u8]) -> Result<u64, Error> {
        for second in 0..600 {
            if self.is_over().await || (!drip.is_empty() && self.say(drip).await.is_err()) {
                return Ok(second);
            }
            clock.advance(1_000);
        }
        Err("after ten minutes it is still open".into())
    }
}
