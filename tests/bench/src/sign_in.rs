//! One complete sign-in, as the figures count it: the relying party opens it and waits, the phone is woken, fetches,
//! confirms the wake and approves, and the relying party has the signed result.

use crate::connection::Connection;
use crate::phone::{Phone, Server};
use crate::relying_party::RelyingParty;
use crate::{Error, clock};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How phones reach the service when they are woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Over a connection of its own for each sign-in, as a phone that was asleep.
    NewConnection,
    /// Over connections that stay open.
    OpenConnection,
}

/// Where the time went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// From when it should have begun to the signed result.
    pub(crate) whole: Duration,
    /// From when it should have begun to the wake on the phone.
    pub(crate) wake: Duration,
    /// From the phone's answer, signed, to the signed result in the relying party's hand.
    pub(crate) release: Duration,
}

/// Who takes part.
pub(crate) struct Parties {
    pub(crate) server: Arc<Server>,
    pub(crate) relying_party: RelyingParty,
    pub(crate) reach: Reach,
    /// Of phones, where they stay open.
    pub(crate) idle: std::sync::Mutex<Vec<Connection>>,
}

/// Longest wait for a wake: what takes longer has been lost.
const PATIENCE: Duration = Duration::from_secs(20);

impl Parties {
    pub(crate) fn new(server: &Arc<Server>, key: &str, reach: Reach) -> Self {
        Self {
            server: Arc::clone(server),
            relying_party: RelyingParty::new(server, key),
            reach,
            idle: std::sync::Mutex::default(),
        }
    }

    /// The user of this phone signs in; it should have begun at `due`.
    pub(crate) async fn sign_in(&self, phone: &Phone, due: Instant) -> Result<Times, Error> {
        let mut woken = phone.woken.subscribe();
        let opened = self.relying_party.open(&phone.login).await?;
        let released = async {
            self.relying_party.approved(&opened.id).await?;
            Ok::<_, Error>(clock::now())
        };
        let phone = async {
            let mut connection = self.connection(phone).await?;
            let (wake, answered) = loop {
                tokio::time::timeout(PATIENCE, woken.changed()).await.map_err(|_| "no wake came")??;
                let (at, wake) = (*woken.borrow_and_update()).ok_or("a wake that was none")?;
                if connection.is_none() {
                    connection =
                        Some(Connection::open(phone.client(&self.server), &self.server.address).await?);
                }
                let open = connection.as_mut().ok_or("no connection")?;
                let waiting = phone.fetch(&self.server, open).await?;
                phone.receipt(wake, open).await?;
                // The wake of the end of this phone's last sign-in may have come late: then nothing waits yet.
                if let Some(challenge) = waiting.challenges.last() {
                    break (at, phone.approve(&self.server, challenge, &opened.number, open).await?);
                }
            };
            self.done(connection).await;
            Ok::<_, Error>((wake, answered))
        };
        let (released, (wake, answered)) = tokio::try_join!(released, phone)?;
        Ok(Times { whole: released - due, wake: wake - due, release: released - answered })
    }

    async fn connection(&self, phone: &Phone) -> Result<Option<Connection>, Error> {
        if self.reach == Reach::NewConnection {
            return Ok(None);
        }
        let idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(Some(connection)),
            None => Ok(Some(Connection::open(phone.client(&self.server), &self.server.address).await?)),
        }
    }

    async fn done(&self, connection: Option<Connection>) {
        match (connection, self.reach) {
            (Some(connection), Reach::OpenConnection) => {
                self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(connection);
            }
            (Some(connection), Reach::NewConnection) => connection.close().await,
            (None, _) => {}
        }
    }
}
