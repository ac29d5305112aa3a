//! From stored bytes to JSON and back: which codec a value was written with is seen per value.
//!
//! Deployments of January 2026 stored Base64 of compact JSON, later ones store JSON itself, and a
//! stream can hold both. Whatever does not decode keeps its bytes, the text as far as there is
//! one, and the best reason with its place. Nothing here changes a text.

use std::sync::Arc;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};

use crate::domain::full::{Body, Codec, Full, Reason, Undecodable};
use crate::domain::json::{Fault, Json};

/// Standard Base64 as the service's own reader takes it: padding and unused last bits do not
/// matter.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes a non-empty stored value. A value that starts with `{`, `[` or `"` is JSON text; other
/// text is Base64 if its content is JSON, or else a bare JSON number or word. (No JSON text is
/// Base64 of another one: digits and the three words decode to bytes that cannot start JSON.)
#[must_use]
pub fn decode(raw: Arc<[u8]>) -> Full {
    let body = body_of(&raw);
    Full { raw, body }
}

/// The bytes to store for a text; see [`Codec::encode`].
#[must_use]
pub fn encode(text: &str, codec: Codec) -> Vec<u8> {
    codec.encode(text)
}

fn body_of(raw: &[u8]) -> Body {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text,
        Err(fault) => {
            let at = fault.valid_up_to();
            return undecodable(None, Reason::NotUtf8 { at }, None);
        }
    };
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    if trimmed.is_empty() || trimmed.starts_with(['{', '[', '"']) {
        let text: Arc<str> = text.into();
        return match Json::parse(Arc::clone(&text)) {
            Ok(json) => found(Codec::Plain, json),
            Err(fault) => undecodable(Some(Codec::Plain), Reason::NotJson(fault), Some(text)),
        };
    }
    let base64 = match LENIENT.decode(trimmed) {
        Ok(bytes) => from_base64(bytes),
        Err(fault) => {
            let before = text.len() - text.trim_ascii_start().len();
            Err(NotBase64::Text(before + place(&fault, trimmed)))
        }
    };
    let missed = match base64 {
        Ok(json) => return found(Codec::Base64, json),
        Err(missed) => missed,
    };
    let text: Arc<str> = text.into();
    match (Json::parse(Arc::clone(&text)), missed) {
        (Ok(json), _) => found(Codec::Plain, json),
        (Err(json), NotBase64::Text(base64_at)) => {
            undecodable(None, Reason::Neither { json, base64_at }, Some(text))
        }
        (Err(_), NotBase64::Bytes(at)) => {
            undecodable(Some(Codec::Base64), Reason::Base64NotUtf8 { at }, None)
        }
        (Err(_), NotBase64::Json(fault, inside)) => undecodable(
            Some(Codec::Base64),
            Reason::Base64NotJson(fault),
            Some(inside),
        ),
    }
}

/// Where the way through Base64 ends.
enum NotBase64 {
    /// At this byte of the stored text.
    Text(usize),
    /// At this decoded byte, which is not UTF-8.
    Bytes(usize),
    /// In this decoded text, which is not JSON.
    Json(Fault, Arc<str>),
}

fn from_base64(bytes: Vec<u8>) -> Result<Json, NotBase64> {
    let text: Arc<str> = String::from_utf8(bytes)
        .map_err(|fault| NotBase64::Bytes(fault.utf8_error().valid_up_to()))?
        .into();
    Json::parse(Arc::clone(&text)).map_err(|fault| NotBase64::Json(fault, text))
}

fn place(fault: &DecodeError, text: &str) -> usize {
    match fault {
        DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => *at,
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => text.len(),
    }
}

fn found(codec: Codec, json: Json) -> Body {
    Body::Json {
        codec,
        json: Arc::new(json),
    }
}

fn undecodable(codec: Option<Codec>, reason: Reason, text: Option<Arc<str>>) -> Body {
    Body::Undecodable(Undecodable {
        codec,
        reason,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    fn of(raw: &[u8]) -> Full {
        decode(raw.into())
    }

    fn reason(raw: &[u8]) -> String {
        match of(raw).body {
            Body::Undecodable(undecodable) => undecodable.reason.to_string(),
            Body::Json { codec, .. } => panic!("decoded as {codec:?}"),
        }
    }

    /// Any JSON value, printed with blanks in odd places.
    fn json_text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("false".to_owned()),
            "-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?",
            any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|items| format!("[ {}]", items.join(" ,"))),
                prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|members| {
                    let members: Vec<String> = members
                        .iter()
                        .map(|(k, v)| format!("{}: {v}", serde_json::to_string(k).unwrap()))
                        .collect();
                    format!("\n{{{}}}\t", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_json_text_comes_back_with_its_codec(text in json_text()) {
            for codec in Codec::ALL {
                let full = of(&encode(&text, codec));
                prop_assert_eq!(full.codec(), Some(codec), "{}", text);
                prop_assert!(full.json().is_some());
                prop_assert_eq!(full.text().map(|t| &**t), Some(text.as_str()));
            }
        }

        #[test]
        fn bytes_are_kept_whatever_they_are(raw in prop::collection::vec(any::<u8>(), 1..80)) {
            prop_assert_eq!(&*of(&raw).raw, &raw[..]);
        }
    }

    #[test]
    fn base64_may_lack_padding_and_have_blanks_around() {
        for raw in ["eyJhIjoxfQ==", "eyJhIjoxfQ", " eyJhIjoxfQ==\n"] {
            let full = of(raw.as_bytes());
            assert_eq!(full.codec(), Some(Codec::Base64), "{raw}");
            assert_eq!(full.text().unwrap().as_ref(), r#"{"a":1}"#);
        }
    }

    #[test]
    fn words_and_numbers_are_plain_although_they_look_like_base64() {
        for raw in ["1234", "true", "null", "12345678", " 7 "] {
            assert_eq!(of(raw.as_bytes()).codec(), Some(Codec::Plain), "{raw}");
        }
    }

    #[test]
    fn every_way_to_be_undecodable_has_its_reason_and_place() {
        assert_eq!(reason(b"{\"a\":\"\xff\"}"), "not UTF-8 at byte 6");
        assert_eq!(
            reason(br#"{"a":1,}"#),
            "not JSON: a member name in quotation marks is missing at byte 7 (line 1, column 8)"
        );
        assert_eq!(
            reason(b"[\n 1,\n NaN]"),
            "not JSON: NaN is not JSON (Python writes and reads it) at byte 7 (line 3, column 2)"
        );
        assert!(reason(br#"{"a":-Infinity}"#).contains("-Infinity is not JSON"));
        assert_eq!(
            reason(b"eyJh!joxfQ=="),
            "neither JSON nor Base64: a value is missing at byte 0 (line 1, column 1); \
             Base64 ends at byte 4"
        );
        assert_eq!(
            reason(b"\n abcde"),
            "neither JSON nor Base64: a value is missing at byte 2 (line 2, column 2); \
             Base64 ends at byte 7"
        );
        assert_eq!(
            reason(STANDARD.encode(b"ab\xff").as_bytes()),
            "Base64 of bytes that are not UTF-8 at decoded byte 2"
        );
        assert_eq!(
            reason(STANDARD.encode(r#"{"a":Infinity}"#).as_bytes()),
            "Base64 of text that is not JSON: Infinity is not JSON (Python writes and reads it) \
             at byte 5 (line 1, column 6)"
        );
        assert!(reason(b"  \n").starts_with("not JSON: the text is empty"));
    }

    #[test]
    fn what_can_be_read_of_an_undecodable_value_is_kept() {
        let text = |raw: &[u8]| of(raw).text().map(ToString::to_string);
        let inside = "{\"a\":NaN}";
        assert_eq!(text(inside.as_bytes()).as_deref(), Some(inside));
        assert_eq!(
            text(STANDARD.encode(inside).as_bytes()).as_deref(),
            Some(inside)
        );
        assert_eq!(text(b"plain words!").as_deref(), Some("plain words!"));
        assert_eq!(text(b"\xff\xfe"), None);
    }

    #[test]
    fn odd_but_valid_json_is_json() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        for raw in [r#"{"a":1,"a":2}"#, &deep] {
            assert!(of(raw.as_bytes()).json().is_some());
            assert!(of(&encode(raw, Codec::Base64)).json().is_some());
        }
    }
}
