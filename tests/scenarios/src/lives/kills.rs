//! The process is killed at each effect of an approval, once before the effect is carried out and once after.

use super::{anna_asked, done, yes};
use crate::Scenario;
use crate::shell::{Kill, Phone, answers};
use authenticator_core::effect::EffectKind;
use authenticator_core::screen::Screen;
use authenticator_protocol::answer::End;

/// As many as there are effects.
pub(super) fn all() -> Vec<(String, Scenario)> {
    let mut all = Vec::new();
    for after in 0.. {
        let before = killed(Kill { after, carried_out: false });
        let done = killed(Kill { after, carried_out: true });
        let (Some((_, before)), Some((kind, done))) = (before, done) else { break };
        all.push((format!("killed-approving-{after:02}-before-{kind}"), before));
        all.push((format!("killed-approving-{after:02}-after-{kind}"), done));
    }
    all
}

/// The effect at which it happens, and the life; `None` when there are not that many.
fn killed(kill: Kill) -> Option<(&'static str, Scenario)> {
    let (mut phone, mut service) = anna_asked(
        "The system kills the app while Anna says yes.",
        "After the next start the request waits if no answer arrived, and is gone if one did. Nothing is answered twice.",
    );
    let before = (phone.log.len(), answers(&service));
    phone.kill = Some(kill);
    yes(&mut phone, &mut service);
    if !phone.dead {
        return None;
    }
    let kind = kind(&phone, before.0 + kill.after);
    phone.restart(&mut [&mut service]);
    if matches!(phone.screen(), Screen::Approve { .. }) {
        assert_eq!(answers(&service), before.1, "asked again after an answer");
        yes(&mut phone, &mut service);
        assert_eq!(answers(&service), before.1 + 1);
        assert_eq!(service.asked.last()?.end, Some((End::Approved, true)));
        return Some((kind, done(phone, &mut service)));
    }
    super::at_home(&phone);
    assert_eq!(answers(&service), before.1 + 1);
    assert_eq!(service.asked.last()?.end, Some((End::Approved, true)));
    Some((kind, phone.scenario()))
}

/// What the effect is called whose turn it was.
fn kind(phone: &Phone, number: usize) -> &'static str {
    match &phone.log[number].kind {
        EffectKind::Sign { .. } => "sign",
        EffectKind::Post { .. } => "post",
        EffectKind::Render => "render",
        EffectKind::CancelTimer { .. } => "cancel-timer",
        other => panic!("give it a name: {other:?}"),
    }
}
