use crate::{Error, error::Misuse};

/// Why a key did not sign.
pub(crate) fn unsigned(_: countersign_jwt::Error) -> Error {
    Misuse::Unsignable { part: "key" }.into()
}
