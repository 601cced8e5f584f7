//! Test vectors are the files their manifests describe: digest, case count, asserted count.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Outcome, no_arguments, shell, verdict};

const DIRECTORY: &str = "crates/testkit/vectors";

/// The files of one source, by name.
type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let mut findings = Vec::new();
    let mut asserted = 0;
    let directory = shell::root().join(DIRECTORY);
    let sources = fs::read_dir(&directory).map_err(|error| format!("{DIRECTORY}: {error}"))?;
    for source in sources {
        let source = source?;
        let name = source.file_name().to_string_lossy().into_owned();
        if !source.file_type()?.is_dir() {
            findings.push(format!("{name} is in no source's directory"));
            continue;
        }
        match check(&read(&source.path())?) {
            Ok(count) => asserted += count,
            Err(found) => findings.extend(found.into_iter().map(|finding| format!("{name}: {finding}"))),
        }
    }
    if asserted == 0 && findings.is_empty() {
        findings.push(format!("{DIRECTORY} holds no vectors"));
    }
    verdict("vectors", &findings)?;
    shell::note(&format!("{asserted} cases asserted"));
    Ok(())
}

fn read(directory: &Path) -> Outcome<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    Ok(files)
}

/// The number of asserted cases of a source, or what is wrong with it.
fn check(files: &Files) -> Result<u64, Vec<String>> {
    let mut findings = Vec::new();
    let readme = files.get("README.md").map(|text| String::from_utf8_lossy(text).to_lowercase());
    for word in ["origin", "revision", "licence"] {
        if !readme.as_ref().is_some_and(|text| text.contains(word)) {
            findings.push(format!("README.md does not say the {word}"));
        }
    }
    let manifest = files.get("manifest.json").and_then(|text| serde_json::from_slice::<Value>(text).ok());
    let Some(entries) = manifest.as_ref().and_then(|manifest| manifest.get("files")?.as_array()) else {
        findings.push("manifest.json is missing or has no list of files".to_owned());
        return Err(findings);
    };
    let mut asserted = 0;
    for entry in entries {
        match check_entry(entry, files) {
            Ok(count) => asserted += count,
            Err(finding) => findings.push(finding),
        }
    }
    let listed = |name: &str| entries.iter().any(|entry| entry.get("file").is_some_and(|file| file == name));
    for name in files.keys().filter(|name| !["README.md", "manifest.json"].contains(&name.as_str())) {
        if !listed(name) {
            findings.push(format!("{name} is not in manifest.json"));
        }
    }
    if findings.is_empty() { Ok(asserted) } else { Err(findings) }
}

fn check_entry(entry: &Value, files: &Files) -> Result<u64, String> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let number = |name: &str| entry.get(name).and_then(Value::as_u64);
    let file = text("file").ok_or("an entry names no file")?;
    let content = files.get(file).ok_or_else(|| format!("{file} does not exist"))?;
    let digest = hex(&Sha256::digest(content));
    if text("sha256") != Some(&digest) {
        return Err(format!("{file} has the digest {digest}, which is not the manifest's"));
    }
    let cases = cases(file, content, text("pointer"))?;
    let count = cases.len() as u64;
    if number("cases") != Some(count) {
        return Err(format!("{file} holds {count} cases, which is not the manifest's count"));
    }
    let none = Vec::new();
    let excluded = entry.get("excluded").map_or(Some(&none), Value::as_array);
    let excluded = excluded.ok_or_else(|| format!("{file}: `excluded` is not a list"))?;
    let mut ids = Vec::new();
    for exclusion in excluded {
        let of = |name: &str| exclusion.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let id = of("id").ok_or_else(|| format!("{file}: an exclusion has no id"))?;
        of("reason").ok_or_else(|| format!("{file}: {id} is excluded without a reason"))?;
        // A case without a name of its own goes by its place in the list, counted from 0.
        let is = |(index, case): (usize, _)| {
            case_id(case).map_or_else(|| index.to_string() == id, |own| own == id)
        };
        if ids.contains(&id) || !cases.iter().enumerate().any(is) {
            return Err(format!("{file}: the exclusion {id} is not one case"));
        }
        ids.push(id);
    }
    let left = count - ids.len() as u64;
    if number("asserted") != Some(left) {
        return Err(format!("{file}: {left} cases are left to assert, which is not the manifest's count"));
    }
    Ok(left)
}

/// The cases of a file: the array at the pointer, or the whole file as one case.
fn cases(file: &str, content: &[u8], pointer: Option<&str>) -> Result<Vec<Value>, String> {
    let Some(pointer) = pointer else {
        return Ok(vec![Value::Null]);
    };
    let document: Value = serde_json::from_slice(content).map_err(|error| format!("{file}: {error}"))?;
    let cases = document.pointer(pointer).and_then(Value::as_array);
    cases.cloned().ok_or_else(|| format!("{file} has no array at {pointer:?}"))
}

fn case_id(case: &Value) -> Option<&str> {
    case.get("id").or_else(|| case.get("name"))?.as_str()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &str = r#"{"vectors":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#;

    fn entry() -> Value {
        serde_json::json!({
            "file": "x.json", "sha256": hex(&Sha256::digest(CASES)), "pointer": "/vectors", "cases": 3,
            "excluded": [{ "id": "b", "reason": "published with a misprint" }], "asserted": 2,
        })
    }

    #[track_caller]
    fn run(change: impl FnOnce(&mut Value, &mut Files)) -> Result<u64, Vec<String>> {
        let mut files = Files::from([
            ("README.md".to_owned(), b"Origin: here. Revision: 1. Licence: none.".to_vec()),
            ("x.json".to_owned(), CASES.as_bytes().to_vec()),
        ]);
        let mut entry = entry();
        change(&mut entry, &mut files);
        let manifest = serde_json::json!({ "files": [entry] });
        files.entry("manifest.json".to_owned()).or_insert_with(|| manifest.to_string().into_bytes());
        check(&files)
    }

    #[test]
    fn a_source_as_described_passes() {
        assert_eq!(run(|_, _| {}), Ok(2));
        assert_eq!(check_entry(&entry(), &Files::new()), Err("x.json does not exist".to_owned()));
    }

    #[test]
    fn what_is_not_as_described_fails() {
        #[track_caller]
        fn check(change: impl FnOnce(&mut Value, &mut Files)) {
            assert!(run(change).is_err());
        }
        check(|_, files| files.insert("x.json".into(), CASES.replace('a', "A").into()).map_or((), drop));
        check(|_, files| files.insert("stray.json".into(), b"[]".to_vec()).map_or((), drop));
        check(|_, files| files.insert("manifest.json".into(), b"{}".to_vec()).map_or((), drop));
        check(|_, files| files.insert("README.md".into(), b"origin, revision".to_vec()).map_or((), drop));
        check(|entry, _| entry["cases"] = 4.into());
        check(|entry, _| entry["asserted"] = 3.into());
        check(|entry, _| entry["pointer"] = "/cases".into());
        check(|entry, _| entry["excluded"][0]["reason"] = "".into());
        check(|entry, _| entry["excluded"][0]["id"] = "z".into());
        check(|entry, _| entry["excluded"] = "none".into());
        check(|entry, _| {
            let twice = entry["excluded"][0].clone();
            entry["excluded"] = [twice.clone(), twice].to_vec().into();
        });
        check(|entry, _| entry["sha256"] = Value::Null);
        check(|entry, _| entry["file"] = "y.json".into());
    }

    #[test]
    fn the_vectors_are_as_described() {
        crate::tests::passes(task);
    }
}
