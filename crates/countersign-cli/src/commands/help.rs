use clap::error::ErrorKind;
use countersign_oauth1::Mistake;
use countersign_token::json::{Object, Value};

use crate::{
    args::{self, HelpArgs},
    exit,
    failure::Failure,
    settings::Settings,
};

const SECRETS: &str = "\
Options that take a secret (SECRET) are given it in one of these ways:

  -              one line of standard input
  @FILE          the content of a file
  env:NAME       the environment variable NAME
  cmd:COMMAND    what a shell command prints
  keyring:SERVICE/USER
                 the entry of the platform's keyring
  VALUE          the value itself, with a warning: other users of the machine can see it

One line end at the end of a file, and of what a command prints, is not part of the secret.
A variable in place of an option (`help environment`) takes the same forms, without the warning.";

const ENVIRONMENT: &str = "\
Every option has a variable, which counts when the option is not typed: --client-id is COUNTERSIGN_CLIENT_ID,
--store is COUNTERSIGN_STORE, and so on. A switch is on unless its variable is empty, 0, n, no, f, false or off.

  COUNTERSIGN_ACCOUNT    the account, when none is named
  COUNTERSIGN_HOME       the directory of the default store and of the configuration
  BROWSER                the program that is given the authorization URL as its one argument
  HTTPS_PROXY            the proxy for https, as http://HOST:PORT
  NO_PROXY               hosts that are reached without it, delimited by commas; this machine always is
  NO_COLOR               no colour
  CLICOLOR_FORCE         colour even when standard error is no terminal

HTTP_PROXY is ignored: nothing but https leaves this machine.";

const CONFIGURATION: &str = "\
The configuration is TOML, in ~/.config/countersign/config.toml or the platform's place for it, in
COUNTERSIGN_HOME/config.toml, or where --config PATH says. What is typed counts first, then the environment,
then the configuration. An example with everything in it:

  version = 1
  store = \"sqlite:/home/ann/credentials.db\"        # as --store
  store-encryption = \"keyring\"                     # keyring, passphrase or none, for stores yet to be made
  store-passphrase = \"cmd:pass show countersign\"   # @FILE, env:NAME, cmd:COMMAND or keyring:SERVICE/USER
  timeout = 30
  proxy = \"http://proxy.example:3128\"
  ca-file = \"/etc/ssl/company.pem\"
  color = \"auto\"

  [stores.\"sqlite:/home/ann/credentials.db\"]
  encryption = \"keyring\"   # remembered from --store-encryption
  account = \"alice\"        # remembered from account use

It must be yours, and nobody else may be able to write to it: it can name commands.
Names that are not known here are kept and warned of. `countersign status` says where each setting comes from.";

/// Explains a topic or a command.
pub(crate) fn run(args: &HelpArgs, settings: &Settings) -> Result<(), Failure> {
    let words: Vec<&str> = args.topic.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["exit-codes"] => settings.output.line(&exit_codes()),
        ["secrets"] => settings.output.line(SECRETS),
        ["oauth1-mistakes"] => mistakes(settings),
        ["configuration"] => settings.output.line(CONFIGURATION),
        ["environment"] => settings.output.line(ENVIRONMENT),
        words => settings.output.line(command(words)?.trim_end()),
    }
}

/// Every mistake that `oauth1 explain --expect` searches for.
fn mistakes(settings: &Settings) -> Result<(), Failure> {
    let all = Mistake::ALL;
    if settings.output.json {
        let mistakes = all.iter().map(|mistake| {
            let mut object = Object::new();
            object.insert("id", Value::text(mistake.id()));
            object.insert("description", Value::text(mistake.description()));
            object.insert("advice", Value::text(mistake.advice()));
            Value::Object(object)
        });
        return settings.output.document([("mistakes", Value::Array(mistakes.collect()))]);
    }
    let head = format!(
        "The {} mistakes that countersign oauth1 explain --expect SIGNATURE searches for, alone and in pairs,\n\
         by the id that it names them by: what is done wrong, and what to do about it.",
        all.len()
    );
    let blocks = all.iter().map(|mistake| {
        format!("\n\n{}\n{}\n{}", mistake.id(), wrapped(mistake.description()), wrapped(mistake.advice()))
    });
    settings.output.line(&[head].into_iter().chain(blocks).collect::<String>())
}

/// The sentence in indented lines that fit a terminal.
fn wrapped(sentence: &str) -> String {
    const WIDTH: usize = 96;
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len().saturating_add(word.len()) < WIDTH => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    format!("    {}", lines.join("\n    "))
}

fn exit_codes() -> String {
    let lines: Vec<String> =
        exit::TABLE.iter().map(|(exit, meaning)| format!("{:>3}  {meaning}", exit.code())).collect();
    lines.join("\n")
}

/// What the command itself answers to `--help`.
fn command(words: &[&str]) -> Result<String, Failure> {
    let line = ["countersign"].iter().chain(words).chain(&["--help"]);
    match args::command().try_get_matches_from(line) {
        Err(error) if error.kind() == ErrorKind::DisplayHelp => Ok(error.to_string()),
        _ => {
            let words = words.join(" ");
            Err(Failure::usage(format!("there is no command and no topic {words:?}"))
                .then("countersign help"))
        }
    }
}
