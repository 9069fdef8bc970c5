//! Sign-ins that go on while the service dies, and the book that is kept of what it has said.

use super::{Installation, Person, patiently};
use crate::relying_party::{Backend, Opened};
use crate::{Error, Reply};
use authenticator_protocol::answer::{AnswerReply, DenialReason, End};
use authenticator_protocol::code::decode;
use authenticator_protocol::random::bytes;
use futures_util::future::try_join_all;
use push_service::clock::{Clock as _, SystemClock, monotonic};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::SystemRandom;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// What the service has said of a request that ended.
#[derive(Clone, Debug)]
pub struct Said {
    /// The request.
    pub id: String,
    /// How it ended, as phone and relying party were told.
    pub end: End,
    /// The claims of the result that the relying party read.
    pub result: Value,
}

/// Everything that was acknowledged.
#[derive(Default)]
pub struct Book {
    /// Requests that ended.
    pub said: Mutex<Vec<Said>>,
    /// Answers that had to be sent again, because the service died or refused before it had said what became of them.
    pub again: AtomicU64,
    /// No new sign-ins are begun.
    pub closed: AtomicBool,
}

impl Book {
    /// What is in it.
    pub fn all(&self) -> Vec<Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a person does.
#[derive(Clone, Copy, Debug)]
enum Way {
    Yes,
    No,
    /// Approval and denial at once.
    Both,
    /// Approval, while the relying party cancels.
    Cancelled,
}

/// One person signs in again and again, until the book is closed.
async fn sign_ins(
    backend: Arc<Backend>,
    person: Person,
    book: Arc<Book>,
    pace: Option<Arc<Semaphore>>,
) -> Result<(), Error> {
    let ways = [Way::Yes, Way::No, Way::Both, Way::Yes, Way::Cancelled];
    for way in ways.into_iter().cycle() {
        if let Some(pace) = &pace {
            pace.acquire().await?.forget();
        }
        if book.closed.load(Ordering::Acquire) {
            break;
        }
        let said =
            sign_in(&backend, &person, &book, way).await.map_err(|error| format!("{way:?}: {error}"))?;
        book.said.lock().unwrap_or_else(PoisonError::into_inner).push(said);
    }
    Ok(())
}

async fn sign_in(backend: &Backend, person: &Person, book: &Book, way: Way) -> Result<Said, Error> {
    let name: [u8; 16] = bytes(&mut SystemRandom::new());
    let name = name.map(|byte| format!("{byte:02x}")).concat();
    let body = json!({ "user": person.login, "message": name, "lifetime": 600 });
    let reply = patiently(|| backend.ask_again(&body, Some(&name))).await?;
    if reply.status != 200 && reply.status != 201 {
        return Err(format!("not opened: {reply:?}").into());
    }
    let opened = Opened::of(&reply)?;
    let challenge = person.challenge(Some(&name)).await?;
    let yes = person.phone.approval(&challenge, &opened.number)?;
    let no = person.phone.denial(&challenge, DenialReason::Cancelled);
    let told = match way {
        Way::Yes => vec![answer(person, book, yes).await?],
        Way::No => vec![answer(person, book, no).await?],
        Way::Both => {
            let (yes, no) = tokio::try_join!(answer(person, book, yes), answer(person, book, no))?;
            vec![yes, no]
        }
        Way::Cancelled => {
            vec![tokio::try_join!(answer(person, book, yes), cancel(backend, &opened.id))?.0]
        }
    };
    let (end, result) = read(backend, &opened.id).await?;
    let counted = told.iter().filter(|reply| reply.counted).count();
    let expected = if end == End::Cancelled { 0 } else { 1 };
    if told.iter().any(|reply| reply.end != end) || counted != expected {
        return Err(format!("{}: {end:?} for the relying party, {told:?} for the phone", opened.id).into());
    }
    Ok(Said { id: opened.id.clone(), end, result })
}

/// Sends an answer until it is heard what became of it; always the same bytes, as a phone does.
async fn answer(person: &Person, book: &Book, jws: String) -> Result<AnswerReply, Error> {
    let sent = AtomicU64::new(0);
    let reply = patiently(|| {
        sent.fetch_add(1, Ordering::Relaxed);
        person.phone.answer(jws.clone())
    })
    .await?;
    if sent.load(Ordering::Relaxed) > 1 {
        book.again.fetch_add(1, Ordering::Relaxed);
    }
    reply.json()
}

async fn cancel(backend: &Backend, id: &str) -> Result<(), Error> {
    let reply = patiently(|| backend.cancel(id)).await?;
    if reply.status == 200 { Ok(()) } else { Err(reply.text().into()) }
}

/// How a request ended, as its relying party reads it.
pub async fn read(backend: &Backend, id: &str) -> Result<(End, Value), Error> {
    let reply: Reply = patiently(|| backend.get(id, 0)).await?;
    let body: Value = reply.json()?;
    let end = body["end"].as_str().and_then(End::from_word);
    let end = end.ok_or_else(|| format!("acknowledged, and has not ended: {body}"))?;
    Ok((end, claims_of(body["result"].as_str().unwrap_or_default())?))
}

/// The claims of a signed result, but for `iat` and `exp`: it is signed anew each time that it is read. That signatures
/// are right is another test's matter.
pub fn claims_of(result: &str) -> Result<Value, Error> {
    let part = result.split('.').nth(1).ok_or("no result")?;
    let mut claims: Value = serde_json::from_slice(&decode(part).ok_or("not base64url")?)?;
    let all = claims.as_object_mut().ok_or("no claims")?;
    for name in ["iat", "exp"] {
        all.remove(name).ok_or("a result that was never signed")?;
    }
    Ok(claims)
}

/// Which of these are told otherwise now; each a line.
pub async fn changed(backend: &Backend, said: &[Said]) -> Result<Vec<String>, Error> {
    let mut changed = Vec::new();
    for some in said.chunks(16) {
        let now = try_join_all(some.iter().map(|said| read(backend, &said.id))).await?;
        for (said, now) in some.iter().zip(now) {
            if now != (said.end, said.result.clone()) {
                changed.push(format!("{said:?}, and now {now:?}"));
            }
        }
    }
    Ok(changed)
}

/// What the trail says of each request: how often it was opened, and how it ended, each time that it did.
#[derive(Debug, Default)]
pub struct Traced {
    opened: usize,
    ends: Vec<String>,
}

/// Compares the audit trail with what was said; what is wrong, each a line. `others` is how many further requests there were.
pub fn wrong_in(trail: &[Value], said: &[Said], others: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut traced: HashMap<&str, Traced> = HashMap::new();
    for (expected, record) in (1_u64..).zip(trail) {
        if record["sequence"] != expected {
            wrong.push(format!("a gap in the trail: {expected} is missing, {record} follows"));
            break;
        }
        let (Some(kind), Some(id)) = (record["kind"].as_str(), record["request"].as_str()) else { continue };
        let of = traced.entry(id).or_default();
        match kind {
            "request_opened" => of.opened += 1,
            kind => of.ends.extend(kind.strip_prefix("request_").map(str::to_owned)),
        }
    }
    if traced.len() != said.len() + others {
        wrong.push(format!(
            "{} requests in the trail, {} were acknowledged",
            traced.len(),
            said.len() + others
        ));
    }
    for said in said {
        let found = traced.get(said.id.as_str());
        if found.is_none_or(|found| found.opened != 1 || found.ends != [said.end.as_str()]) {
            wrong.push(format!("{said:?}, and in the trail {found:?}"));
        }
    }
    wrong
}

/// How each request of a trail has ended, each time that it did: where in the trail, and as what.
pub fn ends_in(trail: &[Value]) -> HashMap<String, Vec<(usize, String)>> {
    let mut ends: HashMap<String, Vec<(usize, String)>> = HashMap::new();
    for (at, record) in trail.iter().enumerate() {
        let (Some(kind), Some(id)) = (record["kind"].as_str(), record["request"].as_str()) else { continue };
        let of = ends.entry(id.to_owned()).or_default();
        match kind.strip_prefix("request_") {
            None | Some("opened") => {}
            Some(end) => of.push((at, end.to_owned())),
        }
    }
    ends
}

/// A few people who sign in all the time.
pub struct Load {
    /// The relying party that they sign in to.
    pub backend: Arc<Backend>,
    /// What they were told.
    pub book: Arc<Book>,
    /// Requests in the trail that are nobody's here: one for each phone that was enrolled.
    pub others: usize,
    people: Vec<JoinHandle<Result<(), Error>>>,
    pace: Option<JoinHandle<()>>,
}

/// Lets so many sign-ins begin in a second, and none catch up on what was missed.
async fn beat(pace: Arc<Semaphore>, each_second: u64) {
    let began = monotonic();
    let mut let_go = 0;
    loop {
        SystemClock.sleep(5).await;
        let passed = u64::try_from((monotonic() - began).as_millis()).unwrap_or(u64::MAX);
        let due = passed.saturating_mul(each_second) / 1_000;
        let more = usize::try_from(due - let_go).unwrap_or(0);
        let room = usize::try_from(each_second).unwrap_or(0).saturating_sub(pace.available_permits());
        pace.add_permits(more.min(room));
        let_go = due;
    }
}

impl Load {
    /// So many people begin.
    pub async fn begin(installation: &Installation, people: usize) -> Result<Self, Error> {
        Self::of(installation, installation.people(people).await?, None)
    }

    /// These people, so many sign-ins a second of all of them at most.
    pub fn of(
        installation: &Installation,
        all: Vec<Person>,
        each_second: Option<u64>,
    ) -> Result<Self, Error> {
        let others = all.len();
        let (backend, book) = (Arc::new(installation.relying_party()?), Arc::new(Book::default()));
        let pace = each_second.map(|each| (Arc::new(Semaphore::new(0)), each));
        let begin = |person| {
            let pace = pace.as_ref().map(|(pace, _)| Arc::clone(pace));
            tokio::spawn(sign_ins(Arc::clone(&backend), person, Arc::clone(&book), pace))
        };
        let people = all.into_iter().map(begin).collect();
        let pace = pace.map(|(pace, each)| tokio::spawn(beat(pace, each)));
        Ok(Self { backend, book, others, people, pace })
    }

    /// Whether somebody had to give up.
    pub fn is_broken(&self) -> bool {
        self.people.iter().any(JoinHandle::is_finished)
    }

    /// Until so many more sign-ins have ended.
    pub async fn more(&self, sign_ins: usize) -> Result<(), Error> {
        let until = self.book.all().len() + sign_ins;
        let (mut last, mut still) = (0, 0);
        // A machine may be slow; a minute without any sign-in is a fault.
        while still < 6_000 {
            let done = self.book.all().len();
            if self.is_broken() || done >= until {
                return Ok(());
            }
            still = if done > last { 0 } else { still + 1 };
            last = done;
            SystemClock.sleep(10).await;
        }
        Err("the sign-ins do not go on".into())
    }

    /// Lets everybody finish, and counts: what was acknowledged, and each thing that is not so any more.
    pub async fn end(self, installation: &Installation) -> Result<(Vec<Said>, Vec<String>), Error> {
        self.book.closed.store(true, Ordering::Release);
        for person in self.people {
            person.await??;
        }
        if let Some(pace) = self.pace {
            pace.abort();
        }
        let said = self.book.all();
        let mut lost = changed(&self.backend, &said).await?;
        lost.extend(wrong_in(&installation.trail()?, &said, self.others));
        lost.truncate(20);
        Ok((said, lost))
    }
}
