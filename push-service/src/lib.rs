//! The push service: what browsers and phones talk to.
//!
//! [`app`] puts it together, [`lifecycle`] runs it, [`http`] is what can be reached, [`pages`] is what people see.
//! The rules are in the crate `signin`, what is remembered in `store`.

pub mod app;
pub mod clock;
pub mod config;
pub mod directory;
pub mod http;
pub mod keys;
pub mod lifecycle;
pub mod limits;
pub mod origin;
pub mod pages;
pub mod replay;
pub mod stop;
pub mod waiting;
pub mod wake;
