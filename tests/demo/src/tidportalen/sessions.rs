//! Who is signed in, or on the way: in memory, by a cookie.

use super::approvals::Opened;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

const NAME: &str = "tidportalen";

/// How many there are at once; a new one ends the oldest.
const MOST: usize = 1_000;

/// Somebody's browser.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// What the service knows it by.
    pub(super) asking: String,
    /// What was typed.
    pub(super) user: String,
    pub(super) stage: Stage,
}

/// How far it has come.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    Asked(Opened),
    /// Not approved; why.
    Ended(String),
    SignedIn,
}

/// All of them.
#[derive(Default)]
pub(super) struct Sessions(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_id: HashMap<String, Session>,
    order: VecDeque<String>,
}

impl Sessions {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, id: &str) -> Option<Session> {
        self.kept().by_id.get(id).cloned()
    }

    /// Its fresh id.
    pub(super) fn add(&self, session: Session) -> String {
        let (id, mut kept) = (super::random(), self.kept());
        kept.by_id.insert(id.clone(), session);
        kept.order.push_back(id.clone());
        if kept.order.len() > MOST {
            let oldest = kept.order.pop_front().unwrap_or_default();
            kept.by_id.remove(&oldest);
        }
        id
    }

    pub(super) fn remove(&self, id: &str) -> Option<Session> {
        let mut kept = self.kept();
        kept.order.retain(|other| other != id);
        kept.by_id.remove(id)
    }

    /// What became of a request, if the session still waits for that one.
    pub(super) fn conclude(&self, id: &str, of: &Opened, end: Stage) {
        if let Some(Session { stage, .. }) = self.kept().by_id.get_mut(id)
            && matches!(stage, Stage::Asked(opened) if opened.id == of.id)
        {
            *stage = end;
        }
    }
}

/// The id that the browser has, if any.
pub(super) fn cookie(headers: &HeaderMap) -> &str {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map_or("", |(_, id)| id)
}

/// Not `Secure`: the demo has no TLS.
pub(super) fn set_cookie(id: &str) -> String {
    format!("{NAME}={id}; Path=/; HttpOnly; SameSite=Lax")
}

pub(super) fn no_cookie() -> String {
    format!("{NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}
