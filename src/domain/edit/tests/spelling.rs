//! How strings are shown, patched and written.

use super::super::text::{patched, quoted, shown};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

/// A text, what Python's `json.dumps` makes of it, and the same with `ensure_ascii=False`.
#[rustfmt::skip]
const OF_PYTHON: &[(&str, &str, &str)] = &[
    ("", r#""""#, r#""""#),
    ("plain", r#""plain""#, r#""plain""#),
    (r#"a"b\c/d"#, r#""a\"b\\c/d""#, r#""a\"b\\c/d""#),
    ("\u{a}\u{d}\u{9}\u{8}\u{c}", r#""\n\r\t\b\f""#, r#""\n\r\t\b\f""#),
    ("\u{0}\u{1}\u{1f}\u{7f}", r#""\u0000\u0001\u001f\u007f""#, "\"\\u0000\\u0001\\u001f\u{7f}\""),
    ("é", r#""\u00e9""#, r#""é""#),
    ("中文 text", r#""\u4e2d\u6587 text""#, r#""中文 text""#),
    ("\u{1f600} and \u{1f468}\u{200d}\u{1f469}", r#""\ud83d\ude00 and \ud83d\udc68\u200d\ud83d\udc69""#, "\"\u{1f600} and \u{1f468}\u{200d}\u{1f469}\""),
    ("\u{2028}\u{2029}\u{a0}\u{3000}", r#""\u2028\u2029\u00a0\u3000""#, "\"\u{2028}\u{2029}\u{a0}\u{3000}\""),
    ("\u{fffe}\u{ffff}", r#""\ufffe\uffff""#, "\"\u{fffe}\u{ffff}\""),
    ("~\u{80}\u{ff}", r#""~\u0080\u00ff""#, "\"~\u{80}\u{ff}\""),
    ("<script>&'", r#""<script>&'""#, r#""<script>&'""#),
    ("𐀀􏿿", r#""\ud800\udc00\udbff\udfff""#, r#""𐀀􏿿""#),
];

#[test]
fn strings_are_written_as_python_writes_them() {
    for (text, ascii, plain) in OF_PYTHON {
        assert_eq!(quoted(text, true), *ascii);
        assert_eq!(quoted(text, false), *plain);
    }
}

#[rstest]
#[case::chinese(r"\u4e2d\u6587", "中文")]
#[case::upper_case(r"\u00E9", "é")]
#[case::a_pair(r"\ud83d\ude00", "😀")]
#[case::combining(r"e\u0301", "e\u{301}")]
#[case::needless(r"\u0041\u0027", "A'")]
#[case::lone_high(r"\ud800x", r"\ud800x")]
#[case::lone_low(r"\udc00\ud800", r"\udc00\ud800")]
#[case::high_then_pair(r"\ud83d\ud83d\ude00", r"\ud83d😀")]
#[case::quotation_mark(r"\u0022\u005c", r"\u0022\u005c")]
#[case::control(r"\u0000\u007f\u0085", r"\u0000\u007f\u0085")]
#[case::invisible(r"\u200b\u202e\ufeff\u2028\u3000", r"\u200b\u202e\ufeff\u2028\u3000")]
#[case::private_and_unassigned(r"\ue000\uffff\u0378", r"\ue000\uffff\u0378")]
#[case::short_escapes(r#"\/\n\"\\"#, r#"\/\n\"\\"#)]
#[case::an_escaped_backslash(r"\\u4e2d", r"\\u4e2d")]
fn printable_escapes_are_decoded(#[case] stored: &str, #[case] expected: &str) {
    assert_eq!(shown(stored), expected);
}

#[rstest]
#[case::untouched(r"caf\u00E9 \/", r"café \/", r"caf\u00E9 \/")]
#[case::at_the_end(r"\u4E2D.", "中文.", r"\u4E2D\u6587.")]
#[case::in_the_middle(r"\u4E2D\u4E2D", "中-中", r"\u4E2D-\u4E2D")]
#[case::in_front(r"\u4E2D", "é中", r"\u00e9\u4E2D")]
#[case::taken_out(r"a\/b\/c", r"a\/c", r"a\/c")]
#[case::as_typed("", r"\u00E9\/", r"\u00E9\/")]
#[case::emptied(r"\u4E2D", "", "")]
#[case::a_pair("", "😀", r"\ud83d\ude00")]
#[case::delete_sign("", "\u{7f}", r"\u007f")]
fn what_was_not_typed_keeps_its_spelling(
    #[case] stored: &str,
    #[case] typed: &str,
    #[case] expected: &str,
) {
    assert_eq!(patched(stored, typed, true), expected);
}

#[test]
fn without_ascii_new_text_stands_as_typed() {
    assert_eq!(patched(r"\u4E2D", "中é", false), r"\u4E2Dé");
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(text in "\\PC{0,12}|[\\x00-\\x1f\"\\\\/]{0,4}", ascii: bool) {
        let written = quoted(&text, ascii);
        prop_assert_eq!(&serde_json::from_str::<String>(&written).unwrap(), &text);
        prop_assert!(!ascii || written.is_ascii());
    }
}
