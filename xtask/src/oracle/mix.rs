//! What the compared requests had in them.

use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};

use super::case::{Body, Case, pairs};

/// Every one of these in at least so many compared cases of a hundred.
const LEAST: usize = 5;

type Trait = (&'static str, fn(&Case) -> bool);

const TRAITS: &[Trait] = &[
    ("duplicates", |case| {
        let mut seen = BTreeSet::new();
        !case.forms().into_iter().flat_map(pairs).all(|(name, _)| seen.insert(name))
    }),
    ("empty values", |case| {
        case.forms().into_iter().flat_map(pairs).any(|(_, value)| value.is_some_and(|value| value.is_empty()))
    }),
    ("valueless keys", |case| {
        case.forms().into_iter().flat_map(pairs).any(|(name, value)| !name.is_empty() && value.is_none())
    }),
    ("non-ASCII", |case| {
        let mut words = case.forms().into_iter().flat_map(pairs);
        words.any(|(name, value)| !name.is_ascii() || value.is_some_and(|value| !value.is_ascii()))
    }),
    ("IPv6", |case| case.authority.starts_with('[')),
    ("ports", |case| {
        let port = case.authority.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let default = if case.scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        port.is_some_and(|port| port != default)
    }),
    ("+", |case| case.forms().iter().any(|text| text.contains('+'))),
    ("form bodies", |case| matches!(&case.body, Body::Form(text, _) if !text.is_empty())),
];

#[derive(Default)]
pub(super) struct Mix {
    cases: usize,
    traits: [usize; TRAITS.len()],
    methods: BTreeMap<String, usize>,
}

impl Mix {
    pub(super) fn add(&mut self, case: &Case) {
        self.cases = self.cases.saturating_add(1);
        for (count, (_, has)) in self.traits.iter_mut().zip(TRAITS) {
            *count = count.saturating_add(has(case).into());
        }
        let methods = [case.algorithm.to_string(), format!("in the {}", case.place)];
        for name in methods {
            let count = self.methods.entry(name).or_default();
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn cases(&self) -> usize {
        self.cases
    }

    pub(super) fn table(&self) -> String {
        let mut table = String::new();
        let traits = TRAITS.iter().zip(self.traits).map(|((name, _), count)| (*name, count));
        let methods = self.methods.iter().map(|(name, count)| (name.as_str(), *count));
        for (name, count) in traits.chain(methods) {
            let percent = count.saturating_mul(1000) / self.cases.max(1);
            // A text takes what is written to it.
            let _taken = writeln!(table, "  {count:6}  {:3}.{} %  {name}", percent / 10, percent % 10);
        }
        table
    }

    /// What there is too little of for the comparison to mean much.
    pub(super) fn findings(&self) -> Vec<String> {
        let few = |count: usize| count.saturating_mul(100) < self.cases.saturating_mul(LEAST) || count == 0;
        let scarce = TRAITS.iter().zip(self.traits).filter(|(_, count)| few(*count));
        scarce.map(|((name, _), count)| format!("{count} of {} cases have {name}", self.cases)).collect()
    }
}
