//! Commits decisions whole.
//!
//! [`Store`] is one trait of use cases, not of tables: each method reads what a rule of `signin` needs, asks the
//! rule, and writes its decision, facts included, in one transaction. Start with [`Store`], and [`Operate`] for what
//! operators do; [`sqlite`] is the
//! engine; [`vault`] seals what must not lie open in a database; `conformance` (a feature) is the suite that
//! every engine passes.
//!
//! The time in here is the store's: never less than the last committed one (property 15).

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod operate;
pub mod sqlite;
mod store;
pub mod vault;

pub use operate::*;
pub use sqlite::{
    Alone, Clock, Later, Migrated, OpenError, Options, Place, Sqlite, State, Unheard, Watch, inspect, names,
    newest_record,
};
pub use store::*;
pub use vault::{SystemRandom, Vault, stamp};
