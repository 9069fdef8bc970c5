//! One installation of the app on one phone, for one user. It is made by [`crate::enrolment`]; [`remove`],
//! [`leave`] and [`withdraw`] end it.

mod end;

pub use end::{Leaving, leave, remove, withdraw};

use authenticator_protocol::ids::{DeviceId, UserId};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::time::Millis;

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id; the `kid` of what it signs.
    pub id: DeviceId,
    /// Whose.
    pub user: UserId,
    /// "Pixel 9", as the phone said.
    pub model: String,
    /// "Android 16", as the phone said.
    pub system: String,
    /// The app's version.
    pub app: String,
    /// Signs everything but approvals.
    pub device_key: PublicKey,
    /// Signs approvals.
    pub approval_key: PublicKey,
    /// Where in its life it is.
    pub state: DeviceState,
    /// When it registered.
    pub added: Millis,
    /// When its test approval was given.
    pub confirmed: Option<Millis>,
    /// When it last approved something.
    pub last_used: Option<Millis>,
    /// When it was last heard of.
    pub last_reached: Option<Millis>,
    /// When it ended.
    pub ended: Option<Millis>,
}

/// Where in its life a device is. It only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Registered; its test approval is still to come.
    Unconfirmed,
    /// It counts.
    Active,
    /// Removed, by its user or on the phone.
    Ended,
}
