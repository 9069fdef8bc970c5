-- Where phones can be woken.
CREATE TABLE channels (
    id         BLOB    NOT NULL PRIMARY KEY,
    device     BLOB    NOT NULL REFERENCES devices (id),
    provider   TEXT    NOT NULL CHECK (provider IN ('apns', 'fcm', 'web_push')),
    -- Secret and address, sealed under a key outside the database; erased when it has ended.
    sealed     BLOB,
    state      TEXT    NOT NULL CHECK (state IN ('active', 'suspect', 'dead', 'superseded')),
    reason     TEXT,
    registered INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    accepted   INTEGER,
    received   INTEGER,
    CHECK ((sealed IS NULL) = (state IN ('dead', 'superseded')))
) STRICT;

CREATE INDEX channels_of_device ON channels (device, changed);
CREATE INDEX channels_suspect ON channels (provider, changed) WHERE state = 'suspect';
CREATE INDEX channels_over ON channels (changed) WHERE state IN ('dead', 'superseded');

-- The newest list that each device has signed.
CREATE TABLE channel_lists (
    device BLOB    NOT NULL PRIMARY KEY REFERENCES devices (id),
    signed INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    taken  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Providers of which no channel is dropped until a person says so.
CREATE TABLE channel_holds (
    provider TEXT    NOT NULL PRIMARY KEY,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
