-- A relying party's key is a secret, of which the hash is kept, or a public key that checks its tokens.
CREATE TABLE api_keys_next (
    id            BLOB    NOT NULL PRIMARY KEY,
    relying_party BLOB    NOT NULL REFERENCES relying_parties (id),
    hash          BLOB,
    public_key    BLOB,
    scopes        TEXT    NOT NULL,
    added         INTEGER NOT NULL,
    ended         INTEGER,
    CHECK ((hash IS NULL) <> (public_key IS NULL))
) STRICT;

INSERT INTO api_keys_next SELECT id, relying_party, hash, NULL, scopes, added, ended FROM api_keys ORDER BY rowid;
-- So far it stood beside the keys, good for everything and without an end of its own.
INSERT INTO api_keys_next
SELECT randomblob(16), id, NULL, public_key, 'ask read', added, ended FROM relying_parties
WHERE public_key IS NOT NULL;

DROP TABLE api_keys;
ALTER TABLE api_keys_next RENAME TO api_keys;
CREATE INDEX api_keys_valid ON api_keys (relying_party) WHERE ended IS NULL;
ALTER TABLE relying_parties DROP COLUMN public_key;
