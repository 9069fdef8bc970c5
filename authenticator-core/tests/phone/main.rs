//! The core as a phone: a shell with software keys and a service that follows the protocol, both without I/O, from
//! `tests/scenarios`. One file for each part of a phone's life.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod again;
#[cfg(test)]
mod any_order;
#[cfg(test)]
mod approval;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod finding;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod push;
#[cfg(test)]
mod reply;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod saved;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod typed;

#[cfg(test)]
use scenarios::{service, shell};
