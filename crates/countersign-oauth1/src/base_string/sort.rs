//! How entries are sorted: as numbers first, and then the few whose names begin alike (RFC 5849 §3.4.1.3.2).

use alloc::vec::Vec;

use super::entry::Entry;
use crate::room::Room;

/// Sorts by encoded name, then by encoded value.
pub(super) fn sort(index: &mut Vec<Entry>, room: &Room) {
    sort_numbers(index);
    let mut neighbours = index.iter().zip(index.iter().skip(1));
    if !neighbours.any(|(a, b)| a.prefix() == b.prefix()) {
        return;
    }
    for alike in index.chunk_by_mut(|a, b| a.prefix() == b.prefix()) {
        match alike {
            [] | [_] => {}
            [a, b] => {
                if a.compare(*b, room).is_gt() {
                    core::mem::swap(a, b);
                }
            }
            more => more.sort_unstable_by(|a, b| a.compare(*b, room)),
        }
    }
}

/// Sorts by number, in room that is kept for as many again.
///
/// A form is mostly in some order already, such as that of a table's rows, and to merge what is in order takes
/// a third of what sorting takes.
fn sort_numbers(index: &mut Vec<Entry>) {
    let length = index.len();
    let mut runs = run_count(index);
    // What is short is sorted fastest by insertion.
    if length <= SHORT || runs > length / AT_LEAST {
        index.sort_unstable();
        return;
    }
    if runs == 1 {
        return;
    }
    index.extend_from_within(..);
    let Some((mut from, mut to)) = index.split_at_mut_checked(length) else { return };
    let mut is_at_front = true;
    while runs > 1 {
        merge_pairs(from, to);
        core::mem::swap(&mut from, &mut to);
        is_at_front = !is_at_front;
        runs = runs.div_ceil(2);
    }
    if !is_at_front {
        to.copy_from_slice(from);
    }
    index.truncate(length);
}

/// What is no longer is sorted by insertion.
const SHORT: usize = 20;

/// How long runs must be on the average for merging to be worth it.
const AT_LEAST: usize = 4;

/// How many times the order starts anew, the first time included.
fn run_count(entries: &[Entry]) -> usize {
    let neighbours = entries.iter().zip(entries.iter().skip(1));
    neighbours.map(|(a, b)| usize::from(b < a)).fold(1, usize::wrapping_add)
}

/// Merges each two runs that follow each other.
fn merge_pairs(mut from: &[Entry], mut to: &mut [Entry]) {
    while !from.is_empty() {
        let (left, rest) = first_run(from);
        let (right, rest) = first_run(rest);
        let Some((place, beyond)) = to.split_at_mut_checked(left.len().wrapping_add(right.len())) else {
            return;
        };
        merge(left, right, place);
        (from, to) = (rest, beyond);
    }
}

/// What is in order at the front, and what comes after it.
fn first_run(entries: &[Entry]) -> (&[Entry], &[Entry]) {
    let mut neighbours = entries.iter().zip(entries.iter().skip(1));
    let end = neighbours.position(|(a, b)| b < a).map_or(entries.len(), |last| last.wrapping_add(1));
    entries.split_at_checked(end).unwrap_or((entries, &[]))
}

fn merge(mut left: &[Entry], mut right: &[Entry], place: &mut [Entry]) {
    for place in place {
        let (next, rest) = match (left, right) {
            ([a, ..], [b, rest @ ..]) if b < a => (b, (left, rest)),
            ([a, rest @ ..], _) => (a, (rest, right)),
            ([], [b, rest @ ..]) => (b, (left, rest)),
            ([], []) => return,
        };
        *place = *next;
        (left, right) = rest;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Entry, sort_numbers};

    #[test]
    fn numbers_are_sorted_whatever_order_they_come_in() {
        for length in 0..200_usize {
            for steps in [1, 7, 31, 64, 97, 199] {
                let entries = (0..length).map(|at| Entry::unsorted(at * steps % 199, at * 2 % 211, 500));
                let mut index: Vec<_> = entries.collect();
                let mut expected = index.clone();
                expected.sort_unstable();
                sort_numbers(&mut index);
                assert!(index == expected, "{length} entries in steps of {steps}");
            }
        }
    }
}
