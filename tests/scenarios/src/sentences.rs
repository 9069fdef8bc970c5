//! Every text on every screen of every test is one that `texts` names, with all its parameters and none empty.

use authenticator_core::screen::{Screen, ScreenModel, Value};
use authenticator_core::text::Text;
use authenticator_core::texts;

/// Falls over where a text of `view` is not one of them.
pub fn check(view: &ScreenModel) {
    for text in of(&view.screen).into_iter().chain(&view.announce) {
        let known = texts().iter().find(|(key, _)| *key == text.key);
        let (_, names) = known.unwrap_or_else(|| panic!("{} is not named", text.key));
        let given: Vec<&str> = text.args.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(given, *names, "{}", text.key);
        assert!(text.args.iter().all(|(_, value)| !value.is_empty()), "{}", text.key);
    }
}

fn of(screen: &Screen) -> Vec<&Text> {
    match screen {
        Screen::Accounts { notice: text, .. }
        | Screen::AddAccount { problem: text }
        | Screen::PasteLink { problem: text } => text.iter().collect(),
        Screen::TypeCode { wrong, .. } => wrong.iter().map(|wrong| &wrong.text).collect(),
        Screen::Working { title } => vec![title],
        Screen::Result { title, text, .. } => vec![title, text],
        Screen::Approve { title, facts, notice, .. } => {
            let values = facts.iter().filter_map(|fact| match &fact.value {
                Value::Text(text) => Some(text),
                Value::Name(_) | Value::Moment(_) => None,
            });
            let labels = facts.iter().map(|fact| &fact.label);
            [title].into_iter().chain(notice).chain(values).chain(labels).collect()
        }
        Screen::Scan
        | Screen::Confirm { .. }
        | Screen::Characters { .. }
        | Screen::Account { .. }
        | Screen::RemoveAccount { .. }
        | Screen::Settings { .. } => Vec::new(),
    }
}
