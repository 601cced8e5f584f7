//! `torture [--smoke] [--seed N] [--only NAME]…` and `torture worker --store URL ROLE [ARGUMENT]…`.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Result, plan::Plan, store::StoreUrl};

pub(crate) enum Mode {
    Experiments { plan: Plan, only: Vec<String> },
    Worker { store: StoreUrl, role: String, arguments: Vec<String> },
}

pub(crate) fn read(mut arguments: lexopt::Parser) -> Result<Mode> {
    let (mut smoke, mut seed, mut only) = (false, None, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("smoke") => smoke = true,
            lexopt::Arg::Long("seed") => {
                let text = arguments.value()?;
                seed = Some(text.to_string_lossy().parse().map_err(|_| "--seed takes a number")?);
            }
            lexopt::Arg::Long("only") => only.push(arguments.value()?.to_string_lossy().into_owned()),
            lexopt::Arg::Value(word) if word == "worker" => return worker(arguments),
            other => return Err(other.unexpected().into()),
        }
    }
    let seed = match seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    };
    Ok(Mode::Experiments { plan: Plan::new(smoke, seed)?, only })
}

fn worker(mut arguments: lexopt::Parser) -> Result<Mode> {
    let (mut store, mut words) = (None, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("store") => store = Some(arguments.value()?.to_string_lossy().parse()?),
            lexopt::Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let store = store.ok_or("a worker needs --store URL")?;
    let mut words = words.into_iter();
    let role = words.next().ok_or("a worker needs a role")?;
    Ok(Mode::Worker { store, role, arguments: words.collect() })
}
