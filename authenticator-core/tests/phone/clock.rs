//! A phone whose clock is wrong (property 8).

use crate::service::Service;
use crate::shell::{Phone, enrolled, result};
use authenticator_core::effect::Key;
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::problem::Code;
use authenticator_protocol::time::Seconds;

#[test]
fn the_second_try_succeeds_whichever_way_it_is_wrong() {
    for ahead in [-86_400, -3_600, -130, 130, 3_600, 86_400] {
        let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
        service.ahead = ahead;
        phone.event(&mut [&mut service], Event::Launched);
        phone.enrol(&mut service);
        assert_eq!(phone.keys_for("styrk-claim+jws").len(), 2, "{ahead}");
        assert_eq!(phone.keys_for("styrk-registration+jws").len(), 1, "remembered");
        assert_eq!(phone.keys_for("styrk-approval+jws").len(), 1, "one prompt");

        service.ask(Purpose::SignIn, phone.seconds());
        phone.event(&mut [&mut service], Event::Refresh);
        assert_eq!(phone.core.view().changes_at, Some(phone.now.plus_seconds(90)), "on the phone's clock");
        phone.wait(&mut [&mut service], 89);
        assert!(matches!(phone.screen(), Screen::Approve { .. }));
        phone.wait(&mut [&mut service], 1);
        assert_eq!(result(&phone.screen()), "phone-expired-text");
    }
}

#[test]
fn the_clock_is_set_while_the_user_types() {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    service.ahead = -500;
    phone.signed.clear();
    phone.approve(&mut service, "47");
    assert_eq!(phone.keys_for("styrk-approval+jws"), [Key::Approval; 2], "signed again");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn twice_is_told() {
    let (mut phone, mut service) = enrolled();
    service.ask(Purpose::SignIn, phone.seconds());
    phone.event(&mut [&mut service], Event::Refresh);
    service.refuse.extend([Code::Clock, Code::Clock]);
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-error-clock");
    phone.event(&mut [&mut service], Event::Retry);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn the_offset_survives_a_restart() {
    let (mut phone, mut service) = (Phone::new(), Service::new("https://mfa.regionx.example", 1));
    service.ahead = 5_000;
    phone.enrol(&mut service);
    phone.restart(&mut [&mut service]);
    phone.signed.clear();
    phone.event(&mut [&mut service], Event::Refresh);
    assert_eq!(phone.keys_for("styrk-fetch+jws").len(), 1);
    assert_eq!(service.now(Seconds(10)), Seconds(5_010));
}
