//! Passes.

use super::super::{Sqlite, Tx, passes, users};
use super::sessions::{known, under_way};
use crate::store::{Committed, NotCreated, Outcome, UsePass};
use authenticator_protocol::code::Hash;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use signin::pass::{self, Pass, Showing};
use signin::session::Session;

pub(super) async fn create(
    store: &Sqlite,
    user: UserId,
    mac: Hash,
    seconds: u64,
) -> Outcome<Committed<Option<Result<Millis, NotCreated>>>> {
    store
        .commit(move |tx| {
            let Some(user) = users::find(tx.at, user)? else { return Ok(None) };
            let earlier = passes::find(tx.at, user.id)?;
            tx.carry_out(pass::create(&user, mac, seconds, earlier.as_ref(), tx.at.now)).map(Some)
        })
        .await
}

pub(super) async fn end(store: &Sqlite, user: UserId) -> Outcome<Committed<bool>> {
    store
        .commit(move |tx| match passes::find(tx.at, user)? {
            Some(pass) if tx.at.now < pass.expires => {
                tx.carry_out(pass::end(&pass, "operator"))?;
                Ok(true)
            }
            _ => Ok(false),
        })
        .await
}

/// One that is still valid.
pub(super) async fn valid(store: &Sqlite, user: UserId) -> Outcome<Option<Pass>> {
    let found = store.look(move |at| Ok((passes::find(at, user)?, at.now))).await?;
    Ok(found.0.filter(|pass| found.1 < pass.expires))
}

pub(super) fn use_up(tx: &mut Tx<'_>, used: &UsePass) -> Outcome<Option<Session>> {
    let Some((session, user)) = known(tx.at, used.complete.session)? else { return Ok(None) };
    let pass = passes::find(tx.at, user.id)?;
    let showing = Showing {
        session: &session,
        user: &user,
        under_way: &under_way(tx.at, &session)?,
        pass: pass.as_ref(),
    };
    tx.carry_out(pass::use_up(used, &showing, tx.at.policy, tx.at.now))
}
