//! Users.

use super::super::{Tx, requests, users};
use crate::store::{NewUser, Outcome};
use authenticator_protocol::ids::UserId;
use signin::request;

/// What waits for a user who may no longer sign in fails.
pub(super) fn put(tx: &mut Tx<'_>, new: &NewUser) -> Outcome<UserId> {
    let id = users::put(tx.at.db, new)?;
    if new.user.disabled {
        for asked in requests::pending(tx.at, id)? {
            tx.carry_out(request::fail(&asked, tx.at.now))?;
        }
    }
    Ok(id)
}
