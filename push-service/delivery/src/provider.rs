//! What all providers can do.

use crate::address::{Address, Channel};
use crate::answer::Answer;
use crate::push::Push;
use async_trait::async_trait;

/// One way to phones. Cheap to share, and meant to live as long as the process: connections and tokens are kept warm.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Which addresses it takes.
    fn channel(&self) -> Channel;

    /// Sends one push and says what became of it, within a few seconds at most. Never panics, and never waits in a
    /// line without end: what cannot be sent soon is [`Outcome::Busy`](crate::Outcome::Busy).
    async fn send(&self, to: &Address, push: &Push) -> Answer;

    /// Asks the provider whether key and settings are right, without reaching any phone.
    async fn check(&self) -> Checked;
}

/// What a provider says to key and settings, in a sentence for whoever runs the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// They are right.
    Works(String),
    /// They are not, or it cannot be said.
    Fails(String),
}
