//! Contenders measured in turns, so that a machine that warms up or slows down does so for all of them.

use std::{hint, time::Instant};

use crate::allocations;

/// How often each contender has its turn.
const TURNS: usize = 501;

/// How long a turn takes, in nanoseconds: short, so that whatever else the machine does hits few of them.
const TURN: u128 = 200_000;

type Job<'a> = Box<dyn FnMut() -> usize + 'a>;

pub struct Contest<'a> {
    contenders: Vec<Contender<'a>>,
}

struct Contender<'a> {
    name: &'static str,
    job: Job<'a>,
    /// Calls in a turn.
    calls: u32,
    nanoseconds: Vec<f64>,
}

/// What a contender took.
pub struct Result {
    pub name: &'static str,
    pub median: f64,
    /// The quartiles, between which half of the turns were.
    pub quartiles: (f64, f64),
    pub allocations: u64,
    /// What a call took, turn by turn.
    turns: Vec<f64>,
}

impl Result {
    /// The median of the ratios to another contender, each from two turns that followed each other.
    pub fn ratio(&self, other: &Self) -> f64 {
        let mut ratios: Vec<_> =
            self.turns.iter().zip(&other.turns).map(|(own, other)| own / other).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

impl<'a> Contest<'a> {
    pub fn new() -> Self {
        Self { contenders: Vec::new() }
    }

    /// Adds a contender.
    ///
    /// What the job returns depends on its work, so that the compiler cannot leave it out.
    pub fn with(mut self, name: &'static str, job: impl FnMut() -> usize + 'a) -> Self {
        self.contenders.push(Contender { name, job: Box::new(job), calls: 1, nanoseconds: Vec::new() });
        self
    }

    /// Measures them all.
    pub fn run(mut self) -> Vec<Result> {
        for contender in &mut self.contenders {
            while contender.turn() < TURN {
                contender.calls *= 2;
            }
        }
        for _ in 0..TURNS {
            for contender in &mut self.contenders {
                let nanoseconds = contender.turn() as f64 / f64::from(contender.calls);
                contender.nanoseconds.push(nanoseconds);
            }
        }
        self.contenders.into_iter().map(Contender::result).collect()
    }
}

impl Contender<'_> {
    fn turn(&mut self) -> u128 {
        let began = Instant::now();
        for _ in 0..self.calls {
            hint::black_box((self.job)());
        }
        began.elapsed().as_nanos()
    }

    fn result(mut self) -> Result {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |share: usize| sorted[sorted.len() * share / 4];
        Result {
            name: self.name,
            median: at(2),
            quartiles: (at(1), at(3)),
            allocations: allocations::of(&mut self.job),
            turns: self.nanoseconds,
        }
    }
}
