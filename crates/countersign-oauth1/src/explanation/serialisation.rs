//! An explanation as data, in the shape that `countersign oauth1 explain --json` prints.

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

use super::{Explanation, SignedParameter, Source, Step};
use crate::Algorithm;

/// `steps`, all seven, then `base_string`, `signature` and `authorization`.
///
/// The key is `null`, and so are the signature and the header where they hold it (PLAINTEXT), or where there is
/// no signature. The parameters of the request are shown.
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Explanation", 4)?;
        out.serialize_field("steps", &Step::ALL.map(|step| Taken { explanation: self, step }))?;
        out.serialize_field("base_string", self.base_string.expose())?;
        let signature = shown_signature(self);
        out.serialize_field("signature", &signature)?;
        out.serialize_field("authorization", &signature.map(|_| self.authorization.expose()))?;
        out.end()
    }
}

/// The signature, unless there is none or it is the key (RFC 5849 §3.4.4).
fn shown_signature(explanation: &Explanation) -> Option<&str> {
    let signature = explanation.signature.expose();
    let is_shown = !signature.is_empty() && explanation.method_name != Algorithm::Plaintext.as_str();
    is_shown.then_some(signature)
}

/// A step with what it comes to.
struct Taken<'a> {
    explanation: &'a Explanation,
    step: Step,
}

impl Serialize for Taken<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Explanation {
            method_name,
            authorization: _,
            collected,
            order: _,
            joined,
            request_method: _,
            uri: _,
            base_string,
            key: _,
            signature: _,
        } = self.explanation;
        let length = match self.step {
            Step::Collect | Step::Decode | Step::Encode | Step::Sort | Step::Join => 3,
            Step::Sign => 5,
            Step::BaseString => 6,
        };
        let mut out = serializer.serialize_struct("Step", length)?;
        out.serialize_field("step", &self.step)?;
        out.serialize_field("description", self.step.description())?;
        match self.step {
            Step::Collect => out.serialize_field("parameters", &Each(|| collected.iter().map(Written)))?,
            Step::Decode => out.serialize_field("parameters", &Each(|| collected.iter().map(Decoded)))?,
            Step::Encode => out.serialize_field("parameters", &Each(|| collected.iter().map(Encoded)))?,
            Step::Sort => {
                out.serialize_field("parameters", &Each(|| self.explanation.sorted().map(Encoded)))?;
            }
            Step::Join => out.serialize_field("text", joined.expose())?,
            Step::BaseString => {
                let [method, uri, parameters] = self.explanation.segments();
                out.serialize_field("method", method)?;
                out.serialize_field("uri", uri)?;
                out.serialize_field("parameters", parameters)?;
                out.serialize_field("text", base_string.expose())?;
            }
            Step::Sign => {
                out.serialize_field("method", method_name.as_str())?;
                out.serialize_field("key", &None::<&str>)?;
                out.serialize_field("signature", &shown_signature(self.explanation))?;
            }
        }
        out.end()
    }
}

/// What an iterator gives, as a sequence.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

struct Written<'a>(&'a SignedParameter);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Written", 4)?;
        write_written(self.0, &mut out)?;
        out.end()
    }
}

struct Decoded<'a>(&'a SignedParameter);

impl Serialize for Decoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Decoded", 2)?;
        write_decoded(self.0, &mut out)?;
        out.end()
    }
}

struct Encoded<'a>(&'a SignedParameter);

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Encoded", 2)?;
        out.serialize_field("name", self.0.encoded_name())?;
        out.serialize_field("value", self.0.encoded_value().expose())?;
        out.end()
    }
}

/// `source`, the range as `start` and `end`, `written`, then the decoded `name` and `value`.
impl Serialize for SignedParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("SignedParameter", 6)?;
        write_written(self, &mut out)?;
        write_decoded(self, &mut out)?;
        out.end()
    }
}

fn write_written<S: SerializeStruct>(parameter: &SignedParameter, out: &mut S) -> Result<(), S::Error> {
    let range = parameter.range();
    out.serialize_field("source", &parameter.source())?;
    out.serialize_field("start", &range.start)?;
    out.serialize_field("end", &range.end)?;
    out.serialize_field("written", parameter.written().expose())
}

fn write_decoded<S: SerializeStruct>(parameter: &SignedParameter, out: &mut S) -> Result<(), S::Error> {
    out.serialize_field("name", parameter.name().as_str())?;
    out.serialize_field("value", parameter.value().expose())
}

/// Its word.
impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Its name.
impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
