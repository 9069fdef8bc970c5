//! Recording what a phone's core is told and what it says.

use crate::replay::{Opening, Scenario, Step};
use authenticator_bindings::{Event, Octets, Outcome};
use authenticator_core::Core;
use authenticator_core::effect::{Effect, EffectKind};
use authenticator_protocol::time::Millis;

/// A scenario that grows with every call of the core.
pub(crate) struct Tape {
    scenario: Scenario,
    /// What the next step is about.
    about: Option<String>,
}

/// How the core was called.
pub(crate) enum Call {
    Event(Event),
    Outcome(u64, Outcome),
    Open(Opening),
}

impl Opening {
    pub(crate) fn new(seed: [u8; 32], saved: Option<&[u8]>) -> Self {
        let seed = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { seed, saved: saved.map(|saved| Octets(saved.to_vec())) }
    }
}

impl Tape {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self { scenario, about: None }
    }

    /// What the next step is about.
    pub(crate) fn about(&mut self, about: &str) {
        self.about = Some(about.to_owned());
    }

    /// The core was called; `about` where nobody has said it already.
    pub(crate) fn add(&mut self, core: &Core, at: Millis, call: Call, effects: &[Effect], about: &str) {
        let (event, effect, outcome, open) = match call {
            Call::Event(event) => (Some(event), None, None, None),
            Call::Outcome(id, outcome) => (None, Some(id), Some(outcome), None),
            Call::Open(opening) => (None, None, None, Some(opening)),
        };
        let drawn = effects.iter().any(|effect| effect.kind == EffectKind::Render);
        self.scenario.steps.push(Step {
            about: self.about.take().unwrap_or_else(|| about.to_owned()),
            at: at.0,
            event,
            effect,
            outcome,
            open,
            effects: effects.iter().cloned().map(Into::into).collect(),
            screen: drawn.then(|| core.view().into()),
        });
    }

    pub(crate) fn scenario(self) -> Scenario {
        self.scenario
    }
}
