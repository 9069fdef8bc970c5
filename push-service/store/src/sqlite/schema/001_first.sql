-- Ids, keys and hashes are BLOBs of their full length. Times are milliseconds since 1970-01-01T00:00:00Z.
-- Columns that a rule reads as an enum hold the enum's word.

CREATE TABLE meta (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    -- The last committed time: a clock stepped back revives nothing.
    time      INTEGER NOT NULL,
    -- Recognises the key outside the database.
    key_check BLOB    NOT NULL
) STRICT;

CREATE TABLE users (
    id              BLOB    NOT NULL PRIMARY KEY,
    upn             TEXT    NOT NULL UNIQUE,
    email           TEXT,
    name            TEXT    NOT NULL,
    mobile          TEXT,
    password_hash   TEXT    NOT NULL,
    disabled        INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    first_confirmed INTEGER,
    wrong_in_row    INTEGER NOT NULL,
    wrong_today     INTEGER NOT NULL,
    wrong_day       INTEGER NOT NULL,
    app_locked      INTEGER NOT NULL CHECK (app_locked IN (0, 1))
) STRICT;

CREATE INDEX users_email ON users (email) WHERE email IS NOT NULL;

CREATE TABLE browsers (
    user    BLOB    NOT NULL REFERENCES users (id),
    browser BLOB    NOT NULL,
    seen    INTEGER NOT NULL,
    PRIMARY KEY (user, browser)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    key         BLOB    NOT NULL PRIMARY KEY,
    user        BLOB    NOT NULL REFERENCES users (id),
    level       TEXT    NOT NULL CHECK (level IN ('password', 'approved')),
    browser     BLOB    NOT NULL,
    destination TEXT    NOT NULL,
    request     BLOB,
    enrolment   BLOB,
    approved_by BLOB,
    created     INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    ended       INTEGER
) STRICT;

CREATE INDEX sessions_live ON sessions (user) WHERE ended IS NULL;

CREATE TABLE devices (
    id           BLOB    NOT NULL PRIMARY KEY,
    user         BLOB    NOT NULL REFERENCES users (id),
    model        TEXT    NOT NULL,
    system       TEXT    NOT NULL,
    app          TEXT    NOT NULL,
    device_key   BLOB    NOT NULL,
    approval_key BLOB    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('unconfirmed', 'active', 'ended')),
    added        INTEGER NOT NULL,
    confirmed    INTEGER,
    last_used    INTEGER,
    last_reached INTEGER,
    ended        INTEGER
) STRICT;

CREATE INDEX devices_user ON devices (user);

-- Every key that was ever enrolled, in either role: no key is enrolled twice, nor in both.
CREATE TABLE device_keys (
    thumbprint BLOB NOT NULL PRIMARY KEY,
    device     BLOB NOT NULL REFERENCES devices (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolments (
    id           BLOB    NOT NULL PRIMARY KEY,
    user         BLOB    NOT NULL REFERENCES users (id),
    session      BLOB    NOT NULL REFERENCES sessions (key),
    permitted    TEXT    NOT NULL,
    code         BLOB    NOT NULL UNIQUE,
    opened       INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    other_phone  TEXT,
    phase        TEXT    NOT NULL
                 CHECK (phase IN ('open', 'claimed', 'registered', 'testing', 'done', 'failed')),
    -- Since it was claimed:
    device       BLOB,
    model        TEXT,
    -- While it is claimed or registered:
    system       TEXT,
    device_key   BLOB,
    approval_key BLOB,
    commitment   BLOB,
    claim        BLOB,
    nonce        BLOB,
    offer_input  TEXT,
    offer        BLOB,
    claims       INTEGER,
    -- While it is registered:
    characters   TEXT,
    wrong        INTEGER,
    -- While it is tested:
    request      BLOB,
    -- When it has failed:
    failure      TEXT
) STRICT;

CREATE INDEX enrolments_live ON enrolments (expires) WHERE phase NOT IN ('done', 'failed');
CREATE INDEX enrolments_live_of_device ON enrolments (device)
    WHERE phase NOT IN ('done', 'failed') AND device IS NOT NULL;

CREATE TABLE requests (
    id             BLOB    NOT NULL PRIMARY KEY,
    user           BLOB    NOT NULL REFERENCES users (id),
    session        BLOB    NOT NULL REFERENCES sessions (key),
    browser        BLOB    NOT NULL,
    purpose        TEXT    NOT NULL,
    enrolment      BLOB,
    application    TEXT    NOT NULL,
    origin_address TEXT    NOT NULL,
    origin_browser TEXT,
    origin_system  TEXT,
    origin_place   TEXT,
    recognised     INTEGER NOT NULL CHECK (recognised IN (0, 1)),
    digits         INTEGER NOT NULL,
    -- Sealed under a key outside the database; erased at the end.
    sealed_number  BLOB,
    -- A keyed tag of the number, until five minutes after the end.
    number_tag     BLOB,
    opened         INTEGER NOT NULL,
    expires        INTEGER NOT NULL,
    end            TEXT,
    ended_at       INTEGER,
    ended_by       BLOB,
    used           INTEGER NOT NULL CHECK (used IN (0, 1)),
    CHECK ((end IS NULL) = (ended_at IS NULL)),
    CHECK (ended_at IS NULL OR sealed_number IS NULL)
) STRICT;

CREATE INDEX requests_pending ON requests (expires) WHERE ended_at IS NULL;
CREATE INDEX requests_pending_of_user ON requests (user) WHERE ended_at IS NULL;
CREATE INDEX requests_ended_of_user ON requests (user, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX requests_tagged ON requests (ended_at) WHERE number_tag IS NOT NULL AND ended_at IS NOT NULL;

CREATE TABLE challenges (
    id            BLOB    NOT NULL PRIMARY KEY,
    request       BLOB    NOT NULL REFERENCES requests (id),
    device        BLOB    NOT NULL REFERENCES devices (id),
    signing_input TEXT    NOT NULL,
    hash          BLOB    NOT NULL,
    reply_to      BLOB,
    reply_end     TEXT,
    reply_counted INTEGER,
    UNIQUE (request, device)
) STRICT;

CREATE TABLE audit (
    -- Rows are never deleted, so that the next number is always one more than the last.
    sequence  INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    user      BLOB,
    device    BLOB,
    request   BLOB,
    enrolment BLOB,
    address   TEXT,
    detail    TEXT
) STRICT;

CREATE INDEX audit_user ON audit (user, sequence) WHERE user IS NOT NULL;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;

CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;
