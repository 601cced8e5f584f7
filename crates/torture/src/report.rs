use core::{fmt, time::Duration};
use std::io::Write as _;

/// What an experiment measured, line by line, and whether each was within its limit.
///
/// The report on a store that has to pass is printed as it grows, because an experiment takes its time; that
/// on a store with a planted fault is [`quiet`](Report::quiet).
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    loud: bool,
}

#[derive(Debug)]
struct Line {
    what: String,
    measured: String,
    limit: String,
    ok: bool,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { lines: Vec::new(), loud: true }
    }

    pub(crate) fn quiet() -> Self {
        Self::default()
    }

    /// A value with its limit in words.
    pub(crate) fn check(
        &mut self,
        what: impl fmt::Display,
        measured: impl fmt::Display,
        limit: impl fmt::Display,
        ok: bool,
    ) {
        let (what, measured, limit) = (what.to_string(), measured.to_string(), limit.to_string());
        let line = Line { what, measured, limit, ok };
        if self.loud {
            let _closed = writeln!(std::io::stdout(), "{line}");
        }
        self.lines.push(line);
    }

    pub(crate) fn exactly(&mut self, what: impl fmt::Display, measured: u64, wanted: u64) {
        self.check(what, measured, format_args!("exactly {wanted}"), measured == wanted);
    }

    pub(crate) fn at_least(&mut self, what: impl fmt::Display, measured: u64, least: u64) {
        self.check(what, measured, format_args!("at least {least}"), measured >= least);
    }

    pub(crate) fn within(&mut self, what: impl fmt::Display, took: Duration, limit: Duration) {
        let measured = format!("{:.1} ms", took.as_secs_f64() * 1e3);
        self.check(what, measured, format_args!("at most {} ms", limit.as_millis()), took <= limit);
    }

    /// A value that has no limit.
    pub(crate) fn note(&mut self, what: impl fmt::Display, measured: impl fmt::Display) {
        self.check(what, measured, "-", true);
    }

    /// A negative control: the report on a store with a planted fault, which has to have failed.
    pub(crate) fn control(&mut self, fault: impl fmt::Display, report: &Self) {
        let measured = report.failures().next().map_or_else(
            || "not noticed".to_owned(),
            |line| format!("noticed by {}: {}", line.what, line.measured.lines().next().unwrap_or_default()),
        );
        let ok = !report.passed();
        self.check(format_args!("control: {fault}"), measured, "to be noticed", ok);
    }

    /// The other control: the report on a store of the same make without a fault, which has to have passed.
    pub(crate) fn sound(&mut self, report: &Self) {
        let measured = report
            .failures()
            .next()
            .map_or_else(|| "passes".to_owned(), |line| format!("fails {}: {}", line.what, line.measured));
        self.check("control: a store without a fault", measured, "to pass", report.passed());
    }

    pub(crate) fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    fn failures(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.ok)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, measured, limit, ok } = self;
        let verdict = if *ok { "ok" } else { "FAILED" };
        write!(f, "  {verdict:<6}  {what}: {measured} (limit: {limit})")
    }
}
