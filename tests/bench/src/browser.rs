//! A browser on our own sign-in pages: the form, the page with the number, its wait.

use crate::connection::{Client, Connection, Reply};
use crate::phone::Server;
use crate::population::PASSWORD;
use crate::{Error, Outcome, clock};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

pub(crate) struct Browser {
    server: Arc<Server>,
    connection: Connection,
    cookies: BTreeMap<String, String>,
}

/// The page with the number.
pub(crate) struct Shown {
    pub(crate) number: String,
    /// Where it waits.
    wait: String,
}

impl Browser {
    pub(crate) async fn open(server: &Arc<Server>, number: usize) -> Result<Self, Error> {
        let client = Client::new(&server.address, number);
        let connection = Connection::open(&client, &server.address).await?;
        Ok(Self { server: Arc::clone(server), connection, cookies: BTreeMap::new() })
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Reply, Error> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("user-agent", "Firefox"), ("accept-language", "en")];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            headers.push(("origin", &self.server.address.url));
        }
        let reply = self.connection.send(method, path, &headers, body.as_bytes()).await?;
        for cookie in reply.values("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(reply)
    }

    /// Types login and password; comes to the number.
    pub(crate) async fn sign_in(&mut self, login: &str) -> Result<Shown, Error> {
        let (login, password) = (login.replace('@', "%40"), PASSWORD.replace(' ', "+"));
        let form = format!("login={login}&password={password}&to=%2Fapps");
        let reply = self.send("POST", "/sign-in", &form).await?;
        let to =
            reply.values("location").next().ok_or_else(|| format!("after the password: {}", reply.head))?;
        let to = to.to_owned();
        let page = String::from_utf8(self.send("GET", &to, "").await?.body)?;
        let shown = || {
            let number = page.split_once("id=\"number\">")?.1.split_once("</span>")?.1.split_once('<')?.0;
            let wait = page.split_once("data-wait=\"")?.1.split_once('"')?.0;
            Some(Shown {
                number: number.trim().to_owned(),
                wait: wait.replace("&amp;", "&").replace("&#38;", "&"),
            })
        };
        shown().ok_or_else(|| format!("no number at {to}").into())
    }

    /// Waits as the page does; answers when it was released.
    pub(crate) async fn wait(&mut self, shown: &Shown) -> Result<Instant, Error> {
        let reply = self.send("GET", &shown.wait, "").await?;
        let at = clock::now();
        if reply.status == 200 { Ok(at) } else { Err(format!("the page's wait: {}", reply.head).into()) }
    }

    /// Goes on to the application.
    pub(crate) async fn enter(&mut self) -> Outcome {
        let reply = self.send("GET", "/sign-in/number", "").await?;
        let to = reply.values("location").next();
        if to == Some("/apps") { Ok(()) } else { Err(format!("not let in: {}", reply.head).into()) }
    }
}
