-- What is erased is found by its user, and what was last used long ago by its time.
DROP INDEX IF EXISTS requests_pending_of_user;
DROP INDEX IF EXISTS requests_ended_of_user;
CREATE INDEX requests_of_user ON requests (user, ended_at);
CREATE INDEX challenges_of_device ON challenges (device);
DROP INDEX IF EXISTS sessions_live;
CREATE INDEX sessions_of_user ON sessions (user, ended);
CREATE INDEX enrolments_of_user ON enrolments (user);
CREATE INDEX enrolments_of_session ON enrolments (session);
CREATE INDEX device_keys_of_device ON device_keys (device);
CREATE INDEX browsers_seen ON browsers (seen);

-- Records before this number have been kept for long enough.
ALTER TABLE meta ADD COLUMN audit_from INTEGER NOT NULL DEFAULT 1;

CREATE TRIGGER audit_from_moves_forward BEFORE UPDATE OF audit_from ON meta
WHEN NEW.audit_from < OLD.audit_from OR NEW.audit_from > (SELECT coalesce(max(sequence), 1) FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit trail loses its oldest records only'); END;

-- The oldest records may go, from the beginning on. The newest one stays, so that numbers go on from it.
DROP TRIGGER audit_keeps;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
WHEN OLD.sequence >= (SELECT audit_from FROM meta)
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;

-- A record may forget where from, and the words beside it; never what happened, to whom and when.
DROP TRIGGER audit_stays;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN NEW.sequence IS NOT OLD.sequence OR NEW.at IS NOT OLD.at OR NEW.kind IS NOT OLD.kind
    OR NEW.user IS NOT OLD.user OR NEW.device IS NOT OLD.device OR NEW.request IS NOT OLD.request
    OR NEW.enrolment IS NOT OLD.enrolment
    OR (NEW.address IS NOT NULL AND NEW.address IS NOT OLD.address)
    OR (NEW.detail IS NOT NULL AND NEW.detail IS NOT OLD.detail)
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;
