//! `styrk relying-party …`.

use super::table::{short, table};
use super::{Configured, Form, Result};
use authenticator_protocol::keys::PublicKey;
use axum::http::Method;
use push_service::admin::client::escaped;
use push_service::admin::relying_parties::{Further, KeyShown, NewRelyingParty, RelyingPartyShown};
use push_service::admin::users::Changed;
use std::path::{Path, PathBuf};

#[derive(clap::Subcommand)]
pub(crate) enum RelyingPartyCommand {
    /// Let a web application, a VPN or an identity provider ask for approvals. Its key is shown once.
    #[command(
        after_help = "Example:\n  styrk relying-party add Journalen --webhook https://journalen.regionx.example/styrk"
    )]
    Add {
        /// A name for you; phones show it unless --application names others.
        name: String,
        /// A name that phones may show; the first one is shown when a request names none.
        #[arg(long = "application")]
        applications: Vec<String>,
        /// Where results are delivered. Private addresses: only those of `webhook_networks`.
        #[arg(long)]
        webhook: Option<String>,
        /// A file with a JWK (P-256): it signs its own tokens (private_key_jwt), and no secret is made.
        #[arg(long)]
        public_key: Option<PathBuf>,
        /// What the key is good for: ask, read. Everything when left out.
        #[arg(long = "scope")]
        scopes: Vec<String>,
    },
    /// All relying parties with their valid keys.
    #[command(after_help = "Example:\n  styrk relying-party list")]
    List,
    /// Make a further key. The newest of the others stays valid until `retire`; older ones end.
    #[command(
        after_help = "Example:\n  styrk relying-party rotate Journalen\n  … give Journalen the key, then\n  styrk relying-party retire Journalen"
    )]
    Rotate {
        /// Name or id.
        name: String,
        /// A file with a JWK (P-256): the further key is this one, and no secret.
        #[arg(long)]
        public_key: Option<PathBuf>,
        /// What the key is good for: ask, read. Everything when left out.
        #[arg(long = "scope")]
        scopes: Vec<String>,
    },
    /// End all keys but the newest: the change is made.
    #[command(after_help = "Example:\n  styrk relying-party retire Journalen")]
    Retire {
        /// Name or id.
        name: String,
    },
    /// End a relying party with its keys. What it waits for fails.
    #[command(after_help = "Example:\n  styrk relying-party remove Journalen")]
    Remove {
        /// Name or id.
        name: String,
    },
}

pub(crate) async fn run(file: &Configured, form: Form, command: &RelyingPartyCommand) -> Result {
    let mut client = file.connect().await?;
    let path = |name: &str, verb: &str| format!("/v1/relying-parties/{}{verb}", escaped(name));
    match command {
        RelyingPartyCommand::Add { name, applications, webhook, public_key, scopes } => {
            let public_key = public_key.as_deref().map(jwk).transpose()?;
            let new = NewRelyingParty {
                name: name.clone(),
                applications: applications.clone(),
                webhook: webhook.clone(),
                public_key,
                scopes: scopes.clone(),
            };
            let shown: KeyShown = client.send(Method::POST, "/v1/relying-parties", Some(&new)).await?;
            form.answer(&shown, || key(name, &shown))
        }
        RelyingPartyCommand::List => {
            let found: Vec<RelyingPartyShown> = client.get("/v1/relying-parties").await?;
            form.answer(&found, || list(&found))
        }
        RelyingPartyCommand::Rotate { name, public_key, scopes } => {
            let public_key = public_key.as_deref().map(jwk).transpose()?;
            let further = Further { public_key, scopes: scopes.clone() };
            let shown: KeyShown = client.send(Method::POST, &path(name, "/rotate"), Some(&further)).await?;
            form.answer(&shown, || {
                format!(
                    "{}\nThe key before it stays valid until: styrk relying-party retire {name}",
                    key(name, &shown)
                )
            })
        }
        RelyingPartyCommand::Retire { name } => {
            let changed: Changed = client.send(Method::POST, &path(name, "/retire"), None::<&()>).await?;
            form.answer(&changed, || {
                let how = if changed.changed { "The older key has ended." } else { "There is only one key." };
                format!("{name}: {how}")
            })
        }
        RelyingPartyCommand::Remove { name } => {
            let changed: Changed = client.send(Method::DELETE, &path(name, ""), None::<&()>).await?;
            form.answer(&changed, || format!("{name} is removed; what it waited for has failed."))
        }
    }
}

fn jwk(path: &Path) -> Result<PublicKey> {
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let key = serde_json::from_slice(&text);
    Ok(key.map_err(|error| format!("{}: not a JWK of P-256: {error}", path.display()))?)
}

fn key(name: &str, shown: &KeyShown) -> String {
    let KeyShown { id, key_id, key } = shown;
    let what = match key {
        Some(key) => format!("Its key, which is shown this once:\n{key}"),
        None => format!("It signs its tokens with the private half of its key, which is {key_id} in `list`."),
    };
    format!("{name} has the id {id} (`aud` in its results). {what}")
}

fn list(parties: &[RelyingPartyShown]) -> String {
    if parties.is_empty() {
        return "No relying parties.".to_owned();
    }
    let rows: Vec<_> = parties
        .iter()
        .map(|party| {
            let keys: Vec<String> = party
                .keys
                .iter()
                .map(|key| {
                    let kind = if key.kind == "secret" { "" } else { "public key, " };
                    format!("{} ({kind}{}, {})", key.id, key.scopes.join(" "), short(&key.added))
                })
                .collect();
            let webhook = party.webhook.clone().unwrap_or_else(|| "-".to_owned());
            vec![
                party.name.clone(),
                party.id.clone(),
                party.applications.join(", "),
                webhook,
                keys.join("; "),
            ]
        })
        .collect();
    table(&["NAME", "ID", "APPLICATIONS", "WEBHOOK", "KEYS"], &rows)
}
