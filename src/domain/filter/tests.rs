//! What the module promises, seen from outside.

use super::super::bson::Bson;
use super::super::key::Collection;
use super::super::model::Catalog;
use super::super::query::{Clause, Test};
use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

/// 2026-01-20T12:00:00Z.
const NOW: i64 = 1_768_910_400_000;
const DAY: i64 = 86_400_000;
/// 2026-01-20T00:00:00Z.
const TODAY: i64 = NOW - DAY / 2;

fn memcells() -> &'static [Field] {
    &Catalog::builtin()
        .get(&Collection::new("memcells"))
        .unwrap()
        .lite
}

fn logs() -> &'static [Field] {
    let logs = Collection::new("memory_request_logs");
    &Catalog::builtin().get(&logs).unwrap().lite
}

fn read(line: &str, known: &[Field]) -> Result<Line, Fault> {
    parse(line, known, &[], NOW)
}

/// The single test of a line.
fn test(line: &str, known: &[Field]) -> Test {
    let mut parsed = read(line, known).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    assert_eq!(parsed.filter.clauses.len(), 1, "{line}");
    parsed.filter.clauses.remove(0).test
}

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

fn dates(from: Option<(i64, bool)>, to: Option<(i64, bool)>) -> Test {
    let end = |end: Option<(i64, bool)>| end.map(|(ms, with)| (Bson::Date(ms), with));
    Test::Range {
        from: end(from),
        to: end(to),
    }
}

#[rstest]
#[case("group_id:g1", Test::AnyOf(vec![text("g1")]))]
#[case("group_id=g1", Test::AnyOf(vec![text("g1")]))]
#[case("group_id:42", Test::AnyOf(vec![text("42")]))]
#[case("keywords:a,b", Test::AnyOf(vec![text("a"), text("b")]))]
#[case("keywords.0:7", Test::AnyOf(vec![text("7")]))]
#[case("group_id:\"a b, c..d \\\"e\\\" \\\\ \\n\"", Test::AnyOf(vec![text("a b, c..d \"e\" \\ \\n")]))]
#[case("group_id:\"\"", Test::AnyOf(vec![text("")]))]
#[case("group_id:\"null\"", Test::AnyOf(vec![text("null")]))]
#[case("group_id:a,null", Test::AnyOf(vec![text("a"), Bson::Null]))]
#[case("-group_id:g1", Test::NoneOf(vec![text("g1")]))]
#[case("group_id:!g1,g2", Test::NoneOf(vec![text("g1"), text("g2")]))]
#[case("group_id!=g1", Test::NoneOf(vec![text("g1")]))]
#[case("-group_id!=g1", Test::AnyOf(vec![text("g1")]))]
#[case("group_id:null", Test::IsNull(true))]
#[case("group_id:!null", Test::IsNull(false))]
#[case("-group_id:null", Test::IsNull(false))]
#[case("group_id:~früh", Test::Contains("früh".into()))]
#[case("group_id~\"a b\"", Test::Contains("a b".into()))]
#[case("group_id:a..b", Test::Range { from: Some((text("a"), true)), to: Some((text("b"), true)) })]
#[case("deleted_id:5", Test::AnyOf(vec![Bson::Int32(5)]))]
#[case("deleted_id:>=-5", Test::Range { from: Some((Bson::Int32(-5), true)), to: None })]
#[case("deleted_id>5000000000", Test::Range { from: Some((Bson::Int64(5_000_000_000), false)), to: None })]
#[case("deleted_id:..5", Test::Range { from: None, to: Some((Bson::Int32(5), true)) })]
fn a_term_becomes_a_typed_test(#[case] line: &str, #[case] expected: Test) {
    assert_eq!(test(line, memcells()), expected);
}

#[rstest]
#[case("2026-01-20", dates(Some((TODAY, true)), Some((TODAY + DAY, false))))]
#[case("today", dates(Some((TODAY, true)), Some((TODAY + DAY, false))))]
#[case("yesterday", dates(Some((TODAY - DAY, true)), Some((TODAY, false))))]
#[case("2026-01", dates(Some((TODAY - 19 * DAY, true)), Some((TODAY + 12 * DAY, false))))]
#[case("2026", dates(Some((TODAY - 19 * DAY, true)), Some((TODAY + 346 * DAY, false))))]
#[case("2025-12", dates(Some((TODAY - 50 * DAY, true)), Some((TODAY - 19 * DAY, false))))]
#[case("2026-01-20T12:00", dates(Some((NOW, true)), Some((NOW + 60_000, false))))]
#[case("2026-01-20T20:00+08:00", dates(Some((NOW, true)), Some((NOW + 60_000, false))))]
#[case("\"2026-01-20 12:00:00\"", dates(Some((NOW, true)), Some((NOW + 1000, false))))]
#[case("2026-01-20T12:00:00.412Z", Test::AnyOf(vec![Bson::Date(NOW + 412)]))]
#[case(">2026-01-20", dates(Some((TODAY + DAY, true)), None))]
#[case(">=2026-01-20", dates(Some((TODAY, true)), None))]
#[case("<2026-01-20", dates(None, Some((TODAY, false))))]
#[case("<=2026-01-20", dates(None, Some((TODAY + DAY, false))))]
#[case("2026-01-19..2026-01-20", dates(Some((TODAY - DAY, true)), Some((TODAY + DAY, false))))]
#[case("2026-01-20..", dates(Some((TODAY, true)), None))]
#[case(">-2h", dates(Some((NOW - 7_200_000, false)), None))]
#[case("<-7d", dates(None, Some((NOW - 7 * DAY, false))))]
#[case("-2w..-90s", dates(Some((NOW - 14 * DAY, true)), Some((NOW - 90_000, true))))]
fn a_date_stands_for_all_of_its_stretch(#[case] value: &str, #[case] expected: Test) {
    assert_eq!(test(&format!("timestamp:{value}"), memcells()), expected);
    let seen = [("at".to_owned(), "date")];
    let parsed = parse(&format!("at:{value}"), &[], &seen, NOW).unwrap();
    assert_eq!(
        parsed.filter.clauses[0].test, expected,
        "a date by what was seen"
    );
}

#[test]
fn an_id_is_hex_and_matches_the_text_too() {
    let hex = "6979da5797f9041fc0aa0640";
    let id = Bson::object_id_from_hex(hex).unwrap();
    let both = Test::AnyOf(vec![id.clone(), text(hex)]);
    assert_eq!(test(&format!("_id:{hex}"), memcells()), both);
    assert_eq!(test(&format!("ref:{hex}"), &[]), both);
    let range = Test::Range {
        from: Some((id, false)),
        to: None,
    };
    assert_eq!(test(&format!("_id:>{hex}"), memcells()), range);
}

#[rstest]
#[case("n:5", Test::AnyOf(vec![Bson::Int32(5), text("5")]))]
#[case("n:5.5", Test::AnyOf(vec![Bson::Double(5.5), text("5.5")]))]
#[case("n:\"5\"", Test::AnyOf(vec![text("5")]))]
#[case("n:true", Test::AnyOf(vec![Bson::Bool(true), text("true")]))]
#[case("n:inf", Test::AnyOf(vec![text("inf")]))]
#[case("a.b.0:x", Test::AnyOf(vec![text("x")]))]
#[case("n:>2026-01-20", dates(Some((TODAY + DAY, true)), None))]
#[case("n:>5", Test::Range { from: Some((Bson::Int32(5), false)), to: None })]
#[case("n:1..2.5", Test::Range { from: Some((Bson::Int32(1), true)), to: Some((Bson::Double(2.5), true)) })]
fn in_a_field_of_unknown_type_a_value_is_read_every_way(
    #[case] line: &str,
    #[case] expected: Test,
) {
    assert_eq!(test(line, &[]), expected);
}

#[test]
fn terms_add_up_and_blanks_do_not_matter() {
    let line = read("  group_id:g1\t sync_status:0,1  is:drifted ", logs()).unwrap();
    let clause = |path: &str, test| Clause {
        path: path.into(),
        test,
    };
    assert_eq!(
        line.filter.clauses,
        [
            clause("group_id", Test::AnyOf(vec![text("g1")])),
            clause(
                "sync_status",
                Test::AnyOf(vec![Bson::Int32(0), Bson::Int32(1)])
            ),
        ]
    );
    assert_eq!(line.states, [State::Drifted]);
    assert_eq!(read("", logs()), Ok(Line::default()));
}

#[test]
fn states_add_up_and_can_be_excluded() {
    let states = |line| read(line, &[]).unwrap().states;
    assert_eq!(
        states("is:orphan is:drifted,orphan"),
        [State::Drifted, State::Orphan]
    );
    let rest = states("-is:agrees,unchecked");
    assert_eq!(rest.len(), TABLE.len() - 2);
    assert!(!rest.contains(&State::Agrees));
    assert_eq!(
        read("is:orphan -is:orphan", &[]).unwrap_err().what,
        "no state is left that could match"
    );
}

#[test]
fn a_brace_starts_a_raw_query() {
    let line = read(r#" {"a": {"$gt": 5}}"#, memcells()).unwrap();
    assert!(line.filter.clauses.is_empty());
    assert_eq!(line.filter.raw.unwrap().at("a.$gt"), Some(&Bson::Int32(5)));
    let fault = read(r#" {"a": nope}"#, &[]).unwrap_err();
    assert_eq!(fault.span, 7..8);
}

#[rstest]
#[case(r#"{"$where": "1"}"#, "$where")]
#[case(
    r#"{"$or": [{"a": 1}, {"$expr": {"$function": {"body": "f"}}}]}"#,
    "$function"
)]
#[case(r#"{"x": {"$accumulator": 1}}"#, "$accumulator")]
fn server_side_javascript_is_refused(#[case] line: &str, #[case] name: &str) {
    let fault = read(line, &[]).unwrap_err();
    assert_eq!(&line[fault.span.clone()], name);
    assert!(
        fault
            .what
            .starts_with(&format!("{name} runs JavaScript on the server"))
    );
}

#[rstest]
#[case(
    "gruop_id:x",
    "gruop_id",
    "MongoDB holds no field \"gruop_id\" here; did you mean group_id?"
)]
#[case("episode:x", "episode", "MongoDB holds no field \"episode\" here")]
#[case("-episode.a:x", "episode", "MongoDB holds no field \"episode\" here")]
#[case("$where:x", "$where", "\"$where\" is not the name of a field")]
#[case("a..b:x", "a..b", "\"a..b\" is not the name of a field")]
#[case("group_id", "group_id", "a condition is missing: write group_id:value")]
#[case(
    "group_id :x",
    "group_id",
    "a condition is missing: write group_id:value"
)]
#[case(":x", ":", "the name of a field is missing: write field:value")]
#[case("group_id:", "", "a value is missing here")]
#[case("group_id:a,", "", "a value is missing here")]
#[case("group_id:..", "", "a value is missing here")]
#[case("group_id:\"a b", "\"a b", "the quotation mark is not closed")]
#[case(
    "group_id:\"a\"b",
    "b",
    "a blank is missing here; a value with quotes, commas or .. inside is quoted as a whole"
)]
#[case(
    "group_id:!>5",
    ">5",
    "one comparison at a time; a value that starts like this stands in quotes"
)]
#[case("deleted_id:x", "x", "this field holds an integer")]
#[case("_id:xyz", "xyz", "this field holds an id: 24 hex digits")]
#[case(
    "timestamp:soon",
    "soon",
    "this field holds a date: 2026-01-20, 2026-01-20T14:12, today, -2h"
)]
#[case(
    "timestamp:2026-02-30",
    "2026-02-30",
    "this field holds a date: 2026-01-20, 2026-01-20T14:12, today, -2h"
)]
#[case(
    "timestamp:-2h",
    "-2h",
    "no date is equal to this; write timestamp:>-2h"
)]
#[case(
    "-timestamp:today",
    "today",
    "a stretch of time stands alone; name instants to the millisecond"
)]
#[case(
    "timestamp:~2026",
    "2026",
    "~ looks into text, and this field holds a date: 2026-01-20, 2026-01-20T14:12, today, -2h"
)]
#[case(
    "timestamp:>null",
    "null",
    "this field holds a date: 2026-01-20, 2026-01-20T14:12, today, -2h"
)]
#[case("group_id:>a,b", "group_id:>a,b", "this comparison takes one value")]
#[case("-group_id:>a", "-group_id:>a", "only field:value can be negated")]
#[case("deleted_id:9..5", "9..5", "the range ends before it starts")]
#[case(
    "timestamp:today..yesterday",
    "today..yesterday",
    "the range ends before it starts"
)]
#[case(
    "is:drited",
    "drited",
    "no state is called \"drited\"; did you mean drifted?"
)]
#[case(
    "is:>drifted",
    "is:>drifted",
    "is: takes names of states: is:drifted,orphan"
)]
fn a_fault_names_its_place_and_what_would_be_right(
    #[case] line: &str,
    #[case] at: &str,
    #[case] what: &str,
) {
    let fault = read(line, memcells()).unwrap_err();
    assert_eq!((&line[fault.span], fault.what.as_str()), (at, what));
}

#[test]
fn a_field_that_a_loaded_row_has_is_no_fault() {
    let names = [("episode".to_owned(), "string")];
    assert!(parse("episode:~x episode.a:1", memcells(), &names, NOW).is_ok());
}

fn completions(line: &str) -> Vec<(String, String)> {
    let names = [
        ("extra".to_owned(), "long"),
        ("group_id".to_owned(), "string"),
    ];
    let at = line.find('|').unwrap();
    let line = line.replace('|', "");
    let all = complete(&line, at, memcells(), &names).into_iter();
    all.map(|c| (line[c.span].to_owned(), c.text)).collect()
}

#[test]
fn names_states_and_operators_are_completed() {
    let pair = |span: &str, text: &str| (span.to_owned(), text.to_owned());
    assert_eq!(completions("user_id:x -gr|"), [pair("gr", "group_id:")]);
    assert_eq!(completions("gr|oup:x"), [pair("group", "group_id")]);
    assert_eq!(
        completions("del|"),
        [
            pair("del", "deleted_at:"),
            pair("del", "deleted_by:"),
            pair("del", "deleted_id:")
        ]
    );
    assert_eq!(completions("ID|")[0], pair("ID", "_id:"));
    assert_eq!(completions("ex|"), [pair("ex", "extra:")]);
    assert_eq!(completions("is:drifted,or|"), [pair("or", "orphan")]);
    assert_eq!(completions("is:soft|").len(), 2);
    assert_eq!(completions("|").len(), memcells().len() + 2);
    assert_eq!(completions("timestamp:|")[0], pair("", "today"));
    assert_eq!(completions("extra:|")[0], pair("", ">"));
    assert_eq!(completions("group_id:|")[0], pair("", "~"));
    for nothing in ["{\"a|", "group_id:\"a b|", "group_id:x|"] {
        assert_eq!(completions(nothing), [], "{nothing}");
    }
}

proptest! {
    #[test]
    fn any_line_ends_in_an_answer_and_faults_lie_inside_it(
        line in "(-?(group_id|timestamp|deleted_id|is|x|é)?[:=<>~!,.]{0,3}[-a-z0-9\".é{]{0,9}[ ,]?){0,4}|\\PC{0,30}",
        at in 0..60usize, model: bool,
    ) {
        let known = if model { memcells() } else { &[] };
        if let Err(fault) = read(&line, known) {
            prop_assert!(line.get(fault.span.clone()).is_some(), "{:?}", fault);
            prop_assert!(!fault.what.is_empty());
        }
        for completion in complete(&line, at, known, &[]) {
            prop_assert!(line.get(completion.span).is_some());
        }
    }

    #[test]
    fn a_quoted_value_is_taken_as_it_is(value in "\\PC{0,20}") {
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
        let expected = Test::AnyOf(vec![text(&value)]);
        prop_assert_eq!(test(&format!("group_id:\"{quoted}\""), memcells()), expected);
    }
}
