//! Adding an account: from the link to the four characters. The test approval after that is an ordinary request.

use crate::crypto::{P256, public_key};
use crate::effect::{EffectKind, Key, KeyFailure, Outcome};
use crate::ending::{Ending, Failure};
use crate::event::Event;
use crate::network::{Ask, Party, Pending, Request, signature};
use crate::state::{Account, Offset};
use crate::text::{Hidden, Text};
use crate::{Core, Place};
use authenticator_protocol::code::{Bytes, Hash, encode};
use authenticator_protocol::enrolment::{
    ApprovalKey, Claim, Offer, Registration, Unlock, characters, commitment,
};
use authenticator_protocol::jws::{Header, JwsError, Unsigned, Unverified};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::link::{EnrolmentLink, LinkError};
use authenticator_protocol::random::bytes;
use authenticator_protocol::text::{is_visible, visible};

/// What stays the same from the link to the registration.
#[derive(Debug)]
pub(crate) struct Enrolment {
    pub(crate) link: EnrolmentLink,
    /// The name of the keys, and of the account to be.
    pub(crate) account: String,
    nonce: Bytes<32>,
    offset: Offset,
    /// The claim that was sent last; no other is answered.
    claim: Option<Hash>,
}

/// How far it has come.
#[derive(Debug)]
pub(crate) enum Step {
    /// The phone makes the keys.
    MakingKeys,
    /// The claim is on its way.
    Claiming(Keys),
    /// The user is asked.
    Offered(Box<Offered>),
    /// The user unlocks the approval key.
    Proving(Box<Offered>),
    /// The registration is on its way, with the approval key's part.
    Registering(Box<Offered>, String),
    /// Registered; the user types these on the page. The account exists, unconfirmed.
    Characters(Hidden),
    /// Something came between; it can be tried again from there.
    Stuck(Ending, Again),
}

/// The step that "try again" repeats, with the same keys, nonce and commitment.
#[derive(Debug)]
pub(crate) enum Again {
    Claim(Keys),
    Prove(Box<Offered>),
    Register(Box<Offered>, String),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    device: PublicKey,
    approval: PublicKey,
}

#[derive(Debug)]
pub(crate) struct Offered {
    keys: Keys,
    /// The claim that it answers.
    claim: Hash,
    hash: Hash,
    identity: PublicKey,
    pub(crate) offer: Offer,
}

impl Enrolment {
    fn at(self: Box<Self>, step: Step) -> Place {
        Place::Enrolling(self, step)
    }

    fn party(&self, keys: Keys) -> Party {
        Party {
            account: self.account.clone(),
            server: self.link.server.clone(),
            device_key: keys.device,
            approval_key: keys.approval,
            device: None,
            offset: self.offset,
        }
    }
}

/// What is wrong with a text that should be a code.
fn link_problem(text: &str, error: LinkError) -> Text {
    match error {
        LinkError::OtherLink => Text::plain("phone-error-web-address"),
        LinkError::OtherApp => Text::plain("phone-error-other-app-code"),
        LinkError::NotSecure => Text::plain("phone-error-http"),
        LinkError::Version => Text::plain("phone-error-version"),
        LinkError::Host => Text::plain("phone-error-host"),
        LinkError::NotALink | LinkError::Code | LinkError::Identity | LinkError::TooLong => {
            // What stands behind the `#` may be a secret.
            match visible(text.split('#').next().unwrap_or_default(), 40).as_str() {
                "" => Text::plain("phone-error-no-code"),
                text => Text::with("phone-error-not-a-code", &[("text", text)]),
            }
        }
    }
}

impl Core {
    /// Begins with what was scanned, pasted or opened.
    pub(crate) fn begin(&mut self, text: &str) -> Result<Place, Text> {
        let link = EnrolmentLink::parse(text).map_err(|error| link_problem(text, error))?;
        if !(self.config.allow_loopback_http || link.server.is_secure() && link.link.is_secure()) {
            return Err(Text::plain("phone-error-http"));
        }
        let account = encode(&bytes::<16>(&mut self.random));
        let nonce = Bytes(bytes(&mut self.random));
        // The name is kept before the keys exist, so that none is left behind unknown.
        self.book.unfinished.push(account.clone());
        self.save();
        let id =
            self.queue.push(EffectKind::CreateKeys { account: account.clone(), unlock: Unlock::Credential });
        self.pending.insert(id, Pending::Keys);
        let enrolment = Enrolment { link, account, nonce, offset: Offset::default(), claim: None };
        Ok(Box::new(enrolment).at(Step::MakingKeys))
    }

    /// What the user does meanwhile.
    pub(crate) fn enrolling(&mut self, enrolment: Box<Enrolment>, step: Step, event: Event) -> Place {
        match (step, event) {
            (Step::Offered(offered), Event::Confirmed) => self.prove(enrolment, offered),
            (Step::Stuck(ending, Again::Claim(keys)), Event::Retry) if ending.retry => {
                self.claim(enrolment, keys)
            }
            (Step::Stuck(ending, Again::Prove(offered)), Event::Retry) if ending.retry => {
                self.prove(enrolment, offered)
            }
            (Step::Stuck(ending, Again::Register(offered, proof)), Event::Retry) if ending.retry => {
                self.register(enrolment, offered, proof)
            }
            (Step::Characters(_), Event::Done) => self.home(),
            (Step::Characters(_), Event::Back) => self.leave(enrolment.account),
            (step, Event::Back | Event::Done) => {
                self.abandon(&enrolment, &step);
                Place::AddAccount { problem: None }
            }
            (step, _) => {
                self.ignored += 1;
                enrolment.at(step)
            }
        }
    }

    /// The keys exist, or not.
    pub(crate) fn keys_created(&mut self, outcome: Outcome) {
        let Some((enrolment, step)) = self.take_enrolment() else { return };
        self.place = match (step, outcome) {
            (Step::MakingKeys, Outcome::KeysCreated { device, approval }) => {
                match (public_key(&device), public_key(&approval)) {
                    (Some(device), Some(approval)) if device != approval => {
                        self.claim(enrolment, Keys { device, approval })
                    }
                    _ => self.give_up(&enrolment, Ending::error("phone-error-key")),
                }
            }
            (Step::MakingKeys, _) => self.give_up(&enrolment, Ending::error("phone-error-key")),
            (step, _) => enrolment.at(step),
        };
    }

    fn claim(&mut self, enrolment: Box<Enrolment>, keys: Keys) -> Place {
        let (device, approval) = (keys.device.thumbprint(), keys.approval.thumbprint());
        let claim = Claim {
            code: enrolment.link.code.clone(),
            approval_key: approval,
            commitment: commitment(&enrolment.nonce, &device, &approval),
            model: visible(&self.config.model, 64),
            system: visible(&self.config.system, 64),
        };
        self.send(Request::new(enrolment.party(keys), Ask::Claim(claim)));
        enrolment.at(Step::Claiming(keys))
    }

    pub(crate) fn claim_signed(&mut self, hash: Hash) {
        if let Place::Enrolling(enrolment, Step::Claiming(_)) = &mut self.place {
            enrolment.claim = Some(hash);
        }
    }

    /// The service's time, before there is an account to remember it.
    pub(crate) fn enrolment_learnt(&mut self, offset: Offset) {
        if let Place::Enrolling(enrolment, _) = &mut self.place {
            enrolment.offset = offset;
        }
    }

    /// The claim was answered, or not.
    pub(crate) fn claimed(&mut self, result: Result<Vec<u8>, Failure>) {
        let Some((enrolment, step)) = self.take_enrolment() else { return };
        self.place = match step {
            Step::Claiming(keys) => match result.map(|body| self.read_offer(&enrolment, keys, &body)) {
                Ok(Ok(offered)) => enrolment.at(Step::Offered(Box::new(offered))),
                Ok(Err(ending)) => self.give_up(&enrolment, *ending),
                Err(failure) => self.stuck(enrolment, failure, Again::Claim(keys)),
            },
            step => enrolment.at(step),
        };
    }

    /// Property 10: the key that the code names; property 11: for this claim and no other.
    fn read_offer(&self, enrolment: &Enrolment, keys: Keys, body: &[u8]) -> Result<Offered, Box<Ending>> {
        let unreadable = |error| {
            Box::new(match error {
                JwsError::Version | JwsError::Crit => {
                    Ending::error("phone-error-update").with_code("offer_version")
                }
                JwsError::Signature | JwsError::Typ | JwsError::Alg => {
                    Ending::error("phone-error-identity").with_code("offer_signature")
                }
                JwsError::TooLong | JwsError::Form | JwsError::Header | JwsError::Payload => {
                    Ending::error("phone-error-server").with_code("offer_form")
                }
            })
        };
        let text = std::str::from_utf8(body).map_err(|_| unreadable(JwsError::Form))?;
        let offer = Unverified::<Offer>::parse(text.trim()).map_err(unreadable)?;
        let identity = offer.header().jwk.filter(|key| key.short_thumbprint() == enrolment.link.identity);
        let Some(identity) = identity else {
            return Err(Box::new(Ending::error("phone-error-identity").with_code("offer_identity")));
        };
        let offer = offer.verify(&identity, &P256).map_err(unreadable)?;
        let (hash, offer) = (offer.hash, offer.payload);
        if enrolment.claim != Some(offer.claim) {
            return Err(Box::new(Ending::error("phone-error-identity").with_code("offer_claim")));
        }
        if enrolment.offset.service(self.now).seconds() >= offer.exp {
            return Err(Box::new(Ending::error("phone-error-code-expired").with_code("offer_expired")));
        }
        let named = |text: &str| !text.is_empty() && is_visible(text, 200);
        if ![&offer.organisation.name, &offer.user, &offer.login].into_iter().all(|text| named(text)) {
            return Err(Box::new(Ending::error("phone-error-server").with_code("offer_text")));
        }
        let same = self.book.same(&enrolment.link.server, &offer.login);
        if same.is_some_and(|account| account.confirmed && !account.ended) {
            return Err(Box::new(Ending::error("phone-error-already-added")));
        }
        Ok(Offered { keys, claim: offer.claim, hash, identity, offer })
    }

    fn prove(&mut self, enrolment: Box<Enrolment>, offered: Box<Offered>) -> Place {
        let proof = ApprovalKey {
            enrolment: offered.offer.enrolment,
            offer: offered.hash,
            device_key: offered.keys.device.thumbprint(),
        };
        let unsigned = Unsigned::new(Header::default().with_key(offered.keys.approval), &proof);
        let organisation = offered.offer.organisation.name.as_str();
        let id = self.queue.push(EffectKind::Sign {
            account: enrolment.account.clone(),
            key: Key::Approval,
            message: unsigned.as_str().as_bytes().to_vec(),
            reason: Some(Text::with("phone-confirm-title", &[("organisation", organisation)])),
        });
        self.pending.insert(id, Pending::ApprovalKey(unsigned));
        enrolment.at(Step::Proving(offered))
    }

    /// The approval key has signed its part, or not.
    pub(crate) fn proved(&mut self, unsigned: &Unsigned, outcome: Outcome) {
        let Some((enrolment, step)) = self.take_enrolment() else { return };
        self.place = match step {
            Step::Proving(offered) => match signature(&offered.keys.approval, unsigned, outcome) {
                Ok(proof) => self.register(enrolment, offered, proof),
                Err(failure) => self.stuck(enrolment, Failure::Key(failure), Again::Prove(offered)),
            },
            step => enrolment.at(step),
        };
    }

    fn register(&mut self, enrolment: Box<Enrolment>, offered: Box<Offered>, proof: String) -> Place {
        let registration = Registration {
            enrolment: offered.offer.enrolment,
            offer: offered.hash,
            nonce: enrolment.nonce,
            approval: proof.clone(),
            app: visible(&self.config.app, 64),
        };
        self.send(Request::new(enrolment.party(offered.keys), Ask::Registration(registration)));
        enrolment.at(Step::Registering(offered, proof))
    }

    /// The registration was answered, or not.
    pub(crate) fn registered(&mut self, result: Result<Vec<u8>, Failure>) {
        let Some((enrolment, step)) = self.take_enrolment() else { return };
        self.place = match (step, result) {
            (Step::Registering(offered, _), Ok(_)) => {
                let characters = self.add(&enrolment, &offered);
                self.connect(&enrolment.account);
                self.fetch(&enrolment.account);
                enrolment.at(Step::Characters(characters))
            }
            (Step::Registering(offered, proof), Err(failure)) => {
                self.stuck(enrolment, failure, Again::Register(offered, proof))
            }
            (step, _) => enrolment.at(step),
        };
    }

    /// The account is there, unconfirmed. An earlier one of the same user, ended or never confirmed, gives way.
    fn add(&mut self, enrolment: &Enrolment, offered: &Offered) -> Hidden {
        let Offered { keys, offer, .. } = offered;
        if let Some(old) = self.book.same(&enrolment.link.server, &offer.login).map(|old| old.id.clone()) {
            self.forget(&old);
        }
        self.book.unfinished.retain(|name| *name != enrolment.account);
        self.book.accounts.push(Account {
            id: enrolment.account.clone(),
            device: offer.device,
            device_key: keys.device,
            approval_key: keys.approval,
            identity_key: offered.identity,
            next_identity_key: offer.next_identity_key,
            server: enrolment.link.server.clone(),
            organisation: offer.organisation.clone(),
            user: offer.user.clone(),
            login: offer.login.clone(),
            unlock: offer.policy.unlock,
            added: self.now,
            offer: offered.hash,
            confirmed: false,
            ended: false,
            offset: enrolment.offset,
        });
        self.save();
        let (device, approval) = (keys.device.thumbprint(), keys.approval.thumbprint());
        let shown = characters(&offered.claim, &offered.hash, &enrolment.nonce, &device, &approval);
        Hidden(shown.as_str().to_owned())
    }

    /// Shows what came between; when trying again cannot help, the enrolment is over.
    fn stuck(&mut self, enrolment: Box<Enrolment>, failure: Failure, again: Again) -> Place {
        let ending = match failure {
            Failure::Key(KeyFailure::Invalidated | KeyFailure::NoScreenLock | KeyFailure::Failed) => {
                Ending::error("phone-error-key")
            }
            failure => failure.ending(),
        };
        if ending.retry { enrolment.at(Step::Stuck(ending, again)) } else { self.give_up(&enrolment, ending) }
    }

    fn give_up(&mut self, enrolment: &Enrolment, ending: Ending) -> Place {
        self.delete_unfinished(&enrolment.account);
        Place::Result(Ending { retry: false, ..ending })
    }

    /// The user turned back before the registration.
    fn abandon(&mut self, enrolment: &Enrolment, step: &Step) {
        self.drop_pending(&enrolment.account);
        let making = matches!(step, Step::MakingKeys);
        for pending in self.pending.values_mut().filter(|pending| matches!(pending, Pending::Keys)) {
            *pending = Pending::Unwanted(enrolment.account.clone());
        }
        self.pending.retain(|_, pending| !matches!(pending, Pending::ApprovalKey(_)));
        if !making {
            self.delete_unfinished(&enrolment.account);
        }
    }

    /// Deletes keys that belong to no account.
    pub(crate) fn delete_unfinished(&mut self, name: &str) {
        self.queue.push(EffectKind::DeleteKeys { account: name.to_owned() });
        self.book.unfinished.retain(|other| other != name);
        self.save();
    }

    fn take_enrolment(&mut self) -> Option<(Box<Enrolment>, Step)> {
        match std::mem::take(&mut self.place) {
            Place::Enrolling(enrolment, step) => Some((enrolment, step)),
            other => {
                self.place = other;
                None
            }
        }
    }
}
