//! How Rust files are laid out.

use super::Project;
use crate::source;

/// Lines of code that a crate's root may have.
const ROOT_LINES: usize = 60;

/// `expect` with a reason says why, and complains when it is needed no more.
pub(super) fn switched_off_lints(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for file in project.rust() {
        for (index, line) in source::code(&file.text).lines().enumerate() {
            if line.contains("#[allow(") || line.contains("#![allow(") {
                findings.push(format!(
                    "{}:{}: a lint is switched off without `expect`",
                    file.path,
                    index + 1
                ));
            }
        }
    }
    findings
}

pub(super) fn module_files(project: &Project) -> Vec<String> {
    // Below `tests/` it is what keeps a shared module from being a test of its own.
    let is_module_file = |path: &str| path.ends_with("/mod.rs") && !path.contains("/tests/");
    let found = project.rust().filter(|file| is_module_file(&file.path));
    found.map(|file| format!("{}: a module is `foo.rs` with `foo/`", file.path)).collect()
}

/// What others see of a crate begins with what it is.
pub(super) fn heads(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for (directory, _) in project.members.iter().filter(|(_, published)| *published) {
        let roots = ["lib", "main"].map(|root| project.file(&format!("{directory}/src/{root}.rs")));
        for file in roots.into_iter().flatten() {
            if !file.text.starts_with("//! ") {
                findings.push(format!("{}: the first line does not say what the crate is", file.path));
            }
        }
    }
    findings
}

pub(super) fn crate_roots(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for file in project.rust().filter(|file| file.path.ends_with("/src/lib.rs")) {
        let lines = source::code(&file.text).lines().filter(|line| !line.trim().is_empty()).count();
        if lines > ROOT_LINES {
            findings.push(format!("{}: {lines} lines of code, and {ROOT_LINES} is the limit", file.path));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn lints_are_not_switched_off() {
        let finding = "crates/it/src/noun.rs:2: a lint is switched off without `expect`";
        check("crates/it/src/noun.rs", "//! A noun.\n#[allow(dead_code)]\nfn f() {}\n", &[finding]);
        check("crates/it/src/noun.rs", "//! A noun.\n#![allow(dead_code)]\nfn f() {}\n", &[finding]);
        check("crates/it/src/noun.rs", "//! `#[allow(dead_code)]`\n#[expect(dead_code)]\nfn f() {}\n", &[]);
    }

    #[test]
    fn modules_lie_beside_their_directories() {
        check(
            "crates/it/src/noun/mod.rs",
            "//! A noun.\n",
            &["crates/it/src/noun/mod.rs: a module is `foo.rs` with `foo/`"],
        );
        check("crates/it/src/noun/model.rs", "//! A noun.\n", &[]);
        check("crates/it/tests/noun/mod.rs", "//! A noun.\n", &[]);
    }

    #[test]
    fn a_crate_begins_with_what_it_is() {
        let finding = "the first line does not say what the crate is";
        check("crates/it/src/lib.rs", "mod noun;\n", &[&format!("crates/it/src/lib.rs: {finding}")]);
        check("crates/it/src/main.rs", "fn main() {}\n", &[&format!("crates/it/src/main.rs: {finding}")]);
    }

    #[test]
    fn a_root_holds_little_code() {
        let root = format!("//! It.\n\n{}", "mod noun; // why\n".repeat(ROOT_LINES + 1));
        check(
            "crates/it/src/lib.rs",
            &root,
            &["crates/it/src/lib.rs: 61 lines of code, and 60 is the limit"],
        );
        check("crates/it/src/lib.rs", &"//! It.\n".repeat(ROOT_LINES + 1), &[]);
    }
}
