//! The page when there is no page: what happened, what it means, what to do next.

use super::{Framed, render};
use askama::Template;
use texts::Texts;

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 413.
    TooLarge,
    /// 408.
    TooSlow,
    /// 429.
    TooManyRequests {
        /// Whole minutes until the next attempt, at least 1.
        minutes: u64,
    },
    /// 500.
    Internal,
    /// 503.
    Unavailable,
    /// A form that another website sent.
    CrossSite,
    /// A form that was open for too long.
    FormExpired,
    /// A form of an older registration.
    OtherRegistration,
}

impl Problem {
    /// The code that stands small beneath, for IT support.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::CrossSite => "cross_site",
            Self::FormExpired => "form_expired",
            Self::OtherRegistration => "other_registration",
        }
    }

    fn title(self, t: &Texts) -> &'static str {
        match self {
            Self::NotFound => t.page_problem_not_found_title(),
            Self::MethodNotAllowed => t.page_problem_method_title(),
            Self::TooLarge => t.page_problem_too_large_title(),
            Self::TooSlow => t.page_problem_too_slow_title(),
            Self::TooManyRequests { .. } => t.page_problem_too_many_title(),
            Self::Internal => t.page_problem_internal_title(),
            Self::Unavailable => t.page_problem_unavailable_title(),
            Self::CrossSite => t.page_problem_cross_site_title(),
            Self::FormExpired => t.page_problem_form_expired_title(),
            Self::OtherRegistration => t.page_problem_other_registration_title(),
        }
    }

    fn text(self, t: &Texts) -> String {
        match self {
            Self::NotFound => t.page_problem_not_found_text().to_owned(),
            Self::MethodNotAllowed => t.page_problem_method_text().to_owned(),
            Self::TooLarge => t.page_problem_too_large_text().to_owned(),
            Self::TooSlow => t.page_problem_too_slow_text().to_owned(),
            Self::TooManyRequests { minutes } => t.page_problem_too_many_text(minutes),
            Self::Internal => t.page_problem_internal_text().to_owned(),
            Self::Unavailable => t.page_problem_unavailable_text().to_owned(),
            Self::CrossSite => t.page_problem_cross_site_text().to_owned(),
            Self::FormExpired => t.page_problem_form_expired_text().to_owned(),
            Self::OtherRegistration => t.page_problem_other_registration_text().to_owned(),
        }
    }

    /// Where it goes on.
    fn next(self) -> &'static str {
        if self == Self::OtherRegistration { "/register" } else { "/" }
    }

    fn next_label(self, t: &Texts) -> &'static str {
        if self == Self::OtherRegistration { t.page_continue() } else { t.page_home() }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Html<'a> {
    f: Framed<'a>,
    view: Problem,
}

impl Problem {
    pub(super) fn html(self, f: Framed<'_>) -> String {
        render(&Html { f, view: self })
    }
}
