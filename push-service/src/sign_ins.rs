//! Sign-ins from question to end: one line in the log for each, and its metrics.

use crate::metrics::Metrics;
use crate::remembered::Remembered;
use authenticator_protocol::ids::RequestId;
use authenticator_protocol::time::Millis;
use signin::fact::{Fact, FactKind};
use std::sync::{Mutex, PoisonError};

/// What was asked and has not ended. A request of before the start is not known: its line has no duration.
#[derive(Default)]
pub struct SignIns(Mutex<Remembered<RequestId, Opened>>);

struct Opened {
    at: Millis,
    application: String,
}

/// Requests that are remembered before those are forgotten that must have ended.
const MANY: usize = 10_000;

/// Milliseconds after which a request has ended, also where nobody was told: longer than any lives.
const OVER: u64 = 15 * 60 * 1000;

impl SignIns {
    /// Takes a fact that was committed at `at`. True when it was the end of a request, and has its line.
    pub fn take(&self, fact: &Fact, at: Millis, metrics: &Metrics) -> bool {
        let Some(id) = fact.request else { return false };
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fact.kind == FactKind::RequestOpened {
            opened.tidy(MANY, at.seconds(), |opened| at.since(opened.at) < OVER);
            opened.things.insert(id, Opened { at, application: fact.detail.clone().unwrap_or_default() });
            return false;
        }
        let Some(end) = end(fact.kind) else { return false };
        let begun = opened.things.remove(&id);
        drop(opened);
        let millis = begun.as_ref().map(|opened| at.since(opened.at));
        metrics.ended(end, millis);
        tracing::info!(
            end,
            seconds = millis.map(|millis| tracing::field::display(format!("{}.{:03}", millis / 1000, millis % 1000))),
            application = begun.map(|opened| opened.application),
            request = %id,
            user = fact.user.map(tracing::field::display),
            device = fact.device.map(tracing::field::display),
            enrolment = fact.enrolment.map(tracing::field::display),
            relying_party = fact.relying_party.map(tracing::field::display),
            address = fact.address,
            "sign-in ended"
        );
        true
    }
}

/// The word for an end, if the fact is one.
fn end(kind: FactKind) -> Option<&'static str> {
    match kind {
        FactKind::RequestApproved
        | FactKind::RequestDenied
        | FactKind::RequestReported
        | FactKind::RequestWrongNumber
        | FactKind::RequestExpired
        | FactKind::RequestCancelled
        | FactKind::RequestSuperseded
        | FactKind::RequestFailed => kind.as_str().strip_prefix("request_"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::answer::End;

    #[test]
    fn each_end_is_taken_once_and_nothing_is_kept() {
        let (sign_ins, metrics) = (SignIns::default(), Metrics::default());
        for (number, how) in (1..).zip(End::ALL) {
            let kind = FactKind::from_word(&format!("request_{}", how.as_str())).unwrap();
            let fact = |kind| Fact { request: Some(RequestId::from_bytes([number; 16])), ..Fact::new(kind) };
            assert!(!sign_ins.take(&fact(FactKind::RequestOpened), Millis(1_000), &metrics));
            assert!(sign_ins.take(&fact(kind), Millis(8_500), &metrics), "{kind:?}");
        }
        assert!(sign_ins.0.lock().unwrap().things.is_empty());
        let text = metrics.text();
        assert!(text.contains("styrk_sign_ins_ended_total{end=\"wrong_number\"} 1"), "{text}");
        assert!(text.contains("styrk_sign_in_seconds_sum 7.5"), "approved ones alone: {text}");
        let signed_in =
            Fact { request: Some(RequestId::from_bytes([1; 16])), ..Fact::new(FactKind::SignedIn) };
        assert!(!sign_ins.take(&signed_in, Millis(9_000), &metrics));
    }
}
