//! Adding an account: from the link to the four characters. The test approval after that is an ordinary request.

use crate::by_hand::{Form, Source};
use crate::crypto::public_key;
use crate::effect::{EffectKind, Key, KeyFailure, Outcome};
use crate::ending::{Ending, Failure};
use crate::event::Event;
use crate::network::{Ask, Party, Pending, Request, Told, signature};
use crate::offer::{self, Expected};
use crate::push::Registered;
use crate::state::{Account, Offset};
use crate::text::{Hidden, Text};
use crate::{Core, Place};
use authenticator_protocol::code::{Bytes, Hash, encode};
use authenticator_protocol::enrolment::{
    ApprovalKey, Claim, Offer, Proof, Registration, Unlock, characters, commitment,
};
use authenticator_protocol::jws::{Header, Unsigned};
use authenticator_protocol::keys::PublicKey;
use authenticator_protocol::link::ServerAddress;
use authenticator_protocol::problem::Code;
use authenticator_protocol::random::bytes;
use authenticator_protocol::text::visible;

/// What stays the same from the code to the registration.
#[derive(Debug)]
pub(crate) struct Enrolment {
    pub(crate) server: ServerAddress,
    proof: Proof,
    pub(crate) source: Source,
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

    fn is_typed(&self) -> bool {
        matches!(self.source, Source::Typed(_))
    }

    fn party(&self, keys: Keys) -> Party {
        Party {
            account: self.account.clone(),
            server: self.server.clone(),
            device_key: keys.device,
            approval_key: keys.approval,
            device: None,
            offset: self.offset,
        }
    }
}

impl Core {
    /// The first step, whichever way the code came.
    pub(crate) fn make_keys(&mut self, server: ServerAddress, proof: Proof, source: Source) -> Place {
        let account = encode(&bytes::<16>(&mut self.random));
        let nonce = Bytes(bytes(&mut self.random));
        // The name is kept before the keys exist, so that none is left behind unknown.
        self.book.unfinished.push(account.clone());
        self.save();
        let id =
            self.queue.push(EffectKind::CreateKeys { account: account.clone(), unlock: Unlock::Credential });
        self.pending.insert(id, Pending::Keys);
        let offset = Offset::default();
        let enrolment = Enrolment { server, proof, source, account, nonce, offset, claim: None };
        Box::new(enrolment).at(Step::MakingKeys)
    }

    /// What the user does meanwhile.
    pub(crate) fn enrolling(&mut self, enrolment: Box<Enrolment>, step: Step, event: Event) -> Place {
        match (step, event) {
            (Step::Offered(offered), Event::Confirmed) => self.prove(enrolment, offered),
            (Step::Stuck(_, Again::Claim(keys)), Event::Retry) => self.claim(enrolment, keys),
            (Step::Stuck(_, Again::Prove(offered)), Event::Retry) => self.prove(enrolment, offered),
            (Step::Stuck(_, Again::Register(offered, proof)), Event::Retry) => {
                self.register(enrolment, offered, proof)
            }
            (Step::Characters(_), Event::Done) => self.home(),
            (Step::Characters(_), Event::Back) => self.leave(enrolment.account),
            (step, Event::Back | Event::Done) => {
                self.abandon(&enrolment, &step);
                match (enrolment.source, step) {
                    // No phone has been offered an account for what was typed.
                    (
                        Source::Typed(typed),
                        Step::MakingKeys | Step::Claiming(_) | Step::Stuck(_, Again::Claim(_)),
                    ) => Place::TypeCode(Form::again(typed)),
                    _ => Place::AddAccount { problem: None },
                }
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
            (Step::MakingKeys, Outcome::KeyFailed(KeyFailure::NoScreenLock)) => {
                self.give_up(&enrolment, Failure::Key(KeyFailure::NoScreenLock).ending())
            }
            (Step::MakingKeys, _) => self.give_up(&enrolment, Ending::error("phone-error-key")),
            (step, _) => enrolment.at(step),
        };
    }

    fn claim(&mut self, enrolment: Box<Enrolment>, keys: Keys) -> Place {
        let (device, approval) = (keys.device.thumbprint(), keys.approval.thumbprint());
        let claim = Claim {
            code: enrolment.proof.clone(),
            approval_key: approval,
            commitment: commitment(&enrolment.nonce, &device, &approval),
            model: visible(&self.config.model, 64),
            system: visible(&self.config.system, 64),
            app: visible(&self.config.app, 64),
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
                Ok(Err(None)) => self.stuck(enrolment, Failure::Stranger, Again::Claim(keys)),
                Ok(Err(Some(ending))) => self.give_up(&enrolment, *ending),
                Err(Failure::Refused(Code::CodeExpired)) if enrolment.is_typed() => self.correct(*enrolment),
                Err(failure) => self.stuck(enrolment, failure, Again::Claim(keys)),
            },
            step => enrolment.at(step),
        };
    }

    /// `None` is nobody's offer, and the claim can be sent again.
    fn read_offer(
        &self,
        enrolment: &Enrolment,
        keys: Keys,
        body: &[u8],
    ) -> Result<Offered, Option<Box<Ending>>> {
        let same = |login: &str| self.book.same(&enrolment.server, login);
        let expected = Expected {
            identity: match &enrolment.source {
                Source::Link(identity) => Some(*identity),
                Source::Typed(_) => None,
            },
            login: match &enrolment.proof {
                Proof::Typed { login, .. } => Some(login),
                Proof::Link(_) => None,
            },
            claim: enrolment.claim,
            now: enrolment.offset.service(self.now).seconds(),
            known: &|login| same(login).is_some_and(|account| account.confirmed && account.is_live()),
        };
        let (identity, offer) = offer::read(body, &expected).map_err(|error| error.ending().map(Box::new))?;
        let (hash, offer) = (offer.hash, offer.payload);
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
    pub(crate) fn registered(&mut self, result: Result<Told, Failure>) {
        let Some((enrolment, step)) = self.take_enrolment() else { return };
        self.place = match (step, result) {
            (Step::Registering(offered, _), Ok(Told {})) => {
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
        if let Some(old) = self.book.same(&enrolment.server, &offer.login).map(|old| old.id.clone()) {
            self.forget(&old);
        }
        self.book.unfinished.retain(|name| *name != enrolment.account);
        self.book.accounts.push(Account {
            id: enrolment.account.clone(),
            device: offer.device,
            device_key: keys.device,
            approval_key: keys.approval,
            identity_key: offered.identity,
            key_number: offer.key_number,
            next_identity_key: offer.next_identity_key,
            server: enrolment.server.clone(),
            organisation: offer.organisation.clone(),
            user: offer.user.clone(),
            login: offer.login.clone(),
            unlock: offer.policy.unlock,
            added: self.now,
            offer: offered.hash,
            confirmed: false,
            ended: false,
            leaving: false,
            offset: enrolment.offset,
            registered: Registered::default(),
        });
        self.save();
        let (device, approval) = (keys.device.thumbprint(), keys.approval.thumbprint());
        let shown = characters(&offered.claim, &offered.hash, &enrolment.nonce, &device, &approval);
        Hidden(shown.as_str().to_owned())
    }

    /// Shows what came between; when trying again cannot help, the enrolment is over.
    fn stuck(&mut self, enrolment: Box<Enrolment>, failure: Failure, again: Again) -> Place {
        let ending = match failure {
            Failure::Key(KeyFailure::Invalidated | KeyFailure::Failed) => Ending::error("phone-error-key"),
            Failure::Refused(Code::TooMany) if enrolment.is_typed() => {
                Ending::error("phone-type-too-many").with_retry().with_code(Code::TooMany.as_str())
            }
            failure => failure.ending(),
        };
        if ending.retry { enrolment.at(Step::Stuck(ending, again)) } else { self.give_up(&enrolment, ending) }
    }

    fn give_up(&mut self, enrolment: &Enrolment, ending: Ending) -> Place {
        self.delete_keys(&enrolment.account);
        Place::Result(ending)
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
            self.delete_keys(&enrolment.account);
        }
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
