//! The relying-party API: who asks for approvals and acts on them. `docs/relying-parties.md` is for its readers.

pub mod caller;
pub mod description;
pub mod problem;
pub mod sign_ins;
pub mod token;
pub mod wait;
