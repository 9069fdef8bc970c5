//! Measures the service from outside, as a process of its own that runs as in production, and writes docs/figures.md.
//! `cargo xtask bench` builds both and starts this.
//!
//! [`plan`] says how much; `figure/` has one file for each figure; [`page`] writes. The load is [`load`] of complete
//! [`sign_in`]s by [`phone`]s and a [`relying_party`], against a [`service`] whose database [`population`] has filled.

#![expect(clippy::print_stderr, reason = "a command tells how far it is")]

mod browser;
mod clock;
mod connection;
mod figure;
mod key;
mod load;
mod machine;
mod organisation;
mod page;
mod phone;
mod plan;
mod population;
mod process;
mod relying_party;
mod service;
mod sign_in;
mod socket;
mod spread;

use figure::{core, floor, pages, profile, size, sockets, start, throughput};
use load::Free;
use machine::Machine;
use organisation::Organisation;
use page::Figures;
use plan::Plan;
use socket::Sockets;
use std::path::Path;
use std::process::ExitCode;

/// Why it cannot go on.
type Error = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["--work", work, "--page", page] => run(&Plan::full(), work, page).await,
        ["--work", work, "--page", page, "--brief"] => run(&Plan::brief(), work, page).await,
        ["--work", work, "--page", page, "--smoke"] => run(&Plan::smoke(), work, page).await,
        _ => Err("bench --work FOLDER --page FILE [--brief|--smoke]; use cargo xtask bench".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(plan: &Plan, work: &str, page: &str) -> Outcome {
    std::fs::create_dir_all(work)?;
    // On the disk that the project is on: what is in memory needs no commits.
    let folder = tempfile::tempdir_in(work)?;
    let began = clock::now();
    let say = |what: &str| eprintln!("{:>5.0} s  {what}", (clock::now() - began).as_secs_f64());
    rlimit::increase_nofile_limit(u64::MAX)?;
    let machine = Machine::look(folder.path())?;
    let core = core::measure(plan.wakes)?;
    let floor = floor::measure(plan.stretch / 2)?;

    say("filling databases");
    let mut organisations = Vec::new();
    for users in &plan.sizes {
        let phones =
            if *users == plan.size { plan.sockets.max(plan.phones) } else { size::TAKING_PART * plan.runs };
        organisations.push(Organisation::new(folder.path(), *users, phones).await?);
        say(&format!("{users} users"));
    }
    let (least, most) = (organisations.first().ok_or("no sizes")?, organisations.last().ok_or("no sizes")?);

    say("starts");
    let starts = 2 * plan.runs + 1;
    let started = (
        start::measure(&least.installation, starts).await?,
        start::measure(&most.installation, starts).await?,
    );

    let usual = organisations.iter().find(|one| one.users == plan.size).ok_or("no such size")?;
    let service = usual.installation.start().await?;
    say("idle sockets");
    let held = usual.phones.get(..plan.sockets).unwrap_or(&usual.phones);
    let memory = sockets::measure(&service, held).await?;
    service.stop().await?;

    let service = usual.installation.start().await?;
    let phones = usual.phones.get(..plan.phones).unwrap_or(&usual.phones);
    let open = Sockets::open(&service.server, phones).await?;
    say("complete sign-ins");
    let throughput = throughput::measure(plan, &service, &usual.key, phones).await?;
    say("profile");
    let profile = profile::measure(plan, &service, usual, &Free::new(phones), folder.path()).await?;
    say("pages");
    let pages = pages::measure(plan, &service, phones).await?;
    drop(open);
    service.stop().await?;

    say("cost of size");
    let costs = size::measure(plan, &organisations).await?;

    let filled = organisations.iter().map(|one| (one.users, one.filled, one.bytes)).collect();
    let took = clock::now() - began;
    let figures = Figures {
        plan,
        machine,
        floor,
        core,
        filled,
        started,
        memory,
        throughput,
        profile,
        pages,
        costs,
        took,
    };
    std::fs::write(Path::new(page), figures.to_string())?;
    say(page);
    Ok(())
}
