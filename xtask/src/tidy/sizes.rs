//! How long files are.

use super::{File, Project};
use crate::source;

/// Lines outside tests above which a file is worth a look, and above which it is refused.
const LONG: usize = 350;
const TOO_LONG: usize = 600;

/// Lines of inline tests above which they are better off in `tests/`.
const LONG_TESTS: usize = 100;

pub(super) fn long(project: &Project) -> Vec<String> {
    let long = sources(project).filter(|(_, lines, _)| (LONG + 1..=TOO_LONG).contains(lines));
    long.map(|(file, lines, _)| format!("{}: {lines} lines", file.path)).collect()
}

pub(super) fn too_long(project: &Project) -> Vec<String> {
    let too_long = sources(project).filter(|(_, lines, _)| *lines > TOO_LONG);
    too_long
        .map(|(file, lines, _)| format!("{}: {lines} lines, and {TOO_LONG} is the limit", file.path))
        .collect()
}

pub(super) fn long_tests(project: &Project) -> Vec<String> {
    let long = sources(project).filter(|(_, _, tests)| *tests > LONG_TESTS);
    long.map(|(file, _, tests)| format!("{}: {tests} lines of inline tests", file.path)).collect()
}

/// Each Rust file that is no test, with its lines outside and inside of inline tests.
fn sources(project: &Project) -> impl Iterator<Item = (&File, usize, usize)> {
    let is_test = |path: &str| path.starts_with("tests/") || path.contains("/tests/");
    project.rust().filter(move |file| !is_test(&file.path)).map(|file| {
        let (lines, tests) = source::lines(&file.text);
        (file, lines, tests)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_advice};
    use super::*;

    const PATH: &str = "crates/it/src/noun.rs";

    #[test]
    fn a_long_file_is_listed_and_a_longer_one_refused() {
        let text = |lines| "fn f() {}\n".repeat(lines);
        check_advice(PATH, &text(LONG), &[]);
        check_advice(PATH, &text(LONG + 1), &["crates/it/src/noun.rs: 351 lines"]);
        check(PATH, &text(TOO_LONG), &[]);
        check(PATH, &text(TOO_LONG + 1), &["crates/it/src/noun.rs: 601 lines, and 600 is the limit"]);
        check("crates/it/tests/noun.rs", &text(TOO_LONG + 1), &[]);
    }

    #[test]
    fn inline_tests_count_for_themselves() {
        let text = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n".repeat(TOO_LONG));
        check(PATH, &text, &[]);
        check_advice(PATH, &text, &["crates/it/src/noun.rs: 603 lines of inline tests"]);
    }
}
