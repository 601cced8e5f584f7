//! Words that do not belong into the project.

use super::Project;
use crate::source;

/// One entry per line: what is banned, `#`, and why.
const BANNED: &str = include_str!("../../banned-words.txt");
const BANNED_PATH: &str = "xtask/banned-words.txt";

/// Marks of work left undone; put together here so that this file has none.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("to", "do!"),
    concat!("un", "implemented!"),
];

pub(super) fn unfinished(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for file in project.written() {
        for (number, line) in numbered(&file.text) {
            findings.extend(
                UNFINISHED
                    .iter()
                    .filter(|mark| source::has_word(line, mark))
                    .map(|mark| format!("{}:{number}: {mark}", file.path)),
            );
        }
    }
    findings
}

pub(super) fn banned(project: &Project) -> Vec<String> {
    let entries: Vec<_> = BANNED.lines().filter_map(|line| line.split_once('#')).collect();
    let mut findings = Vec::new();
    for file in project.written().filter(|file| file.path != BANNED_PATH) {
        for (number, line) in numbered(&file.text) {
            let line = line.to_lowercase();
            for (word, reason) in entries.iter().map(|(word, reason)| (word.trim(), reason.trim())) {
                if source::has_word(&line, word) {
                    findings.push(format!("{}:{number}: \"{word}\": {reason}", file.path));
                }
            }
        }
    }
    findings
}

/// Two sentences on one line of a page make a change to one look like a change to both.
pub(super) fn sentences(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for file in project.written().filter(|file| file.path.ends_with(".md")) {
        let mut in_code = false;
        let mut count = 0;
        for line in file.text.lines() {
            if line.starts_with("```") {
                in_code = !in_code;
            } else if !in_code && !line.starts_with('|') {
                let starts = |rest: &str| rest.starts_with(|c: char| c.is_uppercase());
                // The number of a list is no sentence.
                let text = line.trim_start_matches(|c: char| c.is_numeric() || c.is_whitespace());
                count += usize::from(text.trim_start_matches(". ").split(". ").skip(1).any(starts));
            }
        }
        if count > 0 {
            findings.push(format!("{}: {count} lines with more than one sentence", file.path));
        }
    }
    findings
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_advice};
    use super::*;

    #[test]
    fn marks_of_unfinished_work_are_found() {
        for mark in UNFINISHED {
            let finding = format!("crates/it/src/noun.rs:2: {mark}");
            check("crates/it/src/noun.rs", &format!("//! A noun.\n// {mark} later\n"), &[&finding]);
            check("crates/testkit/vectors/x/y.md", mark, &[]);
        }
        check("docs/page.md", &format!("mktemp x.{0}{0}", UNFINISHED[2]), &[]);
    }

    #[test]
    fn every_entry_of_the_list_is_found_and_has_a_reason() {
        let entries: Vec<_> = BANNED.lines().filter(|line| !line.is_empty()).collect();
        assert!(entries.len() > 5);
        for entry in entries {
            let (word, reason) = entry.split_once('#').unwrap();
            let (word, reason) = (word.trim(), reason.trim());
            assert!(!word.is_empty() && !reason.is_empty() && word == word.to_lowercase(), "{entry}");
            let finding = format!("docs/page.md:1: \"{word}\": {reason}");
            check("docs/page.md", &format!("It is {} here.\n", word.to_uppercase()), &[&finding]);
        }
    }

    #[test]
    fn two_sentences_on_a_line_are_advised_against() {
        check_advice("docs/page.md", "One. Two.\n", &["docs/page.md: 1 lines with more than one sentence"]);
        check_advice("docs/page.md", "One, e.g. this.\n2. Two.\n```\nA. B.\n```\n| A. B. |\n", &[]);
    }
}
