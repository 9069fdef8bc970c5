//! Bad luck at the boundary: whatever comes over it, the process lives and the next call is answered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use authenticator_bindings::{Config, Core, Event, Outcome, Screen};
use std::sync::Arc;
use std::thread;

const NOW: u64 = 1_800_000_000_000;

fn open(saved: Option<&[u8]>) -> Arc<Core> {
    let config = Config {
        app: "1.0.0".into(),
        model: "Pixel 9".into(),
        system: "Android 16".into(),
        allow_loopback_http: false,
    };
    Core::open(config, saved.map(<[u8]>::to_vec), vec![7; 32]).unwrap()
}

fn is_at_accounts(core: &Core) -> bool {
    matches!(core.view().unwrap().screen, Screen::Accounts { .. })
}

#[test]
fn a_saved_state_that_is_none_is_told_and_not_the_end() {
    let states: [&[u8]; 5] = [b"", b"{", b"\xff\xfe", b"[[[[[[[[", b"{\"v\":1,\"accounts\":[{}]}"];
    for saved in states {
        let core = open(Some(saved));
        core.dispatch(NOW, Event::Launched).unwrap();
        assert!(matches!(core.view().unwrap().screen, Screen::Result { .. }), "{saved:?}");
        core.dispatch(NOW, Event::Done).unwrap();
        assert!(is_at_accounts(&core), "{saved:?}");
    }
}

#[test]
fn an_outcome_of_no_effect_changes_nothing_and_is_counted() {
    let core = open(None);
    core.dispatch(NOW, Event::Launched).unwrap();
    for id in [0, 999, u64::MAX] {
        for outcome in [
            Outcome::NoNetwork,
            Outcome::Signed { signature: vec![0; 64] },
            Outcome::Http { status: 200, body: vec![0xff; 1 << 16] },
            Outcome::KeysCreated { device: Vec::new(), approval: Vec::new() },
        ] {
            assert_eq!(core.resolve(NOW, id, outcome).unwrap().len(), 0);
        }
    }
    assert_eq!(core.ignored().unwrap(), 12);
    assert!(is_at_accounts(&core));
}

#[test]
fn a_huge_code_is_refused() {
    let core = open(None);
    core.dispatch(NOW, Event::Launched).unwrap();
    core.dispatch(NOW, Event::AddAccount).unwrap();
    core.dispatch(NOW, Event::QrScanned { text: "å".repeat(5_000_000) }).unwrap();
    assert!(matches!(core.view().unwrap().screen, Screen::AddAccount { problem: Some(_) }));
}

#[test]
fn calls_from_several_threads_wait_for_each_other() {
    let core = open(None);
    core.dispatch(NOW, Event::Launched).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let core = Arc::clone(&core);
            thread::spawn(move || (0..500).try_for_each(|_| core.dispatch(NOW, Event::Refresh).map(drop)))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert!(is_at_accounts(&core));
}
