-- Who asked, when a relying party did.
ALTER TABLE audit ADD COLUMN relying_party BLOB;

DROP TRIGGER audit_stays;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN NEW.sequence IS NOT OLD.sequence OR NEW.at IS NOT OLD.at OR NEW.kind IS NOT OLD.kind
    OR NEW.user IS NOT OLD.user OR NEW.device IS NOT OLD.device OR NEW.request IS NOT OLD.request
    OR NEW.enrolment IS NOT OLD.enrolment OR NEW.relying_party IS NOT OLD.relying_party
    OR (NEW.address IS NOT NULL AND NEW.address IS NOT OLD.address)
    OR (NEW.detail IS NOT NULL AND NEW.detail IS NOT OLD.detail)
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;
