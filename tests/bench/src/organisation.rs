//! An installation with a database full of users, and a relying party.

use crate::phone::Phone;
use crate::population::{Filled, fill};
use crate::service::Installation;
use crate::{Error, Outcome, clock};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Organisation {
    pub(crate) users: usize,
    pub(crate) installation: Installation,
    /// Those that have real keys.
    pub(crate) phones: Vec<Arc<Phone>>,
    /// The relying party's.
    pub(crate) key: String,
    /// How long filling the database took.
    pub(crate) filled: Duration,
    /// Of the database.
    pub(crate) bytes: u64,
    seeded: PathBuf,
}

impl Organisation {
    /// With `users` in its database, `phones` of which can be answered.
    pub(crate) async fn new(folder: &Path, users: usize, phones: usize) -> Result<Self, Error> {
        let installation = Installation::new(&folder.join(users.to_string())).await?;
        let (database, keys) = (installation.database(), installation.keys());
        let began = clock::now();
        let fills = move || fill(&database, &keys, users, phones.min(users));
        let Filled { phones, key } = tokio::task::spawn_blocking(fills).await??;
        let filled = clock::now() - began;
        let seeded = installation.folder.join("seeded.db");
        let bytes = fs::metadata(installation.database())?.len();
        let organisation = Self { users, installation, phones, key, filled, bytes, seeded };
        if users <= crate::figure::size::TAKING_PART {
            fs::copy(organisation.installation.database(), &organisation.seeded)?;
        }
        Ok(organisation)
    }

    /// Forgets every sign-in. Only while no service runs, and only a small database.
    pub(crate) fn afresh(&self) -> Outcome {
        let database = self.installation.database();
        for beside in ["-wal", "-shm"] {
            let mut name = database.clone().into_os_string();
            name.push(beside);
            let _ = fs::remove_file(name);
        }
        fs::copy(&self.seeded, &database)?;
        Ok(())
    }
}
