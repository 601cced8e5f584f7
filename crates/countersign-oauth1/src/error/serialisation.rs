//! A refusal as data, with the members that `countersign oauth1 verify --json` prints of it.

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

use super::Error;
use crate::Problem;

/// `message`, then what a server answers with: `oauth_problem`, `report` and `status`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Error", 4)?;
        out.serialize_field("message", &format_args!("{self}"))?;
        out.serialize_field("oauth_problem", &self.problem())?;
        out.serialize_field("report", &Report(self))?;
        out.serialize_field("status", &self.status().as_u16())?;
        out.end()
    }
}

struct Report<'a>(&'a Error);

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.report().iter())
    }
}

/// The value of `oauth_problem`.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
