//! The search: every mistake alone, then every two of them.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    string::String,
    vec::Vec,
};

use countersign_token::Secret;
use sha2::{Digest as _, Sha256};

use super::{
    Finding, Limits,
    expected::Expected,
    facts::Facts,
    mistake::{Change, Mistake},
    recipe::{Digest, Head, Key, Output, Parameters, Recipe},
    relevance::Relevance,
    signing::Signing,
};

/// What is to be reproduced.
pub(super) enum Goal<'a> {
    BaseString(&'a str),
    Signature(Expected),
}

/// A text and what stands for it when texts are compared.
#[derive(Clone)]
struct Piece {
    text: Rc<Secret>,
    print: [u8; 16],
}

impl Piece {
    fn new(text: Secret) -> Self {
        let mut print = [0; 16];
        let hash = Sha256::digest(text.expose());
        for (to, from) in print.iter_mut().zip(hash) {
            *to = from;
        }
        Self { text: Rc::new(text), print }
    }
}

/// All that a signature depends on.
type Outcome = ([[u8; 16]; 3], Option<Digest>, Output);

pub(super) struct Search<'a> {
    facts: &'a Facts,
    signing: Signing<'a>,
    goal: Goal<'a>,
    limits: Limits,
    heads: BTreeMap<Head, Piece>,
    parameters: BTreeMap<Parameters, Piece>,
    keys: BTreeMap<Key, Piece>,
    seen: BTreeMap<Outcome, bool>,
    pub(super) tried: usize,
    /// Bytes that were written or signed.
    bytes: usize,
    pub(super) gave_up: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(facts: &'a Facts, signing: Signing<'a>, goal: Goal<'a>, limits: Limits) -> Self {
        Self {
            facts,
            signing,
            goal,
            limits,
            heads: BTreeMap::new(),
            parameters: BTreeMap::new(),
            keys: BTreeMap::new(),
            seen: BTreeMap::new(),
            tried: 0,
            bytes: 0,
            gave_up: false,
        }
    }

    /// Whether the other side has done everything right.
    pub(super) fn agrees(&mut self) -> bool {
        self.reproduces(&Recipe::default())
    }

    /// The mistakes that explain what is expected: each alone, or else each two.
    pub(super) fn run(&mut self) -> Vec<Finding> {
        let every = Mistake::ALL
            .iter()
            .flat_map(|mistake| mistake.changes().iter().map(|change| (*mistake, *change)));
        let relevance = Relevance::new(self.facts);
        let singles: Vec<(Mistake, Change, Recipe)> = every
            .map(|(mistake, change)| (mistake, change, relevance.of(changed(Recipe::default(), change))))
            .filter(|(_, _, recipe)| *recipe != Recipe::default())
            .collect();
        let mut found = Vec::new();
        for (mistake, _, recipe) in &singles {
            if self.reproduces(recipe) {
                self.report(&[*mistake], recipe, &mut found);
            }
        }
        if !found.is_empty() {
            return found;
        }
        // What two mistakes make of one switch is what the later one makes of it.
        let known: BTreeSet<Recipe> = singles.iter().map(|(_, _, recipe)| *recipe).collect();
        for (index, (first, _, recipe)) in singles.iter().enumerate() {
            for (second, change, _) in singles.iter().skip(index.saturating_add(1)) {
                let both = relevance.of(changed(*recipe, *change));
                if self.gave_up {
                    return found;
                }
                if first != second && !known.contains(&both) && self.reproduces(&both) {
                    self.report(&[*first, *second], &both, &mut found);
                }
            }
        }
        found
    }

    fn report(&self, mistakes: &[Mistake], recipe: &Recipe, found: &mut Vec<Finding>) {
        if !found.iter().any(|finding| finding.mistakes() == mistakes) {
            found.push(Finding::new(mistakes, base_string(self.facts, recipe)));
        }
    }

    /// Whether a recipe leads to what is expected; never, once it has given up.
    fn reproduces(&mut self, recipe: &Recipe) -> bool {
        let next = self.bytes.saturating_add(self.facts.size);
        if self.gave_up || self.tried >= self.limits.tried || next > self.limits.bytes {
            self.gave_up = true;
            return false;
        }
        self.tried = self.tried.saturating_add(1);
        let facts = self.facts;
        let head = kept(&mut self.heads, recipe.head, true, || recipe.head.write(facts).into());
        // Room for those that come again, which are those of the single mistakes.
        let keep = self.parameters.len().saturating_mul(facts.size) < self.limits.bytes / 8;
        let parameters = kept(&mut self.parameters, recipe.parameters, keep, || {
            self.bytes = self.bytes.saturating_add(facts.size);
            recipe.parameters.write(facts).into()
        });
        let expected = match &self.goal {
            Goal::BaseString(expected) => {
                return expected.strip_prefix(head.text.expose()) == Some(parameters.text.expose());
            }
            Goal::Signature(expected) => expected,
        };
        let key = kept(&mut self.keys, recipe.key, true, || recipe.key.write(facts));
        let outcome = ([head.print, parameters.print, key.print], recipe.digest, recipe.output);
        if let Some(reproduces) = self.seen.get(&outcome) {
            return *reproduces;
        }
        self.bytes = self.bytes.saturating_add(facts.size);
        let parts = [head.text.expose(), parameters.text.expose()];
        let reproduces = self.signing.reproduces(recipe, parts, &key.text, expected);
        self.seen.insert(outcome, reproduces);
        reproduces
    }
}

/// A piece that was written before, or a new one.
fn kept<K: Ord>(
    pieces: &mut BTreeMap<K, Piece>,
    key: K,
    keep: bool,
    write: impl FnOnce() -> Secret,
) -> Piece {
    if let Some(piece) = pieces.get(&key) {
        return piece.clone();
    }
    let piece = Piece::new(write());
    if keep {
        pieces.insert(key, piece.clone());
    }
    piece
}

pub(super) fn changed(mut recipe: Recipe, change: Change) -> Recipe {
    change(&mut recipe);
    recipe
}

/// The whole base string by a recipe.
pub(super) fn base_string(facts: &Facts, recipe: &Recipe) -> Secret {
    let mut text = recipe.head.write(facts);
    let parameters: Secret = recipe.parameters.write(facts).into();
    let mut whole = String::with_capacity(text.len().saturating_add(parameters.expose().len()));
    whole.push_str(&text);
    whole.push_str(parameters.expose());
    text.clear();
    whole.into()
}
