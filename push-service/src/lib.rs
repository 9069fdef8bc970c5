//! The push service: what browsers and phones talk to.
//!
//! [`app`] puts it together, [`lifecycle`] runs it, [`http`] is what can be reached, [`pages`] is what people see, [`admin`] what the
//! operator's commands talk to.
//! The rules are in the crate `signin`, what is remembered in `store`.

pub mod admin;
pub mod alarms;
pub mod app;
pub mod clock;
pub mod config;
pub mod connections;
pub mod directory;
pub mod http;
pub mod keys;
pub mod lifecycle;
pub mod limits;
pub mod logs;
pub mod metrics;
pub mod origin;
pub mod pages;
pub mod places;
pub mod providers;
pub mod push;
pub mod quota;
mod remembered;
pub mod replay;
pub mod result;
pub mod shares;
pub mod sign_ins;
pub mod stop;
pub mod systemd;
pub mod tls;
pub mod waiting;
pub mod wake;
pub mod webhooks;
