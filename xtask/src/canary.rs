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
            findings.push(format!("{}: no public type was found, which cannot be", package.name));
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
    let status = Command::new(rustdoc).args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").status();
    Some(if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn documentation(package: &Package) -> Outcome<Value> {
    let rustdoc = env::var_os("RUSTDOC").unwrap_or_else(|| OsString::from("rustdoc"));
    let mut command =
        shell::cargo(["rustdoc", "--quiet", "--lib", "--all-features", "--package", &package.name]);
    command.args(["--", "-Zunstable-options", "--output-format=json", "--document-hidden-items"]);
    // A build of the tests may have put a new file in the place of the one that runs.
    let stand_in = env::current_exe()?.to_string_lossy().replace(" (deleted)", "");
    shell::run(command.env(RUSTDOC, rustdoc).env("RUSTDOC", stand_in))?;
    let file = shell::target().join("doc").join(package.name.replace('-', "_") + ".json");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PublicType {
    name: String,
    /// The module in which it is named; nothing in the crate's root.
    module: Option<String>,
    /// Whether it implements `Display`.
    displays: bool,
}

/// The structs, enums and unions that can be named from outside.
fn public_types(documentation: &Value) -> Option<BTreeSet<PublicType>> {
    let index = documentation.get("index")?.as_object()?;
    let root = documentation.get("root")?.to_string();
    index.get(&root)?;
    let mut types = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut ahead = vec![(None, None, root.clone())];
    while let Some((module, alias, id)) = ahead.pop() {
        // What is not in the index belongs to another crate.
        let Some(item) = index.get(&id) else { continue };
        let inner = item.get("inner")?;
        let name_of = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
        if let Some(content) = inner.get("module") {
            let module = if id == root { None } else { alias.or_else(|| name_of(item)) };
            if seen.insert(id) {
                let items = content.get("items")?.as_array()?;
                ahead.extend(items.iter().map(|id| (module.clone(), None, id.to_string())));
            }
        } else if let Some(import) = inner.get("use") {
            let is_glob = import.get("is_glob")?.as_bool()?;
            let alias = if is_glob { None } else { name_of(import) };
            ahead.push((module, alias, import.get("id")?.to_string()));
        } else if let Some(kind) = ["struct", "enum", "union"].iter().find_map(|kind| inner.get(kind)) {
            let displays = kind.get("impls")?.as_array()?.iter().any(|id| {
                let path = index.get(&id.to_string()).and_then(|item| item.pointer("/inner/impl/trait/path"));
                path.and_then(Value::as_str).is_some_and(|path| path.rsplit("::").next() == Some("Display"))
            });
            // One type under two paths is still one.
            let name = alias.or_else(|| name_of(item))?;
            types.entry(id).or_insert(PublicType { name, module, displays });
        }
    }
    Some(types.into_values().collect())
}

/// What the test does not assert; where two types share a name, the module must be named too.
fn missing(types: &BTreeSet<PublicType>, test: &str) -> Vec<String> {
    let asserted = asserted(test);
    let mut missing = Vec::new();
    for PublicType { name, module, displays } in types {
        let shared = types.iter().filter(|other| other.name == *name).count() > 1;
        let wanted = match module {
            Some(module) if shared => format!("{module}::{name}"),
            _ => name.clone(),
        };
        let is_wanted = |path: &str| match path.strip_suffix(wanted.as_str()) {
            Some("") => true,
            Some(before) => before.ends_with("::") && (module.is_some() || !shared),
            None => false,
        };
        let mut found = asserted.iter().filter(|(path, _)| is_wanted(path));
        if found.clone().next().is_none() {
            missing.push(wanted);
        } else if *displays && !found.any(|(_, displayed)| *displayed) {
            missing.push(format!("{wanted}, Display"));
        }
    }
    missing
}

/// The types that stand in `assert_no_canary! { Type => …, Type<'_>, Display => … }`, and which with `Display`.
fn asserted(test: &str) -> BTreeSet<(String, bool)> {
    let code = source::code(test);
    let mut asserted = BTreeSet::new();
    for call in code.split("assert_no_canary!").skip(1) {
        let call = call.split_at(source::bracketed(call).unwrap_or(0)).0;
        for (arrow, _) in call.match_indices("=>") {
            let head = call.split_at(arrow).0.trim_end();
            let with_display = head
                .strip_suffix("Display")
                .and_then(|head| head.trim_end().strip_suffix(','))
                .map(str::trim_end);
            let path = without_arguments(with_display.unwrap_or(head));
            let start = path.rfind(|c| c != ':' && !source::is_word_character(c)).map_or(0, |at| at + 1);
            asserted.insert((path.split_at(start).1.to_owned(), with_display.is_some()));
        }
    }
    asserted
}

/// `path::Type` of `path::Type<'a, B<C>>`.
fn without_arguments(path: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in path.char_indices().rev() {
        match c {
            '>' => depth += 1,
            '<' if depth == 1 => return path.split_at(at).0,
            '<' => depth = depth.saturating_sub(1),
            _ if depth == 0 => return path,
            _ => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate `it` with `Plain`, `inner::Choice`, a private module's `Secluded` re-exported as `Hidden`,
    /// which has `Display`, a name from another crate and a function.
    fn documentation() -> Value {
        serde_json::json!({ "root": 0, "index": {
            "0": { "name": "it", "inner": { "module": { "items": [1, 2, 4, 6, 7] } } },
            "1": { "name": "Plain", "inner": { "struct": { "impls": [10, 98] } } },
            "2": { "name": "inner", "inner": { "module": { "items": [3, 8] } } },
            "3": { "name": "Choice", "inner": { "enum": { "impls": [] } } },
            "4": { "name": null, "inner": { "use": { "id": 5, "name": "Hidden", "is_glob": false } } },
            "5": { "name": "Secluded", "inner": { "union": { "impls": [9, 10] } } },
            "6": { "name": null, "inner": { "use": { "id": 99, "is_glob": false } } },
            "7": { "name": "function", "inner": { "function": {} } },
            "8": { "name": null, "inner": { "use": { "id": 2, "is_glob": true } } },
            "9": { "name": null, "inner": { "impl": { "trait": { "path": "fmt::Display" } } } },
            "10": { "name": null, "inner": { "impl": { "trait": { "path": "Debug" } } } },
        } })
    }

    #[track_caller]
    fn check(assertions: &str, expected: &[&str]) {
        let test = format!("assert_no_canary! {{ {assertions} }}");
        assert_eq!(missing(&public_types(&documentation()).unwrap(), &test), expected);
    }

    #[test]
    fn a_type_that_is_not_asserted_is_missing() {
        check("Plain => Plain(1), it::inner::Choice => Choice::A, Hidden<'_, A<B>> , Display => h()", &[]);
        check("Plain => Plain(1), Choice => Choice::A", &["Hidden"]);
        check("Plainer => Plain(1), Choice => Choice::A, Hidden, Display => h()", &["Plain"]);
        check("Plain => Plain(1), Choice => Choice::A, Hidden => h()", &["Hidden, Display"]);
        check("", &["Choice", "Hidden", "Plain"]);
    }

    #[test]
    fn what_is_only_mentioned_is_missing() {
        check("// Choice => Choice::A,\n Hidden, Display => f(\"Plain => 1\")", &["Choice", "Plain"]);
        check("Hidden, Display => Plain(Choice::A)", &["Choice", "Plain"]);
        assert_eq!(asserted("use it::Plain; match x { Plain => 1 }"), BTreeSet::new());
    }

    #[test]
    fn types_of_one_name_are_told_apart_by_their_modules() {
        #[track_caller]
        fn check(assertions: &str, expected: &[&str]) {
            let error = |module: Option<&str>| {
                let module = module.map(str::to_owned);
                PublicType { name: "Error".to_owned(), module, displays: false }
            };
            let test = format!("assert_no_canary!({assertions})");
            assert_eq!(missing(&[error(None), error(Some("inner"))].into(), &test), expected);
        }
        check("Error => a(), inner::Error => b()", &[]);
        check("Error => a()", &["inner::Error"]);
        check("it::inner::Error => b()", &["Error"]);
    }

    #[test]
    fn unexpected_json_is_no_list() {
        assert_eq!(public_types(&serde_json::json!({ "root": 0, "index": {} })), None);
        assert_eq!(public_types(&serde_json::json!([])), None);
    }
}
