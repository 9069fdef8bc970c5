//! Writes `tests/schemas/N.sql`: what a database of schema N looks like, with rows in every table. Run by hand when a
//! schema was added, and never again for an old one: `cargo run -p store --example schemas -- 7`.

#![expect(clippy::print_stdout, reason = "the answer of a command")]

use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::random::Random;
use rusqlite::{Connection, Row};
use store::Vault;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The steps, and what was put into the tables that each of them has made.
const STEPS: &[(&str, &str)] = &[
    (include_str!("../src/sqlite/schema/001_first.sql"), FIRST),
    (include_str!("../src/sqlite/schema/002_typed_codes.sql"), TYPED_CODES),
    (include_str!("../src/sqlite/schema/003_relying_parties.sql"), RELYING_PARTIES),
    (include_str!("../src/sqlite/schema/004_operating.sql"), OPERATING),
    (include_str!("../src/sqlite/schema/005_public_keys.sql"), ""),
    (include_str!("../src/sqlite/schema/006_audit_relying_party.sql"), AUDIT_RELYING_PARTY),
    (include_str!("../src/sqlite/schema/007_in_use.sql"), ""),
    (include_str!("../src/sqlite/schema/008_silent.sql"), ""),
    (include_str!("../src/sqlite/schema/009_channels.sql"), CHANNELS),
    (include_str!("../src/sqlite/schema/010_ways.sql"), WAYS),
];

/// Ids and hashes are made of one byte each: users 1…, sessions 11…, devices 21…, enrolments 31…, requests 41…,
/// challenges 51…, relying parties 61…; times are seconds after 1,800,000,000,000.
const FIRST: &str = "
INSERT INTO meta (id, time, key_check) VALUES (1, t(60), key_check());
INSERT INTO users (id, upn, email, name, mobile, password_hash, disabled, first_confirmed, wrong_in_row, wrong_today,
        wrong_day, app_locked) VALUES
    (id(1), 'anna@regionx.example', 'anna.andersson@regionx.example', 'Anna Andersson', '+46701234567', '$argon2id$1',
        0, t(10), 1, 2, 20833, 0),
    (id(2), 'bo@regionx.example', NULL, 'Bo Ek', NULL, '$argon2id$2', 1, NULL, 0, 0, 0, 1);
INSERT INTO browsers (user, browser, seen) VALUES (id(1), hash(91), t(30));
INSERT INTO sessions (key, user, level, browser, destination, request, enrolment, approved_by, created, seen, ended) VALUES
    (hash(11), id(1), 'password', hash(91), '/apps', id(41), NULL, NULL, t(0), t(5), t(20)),
    (hash(12), id(1), 'approved', hash(91), '/security', NULL, id(31), id(21), t(20), t(30), NULL),
    (hash(13), id(1), 'password', hash(92), '/apps', id(42), NULL, NULL, t(50), t(50), NULL),
    (hash(14), id(2), 'password', hash(93), '/register', NULL, id(33), NULL, t(50), t(50), NULL);
INSERT INTO devices (id, user, model, system, app, device_key, approval_key, state, added, confirmed, last_used,
        last_reached, ended) VALUES
    (id(21), id(1), 'Pixel 9', 'Android 16', '1.0.0', key(71), key(72), 'active', t(5), t(10), t(20), t(30), NULL),
    (id(22), id(1), 'iPhone 15', 'iOS 18.1', '0.9.0', key(73), key(74), 'ended', t(1), t(2), NULL, NULL, t(4));
INSERT INTO device_keys (thumbprint, device) VALUES
    (hash(71), id(21)), (hash(72), id(21)), (hash(73), id(22)), (hash(74), id(22));
INSERT INTO enrolments (id, user, session, permitted, code, opened, expires, other_phone, phase, device, model) VALUES
    (id(31), id(1), hash(11), 'first_by_password', hash(81), t(3), t(603), NULL, 'done', id(21), 'Pixel 9');
INSERT INTO enrolments (id, user, session, permitted, code, opened, expires, phase, failure) VALUES
    (id(32), id(1), hash(12), 'existing_method', hash(82), t(25), t(625), 'failed', 'cancelled');
INSERT INTO enrolments (id, user, session, permitted, code, opened, expires, other_phone, phase, device, model, system,
        device_key, approval_key, commitment, claim, nonce, offer_input, offer, claims, characters, wrong) VALUES
    (id(33), id(2), hash(14), 'trusted_network', hash(83), t(50), t(650), 'Pixel 8', 'registered', id(23), 'Pixel 7',
        'Android 15', key(75), hash(76), hash(84), hash(85), hash(86), 'offer', hash(87), 1, '7F3K', 1);
INSERT INTO requests (id, user, session, browser, purpose, enrolment, application, origin_address, origin_browser,
        origin_system, origin_place, recognised, digits, sealed_number, number_tag, opened, expires, end, ended_at,
        ended_by, used) VALUES
    (id(41), id(1), hash(11), hash(91), purpose('test'), id(31), 'MyApps', '192.0.2.7', 'Firefox', 'Linux', 'Region X', 0, 2,
        NULL, number_tag(), t(8), t(98), 'approved', t(10), id(21), 1),
    (id(42), id(1), hash(13), hash(92), purpose('sign-in'), NULL, 'MyApps', '192.0.2.8', NULL, NULL, NULL, 1, 2,
        sealed_number(), number_tag(), t(55), t(145), NULL, NULL, NULL, 0);
INSERT INTO challenges (id, request, device, signing_input, hash, reply_to, reply_end, reply_counted) VALUES
    (id(51), id(41), id(21), 'input 1', hash(52), hash(53), 'approved', 1),
    (id(54), id(42), id(21), 'input 2', hash(55), NULL, NULL, NULL);
INSERT INTO audit (sequence, at, kind, user, device, request, enrolment, address, detail) VALUES
    (1, t(0), 'password_right', id(1), NULL, NULL, NULL, '192.0.2.7', NULL),
    (2, t(3), 'enrolment_opened', id(1), NULL, NULL, id(31), '192.0.2.7', 'first_by_password'),
    (3, t(8), 'request_opened', id(1), NULL, id(41), id(31), '192.0.2.7', NULL),
    (4, t(10), 'request_approved', id(1), id(21), id(41), NULL, '192.0.2.9', NULL),
    (5, t(55), 'request_opened', id(1), NULL, id(42), NULL, '192.0.2.8', NULL);
";

const TYPED_CODES: &str =
    "UPDATE enrolments SET typed_upn = hash(88), typed_email = hash(89) WHERE id = id(33);";

const RELYING_PARTIES: &str = "
INSERT INTO relying_parties (id, name, applications, webhook, public_key, added, ended) VALUES
    (id(61), 'Journalen', '[\"Journalen\",\"Tidportalen\"]', 'https://journalen.regionx.example/styrk', key(77), t(1), NULL),
    (id(62), 'Old', '[\"Old\"]', NULL, NULL, t(1), t(2));
INSERT INTO api_keys (id, relying_party, hash, scopes, added, ended) VALUES
    (id(63), id(61), hash(64), 'ask read', t(1), NULL),
    (id(65), id(62), hash(66), 'read', t(1), t(2));
INSERT INTO requests (id, user, session, browser, purpose, application, origin_address, recognised, digits, sealed_number,
        number_tag, opened, expires, end, ended_at, ended_by, used, message, relying_party, asked, nonce, result, repeat,
        delivered) VALUES
    (id(43), id(1), hash(67), hash(67), purpose('sign-in'), 'Journalen', '192.0.2.20', 0, 2, NULL, NULL, t(40), t(130),
        'denied', t(45), id(21), 0, 'Sign 3 letters', id(61), hash(68), 'n-1', id(69), hash(70), 0);
INSERT INTO challenges (id, request, device, signing_input, hash) VALUES (id(56), id(43), id(21), 'input 3', hash(57));
INSERT INTO deliveries (request, relying_party, due, tries) VALUES (id(43), id(61), t(70), 3);
";

/// The oldest record has been erased.
const OPERATING: &str = "UPDATE meta SET audit_from = 2; DELETE FROM audit WHERE sequence = 1;";

const AUDIT_RELYING_PARTY: &str = "
INSERT INTO audit (sequence, at, kind, user, device, request, enrolment, address, detail, relying_party) VALUES
    (6, t(45), 'request_denied', id(1), id(21), id(43), NULL, '192.0.2.9', NULL, id(61));
";

const CHANNELS: &str = "
INSERT INTO channels (id, device, provider, sealed, state, reason, registered, changed, accepted, received) VALUES
    (id(24), id(21), 'fcm', channel(), 'active', NULL, t(12), t(12), t(55), t(56)),
    (id(25), id(21), 'apns', NULL, 'dead', 'Unregistered', t(6), t(11), NULL, NULL);
INSERT INTO channel_lists (device, signed, hash, taken) VALUES (id(21), 1800000012, hash(58), t(12));
INSERT INTO channel_holds (provider, since) VALUES ('web_push', t(40));
";

/// Secret and address of a channel.
const CHANNEL: &[u8] =
    br#"{"secret":"VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU","fcm":{"token":"a-token"}}"#;
const WAYS: &str = "
UPDATE sessions SET entered = t(50) WHERE key = hash(13);
UPDATE sessions SET means = 'device' WHERE key = hash(12);
INSERT INTO passes (user, mac, made, expires, wrong) VALUES (id(2), hash(90), t(40), t(640), 1);
";

/// Always the same bytes, so that the same file comes out.
struct Same;

impl Random for Same {
    fn fill(&mut self, dest: &mut [u8]) {
        dest.fill(7);
    }
}

fn main() -> Result {
    let schema: usize = std::env::args().nth(1).ok_or("which schema?")?.parse()?;
    let steps = STEPS.get(..schema).filter(|steps| !steps.is_empty()).ok_or("there is no such schema")?;
    let db = Connection::open_in_memory()?;
    for (step, rows) in steps {
        db.execute_batch("PRAGMA foreign_keys = OFF")?;
        db.execute_batch(step)?;
        db.execute_batch("PRAGMA foreign_keys = ON")?;
        db.execute_batch(&values(rows)?)?;
    }
    let path = format!("{}/tests/schemas/{schema}.sql", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(&path, dump(&db, schema)?)?;
    println!("{path}");
    Ok(())
}

/// Rows with values in the place of what looks like functions in them.
fn values(rows: &str) -> Result<String> {
    let hex = |bytes: &[u8]| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("X'{digits}'")
    };
    let vault = Vault::new([7; 32]);
    let purpose = |purpose: &Purpose| serde_json::to_string(purpose).map(|json| format!("'{json}'"));
    let mut rows = rows
        .replace("key_check()", &hex(&vault.mac("check", &[]).0))
        .replace("number_tag()", &hex(&vault.mac("number tag", &[&[1; 16], b"47"]).0))
        .replace("sealed_number()", &hex(&vault.seal("number", &[42; 16], b"47", &mut Same)))
        .replace("channel()", &hex(&vault.seal("channel", &[24; 16], CHANNEL, &mut Same)))
        .replace("purpose('test')", &purpose(&Purpose::ConfirmTest)?)
        .replace("purpose('sign-in')", &purpose(&Purpose::SignIn)?);
    for (name, length) in [("id", 16), ("hash", 32), ("key", 64)] {
        for byte in 0..100 {
            rows = rows.replace(&format!("{name}({byte})"), &hex(&vec![byte; length]));
        }
    }
    for seconds in 0..700_i64 {
        let millis = 1_800_000_000_000 + seconds * 1_000;
        rows = rows.replace(&format!(" t({seconds})"), &format!(" {millis}"));
    }
    Ok(rows)
}

/// Tables, rows, and then what belongs to them.
fn dump(db: &Connection, schema: usize) -> Result<String> {
    let mut text = format!(
        "-- Written by examples/schemas.rs, and never changed.\nPRAGMA application_id = {};\n",
        0x5374_7972
    );
    text.push_str(&format!("PRAGMA user_version = {schema};\n"));
    let tables = texts(db, "SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")?;
    let names = texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")?;
    let others =
        texts(db, "SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY rowid")?;
    tables.iter().for_each(|sql| text.push_str(&format!("{sql};\n")));
    for name in names {
        let columns = texts(db, &format!("SELECT name FROM pragma_table_info('{name}')"))?;
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        for row in texts(db, &format!("SELECT concat_ws(', ', {}) FROM {name}", quoted.join(", ")))? {
            text.push_str(&format!("INSERT INTO {name} VALUES ({row});\n"));
        }
    }
    others.iter().for_each(|sql| text.push_str(&format!("{sql};\n")));
    Ok(text)
}

fn texts(db: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row: &Row<'_>| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
