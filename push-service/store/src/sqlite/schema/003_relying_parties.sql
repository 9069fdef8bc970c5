CREATE TABLE relying_parties (
    id           BLOB    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    -- The names that phones show, as a JSON list.
    applications TEXT    NOT NULL,
    webhook      TEXT,
    public_key   BLOB,
    added        INTEGER NOT NULL,
    ended        INTEGER
) STRICT;

CREATE UNIQUE INDEX relying_parties_name ON relying_parties (name) WHERE ended IS NULL;

CREATE TABLE api_keys (
    id            BLOB    NOT NULL PRIMARY KEY,
    relying_party BLOB    NOT NULL REFERENCES relying_parties (id),
    hash          BLOB    NOT NULL,
    scopes        TEXT    NOT NULL,
    added         INTEGER NOT NULL,
    ended         INTEGER
) STRICT;

CREATE INDEX api_keys_valid ON api_keys (relying_party) WHERE ended IS NULL;

-- Results that are still to be delivered.
CREATE TABLE deliveries (
    request       BLOB    NOT NULL PRIMARY KEY REFERENCES requests (id),
    relying_party BLOB    NOT NULL REFERENCES relying_parties (id),
    due           INTEGER NOT NULL,
    tries         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (relying_party, due);

-- A request may be a relying party's. It belongs to no session of ours: `session` and `browser` then hold the hash
-- of the relying party's own session. Its user may be unknown to us, so that nobody learns who is known.
CREATE TABLE requests_next (
    id             BLOB    NOT NULL PRIMARY KEY,
    user           BLOB    NOT NULL,
    session        BLOB    NOT NULL,
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
    message        TEXT,
    relying_party  BLOB REFERENCES relying_parties (id),
    -- With a relying party: SHA-256 of what it sent, its nonce, the id of the result, SHA-256 of its Idempotency-Key.
    asked          BLOB,
    nonce          TEXT,
    result         BLOB,
    repeat         BLOB,
    delivered      INTEGER CHECK (delivered IN (0, 1)),
    CHECK ((end IS NULL) = (ended_at IS NULL)),
    CHECK (ended_at IS NULL OR sealed_number IS NULL),
    CHECK ((relying_party IS NULL) = (asked IS NULL)),
    CHECK ((relying_party IS NULL) = (result IS NULL)),
    CHECK ((relying_party IS NULL) = (delivered IS NULL))
) STRICT;

INSERT INTO requests_next
SELECT id, user, session, browser, purpose, enrolment, application, origin_address, origin_browser, origin_system,
       origin_place, recognised, digits, sealed_number, number_tag, opened, expires, end, ended_at, ended_by, used,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM requests;

DROP TABLE requests;
ALTER TABLE requests_next RENAME TO requests;

CREATE INDEX requests_pending ON requests (expires) WHERE ended_at IS NULL;
CREATE INDEX requests_pending_of_user ON requests (user) WHERE ended_at IS NULL;
CREATE INDEX requests_ended_of_user ON requests (user, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX requests_tagged ON requests (ended_at) WHERE number_tag IS NOT NULL AND ended_at IS NOT NULL;
CREATE INDEX requests_pending_of_party ON requests (relying_party)
    WHERE ended_at IS NULL AND relying_party IS NOT NULL;
CREATE UNIQUE INDEX requests_repeat ON requests (relying_party, repeat) WHERE repeat IS NOT NULL;
