//! Dependencies point strictly downward, pure crates stay pure, and the page that shows it is current.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    Outcome, shell, source, verdict,
    workspace::{Kind, Package, Workspace},
};

mod page;

const PAGE: &str = "docs/architecture.md";

/// The crates that cannot name a file, a socket or a clock.
const PURE: &[&str] = &[
    "countersign-flow",
    "countersign-oauth1",
    "countersign-provider",
    "countersign-token",
    "countersign-wire",
];

pub(crate) fn task(mut arguments: lexopt::Parser) -> Outcome {
    let mut write = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("write") => write = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::load()?;
    let mut findings = order(&workspace.packages);
    for package in workspace.published().filter(|package| PURE.contains(&package.name.as_str())) {
        findings.extend(purity(&package.name, &sources(&package.directory.join("src"))?));
    }
    findings.extend(stale_page(&workspace, write)?);
    verdict("layers", &findings)
}

/// Compares the generated block of the page with what it should be, or writes it.
fn stale_page(workspace: &Workspace, write: bool) -> Outcome<Option<String>> {
    let path = shell::root().join(PAGE);
    let text = fs::read_to_string(&path).map_err(|error| format!("{PAGE}: {error}"))?;
    let Some(fresh) = page::replace(&text, &page::block(workspace)) else {
        return Ok(Some(format!("{PAGE} has no layers block")));
    };
    if write {
        fs::write(path, fresh)?;
        return Ok(None);
    }
    Ok((fresh != text).then(|| format!("{PAGE} is out of date; `cargo xtask layers --write` renews it")))
}

/// What breaks the order of the layers.
fn order(packages: &[Package]) -> Vec<String> {
    let layers: BTreeMap<&str, Option<u64>> = packages.iter().map(|p| (p.name.as_str(), p.layer)).collect();
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| package.published) {
        let name = &package.name;
        let Some(layer) = package.layer else {
            findings.push(format!("{name} declares no [package.metadata.countersign] layer"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.ours) {
            let other = &dependency.name;
            match layers.get(other.as_str()).copied().flatten() {
                Some(below) if below < layer => {}
                Some(same) if same == layer => {
                    findings.push(format!("{name} (layer {layer}) points sideways to {other}"));
                }
                Some(above) => {
                    findings.push(format!("{name} (layer {layer}) points upward to {other} (layer {above})"));
                }
                None if dependency.kind == Kind::Dev && other == "testkit" => {}
                None => {
                    findings.push(format!("{name} (layer {layer}) depends on {other}, which is in no layer"))
                }
            }
        }
    }
    findings
}

/// What a pure crate must not say; `files` are its sources with their names, `lib.rs` among them.
fn purity(package: &str, files: &[(String, String)]) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, text) in files {
        let code = source::code(text);
        if name == "lib.rs" && !code.contains("#![no_std]") {
            findings.push(format!("{package}: lib.rs is without #![no_std]"));
        }
        if source::has_word(&code, "extern crate std") || source::has_word(&code, "std::") {
            findings.push(format!("{package}: {name} names std"));
        }
    }
    if !files.iter().any(|(name, _)| name == "lib.rs") {
        findings.push(format!("{package}: there is no lib.rs"));
    }
    findings
}

/// Every Rust file below `directory`, with its path from there.
fn sources(directory: &Path) -> Outcome<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut ahead = vec![directory.to_owned()];
    while let Some(next) = ahead.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                ahead.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(directory)?.to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path)?));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, layer: Option<u64>, on: &[(&str, Kind)]) -> Package {
        let dependency = |(name, kind): &(&str, Kind)| Dependency {
            name: (*name).to_owned(),
            kind: *kind,
            optional: false,
            ours: true,
        };
        Package {
            name: name.to_owned(),
            layer,
            published: name != "testkit",
            dependencies: on.iter().map(dependency).collect(),
            ..Package::default()
        }
    }

    #[track_caller]
    fn check(layer: Option<u64>, on: &[(&str, Kind)], expected: &[&str]) {
        let packages = [
            package("base", Some(0), &[]),
            package("sibling", Some(1), &[]),
            package("top", Some(2), &[]),
            package("testkit", None, &[("top", Kind::Normal)]),
            package("it", layer, on),
        ];
        assert_eq!(order(&packages), expected);
    }

    #[test]
    fn dependencies_point_downward() {
        check(Some(1), &[("base", Kind::Normal), ("base", Kind::Build), ("base", Kind::Dev)], &[]);
        check(Some(1), &[("testkit", Kind::Dev)], &[]);
        check(Some(1), &[("top", Kind::Normal)], &["it (layer 1) points upward to top (layer 2)"]);
        check(Some(1), &[("top", Kind::Dev)], &["it (layer 1) points upward to top (layer 2)"]);
        check(Some(1), &[("sibling", Kind::Normal)], &["it (layer 1) points sideways to sibling"]);
        check(Some(1), &[("sibling", Kind::Build)], &["it (layer 1) points sideways to sibling"]);
        check(
            Some(1),
            &[("testkit", Kind::Normal)],
            &["it (layer 1) depends on testkit, which is in no layer"],
        );
        check(None, &[], &["it declares no [package.metadata.countersign] layer"]);
    }

    #[test]
    fn a_pure_crate_cannot_name_std() {
        #[track_caller]
        fn check(lib: &str, expected: &[&str]) {
            assert_eq!(purity("it", &[("lib.rs".to_owned(), lib.to_owned())]), expected);
        }
        check("//! `std::fs` is out of reach.\n#![no_std]\nextern crate alloc;\n", &[]);
        check("extern crate alloc;\n", &["it: lib.rs is without #![no_std]"]);
        check("#![no_std]\nextern crate std;\n", &["it: lib.rs names std"]);
        check("#![no_std]\nuse std::fs;\n", &["it: lib.rs names std"]);
        assert_eq!(purity("it", &[]), ["it: there is no lib.rs"]);
    }

    #[test]
    fn the_workspace_is_in_order() {
        crate::tests::passes(task);
    }
}
