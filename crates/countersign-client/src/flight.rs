use core::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The one refresh of a key that may be under way in this process.
///
/// Whoever boards first leads it; the others wait and are told its end. A leader that goes away without
/// landing, because it panicked, makes room for the next.
pub(crate) struct Flight<T> {
    state: Mutex<State<T>>,
    landed: Condvar,
}

struct State<T> {
    flying: bool,
    /// Counts the flights; the last one that began.
    number: u64,
    /// The last flight that landed, and how.
    last: Option<(u64, T)>,
}

/// What becomes of somebody who needs a refresh.
pub(crate) enum Boarding<'a, T: Clone> {
    /// Nobody else is at it.
    Lead(Lead<'a, T>),
    /// Somebody was, and this came of it.
    Landed(T),
}

/// The duty to refresh, given back by [`land`](Self::land) or by going away.
pub(crate) struct Lead<'a, T: Clone> {
    flight: &'a Flight<T>,
}

impl<T: Clone> Flight<T> {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { flying: false, number: 0, last: None }), landed: Condvar::new() }
    }

    /// Leads, or waits for the flight that is under way.
    pub(crate) fn board(&self) -> Boarding<'_, T> {
        let mut state = self.state();
        let mine = state.number;
        if state.flying {
            loop {
                if let Some((number, end)) = &state.last
                    && *number >= mine
                {
                    return Boarding::Landed(end.clone());
                }
                if !state.flying {
                    break;
                }
                state = self.landed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        Boarding::Lead(self.lead(state))
    }

    /// Leads, unless somebody does.
    pub(crate) fn try_lead(&self) -> Option<Lead<'_, T>> {
        let state = self.state();
        (!state.flying).then(|| self.lead(state))
    }

    fn lead(&self, mut state: MutexGuard<'_, State<T>>) -> Lead<'_, T> {
        state.flying = true;
        state.number = state.number.wrapping_add(1);
        drop(state);
        Lead { flight: self }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // No code of others runs while it is locked, so what a panic left behind is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Lead<'_, T> {
    /// Tells everybody who waits.
    pub(crate) fn land(self, end: T) {
        let mut state = self.flight.state();
        state.last = Some((state.number, end));
    }
}

impl<T: Clone> Drop for Lead<'_, T> {
    fn drop(&mut self) {
        self.flight.state().flying = false;
        self.flight.landed.notify_all();
    }
}

impl<T> fmt::Debug for Flight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{Boarding, Flight};

    #[test]
    fn a_leader_that_panics_makes_room() {
        let flight = Flight::<u8>::new();
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _lead = flight.try_lead().unwrap();
                    panic!("a source of somebody else's");
                })
                .join()
        });
        assert!(panicked.is_err());
        assert!(matches!(flight.board(), Boarding::Lead(_)));
    }

    #[test]
    fn the_end_of_an_earlier_flight_is_not_taken_for_this_one() {
        let flight = Flight::new();
        flight.try_lead().unwrap().land(1);
        let lead = flight.try_lead().unwrap();
        thread::scope(|scope| {
            let follower = scope.spawn(|| match flight.board() {
                Boarding::Landed(end) => end,
                // It came too late to follow, which proves nothing and is no failure.
                Boarding::Lead(lead) => {
                    lead.land(2);
                    2
                }
            });
            lead.land(2);
            assert_eq!(follower.join().unwrap(), 2);
        });
    }
}
