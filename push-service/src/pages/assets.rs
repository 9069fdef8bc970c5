//! The files beside the pages, and the policy that all of it keeps to.
//!
//! Served as `/assets/styrk.css`, `/assets/brand.css` and `/assets/wait.js`, each with `?v=` [`version`], so
//! that they can be kept by browsers for a year.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The looks of every page, without the organisation's colour.
pub const STYLE: &str = include_str!("../../assets/styrk.css");

/// Waits for the phone and moves the page on.
pub const SCRIPT: &str = include_str!("../../assets/wait.js");

/// The value of `Content-Security-Policy` that every page works under.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Changes when one of the files changes. `brand` is the text from [`super::brand::brand_css`].
#[must_use]
pub fn version(brand: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (STYLE, SCRIPT, brand).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
