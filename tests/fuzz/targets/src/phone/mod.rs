//! The phone's core, driven by whatever may happen to it in whatever order, with honest and dishonest services, lost
//! answers, failing keys, a clock that jumps, and a process that is killed between any two effects.
//!
//! `shell` runs the effects and holds every one against what must never happen; `steps` reads what happens next.

mod shell;
mod steps;

use crate::reader::Reader;
use authenticator_core::Core;
use authenticator_core::effect::EffectKind;
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use scenarios::sentences;
use scenarios::shell::{START, config};
use shell::{Shell, Start};
use std::sync::LazyLock;

/// More is no phone's life, and takes its time.
const STEPS: usize = 150;

static STARTS: LazyLock<[Start; 4]> = LazyLock::new(|| {
    let enrolled = |servers: &[usize], confirmed: bool| {
        let mut shell = Shell::new(&Start::default());
        for server in servers {
            shell.enrol(*server, confirmed);
        }
        shell.start()
    };
    [Start::default(), enrolled(&[0], true), enrolled(&[0, 1], true), enrolled(&[0], false)]
});

pub(crate) fn phone(data: &[u8]) {
    let mut reader = Reader(data);
    let mut shell = Shell::new(reader.of(&*STARTS));
    shell.event(Event::Launched);
    for _ in 0..STEPS {
        if reader.is_over() {
            break;
        }
        steps::step(&mut shell, &mut reader);
    }
    shell.there_is_a_way();
    shell.nothing_is_left_behind();
}

/// Arbitrary bytes as the saved state.
pub(crate) fn saved(data: &[u8]) {
    let mut core = Core::open(config(), Some(data), [0; 32]);
    sentences::check(&core.view());
    let readable = !matches!(core.view().screen, Screen::Result { .. });
    core.dispatch(START, Event::Launched);
    core.dispatch(START, Event::Back);
    core.dispatch(START, Event::OpenSettings);
    let effects = core.dispatch(START, Event::ChooseLanguage(None));
    core.dispatch(START, Event::Back);
    sentences::check(&core.view());
    let kept = effects.iter().find_map(|effect| match &effect.kind {
        EffectKind::Save { state } => Some(state),
        _ => None,
    });
    if readable {
        let kept = kept.expect("what was chosen is saved");
        let mut again = Core::open(config(), Some(kept), [1; 32]);
        let before = core.dispatch(START, Event::Backgrounded);
        assert!(!before.is_empty(), "the sockets close some time later");
        assert_eq!(without_checking(again.view().screen), without_checking(core.view().screen));
        again.dispatch(START, Event::OpenSettings);
        let twice = again.dispatch(START, Event::ChooseLanguage(None));
        assert!(
            twice.iter().any(|effect| matches!(&effect.kind, EffectKind::Save { state } if state == kept))
        );
    }
}

/// A core that has just been opened has asked nobody yet.
fn without_checking(screen: Screen) -> Screen {
    match screen {
        Screen::Accounts { accounts, waiting, notice, .. } => {
            Screen::Accounts { accounts, waiting, notice, checking: false }
        }
        other => other,
    }
}
