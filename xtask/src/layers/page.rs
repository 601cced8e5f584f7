//! The generated block of the architecture page: the diagram and the table of crates.

use std::collections::BTreeMap;

use crate::workspace::{Kind, Package, Workspace};

const BEGIN: &str = "<!-- layers:begin -->\n";
const END: &str = "<!-- layers:end -->";

/// Columns of text in a box of the diagram.
const WIDTH: usize = 86;

/// `text` with what stands between the two markers replaced.
pub(super) fn replace(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{block}{END}{after}"))
}

pub(super) fn block(workspace: &Workspace) -> String {
    let mut layers: BTreeMap<u64, Vec<&Package>> = BTreeMap::new();
    for package in workspace.published() {
        layers.entry(package.layer.unwrap_or_default()).or_default().push(package);
    }
    format!("\n{}\n{}\n", diagram(&layers), table(&layers))
}

fn diagram(layers: &BTreeMap<u64, Vec<&Package>>) -> String {
    let line = |left, middle, right| format!("{left}────{middle}{}{right}", "─".repeat(WIDTH + 2));
    let mut rows = vec!["```text".to_owned(), line('┌', '┬', '┐')];
    for (layer, packages) in layers.iter().rev() {
        if rows.len() > 2 {
            rows.push(line('├', '┼', '┤'));
        }
        let mut label = layer.to_string();
        for text in wrap(packages.iter().map(|package| package.name.as_str())) {
            rows.push(format!("│ {:>2} │ {text:<WIDTH$} │", core::mem::take(&mut label)));
        }
    }
    rows.extend([line('└', '┴', '┘'), "```\n".to_owned()]);
    rows.join("\n")
}

fn wrap<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in words {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 3 + word.chars().count() <= WIDTH => {
                row.push_str(" · ");
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

fn table(layers: &BTreeMap<u64, Vec<&Package>>) -> String {
    let mut rows = "| layer | crate | what it is | of ours | of others |\n|---|---|---|---|---|\n".to_owned();
    for (layer, package) in
        layers.iter().flat_map(|(layer, packages)| packages.iter().map(move |p| (layer, p)))
    {
        let Package { name, description, .. } = package;
        let (ours, others) = (dependencies(package, true), dependencies(package, false));
        rows.push_str(&format!("| {layer} | `{name}` | {description} | {ours} | {others} |\n"));
    }
    rows
}

/// Normal dependencies; in parentheses those behind a feature.
fn dependencies(package: &Package, ours: bool) -> String {
    let chosen = package.dependencies.iter().filter(|d| d.kind == Kind::Normal && d.ours == ours);
    let name = |name: &str| {
        if ours { name.trim_start_matches("countersign").to_owned() } else { name.to_owned() }
    };
    let mut names: Vec<_> = chosen
        .map(|d| (d.optional, name(&d.name)))
        .map(|(optional, name)| if optional { format!("({name})") } else { name })
        .collect();
    names.sort_by(|a, b| a.trim_start_matches('(').cmp(b.trim_start_matches('(')));
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_is_replaced() {
        let text = format!("before\n{BEGIN}old\n{END}\nafter\n");
        assert_eq!(replace(&text, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}\nafter\n"));
        assert_eq!(replace("no block\n", "new\n"), None);
    }

    #[test]
    fn names_fill_a_row_and_go_on_in_the_next() {
        let word = "x".repeat(WIDTH / 2);
        assert_eq!(wrap([word.as_str(), "y", &word].into_iter()), [format!("{word} · y"), word.clone()]);
    }
}
