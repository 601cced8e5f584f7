//! Every public type of every published crate stands in that crate's canary test.
//!
//! The list of types is rustdoc's, so that a new type cannot be missed.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsString,
    fs,
    process::{Command, ExitCode},
};

use serde_json::Value;

use crate::{
    Outcome, names, shell, source, verdict,
    workspace::{Package, Workspace},
};

/// Names the real rustdoc when this program stands in for it.
const RUSTDOC: &str = "XTASK_RUSTDOC";

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    let workspace = Workspace::load()?;
    let mut findings = Vec::new();
    for package in workspace.chosen(&names(arguments)?)? {
        // The facade only re-exports, and a binary has no public types.
        if package.name == "countersign" || !package.library {
            continue;
        }
        let types = public_types(&documentation(package)?)
            .ok_or_else(|| format!("rustdoc's JSON for {} is not as expected", package.name))?;
        let test = fs::read_to_string(package.directory.join("tests/canary.rs")).unwrap_or_default();
        shell::note(&format!("{}: {} public types", package.name, types.len()));
        findings.extend(
            missing(&types, &test)
                .into_iter()
                .map(|name| format!("{}: {name} is not in tests/canary.rs", package.name)),
        );
        if types.is_empty() {
            findings.push(format!(
                "{}: no public type was found, which cannot be",
                package.name
            ));
        }
    }
    verdict("canary", &findings)
}

/// Runs the real rustdoc when cargo was told to take this program for it.
///
/// rustdoc gives JSON only with `RUSTC_BOOTSTRAP` set, and some build scripts look at that variable: set for
/// cargo, it would build half of the dependencies anew, each time, and once more without it.
pub(crate) fn stand_in_for_rustdoc() -> Option<ExitCode> {
    let rustdoc = env::var_os(RUSTDOC)?;
    let status = Command::new(rustdoc)
        .args(env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    Some(if status.is_ok_and(|status| status.success()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn documentation(package: &Package) -> Outcome<Value> {
    let rustdoc = env::var_os("RUSTDOC").unwrap_or_else(|| OsString::from("rustdoc"));
    let mut command = shell::cargo([
        "rustdoc",
        "--quiet",
        "--lib",
        "--all-features",
        "--package",
        &package.name,
    ]);
    command.args([
        "--",
        "-Zunstable-options",
        "--output-format=json",
        "--document-hidden-items",
    ]);
    shell::run(command.env(RUSTDOC, rustdoc).env("RUSTDOC", env::current_exe()?))?;
    let file = shell::target()
        .join("doc")
        .join(package.name.replace('-', "_") + ".json");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// The structs, enums and unions that can be named from outside, each with the module it is named in.
fn public_types(documentation: &Value) -> Option<BTreeSet<(String, String)>> {
    let index = documentation.get("index")?.as_object()?;
    let root = documentation.get("root")?.to_string();
    let root_name = index.get(&root)?.get("name")?.as_str()?;
    let mut types = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut ahead = vec![(root_name.to_owned(), root)];
    while let Some((module, id)) = ahead.pop() {
        // What is not in the index belongs to another crate.
        let Some(item) = index.get(&id) else { continue };
        let inner = item.get("inner")?;
        let name = || Some(item.get("name")?.as_str()?.to_owned());
        if let Some(content) = inner.get("module") {
            if seen.insert(id) {
                let module = name()?;
                ahead.extend(
                    content
                        .get("items")?
                        .as_array()?
                        .iter()
                        .map(|id| (module.clone(), id.to_string())),
                );
            }
        } else if let Some(import) = inner.get("use") {
            let target = import.get("id")?.to_string();
            ahead.push((module, target));
        } else if ["struct", "enum", "union"]
            .iter()
            .any(|kind| inner.get(kind).is_some())
        {
            // One type under two paths is still one; the shortest list of needles has it once.
            types.entry(id).or_insert((name()?, module));
        }
    }
    Some(types.into_values().collect())
}

/// The types that the test does not name; where two types share a name, the module must be named too.
fn missing(types: &BTreeSet<(String, String)>, test: &str) -> Vec<String> {
    let code = source::code(test);
    // An import alone asserts nothing.
    let code: String = code
        .split_inclusive(';')
        .filter(|statement| !statement.trim_start().starts_with("use "))
        .collect();
    let needle = |(name, module): &(String, String)| {
        let shared = types.iter().filter(|(other, _)| other == name).count() > 1;
        if shared {
            format!("{module}::{name}")
        } else {
            name.clone()
        }
    };
    types
        .iter()
        .map(needle)
        .filter(|needle| !source::has_word(&code, needle))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate `it` with `Plain`, `inner::Choice`, a re-export of the private module's `Hidden`, a name from
    /// another crate and a function.
    fn documentation() -> Value {
        serde_json::json!({ "root": 0, "index": {
            "0": { "name": "it", "inner": { "module": { "items": [1, 2, 4, 6, 7] } } },
            "1": { "name": "Plain", "inner": { "struct": {} } },
            "2": { "name": "inner", "inner": { "module": { "items": [3, 8] } } },
            "3": { "name": "Choice", "inner": { "enum": {} } },
            "4": { "name": null, "inner": { "use": { "id": 5, "is_glob": false } } },
            "5": { "name": "Hidden", "inner": { "union": {} } },
            "6": { "name": null, "inner": { "use": { "id": 99, "is_glob": false } } },
            "7": { "name": "function", "inner": { "function": {} } },
            "8": { "name": null, "inner": { "use": { "id": 2, "is_glob": true } } },
        } })
    }

    #[track_caller]
    fn check(test: &str, expected: &[&str]) {
        assert_eq!(missing(&public_types(&documentation()).unwrap(), test), expected);
    }

    #[test]
    fn a_type_that_is_not_named_is_missing() {
        check("assert_no_canary!(Plain(1), Choice::A, Hidden { a: 1 });", &[]);
        check("assert_no_canary!(Plain(1), Choice::A);", &["Hidden"]);
        check(
            "assert_no_canary!(Plainer(1), Choice::A, Hidden { a: 1 });",
            &["Plain"],
        );
        check("", &["Choice", "Hidden", "Plain"]);
    }

    #[test]
    fn comments_literals_and_imports_do_not_count() {
        check(
            "use it::{Plain, Hidden};\n// Choice\nassert_no_canary!(\"Plain\", Hidden);",
            &["Choice", "Plain"],
        );
    }

    #[test]
    fn types_of_one_name_are_told_apart_by_their_modules() {
        let types =
            [("Error", "it"), ("Error", "inner")].map(|(name, module)| (name.to_owned(), module.to_owned()));
        assert_eq!(missing(&types.into(), "f(inner::Error::A)"), ["it::Error"]);
    }

    #[test]
    fn unexpected_json_is_no_list() {
        assert_eq!(public_types(&serde_json::json!({ "root": 0, "index": {} })), None);
        assert_eq!(public_types(&serde_json::json!([])), None);
    }
}
