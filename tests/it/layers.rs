//! The layers of the crate as a test: which module may use what, and how a source file looks.
//!
//! The table below is the one in `src/lib.rs` in a form that a machine reads. Sources are read as
//! tokens, so comments and texts do not count, and `#[cfg(test)]` modules are left out. Only names
//! are looked at: a value of a forbidden type that arrives through an allowed function is not seen.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

mod checks;
mod paths;
mod table;

use paths::{Named, named_paths};
use table::{LAYERS, Layer};

const MOST_LINES: usize = 400;

/// Putting the parts together is all that `wiring` does, in all of its files: a third each for what
/// reads, for what writes, and for what writes later.
const MOST_LINES_OF_WIRING: usize = 400;

/// `src/store/kv/rpc.rs` is the module `store::kv::rpc`.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix("src").unwrap_or(file).with_extension("");
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("::")
}

fn covers(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn refused(layer: &Layer, path: &str) -> bool {
    layer
        .never
        .iter()
        .any(|never| covers(never, path) || path.ends_with(&format!("::{never}")))
}

/// Why this path may not be named in this layer, if it may not.
fn objection(layer: &Layer, path: &str) -> Option<String> {
    let module = layer.module;
    if refused(layer, path) {
        return Some(format!("`{module}` must never use `{path}`"));
    }
    if let Some(inside) = path.strip_prefix("crate::") {
        let allowed = covers(module, inside) || layer.inside.iter().any(|m| covers(m, inside));
        return (!allowed).then(|| format!("`{module}` may not use `{path}`"));
    }
    if ["std::", "core::", "alloc::"]
        .iter()
        .any(|start| path.starts_with(start))
    {
        return None;
    }
    // `Instant::now` names a type that is in scope: where it came from was a path of its own.
    if path.starts_with(|first: char| first.is_uppercase()) {
        return None;
    }
    let allowed = layer.outside.iter().any(|outside| covers(outside, path));
    (!allowed).then(|| format!("`{module}` may not use the crate path `{path}`"))
}

/// Everything wrong with one source file, one line each: `file:line: what`.
fn faults(file: &Path, source: &str, crates: &BTreeSet<String>) -> Vec<String> {
    let mut found = form(source, file.starts_with("src"), MOST_LINES);
    // `tests.rs` is the file of a `#[cfg(test)]` module
    if file.starts_with("src") && !file.ends_with("tests.rs") {
        found.extend(imports(&module_of(file), source, crates));
    }
    found.sort();
    found
        .into_iter()
        .map(|(line, what)| format!("{}:{line}: {what}", file.display()))
        .collect()
}

fn imports(module: &str, source: &str, crates: &BTreeSet<String>) -> Vec<(usize, String)> {
    let row = LAYERS.iter().filter(|layer| covers(layer.module, module));
    let Some(layer) = row.max_by_key(|layer| layer.module.len()) else {
        return vec![(
            1,
            format!("`{module}` has no row in the table of tests/it/layers.rs"),
        )];
    };
    let root = ["lib", "main"].contains(&module);
    match named_paths(source, if root { "" } else { module }, crates) {
        Err(line) => vec![(line, "this is not Rust".to_owned())],
        Ok(named) => named
            .into_iter()
            .filter_map(|Named { line, path }| Some((line, objection(layer, &path)?)))
            .collect(),
    }
}

/// What holds for every file, and a little more for those of the program itself.
fn form(source: &str, program: bool, most_lines: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let lines = source.lines().count();
    if lines > most_lines {
        found.push((
            lines,
            format!("{lines} lines; at most {most_lines} here: split the file"),
        ));
    }
    if !source.starts_with("//! ") {
        found.push((1, "a file opens with `//!`: why it exists".to_owned()));
    }
    if program {
        for forbidden in ["#[allow(", "#![allow(", "todo!", "unimplemented!"] {
            let hits = source
                .lines()
                .enumerate()
                .filter(|(_, line)| code(line).contains(forbidden));
            found.extend(hits.map(|(at, _)| (at + 1, format!("`{forbidden}` is not used here"))));
        }
    }
    found
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

fn sources_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of our dependencies as code writes them.
fn dependencies(root: &Path) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let table = manifest["dependencies"].as_table().unwrap();
    table.keys().map(|name| name.replace('-', "_")).collect()
}

fn too_much_wiring(lines: usize) -> Option<String> {
    let most = MOST_LINES_OF_WIRING;
    (lines > most).then(|| format!("`wiring` has {lines} lines in all, and at most {most}"))
}

#[test]
fn every_file_keeps_to_its_layer_and_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = dependencies(root);
    let mut files = Vec::new();
    sources_below(&root.join("src"), &mut files);
    sources_below(&root.join("tests"), &mut files);
    assert!(files.len() > 10, "the sources were not found");

    let mut found = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root).unwrap();
        found.extend(faults(name, &fs::read_to_string(file).unwrap(), &crates));
        if name.starts_with("src") && name.ends_with("mod.rs") {
            found.push(format!(
                "{}: write `name.rs` beside `name/`",
                name.display()
            ));
        }
    }
    let lines = |file: &&PathBuf| fs::read_to_string(file).unwrap().lines().count();
    let wiring = files.iter().filter(|file| {
        let name = file.strip_prefix(root).unwrap();
        name.starts_with("src") && covers("wiring", &module_of(name))
    });
    found.extend(too_much_wiring(wiring.map(|file| lines(&file)).sum()));
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_row_names_modules_that_have_a_row_and_real_dependencies() {
    let crates = dependencies(Path::new(env!("CARGO_MANIFEST_DIR")));
    for layer in LAYERS {
        for inside in layer.inside {
            assert!(
                LAYERS.iter().any(|other| covers(other.module, inside)),
                "{inside}"
            );
        }
        for outside in layer.outside {
            let name = outside.split("::").next().unwrap();
            assert!(crates.contains(name), "{outside} is not a dependency");
        }
    }
}

/// The driver's functions that write, and those that run whatever they are given.
const WRITES: [&str; 16] = [
    "insert_one",
    "insert_many",
    "update_one",
    "update_many",
    "replace_one",
    "delete_one",
    "delete_many",
    "find_one_and_update",
    "find_one_and_replace",
    "find_one_and_delete",
    "bulk_write",
    "create_collection",
    "create_index",
    "create_indexes",
    "drop_index",
    "start_transaction",
];

#[test]
fn only_the_writer_calls_what_writes_to_mongodb() {
    let mut sources = Vec::new();
    sources_below(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(),
        &mut sources,
    );
    let mut writing = BTreeSet::new();
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        let calls = |line: &str| {
            WRITES
                .iter()
                .any(|name| line.contains(&format!(".{name}(")))
        };
        if source.lines().map(code).any(calls) {
            let inside = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
            writing.insert(inside.to_string_lossy().into_owned());
        }
    }
    assert_eq!(
        writing,
        BTreeSet::from(["src/store/mongo/write.rs".to_owned()])
    );
}
