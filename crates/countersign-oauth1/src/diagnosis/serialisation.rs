//! A diagnosis as data, in the shape that `countersign oauth1 explain --json` prints.

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

use super::{Diagnosis, Difference, Finding, Mistake, Reason, Segment};

/// `agrees`, `found`, `tried` and `gave_up`, without the base string.
impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { agrees, found, tried, gave_up, base_string: _ } = self;
        let mut out = serializer.serialize_struct("Diagnosis", 4)?;
        out.serialize_field("agrees", agrees)?;
        out.serialize_field("found", found.as_slice())?;
        out.serialize_field("tried", tried)?;
        out.serialize_field("gave_up", gave_up)?;
        out.end()
    }
}

/// A sequence of its mistakes, without the base string.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { mistakes, base_string: _ } = self;
        serializer.collect_seq(mistakes)
    }
}

/// Its id.
impl Serialize for Mistake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// `segment`, `offset`, `parameter`, `reason`, `ours` and `theirs`: the parts that differ are shown.
impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Difference", 6)?;
        out.serialize_field("segment", &self.segment())?;
        out.serialize_field("offset", &self.offset())?;
        out.serialize_field("parameter", &self.parameter())?;
        out.serialize_field("reason", &self.reason())?;
        out.serialize_field("ours", self.ours().expose())?;
        out.serialize_field("theirs", self.theirs().expose())?;
        out.end()
    }
}

/// Its word.
impl Serialize for Segment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Its description.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.description())
    }
}
