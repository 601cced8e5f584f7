use countersign_oauth1::{Algorithm, Explanation, SignedParameter, Step};
use countersign_token::{
    Secret,
    json::{Object, Value},
};
use countersign_wire::text::sanitise;

use crate::output::text_or_null;

const HIDDEN: &str = "(hidden; --show-key shows it)";

/// The steps of an explanation, for programs and for people.
pub(super) struct Steps<'a> {
    pub(super) explanation: &'a Explanation,
    pub(super) shows_key: bool,
}

impl Steps<'_> {
    /// The signature, unless there is none or it is the key that is not to be shown.
    pub(super) fn signature(&self) -> Option<Secret> {
        let signature = self.explanation.signature();
        (!signature.is_empty() && self.shows_signature()).then(|| signature.clone())
    }

    /// The value of the header, on the same terms.
    pub(super) fn authorization(&self) -> Option<Secret> {
        self.signature().map(|_| self.explanation.authorization().clone())
    }

    /// The signature of PLAINTEXT is the key of the others.
    fn shows_signature(&self) -> bool {
        self.shows_key || self.explanation.method_name() != Algorithm::Plaintext.as_str()
    }

    fn key(&self) -> Option<&Secret> {
        self.explanation.key().filter(|_| self.shows_key)
    }

    /// All seven, as an array.
    pub(super) fn value(&self) -> Value {
        Value::Array(Step::ALL.into_iter().map(|step| self.step_value(step)).collect())
    }

    fn step_value(&self, step: Step) -> Value {
        let collected = |pairs: &dyn Fn(&SignedParameter) -> Value| {
            Value::Array(self.explanation.collected().iter().map(pairs).collect())
        };
        let mut object = Object::new();
        object.insert("step", Value::text(step.as_str()));
        object.insert("description", Value::text(step.description()));
        match step {
            Step::Collect => object.insert("parameters", collected(&written)),
            Step::Decode => object.insert("parameters", collected(&decoded)),
            Step::Encode => object.insert("parameters", collected(&encoded)),
            Step::Sort => {
                object.insert("parameters", Value::Array(self.explanation.sorted().map(encoded).collect()));
            }
            Step::Join => object.insert("text", Value::text(self.explanation.joined().clone())),
            Step::BaseString => {
                for (name, text) in
                    ["method", "uri", "parameters"].into_iter().zip(self.explanation.segments())
                {
                    object.insert(name, Value::text(text));
                }
                object.insert("text", Value::text(self.explanation.base_string().clone()));
            }
            _ => {
                object.insert("method", Value::text(self.explanation.method_name()));
                object.insert("key", text_or_null(self.key().cloned()));
                object.insert("signature", text_or_null(self.signature()));
            }
        }
        Value::Object(object)
    }

    /// All seven, in lines.
    pub(super) fn text(&self) -> String {
        let steps: Vec<String> = Step::ALL
            .into_iter()
            .zip(1..)
            .map(|(step, number)| {
                let lines = self.lines(step);
                let lines: Vec<String> = lines.iter().map(|line| format!("   {}", shown(line))).collect();
                format!("{number}. {step}: {}\n{}", step.description(), lines.join("\n"))
            })
            .collect();
        steps.join("\n\n")
    }

    fn lines(&self, step: Step) -> Vec<String> {
        let collected = |line: &dyn Fn(&SignedParameter) -> String| {
            self.explanation.collected().iter().map(line).collect::<Vec<_>>()
        };
        let pair =
            |one: &SignedParameter| format!("{} = {}", one.encoded_name(), one.encoded_value().expose());
        match step {
            Step::Collect => collected(&|one| {
                let (source, range) = (one.source().as_str(), one.range());
                let place = format!("{}..{}", range.start, range.end);
                format!("{source:6}  {place:>9}  {}", one.written().expose())
            }),
            Step::Decode => collected(&|one| format!("{} = {}", one.name(), one.value().expose())),
            Step::Encode => collected(&pair),
            Step::Sort => self.explanation.sorted().map(pair).collect(),
            Step::Join => vec![self.explanation.joined().expose().to_owned()],
            Step::BaseString => vec![self.explanation.base_string().expose().to_owned()],
            _ => self.signing(),
        }
    }

    fn signing(&self) -> Vec<String> {
        let or = |secret: Option<&Secret>, otherwise: &str| {
            secret.map_or_else(|| otherwise.to_owned(), |secret| secret.expose().to_owned())
        };
        let key = if self.explanation.key().is_some() { HIDDEN } else { "(the RSA key)" };
        let otherwise = if self.shows_signature() { "(takes the private key)" } else { HIDDEN };
        vec![
            format!("method     {}", self.explanation.method_name()),
            format!("key        {}", or(self.key(), key)),
            format!("signature  {}", or(self.signature().as_ref(), otherwise)),
            format!("header     {}", or(self.authorization().as_ref(), otherwise)),
        ]
    }
}

fn written(one: &SignedParameter) -> Value {
    let integer = |number: usize| Value::Integer(number.try_into().unwrap_or(i128::MAX));
    object([
        ("source", Value::text(one.source().as_str())),
        ("start", integer(one.range().start)),
        ("end", integer(one.range().end)),
        ("written", Value::text(one.written().clone())),
    ])
}

fn decoded(one: &SignedParameter) -> Value {
    object([("name", Value::text(one.name())), ("value", Value::text(one.value()))])
}

fn encoded(one: &SignedParameter) -> Value {
    object([("name", Value::text(one.encoded_name())), ("value", Value::text(one.encoded_value().clone()))])
}

fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut object = Object::new();
    for (name, value) in members {
        object.insert(name, value);
    }
    Value::Object(object)
}

/// A line as a terminal may be given it: what it would act on, or not show, is written as an escape.
///
/// To leave it out would hide what the two sides may differ in.
pub(super) fn shown(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for char in line.chars() {
        let is_shown =
            char == ' ' || char.is_ascii_graphic() || !sanitise(char.encode_utf8(&mut [0; 4]), 1).is_empty();
        if is_shown {
            out.push(char);
        } else {
            out.extend(char.escape_default());
        }
    }
    out
}
