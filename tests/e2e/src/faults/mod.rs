//! What the tests with real processes share: an installation on disk, the program `styrk` running in it, and people
//! with phones whose answers are counted.

pub mod disk;
pub mod load;
pub mod process;

use crate::relying_party::Backend;
use crate::{Error, RawPhone, Reply, Web};
use authenticator_protocol::challenge::Challenge;
use authenticator_protocol::fetch::FetchReply;
use authenticator_protocol::ids::RelyingPartyId;
use authenticator_protocol::jws::{Unverified, Verified};
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;
use authenticator_protocol::time::Seconds;
use demo::visitor::Visitor;
use process::Process;
use push_service::clock::{Clock as _, ManualClock, SystemClock, monotonic};
use push_service::directory::hash_password;
use push_service::keys::RingVerify;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// The password of everybody here.
pub const PASSWORD: &str = "rätt häst batteri";

/// A folder with a configuration and keys, and an address.
pub struct Installation {
    folder: TempDir,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its public URL.
    pub url: String,
}

/// The program, built as these tests are: cargo does nothing when it is there already.
pub fn styrk() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = std::env::current_exe().expect("a test has a file");
        let folder = own.parent().and_then(Path::parent).expect("TARGET/PROFILE/deps/TEST");
        let profile = match folder.file_name().and_then(OsStr::to_str) {
            Some("debug") | None => "dev",
            Some(other) => other,
        };
        // The selection of `cargo test --workspace`: with another one dependencies have other features, and dozens of
        // crates are compiled again.
        let arguments = ["build", "--locked", "--quiet", "--workspace", "--bins", "--lib", "--tests"];
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).args(["--profile", profile]).current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.arg("--target-dir").arg(folder.parent().expect("TARGET/PROFILE"));
        assert!(cargo.status().expect("cargo runs").success(), "styrk cannot be built");
        folder.join("styrk")
    })
}

impl Installation {
    /// With keys.
    pub fn new() -> Result<Self, Error> {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let folder = tempfile::tempdir()?;
        // An address for itself, at a port that no client is ever given: nobody else can be there between two starts.
        let [.., high, low] = std::process::id().to_be_bytes();
        let ip = Ipv4Addr::new(127, high.max(1), low, NEXT.fetch_add(1, Ordering::Relaxed));
        let address = SocketAddr::from((ip, 8_443));
        let url = format!("http://{address}");
        let installation = Self { folder, address, url };
        fs::create_dir(installation.at("data"))?;
        let database = installation.database();
        let configuration = format!(
            "public_url = {:?}\nlisten = \"{address}\"\ndatabase = {database:?}\nkeys = {:?}\nadmin_socket = {:?}\n\
             api_calls = 10000\n[organisation]\nname = \"Region X\"\ncolour = \"#00585f\"\nsupport = \"026-00 00 00\"\n\
             [policy]\nfirst_registration = \"password-is-enough\"\ndigits = 8\nasks_of_user = 100000\n",
            installation.url,
            installation.at("keys"),
            installation.at("socket"),
        );
        fs::write(installation.at("styrk.toml"), configuration)?;
        installation.says(&["init"])?;
        Ok(installation)
    }

    /// The file of its database, alone with SQLite's in a folder.
    pub fn database(&self) -> PathBuf {
        self.at("data").join("styrk.db")
    }

    /// A file in its folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that begins with these words; limits of a shell (`ulimit …`) go before it.
    fn command(&self, limits: &str, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{limits}\nexec \"$0\" \"$@\"")).arg(styrk()).args(words);
        command.arg("--config").arg(self.at("styrk.toml"));
        command.env("STYRK_LOG", "info").env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// What a command answers that works.
    pub fn says(&self, words: &[&str]) -> Result<String, Error> {
        let output = self.command("", words).output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            Err(format!("{words:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
        }
    }

    /// The audit trail, oldest first.
    pub fn trail(&self) -> Result<Vec<Value>, Error> {
        let text = self.says(&["audit", "--json"])?;
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// A folder elsewhere with copies of the keys, and nothing of the database. Whoever has the keys is at home under the
    /// same address.
    pub fn elsewhere(&self) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let other = Self { folder, address: self.address, url: self.url.clone() };
        let (own, others) =
            (self.folder.path().display().to_string(), other.folder.path().display().to_string());
        let configuration = fs::read_to_string(self.at("styrk.toml"))?.replace(&own, &others);
        fs::write(other.at("styrk.toml"), configuration)?;
        fs::create_dir(other.at("data"))?;
        let copied = Command::new("cp").arg("-a").args([self.at("keys"), other.at("keys")]).status()?;
        if copied.success() { Ok(other) } else { Err("the keys cannot be copied".into()) }
    }

    /// Why a command does not work.
    pub fn refuses(&self, words: &[&str]) -> Result<String, Error> {
        let output = self.command("", words).output()?;
        let said = String::from_utf8(output.stderr)?;
        if output.status.success() { Err(format!("{words:?} works").into()) } else { Ok(said) }
    }

    /// Begins a command; it may be killed.
    pub fn begins(&self, words: &[&str]) -> Result<Process, Error> {
        Process::begin(self.command("", words))
    }

    /// Why the service does not start.
    pub async fn does_not_start(&self) -> Result<String, Error> {
        match self.start().await {
            Ok(_) => Err("it starts".into()),
            Err(error) => Ok(error.to_string()),
        }
    }

    /// Starts the service.
    pub async fn start(&self) -> Result<Process, Error> {
        self.start_within("").await
    }

    /// Starts the service under limits of a shell.
    pub async fn start_within(&self, limits: &str) -> Result<Process, Error> {
        Process::start(self.command(limits, &["serve"])).await
    }

    /// Starts the service with its database on a disk of its own, of so many MiB: one in memory that nobody else sees.
    pub async fn start_on_disk_of(&self, mib: u32) -> Result<Process, Error> {
        let mount = format!("mount -t tmpfs -o size={mib}m none {}", self.at("data").display());
        Process::start(self.behind(&mount, &["serve"])?).await
    }

    /// A command where these lines of a shell have mounted something that nobody else sees.
    fn behind(&self, mount: &str, words: &[&str]) -> Result<Command, Error> {
        let inner = self.command(&format!("set -e\n{mount}"), words);
        let mut command = Command::new("unshare");
        // Root needs no namespace of users, which not every kernel grants.
        let user: &[&str] = if is_root()? { &[] } else { &["--user", "--map-root-user"] };
        command
            .args(user)
            .args(["--mount", "--propagation", "private"])
            .arg(inner.get_program())
            .args(inner.get_args());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ok(command)
    }

    /// Begins the service with its log in `log/stderr`, on a disk of its own of so many MiB, and its metrics at this address.
    pub fn begin_with_log_on_disk_of(&self, mib: u32, metrics: &str) -> Result<Process, Error> {
        let place = self.at("log").display().to_string();
        let mount = format!(
            "mkdir {place}\nmount -t tmpfs -o size={mib}m none {place}\nexport STYRK_METRICS__LISTEN={metrics}\n\
             exec 2> {place}/stderr"
        );
        Process::begin(self.behind(&mount, &["serve"])?)
    }

    /// A file in this folder on a disk of this process, as others can reach it.
    pub fn on_disk_of(&self, process: &Process, folder: &str, name: &str) -> PathBuf {
        let file = self.at(folder).join(name);
        Path::new("/proc")
            .join(process.id().to_string())
            .join("root")
            .join(file.strip_prefix("/").unwrap_or(&file))
    }

    /// A relying party that may do everything.
    pub fn relying_party(&self) -> Result<Backend, Error> {
        let added: Value =
            serde_json::from_str(&self.says(&["relying-party", "add", "Journalen", "--json"])?)?;
        let text = |name: &str| added[name].as_str().unwrap_or_default().to_owned();
        let id: RelyingPartyId = text("id").parse().map_err(|_| "no id")?;
        Ok(Backend::new(Web::new(&self.url), id, text("key")))
    }

    /// So many people with a phone each, enrolled as any other.
    pub async fn people(&self, count: usize) -> Result<Vec<Person>, Error> {
        let login = |number: usize| format!("person{number}@regionx.example");
        let hash = hash_password(PASSWORD, &[7; 16]).ok_or("no hash")?;
        let mut list = "upn,name,password_hash\n".to_owned();
        for number in 0..count {
            list.push_str(&format!("{},Person {number},\"{hash}\"\n", login(number)));
        }
        fs::write(self.at("users.csv"), list)?;
        self.says(&["user", "import", &self.at("users.csv").to_string_lossy()])?;
        let mut people = Vec::new();
        for number in 0..count {
            let clock = ManualClock::standing(SystemClock.now());
            let mut phone = RawPhone::new(&self.url, &clock);
            let mut browser = Visitor::new(&self.url);
            browser.sign_in(&login(number), PASSWORD).await?;
            let offered = phone.begin(&mut browser).await?;
            let page = browser.type_characters(&phone.characters(&offered)).await?;
            let shown = page.number().ok_or_else(|| format!("no number at {}", page.path))?;
            let person = Person { login: login(number), phone, clock };
            let challenge = person.challenge(None).await?;
            let approval = person.phone.approval(&challenge, &shown)?;
            person.phone.answer(approval).await?;
            let done = browser.get("/register").await?.path;
            if !done.starts_with("/register/done") {
                return Err(format!("not enrolled: {done}").into());
            }
            people.push(person);
        }
        Ok(people)
    }
}

/// Whether this is root, or somebody whom this machine takes for it.
fn is_root() -> Result<bool, Error> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

/// Somebody with a phone. The phone goes by the service's time, as it was last told it.
#[derive(Clone)]
pub struct Person {
    /// The user.
    pub login: String,
    /// The phone.
    pub phone: RawPhone,
    clock: ManualClock,
}

impl Person {
    /// The same, when the service has another public address and is reached as before.
    #[must_use]
    pub fn moved_to(self, service: &str) -> Self {
        Self { phone: self.phone.moved_to(service), ..self }
    }

    /// Signs by this time of the service from now on.
    fn told(&self, now: Seconds) {
        let (there, here) = (now.0 * 1_000, self.clock.now().0);
        if there >= here { self.clock.advance(there - here) } else { self.clock.step_back(here - there) }
    }

    /// The challenge that waits, or the one with this message, once it does. A service that has just started tells
    /// the phone by which time to sign, since it cannot know what was fetched before; a phone then does.
    pub async fn challenge(&self, message: Option<&str>) -> Result<Verified<Challenge>, Error> {
        let identity = self.phone.identity.ok_or("there was no offer yet")?;
        loop {
            let fetch = self.phone.fetch_message();
            let jws = self.phone.signed(paths::FETCH, &fetch, &self.phone.device_key);
            let reply = patiently(|| self.phone.web.jose(paths::FETCH, jws.clone())).await?;
            if reply.status != 200 {
                let problem = reply.problem()?;
                match (problem.code, problem.now) {
                    (Code::Clock, Some(now)) => self.told(now),
                    // The answer to the same fetch was lost on its way.
                    (Code::Replayed, _) => {}
                    _ => return Err(format!("{problem:?}").into()),
                }
                continue;
            }
            for text in reply.json::<FetchReply>()?.challenges {
                let challenge = Unverified::<Challenge>::parse(&text)?.verify(&identity, &RingVerify)?;
                if message.is_none() || challenge.payload.message.as_deref() == message {
                    return Ok(challenge);
                }
            }
            return Err("the challenge does not wait".into());
        }
    }
}

/// Milliseconds until somebody tries again whom nobody has answered.
const AGAIN: u64 = 3;

/// Asks until there is an answer that is not "try again", as every client of the service should.
pub async fn patiently<F>(ask: impl Fn() -> F) -> Result<Reply, Error>
where
    F: Future<Output = Result<Reply, Error>>,
{
    // The service is away for less than a second; who hears nothing for so long has found a fault.
    let until = monotonic() + Duration::from_secs(60);
    loop {
        match ask().await {
            Ok(reply) if reply.status != 503 => return Ok(reply),
            other if monotonic() > until => return other,
            Ok(reply) if reply.header("retry-after").is_empty() => {
                return Err(format!("503 without Retry-After: {}", reply.text()).into());
            }
            Ok(_) | Err(_) => SystemClock.sleep(AGAIN).await,
        }
    }
}
