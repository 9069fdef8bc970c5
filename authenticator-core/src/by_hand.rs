//! Adding an account by typing: e-mail and code, and the server's address where the e-mail's domain does not tell it.
//!
//! A typed code names no identity key. What keeps a false server out are the four characters, which cover its offer.

use crate::effect::{EffectKind, Outcome};
use crate::enrol::Enrolment;
use crate::event::ByHand;
use crate::network::{Pending, TIMEOUT};
use crate::screen::{Field, Wrong};
use crate::text::Text;
use crate::{Core, Place};
use authenticator_protocol::discovery::{self, Discovery};
use authenticator_protocol::enrolment::Proof;
use authenticator_protocol::json;
use authenticator_protocol::keys::ShortThumbprint;
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::text::is_visible;
use authenticator_protocol::typed::{TypedCode, TypedError};

/// The longest answer of a domain, in bytes.
const MAX_DISCOVERY: usize = 16 * 1024;

/// The longest e-mail address or UPN, in characters.
const LONGEST: usize = 320;

/// Where the code came from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A link, which names the identity key.
    Link(ShortThumbprint),
    /// The user's fingers: there is nothing to compare the identity key with. What was typed, to go back to.
    Typed(ByHand),
}

/// The screen: what was typed last, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) typed: ByHand,
    /// The domain did not tell the server.
    pub(crate) asks_server: bool,
    pub(crate) wrong: Option<Wrong>,
}

/// What was typed, understood.
#[derive(Debug)]
pub(crate) struct Entry {
    typed: ByHand,
    login: String,
    secret: TypedCode,
}

impl Form {
    /// As it was typed, with nothing said about it.
    pub(crate) fn again(typed: ByHand) -> Box<Self> {
        Box::new(Self { asks_server: !typed.server.is_empty(), typed, wrong: None })
    }

    fn wrong(typed: ByHand, field: Field, key: &str) -> Box<Self> {
        let wrong = Some(Wrong { field, text: Text::plain(key) });
        Box::new(Self { wrong, ..*Self::again(typed) })
    }
}

impl Entry {
    fn read(typed: ByHand) -> Result<Self, Box<Form>> {
        let login = typed.login.trim().to_owned();
        let is_address = login.rsplit_once('@').is_some_and(|(name, domain)| {
            let is_part = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
            is_part(name) && is_part(domain)
        });
        if !is_address || !is_visible(&login, LONGEST) {
            return Err(Form::wrong(typed, Field::Login, "phone-type-no-login"));
        }
        match TypedCode::typed(&typed.code) {
            Ok(secret) => Ok(Self { typed, login, secret }),
            Err(TypedError::Length) => Err(Form::wrong(typed, Field::Code, "phone-type-length")),
            Err(TypedError::Character | TypedError::Check) => {
                Err(Form::wrong(typed, Field::Code, "phone-type-mistyped"))
            }
        }
    }

    fn ask_for_server(self, key: &str) -> Place {
        let form = Form::wrong(self.typed, Field::Server, key);
        Place::TypeCode(Box::new(Form { asks_server: true, ..*form }))
    }
}

impl Core {
    /// "Continue", with all that stands on the screen.
    pub(crate) fn typed(&mut self, form: &Form, typed: ByHand) -> Place {
        let entry = match Entry::read(typed) {
            Ok(entry) => entry,
            Err(wrong) => {
                let asks_server = wrong.asks_server || form.asks_server;
                return Place::TypeCode(Box::new(Form { asks_server, ..*wrong }));
            }
        };
        if !entry.typed.server.trim().is_empty() {
            return match self.allowed(discovery::server_address(&entry.typed.server)) {
                Some(server) => self.begin_by_hand(entry, server),
                None => entry.ask_for_server("phone-type-server-wrong"),
            };
        }
        let Some(url) = discovery::url(&entry.login) else {
            return entry.ask_for_server("phone-type-server");
        };
        let id = self.queue.push(EffectKind::Get { url, timeout: TIMEOUT });
        self.pending.insert(id, Pending::Discovery);
        Place::FindingServer(Box::new(entry))
    }

    /// The user does not wait for the domain's answer.
    pub(crate) fn stop_finding(&mut self, entry: Entry) -> Place {
        self.pending.retain(|_, pending| !matches!(pending, Pending::Discovery));
        Place::TypeCode(Form::again(entry.typed))
    }

    /// The domain has answered, or not.
    pub(crate) fn discovered(&mut self, outcome: Outcome) {
        match std::mem::take(&mut self.place) {
            Place::FindingServer(entry) => {
                let is_offline = outcome == Outcome::NoNetwork;
                self.place = match self.allowed(read(outcome)) {
                    Some(server) => self.begin_by_hand(*entry, server),
                    None if is_offline => entry.ask_for_server("phone-type-server-offline"),
                    None => entry.ask_for_server("phone-type-server"),
                };
            }
            place => self.place = place,
        }
    }

    /// The service knows no such code for this name: back to what was typed. Its keys go.
    pub(crate) fn correct(&mut self, enrolment: Enrolment) -> Place {
        self.delete_keys(&enrolment.account);
        match enrolment.source {
            Source::Typed(typed) => Place::TypeCode(Form::wrong(typed, Field::Code, "phone-type-unknown")),
            Source::Link(_) => self.home(),
        }
    }

    fn allowed(&self, server: Option<ServerAddress>) -> Option<ServerAddress> {
        server.filter(|server| self.config.allows(server))
    }

    fn begin_by_hand(&mut self, entry: Entry, server: ServerAddress) -> Place {
        let Entry { typed, login, secret } = entry;
        self.make_keys(server, Proof::Typed { login, secret }, Source::Typed(typed))
    }
}

/// Only a plain answer counts: no redirect, no page of a captive portal.
fn read(outcome: Outcome) -> Option<ServerAddress> {
    match outcome {
        Outcome::Http { status: 200, body } if body.len() <= MAX_DISCOVERY => {
            json::read::<Discovery>(&body)?.address()
        }
        _ => None,
    }
}
