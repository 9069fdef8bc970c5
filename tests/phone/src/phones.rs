//! The phones that one remote screen shows.

use crate::options::PhoneOptions;
use crate::phone::Phone;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// More than this do not fit on a screen, nor in what the page is for.
pub const MAX_PHONES: usize = 4;

/// Something around the phones that their page can set off; whether it worked.
pub type Tool = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Phones by number, beginning with 1. Clones are the same set.
#[derive(Clone)]
pub struct Phones {
    shared: Arc<Shared>,
}

struct Shared {
    make: Box<dyn Fn(u32) -> PhoneOptions + Send + Sync>,
    tools: BTreeMap<&'static str, Tool>,
    phones: Mutex<BTreeMap<u32, Phone>>,
    /// Counts the changes of the set.
    changed: watch::Sender<u64>,
}

impl Phones {
    /// No phone yet; `make` says what phone number n will be.
    pub fn new(make: impl Fn(u32) -> PhoneOptions + Send + Sync + 'static) -> Self {
        Self::with_tools(make, BTreeMap::new())
    }

    /// The same, with tools by name: their page has a button for each that it has a word for.
    pub fn with_tools(
        make: impl Fn(u32) -> PhoneOptions + Send + Sync + 'static,
        tools: BTreeMap<&'static str, Tool>,
    ) -> Self {
        let (changed, _) = watch::channel(0);
        Self { shared: Arc::new(Shared { make: Box::new(make), tools, phones: Mutex::default(), changed }) }
    }

    /// The tools.
    pub fn tools(&self) -> &BTreeMap<&'static str, Tool> {
        &self.shared.tools
    }

    /// Adds a phone under the lowest free number; `None` when there are [`MAX_PHONES`].
    pub fn add(&self) -> io::Result<Option<(u32, Phone)>> {
        let mut phones = self.lock();
        let Some(number) = (1..).take(MAX_PHONES).find(|number| !phones.contains_key(number)) else {
            return Ok(None);
        };
        let phone = Phone::start((self.shared.make)(number))?;
        phones.insert(number, phone.clone());
        drop(phones);
        self.shared.changed.send_modify(|version| *version += 1);
        Ok(Some((number, phone)))
    }

    /// Phone number `number`.
    pub fn get(&self, number: u32) -> Option<Phone> {
        self.lock().get(&number).cloned()
    }

    /// Drops a phone: its app ends, what its folder holds stays.
    pub fn remove(&self, number: u32) -> Option<Phone> {
        let phone = self.lock().remove(&number)?;
        self.shared.changed.send_modify(|version| *version += 1);
        Some(phone)
    }

    /// All of them, by number.
    pub fn all(&self) -> Vec<(u32, Phone)> {
        self.lock().iter().map(|(number, phone)| (*number, phone.clone())).collect()
    }

    /// Changes when a phone comes or goes.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Phone>> {
        // Nothing that is done under the lock leaves the map half changed.
        self.shared.phones.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Phones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().keys()).finish()
    }
}
