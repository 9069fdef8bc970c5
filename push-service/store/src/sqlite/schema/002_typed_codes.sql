-- HMACs of an enrolment's typed code with its user's UPN and e-mail. Enrolments from before have none.
ALTER TABLE enrolments ADD COLUMN typed_upn BLOB;
ALTER TABLE enrolments ADD COLUMN typed_email BLOB;
CREATE UNIQUE INDEX enrolments_typed_upn ON enrolments (typed_upn);
CREATE UNIQUE INDEX enrolments_typed_email ON enrolments (typed_email);
