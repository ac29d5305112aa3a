//! What the README shows is what the program does: its tables and pictures are made from it.

use std::path::Path;

use dualscope::app::keymap::Keymap;

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

#[test]
fn the_key_file_that_the_readme_shows_can_be_used() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let keys = readme.split("## Keys").nth(1).unwrap();
    let example = keys.split("```toml").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let mut map = Keymap::builtin().unwrap();
    map.apply("README.md", example).unwrap();
    assert_ne!(map, Keymap::builtin().unwrap());
}
