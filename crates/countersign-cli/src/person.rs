//! The person at the terminal, whom a login speaks to and asks.

use std::{
    env,
    ffi::OsString,
    io::{self, BufRead, IsTerminal, Read},
    sync::OnceLock,
};

use countersign_client::{LoginEvent, LoginOptions, Prompt};
use countersign_loopback::{
    Callback, Opener,
    paste::{self, Pasted},
};
use countersign_token::Secret;

use crate::{
    output::{is_interactive, tell},
    settings::Settings,
};

/// The longest line that is read, in bytes: more than any address.
const LONGEST_LINE: u64 = 64 * 1024;

/// How the person gets to the authorization server, and the answer back.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// The browser is opened by this program, or by the platform's.
    Browser(Option<OsString>),
    /// The address is printed, and the answer read from standard input; the listener waits as well.
    Paste,
    /// The address is printed, and the listener waits: nobody is asked.
    Listen,
}

impl Way {
    /// By what was asked for, and by whether anybody is there.
    fn choose(no_browser: bool, no_input: bool, browser: Option<OsString>, is_interactive: bool) -> Self {
        match browser.filter(|browser| !browser.is_empty()) {
            _ if no_input => Self::Listen,
            _ if no_browser => Self::Paste,
            Some(browser) => Self::Browser(Some(browser)),
            None if is_interactive => Self::Browser(None),
            None => Self::Listen,
        }
    }
}

/// The options with the way to the person that this session has.
///
/// A login that ends with a code on a page has nothing to listen for, and asks in any case.
pub(crate) fn invite(
    options: LoginOptions,
    no_browser: bool,
    out_of_band: bool,
    settings: &Settings,
) -> LoginOptions {
    let way = Way::choose(no_browser, settings.global.no_input, env::var_os("BROWSER"), is_interactive());
    let asks = match way {
        Way::Listen => out_of_band && !settings.global.no_input,
        Way::Paste => true,
        // Standard input of a program that opens a browser may be anything; it is read only where somebody types.
        Way::Browser(_) => out_of_band || io::stdin().is_terminal(),
    };
    let options = match way {
        Way::Browser(None) => options,
        Way::Browser(Some(program)) => options.opener(Opener::Program(program)),
        Way::Paste | Way::Listen => options.no_browser(),
    };
    let options = options.without_variables(settings.secret_variables());
    options.prompt(Person { asks, quiet: settings.output.quiet, url: OnceLock::new() })
}

struct Person {
    asks: bool,
    quiet: bool,
    /// The address of the login, which tells its answers from those to others.
    url: OnceLock<String>,
}

impl Prompt for Person {
    fn event(&self, event: &LoginEvent<'_>) {
        match event {
            LoginEvent::Visit { url, opening } => {
                let _ = self.url.set((*url).to_owned());
                if !opening {
                    // Without it nothing goes on, so that --quiet does not matter.
                    tell(&format!("Open this address in a browser, sign in there, and come back:\n{url}"));
                } else if !self.quiet {
                    tell(&format!("Opening this address in the browser:\n{url}"));
                }
            }
            LoginEvent::BrowserFailed(error) => {
                tell(&format!("warning: {error}"));
                if let Some(url) = self.url.get() {
                    tell(&format!("Open this address in a browser yourself:\n{url}"));
                }
            }
            LoginEvent::PasteUnusable(error) => tell(&error.to_string()),
            _ => {}
        }
    }

    fn ask(&self) -> Option<Secret> {
        if !self.asks {
            return None;
        }
        let mut last = None;
        loop {
            if !self.quiet {
                tell("Paste the address at which the browser ends, or the code that is shown there:");
            }
            let Ok(Some(line)) = read_line() else {
                // At the end of the input the last line is what there is, and the login says what is wrong.
                return last;
            };
            if !self.url.get().is_some_and(|url| is_foreign(url, line.expose())) {
                return Some(line);
            }
            tell("This is the answer to another login.");
            last = Some(line);
        }
    }
}

/// Whether this is an answer, but not to the login at `url`.
fn is_foreign(url: &str, pasted: &str) -> bool {
    let Ok(Pasted::Query(answer)) = paste::parse(pasted) else {
        return false;
    };
    let asked = Callback::from_query(url.split_once('?').map_or("", |(_, query)| query));
    ["state", "oauth_token"].iter().any(|name| {
        let asked = asked.parameter(name);
        asked.is_some() && asked != answer.parameter(name)
    })
}

/// A line of standard input without its end; none when the input has ended.
pub(crate) fn read_line() -> io::Result<Option<Secret>> {
    let mut line = String::new();
    let read = io::stdin().lock().take(LONGEST_LINE).read_line(&mut line)?;
    let line = Secret::new(line);
    let text = line.expose().strip_suffix('\n').unwrap_or(line.expose());
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok((read > 0).then(|| Secret::new(text)))
}

#[cfg(test)]
mod tests {
    use super::{Way, is_foreign};

    fn check(no_browser: bool, no_input: bool, browser: Option<&str>, is_interactive: bool, expected: Way) {
        let found = Way::choose(no_browser, no_input, browser.map(Into::into), is_interactive);
        assert_eq!(found, expected);
    }

    #[test]
    fn the_session_decides_how_the_person_is_reached() {
        check(false, false, None, true, Way::Browser(None));
        check(false, false, Some(""), true, Way::Browser(None));
        check(false, false, None, false, Way::Listen);
        check(false, false, Some("w3m"), false, Way::Browser(Some("w3m".into())));
        check(false, false, Some("w3m"), true, Way::Browser(Some("w3m".into())));
        check(true, false, Some("w3m"), true, Way::Paste);
        check(true, false, None, false, Way::Paste);
        check(false, true, Some("w3m"), true, Way::Listen);
        check(true, true, None, true, Way::Listen);
    }

    #[test]
    fn an_answer_to_another_login_is_told_by_its_state() {
        let url = "https://as.example/authorize?client_id=c&state=ours";
        assert!(!is_foreign(url, "http://127.0.0.1:1/callback?code=1&state=ours"));
        assert!(is_foreign(url, "http://127.0.0.1:1/callback?code=1&state=theirs"));
        assert!(is_foreign(url, "http://127.0.0.1:1/callback?code=1"));
        assert!(!is_foreign(url, "a-code-alone"));
        assert!(!is_foreign(url, "nonsense with spaces"));
        let url = "https://sp.example/authorize?oauth_token=ours";
        assert!(!is_foreign(url, "/callback?oauth_token=ours&oauth_verifier=1"));
        assert!(is_foreign(url, "/callback?oauth_token=theirs&oauth_verifier=1"));
    }
}
