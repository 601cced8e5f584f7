//! Cases from the files under `vectors/`, with a count that is asserted.
//!
//! Each directory has a `manifest.json` that `cargo xtask vectors` checks: the digest of each file, how many
//! cases it has, and which of them are excluded, one by one, with a reason.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

/// The cases of one array of one file.
#[derive(Debug)]
pub struct Suite {
    name: String,
    cases: Vec<Value>,
    asserted: usize,
}

impl Suite {
    /// Opens the array at the JSON pointer `pointer` of `vectors/<source>/<file>`.
    ///
    /// # Panics
    /// When the file or its entry in the manifest is missing: a check that cannot run fails.
    #[expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "a test that cannot find its cases must fail"
    )]
    pub fn open(source: &str, file: &str, pointer: &str) -> Self {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(source);
        let read = |name: &str| -> Value {
            let path = directory.join(name);
            let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_json::from_slice(&text).unwrap()
        };
        let manifest = read("manifest.json");
        let name = format!("{source}/{file}{pointer}");
        let entry = manifest["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["file"] == file && entry["pointer"] == pointer)
            .unwrap_or_else(|| panic!("{name} is not in the manifest"));
        let excluded: BTreeSet<&str> = entry["excluded"]
            .as_array()
            .map(|items| items.iter().map(|item| item["id"].as_str().unwrap()).collect())
            .unwrap_or_default();
        let asserted = usize::try_from(entry["asserted"].as_u64().unwrap()).unwrap();
        let cases = read(file).pointer(pointer).unwrap().as_array().unwrap().clone();
        let cases = cases
            .into_iter()
            .enumerate()
            .filter(|(index, case)| {
                let number = index.to_string();
                !excluded.contains(case["id"].as_str().unwrap_or(&number))
            })
            .map(|(_, case)| case)
            .collect();
        Self { name, cases, asserted }
    }

    /// Runs `check` on every case that is not excluded, and asserts how many there were.
    ///
    /// # Panics
    /// When `check` does, or when the number of cases is not the manifest's.
    pub fn run(&self, mut check: impl FnMut(&Value)) {
        assert_eq!(self.cases.len(), self.asserted, "{}: cases that ran", self.name);
        self.cases.iter().for_each(&mut check);
    }
}
