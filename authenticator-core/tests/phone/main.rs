//! The core as a phone: a shell with software keys and a service that follows the protocol, both without I/O.
//! `shell` runs the effects, `service` answers; everything else is tests, one file for each part of a phone's life.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod any_order;
#[cfg(test)]
mod approval;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod saved;
#[cfg(test)]
mod service;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod traces;
