//! What an operator's command does to phones and pages, through the service's own socket.

use axum::http::Method;
use demo::organisation::USERS;
use e2e::socket::{Brought, RawSocket};
use e2e::world::number;
use e2e::{DIGITS, Error, Outcome, World};
use push_service::admin;
use push_service::admin::client::{Client, escaped};
use push_service::admin::users::Changed;
use std::time::Duration;

/// The service's socket is opened; who gives a command.
async fn operator(world: &World) -> Result<(admin::Admin, Client), Error> {
    let app = world.app().await?;
    let admin = admin::start(&app)?;
    let client = Client::connect(&app.config.admin_socket).await?;
    Ok((admin, client))
}

/// How the socket ends, within a second.
async fn end(socket: &mut RawSocket) -> Result<Brought, Error> {
    loop {
        match socket.within(Duration::from_secs(1)).await? {
            Brought::Binary(_) => {}
            other => return Ok(other),
        }
    }
}

#[tokio::test]
async fn a_phone_that_is_removed_is_out_within_a_second() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (_admin, mut client) = operator(&world).await?;
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    let mut waiting = world.browser();
    number(&mut waiting).await?;
    assert_eq!(browser.get("/security").await?.path, "/security", "signed in until then");
    let id = phone.device.ok_or("no device")?;
    let path = format!("/v1/devices/{id}");
    let removed: Changed = client.send(Method::DELETE, &path, None::<&()>).await?;
    assert!(removed.changed);
    assert_eq!(end(&mut socket).await?, Brought::Closed(Some(4001)));
    assert!(waiting.get("/sign-in/number").await?.number().is_none(), "nobody is left to answer");
    assert!(browser.get("/security").await?.path.starts_with("/sign-in"), "what it had approved has ended");
    let again: Changed = client.send(Method::DELETE, &path, None::<&()>).await?;
    assert!(!again.changed);
    Ok(())
}

#[tokio::test]
async fn a_user_who_is_removed_leaves_nothing_behind() -> Outcome {
    let (world, mut browser, phone) = World::enrolled(DIGITS).await?;
    let (_admin, mut client) = operator(&world).await?;
    let (mut socket, _) = phone.socket(&world.demo.service).await?;
    let mut waiting = world.browser();
    number(&mut waiting).await?;
    let upn = world.anna().await?.upn;
    let path = format!("/v1/users/{}", escaped(&upn));
    let removed: Changed = client.send(Method::DELETE, &path, None::<&()>).await?;
    assert!(removed.changed);
    assert_eq!(end(&mut socket).await?, Brought::Closed(Some(4001)));
    for browser in [&mut browser, &mut waiting] {
        assert!(browser.get("/security").await?.path.starts_with("/sign-in"));
    }
    assert!(waiting.get("/sign-in/number").await?.number().is_none());
    assert!(number(&mut world.browser()).await.is_err(), "nobody by the name of {}", USERS[0].login());
    Ok(())
}
