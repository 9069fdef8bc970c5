//! Any value, and any message.

use authenticator_protocol::answer::{Approval, Denial, DenialReason, End};
use authenticator_protocol::challenge::{Challenge, Purpose};
use authenticator_protocol::channels::{
    ApnsAddress, Channel, Channels, Environment, FcmAddress, Push, PushAddress, Refusal, Taken,
    WebPushAddress, WebPushKey,
};
use authenticator_protocol::code::{Bytes, Secret};
use authenticator_protocol::enrolment::{
    ApprovalKey, Claim, Offer, Organisation, Policy, Proof, Registration, Unlock,
};
use authenticator_protocol::fetch::Fetch;
use authenticator_protocol::ids::{ChallengeId, DeviceId, EnrolmentId, RequestNonce};
use authenticator_protocol::jws::Header;
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::socket::SocketOpening;
use authenticator_protocol::statement::KeyStatement;
use authenticator_protocol::time::Seconds;
use authenticator_protocol::typed::TypedCode;
use proptest::option::of as maybe;
use proptest::prelude::*;

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,30}", "[\"\\\\\\x00-\\x1f\u{2028}\u{1f642}]{0,10}"]
}

pub(crate) fn bytes<const N: usize>() -> impl Strategy<Value = Bytes<N>> {
    any::<[u8; N]>().prop_map(Bytes)
}

pub(crate) fn secret<const N: usize>() -> impl Strategy<Value = Secret<N>> {
    any::<[u8; N]>().prop_map(Secret)
}

pub(crate) fn key() -> impl Strategy<Value = PublicKey> {
    (any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(|(x, y)| PublicKey([x, y].concat().try_into().unwrap()))
}

pub(crate) fn digits() -> impl Strategy<Value = Digits> {
    (2_u8..=8).prop_map(|digits| Digits::new(digits).unwrap())
}

pub(crate) fn number() -> impl Strategy<Value = Number> {
    "[0-9]{2,8}".prop_map(|digits| digits.parse().unwrap())
}

pub(crate) fn seconds() -> impl Strategy<Value = Seconds> {
    any::<u64>().prop_map(Seconds)
}

pub(crate) fn challenge_id() -> impl Strategy<Value = ChallengeId> {
    any::<[u8; 16]>().prop_map(ChallengeId::from_bytes)
}

pub(crate) fn device_id() -> impl Strategy<Value = DeviceId> {
    any::<[u8; 16]>().prop_map(DeviceId::from_bytes)
}

pub(crate) fn enrolment_id() -> impl Strategy<Value = EnrolmentId> {
    any::<[u8; 16]>().prop_map(EnrolmentId::from_bytes)
}

pub(crate) fn purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![
        Just(Purpose::SignIn),
        Just(Purpose::ConfirmTest),
        Just(Purpose::OpenSecurity),
        text().prop_map(|model| Purpose::AddDevice { model }),
        any::<u16>().prop_map(|days| Purpose::TrustBrowser { days }),
        Just(Purpose::EnablePhoneSignIn),
        Just(Purpose::ResetPassword),
    ]
}

pub(crate) fn end() -> impl Strategy<Value = End> {
    proptest::sample::select(End::ALL.to_vec())
}

pub(crate) fn header() -> impl Strategy<Value = Header> {
    let nonce = maybe(any::<[u8; 16]>().prop_map(RequestNonce::from_bytes));
    let show = proptest::collection::vec(text(), 0..4);
    (maybe(text()), maybe(key()), maybe(text()), maybe(text()), maybe(seconds()), nonce, show).prop_map(
        |(kid, jwk, htm, url, iat, jti, show)| {
            let mut header = Header::showing(show);
            (header.kid, header.jwk, header.htm, header.url) = (kid, jwk, htm, url);
            (header.iat, header.jti) = (iat, jti);
            header
        },
    )
}

// Messages.

pub(crate) fn typed_code() -> impl Strategy<Value = TypedCode> {
    any::<[u8; 8]>().prop_map(TypedCode::from_bits)
}

pub(crate) fn claim() -> impl Strategy<Value = Claim> {
    let typed = (text(), typed_code()).prop_map(|(login, secret)| Proof::Typed { login, secret });
    let code = prop_oneof![secret().prop_map(Proof::Link), typed];
    (code, bytes(), bytes(), text(), text(), text()).prop_map(
        |(code, approval_key, commitment, model, system, app)| Claim {
            code,
            approval_key,
            commitment,
            model,
            system,
            app,
        },
    )
}

pub(crate) fn fetch() -> impl Strategy<Value = Fetch> {
    (text(), any::<u32>()).prop_map(|(app, key_number)| Fetch { app, key_number })
}

pub(crate) fn key_statement() -> impl Strategy<Value = KeyStatement> {
    (any::<u32>(), bytes(), bytes(), seconds()).prop_map(|(number, previous, next_identity_key, iat)| {
        KeyStatement { number, previous, next_identity_key, iat }
    })
}

pub(crate) fn offer() -> impl Strategy<Value = Offer> {
    let organisation =
        [text(), text(), text()].prop_map(|[name, colour, support]| Organisation { name, colour, support });
    let unlock = prop_oneof![Just(Unlock::Credential), Just(Unlock::Biometric)];
    let policy = (digits(), unlock).prop_map(|(digits, unlock)| Policy { digits, unlock });
    let ids = (enrolment_id(), device_id(), bytes());
    let keys = (any::<u32>(), bytes());
    (ids, organisation, text(), text(), policy, bytes(), keys, seconds()).prop_map(
        |(
            (enrolment, device, claim),
            organisation,
            user,
            login,
            policy,
            nonce,
            (key_number, next_identity_key),
            exp,
        )| {
            Offer {
                enrolment,
                device,
                claim,
                organisation,
                user,
                login,
                policy,
                nonce,
                key_number,
                next_identity_key,
                exp,
            }
        },
    )
}

pub(crate) fn registration() -> impl Strategy<Value = Registration> {
    (enrolment_id(), bytes(), bytes(), text(), text()).prop_map(|(enrolment, offer, nonce, approval, app)| {
        Registration { enrolment, offer, nonce, approval, app }
    })
}

pub(crate) fn approval_key() -> impl Strategy<Value = ApprovalKey> {
    (enrolment_id(), bytes(), bytes()).prop_map(|(enrolment, offer, device_key)| ApprovalKey {
        enrolment,
        offer,
        device_key,
    })
}

pub(crate) fn challenge() -> impl Strategy<Value = Challenge> {
    let what = (challenge_id(), device_id(), text(), purpose(), text());
    let origin = [maybe(text()), maybe(text()), maybe(text()), maybe(text()), maybe(text())];
    (what, origin, any::<bool>(), digits(), seconds(), seconds()).prop_map(
        |(what, origin, recognised, digits, iat, exp)| {
            let (id, device, organisation, purpose, application) = what;
            let [browser, system, address, place, message] = origin;
            Challenge {
                id,
                device,
                organisation,
                purpose,
                application,
                browser,
                system,
                address,
                place,
                message,
                recognised,
                digits,
                iat,
                exp,
            }
        },
    )
}

pub(crate) fn approval() -> impl Strategy<Value = Approval> {
    (challenge_id(), bytes(), number()).prop_map(|(challenge, hash, number)| Approval {
        challenge,
        hash,
        number,
    })
}

pub(crate) fn denial() -> impl Strategy<Value = Denial> {
    let reason = prop_oneof![Just(DenialReason::Cancelled), Just(DenialReason::NotMe)];
    (challenge_id(), bytes(), reason).prop_map(|(challenge, hash, reason)| Denial { challenge, hash, reason })
}

pub(crate) fn opening() -> impl Strategy<Value = SocketOpening> {
    (bytes(), secret()).prop_map(|(nonce, secret)| SocketOpening { nonce, secret })
}

pub(crate) fn channels() -> impl Strategy<Value = Channels> {
    let environment = prop_oneof![Just(Environment::Production), Just(Environment::Sandbox)];
    let address = prop_oneof![
        (text(), environment, maybe(text())).prop_map(|(token, environment, topic)| {
            PushAddress::Apns(ApnsAddress { token, environment, topic })
        }),
        text().prop_map(|token| PushAddress::Fcm(FcmAddress { token })),
        (text(), point(), secret()).prop_map(|(endpoint, p256dh, auth)| {
            PushAddress::WebPush(WebPushAddress { endpoint, p256dh, auth })
        }),
    ];
    let channel = (secret(), address).prop_map(|(secret, address)| Channel { secret, address });
    proptest::collection::vec(channel, 0..5).prop_map(|channels| Channels { channels })
}

/// 65 bytes: proptest makes no arrays of that length by itself.
fn point() -> impl Strategy<Value = Bytes<65>> {
    proptest::collection::vec(any::<u8>(), 65).prop_map(|bytes| Bytes(bytes.try_into().unwrap()))
}

pub(crate) fn push() -> impl Strategy<Value = Push> {
    let key = maybe(point().prop_map(|key| WebPushKey { key }));
    (any::<bool>(), any::<bool>(), key).prop_map(|(apns, fcm, web_push)| Push { apns, fcm, web_push })
}

pub(crate) fn taken_channel() -> impl Strategy<Value = Taken> {
    prop_oneof![
        Just(Taken::Active),
        Just(Taken::Refused { reason: Refusal::NotConfigured }),
        Just(Taken::Refused { reason: Refusal::Address }),
        Just(Taken::Refused { reason: Refusal::Topic }),
        Just(Taken::Refused { reason: Refusal::Environment }),
        "other-[a-z]{0,8}".prop_map(|word| Taken::Refused { reason: Refusal::Other(word) }),
    ]
}
