//! The checker itself, on small made-up sources: a check that cannot fail is worse than none.

use std::collections::BTreeSet;
use std::path::Path;

use super::{faults, too_much_wiring};

/// The complaints about `source` as the file `src/<module>.rs`, without the file's name.
fn complaints(file: &str, source: &str) -> Vec<String> {
    let crates: BTreeSet<String> = ["mongodb", "ratatui", "tokio", "serde", "jiff"]
        .map(str::to_owned)
        .into();
    let source = format!("//! Made up.\n{source}");
    let found = faults(Path::new(file), &source, &crates);
    found
        .into_iter()
        .map(|line| line.strip_prefix(file).unwrap()[1..].to_owned())
        .collect()
}

#[test]
fn a_module_outside_its_layer_is_named_with_its_line() {
    assert_eq!(
        complaints("src/domain/key.rs", "\nuse crate::store::port::Values;\n"),
        ["3: `domain` may not use `crate::store::port::Values`"]
    );
    assert_eq!(
        complaints(
            "src/app/browse.rs",
            "use crate::{domain::Key, ui::{self, theme}, cli};"
        ),
        [
            "2: `app` may not use `crate::cli`",
            "2: `app` may not use `crate::ui::theme`",
            "2: `app` may not use `crate::ui`",
        ]
    );
}

#[test]
fn super_is_followed_to_where_it_leads() {
    let deep = "src/store/kv/rpc.rs";
    assert_eq!(
        complaints(deep, "use super::super::super::task::spec::TaskId;").len(),
        1
    );
    assert_eq!(
        complaints(deep, "use super::super::super::domain::Key;"),
        [""; 0]
    );
    assert_eq!(
        complaints(deep, "mod inner { use super::super::super::port::Values; }"),
        [""; 0]
    );
    assert_eq!(
        complaints("src/ui.rs", "fn f() { super::store::open() }").len(),
        1
    );
}

#[test]
fn paths_written_out_in_code_count() {
    assert_eq!(
        complaints(
            "src/ui/status.rs",
            "fn f() { let _ = crate::config::load(); }"
        ),
        ["2: `ui` may not use `crate::config::load`"]
    );
    assert_eq!(
        complaints("src/app.rs", "fn f() { g(vec![tokio::time::sleep(d)]) }"),
        ["2: `app` may not use the crate path `tokio::time::sleep`"]
    );
    assert_eq!(
        complaints("src/domain.rs", "#[tokio::main] fn f() {}").len(),
        1
    );
    assert_eq!(
        complaints("src/domain.rs", "fn f() -> mongodb::error::Result<()> {}").len(),
        1
    );
    assert_eq!(
        complaints(
            "src/domain.rs",
            "macro_rules! m { () => { $crate::store::x() } }"
        )
        .len(),
        1
    );
}

#[test]
fn a_part_of_a_crate_can_be_allowed_and_a_part_of_std_refused() {
    assert_eq!(
        complaints("src/app/layout.rs", "use ratatui::layout::Rect;"),
        [""; 0]
    );
    assert_eq!(
        complaints(
            "src/app/layout.rs",
            "use ratatui::{layout::Rect, style::Style};"
        )
        .len(),
        1
    );
    assert_eq!(complaints("src/app/layout.rs", "use ratatui::*;").len(), 1);
    assert_eq!(
        complaints("src/ui.rs", "use ratatui::crossterm::event::Event;").len(),
        1
    );
    for clock in ["Instant", "SystemTime"] {
        let source = format!("use std::time::{clock};\nfn f() {{ {clock}::now(); }}");
        let said = format!("3: `ui` must never use `{clock}::now`");
        assert_eq!(complaints("src/ui/status.rs", &source), [said]);
    }
    assert_eq!(
        complaints("src/app.rs", "use std::{fs, sync::Arc};").len(),
        1
    );
    assert_eq!(
        complaints(
            "src/app.rs",
            "use std::time::Instant;\nfn f() { Instant::now(); }"
        ),
        ["3: `app` must never use `Instant::now`"]
    );
    assert_eq!(
        complaints("src/app.rs", "fn f() { std::time::SystemTime::now(); }").len(),
        1
    );
    assert_eq!(
        complaints("src/tui.rs", "fn f() { std::time::Instant::now(); }"),
        [""; 0]
    );
}

#[test]
fn the_longest_row_counts() {
    assert_eq!(
        complaints("src/task/runtime.rs", "use tokio::task::JoinSet;"),
        [""; 0]
    );
    assert_eq!(
        complaints("src/task/spec.rs", "use tokio::task::JoinSet;").len(),
        1
    );
    assert_eq!(
        complaints("src/task/spec.rs", "use super::runtime::Runtime;").len(),
        1
    );
    assert_eq!(
        complaints("src/app.rs", "use crate::task::runtime::Runtime;").len(),
        1
    );
    assert_eq!(
        complaints("src/task/job.rs", "use crate::store::mongo::Mongo;").len(),
        1
    );
    assert_eq!(
        complaints("src/store/mongo/read.rs", "use mongodb::Client;"),
        [""; 0]
    );
    assert_eq!(
        complaints("src/store/memory.rs", "use mongodb::Client;").len(),
        1
    );
}

#[test]
fn the_binary_is_another_crate_and_wiring_knows_no_front_end() {
    assert_eq!(
        complaints("src/main.rs", "use dualscope::{cli, tui, wiring};"),
        [""; 0]
    );
    assert_eq!(
        complaints("src/main.rs", "use dualscope::store::mongo;").len(),
        1
    );
    assert_eq!(
        complaints("src/wiring.rs", "use crate::store::{kv, memory, mongo};"),
        [""; 0]
    );
    assert_eq!(
        complaints("src/wiring.rs", "use crate::cli::args::Args;").len(),
        1
    );
    assert_eq!(
        complaints("src/cli/read.rs", "use crate::app::App;").len(),
        1
    );
}

#[test]
fn comments_texts_and_test_modules_do_not_count() {
    let source = r##"
        /// Like [`crate::store::Values`], or `tokio::spawn`.
        // use crate::store::port;
        const TEXT: &str = "use crate::store::port; tokio::spawn";
        const RAW: &str = r#"crate::ui::draw()"#;
        #[cfg(test)]
        mod tests {
            use super::super::store::memory::Memory;
            fn f() { tokio::spawn(x); }
        }
    "##;
    assert_eq!(complaints("src/domain.rs", source), [""; 0]);
    let after = format!("{source}\nmod other {{ use crate::store::port::Values; }}");
    assert_eq!(
        complaints("src/domain.rs", &after).len(),
        1,
        "the next module counts again"
    );
    let captured = "fn f() -> impl Sized + use<> { crate::store::x() }";
    assert_eq!(
        complaints("src/domain.rs", captured).len(),
        1,
        "this `use` is no item"
    );
    assert_eq!(
        complaints("src/domain/tests.rs", "use crate::store::x;"),
        [""; 0]
    );
    let function = "#[cfg(test)] fn f() {}\nmod other { use crate::store::port::Values; }";
    assert_eq!(
        complaints("src/domain.rs", function).len(),
        1,
        "an attribute ends with its item"
    );
}

#[test]
fn names_of_this_file_are_not_crates() {
    let source =
        "pub mod bson; pub use bson::Bson; fn f() { Kind::Text; self.serde.go(); a.tokio::<u8>() }";
    assert_eq!(complaints("src/domain.rs", source), [""; 0]);
}

#[test]
fn a_new_module_needs_a_row() {
    assert_eq!(
        complaints("src/helpers.rs", ""),
        ["1: `helpers` has no row in the table of tests/it/layers.rs"]
    );
}

#[test]
fn form_is_checked() {
    let long = "// line\n".repeat(400);
    assert_eq!(complaints("src/ui.rs", &long).len(), 1);
    assert!(too_much_wiring(401).is_some() && too_much_wiring(400).is_none());
    assert_eq!(complaints("tests/it/story.rs", &long).len(), 1);
    assert_eq!(complaints("src/ui.rs", &"// line\n".repeat(399)), [""; 0]);

    assert_eq!(
        complaints("src/ui.rs", "#[allow(dead_code)]\nfn f() { todo!() }").len(),
        2
    );
    assert_eq!(
        complaints("src/ui.rs", "fn f() { unimplemented!() } // todo!").len(),
        1
    );
    assert_eq!(
        complaints("tests/it/story.rs", "#[allow(dead_code)] fn f() {}"),
        [""; 0]
    );

    let nameless = faults(Path::new("src/ui.rs"), "use std::fmt;\n", &BTreeSet::new());
    assert_eq!(
        nameless,
        ["src/ui.rs:1: a file opens with `//!`: why it exists"]
    );
    let broken = faults(Path::new("src/ui.rs"), "//! x\nfn f( {", &BTreeSet::new());
    assert_eq!(broken, ["src/ui.rs:2: this is not Rust"]);
}
