//! Contenders measured in turns, so that a machine that warms up or slows down does so for all of them.

use std::{hint, time::Instant};

/// How often each contender has its turn.
const TURNS: usize = 60;

/// How long a turn takes, in nanoseconds.
const TURN: u128 = 3_000_000;

type Job<'a> = Box<dyn FnMut() -> usize + 'a>;

pub struct Contest<'a> {
    subject: String,
    contenders: Vec<Contender<'a>>,
}

struct Contender<'a> {
    name: &'static str,
    job: Job<'a>,
    /// Calls in a turn.
    calls: u32,
    nanoseconds: Vec<f64>,
}

impl<'a> Contest<'a> {
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), contenders: Vec::new() }
    }

    /// Adds a contender; the first is the floor that the others are compared with.
    ///
    /// What the job returns depends on its work, so that the compiler cannot leave it out.
    pub fn with(mut self, name: &'static str, job: impl FnMut() -> usize + 'a) -> Self {
        self.contenders.push(Contender { name, job: Box::new(job), calls: 1, nanoseconds: Vec::new() });
        self
    }

    /// Measures, and prints a line for each contender: the median, and its ratio to the floor's.
    pub fn run(mut self) {
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
        println!("{}", self.subject);
        let mut floor = None;
        for Contender { name, nanoseconds, .. } in &mut self.contenders {
            let median = median(nanoseconds);
            let ratio = median / *floor.get_or_insert(median);
            println!("  {median:>9.0} ns  {ratio:>6.2} ×  {name}");
        }
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
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
