use countersign_token::json::{Object, Value};

use crate::{
    args::StatusArgs,
    commands::{
        account::{label, named},
        errors,
    },
    exit::Exit,
    failure::Failure,
    settings::Settings,
    show,
    storage::OpenStore,
};

/// Shows accounts, and where the settings come from.
pub(crate) fn run(args: &StatusArgs, settings: &Settings) -> Result<Exit, Failure> {
    let store = settings.store()?;
    let mut entries = show::entries(&*store.store).map_err(|error| errors::store(&error))?;
    if let Some(name) = &args.account {
        let known: Vec<String> = entries.iter().map(|entry| label(&entry.key).to_owned()).collect();
        entries.retain(|entry| label(&entry.key) == name || entry.key.to_text() == *name);
        if entries.is_empty() {
            return Err(errors::no_account(name, &known));
        }
    }
    let used = used(settings, &store);
    if settings.output.json {
        let mut object = Object::new();
        for (name, value, origin) in used {
            let mut setting = Object::new();
            setting.insert("value", Value::text(value));
            setting.insert("from", Value::text(origin));
            object.insert(name, Value::Object(setting));
        }
        let accounts = entries.iter().map(show::Entry::value).collect();
        settings
            .output
            .document([("accounts", Value::Array(accounts)), ("settings", Value::Object(object))])?;
    } else {
        let mut text: String = entries.iter().map(|entry| entry.block() + "\n").collect();
        if entries.is_empty() {
            settings.output.say(&format!("no account is stored in {}", store.place));
        }
        text.push_str("settings\n");
        for (name, value, origin) in used {
            text.push_str(&format!("  {name:10} {value} ({origin})\n"));
        }
        settings.output.line(text.trim_end())?;
    }
    show::unreadable(entries)
}

/// Each setting that is in force, its value, and where it comes from.
fn used(settings: &Settings, store: &OpenStore) -> Vec<(&'static str, String, &'static str)> {
    let global = &settings.global;
    // Opening did not look whether there is anything at all, which makes a difference to a person.
    let (encryption, from) =
        match settings.look(&store.inner).as_ref().map(|(ways, from)| (ways.as_slice(), *from)) {
            Ok(([way], from)) => (way.as_str(), from),
            _ => (store.encryption.as_str(), store.encryption_from),
        };
    let mut used = vec![
        ("store", store.place.clone(), settings.origin("store")),
        ("encryption", encryption.to_owned(), from),
    ];
    if let Some((path, exists)) = settings.configuration.path() {
        let path = path.display();
        let path = if exists { path.to_string() } else { format!("{path}, not there") };
        used.push(("config", path, settings.origin("config")));
    }
    if let Some(account) = named(None) {
        used.push(("account", account, "environment"));
    } else if let Some(account) = settings.configuration.choice(&store.place).account {
        used.push(("account", account, "configuration"));
    }
    if let Some(seconds) = global.timeout {
        used.push(("timeout", seconds.to_string(), settings.origin("timeout")));
    }
    if let Some(path) = &global.ca_file {
        used.push(("ca_file", path.display().to_string(), settings.origin("ca_file")));
    }
    if let Some((name, url)) = settings.proxy() {
        let origin = if name == "--proxy" { settings.origin("proxy") } else { "environment" };
        used.push(("proxy", without_password(&url), origin));
    }
    used
}

/// The address of a proxy without the user and password that may stand in it.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        _ => url.to_owned(),
    }
}
