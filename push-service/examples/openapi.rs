//! Says what `docs/openapi.json` has to say: `cargo xtask openapi` writes it.

#![expect(clippy::print_stdout, reason = "the answer of a command")]

fn main() {
    print!("{}", push_service::http::api::description::text());
}
