//! What is reachable over HTTP: the list of routes, and what holds for all of them.
//!
//! `phone/` is the phone API, `pages/` what browsers ask for. A path's file has its name.

pub mod frame;
pub mod pages;
pub mod phone;
pub mod problem;
pub mod signed;
pub mod visit;

use crate::app::App;
use authenticator_protocol::request::paths;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use std::sync::Arc;

/// The largest form that a page takes, in bytes.
const MAX_FORM: usize = 16 * 1024;

/// Every route of the service.
pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route("/", get(pages::apps::home))
        .route("/apps", get(pages::apps::get))
        .route("/sign-in", get(pages::sign_in::get).post(pages::sign_in::post))
        .route("/sign-in/number", get(pages::sign_in::number::get))
        .route("/sign-in/wait", get(pages::sign_in::number::wait))
        .route("/sign-in/cancel", post(pages::sign_in::number::cancel))
        .route("/sign-in/again", post(pages::sign_in::number::again))
        .route("/sign-in/other", get(pages::sign_in::other::get))
        .route("/sign-out", post(pages::sign_out::post))
        .route("/register", get(pages::register::get))
        .route("/register/start", post(pages::register::start))
        .route("/register/characters", post(pages::register::characters))
        .route("/register/cancel", post(pages::register::cancel))
        .route("/register/wait", get(pages::register::wait))
        .route("/register/done", get(pages::register::done))
        .route("/security", get(pages::security::get))
        .route("/security/devices/{id}/remove", get(pages::security::ask).post(pages::security::remove))
        .route("/language/{tag}", get(pages::language::get))
        .route("/e", get(pages::link::get))
        .route("/assets/{name}", get(pages::assets::get))
        .layer(from_fn_with_state(Arc::clone(&app), frame::same_site_only));
    let phone = Router::new()
        .route(paths::CLAIM, post(phone::claim::post))
        .route(paths::REGISTRATION, post(phone::registration::post))
        .route(paths::FETCH, post(phone::fetch::post))
        .route(paths::ANSWER, post(phone::answer::post))
        .route(paths::LEAVE, post(phone::leave::post))
        .route(paths::SOCKET, get(phone::socket::get))
        .route("/api/v1/phone/receipts/{wake}", post(phone::receipts::post));
    pages
        .merge(phone)
        .route("/health", get(|| async { "ok" }))
        .fallback(frame::not_found)
        .method_not_allowed_fallback(frame::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn_with_state(Arc::clone(&app), frame::finish))
        .layer(from_fn(frame::name))
        .with_state(app)
}
