use countersign_store_sealed::SealedStore;
use countersign_token::json::Value;

use super::files::{self, Piece};
use crate::{
    commands::errors, failure::Failure, keyring, output::text_or_null, settings::Settings, storage::Inner,
};

/// Says where credentials are kept, how, and who decided so; nothing is opened for it or asked for.
pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    let place = settings.place()?;
    let inner = Inner::open(&place)?;
    let (encryption, encryption_from) = settings.look(&inner)?;
    let accounts = accounts(&inner)?;
    let pieces = files::pieces(&inner);
    let root = pieces.first();
    let bytes: u64 = files_of(&pieces).map(|piece| piece.metadata.len()).fold(0, u64::saturating_add);
    let mode = root.and_then(|piece| files::mode(&piece.metadata));
    let owner = root.and_then(|piece| files::owner(&piece.metadata));
    let locks = root.and(files::directory(&inner)).and_then(files::has_locks);
    let persistence = match &inner {
        Inner::Memory(_) => Some("until the program ends".to_owned()),
        Inner::Keyring(_) => keyring::persistence(),
        _ => Some("permanently".to_owned()),
    };
    let encryption = encryption.iter().map(|way| way.as_str()).collect::<Vec<_>>().join(" and ");
    let path = files::root(&inner).map(|path| path.display().to_string());
    if settings.output.json {
        let number = |number: Option<u64>| number.map_or(Value::Null, |number| Value::Integer(number.into()));
        let mode = text_or_null(mode.map(|mode| format!("{mode:04o}")));
        return settings.output.document([
            ("store", Value::text(inner.url())),
            ("store_from", Value::text(settings.origin("store"))),
            ("kind", Value::text(place.kind())),
            ("path", text_or_null(path)),
            ("exists", Value::Bool(root.is_some() || files::root(&inner).is_none())),
            ("encryption", Value::text(encryption)),
            ("encryption_from", Value::text(encryption_from)),
            ("accounts", number(accounts.try_into().ok())),
            ("persistence", text_or_null(persistence)),
            ("mode", mode),
            ("owner", number(owner.map(u64::from))),
            ("locks", locks.map_or(Value::Null, Value::Bool)),
            ("files", number(files_of(&pieces).count().try_into().ok())),
            ("bytes", number(Some(bytes))),
        ]);
    }
    let mut lines = vec![
        ("store", format!("{} ({})", inner.url(), settings.origin("store"))),
        ("encryption", format!("{encryption} ({encryption_from})")),
        ("accounts", accounts.to_string()),
    ];
    if let Some(persistence) = persistence {
        lines.push(("kept", persistence));
    }
    match (root, mode, owner) {
        (None, _, _) if path.is_some() => lines.push(("files", "none so far".to_owned())),
        (Some(_), Some(mode), Some(owner)) => {
            let whose = if files::user() == Some(owner) { "you".to_owned() } else { format!("user {owner}") };
            lines.push(("mode", format!("{mode:04o}, of {whose}")));
            lines.push(("files", format!("{}, {bytes} bytes", files_of(&pieces).count())));
        }
        (Some(_), _, _) => lines.push(("files", format!("{}, {bytes} bytes", files_of(&pieces).count()))),
        _ => {}
    }
    if let Some(locks) = locks {
        lines.push(("locks", if locks { "yes" } else { "no: it cannot be written to safely" }.to_owned()));
    }
    let text: Vec<String> = lines.iter().map(|(name, value)| format!("{name:10} {value}")).collect();
    settings.output.line(&text.join("\n"))
}

/// How many accounts there are, which is no secret of a sealed store.
fn accounts(inner: &Inner) -> Result<usize, Failure> {
    let keys = inner.store().list().map_err(|error| errors::store(&error))?;
    Ok(keys.iter().filter(|key| !SealedStore::owns(key)).count())
}

fn files_of(pieces: &[Piece]) -> impl Iterator<Item = &Piece> {
    pieces.iter().filter(|piece| piece.metadata.is_file())
}
