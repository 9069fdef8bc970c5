//! Scenarios, and running one against the core, as shells see it.

use crate::difference::difference;
use authenticator_bindings::{
    Config, Core, CoreError, Effect, EffectKind, Event, Octets, Outcome, ScreenModel,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One life: what happens to the app in order, and what the core says to each.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What happens, in a sentence.
    pub about: String,
    /// What the core promises then.
    pub promise: String,
    /// What the shell says about itself.
    pub config: Config,
    /// How the app starts.
    pub open: Opening,
    /// What happens then.
    pub steps: Vec<Step>,
}

/// A start of the app's process.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 32 bytes in hex.
    pub seed: String,
    /// What was saved last; `null` when nothing ever was.
    pub saved: Option<Octets>,
}

/// One call of the core. It has an `event`, an `effect` with its `outcome`, or `open`: the process was killed and is
/// started again, without the outcomes of what was under way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What happens, in a sentence.
    pub about: String,
    /// The phone's time, in milliseconds.
    pub at: u64,
    /// For `dispatch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// For `resolve`: which effect has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<u64>,
    /// For `resolve`: how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// For a new process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Opening>,
    /// What the core hands out.
    pub effects: Vec<Effect>,
    /// What it shows then; there exactly when `render` is among the effects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<ScreenModel>,
}

impl Scenario {
    /// As it stands in its file.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("forms are plain data with string keys");
        text + "\n"
    }
}

impl Opening {
    /// The core of the new process.
    fn core(&self, config: &Config) -> Result<Arc<Core>, String> {
        let byte = |digits: &[u8]| {
            std::str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
        };
        let seed: Option<Vec<u8>> = self.seed.as_bytes().chunks(2).map(byte).collect();
        let saved = self.saved.clone().map(|saved| saved.0);
        let seed = seed.ok_or("seed: not hex")?;
        Core::open(config.clone(), saved, seed).map_err(|error| error.to_string())
    }
}

/// Runs `scenario`; says how many steps that were, or in which step what is different.
pub fn replay(scenario: &Scenario) -> Result<usize, String> {
    let mut ran = 0;
    let mut core = scenario.open.core(&scenario.config)?;
    for (number, step) in scenario.steps.iter().enumerate() {
        let place = |what: String| format!("step {number} ({}): {what}", step.about);
        let effects = match step.clone() {
            Step { event: Some(event), effect: None, outcome: None, open: None, .. } => {
                core.dispatch(step.at, event)
            }
            Step { event: None, effect: Some(id), outcome: Some(outcome), open: None, .. } => {
                core.resolve(step.at, id, outcome)
            }
            Step { event: None, effect: None, outcome: None, open: Some(opening), .. } => {
                core = opening.core(&scenario.config).map_err(place)?;
                Ok(Vec::new())
            }
            _ => return Err(place("needs an event, or an effect with its outcome, or open".to_owned())),
        };
        let failed = |error: CoreError| place(error.to_string());
        let effects = effects.map_err(failed)?;
        let drawn = effects.iter().any(|effect| effect.kind == EffectKind::Render);
        let screen = drawn.then(|| core.view()).transpose().map_err(failed)?;
        let found =
            same("effects", &step.effects, &effects).or_else(|| same("screen", &step.screen, &screen));
        if let Some(found) = found {
            return Err(place(found));
        }
        ran += 1;
    }
    Ok(ran)
}

fn same<T: Serialize>(path: &str, expected: &T, actual: &T) -> Option<String> {
    let value = |form: &T| serde_json::to_value(form).expect("forms are plain data with string keys");
    difference(path, &value(expected), &value(actual))
}
