//! What a configuration may hold, and in which line it holds something else.

use core::ops::Range;
use std::path::Path;

use clap::ValueEnum;
use toml_edit::{Document, Item, TableLike};

use super::{Choice, Configuration, VERSION};
use crate::{args::StoreEncryption, exit::Exit, failure::Failure};

/// Reads the text as TOML.
pub(super) fn parse<'a>(text: &'a str, path: &Path) -> Result<Document<&'a str>, Failure> {
    Document::parse(text).map_err(|error| {
        // The parser's own text shows the line, and so perhaps a secret that should not be there.
        let line = error.span().map_or(1, |span| line(text, span.start));
        wrong(path, line, error.message())
    })
}

/// Takes over what is in the text.
pub(super) fn read(into: &mut Configuration, text: &str, path: &Path) -> Result<(), Failure> {
    let document = parse(text, path)?;
    let reader = Reader { text, path };
    for (name, item) in document.iter() {
        let options = &mut into.options;
        match name {
            "version" => reader.version(item)?,
            "store" => options.store = Some(reader.text(name, item)?),
            "store-encryption" => options.store_encryption = Some(reader.choice(name, item)?),
            "store-passphrase" => options.store_passphrase = Some(reader.secret(name, item)?),
            "timeout" => options.timeout = Some(reader.seconds(name, item)?),
            "proxy" => options.proxy = Some(reader.text(name, item)?),
            "ca-file" => options.ca_file = Some(reader.text(name, item)?.into()),
            "color" => options.color = Some(reader.choice(name, item)?),
            "stores" => {
                for (place, item) in reader.table(name, item)?.iter() {
                    let choice = reader.store(place, item, &mut into.unknown)?;
                    into.stores.insert(place.to_owned(), choice);
                }
            }
            unknown => {
                into.unknown.push((unknown.to_owned(), reader.line_of_key(document.as_table(), unknown)))
            }
        }
    }
    Ok(())
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Reader<'_> {
    fn store(&self, place: &str, item: &Item, unknown: &mut Vec<(String, usize)>) -> Result<Choice, Failure> {
        let mut choice = Choice::default();
        let table = self.table(place, item)?;
        for (name, item) in table.iter() {
            match name {
                "encryption" => choice.encryption = Some(self.choice::<StoreEncryption>(name, item)?),
                "account" => choice.account = Some(self.text(name, item)?),
                other => unknown.push((other.to_owned(), self.line_of_key(table, other))),
            }
        }
        Ok(choice)
    }

    fn version(&self, item: &Item) -> Result<(), Failure> {
        match item.as_integer() {
            Some(version) if (1..=VERSION).contains(&version) => Ok(()),
            Some(version) if version > VERSION => {
                let what = format!("version {version} is newer than {VERSION}, the newest known here");
                Err(self.wrong(item, &what))
            }
            _ => Err(self.wrong(item, "version is not 1")),
        }
    }

    fn text(&self, name: &str, item: &Item) -> Result<String, Failure> {
        let text = item.as_str().filter(|text| !text.is_empty());
        text.map(ToOwned::to_owned).ok_or_else(|| self.wrong(item, &format!("{name} is no text")))
    }

    /// A secret by where it is: the file is for settings, and is copied about as such.
    fn secret(&self, name: &str, item: &Item) -> Result<String, Failure> {
        let source = self.text(name, item)?;
        let is_source = ["@", "env:", "cmd:", "keyring:"].iter().any(|way| source.starts_with(way));
        if is_source {
            return Ok(source);
        }
        let what = format!(
            "{name} does not say where the secret is: @FILE, env:NAME, cmd:COMMAND or keyring:SERVICE/USER"
        );
        Err(self.wrong(item, &what))
    }

    fn seconds(&self, name: &str, item: &Item) -> Result<u64, Failure> {
        let seconds = item.as_integer().filter(|seconds| (1..=3600).contains(seconds));
        seconds
            .and_then(|seconds| seconds.try_into().ok())
            .ok_or_else(|| self.wrong(item, &format!("{name} is no number of seconds from 1 to 3600")))
    }

    fn choice<T: ValueEnum>(&self, name: &str, item: &Item) -> Result<T, Failure> {
        let choice = item.as_str().and_then(|text| T::from_str(text, false).ok());
        choice.ok_or_else(|| {
            let all = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let all: Vec<String> = all.map(|value| value.get_name().to_owned()).collect();
            self.wrong(item, &format!("{name} is none of {}", all.join(", ")))
        })
    }

    fn table<'t>(&self, name: &str, item: &'t Item) -> Result<&'t dyn TableLike, Failure> {
        item.as_table_like().ok_or_else(|| self.wrong(item, &format!("{name} is no table")))
    }

    fn line_of_key(&self, table: &dyn TableLike, name: &str) -> usize {
        let span = table.key(name).and_then(toml_edit::Key::span);
        line(self.text, span.map_or(0, |span| span.start))
    }

    fn wrong(&self, item: &Item, what: &str) -> Failure {
        let at = item.span().unwrap_or(Range { start: 0, end: 0 });
        wrong(self.path, line(self.text, at.start), what)
    }
}

fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
}

fn wrong(path: &Path, line: usize, what: &str) -> Failure {
    Failure::new(Exit::NoAccount, "the configuration cannot be used")
        .because(format!("{}, line {line}: {what}", path.display()))
        .then("mend that line; countersign help configuration says what may stand there")
}
