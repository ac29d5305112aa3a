//! Makes what the README shows: pictures of the demo's own screens, and its tables.
//!
//! `cargo run --example docs` writes them; a test compares them with what is committed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool of the repository, not a part of the program"
)]

#[path = "docs.rs"]
mod docs;

fn main() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in docs::all(root) {
        let path = root.join(path);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == content) {
            continue;
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        println!("wrote {}", path.display());
    }
}
