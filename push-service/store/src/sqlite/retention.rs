//! Erases what has been kept for long enough (`signin::retention`), and people who are removed.
//!
//! Rows come in the order of time, so the oldest are first; a round looks at those alone.

use super::Reading;
use super::passes;
use super::rows::{ms, one, write, write_one};
use crate::store::Outcome;
use authenticator_protocol::ids::UserId;
use authenticator_protocol::time::Millis;
use rusqlite::{Connection, params};
use signin::retention::Kept;

/// Rows of one kind in one round at most.
const ROUND: u32 = 256;

/// The time before which something is old; zero when it never is.
fn limit(at: Reading<'_>, kept: Kept) -> Millis {
    kept.seconds(at.policy).map_or(Millis(0), |seconds| at.now.minus_seconds(seconds))
}

/// Whether there is something for [`forget`].
pub(super) fn is_due(at: Reading<'_>) -> Outcome<bool> {
    for (kept, sql) in [
        (Kept::Requests, "SELECT opened FROM requests ORDER BY rowid LIMIT 1"),
        (Kept::Enrolments, "SELECT opened FROM enrolments ORDER BY rowid LIMIT 1"),
        (Kept::Sessions, "SELECT created FROM sessions ORDER BY rowid LIMIT 1"),
        (Kept::Browsers, "SELECT min(seen) FROM browsers"),
        (Kept::Channels, "SELECT min(changed) FROM channels WHERE state IN ('dead', 'superseded')"),
        (
            Kept::Audit,
            "SELECT at FROM audit WHERE sequence < (SELECT max(sequence) FROM audit) ORDER BY sequence LIMIT 1",
        ),
    ] {
        let oldest: Option<Option<Millis>> = one(at.db, sql, [], |columns| columns.maybe())?;
        if oldest.flatten().is_some_and(|oldest| oldest < limit(at, kept)) {
            return Ok(true);
        }
    }
    passes::is_due(at)
}

/// One round; how many rows went.
pub(super) fn forget(at: Reading<'_>) -> Outcome<u64> {
    let requests =
        "SELECT id FROM requests WHERE rowid IN (SELECT rowid FROM requests ORDER BY rowid LIMIT ?2)
        AND opened < ?1 AND ended_at IS NOT NULL";
    // What has not arrived by then never will.
    let deliveries = format!("DELETE FROM deliveries WHERE request IN ({requests})");
    let challenges = format!("DELETE FROM challenges WHERE request IN ({requests})");
    let requests = format!("DELETE FROM requests WHERE id IN ({requests})");
    let mut gone = 0;
    for (kept, sql) in [
        (Kept::Requests, deliveries.as_str()),
        (Kept::Requests, challenges.as_str()),
        (Kept::Requests, requests.as_str()),
        (
            Kept::Enrolments,
            "DELETE FROM enrolments WHERE rowid IN (SELECT rowid FROM enrolments ORDER BY rowid LIMIT ?2)
                AND opened < ?1 AND phase IN ('done', 'failed')",
        ),
        (
            Kept::Sessions,
            "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions ORDER BY rowid LIMIT ?2)
                AND created < ?1
                AND NOT EXISTS (SELECT 1 FROM enrolments WHERE enrolments.session = sessions.key)",
        ),
        (
            Kept::Browsers,
            "DELETE FROM browsers WHERE (user, browser) IN
                (SELECT user, browser FROM browsers WHERE seen < ?1 LIMIT ?2)",
        ),
        (
            Kept::Channels,
            "DELETE FROM channels WHERE rowid IN
                (SELECT rowid FROM channels WHERE state IN ('dead', 'superseded') AND changed < ?1 LIMIT ?2)",
        ),
    ] {
        gone += write(at.db, sql, params![ms(limit(at, kept)), ROUND])?;
    }
    gone += passes::forget(at)?;
    // The newest record stays in any case.
    let from = "UPDATE meta SET audit_from = max(audit_from, min(
        (SELECT coalesce(max(sequence), 0) + 1 FROM
            (SELECT sequence, at FROM audit ORDER BY sequence LIMIT ?2) WHERE at < ?1),
        (SELECT coalesce(max(sequence), 1) FROM audit)))";
    write_one(at.db, "the beginning of the trail", from, params![ms(limit(at, Kept::Audit)), ROUND])?;
    gone += write(at.db, "DELETE FROM audit WHERE sequence < (SELECT audit_from FROM meta)", [])?;
    Ok(gone as u64)
}

/// Everything about a user. The audit trail keeps what happened and when, by ids that now lead nowhere; so do the
/// requests of relying parties, until they are old: whoever asked still hears how it ended.
pub(super) fn erase(db: &Connection, user: UserId) -> Outcome<()> {
    for sql in [
        "DELETE FROM challenges WHERE request IN (SELECT id FROM requests WHERE user = ?1)",
        "DELETE FROM requests WHERE user = ?1 AND relying_party IS NULL",
        "UPDATE requests SET session = zeroblob(32), browser = zeroblob(32), origin_address = '',
            origin_browser = NULL, origin_system = NULL, origin_place = NULL, message = NULL, number_tag = NULL
            WHERE user = ?1",
        "DELETE FROM passes WHERE user = ?1",
        "DELETE FROM enrolments WHERE user = ?1",
        "DELETE FROM sessions WHERE user = ?1",
        "DELETE FROM browsers WHERE user = ?1",
        "DELETE FROM device_keys WHERE device IN (SELECT id FROM devices WHERE user = ?1)",
        "DELETE FROM channels WHERE device IN (SELECT id FROM devices WHERE user = ?1)",
        "DELETE FROM channel_lists WHERE device IN (SELECT id FROM devices WHERE user = ?1)",
        "DELETE FROM devices WHERE user = ?1",
        "UPDATE audit SET address = NULL, detail = NULL
            WHERE user = ?1 AND (address IS NOT NULL OR detail IS NOT NULL)",
    ] {
        write(db, sql, [user.as_bytes()])?;
    }
    write_one(db, "a user's end", "DELETE FROM users WHERE id = ?1", [user.as_bytes()])
}
