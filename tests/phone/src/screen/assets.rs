//! The page's own files, compiled in.

use crate::phones::Phones;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! asset {
    ($path:literal, $kind:expr, $file:literal) => {
        ($path, $kind, include_str!(concat!("../../page/", $file)))
    };
}

const FILES: &[(&str, &str, &str)] = &[
    asset!("/", HTML, "index.html"),
    asset!("/e", HTML, "index.html"),
    asset!("/gallery", HTML, "gallery.html"),
    asset!("/page/icon.svg", "image/svg+xml", "icon.svg"),
    asset!("/page/app.css", STYLE, "app.css"),
    asset!("/page/frame.css", STYLE, "frame.css"),
    asset!("/page/bench.css", STYLE, "bench.css"),
    asset!("/page/main.js", SCRIPT, "main.js"),
    asset!("/page/gallery.js", SCRIPT, "gallery.js"),
    asset!("/page/wire.js", SCRIPT, "wire.js"),
    asset!("/page/dom.js", SCRIPT, "dom.js"),
    asset!("/page/words.js", SCRIPT, "words.js"),
    asset!("/page/phone.js", SCRIPT, "phone.js"),
    asset!("/page/controls.js", SCRIPT, "controls.js"),
    asset!("/page/camera.js", SCRIPT, "camera.js"),
    asset!("/page/parts.js", SCRIPT, "parts.js"),
    asset!("/page/screens.js", SCRIPT, "screens.js"),
    asset!("/page/approve.js", SCRIPT, "approve.js"),
    asset!("/page/adding.js", SCRIPT, "adding.js"),
];

pub(super) fn routes() -> Router<Phones> {
    FILES.iter().fold(Router::new(), |router, &(path, kind, text)| {
        router.route(path, get(move || async move { ([(CONTENT_TYPE, kind)], text) }))
    })
}
