//! Many workers that do the same at the same moment.

use core::time::Duration;

use crate::{
    Result,
    plan::Plan,
    store::StoreUrl,
    worker::{self, Worker},
};

/// Workers that are ready and wait for each other.
pub(crate) struct Crowd(Vec<Worker>);

impl Crowd {
    /// Starts `count` workers in a role, each with the arguments of its number, and waits for all of them.
    pub(crate) fn gather(
        plan: &Plan,
        store: &StoreUrl,
        role: &str,
        count: u64,
        arguments: impl Fn(u64) -> Vec<String>,
    ) -> Result<Self> {
        let start = |number| {
            let arguments = arguments(number);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            Worker::start(plan, store, role, &arguments)
        };
        let mut workers = (0..count).map(start).collect::<Result<Vec<_>>>()?;
        for worker in &mut workers {
            worker.hear_line()?;
        }
        Ok(Self(workers))
    }

    /// Lets all of them go, and answers what each said until its end.
    pub(crate) fn go(mut self) -> Result<Vec<Vec<String>>> {
        for worker in &mut self.0 {
            worker.tell("go")?;
        }
        self.0.into_iter().map(Worker::finish).collect()
    }
}

/// In a worker: waits for the others.
pub(crate) fn wait() -> Result {
    worker::say("ready")?;
    worker::listen()?;
    Ok(())
}

/// The duration that this share of all are not longer than; the share is in percent.
pub(crate) fn percentile(durations: &mut [Duration], percent: usize) -> Duration {
    durations.sort_unstable();
    let rank = durations.len().saturating_mul(percent).div_ceil(100).saturating_sub(1);
    durations.get(rank).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_them() {
        let mut durations: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut durations, 99), Duration::from_millis(198));
        assert_eq!(percentile(&mut durations, 100), Duration::from_millis(200));
        assert_eq!(percentile(&mut durations, 50), Duration::from_millis(100));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }
}
