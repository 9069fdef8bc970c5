//! `styrk serve` as a process of its own.

use crate::connection::{Address, Client, Connection, Counts};
use crate::phone::Server;
use crate::process::{Process, Usage};
use crate::{Error, Outcome, clock};
use authenticator_protocol::keys::Sign as _;
use push_service::keys::Keys;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// Longest wait for a service to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with all that a service needs: configuration, keys, certificate, and a place for the database.
pub(crate) struct Installation {
    pub(crate) folder: PathBuf,
    pub(crate) address: Address,
    binary: PathBuf,
}

/// A service that runs.
pub(crate) struct Service {
    pub(crate) server: Arc<Server>,
    /// From the start of the process to its first answer.
    pub(crate) ready: Duration,
    child: Child,
    process: Process,
}

impl Installation {
    /// Makes it in `folder`, with the binary `styrk` that lies beside this one.
    pub(crate) async fn new(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder)?;
        let binary = std::env::current_exe()?.with_file_name("styrk");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        fs::write(folder.join("certificate.pem"), made.cert.pem())?;
        let key = folder.join("certificate.key");
        fs::write(&key, made.signing_key.serialize_pem())?;
        fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(made.cert.der().to_vec()))?;
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let address = Address {
            url: format!("https://localhost:{port}"),
            authority: format!("localhost:{port}"),
            socket: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            tls: Some(Arc::new(tls)),
            counts: Arc::new(Counts::default()),
        };
        let installation = Self { folder: folder.to_owned(), address, binary };
        installation.configure()?;
        installation.command(&["init"]).await?;
        Ok(installation)
    }

    fn configure(&self) -> Outcome {
        let (url, folder, socket) = (&self.address.url, self.folder.display(), self.address.socket);
        let text = format!(
            r##"public_url = "{url}"
listen = "{socket}"
database = "{folder}/styrk.db"
keys = "{folder}/keys"
api_calls = 10000
connections = 40000

[tls]
certificate = "{folder}/certificate.pem"
key = "{folder}/certificate.key"

[organisation]
name = "Bench"
colour = "#00585f"
support = "026-00 00 00"

[policy]
asks_of_user = 100000
"##
        );
        Ok(fs::write(self.folder.join("styrk.toml"), text)?)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("styrk.db")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// Runs a command of `styrk` and answers what it said.
    pub(crate) async fn command(&self, words: &[&str]) -> Result<String, Error> {
        let ran = self.styrk(words).output().await?;
        let (said, erred) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        if ran.status.success() {
            Ok(said.into_owned())
        } else {
            Err(format!("styrk {words:?}: {said}{erred}").into())
        }
    }

    fn styrk(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words).arg("--config").arg(self.folder.join("styrk.toml")).kill_on_drop(true);
        command
    }

    /// Starts the service and waits for its first answer.
    pub(crate) async fn start(&self) -> Result<Service, Error> {
        let log = fs::File::create(self.folder.join("service.log"))?;
        let client = Client::new(&self.address, 0);
        let began = clock::now();
        let mut child = self.styrk(&["serve"]).stderr(log).spawn()?;
        let first = self.wait(&client, &mut child, began).await?;
        let ready = clock::now() - began;
        first.close().await;
        let identity = Keys::load(&self.keys(), clock::seconds())?.signing.identity.public_key();
        let process = Process::new(child.id().ok_or("the service has gone")?);
        let server = Arc::new(Server::new(self.address.clone(), identity));
        Ok(Service { server, ready, child, process })
    }

    async fn wait(&self, client: &Client, child: &mut Child, began: Instant) -> Result<Connection, Error> {
        loop {
            if let Ok(mut connection) = Connection::open(client, &self.address).await
                && connection.send("GET", "/health", &[], &[]).await.is_ok_and(|reply| reply.status == 200)
            {
                return Ok(connection);
            }
            if child.try_wait()?.is_some() || clock::now() - began > PATIENCE {
                let log = fs::read_to_string(self.folder.join("service.log"))?;
                return Err(format!("the service does not start:\n{log}").into());
            }
            clock::pause(Duration::from_millis(1)).await;
        }
    }
}

impl Service {
    /// What it has used so far.
    pub(crate) fn usage(&self) -> Result<Usage, Error> {
        self.process.usage()
    }

    pub(crate) fn process(&self) -> Process {
        self.process
    }

    /// Tells it to stop, and waits for it.
    pub(crate) async fn stop(mut self) -> Outcome {
        self.process.terminate().await?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        if ended.success() { Ok(()) } else { Err(format!("the service ended with {ended}").into()) }
    }
}
