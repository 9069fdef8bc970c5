// The functions are in the Rust library; a C target needs a source of its own.
#include "AuthenticatorCoreFFI.h"
