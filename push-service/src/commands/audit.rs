//! `styrk audit`.

use super::table::short;
use super::{Configured, Form, Result, say};
use jiff::{Span, Timestamp, civil};
use push_service::admin::audit::RecordShown;
use push_service::admin::client::escaped;
use push_service::clock::{Clock as _, SystemClock};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  styrk audit --since 24h\n  styrk audit --user anna@regionx.example --since \
    2027-01-15\n  styrk audit --after 4711 --follow --json >> trail.jsonl"
)]
pub(crate) struct AuditCommand {
    /// About one user: UPN, e-mail, or the id of somebody who was removed.
    #[arg(long)]
    user: Option<String>,
    /// From then on: 30m, 24h, 7d, 2027-01-15 or 2027-01-15T08:00:00Z. All times are UTC.
    #[arg(long)]
    since: Option<String>,
    /// Records after this number.
    #[arg(long, default_value_t = 0)]
    after: u64,
    /// Go on with what happens from now on, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
}

/// Milliseconds between two looks for more.
const FOLLOW_EVERY: u64 = 500;

/// One line for each record; with `--json` an object in each.
pub(crate) async fn run(file: &Configured, form: Form, command: &AuditCommand) -> Result {
    let since =
        command.since.as_deref().map(|text| since(text, SystemClock.now().0)).transpose()?.unwrap_or(0);
    let user = command.user.as_ref().map(|user| format!("&user={}", escaped(user))).unwrap_or_default();
    let mut client = file.connect().await?;
    let mut after = command.after;
    loop {
        let page: Vec<RecordShown> =
            client.get(&format!("/v1/audit?after={after}&since={since}{user}")).await?;
        for record in &page {
            say(&if form.json { serde_json::to_string(record)? } else { line(record) })?;
        }
        match page.last() {
            Some(last) => after = last.sequence,
            None if command.follow => SystemClock.sleep(FOLLOW_EVERY).await,
            None => return Ok(()),
        }
    }
}

fn line(record: &RecordShown) -> String {
    let who = record.upn.clone().or_else(|| record.user.clone());
    let party = record.relying_party_name.clone().or_else(|| record.relying_party.clone());
    let mut text = format!("{:>8}  {}  {:<24}", record.sequence, short(&record.at), record.kind);
    for (name, part) in [
        ("", who.as_ref()),
        ("from ", record.address.as_ref()),
        ("device ", record.device.as_ref()),
        ("request ", record.request.as_ref()),
        ("enrolment ", record.enrolment.as_ref()),
        ("relying party ", party.as_ref()),
        ("", record.detail.as_ref()),
    ] {
        if let Some(part) = part {
            text.push_str("  ");
            text.push_str(name);
            text.push_str(part);
        }
    }
    text.trim_end().to_owned()
}

/// Milliseconds since 1970 of "24h", a date or a time; all UTC.
fn since(text: &str, now: u64) -> Result<u64> {
    let wrong = || format!("--since {text}: not 30m, 24h, 7d, 2027-01-15 or 2027-01-15T08:00:00Z");
    if let Some((number, unit)) = text.split_at_checked(text.len().saturating_sub(1))
        && let Ok(number) = number.parse::<u64>()
    {
        let seconds = match unit {
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err(wrong().into()),
        };
        return Ok(now.saturating_sub(number.saturating_mul(seconds).saturating_mul(1000)));
    }
    let time = match text.parse::<civil::Date>() {
        Ok(date) if !text.contains('T') => {
            Timestamp::UNIX_EPOCH.checked_add(Span::new().hours(24 * days(date))).map_err(|_| wrong())?
        }
        _ => text.parse::<Timestamp>().map_err(|_| wrong())?,
    };
    u64::try_from(time.as_millisecond()).map_err(|_| wrong().into())
}

/// Days since 1970-01-01.
fn days(date: civil::Date) -> i32 {
    date.since(civil::date(1970, 1, 1)).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_takes_spans_dates_and_times() {
        let now = 1_800_000_000_000;
        assert_eq!(since("24h", now).unwrap(), now - 86_400_000);
        assert_eq!(since("30m", now).unwrap(), now - 1_800_000);
        assert_eq!(since("2027-01-15", now).unwrap(), 1_799_971_200_000);
        assert_eq!(since("2027-01-15T08:00:00Z", now).unwrap(), now);
        for wrong in ["", "yesterday", "12", "5w", "2027-13-01"] {
            assert!(since(wrong, now).unwrap_err().to_string().contains("24h"), "{wrong}");
        }
    }
}
