//! Nothing acts, nothing hides, nothing is wider than asked.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use rstest::rstest;

use super::*;
use Spelling::{Ascii, Full};

#[rstest]
#[case("plain text", "plain text")]
#[case("日本語", "日本語")]
#[case("a\x1b[31mred\n", "a␛[31mred␊")]
#[case("a\r\nb\tc\x7f\0", "a␍␊b␉c␡␀")]
#[case("\u{9b}31m", "⟪U+009B⟫31m")]
#[case("\u{202e}gpj.exe", "⟪U+202E⟫gpj.exe")]
#[case("\u{2066}x\u{2069}", "⟪U+2066⟫x⟪U+2069⟫")]
#[case("pass\u{200b}word", "pass⟪U+200B⟫word")]
#[case("pass\u{200d}word", "pass⟪U+200D⟫word")]
#[case("\u{feff}bom", "⟪U+FEFF⟫bom")]
#[case("soft\u{ad}hyphen", "soft⟪U+00AD⟫hyphen")]
#[case("a\u{2028}b", "a⟪U+2028⟫b")]
#[case("x\u{e0041}", "x⟪U+E0041⟫")]
#[case("x\u{fe0f}", "x⟪U+FE0F⟫")]
#[case("\u{3164}", "⟪U+3164⟫")]
#[case("\u{301}", "◌\u{301}")]
#[case("\u{1161}", "⟪U+1161⟫")]
fn what_would_act_or_hide_is_shown(#[case] text: &str, #[case] seen: &str) {
    assert_eq!(clean(text), seen);
}

#[rstest]
#[case::family("👨‍👩‍👧‍👦", 2)]
#[case::kiss("👩🏽‍❤️‍💋‍👨🏻", 2)]
#[case::flag("🇯🇵", 2)]
#[case::scotland("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", 2)]
#[case::keycap("1️⃣", 2)]
#[case::accent("e\u{301}", 1)]
#[case::cjk("漢字", 4)]
#[case::hebrew("שלום", 4)]
#[case::arabic("السلام", 6)]
#[case::persian_with_a_non_joiner("می\u{200c}خواهم", 7)]
#[case::hindi("हिन्दी", 5)]
#[case::ideograph_variant("葛\u{e0100}", 2)]
fn what_belongs_together_stays_together(#[case] text: &str, #[case] cells: usize) {
    assert_eq!(clean(text), text);
    assert_eq!(Full.width(text), cells);
}

#[rstest]
#[case("hello", 5, "hello")]
#[case("hello", 4, "hel…")]
#[case("hello", 1, "…")]
#[case("hello", 0, "")]
#[case("日本語", 6, "日本語")]
#[case("日本語", 5, "日本…")]
#[case("日本語", 4, "日…")]
#[case("日本語", 2, "…")]
#[case("abcde\u{301}", 5, "abcde\u{301}")]
#[case("abcd\u{301}e", 4, "abc…")]
#[case("abcd\u{1d167}", 4, "abcd\u{1d167}")]
#[case("ab\x1bcd", 4, "ab␛…")]
#[case("ab\u{202e}cd", 8, "ab…")]
fn the_end_is_cut(#[case] text: &str, #[case] width: usize, #[case] cut: &str) {
    assert_eq!(Full.truncate(text, width), cut);
}

#[rstest]
#[case("6979da5797f9041fc0aa0640", 8, "…0aa0640")]
#[case("short", 8, "short")]
#[case("日本語", 4, "…語")]
#[case("x\ny", 3, "x␊y")]
#[case("abc", 0, "")]
#[case("abc", 1, "…")]
fn ids_keep_their_end(#[case] text: &str, #[case] width: usize, #[case] cut: &str) {
    assert_eq!(Full.shorten_left(text, width), cut);
}

#[test]
fn a_column_is_exactly_as_wide_as_it_is() {
    assert_eq!(Full.fit("ab", 4, Align::Left), "ab  ");
    assert_eq!(Full.fit("12", 4, Align::Right), "  12");
    assert_eq!(Full.fit("日本語", 5, Align::Left), "日本…");
    assert_eq!(Full.fit("日本語", 4, Align::Left), "日… ");
}

#[test]
fn rows_break_between_clusters_and_behind_line_feeds() {
    let text = "日本語ab\ncd👨‍👩‍👧‍👦";
    let broken: Vec<_> = Full.rows(text, 4).map(|row| &text[row]).collect();
    assert_eq!(broken, ["日本", "語ab", "\n", "cd👨‍👩‍👧‍👦"]);
    assert_eq!(Full.rows("日", 1).count(), 1);
    assert_eq!(Full.rows("", 5).count(), 0);
}

#[test]
fn sentences_break_between_words() {
    assert_eq!(
        Full.wrap("the node is behind", 8),
        ["the node", "is", "behind"]
    );
    assert_eq!(
        Full.wrap("see /a/very/long/path now", 9),
        ["see", "/a/very/l", "ong/path", "now"]
    );
    assert_eq!(Full.wrap("日本 語", 4), ["日本", "語"]);
    assert_eq!(Full.wrap("", 4), [""]);
    assert_eq!(
        Full.wrap("one\ntwo\n\nthree", 8),
        ["one", "two", "", "three"]
    );
}

#[test]
fn blanks_inside_a_line_are_what_they_are() {
    assert_eq!(Full.wrap("  \"a\":  \"b  c\"", 20), ["  \"a\":  \"b  c\""]);
    assert_eq!(
        Full.wrap("a\u{a0}b", 20),
        ["a\u{a0}b".to_owned()].map(|text| Full.clean(&text).into_owned())
    );
    // where a line is broken they do not show
    assert_eq!(Full.wrap("ab   cd", 4), ["ab", "cd"]);
    assert_eq!(Full.wrap("  abcdef", 4), ["  ab", "cd", "ef"]);
}

#[test]
fn a_line_that_moved_left_starts_in_the_middle() {
    assert_eq!(Full.skip("hello", 2), "llo");
    assert_eq!(Full.skip("日本語", 2), "本語");
    assert_eq!(Full.skip("日本語", 3), " 語");
    assert_eq!(Full.skip("a\nb", 1), "␊b");
    assert_eq!(Full.skip("abc", 9), "");
}

#[test]
fn a_pile_of_marks_is_cut() {
    let pile = format!("e{}", "\u{301}".repeat(1000));
    let seen = clean(&pile);
    assert!(seen.contains("⟪U+0301⟫"));
    assert!(Full.width(&Full.truncate(&pile, 10)) <= 10);
}

#[test]
fn the_start_of_two_megabytes_is_cut_without_reading_them() {
    // not a matter of time: what does not fit is not even valid for the fast path
    let long = "x".repeat(2_000_000) + "\x1b";
    assert_eq!(Full.truncate(&long, 5), "xxxx…");
    assert_eq!(Full.shorten_left(&long, 5), "…xxx␛");
}

#[rstest]
#[case("a\x1b[31mred\n", "a<U+001B>[31mred<U+000A>")]
#[case("\u{301}", "<U+0301>")]
#[case("日本\u{202e}", "日本<U+202E>")]
fn in_ascii_only_what_is_stored_goes_beyond_it(#[case] text: &str, #[case] seen: &str) {
    assert_eq!(Ascii.clean(text), seen);
}

#[rstest]
#[case("hello", 5, "hello")]
#[case("hello", 4, "he..")]
#[case("hello", 2, "..")]
#[case("hello", 1, ".")]
#[case("hello", 0, "")]
#[case("日本語", 5, "日..")]
#[case("ab\x1bcd", 9, "ab..")]
fn in_ascii_a_cut_takes_two_cells(#[case] text: &str, #[case] width: usize, #[case] cut: &str) {
    assert_eq!(Ascii.truncate(text, width), cut);
}

#[test]
fn a_text_of_lines_keeps_its_lines() {
    assert_eq!(Full.clean_but("a\n\tb\x1b\r\n", "\n\t"), "a\n\tb␛␍\n");
    assert!(matches!(
        Full.clean_but("a\nb 京", "\n\t"),
        Cow::Borrowed(_)
    ));
    assert_eq!(one_line("a\nb\x1b[31m", 40), "a<U+000A>b<U+001B>[31m");
    assert_eq!(one_line(&"x".repeat(400), 160).len(), 160);
}

#[test]
fn our_own_signs_have_an_ascii_form() {
    let said = "a · b → c ≠ d, ≈12 of ≥ 7 …";
    assert_eq!(Ascii.ours(said), "a; b -> c != d, ca 12 of >= 7 ..");
    assert_eq!(Full.ours(said), said);
    assert!(SIGNS.iter().all(|(_, ascii)| ascii.is_ascii()));
}

/// Text in which the dangerous characters are frequent.
fn any_text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(
        "\x1b\n\r\t\0\x7f\u{9b}\u{202e}\u{2066}\u{200b}\u{200c}\u{200d}\u{feff}\u{ad}\u{fe0f}\u{301}\u{20e3}👨👩🏽❤🇯🇵🏴\u{e0067}\u{e007f}日本語שאلا\u{1100}\u{1161}กำ1a "
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![3 => odd, 1 => any::<char>()], 0..40)
        .prop_map(|characters| characters.into_iter().collect())
}

/// Cells that ratatui fills with a text.
fn drawn(text: &str) -> usize {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 1000, 1));
    let (column, _) = buffer.set_stringn(0, 0, text, 1000, Style::new());
    usize::from(column)
}

fn is_safe(text: &str) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    !text.chars().any(hidden)
}

proptest! {
    #[test]
    fn nothing_that_acts_or_hides_survives(text in any_text()) {
        let seen = clean(&text);
        prop_assert!(is_safe(&seen), "{:?}", seen);
        prop_assert!(text.is_empty() || Full.width(&text) > 0);
        for cluster in seen.graphemes(true) {
            prop_assert!(cluster.width() > 0, "{:?} in {:?}", cluster, seen);
        }
    }

    #[test]
    fn nothing_is_wider_than_asked(text in any_text(), asked in 0_usize..30) {
        for spelling in [Full, Ascii] {
            for cut in [spelling.truncate(&text, asked), spelling.shorten_left(&text, asked)] {
                prop_assert!(drawn(&cut) <= asked, "{:?}", cut);
                prop_assert!(is_safe(&cut));
                if asked >= spelling.width(&text) {
                    prop_assert_eq!(cut, spelling.clean(&text));
                }
            }
            prop_assert_eq!(drawn(&spelling.fit(&text, asked, Align::Left)), asked);
            prop_assert_eq!(drawn(&spelling.fit(&text, asked, Align::Right)), asked);
        }
    }

    #[test]
    fn rows_are_the_whole_text(text in any_text(), asked in 1_usize..20) {
        let mut whole = String::new();
        for row in Full.rows(&text, asked) {
            let row = &text[row];
            prop_assert!(!row.is_empty());
            prop_assert!(Full.width(row) <= asked || row.graphemes(true).count() == 1);
            whole.push_str(row);
        }
        prop_assert_eq!(whole, text);
    }
}
