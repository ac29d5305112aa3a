//! What the command line takes for what.

use clap::CommandFactory as _;

use super::*;

#[test]
fn the_definitions_hold_together() {
    CommandLine::command().debug_assert();
}

#[test]
fn global_flags_stand_before_and_behind_a_command() {
    for line in [
        "dualscope --demo --json ls memcells",
        "dualscope ls --demo --json memcells",
        "dualscope ls memcells --json --demo",
    ] {
        let parsed = CommandLine::try_parse_from(line.split(' ')).unwrap();
        assert!(parsed.common.print.json && parsed.common.demo, "{line}");
        assert!(matches!(parsed.command, Some(Command::Ls(_))), "{line}");
    }
}

#[test]
fn what_is_no_command_is_what_to_open() {
    let open = |line: &str| CommandLine::try_parse_from(line.split(' ')).unwrap().target;
    let memcells = Collection::new("memcells");
    assert_eq!(
        open("dualscope memcells"),
        Some(Target::Collection(memcells))
    );
    assert_eq!(
        open("dualscope memcells:1"),
        Some(Target::Document("memcells:1".parse().unwrap()))
    );
    assert_eq!(open("dualscope --demo"), None);
}

#[test]
fn a_time_is_taken_with_its_unit_and_without_one() {
    let common = |line: &str| {
        let line = line.split(' ').map(|word| word.replace('_', " "));
        CommandLine::try_parse_from(line).map(|line| line.common)
    };
    for (given, ms) in [
        ("0", 0),
        ("200", 200),
        ("2s", 2000),
        ("2_s", 2000),
        ("50ms", 50),
    ] {
        let latency = common(&format!("dualscope demo --latency {given}"));
        let latency = latency.ok().unwrap().latency;
        assert_eq!(latency, Some(Duration::from_millis(ms)), "{given}");
    }
    for refused in ["60001", "61s", "soon", "-1s"] {
        let line = format!("dualscope demo --latency={refused}");
        assert!(common(&line).is_err(), "{refused}");
    }
    for (given, patience) in [
        ("90", "90 s"),
        ("1.5", "1.5 s"),
        ("90s", "90s"),
        ("5_min", "5 min"),
    ] {
        let given = common(&format!("dualscope doctor --patience {given}"));
        assert_eq!(
            given.ok().unwrap().writing.patience.as_deref(),
            Some(patience)
        );
    }
}

#[test]
fn who_deletes_is_not_an_empty_word() {
    let by = |name: &str| {
        let line = ["dualscope", "soft-delete", "memcells:1", "--by", name];
        CommandLine::try_parse_from(line).is_ok()
    };
    assert!(by("carol") && !by("") && !by(" "));
}
