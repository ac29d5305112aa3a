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
