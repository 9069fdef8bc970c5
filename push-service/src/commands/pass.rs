//! `styrk pass …`.

use super::table::short;
use super::{Configured, Form, Result};
use axum::http::Method;
use push_service::admin::client::escaped;
use push_service::admin::passes::{NewPass, PassShown};
use push_service::admin::users::Changed;

#[derive(clap::Subcommand)]
pub(crate) enum PassCommand {
    /// Make a temporary pass for a user who has no phone at hand. It is shown once, serves once and needs the password
    /// too; an earlier pass of the user ends.
    #[command(after_help = "Example:\n  styrk pass create anna@regionx.example --minutes 30\n\n\
        First be sure who asks: whoever has the pass and the password signs in as this user, and registers a phone. Read \
        it out to them in person or on a number that the directory has; never send it by e-mail.")]
    Create {
        /// UPN or e-mail.
        user: String,
        /// For how many minutes: 10 to 1440.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
    },
    /// End a pass that was not used.
    #[command(after_help = "Example:\n  styrk pass end anna@regionx.example")]
    End {
        /// UPN or e-mail.
        user: String,
    },
}

pub(crate) async fn run(file: &Configured, form: Form, command: &PassCommand) -> Result {
    let mut client = file.connect().await?;
    let path = |user: &str| format!("/v1/users/{}/pass", escaped(user));
    match command {
        PassCommand::Create { user, minutes } => {
            let new = NewPass { minutes: Some(*minutes) };
            let made: PassShown = client.send(Method::POST, &path(user), Some(&new)).await?;
            form.answer(&made, || {
                format!(
                    "{}\n\nFor {}, until {}, once, beside the password. It is not shown again. The user chooses \
                     \"Sign in another way\" and then the temporary pass.",
                    made.pass,
                    made.upn,
                    short(&made.expires)
                )
            })
        }
        PassCommand::End { user } => {
            let changed: Changed = client.send(Method::DELETE, &path(user), None::<&()>).await?;
            let how = if changed.changed { "has ended" } else { "was not there" };
            form.answer(&changed, || format!("The pass of {} {how}.", changed.what))
        }
    }
}
