//! What is reachable over HTTP: the list of routes, and what holds for all of them.
//!
//! `phone/` is the phone API, `api/` the relying parties', `pages/` what browsers ask for, `well_known/` what other services look for. A path's file has its name.

pub mod api;
pub mod frame;
pub mod health;
pub mod pages;
pub mod phone;
pub mod problem;
pub mod signed;
pub mod visit;
pub mod well_known;

use crate::app::App;
use authenticator_protocol::discovery;
use authenticator_protocol::request::paths;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;

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
        .route("/sign-in/pass", get(pages::sign_in::pass::get).post(pages::sign_in::pass::post))
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
        .route(paths::CHANNELS, post(phone::channels::post))
        .route(paths::LEAVE, post(phone::leave::post))
        .route(paths::SOCKET, get(phone::socket::get))
        .route("/api/v1/phone/receipts/{wake}", post(phone::receipts::post));
    let relying_parties = Router::new()
        .route("/api/v1/sign-ins", post(api::sign_ins::post))
        .route("/api/v1/sign-ins/{id}", get(api::wait::get))
        .route("/api/v1/sign-ins/{id}/events", get(api::wait::events))
        .route("/api/v1/sign-ins/{id}/cancel", post(api::sign_ins::cancel))
        .route_layer(from_fn_with_state(Arc::clone(&app), api::caller::known));
    pages
        .merge(phone)
        .merge(relying_parties)
        .route(discovery::PATH, get(well_known::styrk::get))
        .route("/.well-known/jwks.json", get(well_known::jwks::get))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .fallback(frame::not_found)
        .method_not_allowed_fallback(frame::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&app), frame::around))
        .with_state(app)
}
