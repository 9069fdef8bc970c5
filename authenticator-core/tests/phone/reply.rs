//! Answers whose reply is late, lost, or waited for by a user who has left.

use crate::shell::{answers, asked, result};
use authenticator_core::effect::{EffectKind, Outcome};
use authenticator_core::event::Event;
use authenticator_core::screen::Screen;
use authenticator_protocol::challenge::Purpose;
use authenticator_protocol::problem::Code;
use authenticator_protocol::request::paths;

#[test]
fn without_network_the_same_bytes_are_sent_again() {
    for (lose, event) in
        [(None, Event::Approve), (Some(paths::ANSWER), Event::Approve), (Some(paths::ANSWER), Event::NotMe)]
    {
        let (mut phone, mut service) = asked();
        (phone.offline, phone.lose) = (lose.is_none(), lose);
        phone.event(&mut [&mut service], Event::NumberEntered("47".into()));
        phone.event(&mut [&mut service], event.clone());
        assert_eq!(result(&phone.screen()), "phone-offline-text");
        assert!(matches!(phone.screen(), Screen::Result { retry: true, .. }));
        (phone.offline, phone.lose) = (false, None);
        phone.event(&mut [&mut service], Event::Retry);
        let expected = if event == Event::NotMe { "phone-reported-text" } else { "phone-approved-text" };
        assert_eq!(result(&phone.screen()), expected);
        let posts: Vec<&Vec<u8>> = phone
            .log
            .iter()
            .filter_map(|effect| match &effect.kind {
                EffectKind::Post { url, body, .. } if url.ends_with(paths::ANSWER) => Some(body),
                _ => None,
            })
            .collect();
        assert_eq!(posts[posts.len() - 1], posts[posts.len() - 2]);
        assert_eq!(phone.signed.len(), 1, "signed once");
    }
}

#[test]
fn a_lost_reply_is_told_by_the_next_fetch() {
    let (mut phone, mut service) = asked();
    phone.lose = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn offline_until_it_is_too_late() {
    let (mut phone, mut service) = asked();
    phone.offline = true;
    phone.approve(&mut service, "47");
    phone.wait(&mut [&mut service], 91);
    assert_eq!(result(&phone.screen()), "phone-unheard-text", "it may have arrived");
    assert!(matches!(phone.screen(), Screen::Result { retry: false, .. }));
    phone.offline = false;
    phone.event(&mut [&mut service], Event::Retry);
    assert_eq!(answers(&service), 1, "only the test approval");
    phone.event(&mut [&mut service], Event::Done);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));

    let (mut phone, mut service) = asked();
    phone.offline = true;
    phone.event(&mut [&mut service], Event::NotMe);
    phone.wait(&mut [&mut service], 91);
    assert_eq!(result(&phone.screen()), "phone-unheard-report-text");
}

#[test]
fn too_late_to_try_again_but_not_to_be_told() {
    let (mut phone, mut service) = asked();
    phone.lose = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    phone.lose = None;
    phone.wait(&mut [&mut service], 91);
    assert_eq!(result(&phone.screen()), "phone-unheard-text");
    phone.event(&mut [&mut service], Event::NetworkBack);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}

#[test]
fn turning_back_while_the_answer_is_on_its_way() {
    let (mut phone, mut service) = asked();
    phone.hold = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    assert!(matches!(phone.screen(), Screen::Working { .. }));
    assert_eq!(phone.core.view().changes_at, None);
    phone.event(&mut [&mut service], Event::Back);
    assert!(matches!(phone.screen(), Screen::Accounts { .. }));
    phone.release(&mut [&mut service]);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()));
    phone.event(&mut [&mut service], Event::Refresh);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()));
}

#[test]
fn only_what_cannot_be_sent_again_is_over_for_a_user_who_has_left() {
    for (code, left) in [(Code::Unavailable, 1), (Code::Unsupported, 0)] {
        let (mut phone, mut service) = asked();
        phone.hold = Some(paths::ANSWER);
        phone.approve(&mut service, "47");
        phone.event(&mut [&mut service], Event::Back);
        service.refuse.push(code);
        phone.release(&mut [&mut service]);
        let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        assert_eq!(waiting.len(), left, "{code:?}");
    }
}

#[test]
fn a_request_is_answered_once_even_when_the_user_comes_back_to_it() {
    // While the reply is on its way, and when none came.
    for lost in [false, true] {
        let (mut phone, mut service) = asked();
        let before = answers(&service);
        phone.hold = Some(paths::ANSWER);
        phone.approve(&mut service, "47");
        if lost {
            let id = phone.held.pop_front().unwrap().id;
            phone.outcome(&mut [&mut service], id, Outcome::NoNetwork);
            phone.hold = None;
        }
        phone.event(&mut [&mut service], Event::Back);
        let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
        phone.event(&mut [&mut service], Event::OpenRequest(waiting[0].id.clone()));
        phone.release(&mut [&mut service]);
        assert_eq!(result(&phone.screen()), "phone-approved-text", "{lost}");
        assert_eq!((answers(&service) - before, phone.signed.len()), (1, 1), "{lost}");
    }
}

#[test]
fn answers_to_two_requests_do_not_mix() {
    let (mut phone, mut service) = asked();
    phone.hold = Some(paths::ANSWER);
    // The reply to the first one does not come.
    phone.approve(&mut service, "47");
    let id = phone.held.pop_front().unwrap().id;
    phone.outcome(&mut [&mut service], id, Outcome::NoNetwork);
    phone.event(&mut [&mut service], Event::Back);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let first = waiting[0].id.clone();
    // The second one's is on its way while the first answer is sent again, and comes after its reply.
    service.ask(Purpose::OpenSecurity, phone.seconds());
    phone.event(&mut [&mut service], Event::NetworkBack);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    let second = waiting.into_iter().find(|row| row.id != first).unwrap().id;
    phone.event(&mut [&mut service], Event::OpenRequest(second));
    phone.event(&mut [&mut service], Event::NotMe);
    phone.event(&mut [&mut service], Event::Back);
    phone.event(&mut [&mut service], Event::OpenRequest(first));
    assert_eq!(phone.held.len(), 2);
    phone.held.swap(0, 1);
    let before = phone.core.ignored();
    phone.release(&mut [&mut service]);
    assert_eq!(result(&phone.screen()), "phone-approved-text");
    assert_eq!(phone.core.ignored(), before);
    phone.event(&mut [&mut service], Event::Done);
    assert!(matches!(phone.screen(), Screen::Accounts { waiting, .. } if waiting.is_empty()));
}

#[test]
fn an_answer_that_was_refused_for_its_time_is_made_anew() {
    let (mut phone, mut service) = asked();
    phone.hold = Some(paths::ANSWER);
    phone.approve(&mut service, "47");
    phone.event(&mut [&mut service], Event::Back);
    service.refuse.push(Code::Clock);
    phone.release(&mut [&mut service]);
    let Screen::Accounts { waiting, .. } = phone.screen() else { panic!("{:?}", phone.screen()) };
    phone.event(&mut [&mut service], Event::OpenRequest(waiting[0].id.clone()));
    assert!(matches!(phone.screen(), Screen::Approve { .. }), "nothing counts yet, so the user is asked");
    phone.approve(&mut service, "47");
    assert_eq!(result(&phone.screen()), "phone-approved-text");
}
