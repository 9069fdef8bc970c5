//! The figures, one file each.

pub(crate) mod core;
pub(crate) mod floor;
pub(crate) mod pages;
pub(crate) mod profile;
pub(crate) mod size;
pub(crate) mod sockets;
pub(crate) mod start;
pub(crate) mod throughput;
