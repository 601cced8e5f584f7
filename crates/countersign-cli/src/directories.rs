//! Where this user's own files are kept, by the customs of the platform or by `COUNTERSIGN_HOME`.

use std::{env, path::PathBuf};

use crate::{exit::Exit, failure::Failure};

/// The directory of data, which holds the default store.
pub(crate) fn data() -> Result<PathBuf, Failure> {
    find("LOCALAPPDATA", "XDG_DATA_HOME", ".local/share", "use --store file:PATH")
}

/// The directory of the configuration.
pub(crate) fn configuration() -> Result<PathBuf, Failure> {
    find("APPDATA", "XDG_CONFIG_HOME", ".config", "use --config PATH")
}

fn find(windows: &str, xdg: &str, below_home: &str, otherwise: &str) -> Result<PathBuf, Failure> {
    let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(home) = path("COUNTERSIGN_HOME") {
        return Ok(home);
    }
    let base = if cfg!(windows) {
        path(windows)
    } else if cfg!(target_os = "macos") {
        path("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        // A relative XDG path is to be ignored, as the specification of base directories says.
        path(xdg).filter(|path| path.is_absolute()).or_else(|| path("HOME").map(|home| home.join(below_home)))
    };
    base.map(|base| base.join("countersign")).ok_or_else(|| {
        Failure::new(Exit::NoAccount, "there is no home directory")
            .then(format!("set COUNTERSIGN_HOME, or {otherwise}"))
    })
}
