//! `styrk device …`.

use super::table::{or_dash, short, table};
use super::{Configured, Form, Result};
use axum::http::Method;
use push_service::admin::client::escaped;
use push_service::admin::devices::{ChannelShown, DeviceDetail, DeviceShown};
use push_service::admin::users::Changed;
use std::slice;

#[derive(clap::Subcommand)]
pub(crate) enum DeviceCommand {
    /// Devices that have not ended, with when they were last heard of.
    #[command(after_help = "Example:\n  styrk device list --user anna@regionx.example")]
    List {
        /// Those of one user, by UPN or e-mail.
        #[arg(long)]
        user: Option<String>,
    },
    /// One device, with the ways to wake it: by whom it was last reached, and why not if it was not.
    #[command(after_help = "Example:\n  styrk device show ID")]
    Show {
        /// Its id, as `list` shows it.
        id: String,
    },
    /// Drop dead channels of a provider again, after the alarm `channels_held`. The service keeps all channels of a
    /// provider that calls too many of them dead at once, since that is most often a fault of a key or a setting.
    #[command(after_help = "Example:\n  styrk audit --limit 20\n  styrk device release-channels apns\n\n\
        Do this when phones were indeed exchanged or the app was removed from them. If a key, topic or project is \
        wrong, mend that first: phones whose channel works again need no release.")]
    ReleaseChannels {
        /// apns, fcm or web_push.
        provider: String,
    },
    /// Block a device for good: a phone that is lost, or that nobody knows. Within a second what only it could answer
    /// fails, sessions that it approved end, its socket is closed, and the app says that the account has ended.
    #[command(
        name = "block",
        visible_alias = "remove",
        after_help = "Example:\n  styrk device list --user anna@regionx.example\n  styrk device block ID\n\n\
        There is no way back: the phone deletes its keys. One that is found again, or another, is registered anew by its \
        user. To keep the user out as well: styrk user disable."
    )]
    Remove {
        /// Its id, as `list` shows it.
        id: String,
    },
}

pub(crate) async fn run(file: &Configured, form: Form, command: &DeviceCommand) -> Result {
    let mut client = file.connect().await?;
    match command {
        DeviceCommand::List { user } => {
            let of = user.as_ref().map(|user| format!("?user={}", escaped(user))).unwrap_or_default();
            let found: Vec<DeviceShown> = client.get(&format!("/v1/devices{of}")).await?;
            form.answer(&found, || devices(&found))
        }
        DeviceCommand::Show { id } => {
            let found: DeviceDetail = client.get(&format!("/v1/devices/{}", escaped(id))).await?;
            form.answer(&found, || {
                format!("{}\n\n{}", devices(slice::from_ref(&found.device)), channels(&found.channels))
            })
        }
        DeviceCommand::ReleaseChannels { provider } => {
            let path = format!("/v1/channels/{}/release", escaped(provider));
            let changed: Changed = client.send(Method::POST, &path, None::<&()>).await?;
            form.answer(&changed, || {
                let how = if changed.changed { "may be dropped again" } else { "were not held" };
                format!("Channels of {provider} {how}.")
            })
        }
        DeviceCommand::Remove { id } => {
            let path = format!("/v1/devices/{}", escaped(id));
            let changed: Changed = client.send(Method::DELETE, &path, None::<&()>).await?;
            form.answer(&changed, || {
                let (what, how) =
                    (&changed.what, if changed.changed { "is removed" } else { "had ended already" });
                format!("{what} ({id}) {how}. To be used again it must be registered anew.")
            })
        }
    }
}

/// A table of devices.
pub(super) fn devices(devices: &[DeviceShown]) -> String {
    if devices.is_empty() {
        return "No devices.".to_owned();
    }
    let rows: Vec<_> = devices
        .iter()
        .map(|device| {
            vec![
                device.id.clone(),
                device.user.clone(),
                device.state.clone(),
                or_dash(device.last_reached.as_deref().map(short)),
                or_dash(device.last_used.as_deref().map(short)),
                format!("{}, {}, app {}", device.model, device.system, device.app),
            ]
        })
        .collect();
    table(&["ID", "USER", "STATE", "LAST REACHED (UTC)", "LAST USED (UTC)", "WHAT"], &rows)
}

/// A table of channels.
fn channels(channels: &[ChannelShown]) -> String {
    if channels.is_empty() {
        return "No channels: it is reached while its app is open.".to_owned();
    }
    let rows: Vec<_> = channels
        .iter()
        .map(|channel| {
            vec![
                channel.provider.clone(),
                channel.state.clone(),
                or_dash(channel.received.as_deref().map(short)),
                or_dash(channel.accepted.as_deref().map(short)),
                short(&channel.registered),
                channel.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(&["BY", "STATE", "RECEIVED (UTC)", "TAKEN (UTC)", "REGISTERED (UTC)", "WHY"], &rows)
}
