//! Leaving an account, and what happens when the organisation ends one.

use crate::effect::EffectKind;
use crate::ending::{Ending, Failure};
use crate::network::{Ask, Party, Request};
use crate::screen::Mood;
use crate::{Core, Place};
use authenticator_protocol::problem::Code;

impl Core {
    /// Tells the organisation that this phone leaves, and deletes the account whatever it says.
    pub(crate) fn leave(&mut self, id: String) -> Place {
        match self.book.get(&id) {
            Some(account) if !account.ended => {
                let party = Party::from(account);
                // Kept first, so that a start after a kill goes on with it.
                self.book.get_mut(&id).expect("it was just found").leaving = true;
                self.end_channels(&id);
                self.save();
                self.inbox.forget_account(&id);
                self.drop_pending(&id);
                self.disconnect(&id);
                self.send(Request::new(party, Ask::Leave));
                Place::Removing(id)
            }
            _ => {
                self.forget(&id);
                Place::Accounts
            }
        }
    }

    /// The organisation knows, or could not be told.
    pub(crate) fn left(&mut self, id: &str, failure: Option<Failure>) {
        let counted = self.book.get(id).is_some_and(|account| account.confirmed);
        self.forget(id);
        let unheard = counted && !matches!(failure, None | Some(Failure::Refused(Code::DeviceEnded)));
        if matches!(&self.place, Place::Removing(removing) if removing == id) {
            self.place = if unheard {
                Place::Result(Ending {
                    keep: true,
                    ..Ending::new(Mood::Neutral, "phone-offline-title", "phone-remove-offline")
                })
            } else {
                self.home()
            };
        }
    }

    /// Nothing of the account is left on this phone.
    pub(crate) fn forget(&mut self, id: &str) {
        self.disconnect(id);
        self.end_channels(id);
        self.drop_pending(id);
        self.lines.remove(id);
        self.inbox.forget_account(id);
        // Whoever looks at a request of it is told its end.
        let about = matches!(&self.place, Place::Account(shown) | Place::Remove(shown) if shown == id);
        if about {
            self.place = Place::Accounts;
        }
        let ended = self.book.get(id).is_some_and(|account| account.ended);
        self.book.accounts.retain(|account| account.id != id);
        if ended {
            self.save();
        } else {
            self.delete_keys(id);
        }
        self.notify();
    }

    /// Keys go after it is kept that they are not wanted: a process that is killed in between leaves none behind.
    pub(crate) fn delete_keys(&mut self, name: &str) {
        if !self.book.unfinished.iter().any(|other| other == name) {
            self.book.unfinished.push(name.to_owned());
            self.save();
        }
        self.queue.push(EffectKind::DeleteKeys { account: name.to_owned() });
        self.book.unfinished.retain(|other| other != name);
        self.save();
    }

    /// The organisation has ended the account: its keys go, the account stays to be seen. One that never counted
    /// goes altogether: its enrolment was not finished in time.
    pub(crate) fn end_account(&mut self, id: &str) -> Place {
        if self.book.get(id).is_some_and(|account| !account.confirmed) {
            self.forget(id);
            return Place::Result(
                Ending::error("phone-error-code-expired").with_code(Code::DeviceEnded.as_str()),
            );
        }
        self.disconnect(id);
        self.end_channels(id);
        self.drop_pending(id);
        self.lines.remove(id);
        self.inbox.forget_account(id);
        let Some(account) = self.book.get_mut(id) else { return Place::Accounts };
        account.ended = true;
        let organisation = account.organisation.name.clone();
        self.delete_keys(id);
        self.notify();
        Place::Result(Ending::account_ended(&organisation))
    }

    /// The same, found out by a fetch: shown unless the user is busy with another account.
    pub(crate) fn account_has_ended(&mut self, id: &str) {
        // The user is leaving it, and that has an answer of its own.
        if self.is_leaving(id) {
            return;
        }
        let counted = self.book.get(id).is_some_and(|account| account.confirmed);
        let about = match &self.place {
            // The answer's own reply says more, and is about to come.
            Place::Asking(asking) if asking.request.account == id && asking.is_on_its_way() => return,
            // How the test ended has just been told.
            Place::Result(_) if !counted => false,
            Place::Enrolling(enrolment, _) => enrolment.account == id,
            Place::Asking(asking) => asking.request.account == id,
            _ => self.is_idle(),
        };
        let place = self.end_account(id);
        if about {
            self.place = place;
        }
    }
}
