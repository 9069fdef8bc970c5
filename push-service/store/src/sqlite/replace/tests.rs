use super::*;
use crate::sqlite::in_use;
use crate::{Operate as _, Options, Place, Sqlite, Store as _, SystemRandom, Vault};
use authenticator_protocol::time::Millis;
use signin::fact::{Fact, FactKind};
use signin::policy::Policy;
use std::sync::Arc;
use tempfile::TempDir;

fn open(path: &Path) -> Arc<Sqlite> {
    let options = Options {
        policy: Policy::default(),
        clock: Arc::new(|| Millis(1_800_000_000_000)),
        vault: Arc::new(Vault::new([7; 32])),
        random: Box::new(SystemRandom::new()),
        readers: 1,
    };
    Sqlite::open(&Place::File(path.to_owned()), options).unwrap()
}

async fn records(store: &Sqlite) -> Vec<FactKind> {
    store.audit(0, 100).await.unwrap().into_iter().map(|record| record.fact.kind).collect()
}

/// What a killed process has left, with its newest record in its log alone, and beside it what is to take its place.
async fn killed() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (alive, path) = (folder.path().join("alive.db"), folder.path().join("styrk.db"));
    let store = open(&alive);
    store.record(Fact::new(FactKind::PasswordWrong)).await.unwrap();
    for suffix in ["", "-wal"] {
        fs::copy(with(&alive, suffix), with(&path, suffix)).unwrap();
    }
    assert!(in_use::has_log(&path));
    let restored = folder.path().join("styrk.db.restoring");
    let store = open(&restored);
    store.begin_anew("backup".to_owned()).await.unwrap();
    store.close().await;
    (folder, path, restored)
}

#[tokio::test]
async fn cut_off_after_any_step_there_is_the_old_one_or_the_new_one() {
    let mut all = 1;
    let mut taken = 0;
    while taken <= all {
        let (_folder, path, restored) = killed().await;
        let (steps, aside) = begin(&path, &restored, "T").unwrap();
        all = steps.len();
        steps[..taken].iter().try_for_each(Step::take).unwrap();
        // As if the process were killed here; another one opens the database.
        let store = open(&path);
        let expected = if taken == 0 { FactKind::PasswordWrong } else { FactKind::Restored };
        assert_eq!(records(&store).await, [expected], "after {taken} of {all} steps");
        store.close().await;
        let left: Vec<String> = neighbours(&path).unwrap().into_iter().map(|(name, _)| name).collect();
        assert!(!left.iter().any(|name| name.contains(NEW) || name.contains(RESTORING)), "{left:?}");
        if taken > 0 {
            // The old one is aside, with what was in its log alone.
            let old = open(&aside.unwrap());
            assert_eq!(records(&old).await, [FactKind::PasswordWrong], "after {taken} of {all} steps");
            old.close().await;
        }
        taken += 1;
    }
    assert!(all >= 7, "a log, its index, a link, two renames and their syncs: {all}");
}

#[tokio::test]
async fn finishing_may_be_cut_off_as_well() {
    for taken in 1..=7 {
        let (_folder, path, restored) = killed().await;
        begin(&path, &restored, "T").unwrap().0[..2].iter().try_for_each(Step::take).unwrap();
        let (new, aside) = (beside(&path, "replacing-T"), beside(&path, "replaced-T"));
        for step in left(&path, &new, &aside).iter().take(taken) {
            step.take().unwrap();
        }
        let store = open(&path);
        assert_eq!(records(&store).await, [FactKind::Restored], "{taken}");
        store.close().await;
    }
}

#[tokio::test]
async fn what_would_be_lost_by_it_is_not_replaced() {
    let (folder, path, restored) = killed().await;
    fs::write(beside(&path, "replaced-T"), b"older").unwrap();
    assert!(replace(&path, &restored, "T").unwrap_err().to_string().contains("replaced-T"));
    fs::write(with(&restored, "-wal"), b"its log").unwrap();
    assert!(replace(&path, &restored, "U").unwrap_err().to_string().contains("is the disk full?"));
    assert!(restored.exists(), "nothing has begun");
    drop(folder);
}

#[tokio::test]
async fn what_was_left_behind_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("styrk.db");
    open(&path).close().await;
    let left =
        ["unfinished-copy-0", "unfinished-copy-1-journal", "restoring", "restoring-wal", "restoring.lock"];
    let partial = ["schema-4.partial", "schema-4.partial-journal"];
    let others = ["copy-0", "schema-4", "replaced-T", "replaced-T-wal", "restoring2", "old"];
    for name in left.iter().chain(&partial).chain(&others) {
        fs::write(beside(&path, name), b"").unwrap();
    }
    open(&path).close().await;
    let exists = |names: &[&str]| names.iter().filter(|name| beside(&path, name).exists()).count();
    assert_eq!((exists(&left), exists(&partial), exists(&others)), (0, 0, others.len()));
}

#[tokio::test]
async fn a_copy_is_whole_has_no_name_and_needs_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("styrk.db");
    let store = open(&path);
    store.record(Fact::new(FactKind::PasswordWrong)).await.unwrap();
    let (state, mut file) = store.copy().unwrap();
    assert_eq!(state.sequence, 1);
    assert!(neighbours(&path).unwrap().iter().all(|(name, _)| !name.starts_with(COPY)));
    let elsewhere = folder.path().join("elsewhere.db");
    std::io::copy(&mut file, &mut File::create(&elsewhere).unwrap()).unwrap();
    assert_eq!(records(&open(&elsewhere)).await, [FactKind::PasswordWrong]);
    store.close().await;
}
