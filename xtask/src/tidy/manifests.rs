//! How manifests are written.

use super::{File, Project};

/// Dependencies are in order within a group; a blank line begins a new group.
pub(super) fn sorted(project: &Project) -> Vec<String> {
    let is_manifest = |file: &&File| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml");
    project.files.iter().filter(is_manifest).flat_map(unsorted).collect()
}

fn unsorted(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let mut in_dependencies = false;
    let mut previous = "";
    let mut open = 0_usize;
    for line in file.text.lines() {
        let inside_value = open > 0;
        if !line.starts_with('#') {
            open = (open + line.matches(['[', '{']).count()).saturating_sub(line.matches([']', '}']).count());
        }
        if inside_value {
            continue;
        }
        if line.starts_with('[') {
            in_dependencies = line.trim_end().ends_with("dependencies]");
            previous = "";
        } else if line.trim().is_empty() {
            previous = "";
        } else if in_dependencies && !line.starts_with('#') {
            let name = line.split([' ', '.', '=']).next().unwrap_or_default();
            if name < previous {
                findings.push(format!("{}: `{name}` stands after `{previous}`", file.path));
            }
            previous = name;
        }
    }
    findings
}

pub(super) fn lints(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for (directory, _) in &project.members {
        let path = format!("{directory}/Cargo.toml");
        let follows = |file: &File| file.text.contains("\n[lints]\nworkspace = true\n");
        if !project.file(&path).is_some_and(follows) {
            findings.push(format!("{path}: the lints are not the workspace's"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn dependencies_are_in_order() {
        #[track_caller]
        fn manifest(dependencies: &str, expected: &[&str]) {
            check("fuzz/Cargo.toml", &format!("[dependencies]\n{dependencies}"), expected);
        }
        manifest("a = \"1\"\nb.workspace = true\n\na-b = \"1\"\nc = { version = \"1\" }\n", &[]);
        manifest("a = { features = [\n  \"z\",\n  \"b\",\n] }\n# why\nb = \"1\"\n", &[]);
        manifest("b = \"1\"\n# why\na = \"1\"\n", &["fuzz/Cargo.toml: `a` stands after `b`"]);
        manifest("b = \"1\"\n[dev-dependencies]\na = \"1\"\n", &[]);
        manifest(
            "a = \"1\"\n[target.'cfg(unix)'.dependencies]\nb = \"1\"\na = \"1\"\n",
            &["fuzz/Cargo.toml: `a` stands after `b`"],
        );
        check("fuzz/Cargo.toml", "[features]\nb = []\na = []\n", &[]);
    }

    #[test]
    fn a_member_follows_the_lints_of_the_workspace() {
        let finding = "crates/it/Cargo.toml: the lints are not the workspace's";
        check("crates/it/Cargo.toml", "[package]\nname = \"it\"\n", &[finding]);
        check("fuzz/Cargo.toml", "[package]\nname = \"fuzz\"\n", &[]);
    }
}
