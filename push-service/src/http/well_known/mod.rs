//! What other services look for at fixed addresses (RFC 8615).

pub mod jwks;
pub mod styrk;
