//! The suite that every engine passes. An engine's tests implement [`Engine`] and call [`crate::every_case!`].
//!
//! [`World`] is what the cases act in: a store, a clock that stands until it is set, users, browsers and phones. The
//! phones have no keys: signatures are checked before a store is asked.

#![expect(missing_docs, reason = "each case is named after what it shows")]
#![expect(clippy::unwrap_used, reason = "a suite of tests fails by panicking")]

mod audit;
mod channels;
mod devices;
mod enrolment;
mod life;
mod operate;
mod passes;
mod relying_parties;
mod requests;
mod seeded;
mod sessions;
mod starts;
mod world;

pub use audit::*;
pub use channels::*;
pub use devices::*;
pub use enrolment::*;
pub use life::*;
pub use operate::*;
pub use passes::*;
pub use relying_parties::*;
pub use requests::*;
pub use seeded::Seeded;
pub use sessions::*;
pub use world::World;

use crate::{Clock, Store, Vault};
use async_trait::async_trait;
use authenticator_protocol::random::Random;
use signin::policy::Policy;
use std::sync::Arc;

/// What an engine is opened with.
pub struct Given {
    /// The organisation's settings.
    pub policy: Policy,
    /// The suite's clock.
    pub clock: Clock,
    /// The suite's key.
    pub vault: Arc<Vault>,
    /// Seeded.
    pub random: Box<dyn Random + Send>,
}

/// One engine on one place, which is empty at first.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Opens the place.
    async fn open(&self, given: Given) -> Arc<dyn Store>;
    /// From now on the place is what a killed process would have left of it. The open store is not used any more.
    async fn kill(&self);
    /// The open store finishes what it has begun; from now on the place is what it has left behind.
    async fn close(&self);
}

/// Makes a test of each case, for an expression that makes an [`Engine`] on a new place.
#[macro_export]
macro_rules! every_case {
    ($fresh:expr) => {
        $crate::every_case! { $fresh =>
            enrolment_and_sign_in
            a_password_alone_does_not_enrol
            the_same_phone_may_claim_again
            a_second_phone_is_refused_and_shown
            a_typed_code_is_the_links_code
            only_what_was_claimed_registers
            wrong_characters_end_it_at_the_third
            an_enrolment_ends_with_its_time
            a_test_that_fails_ends_the_device
            keys_are_enrolled_once_for_ever
            numbers_of_a_user_differ
            a_wrong_number_ends_the_request
            ten_wrong_numbers_lock_the_app
            another_requests_number_is_not_counted
            one_answer_counts
            the_same_browser_has_one_request
            expiry_is_exact
            a_clock_stepped_back_revives_nothing
            all_devices_are_asked
            each_end_is_recorded_once_and_stays
            a_request_has_one_end_whatever_happens
            a_removed_device_takes_its_approvals_along
            a_phone_that_leaves_is_gone
            a_devices_channels_are_replaced_judged_and_end_with_it
            a_silent_request_is_no_reason_to_wake
            sessions_end_idle_and_in_all
            a_raised_session_shows_the_way
            the_password_is_enough_where_the_policy_says_so
            signing_out_cancels
            the_audit_trail_has_no_gaps
            what_was_committed_survives_a_kill
            a_password_that_was_replaced_opens_nothing
            a_disabled_user_is_out
            an_order_ends_what_is_open
            a_removed_user_leaves_ids_alone
            a_pass_is_kept_as_a_hash_until_it_is_used
            an_import_is_whole_or_nothing
            a_withdrawn_device_is_gone
            what_a_relying_party_asked_is_no_obstacle
            what_is_old_is_erased
            after_a_restore_all_begins_anew
            the_trail_is_read_by_user_and_time
            a_relying_party_and_its_keys_are_kept
            what_a_relying_party_asks_is_answered_like_any_other
            nobody_is_asked_like_anybody
            the_same_again_opens_nothing
            a_result_is_delivered_until_it_has_arrived
            what_one_has_open_is_counted
            one_that_hangs_keeps_nothing_from_the_others
        }
    };
    ($fresh:expr => $($case:ident)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::conformance::$case(Box::new($fresh)).await;
        }
    )+};
}
