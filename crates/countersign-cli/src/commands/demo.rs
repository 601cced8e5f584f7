//! `demo`: the tour.

mod person;
mod progress;
mod steps;
mod tour;
mod workplace;

mod worker;

use self::{progress::Progress, steps::STEPS, tour::Tour};
use super::serve;
use crate::{args::DemoArgs, exit::Exit, failure::Failure, settings::Settings};

pub(crate) fn run(args: &DemoArgs, settings: &Settings) -> Result<Exit, Failure> {
    if args.worker {
        return worker::run(settings);
    }
    if let Some(fault) = &args.fault
        && !STEPS.iter().any(|step| step.id == fault)
    {
        let known: Vec<&str> = STEPS.iter().map(|step| step.id).collect();
        return Err(Failure::usage(format!("there is no step {fault}")).because(known.join(", ")));
    }
    if args.script { script(args, settings) } else { guide(args, settings) }
}

/// Runs every step; the first that fails ends it.
fn script(args: &DemoArgs, settings: &Settings) -> Result<Exit, Failure> {
    let server = serve::start_server(args.port)?;
    let mut tour = Tour::new(server, settings)?;
    let mut progress = Progress::new(settings, STEPS.len());
    progress.begin(&format!(
        "The tour: a provider at {}, a person played by this program; nothing leaves this machine.",
        tour.url()
    ))?;
    for (step, number) in STEPS.iter().zip(1..) {
        progress.step(number, step);
        if args.fault.as_deref() == Some(step.id) {
            tour.plant(step)?;
        }
        match (step.run)(&mut tour) {
            Ok(outcome) => progress.done(step, &outcome)?,
            Err(failure) => {
                progress.failed(step)?;
                return Err(failure.because(format!(
                    "this was step {number} of {}, {}",
                    STEPS.len(),
                    step.id
                )));
            }
        }
    }
    tour.end()?;
    progress.end()?;
    Ok(Exit::Ok)
}

/// Starts the provider and says what a person can try.
fn guide(args: &DemoArgs, settings: &Settings) -> Result<Exit, Failure> {
    let (server, stop) = serve::start(args.port)?;
    let url = server.url().to_owned();
    let output = &settings.output;
    output.line(&format!("READY {url}"))?;
    for line in [
        "A provider with a sample API runs here until Ctrl-C; users alice and bob, password demo. In another terminal:",
        "",
        &format!(
            "  countersign login {url} --client-id demo-public --scope 'files.read profile' --account alice"
        ),
        &format!("  countersign request GET {url}/drive/v3/files -a alice"),
        "  countersign token alice",
        "  countersign logout alice",
        "",
        &format!(
            "  countersign oauth1 login --account printer --consumer-key demo-consumer --consumer-secret demo-consumer-secret \\\n    --temporary-credentials-url {url}/_ah/OAuthGetRequestToken --authorize-url {url}/_ah/OAuthAuthorizeToken \\\n    --token-url {url}/_ah/OAuthGetAccessToken"
        ),
        &format!("  countersign request GET {url}/me -a printer"),
        "",
        "Without a person: countersign demo --script",
    ] {
        output.say(line);
    }
    stop.wait();
    serve::end(server)
}
