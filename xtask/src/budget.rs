//! What a job costs whoever takes it up: third-party crates, counted in a throw-away consumer.

use std::{collections::BTreeSet, fs};

use crate::{
    Outcome, no_arguments,
    scratch::Scratch,
    shell, verdict,
    workspace::{Package, Workspace},
};

/// Something that somebody wants done, and the crates it takes, without their default features.
struct Job {
    name: &'static str,
    crates: &'static [&'static str],
    limit: usize,
}

const JOBS: &[Job] = &[
    Job { name: "OAuth 1.0a signature alone", crates: &["countersign-oauth1"], limit: 19 },
    Job { name: "code + PKCE, a transport of one's own", crates: &["countersign-flow"], limit: 22 },
    Job {
        name: "code + PKCE, blocking",
        crates: &["countersign-flow", "countersign-transport", "countersign-transport-ureq"],
        limit: 37,
    },
    Job {
        name: "service account, blocking",
        crates: &[
            "countersign-flow",
            "countersign-google",
            "countersign-jwt",
            "countersign-transport",
            "countersign-transport-ureq",
        ],
        limit: 37,
    },
];

struct Cost {
    crates: usize,
    c_compiler: bool,
}

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let workspace = Workspace::load()?;
    let mut findings = Vec::new();
    shell::note(" crates  limit  C compiler  job");
    for Job { name, crates, limit } in JOBS {
        let cost = measure(
            &workspace.chosen(&crates.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?,
            false,
        )?;
        print(&cost, &limit.to_string(), name);
        if cost.crates > *limit {
            findings.push(format!("{name}: {} third-party crates, and {limit} is the limit", cost.crates));
        }
    }
    let has_job = |package: &&Package| JOBS.iter().any(|job| job.crates == [package.name.as_str()]);
    for package in workspace.published().filter(|package| package.library && !has_job(package)) {
        print(&measure(&[package], true)?, "-", &package.name);
    }
    for row in claims(&fs::read_to_string(shell::root().join("README.md"))?) {
        let cost = measure(&workspace.chosen(&row.crates)?, true)?;
        if (cost.crates, cost.c_compiler) != (row.cost.crates, row.cost.c_compiler) {
            let compiler = if cost.c_compiler { "yes" } else { "no" };
            findings.push(format!(
                "README.md: {} takes {} third-party crates, C compiler: {compiler}",
                row.crates.join(" with "),
                cost.crates,
            ));
        }
    }
    verdict("budget", &findings)
}

/// What a row of the README's table says that some crates cost.
struct Claim {
    crates: Vec<String>,
    cost: Cost,
}

/// The rows of the form `| what for | `crate`, `crate` | 18 | no |`.
fn claims(readme: &str) -> Vec<Claim> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, _, crates, count, compiler, _] = cells.as_slice() else {
            return None;
        };
        let crates: Vec<String> =
            crates.split('`').filter(|name| name.starts_with("countersign")).map(str::to_owned).collect();
        let cost = Cost { crates: count.parse().ok()?, c_compiler: *compiler == "yes" };
        Some(Claim { crates, cost })
    };
    readme.lines().filter_map(row).collect()
}

fn print(cost: &Cost, limit: &str, name: &str) {
    let compiler = if cost.c_compiler { "yes" } else { "no" };
    shell::note(&format!("{:>7}  {limit:>5}  {compiler:>10}  {name}", cost.crates));
}

/// Builds nothing: a manifest, the workspace's own lock file, and what cargo makes of them.
fn measure(packages: &[&Package], default_features: bool) -> Outcome<Cost> {
    let consumer = Scratch::new("consumer")?;
    let path = consumer.path();
    fs::create_dir(path.join("src"))?;
    fs::write(path.join("src/lib.rs"), "")?;
    fs::write(path.join("Cargo.toml"), manifest(packages, default_features))?;
    fs::copy(shell::root().join("Cargo.lock"), path.join("Cargo.lock"))?;
    let tree = |edges| {
        shell::capture(
            shell::cargo(["tree", "--offline", "--prefix", "none", "--edges", edges]).current_dir(path),
        )
    };
    let crates = third_party(&tree("normal")?);
    let with_build = third_party(&tree("normal,build")?);
    let c_compiler =
        with_build.iter().any(|line| ["cc ", "cmake "].iter().any(|tool| line.starts_with(tool)));
    Ok(Cost { crates: crates.len(), c_compiler })
}

fn manifest(packages: &[&Package], default_features: bool) -> String {
    let mut manifest =
        "[package]\nname = \"consumer\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n".to_owned();
    for Package { name, directory, .. } in packages {
        manifest.push_str(&format!(
            "{name} = {{ path = {directory:?}, default-features = {default_features} }}\n"
        ));
    }
    manifest
}

/// The distinct crates of a tree, by name and version, that come from a registry.
fn third_party(tree: &str) -> BTreeSet<String> {
    let from_registry = |line: &&str| !line.is_empty() && !line.contains(['/', '\\']);
    tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(from_registry).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_crates_of_others_count_and_each_once() {
        let tree = "consumer v0.0.0 (/tmp/x)\ncountersign-wire v0.1.0 (/src/x)\nhttp v1.5.0\nbytes v1.0.0\nhttp v1.5.0 (*)\nserde_derive v1.0.0 (proc-macro)\nhttp v0.2.0\n\n";
        assert_eq!(third_party(tree).len(), 4);
    }

    #[test]
    fn the_readme_is_taken_at_its_word() {
        let table = "| to | take | crates | C |\n|---|---|---|---|\n\
                     | sign | `countersign-a` with `countersign-b` | 18 | no |\n| else | `x` | – | yes |\n";
        let claims = claims(table);
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].crates, ["countersign-a", "countersign-b"]);
        assert_eq!((claims[0].cost.crates, claims[0].cost.c_compiler), (18, false));
        assert!(!super::claims(include_str!("../../README.md")).is_empty());
    }

    #[test]
    fn the_consumer_takes_what_the_job_names() {
        let package =
            Package { name: "countersign-x".to_owned(), directory: "/x".into(), ..Package::default() };
        let manifest = manifest(&[&package], false);
        assert!(
            manifest.ends_with("\ncountersign-x = { path = \"/x\", default-features = false }\n"),
            "{manifest}"
        );
    }

    #[test]
    fn a_consumer_is_measured() {
        let workspace = Workspace::load().unwrap();
        let token = workspace.chosen(&["countersign-token".to_owned()]).unwrap();
        let cost = measure(&token, false).unwrap();
        assert!((1..10).contains(&cost.crates), "{}", cost.crates);
        assert!(!cost.c_compiler);
    }
}
