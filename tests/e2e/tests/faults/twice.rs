//! Two services on one database.

use crate::turn;
use e2e::Outcome;
use e2e::faults::Installation;
use e2e::faults::load::Load;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_is_refused_and_the_first_goes_on() -> Outcome {
    let _turn = turn().await;
    let installation = Installation::new()?;
    let process = installation.start().await?;
    let load = Load::begin(&installation, 3).await?;
    load.more(10).await?;
    for _ in 0..3 {
        let said = installation.does_not_start().await?;
        assert!(said.contains("in use by another process; is styrk already running?"), "{said}");
        load.more(5).await?;
    }
    for words in [&["migrate"][..], &["restore", "nowhere.tar"]] {
        let said = installation.refuses(words)?;
        assert!(said.contains("the service is running"), "{said}");
    }
    let (said, lost) = load.end(&installation).await?;
    println!("two services: {} sign-ins acknowledged by the first, {} lost", said.len(), lost.len());
    assert_eq!(lost, Vec::<String>::new());
    process.stop()?;
    Ok(())
}
