//! A failure inside, without a word of what it was about.

use crate::CoreError;
use std::cell::Cell;
use std::io::{Write, stderr};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

thread_local! {
    /// This thread is in a call of the core.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// What `call` answers, or that it has failed inside. What a panic says may quote a number or a code, and where it is
/// printed becomes a log on a phone: of one in here only its place is printed.
///
/// The process has one hook for all panics. Ours is set once, and gives every panic outside of `call` to the one before it.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, CoreError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| if INSIDE.get() { place(info) } else { before(info) }));
    });
    INSIDE.set(true);
    let answer = catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(false);
    answer.map_err(|_| CoreError::Broken)
}

fn place(info: &PanicHookInfo<'_>) {
    let at = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    // Whether it can be printed is not worth a second panic.
    _ = writeln!(stderr(), "the core has failed at {at}");
}
