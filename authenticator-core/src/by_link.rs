//! Adding an account by a link that was scanned, pasted or opened.

use crate::by_hand::Source;
use crate::text::Text;
use crate::{Core, Place};
use authenticator_protocol::enrolment::Proof;
use authenticator_protocol::link::{EnrolmentLink, LinkError};
use authenticator_protocol::text::visible;

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
        if ![&link.server, &link.link].into_iter().all(|server| self.config.allows(server)) {
            return Err(Text::plain("phone-error-http"));
        }
        Ok(self.make_keys(link.server, Proof::Link(link.code), Source::Link(link.identity)))
    }
}
