//! The prompt that unlocks the approval key.

use super::Installation;
use crate::inbox::Report;
use crate::phone::UnlockAnswer;
use authenticator_core::effect::{Key, KeyFailure, Outcome};
use authenticator_core::text::Text;

/// An unlock prompt that waits for its user.
pub(super) struct Prompt {
    pub(super) id: u64,
    pub(super) account: String,
    pub(super) message: Vec<u8>,
}

impl Installation {
    pub(super) fn ask_user(&mut self, prompt: Prompt, reason: Option<Text>) {
        // Like the systems' own: a second prompt closes the first.
        self.answer_prompt(UnlockAnswer::Cancel);
        self.prompt = Some(prompt);
        let answer = self.seen.borrow().unlock;
        if answer == UnlockAnswer::Ask {
            let reason = reason.unwrap_or_else(|| Text::plain("phone-approve-yes"));
            self.show(|state| state.prompt = Some(reason));
        }
        self.answer_prompt(answer);
    }

    pub(super) fn answer_prompt(&mut self, answer: UnlockAnswer) {
        if answer == UnlockAnswer::Ask {
            return;
        }
        let Some(Prompt { id, account, message }) = self.prompt.take() else { return };
        self.show(|state| state.prompt = None);
        let outcome = match answer {
            UnlockAnswer::Unlock => self.kept.keys().sign(&account, Key::Approval, &message),
            UnlockAnswer::LockedOut => Outcome::KeyFailed(KeyFailure::LockedOut),
            UnlockAnswer::Invalidated => Outcome::KeyFailed(KeyFailure::Invalidated),
            UnlockAnswer::NoScreenLock => Outcome::KeyFailed(KeyFailure::NoScreenLock),
            UnlockAnswer::Cancel | UnlockAnswer::Ask => Outcome::KeyFailed(KeyFailure::Cancelled),
        };
        self.due.push_back(Report::Outcome(id, outcome));
    }
}
