//! Writes the Kotlin and Swift of a library: `cargo xtask bindings` calls it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
