//! What the tour shows: a line for each step, and a spinner for the one under way.

use core::time::Duration;
use std::{io::IsTerminal, time::Instant};

use countersign_token::json::{Object, Value};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::steps::Step;
use crate::{failure::Failure, settings::Settings};

pub(super) struct Progress<'a> {
    settings: &'a Settings,
    steps: usize,
    started: Instant,
    step_started: Instant,
    bar: ProgressBar,
    document: Vec<Value>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(settings: &'a Settings, steps: usize) -> Self {
        let shown = std::io::stderr().is_terminal() && !settings.output.json && !settings.output.quiet;
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::default_spinner());
        Self {
            settings,
            steps,
            started: Instant::now(),
            step_started: Instant::now(),
            bar,
            document: Vec::new(),
        }
    }

    pub(super) fn begin(&self, text: &str) -> Result<(), Failure> {
        if self.settings.output.json { Ok(()) } else { self.settings.output.line(&format!("{text}\n")) }
    }

    pub(super) fn step(&mut self, number: usize, step: &Step) {
        self.step_started = Instant::now();
        self.bar.enable_steady_tick(Duration::from_millis(100));
        self.bar.set_message(format!("{number}/{} {}", self.steps, step.title));
    }

    pub(super) fn done(&mut self, step: &Step, outcome: &str) -> Result<(), Failure> {
        let milliseconds = self.note(step, true, Some(outcome));
        if self.settings.output.json {
            return Ok(());
        }
        let mark = self.paint("ok", true);
        let line = format!("{mark}  {} ({milliseconds} ms)\n    {outcome}", step.title);
        self.bar.suspend(|| self.settings.output.line(&line))
    }

    pub(super) fn failed(&mut self, step: &Step) -> Result<(), Failure> {
        let milliseconds = self.note(step, false, None);
        self.bar.finish_and_clear();
        if self.settings.output.json {
            return self.print_document(false);
        }
        let mark = self.paint("FAILED", false);
        self.settings.output.line(&format!("{mark}  {} ({milliseconds} ms)", step.title))
    }

    pub(super) fn end(&self) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        if self.settings.output.json {
            return self.print_document(true);
        }
        let seconds = self.started.elapsed().as_secs_f32();
        self.settings.output.line(&format!("\nAll {} steps in {seconds:.1} s.", self.steps))
    }

    fn note(&mut self, step: &Step, ok: bool, outcome: Option<&str>) -> u128 {
        let milliseconds = self.step_started.elapsed().as_millis();
        let mut object = Object::new();
        object.insert("id", Value::text(step.id));
        object.insert("title", Value::text(step.title));
        object.insert("ok", Value::Bool(ok));
        object.insert("outcome", outcome.map_or(Value::Null, Value::text));
        object.insert("milliseconds", Value::Integer(i128::try_from(milliseconds).unwrap_or(i128::MAX)));
        self.document.push(Value::Object(object));
        milliseconds
    }

    fn print_document(&self, ok: bool) -> Result<(), Failure> {
        let steps = Value::Array(self.document.clone());
        self.settings.output.document([("ok", Value::Bool(ok)), ("steps", steps)])
    }

    fn paint(&self, text: &str, ok: bool) -> String {
        // The steps go to standard output, which may be a file when standard error is not.
        let paint = self.settings.paint();
        if !std::io::stdout().is_terminal() {
            text.to_owned()
        } else if ok {
            paint.good(text)
        } else {
            paint.error(text)
        }
    }
}
