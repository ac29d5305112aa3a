//! Each promise of the README is linked to the tests that prove it: the files are there, and in each
//! of them a test of that name.

use std::path::Path;

/// A link of the README: the path, and the name of the test as its title.
#[derive(Debug, PartialEq)]
struct Proof {
    path: String,
    test: String,
}

/// The links of a text whose titles name tests: `[words](path "test")`.
fn proofs(text: &str) -> Vec<Proof> {
    let links = text.split("](").skip(1);
    let titled = links.filter_map(|rest| {
        let (inside, _) = rest.split_once(')')?;
        let (path, title) = inside.split_once(" \"")?;
        Some(Proof {
            path: path.to_owned(),
            test: title.trim_end_matches('"').to_owned(),
        })
    });
    titled.collect()
}

/// Whether a source holds a function of that name under an attribute that makes it a test.
fn holds_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let begins = |line: &&str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        let rest = line
            .strip_prefix("fn ")
            .and_then(|line| line.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with('('))
    };
    let Some(at) = lines.iter().position(begins) else {
        return false;
    };
    let attributes = lines[..at].iter().rev();
    let mut attributes = attributes.take_while(|line| !line.is_empty() && !line.starts_with('}'));
    attributes.any(|line| {
        ["#[test]", "#[tokio::test", "#[rstest]"]
            .iter()
            .any(|test| line.starts_with(test))
    })
}

/// The rows of the table of promises, without its head.
fn rows(readme: &str) -> Vec<&str> {
    let (_, behind) = readme.split_once("\n## Promises").unwrap();
    let (section, _) = behind.split_once("\n## ").unwrap();
    section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect()
}

#[test]
fn each_promise_is_linked_to_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let rows = rows(&readme);
    assert!(rows.len() >= 9, "{} promises", rows.len());
    for row in rows {
        let proofs = proofs(row);
        assert!(!proofs.is_empty(), "no proof is linked: {row}");
        for Proof { path, test } in proofs {
            let source = std::fs::read_to_string(root.join(&path));
            let source = source.unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(holds_test(&source, &test), "{path} has no test `{test}`");
        }
    }
}

#[test]
fn a_link_and_a_test_are_told_from_what_only_looks_like_them() {
    let text = "[words](tests/a.rs \"name\"); [more](b.rs) and [`c`](c/d.rs \"other\")";
    let proof = |path: &str, test: &str| Proof {
        path: path.to_owned(),
        test: test.to_owned(),
    };
    assert_eq!(
        proofs(text),
        [proof("tests/a.rs", "name"), proof("c/d.rs", "other")]
    );
    let source = "#[test]\n#[ignore = \"why\"]\nfn proves() {\n}\n\nfn helps() {\n}\n\
                  #[rstest]\nasync fn proves_more(a: u8) {}\n// fn said() {}\n";
    for (name, is_test) in [
        ("proves", true),
        ("proves_more", true),
        ("prove", false),
        ("helps", false),
        ("said", false),
    ] {
        assert_eq!(holds_test(source, name), is_test, "{name}");
    }
}
