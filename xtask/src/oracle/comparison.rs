//! The comparison: base string, signature, and whether the other side's request is accepted here.

use std::fs;

use countersign_oauth1::Error;
use serde_json::Value;

use super::{
    case::Case,
    deviations::{self, DEVIATIONS, Deviation},
    generator,
    mix::Mix,
    ours::{Ours, Signed},
    random::{self, Random},
    theirs::{Answer, Theirs},
};
use crate::{Outcome, shell, verdict};

/// How many requests are compared, unless told otherwise.
const COUNT: usize = 5000;

/// Mistakes that oauthlib is made to make, each of which must be noticed.
const PLANTS: &[&str] =
    &["lower-case-escapes", "keep-default-port", "plus-for-space", "unsorted", "no-equals-sign"];

/// How many disagreements are shown; the first says as much as the hundredth.
const SHOWN: usize = 3;

pub(super) fn task(mut arguments: lexopt::Parser) -> Outcome {
    let (mut count, mut seed, mut plant) = (COUNT, None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("count") => count = number(&arguments.value()?.to_string_lossy())?,
            lexopt::Arg::Long("seed") => seed = Some(number(&arguments.value()?.to_string_lossy())?),
            lexopt::Arg::Long("plant") => plant = Some(arguments.value()?.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let seed = seed.unwrap_or_else(random::seed);
    let cases = cases(seed, count);
    let key = key()?;
    let (ours, theirs) = (Ours::new(&key)?, Theirs::new(&key)?);
    let signed: Vec<_> = cases.iter().map(|case| ours.sign(case)).collect();
    let both = |cases: &[Case], answers: &[Answer]| {
        let compared = cases.iter().zip(&signed).zip(answers);
        report(compared.map(|((case, signed), answer)| (case, difference(case, signed, answer, &ours))))
    };

    shell::note(&format!("seed {seed}, {} requests", cases.len()));
    let report = both(&cases, &theirs.sign(&cases, plant.as_deref())?);
    shell::note(&report.text());
    verdict("oracle", &report.findings())?;

    // A comparison that notices nothing would have ended the same.
    let few = cases.get(..cases.len().min(500)).unwrap_or_default();
    let mut blind = Vec::new();
    for plant in PLANTS {
        let noticed = both(few, &theirs.sign(few, Some(plant))?).disagreements.len();
        shell::note(&format!("planted {plant}: {noticed} of {} requests disagree", few.len()));
        if noticed == 0 {
            blind.push(format!("the planted mistake {plant} is not noticed"));
        }
    }
    verdict("oracle", &blind)
}

/// Requests until so many can be compared.
fn cases(seed: u64, count: usize) -> Vec<Case> {
    let (mut cases, mut compared) = (Vec::new(), 0_usize);
    for index in 0.. {
        if compared >= count {
            break;
        }
        let case = generator::case(&mut Random::of_case(seed, index));
        compared = compared.saturating_add(deviations::of(&case).is_none().into());
        cases.push(case);
    }
    cases
}

fn number<T: core::str::FromStr>(text: &str) -> Outcome<T> {
    text.parse().map_err(|_| format!("`{text}` is no number").into())
}

/// The key of 2048 bits among the test vectors.
fn key() -> Outcome<String> {
    let path = shell::root().join("crates/testkit/vectors/oauth1/rsa.json");
    let file: Value = serde_json::from_slice(&fs::read(path)?)?;
    let key = file.pointer("/keys/synthetic_rsa2048_pkcs8").and_then(Value::as_str);
    Ok(key.ok_or("the vectors hold no RSA key")?.to_owned())
}

#[derive(Default)]
struct Report {
    mix: Mix,
    /// How many cases met each of the known deviations.
    known: [usize; DEVIATIONS.len()],
    disagreements: Vec<String>,
    /// Cases that met a deviation and agreed.
    too_wide: Vec<String>,
}

fn report<'a>(compared: impl Iterator<Item = (&'a Case, Option<String>)>) -> Report {
    let mut report = Report::default();
    for (index, (case, difference)) in compared.enumerate() {
        let known = deviations::of(case);
        let deviation = known.and_then(|known| DEVIATIONS.get(known));
        match (deviation, difference) {
            (None, None) => report.mix.add(case),
            (None, Some(difference)) => {
                report.mix.add(case);
                report.disagreements.push(format!("case {index}: {difference}\n    {}", case.to_json()));
            }
            (Some(_), Some(_)) => {
                if let Some(count) = known.and_then(|known| report.known.get_mut(known)) {
                    *count = count.saturating_add(1);
                }
            }
            (Some(deviation), None) => {
                report.too_wide.push(format!("case {index} agrees, though `{}` applies", deviation.name));
            }
        }
    }
    report
}

impl Report {
    fn text(&self) -> String {
        let apart: usize = self.known.iter().sum();
        let mut text = format!(
            "{} compared, with\n{}{apart} not compared, because of oauthlib\n",
            self.mix.cases(),
            self.mix.table()
        );
        for (Deviation { name, reason, applies: _ }, count) in DEVIATIONS.iter().zip(self.known) {
            text.push_str(&format!("  {count:6}  {name}: {reason}\n"));
        }
        text
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = self.mix.findings();
        findings.extend(self.too_wide.iter().take(SHOWN).cloned());
        findings.extend(self.disagreements.iter().take(SHOWN).cloned());
        let hidden = self.disagreements.len().saturating_sub(SHOWN);
        if hidden > 0 {
            findings.push(format!("and {hidden} disagreements more"));
        }
        findings
    }
}

/// In what the two sides differ, if they do.
fn difference(case: &Case, signed: &Result<Signed, Error>, answer: &Answer, ours: &Ours) -> Option<String> {
    let sent = match answer {
        Answer::Signed(sent) => sent,
        Answer::Refused(reason) => return Some(format!("oauthlib refuses it: {reason}")),
    };
    let (base, signature) = match signed {
        Ok(signed) => signed,
        Err(error) => return Some(format!("countersign refuses it: {error}")),
    };
    if *base != sent.base {
        return Some(first_difference(base, &sent.base));
    }
    if *signature != sent.signature {
        return Some("the same base string has two signatures".to_owned());
    }
    let refused = ours.accepts(case, sent).err();
    refused.map(|error| format!("what oauthlib sends is not accepted: {error}"))
}

/// Both base strings around the place where they part.
fn first_difference(ours: &str, theirs: &str) -> String {
    let at = ours.bytes().zip(theirs.bytes()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| {
        let bytes = text.as_bytes();
        let from = at.saturating_sub(24);
        let to = bytes.len().min(at.saturating_add(40));
        String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).into_owned()
    };
    format!("base strings part at byte {at}\n    ours   …{}\n    theirs …{}", around(ours), around(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{case::Body, theirs::Sent};

    fn cases(seed: u64) -> Vec<Case> {
        super::cases(seed, 250)
    }

    /// What an oauthlib would answer that differs from us in nothing but what `change` does to the base string.
    fn answer(case: &Case, ours: &Ours, change: fn(String) -> String) -> Answer {
        let (base, signature) = ours.sign(case).unwrap();
        let (uri, body) = (case.uri(), None);
        Answer::Signed(Sent { base: change(base), signature, uri, authorization: None, body })
    }

    #[test]
    fn a_seed_gives_the_same_cases_again() {
        let text = |seed| cases(seed).iter().map(|case| case.to_json().to_string()).collect::<String>();
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
    }

    #[test]
    fn a_base_string_that_differs_in_one_byte_is_a_disagreement() {
        let ours = Ours::new(&key().unwrap()).unwrap();
        let all = cases(1);
        let case = all.iter().find(|case| matches!(case.body, Body::None)).unwrap();
        let signed = ours.sign(case);
        let found = difference(case, &signed, &answer(case, &ours, |base| base + "x"), &ours).unwrap();
        assert!(found.starts_with("base strings part at byte "), "{found}");
        let found = difference(case, &signed, &Answer::Refused("why".to_owned()), &ours).unwrap();
        assert_eq!(found, "oauthlib refuses it: why");
        // The same on both sides, but nothing is sent.
        let found = difference(case, &signed, &answer(case, &ours, |base| base), &ours).unwrap();
        assert!(found.starts_with("what oauthlib sends is not accepted"), "{found}");
    }

    #[test]
    fn only_an_unknown_disagreement_counts_and_a_wide_condition_is_told() {
        let all = cases(3);
        let findings =
            |differ: bool| report(all.iter().map(|case| (case, differ.then(|| "why".to_owned())))).findings();
        let excluded = all.iter().filter(|case| deviations::of(case).is_some()).count();
        assert!(excluded > 0);
        let agreeing = report(all.iter().map(|case| (case, None)));
        assert_eq!(agreeing.too_wide.len(), excluded);
        assert!(findings(false).first().unwrap().contains("applies"), "{:?}", findings(false));
        assert!(findings(true).last().unwrap().contains("disagreements more"), "{:?}", findings(true));
    }

    #[test]
    fn a_mix_without_what_matters_is_refused() {
        let plain = cases(3).into_iter().find(|case| case.forms() == ["", ""]).unwrap();
        let report = report([(&plain, None)].into_iter());
        assert!(report.findings().iter().any(|finding| finding == "0 of 1 cases have duplicates"));
    }
}
