-- When the password alone was enough for a session, for the first time.
ALTER TABLE sessions ADD COLUMN entered INTEGER;
