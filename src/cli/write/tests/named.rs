//! A command that a refusal names is not refused for the same reason: whatever is refused here, what
//! it names is run.

use super::*;

/// Every command that can be asked for one document, with what it needs besides the key.
const COMMANDS: [(&str, &[&str]); 7] = [
    ("put", &["FILE"]),
    ("delete", &[]),
    ("soft-delete", &[]),
    ("restore", &[]),
    ("rebuild-lite", &[]),
    ("put-back", &["--version", "VERSION"]),
    ("edit", &[]),
];

/// Documents that something can't be done to: what they are, and the key.
fn documents(desk: &Desk) -> Vec<&'static str> {
    let id = |name: &str, id: &str| {
        let fields = Document(vec![("_id".to_owned(), Bson::String(id.to_owned()))]);
        desk.index.put(&Collection::new(name), fields);
    };
    id("feature_flags", "token");
    id("notes", "here");
    id("user_secrets", "alice");
    id("user_profiles", "valueless");
    id("user_profiles", "deleted");
    id("user_profiles", "alive");
    let put = |key: &str, text: &str| desk.values.put(key, Codec::Base64.encode(text));
    for key in ["user_profiles:deleted", "notes:gone", "user_profiles:gone"] {
        put(key, "{}");
        desk.values.delete(key);
    }
    put("user_profiles:alive", r#"{"deleted_at":null}"#);
    put("user_profiles:odd", "not JSON");
    vec![
        KEY,
        "feature_flags:token",
        "notes:here",
        "notes:gone",
        "notes:never",
        "nosuch:1",
        "user_secrets:alice",
        "user_profiles:valueless",
        "user_profiles:deleted",
        "user_profiles:gone",
        "user_profiles:alive",
        "user_profiles:odd",
        "user_profiles:never",
    ]
}

/// What a command says of a document, that writes nothing.
fn tried(desk: &Desk, key: &str, (name, more): (&str, &[&str])) -> Answer {
    let (_, id) = key.split_once(':').unwrap();
    let version = desk.values.log().into_iter();
    let version = version.filter(|(_, of, bytes)| of == key && !bytes.is_empty());
    let version = version.map(|(version, ..)| version.0).next().unwrap_or(1);
    let date = "2026-01-20T14:00:00+00:00";
    let first = if key == KEY {
        text(r#"["trip"]"#)
    } else {
        format!(
            r#"{{"id":"{id}","user_id":"alice","group_id":"g1","created_at":"{date}","scenario":"x","memcell_count":1}}"#
        )
    };
    let more = more.iter().map(|word| match *word {
        "FILE" => desk.file("value.json", &first),
        "VERSION" => version.to_string(),
        word => word.to_owned(),
    });
    let line = [name.to_owned(), key.to_owned()].into_iter().chain(more);
    let line: Vec<String> = line
        .chain(["--dry-run".to_owned(), "--yes".to_owned()])
        .collect();
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    desk.run(&line)
}

/// The commands that an error names below its first line.
fn named(err: &str) -> Vec<(&'static str, &'static [&'static str])> {
    let hint: String = err.lines().skip(1).collect::<Vec<_>>().join(" ");
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words: Vec<&str> = hint.split(|c| !letter(c)).collect();
    COMMANDS
        .into_iter()
        .filter(|(name, _)| words.contains(name))
        .collect()
}

#[test]
fn a_command_that_a_refusal_names_is_not_refused_in_turn() {
    let desk = Desk::new();
    let keys = documents(&desk);
    let mut followed = 0;
    for key in keys {
        let log = desk.values.log();
        let last = log.iter().rfind(|(_, of, _)| of == key);
        let has_value = last.is_some_and(|(_, _, bytes)| !bytes.is_empty());
        // Where there is something to edit, an editor is not for this test.
        for command in COMMANDS
            .into_iter()
            .filter(|(name, _)| *name != "edit" || !has_value)
        {
            let refused = tried(&desk, key, command);
            for next in named(&refused.err) {
                if next.0 == "edit" {
                    let collection = key.parse::<Key>().unwrap().collection;
                    assert!(has_value || Session::is_dual(&collection), "{key}");
                    continue;
                }
                let answer = tried(&desk, key, next);
                assert_eq!(
                    answer.exit,
                    Exit::Clean,
                    "{} {key}: {}{}: {}",
                    command.0,
                    refused.err,
                    next.0,
                    answer.err
                );
                followed += 1;
            }
        }
    }
    assert!(followed >= 8, "only {followed} hints were followed");
}
