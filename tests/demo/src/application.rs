//! The demo's end of Tidportalen: registers it with the service, starts its process, tells it the time.

use crate::{Demo, Error};
use authenticator_protocol::ids::RelyingPartyId;
use push_service::clock::{Clock as _, ManualClock};
use push_service::http::api::caller::fresh_key;
use serde::{Deserialize, Serialize};
use signin::relying_party::{RelyingParty, Scope};
use std::path::Path;
use std::process::Stdio;
use store::SystemRandom;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

/// Its name with the service, on phones and in MyApps.
pub const NAME: &str = "Tidportalen";

/// The hidden command with which this program is Tidportalen.
pub const COMMAND: &str = "tidportalen";

/// What the application is told when it starts, as a line on its input: arguments are everybody's to read.
#[derive(Serialize, Deserialize)]
pub struct Introduction {
    /// Where the service is.
    pub service: String,
    /// Whom results are for.
    pub id: String,
    /// Its key to the API.
    pub key: String,
    /// The first port that it may take; 0 for any.
    pub port: u16,
}

/// The application, running in a process of its own.
pub struct Application {
    /// Where it is: `http://127.0.0.1:7502`.
    pub address: String,
    child: Child,
    time: JoinHandle<()>,
}

impl Application {
    /// Starts it. `program` is this one, or another that knows [`COMMAND`].
    pub async fn start(demo: &Demo, program: &Path, port: u16) -> Result<Self, Error> {
        let (id, key) = register(demo).await?;
        let mut child = Command::new(program)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (mut input, output) = input.zip(output).ok_or("no pipes to the application")?;
        let introduction = Introduction { service: demo.service.clone(), id, key, port };
        input.write_all(format!("{}\n", serde_json::to_string(&introduction)?).as_bytes()).await?;
        let mut lines = BufReader::new(output).lines();
        let address = lines.next_line().await?.ok_or("the application does not start")?;
        let time = tokio::spawn(tell_time(demo.clock.clone(), input, lines));
        Ok(Self { address, child, time })
    }

    /// The number of its process.
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// The end: its input is closed, and it leaves.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.time.abort();
        let status = self.child.wait().await?;
        if status.success() { Ok(()) } else { Err(format!("the application ended badly: {status}").into()) }
    }
}

/// A relying party like any other: its id, and its key, which is shown this once.
async fn register(demo: &Demo) -> Result<(String, String), Error> {
    let app = demo.app().await.ok_or("the service is not running")?;
    let now = app.store.now();
    let party = RelyingParty {
        id: RelyingPartyId::random(&mut SystemRandom::new()),
        name: NAME.to_owned(),
        applications: vec![NAME.to_owned()],
        webhook: None,
        added: now,
    };
    let id = party.id.to_string();
    let (key, text) = fresh_key(Scope::ALL.to_vec(), now);
    app.tell(app.store.add_relying_party(party, key).await?).map_err(|why| format!("{why:?}"))?;
    Ok((id, text))
}

/// Answers each line of the application with the seconds of the demo's clock.
async fn tell_time(clock: ManualClock, mut input: ChildStdin, mut asked: Lines<BufReader<ChildStdout>>) {
    while let Ok(Some(_)) = asked.next_line().await {
        if input.write_all(format!("{}\n", clock.now().seconds().0).as_bytes()).await.is_err() {
            break;
        }
    }
    tracing::error!("the application has ended by itself");
}
