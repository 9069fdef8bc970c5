//! Every screen with made-up content: what `/gallery` draws, and what the tests of the mirror go through.

use super::json::PhoneJson;
use crate::options::PhoneOptions;
use crate::phone::{PhoneState, Reception, UnlockAnswer};
use authenticator_core::event::ByHand;
use authenticator_core::screen::{
    AccountRow, AccountState, Fact, Field, Mood, Screen, ScreenModel, Sender, Value, WaitingRow, Wrong,
};
use authenticator_core::text::{Hidden, Text};
use authenticator_protocol::time::Millis;
use texts::Language;

/// 2026-03-03 13:32 UTC: half past two in Stockholm.
pub const NOW: Millis = Millis(1_772_544_720_000);

/// Every screen on a phone of its own, in `language`.
pub fn phones(language: Language) -> Vec<PhoneJson> {
    let options = PhoneOptions::default();
    (1..)
        .zip(screens())
        .map(|(number, screen)| {
            let state = PhoneState {
                version: 1,
                screen: model(screen),
                foreground: true,
                network: Reception::Online,
                app: PhoneOptions::default().version,
                clock_offset: 0,
                unlock: UnlockAnswer::Ask,
                prompt: None,
                notification: None,
                woken: None,
                broken: Vec::new(),
            };
            PhoneJson::new(number, &options, &state, language, NOW)
        })
        .collect()
}

fn model(screen: Screen) -> ScreenModel {
    let changes_at = matches!(screen, Screen::Approve { .. }).then(|| NOW.plus_seconds(58));
    ScreenModel { screen, secure: false, announce: None, changes_at, language: None }
}

/// Every variant at least once, and those with several faces more often.
pub fn screens() -> Vec<Screen> {
    let mut all = accounts();
    all.extend(adding());
    all.extend(requests());
    all.extend(results());
    all.extend([
        account(AccountState::Ready),
        account(AccountState::Unfinished),
        account(AccountState::Ended),
        Screen::RemoveAccount { sender: region() },
        Screen::Settings { version: "1.0.0".into(), language: None },
    ]);
    all
}

fn accounts() -> Vec<Screen> {
    let rows = vec![
        AccountRow {
            id: "1".into(),
            sender: region(),
            user: "Anna Andersson".into(),
            state: AccountState::Ready,
        },
        AccountRow {
            id: "2".into(),
            sender: municipality(),
            user: "Anna Andersson".into(),
            state: AccountState::Ended,
        },
    ];
    let waiting = |id: &str, sender, application: &str, ago| WaitingRow {
        id: id.into(),
        sender,
        application: application.into(),
        at: NOW.minus_seconds(ago),
    };
    vec![
        Screen::Accounts { accounts: vec![], waiting: vec![], notice: None, checking: false },
        Screen::Accounts {
            accounts: rows.clone(),
            waiting: vec![],
            notice: Some(Text::plain("phone-no-requests")),
            checking: false,
        },
        Screen::Accounts {
            accounts: rows.clone(),
            waiting: vec![],
            notice: Some(Text::plain("phone-offline-text")),
            checking: false,
        },
        Screen::Accounts {
            accounts: rows,
            waiting: vec![
                waiting("a", region(), "MyApps", 20),
                waiting("b", municipality(), "<b>VPN</b> & \"Citrix\"", 75),
            ],
            notice: None,
            checking: true,
        },
    ]
}

fn adding() -> Vec<Screen> {
    vec![
        Screen::AddAccount { problem: None },
        Screen::AddAccount { problem: Some(Text::plain("phone-error-other-app-code")) },
        Screen::Scan,
        Screen::PasteLink { problem: None },
        Screen::PasteLink { problem: Some(Text::plain("phone-error-web-address")) },
        Screen::TypeCode { typed: ByHand::default(), asks_server: false, wrong: None },
        type_code(Field::Code, "phone-type-mistyped", false),
        type_code(Field::Server, "phone-type-server", true),
        Screen::Confirm {
            sender: region(),
            user: "Anna Andersson".into(),
            host: "mfa.regionx.example".into(),
        },
        Screen::Working { title: Text::plain("phone-working") },
        Screen::Characters { sender: region(), characters: Hidden("K7QF".into()) },
    ]
}

fn type_code(field: Field, text: &str, asks_server: bool) -> Screen {
    let login = "anna.andersson@regionx.example".to_owned();
    let typed = ByHand { login, code: "K8Y52-XR8XV".to_owned(), server: String::new() };
    Screen::TypeCode { typed, asks_server, wrong: Some(Wrong { field, text: Text::plain(text) }) }
}

fn requests() -> Vec<Screen> {
    let short = vec![
        name("phone-fact-to", "MyApps"),
        Fact {
            label: Text::plain("phone-fact-from"),
            value: Value::Text(Text::with("phone-from", &[("browser", "Firefox"), ("system", "Windows")])),
        },
        name("phone-fact-place", "Gävle"),
        Fact { label: Text::plain("phone-fact-time"), value: Value::Moment(NOW.minus_seconds(12)) },
    ];
    let mut long = short.clone();
    long.insert(
        0,
        Fact {
            label: Text::plain("phone-fact-purpose"),
            value: Value::Text(Text::with("phone-purpose-add-device", &[("device", "iPhone 15 Pro Max")])),
        },
    );
    long.push(name("phone-fact-address", "2001:db8:85a3:8d3:1319:8a2e:370:7348"));
    long.push(name(
        "phone-fact-message",
        "Signera <i>inköp</i> 4711 på 12 500 kr hos Kontorsvaruhuset i Gävle AB",
    ));
    vec![
        approve(short.clone(), 2, "4", None, 0),
        approve(short, 2, "47", None, 0),
        approve(long, 6, "4711", Some("phone-error-key-cancelled"), 2),
    ]
}

fn results() -> Vec<Screen> {
    let result = |mood, title, text, code: Option<&str>, retry| Screen::Result {
        mood,
        title: Text::plain(title),
        text,
        code: code.map(Into::into),
        retry,
    };
    vec![
        result(
            Mood::Good,
            "phone-approved-title",
            Text::with(
                "phone-approved-text",
                &[("application", "MyApps"), ("browser", "Firefox"), ("system", "Windows")],
            ),
            None,
            false,
        ),
        result(
            Mood::Bad,
            "phone-wrong-number-title",
            Text::plain("phone-wrong-number-text"),
            Some("wrong_number"),
            false,
        ),
        result(Mood::Neutral, "phone-cancelled-title", Text::plain("phone-cancelled-text"), None, false),
        result(Mood::Bad, "phone-offline-title", Text::plain("phone-offline-text"), Some("no_network"), true),
    ]
}

fn approve(facts: Vec<Fact>, digits: u8, entered: &str, notice: Option<&str>, others: u32) -> Screen {
    Screen::Approve {
        request: "r".into(),
        sender: region(),
        title: Text::plain("phone-approve-title"),
        facts,
        digits,
        entered: Hidden(entered.into()),
        ready: entered.len() == usize::from(digits),
        notice: notice.map(Text::plain),
        others,
    }
}

fn account(state: AccountState) -> Screen {
    Screen::Account {
        account: "1".into(),
        sender: region(),
        user: "Anna Andersson".into(),
        host: "mfa.regionx.example".into(),
        added: NOW.minus_seconds(40 * 86_400),
        state,
    }
}

fn name(label: &str, value: &str) -> Fact {
    Fact { label: Text::plain(label), value: Value::Name(value.into()) }
}

fn region() -> Sender {
    sender("Region X", "#00585f", "anna.andersson@regionx.example")
}

fn municipality() -> Sender {
    sender("Kommun Y", "#5b3a86", "anna@kommuny.example")
}

fn sender(organisation: &str, colour: &str, login: &str) -> Sender {
    Sender { organisation: organisation.into(), colour: colour.into(), login: login.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Does not compile when the core gets a screen that is not named here.
    fn kind(screen: &Screen) -> &'static str {
        match screen {
            Screen::Accounts { .. } => "accounts",
            Screen::AddAccount { .. } => "add_account",
            Screen::Scan => "scan",
            Screen::PasteLink { .. } => "paste_link",
            Screen::TypeCode { .. } => "type_code",
            Screen::Confirm { .. } => "confirm",
            Screen::Working { .. } => "working",
            Screen::Characters { .. } => "characters",
            Screen::Approve { .. } => "approve",
            Screen::Result { .. } => "result",
            Screen::Account { .. } => "account",
            Screen::RemoveAccount { .. } => "remove_account",
            Screen::Settings { .. } => "settings",
        }
    }

    #[test]
    fn every_screen_reaches_the_page_with_sentences() {
        let mut seen = BTreeSet::new();
        for language in Language::ALL {
            for (screen, phone) in screens().iter().zip(phones(language)) {
                let json = serde_json::to_value(&phone).unwrap();
                assert_eq!(json["screen"]["kind"], kind(screen));
                let text = json.to_string();
                assert!(!text.contains("[phone-") && !text.contains("\"phone-"), "no sentence: {text}");
                seen.insert(kind(screen));
            }
        }
        assert_eq!(seen.len(), 13);
    }

    #[test]
    fn names_stay_as_signed_and_moments_become_words() {
        let swedish = serde_json::to_string(&phones(Language::Sv)).unwrap();
        assert!(swedish.contains("Signera <i>inköp</i> 4711"));
        assert!(swedish.contains("i dag 14.31"));
        assert!(serde_json::to_string(&phones(Language::En)).unwrap().contains("today 14:31"));
    }
}
