//! What the audit trail keeps: one record per fact, appended, never changed.

use authenticator_protocol::ids::{DeviceId, EnrolmentId, RelyingPartyId, RequestId, UserId};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub kind: FactKind,
    /// To whom.
    pub user: Option<UserId>,
    /// By or on which device.
    pub device: Option<DeviceId>,
    /// About which request.
    pub request: Option<RequestId>,
    /// About which enrolment.
    pub enrolment: Option<EnrolmentId>,
    /// Which relying party it is about, or asked.
    pub relying_party: Option<RelyingPartyId>,
    /// From which network address.
    pub address: Option<String>,
    /// More, in words without secrets: a reason, a model, an application.
    pub detail: Option<String>,
}

impl Fact {
    /// Only that it happened.
    pub const fn new(kind: FactKind) -> Self {
        Self {
            kind,
            user: None,
            device: None,
            request: None,
            enrolment: None,
            relying_party: None,
            address: None,
            detail: None,
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FactKind { $($(#[$doc])* $name),+ }

        impl FactKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in the audit trail.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The kind with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
            }
        }
    };
}

kinds! {
    /// A password was right; the detail says whether more is asked for, and why.
    PasswordRight = "password_right",
    /// A password was wrong, or the user is unknown or disabled.
    PasswordWrong = "password_wrong",
    /// That was one wrong password too many: further tries must wait.
    PasswordThrottled = "password_throttled",
    /// The password was enough; the detail says why.
    EnteredByPassword = "entered_by_password",
    /// A sign-in request was opened.
    RequestOpened = "request_opened",
    /// It wakes nobody; the detail says why: `crowded`, `flood`, `reported`.
    RequestSilent = "request_silent",
    /// It ended: approved.
    RequestApproved = "request_approved",
    /// It ended: denied.
    RequestDenied = "request_denied",
    /// It ended: reported.
    RequestReported = "request_reported",
    /// It ended: wrong number.
    RequestWrongNumber = "request_wrong_number",
    /// It ended: expired.
    RequestExpired = "request_expired",
    /// It ended: cancelled.
    RequestCancelled = "request_cancelled",
    /// It ended: superseded.
    RequestSuperseded = "request_superseded",
    /// It ended: failed.
    RequestFailed = "request_failed",
    /// Too many wrong numbers: the app method is locked.
    AppLocked = "app_locked",
    /// The app method counts again.
    AppUnlocked = "app_unlocked",
    /// A sign-in was completed.
    SignedIn = "signed_in",
    /// The user signed out.
    SignedOut = "signed_out",
    /// Registration was refused by policy.
    EnrolmentRefused = "enrolment_refused",
    /// An enrolment was opened; the detail says what permitted it.
    EnrolmentOpened = "enrolment_opened",
    /// A phone claimed the code.
    EnrolmentClaimed = "enrolment_claimed",
    /// Another phone tried a claimed code.
    EnrolmentOtherPhone = "enrolment_other_phone",
    /// The phone registered.
    EnrolmentRegistered = "enrolment_registered",
    /// The characters were wrong.
    EnrolmentWrongCharacters = "enrolment_wrong_characters",
    /// The characters were right.
    EnrolmentCharacters = "enrolment_characters",
    /// The enrolment ended without a device; the detail says why.
    EnrolmentFailed = "enrolment_failed",
    /// The device counts.
    DeviceConfirmed = "device_confirmed",
    /// The device was removed on the security page.
    DeviceRemoved = "device_removed",
    /// The account was removed on the phone.
    DeviceLeft = "device_left",
    /// IT support made a temporary pass; the detail says for how long.
    PassCreated = "pass_created",
    /// A pass ended before it was used; the detail says why.
    PassEnded = "pass_ended",
    /// What was typed is not this user's pass, or none is valid.
    PassWrong = "pass_wrong",
    /// A pass was used up.
    PassUsed = "pass_used",
    /// A relying party was added; the detail is its name.
    RelyingPartyAdded = "relying_party_added",
    /// A relying party was removed.
    RelyingPartyRemoved = "relying_party_removed",
    /// A relying party got a key; the detail is the key's id.
    ApiKeyAdded = "api_key_added",
    /// A key of a relying party is valid no more.
    ApiKeyEnded = "api_key_ended",
    /// A result could not be delivered, for the last time.
    DeliveryFailed = "delivery_failed",
    /// An operator removed the device.
    DeviceWithdrawn = "device_withdrawn",
    /// The phone said where it can be woken; the detail names the providers.
    ChannelsRegistered = "channels_registered",
    /// A channel reached nobody any more and was dropped; the detail says which and why.
    ChannelDropped = "channel_dropped",
    /// Too many channels of a provider became suspect: none is dropped until an operator says so.
    ChannelsHeld = "channels_held",
    /// An operator said that channels of a provider may be dropped again.
    ChannelsReleased = "channels_released",
    /// A provider refuses our key, setting or request; the detail says which and why.
    PushAlarm = "push_alarm",
    /// A session ended before its time; the detail says why.
    SessionEnded = "session_ended",
    /// An operator added the user.
    UserAdded = "user_added",
    /// An operator changed what the directory says of the user.
    UserChanged = "user_changed",
    /// The user may not sign in any more.
    UserDisabled = "user_disabled",
    /// The user may sign in again.
    UserEnabled = "user_enabled",
    /// The user was removed; nothing but ids is left of them.
    UserRemoved = "user_removed",
    /// An operator set a new password.
    PasswordSet = "password_set",
    /// A copy of the database was taken.
    BackupTaken = "backup_taken",
    /// The database was put back from a backup; the detail says from when.
    Restored = "restored",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Target;
    use crate::request::Says;
    use crate::session::{self, BeginSession};
    use crate::world::{ANNA, Phone, World, hash};
    use authenticator_protocol::enrolment::Characters;

    fn of(kind: FactKind) -> Fact {
        Fact { user: Some(ANNA), ..Fact::new(kind) }
    }
    fn here(kind: FactKind) -> Fact {
        Fact { address: Some("192.0.2.7".into()), ..of(kind) }
    }
    fn says(detail: &str) -> Option<String> {
        Some(detail.into())
    }

    #[test]
    fn an_enrolment_leaves_a_trail() {
        let mut world = World::new();
        let (user, key, browser) = (ANNA, hash(8), hash(3));
        let (to, address) = ("/apps".into(), [192, 0, 2, 7].into());
        let target = Target::Application("MyApps".into());
        let begun = BeginSession { user, key, browser, to, target, address, replaces: None, checked: None };
        world.commit(session::begin(&begun, None, &world.policy, world.now));
        world.open_enrolment(hash(1), false, 1).unwrap_err();
        let right = Fact { detail: says("asked: outside"), ..here(FactKind::PasswordRight) };
        assert_eq!(world.facts, [right, here(FactKind::EnrolmentRefused)]);

        world.facts.clear();
        let id = world.open_enrolment(hash(1), true, 1).unwrap();
        world.claim(id, &Phone(5).claim()).unwrap();
        world.claim(id, &Phone(6).claim()).unwrap_err();
        let device = world.register(&world.registration(id, Phone(5))).unwrap();
        let shown = world.shown(id);
        let wrong = ["0000", "1111"].map(|text| Characters::typed(text).unwrap());
        world.type_characters(hash(1), wrong.into_iter().find(|wrong| *wrong != shown).unwrap());
        world.type_characters(hash(1), shown);
        let request = world.requests[0].id;
        world.user.app_locked = true;
        world.approve(device, request).unwrap();
        world.complete(hash(1), 9).unwrap();
        let (enrolment, device, request) = (Some(id), Some(device), Some(request));
        let test = |fact: Fact| Fact { request, enrolment, detail: says("Region X"), ..fact };
        let counts = |kind| Fact { enrolment, device, detail: says("Phone 5"), ..of(kind) };
        for (fact, expected) in world.facts.iter().zip([
            Fact { enrolment, detail: says("trusted_network"), ..here(FactKind::EnrolmentOpened) },
            Fact { enrolment, detail: says("Phone 5"), ..of(FactKind::EnrolmentClaimed) },
            Fact { enrolment, detail: says("Phone 6"), ..of(FactKind::EnrolmentOtherPhone) },
            counts(FactKind::EnrolmentRegistered),
            Fact { enrolment, device, ..here(FactKind::EnrolmentWrongCharacters) },
            Fact { enrolment, device, ..here(FactKind::EnrolmentCharacters) },
            test(here(FactKind::RequestOpened)),
            test(Fact { device, ..here(FactKind::RequestApproved) }),
            counts(FactKind::DeviceConfirmed),
            counts(FactKind::AppUnlocked),
            test(Fact { device, ..here(FactKind::SignedIn) }),
        ]) {
            assert_eq!(*fact, expected);
        }
        assert_eq!(world.facts.len(), 11);
    }

    #[test]
    fn what_ends_leaves_a_trail() {
        let mut world = World::new();
        world.policy.wrong_in_row = 1;
        let (id, device, test) = world.enrol_to_test(hash(1), Phone(5), 1);
        world.facts.clear();
        let wrong = world.wrong();
        world.say(device, test, Says::Yes(wrong)).unwrap();
        let (enrolment, device, request) = (Some(id), Some(device), Some(test));
        let ended = here(FactKind::RequestWrongNumber);
        assert_eq!(
            world.facts,
            [
                Fact { device, request, enrolment, detail: says("Region X"), ..ended },
                Fact { device, enrolment, detail: says("test_failed"), ..of(FactKind::EnrolmentFailed) },
                Fact { device, request, enrolment, ..here(FactKind::AppLocked) },
            ]
        );

        world.facts.clear();
        let [removed, left] = [1, 2].map(|n| world.add_device(n, crate::device::DeviceState::Active));
        let owner = world.add_session(2, session::Level::Approved, 2);
        assert!(world.remove(owner, removed) && world.leave(left));
        world.commit(session::end(world.session(hash(1)), &world.under_way(hash(1)), world.now));
        assert_eq!(
            world.facts,
            [
                Fact { device: Some(removed), detail: says("Phone 1"), ..here(FactKind::DeviceRemoved) },
                Fact { device: Some(left), detail: says("Phone 2"), ..of(FactKind::DeviceLeft) },
                of(FactKind::SignedOut),
            ]
        );
    }
}
