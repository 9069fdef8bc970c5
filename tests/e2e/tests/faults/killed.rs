//! kill -9, at any moment.

use crate::turn;
use e2e::faults::Installation;
use e2e::faults::load::{Load, changed};
use e2e::{Error, Outcome};
use push_service::clock::{Clock as _, SystemClock, monotonic};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const KILLS: usize = 200;
const PEOPLE: usize = 6;
/// The service lives for less than so many milliseconds after it is ready.
const LIFE: u64 = 200;

/// xorshift64: random enough for moments, and the same again with the same seed.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_times_under_load_and_nothing_is_lost() -> Outcome {
    let _turn = turn().await;
    let seed = match std::env::var("STYRK_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => SystemClock.now().0,
    };
    println!("STYRK_SEED={seed}");
    let (mut moments, began) = (Moments(seed.max(1)), monotonic());
    let installation = Installation::new()?;
    let mut process = installation.start().await?;
    let load = Load::begin(&installation, PEOPLE).await?;
    let mut lost = Vec::new();
    for _ in 0..KILLS {
        SystemClock.sleep(moments.next(LIFE)).await;
        process.kill()?;
        let said = load.book.all();
        process = installation.start().await?;
        // What was said just before, in the words of the next process.
        lost.extend(changed(&load.backend, &said[said.len().saturating_sub(PEOPLE)..]).await?);
        if load.is_broken() {
            break;
        }
    }
    let again = Arc::clone(&load.book);
    let (said, missing) = load.end(&installation).await?;
    lost.extend(missing);
    process.stop()?;
    let again = again.again.load(Ordering::Relaxed);
    println!(
        "{KILLS} kills in {} s: {} sign-ins acknowledged, {again} answers were sent again, {} lost",
        (monotonic() - began).as_secs(),
        said.len(),
        lost.len()
    );
    assert!(said.len() > KILLS && again > 10, "there was no load to speak of");
    if lost.is_empty() { Ok(()) } else { Err(Error::from(lost[..lost.len().min(10)].join("\n"))) }
}
