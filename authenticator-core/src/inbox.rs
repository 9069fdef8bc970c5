//! The requests that wait, and what is remembered about those that this phone has dealt with.
//!
//! A challenge's id is the word of its organisation: everything here is kept by account, so that none can name
//! another's request.

use crate::network::Request;
use authenticator_protocol::challenge::Challenge;
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::ChallengeId;
use authenticator_protocol::jws::Verified;
use std::collections::{BTreeMap, VecDeque};

/// How many ended or unreadable requests of an account are remembered, so that none comes up twice.
const REMEMBERED: usize = 64;

/// A request that waits, checked (property 7).
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) account: String,
    pub(crate) verified: Verified<Challenge>,
    /// What the organisation was called until it sent this.
    pub(crate) formerly: Option<String>,
}

impl Waiting {
    pub(crate) fn body(&self) -> &Challenge {
        &self.verified.payload
    }

    /// Its name among the requests of all accounts.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.account, self.body().id)
    }

    fn is(&self, account: &str, id: ChallengeId) -> bool {
        self.account == account && self.body().id == id
    }
}

/// Everything that waits, of all accounts, newest first.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    pub(crate) waiting: Vec<Waiting>,
    memory: BTreeMap<String, Memory>,
}

/// What is remembered for one account.
#[derive(Debug, Default)]
struct Memory {
    /// The user turned back from these; they are listed, but do not open by themselves.
    aside: Vec<ChallengeId>,
    /// Ended; a fetch that was under way may still bring them.
    closed: VecDeque<ChallengeId>,
    /// Could not be shown, and the user was told.
    unshown: VecDeque<Hash>,
    /// Answers that were posted, whose reply has not come. No other answer is made to these.
    posted: BTreeMap<ChallengeId, Request>,
}

impl Inbox {
    fn memory(&mut self, account: &str) -> &mut Memory {
        self.memory.entry(account.to_owned()).or_default()
    }

    pub(crate) fn set_aside(&mut self, request: &Waiting) {
        self.memory(&request.account).aside.push(request.body().id);
    }

    /// The user looks again.
    pub(crate) fn bring_back(&mut self) {
        self.memory.values_mut().for_each(|memory| memory.aside.clear());
    }

    /// Has ended.
    pub(crate) fn close(&mut self, account: &str, id: ChallengeId) {
        self.waiting.retain(|waiting| !waiting.is(account, id));
        let memory = self.memory(account);
        memory.aside.retain(|aside| *aside != id);
        memory.posted.remove(&id);
        remember(&mut memory.closed, id);
    }

    pub(crate) fn is_closed(&self, account: &str, id: ChallengeId) -> bool {
        self.memory.get(account).is_some_and(|memory| memory.closed.contains(&id))
    }

    /// An answer is posted; `None` when it was refused for its time and is made anew.
    pub(crate) fn posted(&mut self, account: &str, id: ChallengeId, request: Option<Request>) {
        let posted = &mut self.memory(account).posted;
        match request {
            Some(request) => posted.insert(id, request),
            None => posted.remove(&id),
        };
    }

    /// The answer that was posted to `request`, if one was.
    pub(crate) fn answer(&self, request: &Waiting) -> Option<&Request> {
        self.memory.get(&request.account)?.posted.get(&request.body().id)
    }

    /// What cannot be shown is told once; whether this is the first time.
    pub(crate) fn is_news(&mut self, account: &str, hash: Hash) -> bool {
        let unshown = &mut self.memory(account).unshown;
        let news = !unshown.contains(&hash);
        remember(unshown, hash);
        news
    }

    pub(crate) fn forget_account(&mut self, account: &str) {
        self.waiting.retain(|waiting| waiting.account != account);
        self.memory.remove(account);
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Waiting> {
        self.waiting.iter().find(|waiting| waiting.name() == name)
    }

    pub(crate) fn holds(&self, account: &str, id: ChallengeId) -> bool {
        self.waiting.iter().any(|waiting| waiting.is(account, id))
    }

    /// The only one that waits, unless the user turned back from it.
    pub(crate) fn only(&self) -> Option<&Waiting> {
        let aside = |waiting: &Waiting| {
            self.memory.get(&waiting.account).is_some_and(|memory| memory.aside.contains(&waiting.body().id))
        };
        match self.waiting.as_slice() {
            [waiting] if !aside(waiting) => Some(waiting),
            _ => None,
        }
    }

    /// How many wait besides `request`.
    pub(crate) fn others(&self, request: &Waiting) -> u32 {
        let same = |waiting: &&Waiting| waiting.is(&request.account, request.body().id);
        let others = self.waiting.iter().filter(|waiting| !same(waiting)).count();
        u32::try_from(others).unwrap_or(u32::MAX)
    }
}

fn remember<T: PartialEq>(list: &mut VecDeque<T>, item: T) {
    if !list.contains(&item) {
        list.truncate(REMEMBERED - 1);
        list.push_front(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let mut list = VecDeque::new();
        for item in 0..REMEMBERED {
            remember(&mut list, item);
            remember(&mut list, item);
        }
        assert!(list.len() == REMEMBERED && list.contains(&0));
        remember(&mut list, REMEMBERED);
        assert!(list.len() == REMEMBERED && !list.contains(&0) && list.contains(&1));
    }
}
