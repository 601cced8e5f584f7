use core::fmt;

use super::recipe::Recipe;

mod encoding;
mod key;
mod order;
mod output;
mod parameters;
mod uri;

/// A change to the recipe that a mistake makes.
pub(super) type Change = fn(&mut Recipe);

/// What is known of a mistake.
pub(super) struct Row {
    id: &'static str,
    description: &'static str,
    advice: &'static str,
    /// The ways in which it is made, one of which is enough.
    changes: &'static [Change],
}

/// A known way to get a signature wrong.
///
/// ```
/// use countersign_oauth1::Mistake;
///
/// let mistake = Mistake::from_id("query-double-encoded").unwrap();
/// assert_eq!(mistake.description(), "The query is encoded without having been decoded, so its escapes are escaped.");
/// assert!(Mistake::ALL.contains(&mistake));
/// ```
#[derive(Clone, Copy)]
pub struct Mistake(&'static Row);

impl Mistake {
    /// Every mistake that is searched for, in the order of the steps.
    pub const ALL: &'static [Self] = &ALL;

    /// The mistake of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mistake| mistake.id() == id)
    }

    /// A stable name in kebab case.
    pub const fn id(self) -> &'static str {
        self.0.id
    }

    /// What is done wrong, in a sentence.
    pub const fn description(self) -> &'static str {
        self.0.description
    }

    /// What to do about it, in a sentence.
    pub const fn advice(self) -> &'static str {
        self.0.advice
    }

    /// The ways in which it is made.
    pub(super) const fn changes(self) -> &'static [Change] {
        self.0.changes
    }
}

const TABLES: [&[Row]; 6] =
    [uri::ROWS, parameters::ROWS, encoding::ROWS, order::ROWS, key::ROWS, output::ROWS];

const COUNT: usize = {
    let [a, b, c, d, e, f] = TABLES;
    a.len() + b.len() + c.len() + d.len() + e.len() + f.len()
};

static ALL: [Mistake; COUNT] = all();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn all() -> [Mistake; COUNT] {
    let mut all = [Mistake(&TABLES[0][0]); COUNT];
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            all[count] = Mistake(&TABLES[table][row]);
            count += 1;
            row += 1;
        }
        table += 1;
    }
    all
}

impl PartialEq for Mistake {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Mistake {}

impl fmt::Debug for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mistake").field(&self.id()).finish()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
