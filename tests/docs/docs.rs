//! What is made for the README, each with its path below the repository.

use std::path::Path;

mod scenes;
mod svg;
mod tables;

/// Every made file with its content.
pub(crate) fn all(root: &Path) -> Vec<(String, String)> {
    let mut made: Vec<(String, String)> = scenes::all()
        .into_iter()
        .map(|(name, buffer)| (format!("assets/pictures/{name}.svg"), svg::picture(&buffer)))
        .collect();
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README can be read");
    made.push(("README.md".to_owned(), tables::fill(&readme)));
    made
}
