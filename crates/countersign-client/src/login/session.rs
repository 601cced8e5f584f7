//! The person is away, and the answer is awaited.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use countersign_loopback::{
    Callback, ErrorKind as Loopback, Listener, Options, Verdict, open_browser_without,
    paste::{self, Pasted},
};

use super::{LoginEvent, LoginOptions, Prompt};
use crate::{Error, ErrorKind};

/// How often the person may paste something that is no answer.
const PASTES: u8 = 3;

/// A login whose answer is awaited, whichever protocol it is of.
pub(crate) trait Pending: Sized {
    /// What the answer is exchanged by.
    type Answer;

    /// Reads a query; `Err(pending)` when it answers something else.
    fn answer(self, query: &str) -> Result<Result<Self::Answer, countersign_flow::Error>, Self>;

    /// Takes a code or verifier that came alone.
    fn code(self, code: &str) -> Result<Self::Answer, countersign_flow::Error>;
}

/// Listens before anybody is sent away, so that no answer is missed.
pub(crate) fn listen(options: &LoginOptions) -> Result<Listener, Error> {
    let listener =
        Options::new(&options.application, &options.path).with_ports(options.ports.iter().copied());
    Ok(Listener::bind(&listener)?)
}

/// Sends the person to `url`, and waits for the answer by the listener or by paste.
pub(crate) fn wait<P: Pending>(
    options: &LoginOptions,
    listener: Listener,
    url: &str,
    pending: P,
) -> Result<P::Answer, Error> {
    let prompt = &options.prompt;
    let opened = visit(options, url)?;
    let (sender, pasted) = mpsc::channel();
    if !opened {
        let (prompt, canceller) = (Arc::clone(prompt), listener.canceller());
        // Without a thread there is nobody to ask, and the listener is still there.
        let _ = thread::Builder::new().spawn(move || {
            // Nothing is sent when nobody can be asked; only pasting what is no answer ends the wait.
            if let Some(answer) = paste(&*prompt) {
                let _ = sender.send(answer);
                canceller.cancel();
            }
        });
    }

    let mut pending = Some(pending);
    let mut judge = |query: &str| match pending.take().map(|pending| pending.answer(query)) {
        Some(Ok(answer)) => Some(answer),
        Some(Err(still)) => {
            pending = Some(still);
            None
        }
        None => None,
    };
    let waited = listener.wait(options.timeout, |callback: &Callback| match judge(callback.query()) {
        Some(Ok(answer)) => Verdict::Ours(Ok(answer)),
        Some(Err(error)) => Verdict::OursFailed(Err(error)),
        None => Verdict::NotOurs,
    });
    let answer = match waited {
        Ok(answer) => answer?,
        Err(error) if error.kind() == Loopback::Cancelled => match (pending, pasted.try_recv()) {
            (Some(pending), Ok(pasted)) => take(pending, pasted?)?,
            _ => return Err(error.into()),
        },
        Err(error) => return Err(error.into()),
    };
    prompt.event(&LoginEvent::Answered);
    Ok(answer)
}

/// Sends the person to `url`, and asks for what the server shows in the end.
#[cfg(feature = "oauth1")]
pub(crate) fn ask<P: Pending>(options: &LoginOptions, url: &str, pending: P) -> Result<P::Answer, Error> {
    visit(options, url)?;
    let pasted = paste(&*options.prompt)
        .ok_or(ErrorKind::Misuse("there is nobody to ask for the code that the server shows"))?;
    let answer = take(pending, pasted?)?;
    options.prompt.event(&LoginEvent::Answered);
    Ok(answer)
}

/// Shows the address and opens it; whether a browser took it.
fn visit(options: &LoginOptions, url: &str) -> Result<bool, Error> {
    options.prompt.event(&LoginEvent::Visit { url, opening: options.opener.is_some() });
    let Some(opener) = &options.opener else {
        return Ok(false);
    };
    match open_browser_without(url, opener, &options.withheld) {
        Ok(()) => Ok(true),
        // An address that no browser may be given: whoever wrote the server's metadata is not to be trusted.
        Err(error) if matches!(error.kind(), Loopback::Url(_)) => {
            Err(Error::because(ErrorKind::Configuration, false, error))
        }
        Err(error) => {
            options.prompt.event(&LoginEvent::BrowserFailed(&error));
            Ok(false)
        }
    }
}

/// Asks until something is an answer; `None` when there is nobody to ask.
fn paste(prompt: &dyn Prompt) -> Option<Result<Pasted, Error>> {
    let mut last = None;
    for _ in 0..PASTES {
        let Some(text) = prompt.ask() else {
            break;
        };
        match paste::parse(text.expose()) {
            Ok(pasted) => return Some(Ok(pasted)),
            Err(error) => {
                prompt.event(&LoginEvent::PasteUnusable(&error));
                last = Some(Err(Error::because(ErrorKind::Verification, false, error)));
            }
        }
    }
    last
}

/// What was pasted, as the answer to this login and no other.
fn take<P: Pending>(pending: P, pasted: Pasted) -> Result<P::Answer, Error> {
    match pasted {
        Pasted::Code(code) => Ok(pending.code(&code)?),
        Pasted::Query(callback) => match pending.answer(callback.query()) {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(ErrorKind::Verification.into()),
        },
    }
}
