//! How the world's process starts, ends and starts again.

use super::{Engine, Given, Seeded, World};
use crate::store::Store;
use crate::vault::Vault;
use authenticator_protocol::time::Millis;
use signin::policy::Policy;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

impl World {
    /// The process is killed and started again.
    pub(super) async fn kill(&mut self) {
        self.engine.kill().await;
        self.start().await;
    }

    /// The process is stopped and started again.
    pub(super) async fn restart(&mut self) {
        self.engine.close().await;
        self.start().await;
    }

    async fn start(&mut self) {
        let seed = self.fresh();
        self.store = open(&*self.engine, &self.policy, &self.clock, &self.vault, seed).await;
    }
}

pub(super) async fn open(
    engine: &dyn Engine,
    policy: &Policy,
    clock: &Arc<AtomicU64>,
    vault: &Arc<Vault>,
    seed: u64,
) -> Arc<dyn Store> {
    let clock = Arc::clone(clock);
    let given = Given {
        policy: policy.clone(),
        clock: Arc::new(move || Millis(clock.load(Ordering::SeqCst))),
        vault: Arc::clone(vault),
        random: Box::new(Seeded(seed)),
    };
    engine.open(given).await
}
