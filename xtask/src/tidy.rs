//! House rules that a tool can check, over every file that git knows or would take.

use std::fs;

use crate::{Outcome, no_arguments, shell, verdict, workspace::Workspace};

mod layout;
mod manifests;
mod sizes;
mod words;

/// What the rules look at.
struct Project {
    files: Vec<File>,
    /// Directories of the members of the workspace, with whether others get to see the package.
    members: Vec<(String, bool)>,
}

struct File {
    /// From the root, with `/` between the parts.
    path: String,
    text: String,
}

type Rule = fn(&Project) -> Vec<String>;

const RULES: &[Rule] = &[
    words::unfinished,
    words::banned,
    layout::switched_off_lints,
    layout::module_files,
    layout::heads,
    layout::crate_roots,
    manifests::sorted,
    manifests::lints,
    sizes::too_long,
];

/// What is worth a look and fails nothing.
const ADVICE: &[Rule] = &[sizes::long, sizes::long_tests, words::sentences];

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let project = Project::load()?;
    for advice in ADVICE.iter().flat_map(|rule| rule(&project)) {
        shell::note(&format!("advice: {advice}"));
    }
    verdict("tidy", &RULES.iter().flat_map(|rule| rule(&project)).collect::<Vec<_>>())
}

impl Project {
    fn load() -> Outcome<Self> {
        let root = shell::root();
        let mut git = std::process::Command::new("git");
        git.current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
        ]);
        let mut files = Vec::new();
        for path in shell::capture(&mut git)?.split_terminator('\0') {
            // Neither a file that is gone from the checkout nor one that is no text is of interest.
            if let Ok(text) = fs::read_to_string(root.join(path)) {
                files.push(File { path: path.to_owned(), text });
            }
        }
        let mut members = Vec::new();
        for package in Workspace::load()?.packages {
            members.push((
                package.directory.strip_prefix(root)?.to_string_lossy().replace('\\', "/"),
                package.published,
            ));
        }
        Ok(Self { files, members })
    }

    /// Sources, manifests, scripts and pages; not data, which is as others made it.
    fn written(&self) -> impl Iterator<Item = &File> {
        const ENDINGS: &[&str] = &["rs", "toml", "md", "sh", "py", "js", "mjs", "css", "html"];
        let is_data = |path: &str| path.contains("/vectors/") || path.contains("/corpus/");
        let is_written = move |file: &&File| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            let ending = name.rsplit_once('.').map(|(_, ending)| ending);
            !is_data(&file.path) && (ending.is_some_and(|ending| ENDINGS.contains(&ending)) || name == "run")
        };
        self.files.iter().filter(is_written)
    }

    fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A published crate in `crates/it` with this one file more.
    fn project(path: &str, text: &str) -> Project {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let mut files = vec![file(path, text)];
        for (path, text) in [
            ("crates/it/Cargo.toml", "[package]\nname = \"it\"\n\n[lints]\nworkspace = true\n"),
            ("crates/it/src/lib.rs", "//! It.\n"),
        ] {
            if !files.iter().any(|file| file.path == path) {
                files.push(file(path, text));
            }
        }
        Project { files, members: vec![("crates/it".to_owned(), true)] }
    }

    /// What all rules together find.
    #[track_caller]
    pub(super) fn check(path: &str, text: &str, expected: &[&str]) {
        let project = project(path, text);
        let found: Vec<_> = RULES.iter().flat_map(|rule| rule(&project)).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    pub(super) fn check_advice(path: &str, text: &str, expected: &[&str]) {
        let project = project(path, text);
        let found: Vec<_> = ADVICE.iter().flat_map(|rule| rule(&project)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_tidy_project_has_no_findings() {
        check("README.md", "# It\n", &[]);
        check("crates/it/src/noun.rs", "//! A noun.\n\nfn noun() {}\n", &[]);
    }

    #[test]
    fn the_workspace_is_tidy() {
        crate::tests::passes(task);
    }
}
