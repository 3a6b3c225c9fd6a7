//! Which tests run as WebAssembly.
//!
//! Those that name `wasm_bindgen_test`: files of a crate's `tests/` folder, and its library if a
//! source file does. The rest of a crate's tests use dev-dependencies that need not build for the
//! target, so only these are compiled.

use crate::environment::Environment;
use std::fs;
use std::path::Path;

/// A crate's arguments for `cargo test` or `cargo clippy`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    pub(crate) package: String,
    pub(crate) targets: Vec<String>,
}

impl Suite {
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--package".to_owned(), self.package.clone()];
        arguments.extend(self.targets.iter().cloned());
        arguments
    }
}

/// The suites of all crates in `crates/`, in the order of their names.
pub(crate) fn find(environment: &Environment) -> Vec<Suite> {
    let mut folders = children(&environment.root.join("crates"));
    folders.sort();
    folders.iter().filter_map(|folder| suite(folder)).collect()
}

fn suite(folder: &Path) -> Option<Suite> {
    let package = folder.file_name()?.to_str()?.to_owned();
    let mut targets = Vec::new();
    if names_it(&folder.join("src")) {
        targets.push("--lib".to_owned());
    }
    let mut files = children(&folder.join("tests"));
    files.sort();
    for file in files {
        if names_it(&file)
            && let Some(name) = file.file_stem().and_then(|stem| stem.to_str())
        {
            targets.extend(["--test".to_owned(), name.to_owned()]);
        }
    }
    (!targets.is_empty()).then_some(Suite { package, targets })
}

fn names_it(path: &Path) -> bool {
    if path.is_dir() {
        return children(path).iter().any(|child| names_it(child));
    }
    path.extension().is_some_and(|extension| extension == "rs")
        && fs::read_to_string(path).is_ok_and(|text| text.contains("wasm_bindgen_test"))
}

/// The entries of a folder; none if there is no such folder.
fn children(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_ask_for_it_run_in_the_browser() {
        let folder = std::env::temp_dir().join(format!("reroute-suite-{}", std::process::id()));
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "");
        write("tests/native.rs", "#[test] fn a() {}");
        assert_eq!(suite(&folder), None);
        write("tests/same.rs", "use wasm_bindgen_test::wasm_bindgen_test;");
        let found = suite(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.targets, ["--test", "same"]);
    }
}
