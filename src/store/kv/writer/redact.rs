//! A few of the client's own words for a person, sure to hold nothing of the document, its key or
//! a secret. When in doubt: no words.

use std::collections::HashSet;

use super::log::unescaped;
use crate::domain::text::{Spelling, one_line};
use crate::store::kv::fault::SAID;
use crate::store::kv::text::Address;

/// So many bytes in common with a secret are too many.
const PIECE: usize = 6;

/// A run of letters and digits so long is no word: a hash, Base64, a key.
const RUN: usize = 20;

/// Bytes of the text that are looked at.
const LONGEST: usize = 600;

/// The text as one short line, or nothing when any piece of a secret stands in it, in either of
/// the forms that the client writes texts in.
pub(super) fn excerpt(text: &str, secrets: &[&[u8]]) -> Option<String> {
    let start: String = text.chars().take(LONGEST).collect();
    let forms = [start.clone(), unescaped(&start)];
    if forms.iter().any(|form| holds_piece(form, secrets)) {
        return None;
    }
    let words: Vec<String> = start.split_whitespace().map(harmless).collect();
    Some(one_line(&words.join(" "), SAID)).filter(|line| !line.is_empty())
}

fn holds_piece(text: &str, secrets: &[&[u8]]) -> bool {
    let text = text.to_lowercase();
    let seen: HashSet<&[u8]> = text.as_bytes().windows(PIECE).collect();
    secrets.iter().any(|secret| {
        let secret = secret.to_ascii_lowercase();
        match secret.len() {
            0 => false,
            length if length < PIECE => contains(text.as_bytes(), &secret),
            _ => secret.windows(PIECE).any(|piece| seen.contains(piece)),
        }
    })
}

fn contains(text: &[u8], piece: &[u8]) -> bool {
    text.windows(piece.len()).any(|window| window == piece)
}

/// Stands for what is not repeated.
pub(super) fn left_out() -> &'static str {
    Spelling::Ascii.cut()
}

/// An address without its login and query, and nothing that is too long for a word.
fn harmless(word: &str) -> String {
    if let Some(at) = word.find("http://").or_else(|| word.find("https://")) {
        let url = word.get(at..).unwrap_or_default();
        let url = url.trim_end_matches([',', ';', ':', '"', '\\', ')']);
        return Address::parse(url).map_or_else(|_| left_out().to_owned(), |address| address.shown);
    }
    if word.contains("://") {
        return left_out().to_owned();
    }
    let mut out = String::new();
    let mut run = String::new();
    for c in word.chars().chain([' ']) {
        if c.is_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-') {
            run.push(c);
            continue;
        }
        out.push_str(if run.chars().count() < RUN {
            &run
        } else {
            left_out()
        });
        run.clear();
        out.push(c);
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_come_through_without_login_hash_and_query() {
        let text = "failed after 2 retries: Node: http://u:p@h:5678/?k=1, Method: zgs_getStatus, \
                    Message: root 0x357a4dce89f71652dbc93c6b4a5d4c9def3f gone";
        assert_eq!(
            excerpt(text, &[b"memcells:1", b"{\"a\":1}"]).unwrap(),
            "failed after 2 retries: Node: http://h:5678 Method: zgs_getStatus, Message: root .. gone"
        );
    }

    #[test]
    fn a_quoted_document_is_seen_through_its_quotes() {
        let value = br#"{"id":"1","t":"x"}"#;
        let said = r#"bad body: {\"id\":\"1\",\"t\":\"x\"}"#;
        assert_eq!(excerpt(said, &[value]), None);
        assert_eq!(excerpt("what a 7 is", &[b"7"]), None);
        assert_eq!(excerpt("AC0974BEC3", &[b"ac0974bec39a17e3"]), None);
    }

    proptest! {
        #[test]
        fn no_piece_of_a_secret_is_ever_said(
            secret in "[ -~]{6,40}", before in "[ -~]{0,40}", after in "[ -~]{0,40}"
        ) {
            let text = format!("{before}{secret}{after}");
            prop_assert_eq!(excerpt(&text, &[secret.as_bytes()]), None);
        }
    }
}
