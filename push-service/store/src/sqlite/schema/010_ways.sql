-- When the password alone was enough for a session, for the first time.
ALTER TABLE sessions ADD COLUMN entered INTEGER;

-- With what a session's level rose: "device", "pass". Sessions from before do not say.
ALTER TABLE sessions ADD COLUMN means TEXT;

-- Temporary passes, until they are used or over; of the code an HMAC under a key outside the database.
CREATE TABLE passes (
    user    BLOB    NOT NULL PRIMARY KEY REFERENCES users (id),
    mac     BLOB    NOT NULL,
    made    INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    wrong   INTEGER NOT NULL
) STRICT;
