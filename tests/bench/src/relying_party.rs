//! An application that gets its approvals through the API.

use crate::Error;
use crate::connection::{Client, Connection};
use crate::phone::Server;
use serde::Deserialize;
use std::sync::{Arc, Mutex, PoisonError};

/// A relying party with its key and the connections that it keeps open.
pub(crate) struct RelyingParty {
    server: Arc<Server>,
    client: Client,
    authorisation: String,
    idle: Mutex<Vec<Connection>>,
}

/// A sign-in as the service has opened it.
#[derive(Deserialize)]
pub(crate) struct Opened {
    pub(crate) id: String,
    pub(crate) number: String,
}

#[derive(Deserialize)]
struct Waited {
    end: Option<String>,
    result: Option<String>,
}

impl RelyingParty {
    pub(crate) fn new(server: &Arc<Server>, key: &str) -> Self {
        Self {
            client: Client::new(&server.address, usize::from(u8::MAX)),
            server: Arc::clone(server),
            authorisation: format!("Bearer {key}"),
            idle: Mutex::default(),
        }
    }

    async fn send(&self, method: &str, path: &str, body: &[u8]) -> Result<crate::connection::Reply, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(&self.client, &self.server.address).await?,
        };
        let headers = [("authorization", self.authorisation.as_str()), ("content-type", "application/json")];
        let headers = if body.is_empty() { &headers[..1] } else { &headers[..] };
        let reply = connection.send(method, path, headers, body).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(reply)
    }

    /// Asks for an approval by this user.
    pub(crate) async fn open(&self, login: &str) -> Result<Opened, Error> {
        let asked = serde_json::json!({
            "user": login,
            "session": login,
            "address": "192.0.2.7",
            "browser": "Firefox",
            "system": "Windows",
        });
        self.send("POST", "/api/v1/sign-ins", asked.to_string().as_bytes()).await?.json()
    }

    /// Waits for its end, which must be an approval with a signed result.
    pub(crate) async fn approved(&self, id: &str) -> Result<(), Error> {
        let path = format!("/api/v1/sign-ins/{id}?wait=30");
        let waited: Waited = self.send("GET", &path, &[]).await?.json()?;
        match (waited.end.as_deref(), waited.result) {
            (Some("approved"), Some(result)) if result.split('.').count() == 3 => Ok(()),
            (end, _) => Err(format!("the relying party was told {end:?}").into()),
        }
    }
}
