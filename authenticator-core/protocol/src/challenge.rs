//! The question that the service puts to one device about one sign-in request.

use crate::ids::{ChallengeId, DeviceId};
use crate::json::present;
use crate::jws::{Header, Message, Typ, Unsigned, Verified};
use crate::number::Digits;
use crate::text::is_visible;
use crate::time::Seconds;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an approval is for; it serves nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Purpose {
    /// Sign in to the application.
    SignIn,
    /// Finish an enrolment.
    ConfirmTest,
    /// Open "my security information".
    OpenSecurity,
    /// Add another device.
    AddDevice {
        /// Which.
        model: String,
    },
    /// Trust this browser for some days.
    TrustBrowser {
        /// How many.
        days: u16,
    },
    /// Sign in without a password from now on.
    EnablePhoneSignIn,
    /// Set a new password.
    ResetPassword,
}

/// A challenge. Signed by the identity key. Every member that is present, but the ids and `exp`, is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Its id.
    pub id: ChallengeId,
    /// The device that is asked.
    pub device: DeviceId,
    /// The organisation's name.
    pub organisation: String,
    /// What the approval is for.
    pub purpose: Purpose,
    /// Where the user is signing in: "MyApps".
    pub application: String,
    /// "Firefox"; absent when unknown.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// "Windows"; absent when unknown.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The network address that the request came from.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Roughly where that is: "Gävle".
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What the application wants to say.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether this user has completed a sign-in in that browser before.
    pub recognised: bool,
    /// How many digits the number has.
    pub digits: Digits,
    /// When it was asked.
    pub iat: Seconds,
    /// From this second on, no answer counts.
    pub exp: Seconds,
}

impl Message for Challenge {
    const TYP: Typ = Typ::Challenge;
}

/// Payload members that a phone of this version knows how to show.
const SHOWN: [&str; 10] = [
    "organisation",
    "purpose",
    "application",
    "browser",
    "system",
    "address",
    "place",
    "message",
    "recognised",
    "iat",
];

/// Why a phone does not show a challenge that was signed correctly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeError {
    /// It must show something that it does not know: the app needs an update.
    Unknown,
    /// For another device.
    Device,
    /// It has ended.
    Expired,
    /// A text is empty, too long, or holds characters that cannot be seen.
    Text,
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "show: names what this version cannot show",
            Self::Device => "device: another one",
            Self::Expired => "exp: has passed",
            Self::Text => "a text is empty, too long, or holds characters that cannot be seen",
        })
    }
}

impl std::error::Error for ChallengeError {}

impl Challenge {
    /// The bytes to sign, with every member that must be shown named as critical.
    pub fn unsigned(&self) -> Unsigned {
        let optional = [
            ("browser", self.browser.is_some()),
            ("system", self.system.is_some()),
            ("address", self.address.is_some()),
            ("place", self.place.is_some()),
            ("message", self.message.is_some()),
        ];
        let show = ["organisation", "purpose", "application", "recognised", "iat"]
            .into_iter()
            .chain(optional.into_iter().filter(|(_, present)| *present).map(|(name, _)| name))
            .map(str::to_owned)
            .collect();
        Unsigned::new(Header::showing(show), self)
    }
}

/// Whether the phone `device` may show a verified challenge at `now` (property 7).
pub fn check(challenge: &Verified<Challenge>, device: DeviceId, now: Seconds) -> Result<(), ChallengeError> {
    let body = &challenge.payload;
    let show = &challenge.header.show;
    let known =
        |(index, name): (usize, &String)| SHOWN.contains(&name.as_str()) && !show[..index].contains(name);
    if !show.iter().enumerate().all(known) {
        return Err(ChallengeError::Unknown);
    }
    if body.device != device {
        return Err(ChallengeError::Device);
    }
    if now >= body.exp {
        return Err(ChallengeError::Expired);
    }
    let model = match &body.purpose {
        Purpose::AddDevice { model } => Some(model),
        _ => None,
    };
    let texts = [Some(&body.organisation), Some(&body.application), model].into_iter();
    let optional =
        [&body.browser, &body.system, &body.address, &body.place, &body.message].map(Option::as_ref);
    if texts.chain(optional).flatten().all(|text| !text.is_empty() && is_visible(text, 200)) {
        Ok(())
    } else {
        Err(ChallengeError::Text)
    }
}
