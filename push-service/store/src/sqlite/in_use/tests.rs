use super::*;
use crate::{Alone, Options, Place, Sqlite, Store as _, SystemRandom, Vault};
use authenticator_protocol::time::Millis;
use signin::fact::{Fact, FactKind};
use signin::policy::Policy;
use std::fs;
use std::sync::Arc;

fn open(path: &Path, key: u8) -> Result<Arc<Sqlite>, OpenError> {
    let options = Options {
        policy: Policy::default(),
        clock: Arc::new(|| Millis(1_800_000_000_000)),
        vault: Arc::new(Vault::new([key; 32])),
        random: Box::new(SystemRandom::new()),
        readers: 1,
    };
    Sqlite::open(&Place::File(path.to_owned()), options)
}

fn copy(from: &Path, to: &Path, suffixes: &[&str]) {
    for suffix in suffixes {
        let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        fs::copy(with(from), with(to)).unwrap();
    }
}

fn is_refused(path: &Path) -> bool {
    matches!(open(path, 7), Err(OpenError::LogMissing(_)))
}

#[tokio::test]
async fn a_file_without_the_log_that_it_needs_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = open(&at("styrk.db"), 7).unwrap();
    copy(&at("styrk.db"), &at("at_once.db"), &[""]);
    store.record(Fact::new(FactKind::PasswordWrong)).await.unwrap();
    copy(&at("styrk.db"), &at("alone.db"), &[""]);
    copy(&at("styrk.db"), &at("both.db"), &["", "-wal"]);
    for name in ["at_once.db", "alone.db"] {
        for _ in 0..3 {
            assert!(is_refused(&at(name)), "{name}: looking at it does not make it whole");
        }
        assert!(matches!(Alone::with(&at(name)).unwrap().migrate(), Err(OpenError::LogMissing(_))));
    }
    // Another key must not take the log away on its way out.
    assert!(matches!(open(&at("both.db"), 8), Err(OpenError::WrongKey)));
    let both = open(&at("both.db"), 7).unwrap();
    assert_eq!(both.audit(0, 10).await.unwrap().len(), 1);

    // With its log back, it is whole.
    copy(&at("styrk.db"), &at("alone.db"), &["", "-wal"]);
    let alone = open(&at("alone.db"), 7).unwrap();
    assert_eq!(alone.audit(0, 10).await.unwrap().len(), 1);
    store.close().await;
}

#[tokio::test]
async fn what_was_closed_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = open(&at("styrk.db"), 7).unwrap();
    store.record(Fact::new(FactKind::PasswordWrong)).await.unwrap();
    copy(&at("styrk.db"), &at("killed.db"), &["", "-wal"]);
    store.close().await;
    assert!(!log_of(&at("styrk.db")).exists());
    copy(&at("styrk.db"), &at("closed.db"), &[""]);
    assert_eq!(open(&at("closed.db"), 7).unwrap().audit(0, 10).await.unwrap().len(), 1);
    // `migrate` is a use like any other, and closes what was killed.
    Alone::with(&at("killed.db")).unwrap().migrate().unwrap();
    assert!(!log_of(&at("killed.db")).exists());
    assert_eq!(open(&at("killed.db"), 7).unwrap().audit(0, 10).await.unwrap().len(), 1);
}
