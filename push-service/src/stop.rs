//! The word that the service is about to end.

use tokio::sync::watch;

/// Says that the service is about to end: whoever waits for something long answers now.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Begins the end.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when it has begun.
    pub async fn begun(&self) {
        // The sender lives as long as self.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }
}
