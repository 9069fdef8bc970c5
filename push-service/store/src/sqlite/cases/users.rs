//! Users.

use super::super::{Tx, users};
use super::operate::Open;
use crate::store::{NewUser, Outcome};
use authenticator_protocol::ids::UserId;
use signin::user;

/// Nothing of a user who may no longer sign in stays open.
pub(super) fn put(tx: &mut Tx<'_>, new: &NewUser) -> Outcome<UserId> {
    let id = users::put(tx.at.db, new)?;
    if new.user.disabled
        && let Some(user) = users::find(tx.at, id)?
    {
        let open = Open::of(tx.at, id)?;
        tx.carry_out(user::shut_out(&open.whole(&user), "disabled", tx.at.now))?;
    }
    Ok(id)
}
