//! What the README shows is what the program does: its tables and pictures are made from it.

use std::path::Path;

use crate::docs;

#[test]
fn the_readme_and_its_pictures_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in docs::all(root) {
        let committed = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        assert!(
            committed == content,
            "{path} is out of date: run `cargo run --example docs`, look at it, and commit it"
        );
    }
}
