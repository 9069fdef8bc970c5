//! What is to be done, in order, each thing under a number of its own.

use crate::effect::{Effect, EffectKind};

/// Effects that the shell has not been handed yet.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    last: u64,
    effects: Vec<Effect>,
}

impl Queue {
    /// A number that was not used before: of an effect, a timer or a socket.
    pub(crate) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Adds one; returns its id.
    pub(crate) fn push(&mut self, kind: EffectKind) -> u64 {
        let id = self.number();
        self.effects.push(Effect { id, kind });
        id
    }

    /// Starts a timer; returns its name.
    pub(crate) fn timer(&mut self, after: u64) -> u64 {
        let timer = self.number();
        self.push(EffectKind::StartTimer { timer, after });
        timer
    }

    /// Hands everything out.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }
}
