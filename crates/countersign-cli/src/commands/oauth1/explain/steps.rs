use countersign_oauth1::{Algorithm, Explanation, SignedParameter, Step};
use countersign_token::{Secret, json::Value};
use countersign_wire::text::sanitise;

use crate::{
    failure::Failure,
    output::{serialised, text_or_null},
};

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
    pub(super) fn value(&self) -> Result<Value, Failure> {
        let Value::Object(mut written) = serialised(serde_json::to_vec(self.explanation))? else {
            return Ok(Value::Null);
        };
        let mut steps = written.remove("steps").unwrap_or(Value::Null);
        if let (true, Value::Array(steps)) = (self.shows_key, &mut steps)
            && let Some(Value::Object(sign)) = steps.last_mut()
        {
            sign.insert("key", text_or_null(self.key().cloned()));
            sign.insert("signature", text_or_null(self.signature()));
        }
        Ok(steps)
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
