//! What shells link (`libauthenticator.a`) or load (`libauthenticator.so`): all of `authenticator-bindings`.

pub use authenticator_bindings::*;
