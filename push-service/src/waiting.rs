//! Who waits for what: pages for their request, sockets for their device.
//!
//! Everything that is committed and concerns somebody goes through [`Bus::publish`]. On one node that is this map;
//! with several, a bus between them will call the same method on each.

use signin::Notice;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

type Topics = Arc<Mutex<HashMap<Notice, watch::Sender<u64>>>>;

/// Passes notices to whoever waits for them.
#[derive(Clone, Default)]
pub struct Bus {
    topics: Topics,
}

/// Waits for one notice. What was published since it was made is not lost.
pub struct Subscription {
    notice: Notice,
    receiver: Option<watch::Receiver<u64>>,
    topics: Topics,
}

impl Bus {
    /// Waits for `notice` from now on.
    pub fn subscribe(&self, notice: Notice) -> Subscription {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = topics.entry(notice).or_default().subscribe();
        Subscription { notice, receiver: Some(receiver), topics: Arc::clone(&self.topics) }
    }

    /// Tells everybody who waits for it.
    pub fn publish(&self, notice: Notice) {
        if let Some(topic) = self.topics.lock().unwrap_or_else(PoisonError::into_inner).get(&notice) {
            topic.send_modify(|count| *count += 1);
        }
    }

    /// How many different things are waited for.
    pub fn topics(&self) -> usize {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Subscription {
    /// The same as one that has missed a publication.
    #[must_use]
    pub fn behind(mut self) -> Self {
        if let Some(receiver) = &mut self.receiver {
            receiver.mark_changed();
        }
        self
    }

    /// Ends at the next publication.
    pub async fn changed(&mut self) {
        if let Some(receiver) = &mut self.receiver {
            // The sender lives in the map for as long as this subscription does.
            let _ = receiver.changed().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        self.receiver = None;
        if topics.get(&self.notice).is_some_and(|topic| topic.receiver_count() == 0) {
            topics.remove(&self.notice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::ids::RequestId;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn nothing_is_lost_and_nothing_is_kept() {
        let bus = Bus::default();
        let notice = Notice::Request(RequestId::from_bytes([1; 16]));
        bus.publish(notice);
        let mut first = bus.subscribe(notice);
        let second = bus.subscribe(notice);
        assert!(first.changed().now_or_never().is_none());
        bus.publish(notice);
        first.changed().await;
        drop(first);
        assert_eq!(bus.topics(), 1);
        drop(second);
        assert_eq!(bus.topics(), 0);
    }
}
