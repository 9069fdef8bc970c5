use super::super::rows::write_one;
use super::*;
use tokio::sync::oneshot::Receiver as Answer;

/// A writer on a table of numbers, with a clock that can be set, and a gate that holds its first job.
fn writer(clock: &Arc<AtomicU64>) -> (Writer<()>, Arc<Time>) {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = ON;
             CREATE TABLE meta (time INTEGER NOT NULL);
             INSERT INTO meta VALUES (0);
             CREATE TABLE kept (number INTEGER PRIMARY KEY);
             CREATE TABLE child (parent INTEGER REFERENCES kept (number) DEFERRABLE INITIALLY DEFERRED);",
        )
        .unwrap();
    let clock = Arc::clone(clock);
    let time = Arc::new(Time::new(Arc::new(move || Millis(clock.load(Ordering::SeqCst))), 0));
    (Writer::start(connection, Arc::clone(&time), (), |_| Ok(())).unwrap(), time)
}

/// Holds the writing thread in a job until the sender is dropped, so that what follows is one batch.
fn hold(writer: &Writer<()>) -> std::sync::mpsc::Sender<()> {
    let (release, held) = std::sync::mpsc::channel();
    let waits = writer.run(move |_| {
        let _ = held.recv();
        Ok(())
    });
    drop(waits.unwrap());
    release
}

fn keep(writer: &Writer<()>, number: i64) -> Answer<Outcome<()>> {
    let sql = "INSERT INTO kept VALUES (?1)";
    writer.run(move |hand| write_one(hand.connection, "a row", sql, [number])).unwrap()
}

async fn kept(writer: &Writer<()>) -> i64 {
    let sum = "SELECT coalesce(sum(number), 0) FROM kept";
    let job = writer.run(move |hand| Ok(hand.connection.query_row(sum, [], |row| row.get(0))?));
    job.unwrap().await.unwrap().unwrap()
}

#[tokio::test]
async fn a_job_that_fails_leaves_nothing_and_disturbs_nobody() {
    let (writer, _) = writer(&Arc::new(AtomicU64::new(5)));
    let release = hold(&writer);
    let before = keep(&writer, 1);
    let fails = writer.run(|hand| {
        hand.connection.execute("INSERT INTO kept VALUES (2)", [])?;
        Err::<(), _>(StoreError::Corrupt("in the middle"))
    });
    let panics = writer.run(|hand| {
        hand.connection.execute("INSERT INTO kept VALUES (4)", []).unwrap();
        if hand.now > Millis(0) {
            panic!("on purpose");
        }
        Ok(())
    });
    let twice = keep(&writer, 1);
    let after = keep(&writer, 8);
    drop(release);
    assert!(before.await.unwrap().is_ok() && after.await.unwrap().is_ok());
    assert!(matches!(fails.unwrap().await.unwrap(), Err(StoreError::Corrupt("in the middle"))));
    assert!(matches!(panics.unwrap().await.unwrap(), Err(StoreError::Database(_))));
    assert!(matches!(twice.await.unwrap(), Err(StoreError::Database(_))));
    assert_eq!(kept(&writer).await, 1 + 8);
}

#[tokio::test]
async fn nobody_is_told_success_when_the_commit_fails() {
    let clock = Arc::new(AtomicU64::new(5));
    let (writer, time) = writer(&clock);
    assert!(keep(&writer, 16).await.unwrap().is_ok());
    clock.store(9, Ordering::SeqCst);
    let release = hold(&writer);
    let innocent = keep(&writer, 1);
    // A deferred foreign key lets its savepoint go, and the commit fail.
    let breaks = writer.run(|hand| write_one(hand.connection, "a row", "INSERT INTO child VALUES (99)", []));
    let gone = keep(&writer, 2);
    drop(gone);
    drop(release);
    assert!(matches!(innocent.await.unwrap(), Err(StoreError::Database(_))));
    assert!(matches!(breaks.unwrap().await.unwrap(), Err(StoreError::Database(_))));
    assert_eq!(kept(&writer).await, 16);
    assert_eq!(time.committed(), Millis(5));
    assert!(keep(&writer, 32).await.unwrap().is_ok(), "the next one is none the worse");
    assert_eq!(kept(&writer).await, 16 + 32);
}

#[tokio::test]
async fn when_sqlite_gives_a_transaction_up_all_its_jobs_hear_of_it() {
    let (writer, _) = writer(&Arc::new(AtomicU64::new(5)));
    let release = hold(&writer);
    let innocent = keep(&writer, 1);
    let ends = writer.run(|hand| Ok(hand.connection.execute_batch("ROLLBACK")?));
    drop(release);
    assert!(innocent.await.unwrap().is_err());
    assert!(ends.unwrap().await.unwrap().is_err());
    assert_eq!(kept(&writer).await, 0);
}

#[tokio::test]
async fn time_goes_forwards_with_each_commit() {
    let clock = Arc::new(AtomicU64::new(100));
    let (writer, time) = writer(&clock);
    keep(&writer, 1).await.unwrap().unwrap();
    clock.store(50, Ordering::SeqCst);
    assert_eq!(time.now(), Millis(100));
    let seen = writer.run(|hand| Ok(hand.now)).unwrap().await.unwrap().unwrap();
    assert_eq!(seen, Millis(100));
    clock.store(200, Ordering::SeqCst);
    assert_eq!(
        (time.now(), time.committed()),
        (Millis(200), Millis(100)),
        "reading the clock commits nothing"
    );
    keep(&writer, 2).await.unwrap().unwrap();
    let sql = "SELECT time FROM meta";
    let job = writer.run(move |hand| Ok(hand.connection.query_row(sql, [], |row| row.get::<_, i64>(0))?));
    assert_eq!(job.unwrap().await.unwrap().unwrap(), 200);
}

#[tokio::test]
async fn stopping_finishes_what_is_queued() {
    let (writer, _) = writer(&Arc::new(AtomicU64::new(5)));
    let jobs: Vec<_> = (1..=1000).map(|number| keep(&writer, number)).collect();
    writer.stop();
    for job in jobs {
        assert!(job.await.unwrap().is_ok());
    }
    assert!(matches!(writer.run(|_| Ok(())), Err(StoreError::Unavailable)));
}

#[tokio::test]
async fn more_than_can_wait_are_turned_away() {
    let (writer, _) = writer(&Arc::new(AtomicU64::new(5)));
    let release = hold(&writer);
    let turned_away = (0..QUEUE * 2).filter(|_| writer.run(|_| Ok(())).is_err()).count();
    assert!(turned_away >= QUEUE - 1);
    drop(release);
    writer.stop();
}
