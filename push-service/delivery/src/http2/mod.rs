//! A few warm HTTP/2 connections to one provider, shared by all senders.
//!
//! [`Pool`] keeps them: it connects at once, looks after each with PINGs, replaces one that is leaving (GOAWAY) while
//! its last streams end, and gives out places up to the peer's own limit of streams. `exchange` is one request on
//! one of them. Nagle's algorithm is off: it would hold back the second segment of a lone push for a delayed ACK.

mod exchange;
mod keeper;
mod pool;

pub(crate) use exchange::{Response, Unanswered};
pub(crate) use pool::{Pool, Style};
