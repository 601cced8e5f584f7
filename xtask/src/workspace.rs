//! The workspace as cargo sees it.

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    Outcome,
    shell::{capture, cargo},
};

/// Every package of the workspace, by name.
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
}

#[derive(Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) description: String,
    /// Where its manifest lies.
    pub(crate) directory: PathBuf,
    pub(crate) published: bool,
    pub(crate) library: bool,
    pub(crate) layer: Option<u64>,
    /// Without `default`.
    pub(crate) features: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    /// Whether it is a package of this workspace.
    pub(crate) ours: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Build,
    Dev,
}

impl Workspace {
    pub(crate) fn load() -> Outcome<Self> {
        let text = capture(&mut cargo(["metadata", "--format-version", "1", "--no-deps"]))?;
        Self::from_metadata(&serde_json::from_str(&text)?)
            .ok_or_else(|| "cargo metadata is not as expected".into())
    }

    /// The packages that others get to see.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.published)
    }

    /// The published packages of these names, or all of them when there are no names.
    pub(crate) fn chosen(&self, names: &[String]) -> Outcome<Vec<&Package>> {
        if names.is_empty() {
            return Ok(self.published().collect());
        }
        let find = |name: &String| {
            let found = self.published().find(|package| package.name == *name);
            found.ok_or_else(|| format!("no published crate is called `{name}`").into())
        };
        names.iter().map(find).collect()
    }

    fn from_metadata(metadata: &Value) -> Option<Self> {
        let packages = metadata.get("packages")?.as_array()?;
        let mut packages = packages.iter().map(Package::from_metadata).collect::<Option<Vec<_>>>()?;
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Some(Self { packages })
    }
}

impl Package {
    fn from_metadata(package: &Value) -> Option<Self> {
        let text = |name: &str| package.get(name).and_then(Value::as_str).map(str::to_owned);
        let list = |name: &str| package.get(name).and_then(Value::as_array);
        let manifest = PathBuf::from(text("manifest_path")?);
        let is_library = |target: &Value| {
            target
                .get("kind")
                .and_then(Value::as_array)
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"))
        };
        Some(Self {
            name: text("name")?,
            description: text("description").unwrap_or_default(),
            directory: manifest.parent()?.to_owned(),
            // Absent means every registry, an empty list none.
            published: list("publish").is_none_or(|registries| !registries.is_empty()),
            library: list("targets")?.iter().any(is_library),
            layer: package.pointer("/metadata/countersign/layer").and_then(Value::as_u64),
            features: package
                .get("features")?
                .as_object()?
                .keys()
                .filter(|name| *name != "default")
                .cloned()
                .collect(),
            dependencies: list("dependencies")?
                .iter()
                .map(Dependency::from_metadata)
                .collect::<Option<_>>()?,
        })
    }
}

impl Dependency {
    fn from_metadata(dependency: &Value) -> Option<Self> {
        Some(Self {
            name: dependency.get("name")?.as_str()?.to_owned(),
            kind: match dependency.get("kind")?.as_str() {
                None => Kind::Normal,
                Some("build") => Kind::Build,
                Some(_) => Kind::Dev,
            },
            optional: dependency.get("optional")?.as_bool()?,
            ours: dependency.get("path").is_some_and(Value::is_string),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_read() {
        let workspace = Workspace::load().unwrap();
        let xtask = workspace.packages.iter().find(|package| package.name == "xtask").unwrap();
        assert!(!xtask.published && !xtask.library && xtask.layer.is_none());
        let token = workspace.published().find(|package| package.name == "countersign-token").unwrap();
        assert!(token.library && token.layer == Some(0));
        assert!(token.features.contains(&"json".to_owned()));
        assert!(token.dependencies.iter().any(|d| d.name == "testkit" && d.kind == Kind::Dev && d.ours));
        assert!(workspace.chosen(&["countersign-nothing".to_owned()]).is_err());
        assert_eq!(workspace.chosen(&["countersign-token".to_owned()]).unwrap().len(), 1);
    }
}
