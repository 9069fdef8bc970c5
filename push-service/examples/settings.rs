//! Says what `docs/configuration.md` has to say: `cargo xtask settings` writes it.

#![expect(clippy::print_stdout, reason = "the answer of a command")]

fn main() {
    print!("{}", push_service::config::settings::reference());
}
