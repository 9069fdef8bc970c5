//! What browsers that the user has not signed in with have asked lately.

use super::World;
use crate::request::{Ended, FLOOD_WINDOW, NUMBER_MEMORY, REPORT_WINDOW, Strangers};
use authenticator_protocol::answer::End;

impl World {
    pub(super) fn strangers(&self) -> Strangers {
        let mut strangers = Strangers::default();
        for request in &self.requests {
            let strange = request.asker.session().is_some() && !request.origin.recognised;
            let recent = |ended: Ended| self.now < ended.at.plus_seconds(NUMBER_MEMORY);
            let is_test = request.enrolment.is_some();
            strangers.numbers += usize::from(strange && !is_test && request.ended.is_none_or(recent));
            let Some(ended) = request.ended.filter(|ended| strange && ended.end != End::Approved) else {
                continue;
            };
            if ended.end == End::Reported && self.now < ended.at.plus_seconds(REPORT_WINDOW) {
                strangers.reported.push(request.origin.address.clone());
            }
            strangers.unanswered += usize::from(self.now < ended.at.plus_seconds(FLOOD_WINDOW));
        }
        strangers
    }
}
