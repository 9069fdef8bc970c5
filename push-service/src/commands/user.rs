//! `styrk user …`.

use super::table::{or_dash, short, table};
use super::{Configured, Form, Result, device};
use authenticator_protocol::random::bytes;
use axum::http::Method;
use push_service::admin::client::{Client, ClientError, escaped};
use push_service::admin::users::{Changed, Entries, ImportDone, NewEntry, NewPassword, UserShown};
use push_service::directory::hash_password;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

#[derive(clap::Subcommand)]
pub(crate) enum UserCommand {
    /// Add one user.
    #[command(after_help = "Example:\n  styrk user add anna@regionx.example --name \"Anna Andersson\" \
        --email anna.andersson@regionx.example\n  styrk user password anna@regionx.example")]
    Add {
        /// The full user name (UPN).
        upn: String,
        /// The name to show.
        #[arg(long)]
        name: String,
        /// The e-mail; it is another name to sign in with.
        #[arg(long)]
        email: Option<String>,
        /// The mobile number: +46701234567.
        #[arg(long)]
        mobile: Option<String>,
    },
    /// All users.
    #[command(after_help = "Example:\n  styrk user list --json | jq -r '.[] | select(.disabled) | .upn'")]
    List,
    /// One user, with their devices.
    #[command(after_help = "Example:\n  styrk user show anna@regionx.example")]
    Show(Named),
    /// Let a user in no more: requests, sessions and sockets end at once. Their phones stay registered.
    #[command(after_help = "Example:\n  styrk user disable anna@regionx.example")]
    Disable(Named),
    /// Let a disabled user in again.
    #[command(after_help = "Example:\n  styrk user enable anna@regionx.example")]
    Enable(Named),
    /// Let the app count again after too many wrong numbers.
    #[command(after_help = "Example:\n  styrk user unlock anna@regionx.example")]
    Unlock(Named),
    /// Set a password. Asked for on a terminal; else the first line of standard input. Ends the user's sessions.
    #[command(after_help = "Example:\n  styrk user password anna@regionx.example < password.txt")]
    Password(Named),
    /// Erase a user and everything about them. The audit trail keeps what happened and when, by ids alone.
    #[command(after_help = "Example:\n  styrk user remove anna@regionx.example --yes")]
    Remove {
        #[command(flatten)]
        user: Named,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Add and change users from a CSV file: all of them, or none when a line is wrong.
    #[command(
        after_help = "The first line names the columns: upn,email,name,mobile and, if you like, password_hash \
        (a PHC string, $argon2id$…). Empty fields are not there. Users that the file does not name stay as they are.\n\n\
        Example of a file:\n  upn,email,name,mobile\n  anna@regionx.example,anna.andersson@regionx.example,Anna \
        Andersson,+46701234567\n\nExample:\n  styrk user import users.csv --dry-run"
    )]
    Import {
        /// The file, in UTF-8.
        file: PathBuf,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(clap::Args)]
pub(crate) struct Named {
    /// UPN or e-mail.
    user: String,
}

/// Characters that a password has at least (SP 800-63B-4: 8 beside a second factor).
const SHORTEST: usize = 8;
const LONGEST: usize = 1024;

pub(crate) async fn run(file: &Configured, form: Form, command: &UserCommand) -> Result {
    let mut client = file.connect().await?;
    match command {
        UserCommand::Add { upn, name, email, mobile } => {
            let user = NewEntry {
                upn: upn.clone(),
                email: email.clone(),
                name: name.clone(),
                mobile: mobile.clone(),
                password_hash: None,
            };
            let entries = Entries { dry_run: false, add_only: true, users: vec![user] };
            let done: ImportDone = client.send(Method::POST, "/v1/users", Some(&entries)).await.map_err(
                |error| match error {
                    ClientError::Refused(refused) => {
                        format!("{}: {}", refused.column.unwrap_or_default(), refused.error)
                    }
                    other => other.to_string(),
                },
            )?;
            form.answer(&done, || {
                format!("Added {upn}, who has no password yet. Now: styrk user password {upn}")
            })
        }
        UserCommand::List => list(&mut client, form).await,
        UserCommand::Show(named) => {
            let user: UserShown = client.get(&path(&named.user, "")).await?;
            form.answer(&user, || show(&user))
        }
        UserCommand::Disable(named) => {
            change(&mut client, form, named, "disable", ["may not sign in any more", "was disabled already"])
                .await
        }
        UserCommand::Enable(named) => {
            change(&mut client, form, named, "enable", ["may sign in again", "was not disabled"]).await
        }
        UserCommand::Unlock(named) => {
            change(&mut client, form, named, "unlock", ["can use the app again", "was not locked"]).await
        }
        UserCommand::Password(named) => {
            // Whether there is such a user is said before anything is typed.
            let user: UserShown = client.get(&path(&named.user, "")).await?;
            let password = read_password(&user.upn)?;
            let salt = bytes(&mut store::SystemRandom::new());
            let hash = hash_password(&password, &salt).ok_or("the password cannot be hashed")?;
            let body = NewPassword { hash };
            let changed: Changed =
                client.send(Method::POST, &path(&user.upn, "/password"), Some(&body)).await?;
            form.answer(&changed, || format!("{} has a new password, and no sessions.", changed.what))
        }
        UserCommand::Remove { user, yes } => {
            if !yes && !agreed(&format!("Erase {} and everything about them? Type yes: ", user.user))? {
                return Err("nothing was erased: say yes, or give --yes".into());
            }
            let changed: Changed = client.send(Method::DELETE, &path(&user.user, ""), None::<&()>).await?;
            form.answer(&changed, || {
                format!(
                    "Erased {}. The audit trail keeps ids. Backups from before still hold them: see operations.md.",
                    changed.what
                )
            })
        }
        UserCommand::Import { file, dry_run } => import(&mut client, form, file, *dry_run).await,
    }
}

fn path(user: &str, rest: &str) -> String {
    format!("/v1/users/{}{rest}", escaped(user))
}

async fn change(
    client: &mut Client,
    form: Form,
    named: &Named,
    verb: &str,
    [done, same]: [&str; 2],
) -> Result {
    let changed: Changed = client.post(&path(&named.user, &format!("/{verb}"))).await?;
    form.answer(&changed, || format!("{} {}.", changed.what, if changed.changed { done } else { same }))
}

async fn list(client: &mut Client, form: Form) -> Result {
    let mut all: Vec<UserShown> = Vec::new();
    loop {
        let after = all.last().map(|user| user.upn.as_str()).unwrap_or_default();
        let page: Vec<UserShown> = client.get(&format!("/v1/users?after={}", escaped(after))).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    form.answer(&all, || {
        let rows: Vec<_> = all
            .iter()
            .map(|user| vec![user.upn.clone(), or_dash(user.email.clone()), state(user), user.name.clone()])
            .collect();
        table(&["UPN", "E-MAIL", "STATE", "NAME"], &rows)
    })
}

fn state(user: &UserShown) -> String {
    match (user.disabled, user.app_locked, &user.first_confirmed) {
        (true, _, _) => "disabled",
        (_, true, _) => "app locked",
        (_, _, None) => "no phone yet",
        _ => "active",
    }
    .to_owned()
}

fn show(user: &UserShown) -> String {
    let row = |title: &str, text: String| vec![title.to_owned(), text];
    let rows = [
        row("E-mail", or_dash(user.email.clone())),
        row("Name", user.name.clone()),
        row("Mobile", or_dash(user.mobile.clone())),
        row("State", state(user)),
        row("Wrong numbers in a row", user.wrong_in_row.to_string()),
        row("First phone", or_dash(user.first_confirmed.as_deref().map(short))),
        row(
            "Pass",
            user.pass_until
                .as_deref()
                .map_or_else(|| "-".to_owned(), |until| format!("until {}", short(until))),
        ),
        row("Id", user.id.clone()),
    ];
    let devices = user.devices.as_deref().unwrap_or_default();
    format!("{}\n\n{}", table(&["UPN", &user.upn], &rows), device::devices(devices))
}

/// Twice on a terminal, since a slip would not be found out.
fn read_password(upn: &str) -> Result<Zeroizing<String>> {
    let password = if std::io::stdin().is_terminal() {
        let said = Zeroizing::new(rpassword::prompt_password(format!("New password of {upn}: "))?);
        if *said != *Zeroizing::new(rpassword::prompt_password("The same once more: ")?) {
            return Err("the two passwords differ".into());
        }
        said
    } else {
        let mut line = Zeroizing::new(String::new());
        std::io::stdin().lock().read_line(&mut line)?;
        Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(
            format!("a password has at least {SHORTEST} characters, and at most {LONGEST} bytes").into()
        );
    }
    Ok(password)
}

fn agreed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    eprint_question(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}

#[expect(clippy::print_stderr, reason = "a question to the operator")]
fn eprint_question(question: &str) {
    eprint!("{question}");
}

/// Entries, and the line on which each begins.
struct Csv {
    entries: Vec<NewEntry>,
    lines: Vec<u64>,
}

const COLUMNS: [&str; 5] = ["upn", "email", "name", "mobile", "password_hash"];

/// Every mistake is named, up to twenty of them.
fn read_csv(file: &Path) -> Result<Csv> {
    let named = |error: String| format!("{}: {error}", file.display());
    let open = File::open(file).map_err(|error| named(error.to_string()))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(open);
    let head = reader.headers().map_err(|error| named(error.to_string()))?.clone();
    let mut places = HashMap::new();
    for (place, title) in head.iter().map(|title| title.trim_start_matches('\u{feff}')).enumerate() {
        let known = COLUMNS.iter().find(|column| **column == title);
        let column = known.ok_or_else(|| {
            named(format!("line 1: unknown column {title:?}; known are {}", COLUMNS.join(", ")))
        })?;
        if places.insert(*column, place).is_some() {
            return Err(named(format!("line 1: column {column} stands there twice")).into());
        }
    }
    for needed in ["upn", "name"] {
        if !places.contains_key(needed) {
            return Err(named(format!("line 1: column {needed} is missing")).into());
        }
    }
    let (mut found, mut wrong) = (Csv { entries: Vec::new(), lines: Vec::new() }, Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                wrong.push(named(format!("line {line}: {}", in_words(&error))));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: &str| {
            let text = places.get(column).and_then(|place| record.get(*place)).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let entry = NewEntry {
            upn: field("upn").unwrap_or_default(),
            email: field("email"),
            name: field("name").unwrap_or_default(),
            mobile: field("mobile"),
            password_hash: field("password_hash"),
        };
        if let Err((column, problem)) = entry.check() {
            wrong.push(named(format!("line {line}, {column}: {problem}")));
        }
        found.entries.push(entry);
        found.lines.push(line);
    }
    if wrong.is_empty() {
        return Ok(found);
    }
    let more = wrong.len().saturating_sub(20);
    wrong.truncate(20);
    if more > 0 {
        wrong.push(format!("and {more} more"));
    }
    Err(format!("nothing was imported:\n{}", wrong.join("\n")).into())
}

fn in_words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where the first line has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8: save the file as UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

async fn import(client: &mut Client, form: Form, file: &Path, dry_run: bool) -> Result {
    let Csv { entries, lines } = read_csv(file)?;
    let body = Entries { dry_run, add_only: false, users: entries };
    let done: ImportDone =
        client.send(Method::POST, "/v1/users", Some(&body)).await.map_err(|error| match error {
            ClientError::Refused(refused) => {
                let line = refused.entry.and_then(|entry| lines.get(entry)).copied().unwrap_or_default();
                let column = refused.column.unwrap_or_default();
                let file = file.display();
                format!("nothing was imported:\n{file}: line {line}, {column}: {}", refused.error)
            }
            other => other.to_string(),
        })?;
    let begin = if dry_run { "Would import" } else { "Imported" };
    form.answer(&done, || {
        format!("{begin}: {} added, {} changed, {} as before.", done.added, done.changed, done.same)
    })
}
