//! How entries are sorted: as numbers first, and then the few whose names begin alike (RFC 5849 §3.4.1.3.2).

use alloc::vec::Vec;

use super::entry::Entry;
use crate::room::Room;

/// Sorts by encoded name, then by encoded value.
pub(super) fn sort(index: &mut Vec<Entry>, room: &Room) {
    // What is short is sorted fastest by insertion.
    if index.len() <= SHORT {
        index.sort_unstable();
    } else {
        sort_numbers(index);
    }
    let mut rest = &mut **index;
    while let Some(at) = rest.iter().zip(rest.iter().skip(1)).position(|(a, b)| a.prefix() == b.prefix()) {
        let from = rest.get_mut(at..).unwrap_or_default();
        let Some(first) = from.first().copied() else { return };
        let alike = from.iter().take_while(|entry| entry.prefix() == first.prefix()).count();
        let Some((alike, beyond)) = from.split_at_mut_checked(alike) else { return };
        match alike {
            [a, b] => {
                if a.compare(*b, room).is_gt() {
                    core::mem::swap(a, b);
                }
            }
            more => more.sort_unstable_by(|a, b| a.compare(*b, room)),
        }
        rest = beyond;
    }
}

/// Sorts by number, in room that is kept for as many again.
///
/// A form is mostly in some order already, such as that of a table's rows, and to merge what is in order takes
/// a third of what sorting takes.
#[inline(never)]
fn sort_numbers(index: &mut Vec<Entry>) {
    let length = index.len();
    let mut ends = [0; MOST];
    let Some(mut count) = runs(index, &mut ends).filter(|count| *count <= length / AT_LEAST) else {
        index.sort_unstable();
        return;
    };
    if count == 1 {
        return;
    }
    index.extend_from_within(..);
    let Some((mut from, mut to)) = index.split_at_mut_checked(length) else { return };
    let mut is_at_front = true;
    while count > 1 {
        count = merge_pairs(from, to, &mut ends, count);
        core::mem::swap(&mut from, &mut to);
        is_at_front = !is_at_front;
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

/// How many runs are merged; where there are more, sorting takes no longer.
const MOST: usize = 32;

/// Finds where the runs end that are in order by themselves, and how many there are, unless there are too many.
fn runs(entries: &[Entry], ends: &mut [usize; MOST]) -> Option<usize> {
    let mut count = 0_usize;
    for (last, (a, b)) in entries.iter().zip(entries.iter().skip(1)).enumerate() {
        // Written whether it is one or not, which takes no branch.
        *ends.get_mut(count)? = last.wrapping_add(1);
        count = count.wrapping_add(usize::from(b < a));
    }
    *ends.get_mut(count)? = entries.len();
    Some(count.wrapping_add(1))
}

/// Merges each two runs that follow each other, and answers how many are left.
fn merge_pairs(from: &[Entry], to: &mut [Entry], ends: &mut [usize; MOST], count: usize) -> usize {
    let (mut start, left) = (0, count.div_ceil(2));
    for pair in 0..left {
        let end_of = |run: usize| ends.get(run).copied().unwrap_or_default();
        let middle = end_of(pair.wrapping_mul(2));
        let last = pair.wrapping_mul(2).wrapping_add(1);
        let end = if last < count { end_of(last) } else { middle };
        if let (Some(left), Some(right), Some(place)) =
            (from.get(start..middle), from.get(middle..end), to.get_mut(start..end))
        {
            merge(left, right, place);
        }
        if let Some(place) = ends.get_mut(pair) {
            *place = end;
        }
        start = end;
    }
    left
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
